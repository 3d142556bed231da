"""The devices that carry visits: when each was last heard, what still waits there."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.ward import devices
from hocvu.ward.access import SignedInRequest, needs, scoped
from hocvu.ward.models import Account, OutboxDevice

READ = "devices.read"
SKEWED = 300  # seconds; a clock that is off by less troubles nobody


def _is_silent(row: OutboxDevice) -> bool:
    return row.waiting > 0 and row.last_heard_at < clock.now() - devices.SILENT


def _state(row: OutboxDevice) -> Mark:
    if _is_silent(row):
        return Mark("Im lặng, còn việc chưa gửi", "bad")
    return Mark("Còn việc chưa gửi", "slow") if row.waiting else Mark("Đã gửi hết", "good")


def _skew(row: OutboxDevice) -> str:
    """How far its clock is off, in words."""
    if abs(row.skew) < SKEWED:
        return "đúng giờ"
    way, seconds = ("nhanh" if row.skew > 0 else "chậm"), abs(row.skew)
    if seconds < 5400:
        return f"{way} {round(seconds / 60)} phút"
    return f"{way} {round(seconds / 3600)} giờ" if seconds < 129_600 else f"{way} {round(seconds / 86_400)} ngày"


COLUMNS = (
    Head[OutboxDevice]("Máy", lambda row: str(row.pk)[:8], 12),
    Head[OutboxDevice]("Người dùng", lambda row: row.account.full_name, 26),
    Head[OutboxDevice]("Tình trạng", lambda row: _state(row).words, 24, mark=_state),
    Head[OutboxDevice]("Gặp lần cuối", lambda row: row.last_heard_at, 18),
    Head[OutboxDevice]("Chưa gửi", lambda row: row.waiting, 10),
    Head[OutboxDevice]("Việc cũ nhất, theo máy", lambda row: row.oldest_at, 20),
    Head[OutboxDevice]("Đồng hồ", _skew, 16),
    Head[OutboxDevice]("Giữ danh sách đến", lambda row: row.list_until, 18),
    Head[OutboxDevice]("Gặp lần đầu", lambda row: row.first_heard_at, 18, only_in_file=True),
)


FILTERS = (
    Choice(
        "tt", "Tình trạng", (("im-lang", "im lặng hơn một ngày, còn việc"), ("con", "còn việc chưa gửi")),
        lambda rows, value: rows.filter(devices.silent() if value == "im-lang" else Q(waiting__gt=0)),
    ),
)  # fmt: skip


def in_order(rows: QuerySet[OutboxDevice]) -> QuerySet[OutboxDevice]:
    """Those that are silent with something waiting first, the longest silent among them; then the others as heard."""
    order = Case(When(devices.silent(), then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.alias(silence=order).order_by("silence", "last_heard_at", "pk")


@needs(READ)
@require_safe
def device_list(request: SignedInRequest) -> HttpResponseBase:
    """Every device of the ward that sends from an outbox, but for those that people learn on."""
    page = Page(
        "Máy đi thực địa",
        lead="Máy im lặng hơn một ngày mà còn việc chưa gửi xếp trước: hãy nhắc người dùng mở máy ở nơi có mạng, hoặc "
        "nhờ lưu ra tệp rồi đưa vào ở trang Tệp từ máy.",
        links=((reverse("outreach:queue_file"), "Tệp từ máy"),),
        empty="Chưa có máy nào gửi việc về",
        counted="máy",
    )
    rows = scoped(OutboxDevice.objects.select_related("account"), request.user, READ, request.ward)
    rows = in_order(rows.exclude(account__kind=Account.Kind.CITIZEN))
    return show(request, page, rows=rows, columns=COLUMNS, filters=FILTERS)
