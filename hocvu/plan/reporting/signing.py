"""The ward's report is written, approved and issued. Approving freezes it: figures and text with their digest; what is
corrected or erased afterwards shows as a difference and rewrites nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import IO, Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import transaction

from hocvu.lib import clock, uploads
from hocvu.lib.figures import number_words
from hocvu.lib.refusals import Refusal
from hocvu.plan.models import ReportPeriod, UnitReport, WardSummary
from hocvu.plan.reporting import scoring, summing
from hocvu.plan.reporting.summing import Data
from hocvu.ward import audit, notices
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account

State = WardSummary.State


def summary_of(period: ReportPeriod) -> WardSummary:
    """The ward's report of a period; an empty draft that stands nowhere where nobody wrote on it yet."""
    rows = WardSummary.objects.filter(period=period).select_related("saved_by", "approved_by", "issued_by")
    found = rows.first() or WardSummary()
    found.period = period
    return found


def data_of(summary: WardSummary) -> Data:
    """What was frozen; of a draft, what records say now."""
    return summary.snapshot or summing.compose(summary.period, summary.texts)


@transaction.atomic
def write_texts(summary: WardSummary, texts: Mapping[str, str], *, version: int, by: Account) -> WardSummary:
    """Keep the paragraphs that people changed. One that says what would be composed is not kept: it stays alive."""
    held = _held(summary)
    if held.state != State.DRAFT:
        raise Refusal("Báo cáo tổng hợp đã duyệt nên không sửa được nữa.")
    if held.version != version:
        who = held.saved_by.full_name if held.saved_by else "Người khác"
        raise Refusal(f"{who} vừa lưu báo cáo này. Chưa ghi đè gì. Hãy xem phần đã đổi rồi lưu lại.")
    composed = summing.composed_texts(summing.compose(held.period))
    held.texts = {
        name: text.strip()
        for name in summing.SECTIONS
        if (text := texts.get(name, "")).strip() and text.strip() != composed[name].strip()
    }
    held.version += 1
    held.saved_at, held.saved_by = clock.now(), by
    held.save(update_fields=("texts", "version", "saved_at", "saved_by"))
    audit.record(by, "wrote a ward report", held, ward=held.period.ward)
    return held


@transaction.atomic
def approve(summary: WardSummary, *, seen: str, by: Account) -> WardSummary:
    """Freeze the report. `seen` is the digest of what the leader read: where a record changed since, nothing is frozen
    and the page is shown anew."""
    held = _held(summary)
    if held.state != State.DRAFT:
        raise Refusal("Báo cáo tổng hợp này đã duyệt rồi.")
    period = held.period
    if not period.is_over(clock.now()) and _still_to_come(period):
        raise Refusal(f"Kỳ báo cáo còn hạn đến hết ngày {period.last_day} và chưa đủ đơn vị gửi. Hãy duyệt sau hạn.")
    data = summing.compose(period, held.texts)
    if digest_of(data) != seen:
        raise Refusal("Có số liệu vừa thay đổi sau khi trang được mở. Hãy đọc lại bản mới rồi duyệt.")
    held.snapshot, held.digest = data, seen
    held.state, held.approved_at, held.approved_by = State.APPROVED, clock.now(), by
    held.save(update_fields=("snapshot", "digest", "state", "approved_at", "approved_by"))
    audit.record(by, "approved a ward report", held, ward=period.ward, digest=seen)
    notices.tell(
        notices.holders_of(period.ward, Role.CLERK),
        key=f"summary-approved:{held.pk}",
        text=f"Báo cáo tổng hợp {period} đã duyệt, chờ lấy số và ban hành.",
        href=f"/bao-cao/ky/{period.pk}/tong-hop/",
        ward=period.ward,
    )
    return held


def _still_to_come(period: ReportPeriod) -> bool:
    return UnitReport.objects.of(period).expected().exclude(state=UnitReport.State.ACCEPTED).exists()


def issue(
    summary: WardSummary, *, number: int, issued_on: date, upload: IO[bytes] | None, file_name: str, by: Account
) -> WardSummary:
    """Give the approved report its number and day, and keep the signed PDF beside it. A file that is not let in raises
    `lib.uploads.Refused`."""
    kept = None
    if upload is not None:
        kept = uploads.take_in(upload, file_name)
        if kept.ending != ".pdf":
            raise Refusal("Bản đã ký phải là tệp .pdf.", "upload")
        summary.signed_file.save(f"{uuid4().hex}.pdf", ContentFile(kept.content), save=False)
        summary.signed_name, summary.signed_digest = kept.name, kept.digest
    try:
        return _issue(summary, number=number, issued_on=issued_on, by=by)
    except BaseException:
        if kept is not None:
            with suppress(OSError):
                summary.signed_file.storage.delete(summary.signed_file.name or "")
        raise


