"""Second contents that came under a used id have their time: once somebody settled them, and sooner where they name somebody
who never agreed."""

from __future__ import annotations

from datetime import timedelta

from hocvu.lib import clock
from hocvu.outreach import agreeing, helping, needs
from hocvu.outreach.models import Clash
from hocvu.ward import retention
from hocvu.ward.models import Person


@retention.keeps(
    "second_contents",
    title="Nội dung thứ hai đến dưới một mã đã dùng",
    why="Đủ để xem lại sau khi kết luận; điều về một người chưa đồng ý thì không giữ lâu hơn điều không tính",
    days=30,
)
def forget_second_contents(days: int) -> int:
    """Empty the second contents that somebody settled; drop those not settled that name somebody without a yes."""
    before = clock.now() - timedelta(days=days)
    gone = Clash.objects.filter(settled_at__lt=before).exclude(fields=[]).update(fields=[])
    stuck = Clash.objects.filter(outcome="", path__in=(helping.PATH, needs.PATH), received_at__lt=before)
    for row in stuck.only("pk", "path", "fields"):
        keys = [helping.key_said(value) for name, value in row.fields if name == "nguoi" and value]
        people = Person.objects.filter(pk__in=[key for key in keys if key]).select_related("ward")
        purpose = agreeing.NEED if row.path == needs.PATH else agreeing.HELP
        if keys and not any(agreeing.standing_entry(one, purpose) for one in people):
            gone += row.delete()[0]
    return gone
