"""The review of a reading: its page with tabs, doubts settled, suggestions taken, publishing, setting aside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hocvu.lib.web import render
from hocvu.plan import naming, publishing, reviewing, showing, succeeding
from hocvu.plan.models import Reading
from hocvu.plan.naming import Directory
from hocvu.plan.periods import first_day
from hocvu.plan.reviewing import Over, Stale
from hocvu.ward.access import SignedInRequest, needs, scoped
from hocvu.ward.models import Work

TABS = (
    ("chua-chac", "Chưa chắc"),
    ("chi-tieu", "Chỉ tiêu"),
    ("nhiem-vu", "Nhiệm vụ"),
    ("don-vi", "Đơn vị"),
    ("viec", "Việc trong thân kế hoạch"),
    ("dau-van-ban", "Đầu văn bản, căn cứ, báo cáo"),
)


def reading_of(request: SignedInRequest, reading_id: UUID) -> Reading:
    """The reading, where the account may publish plans in its ward; else it is as if it did not exist."""
    rows = Reading.objects.select_related("document", "ward", "revises", "succeeds", "plan")
    return get_object_or_404(scoped(rows, request.user, "plan.publish", request.ward), pk=reading_id)


def seen_version(request: SignedInRequest) -> int:
    """The version of the reading that the posted page showed."""
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() else 0


def back_to(reading_id: UUID, tab: str = "", anchor: str = "") -> str:
    """The review page at a tab."""
    return (
        reverse("plan:review", args=[reading_id]) + (f"?phan={tab}" if tab else "") + (f"#{anchor}" if anchor else "")
    )


def attempt(request: SignedInRequest, reading: Reading, act: Callable[[], str], onward: str) -> HttpResponse:
    """Do one act of the review and go on; where somebody was quicker, say so and leave all as it is."""
    try:
        said = act()
    except (Stale, Over) as late:
        return refused(request, reading, late, onward)
    messages.success(request, said)
    return redirect(onward)


def refused(request: SignedInRequest, reading: Reading, late: Stale | Over, onward: str) -> HttpResponse:
    """The answer to an act that came too late: nothing was written, and this is how it stands now."""
    if isinstance(late, Stale):
        context = {"reading": late.reading, "sentence": str(late), "onward": onward}
        return render(request, "plan/stale.html", context, status=409)
    messages.error(request, str(late))
    return redirect("plan:review", reading.pk)


@needs("plan.publish")
def review(request: SignedInRequest, reading_id: UUID) -> HttpResponse:
    """The reading beside its source, doubts first; what is still open keeps publishing shut."""
    reading = reading_of(request, reading_id)
    if reading.state != Reading.State.REVIEW:
        work = Work.objects.filter(pk=reading.links.get("work")).first() if reading.links.get("work") else None
        return render(request, "plan/reading_state.html", {"reading": reading, "work": work})
    tab = request.GET.get("phan", "")
    tab = tab if tab in dict(TABS) else TABS[0][0]
    names = naming.names_read(reading.content)
    missing = reviewing.missing(reading)
    return render(
        request,
        "plan/review.html",
        {
            "reading": reading,
            "content": reading.content,
            "task_count": len(succeeding.rows(reading.content, "tasks")),
            "target_count": len(succeeding.rows(reading.content, "targets")),
            "missing": missing,
            "tab": tab,
            "tabs": _tabs(reading, tab, missing, len(names)),
            **_TAB_CONTEXT[tab](reading),
        },
    )


def _tabs(reading: Reading, here: str, missing: reviewing.Missing, names: int) -> list[dict[str, Any]]:
    content = reading.content
    counts = {
        "chua-chac": missing.doubts,
        "chi-tieu": len(succeeding.rows(content, "targets")),
        "nhiem-vu": len(succeeding.rows(content, "tasks")),
        "don-vi": names,
        "viec": len(content["body_actions"]),
    }
    open_ = {"chua-chac": missing.doubts, "don-vi": missing.units, "viec": missing.actions}
    return [
        {"key": key, "words": words, "count": counts.get(key), "open": open_.get(key, 0), "here": key == here}
        for key, words in TABS
    ]


def _doubt_context(reading: Reading) -> dict[str, Any]:
    doubts = reviewing.doubts(reading)
    return {
        "pairs": showing.pairs(reading, [doubt for doubt in doubts if doubt.is_open]),
        "settled": [(doubt, showing.where(reading.content, doubt.path)) for doubt in doubts if not doubt.is_open],
    }


def _target_context(reading: Reading) -> dict[str, Any]:
    return {"targets": showing.target_rows(reading.content)}


def _task_context(reading: Reading) -> dict[str, Any]:
    return {"tasks": showing.task_rows(reading.content)}


def _unit_context(reading: Reading) -> dict[str, Any]:
    directory = Directory(reading.ward)
    names = naming.names_read(reading.content)
    guessed = naming.guesses(names, directory)
    open_ = {entry.key for entry in reviewing.open_units(reading)}
    rows = []
    for index, entry in enumerate(names, start=1):
        is_open = entry.key in open_
        decision = guessed[entry.key].decision if is_open else reading.units[entry.key]
        rows.append(
            {
                "index": index,
                "entry": entry,
                "is_open": is_open,
                "words": directory.words(decision),
                "why": guessed[entry.key].why,
            }
        )
    return {"names": sorted(rows, key=lambda row: not row["is_open"])}


def _action_context(reading: Reading) -> dict[str, Any]:
    names = naming.names_read(reading.content)
    labels = {entry.key: entry.name for entry in names}
    open_ = set(reviewing.open_actions(reading))
    rows = []
    for index, action in enumerate(reading.content["body_actions"]):
        decision = reviewing.suggest(reading, index, names) if index in open_ else reading.actions[str(index)]
        words = showing.fate_words(decision, reading.content, labels)
        rows.append({"index": index + 1, "action": action, "is_open": index in open_, "words": words})
    return {"actions": sorted(rows, key=lambda row: not row["is_open"])}


def _head_context(reading: Reading) -> dict[str, Any]:
    head = reading.content["plan"]
    return {
        "head": head,
        "head_date": date.fromisoformat(head["date"]) if head.get("date") else None,
        "bases": [(b["number"], b.get("date") and first_day(b["date"])) for b in head.get("legal_bases", [])],
        "reports": showing.report_rows(reading.content),
    }


_TAB_CONTEXT: dict[str, Callable[[Reading], dict[str, Any]]] = {
    "chua-chac": _doubt_context,
    "chi-tieu": _target_context,
    "nhiem-vu": _task_context,
    "don-vi": _unit_context,
    "viec": _action_context,
    "dau-van-ban": _head_context,
}


@needs("plan.publish")
def source_text(request: SignedInRequest, reading_id: UUID) -> HttpResponse:
    """The whole source of a reading, with line anchors."""
    reading = reading_of(request, reading_id)
    context = {"reading": reading, "document": reading.document, "lines": showing.lines_of(reading.document)}
    return render(request, "plan/plan_text.html", context)


@needs("plan.publish")
@require_POST
def settle_doubt(request: SignedInRequest, reading_id: UUID, number: int) -> HttpResponse:
    """Confirm what was read at a doubtful place, or leave a blank one for later."""
    reading = reading_of(request, reading_id)
    decision = request.POST.get("decision", "")
    known = any(doubt.number == number for doubt in reviewing.doubts(reading))
    if decision not in {"confirmed", "later"} or not known:
        messages.error(request, "Chưa ghi được. Hãy bấm lại một trong các nút của chỗ chưa chắc.")
        return redirect(back_to(reading.pk))

    def act() -> str:
        reviewing.settle(reading, number, decision=decision, version=seen_version(request), by=request.user)
        return "Đã xác nhận." if decision == "confirmed" else "Đã để trống, bổ sung sau."

    return attempt(request, reading, act, back_to(reading.pk, "chua-chac", "ngo"))


@needs("plan.publish")
@require_POST
def accept_units(request: SignedInRequest, reading_id: UUID) -> HttpResponse:
    """Take the suggestion for every unit name still open."""
    reading = reading_of(request, reading_id)

    def act() -> str:
        count = reviewing.accept_unit_guesses(reading, version=seen_version(request), by=request.user)
        return f"Đã nhận gợi ý cho {count} tên đơn vị."

    return attempt(request, reading, act, back_to(reading.pk, "don-vi"))


@needs("plan.publish")
@require_POST
def accept_actions(request: SignedInRequest, reading_id: UUID) -> HttpResponse:
    """Take the suggestion for every body action still open."""
    reading = reading_of(request, reading_id)

    def act() -> str:
        count = reviewing.accept_action_suggestions(reading, version=seen_version(request), by=request.user)
        return f"Đã nhận gợi ý cho {count} việc."

    return attempt(request, reading, act, back_to(reading.pk, "viec"))


@needs("plan.publish")
def publish(request: SignedInRequest, reading_id: UUID) -> HttpResponse:
    """Say what will be written, then write it in one step; shut while anything is open."""
    reading = reading_of(request, reading_id)
    if reading.state != Reading.State.REVIEW:
        return redirect("plan:review", reading.pk)
    if request.method == "POST":
        return _publish(request, reading)
    return render(request, "plan/publish.html", _publish_context(reading))


def _publish(request: SignedInRequest, reading: Reading) -> HttpResponse:
    try:
        plan = publishing.publish(reading, request.user, version=seen_version(request))
    except publishing.Unready as unready:
        context = {**_publish_context(reading), "refusal": str(unready)}
        return render(request, "plan/publish.html", context, status=422)
    except (Stale, Over) as late:
        return refused(request, reading, late, reverse("plan:publish", args=[reading.pk]))
    messages.success(request, f"Đã công bố kế hoạch {plan.number}.".replace(" .", "."))
    return redirect("plan:plan", plan.pk)


def _publish_context(reading: Reading) -> dict[str, Any]:
    content = reading.content
    directory = Directory(reading.ward)
    made = [directory.words(d) for d in reading.units.values() if d["choice"] in {"new_unit", "new_group"}]
    return {
        "reading": reading,
        "missing": reviewing.missing(reading),
        "target_count": len(succeeding.rows(content, "targets")),
        "task_count": len(succeeding.rows(content, "tasks")),
        "section_count": len(content.get("sections", [])),
        "body_task_count": sum(d["fate"] == "task" for d in reading.actions.values()),
        "left_out": [
            {"words": row.get("content") or row["text"], "reason": row["left_out"]}
            for name in ("targets", "tasks")
            for row in content[name]
            if row.get("left_out")
        ],
        "later": [
            showing.where(content, d.path) + ": " + d.reason for d in reviewing.doubts(reading) if d.decision == "later"
        ],
        "made": made,
    }


@needs("plan.publish")
def drop(request: SignedInRequest, reading_id: UUID) -> HttpResponse:
    """Ask once more, then set the reading aside."""
    reading = reading_of(request, reading_id)
    if request.method != "POST":
        return render(request, "plan/drop.html", {"reading": reading})

    def act() -> str:
        reviewing.drop(reading, version=seen_version(request), by=request.user)
        return "Đã bỏ bản đọc. Tệp gốc vẫn được giữ."

    return attempt(request, reading, act, reverse("plan:plans"))