@transaction.atomic
def _issue(summary: WardSummary, *, number: int, issued_on: date, by: Account) -> WardSummary:
    held = _held(summary)
    if held.state == State.DRAFT:
        raise Refusal("Báo cáo chưa được lãnh đạo duyệt nên chưa ban hành được.")
    if held.state == State.ISSUED:
        raise Refusal("Báo cáo này đã ban hành rồi.")
    assert held.approved_at is not None, "what is approved has its moment"
    if not clock.local_day(held.approved_at) <= issued_on <= clock.today():
        raise Refusal("Ngày ban hành phải từ ngày duyệt đến hôm nay.", "issued_on")
    symbol = held.snapshot["signature"]["symbol"] if held.snapshot else ""
    taken = WardSummary.objects.filter(
        period__ward=held.period.ward, number=number, issued_on__year=issued_on.year, snapshot__signature__symbol=symbol
    )
    if taken.exists():
        raise Refusal(f"Số {number}/{symbol} năm {issued_on.year} đã dùng cho báo cáo khác.", "number")
    held.number, held.issued_on, held.issued_at, held.issued_by = number, issued_on, clock.now(), by
    held.state = State.ISSUED
    held.signed_file, held.signed_name = summary.signed_file, summary.signed_name
    held.signed_digest = summary.signed_digest
    held.save()
    notices.settle(f"/bao-cao/ky/{held.period_id}/tong-hop/")
    audit.record(by, "issued a ward report", held, ward=held.period.ward, number=number)
    return held


def _held(summary: WardSummary) -> WardSummary:
    """The report's row, made where there is none, held for writing."""
    WardSummary.objects.get_or_create(period=summary.period)
    rows = WardSummary.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("period__ward", "period__receiver", "saved_by").get(period=summary.period)


def digest_of(data: Data) -> str:
    """SHA-256 of the canonical JSON: keys in order, no spaces, UTF-8."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_whole(summary: WardSummary) -> bool:
    """Whether what was frozen is still what its digest was made of."""
    return summary.snapshot is not None and digest_of(summary.snapshot) == summary.digest


def exported(summary: WardSummary) -> dict[str, Any]:
    """The report as the city reads it, by `docs/schema/ward-report.json`."""
    data = data_of(summary)
    return {
        "state": summary.state,
        "digest": summary.digest or digest_of(data),
        "number": f"{summary.number:02d}/{data['signature']['symbol']}" if summary.number else None,
        "issued_on": summary.issued_on.isoformat() if summary.issued_on else None,
        "approved_at": summary.approved_at.isoformat(timespec="seconds") if summary.approved_at else None,
        "report": data,
    }


# ---- What changed since


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that records say otherwise today than when the report was frozen."""

    what: str
    then: str
    now: str


def differences(summary: WardSummary) -> list[Difference]:
    """Every frozen figure that a recount as of the same day no longer finds: something was entered late, corrected or
    erased. The frozen one stands."""
    if summary.snapshot is None:
        return []
    return list(_differences(summary.snapshot, summing.compose(summary.period)))


def _differences(then: Data, now: Data) -> Iterator[Difference]:
    present = {_key(one): one for one in now["targets"]}
    for one in then["targets"]:
        again = present.get(_key(one))
        if again is None:
            yield Difference(f"Chỉ tiêu {one['position']}", summing.target_words(one), "không còn trong kế hoạch")
        elif (one["numerator"], one["denominator"]) != (again["numerator"], again["denominator"]):
            yield Difference(f"Chỉ tiêu {one['position']}", summing.target_words(one), summing.target_words(again))
    numbers = {one["question"]: one["total"] for one in now["numbers"]}
    for one in then["numbers"]:
        if numbers.get(one["question"]) != one["total"]:
            found = numbers.get(one["question"])
            yield Difference(
                one["question"], number_words(one["total"]), "không còn" if found is None else number_words(found)
            )
    for name in ("expected", "in_time"):
        if then["punctuality"][name] != now["punctuality"][name]:
            words = {"expected": "Đơn vị phải báo cáo", "in_time": "Đơn vị gửi đúng hạn"}[name]
            yield Difference(words, str(then["punctuality"][name]), str(now["punctuality"][name]))
    if then["funding"]["total"] != now["funding"]["total"]:
        money = [" / ".join(number_words(v) for v in one["funding"]["total"].values()) for one in (then, now)]
        yield Difference("Kinh phí dự kiến / đã cam kết / đã chi, đồng", *money)


def _key(target: Data) -> tuple[str, int | None, int]:
    return target["plan"], target["year"], target["position"]


def kept_of(data: Data) -> scoring.Punctuality:
    """The punctuality that a report's data tells."""
    kept = {name: value for name, value in data["punctuality"].items() if name != "share"}
    return scoring.Punctuality(**kept)
