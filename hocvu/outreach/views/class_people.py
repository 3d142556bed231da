"""Who is in one class, as a list: narrowed, as a spreadsheet, on paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.listing import Choice, Head, Page, Search, show
from hocvu.lib.marks import Mark
from hocvu.lib.text import fold
from hocvu.outreach import attending, codes
from hocvu.outreach.classes import MANAGE
from hocvu.outreach.models import Gathering, Registration
from hocvu.outreach.views.classes_desk import desk_of, home, managed_or_404, name_of, place_mark
from hocvu.ward import audit
from hocvu.ward.access import SignedInRequest, needs

ENOUGH, NOT_YET = Mark("Đủ buổi", "good"), Mark("Chưa đủ", "none")
HOLDS, HOLDS_NONE = Mark("Có chỗ", "good"), Mark("Không giữ chỗ", "none")


@needs(MANAGE)
@never_cache
@require_safe
def class_people(request: SignedInRequest, gathering_id: UUID) -> HttpResponseBase:
    """Everybody of a class: how they registered, at how many sessions they were, whether these are enough."""
    row = managed_or_404(request, gathering_id)
    needed = attending.sessions_needed(row, clock.today())
    page = Page(
        f"Người học: {row.title}",
        lead=_lead(row, needed),
        crumbs=(home(), (desk_of(row), row.title)),
        empty="Chưa có ai",
        empty_words="Mở đăng ký, hoặc đăng ký giúp từng hộ.",
        counted="người",
    )

    def seen(count: int) -> None:
        audit.record(request.user, "saw who registered for a class", row, ward=row.ward, people=count)

    rows, filters = attending.places_of(row), _filters(row, needed)
    return show(request, page, rows=rows, columns=_columns(row, needed), filters=filters, seen=seen)


def _lead(row: Gathering, needed: int) -> str:
    if not needed:
        return ""
    percent = attending.percent_on(row.ward, clock.today())
    return (
        f"Đủ buổi là dự từ {needed} buổi ({percent}% số buổi của lớp). Số liệu chỉ đếm người trong danh bạ; "
        "người chỉ có tên thì ghép với danh bạ mới được đếm."
    )


def _came(one: Registration) -> int:
    came: int = one.came  # type: ignore[attr-defined]
    return came


def _columns(row: Gathering, needed: int) -> list[Head[Registration]]:
    def state(one: Registration) -> Mark:
        # Whoever gave the place back, or has one in another class, and was there all the same.
        holds = one.gathering_id == row.pk and one.cancelled_at is None
        return place_mark(one) or HOLDS if holds else HOLDS_NONE

    def enough(one: Registration) -> Mark:
        return ENOUGH if _came(one) >= needed else NOT_YET

    found = [
        Head[Registration]("Họ và tên", name_of, 32),
        Head[Registration]("Mã", lambda one: codes.shown(one.code), 14),
        Head[Registration]("Cách đăng ký", lambda one: one.get_way_display(), 20),
        Head[Registration]("Tình trạng", lambda one: state(one).words, 16, mark=state),
        Head[Registration]("Buổi đã dự", _came, 12),
    ]
    if needed:
        found.append(Head[Registration]("Đã học đủ", lambda one: enough(one).words, 14, mark=enough))
    return found


# ---- Filters


def _filters(row: Gathering, needed: int) -> list[Choice | Search]:
    found: list[Choice | Search] = [
        Search("tim", "Họ tên hoặc mã", _named),
        Choice("tt", "Tình trạng", [(key, words) for key, words, _ in _states(row)], _in_state(row)),
        Choice("cach", "Cách đăng ký", Registration.Way.choices, lambda rows, way: rows.filter(way=way)),
    ]
    if needed:
        found.append(Choice("du", "Đã học đủ", (("roi", "đủ buổi"), ("chua", "chưa đủ")), _attended(needed)))
    return found


def _states(row: Gathering) -> list[tuple[str, str, Q]]:
    """The states of the page, each once and together everybody."""
    here, waits, by_name = Q(gathering=row, cancelled_at=None), Q(is_waiting=True), Q(person=None, account=None)
    return [
        ("co", "có chỗ", here & ~waits & ~by_name),
        ("cho", "chờ chỗ", here & waits),
        ("ten", "chỉ có tên", here & ~waits & by_name),
        ("khong", "không giữ chỗ", ~here),
    ]


def _in_state(row: Gathering) -> Any:
    return lambda rows, value: rows.filter(next(where for key, _, where in _states(row) if key == value))


def _named(rows: Any, query: str) -> Any:
    code = codes.read(query)
    pairs = rows.order_by().values_list("pk", "name", "code")
    return rows.filter(pk__in=[pk for pk, name, known in pairs if fold(query) in fold(name) or code == known])


def _attended(needed: int) -> Any:
    return lambda rows, value: rows.filter(**{"came__gte" if value == "roi" else "came__lt": needed})
