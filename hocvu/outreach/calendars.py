"""Classes in the calendar of a phone (RFC 5545), written by hand: times, places and titles, never anybody's name.

An entry is one session, under an id that stays; its SEQUENCE is that of the class, so that a calendar takes what changed.
What was cancelled stays in the feed as cancelled until it is long past, or it would stand in calendars for ever.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from hocvu.lib import clock
from hocvu.lib.schedule import ZONE
from hocvu.outreach import classes, registering
from hocvu.outreach.models import CalendarLink, Gathering, Session
from hocvu.ward.models import Account, Ward

WIDEST = 75  # octets of a line (RFC 5545, 3.1)
BACK = timedelta(days=60)  # so long a session stays in a feed
ZONE_NAME = "Asia/Ho_Chi_Minh"
# Seven hours ahead of UTC the whole year, since 1975.
VTIMEZONE = (
    "BEGIN:VTIMEZONE", f"TZID:{ZONE_NAME}", "BEGIN:STANDARD", "DTSTART:19750613T000000", "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0700", "TZNAME:+07", "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def calendar(title: str, sessions: Iterable[Session], *, host: str, scheme: str = "https") -> str:
    """A whole calendar. `host` is the name of the installation: it makes addresses."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Hoc vu so//Lop hoc//VI", "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{escaped(title)}", f"X-WR-TIMEZONE:{ZONE_NAME}", "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H", *VTIMEZONE,
    ]  # fmt: skip
    for session in sessions:
        lines += _event(session, host, scheme)
    return "".join(f"{folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(session: Session, host: str, scheme: str) -> Iterator[str]:
    row = session.gathering
    is_off = session.cancelled_at is not None
    yield "BEGIN:VEVENT"
    yield f"UID:{session.pk}@hocvu"  # whatever name the installation is asked under
    yield f"DTSTAMP:{_utc(row.changed_at)}"
    yield f"LAST-MODIFIED:{_utc(row.changed_at)}"
    yield f"SEQUENCE:{row.sequence}"
    yield f"DTSTART;TZID={ZONE_NAME}:{_local(session.starts_at)}"
    yield f"DTEND;TZID={ZONE_NAME}:{_local(session.ends_at)}"
    yield f"SUMMARY:{escaped(('Đã hủy: ' if is_off else '') + row.title)}"
    yield f"LOCATION:{escaped(_place(row))}"
    if row.gist:
        yield f"DESCRIPTION:{escaped(row.gist)}"
    yield f"URL:{scheme}://{host}/lop-hoc/{row.pk}/"
    yield f"STATUS:{'CANCELLED' if is_off else 'CONFIRMED'}"
    yield "TRANSP:OPAQUE"
    yield "END:VEVENT"


def _place(row: Gathering) -> str:
    return f"{row.place}, {row.neighbourhood.name}" if row.neighbourhood else row.place


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%Y%m%dT%H%M%S}"


def escaped(text: str) -> str:
    r"""A text as a value may hold it (3.3.11).

    >>> escaped("Nhà văn hóa; số 1, ngõ 2\nTầng 1")
    'Nhà văn hóa\\; số 1\\, ngõ 2\\nTầng 1'
    """
    plain = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """A line in pieces of at most 75 octets, no letter cut in two; each piece after the first begins with a blank.

    >>> folded("á" * 40).encode().split(b"\\r\\n")[0] == ("á" * 37).encode()
    True
    """
    pieces, piece, size = [], "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > WIDEST:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + letter, size + octets
    return "\r\n".join([*pieces, piece])


# ---- Which sessions


def of_ward(ward: Ward) -> QuerySet[Session]:
    """The public feed: what is announced, from two months ago on."""
    return classes.open_sessions(ward).filter(ends_at__gte=clock.now() - BACK)


def of_class(gathering: Gathering) -> QuerySet[Session]:
    """All sessions of one class."""
    rows = Session.objects.filter(gathering=gathering).select_related("gathering__neighbourhood", "gathering__ward")
    return rows.order_by("starts_at", "pk")


def of_account(account: Account) -> QuerySet[Session]:
    """The sessions of the classes in which an account has a place, and of those it teaches."""
    own = registering.mine(account).filter(is_waiting=False).order_by().values("gathering")
    rows = Session.objects.filter(Q(gathering__in=own) | Q(gathering__teacher=account)).exclude(
        gathering__opened_at=None
    )
    rows = rows.filter(ends_at__gte=clock.now() - BACK).select_related("gathering__neighbourhood", "gathering__ward")
    return rows.order_by("starts_at", "pk")


# ---- The address of one's own


def link_of(account: Account) -> CalendarLink | None:
    """The address that a phone asks at, if one was made."""
    return CalendarLink.objects.filter(account=account).first()


def renew(account: Account) -> CalendarLink:
    """A new address; the one before opens nothing any more."""
    said = {"token": secrets.token_urlsafe(24), "at": clock.now()}
    link, _ = CalendarLink.objects.update_or_create(account=account, defaults=said)
    return link


def account_of(token: str) -> Account | None:
    """Whose an address is."""
    link = CalendarLink.objects.filter(token=token, account__is_active=True).select_related("account__person").first()
    return link.account if link else None
