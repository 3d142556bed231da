"""The frame of every page: whose place this is, where the visitor may go, how they want to read.

A link stands in the frame only where its address exists and the visitor may open it: the frame asks the view
behind the address for the capability that it declared.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from hocvu.home.display import FONTS, GROUNDS, SIZES, chosen, link_to
from hocvu.signin.owner import owner_on
from hocvu.ward.access import may
from hocvu.ward.models import Account, Ward


@dataclass(frozen=True)
class Place:
    """An address that the frame may lead to."""

    href: str
    words: Any
    icon: str = ""


@dataclass(frozen=True)
class NavItem:
    """A link of the frame; `here` is "page" on the page itself, "true" on pages below it."""

    href: str
    words: Any
    icon: str
    here: str = ""
    narrow: bool = False  # on a wide screen the same link stands in the head


DESK = Place("/ban-lam-viec/", _("Bàn làm việc"), "home")
FRONT = Place("/", _("Trang chủ"), "home")
MINE = Place("/toi/", _("Của tôi"), "user")
LEARN = Place("/hoc/", _("Học"), "book")
TARGETS = Place("/chi-tieu/", _("Chỉ tiêu"), "target")
TASKS = Place("/nhiem-vu/", _("Nhiệm vụ"), "check")
REPORTS = Place("/bao-cao/", _("Báo cáo"), "doc")
VISITS = Place("/tham-ho/", _("Thăm hộ"), "pin")
PLANS = Place("/ke-hoach/", _("Kế hoạch"), "doc")
DISPLAY = Place("/hien-thi/", _("Cỡ chữ"), "text")
SIGN_IN = Place("/dang-nhap/", _("Đăng nhập"), "user")
# Five at most: on a phone they share the bottom bar.
CITIZEN = (FRONT, LEARN, TARGETS, DISPLAY, SIGN_IN)
CITIZEN_IN = (FRONT, LEARN, TARGETS, DISPLAY, MINE)  # a citizen who has signed in
OFFICER = (DESK, TARGETS, TASKS, REPORTS, MINE)
TEAM = (DESK, VISITS, TARGETS, REPORTS, MINE)  # goes from door to door, and has no tasks of a unit
FOOT = (FRONT, Place("/xac-minh/", _("Tra giấy xác nhận")), Place("/hien-thi/", _("Cỡ chữ và màu nền")))


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of every template: the frame's words, links and classes."""
    ward: Ward | None = getattr(request, "ward", None)
    user = getattr(request, "user", None) or AnonymousUser()
    signed_in = isinstance(user, Account)
    stand_in = getattr(request, "stand_in", None)  # of a page that is drawn for many; see learning.finished
    places = _places_of(user, ward) if isinstance(user, Account) else CITIZEN
    return {
        "frame": {
            "ward": ward,
            "place": _initial(ward.title) if ward else "",
            "committee": f"Ủy ban nhân dân {ward.title}" if ward else "",
            "kind_word": ward.kind_word if ward else "",
            "neighbourhood_word": ward.neighbourhood_word if ward else "",
            "nav": [_item(place, request) for place in places if is_open(place.href, user, ward)],
            "foot": [_item(place, request) for place in FOOT if is_open(place.href, user, ward)],
            "account_href": MINE.href if signed_in and is_open(MINE.href, user, ward) else "",
            "account_words": stand_in.name if stand_in else str(user) if signed_in else "",
            "owner": stand_in.owner if stand_in else owner_on(request, user) if isinstance(user, Account) else None,
            "display_classes": chosen(request).classes,
            "display": SimpleLazyObject(lambda: _display_tools(request)),
            "reading": SimpleLazyObject(lambda: _reading_tools(request)),
        }
    }


def _places_of(account: Account, ward: Ward | None) -> tuple[Place, ...]:
    """Where somebody goes most: whoever records visits and reads no tasks goes to the doors."""
    if account.is_citizen:
        return CITIZEN_IN
    return TEAM if is_open(VISITS.href, account, ward) and not is_open(TASKS.href, account, ward) else OFFICER


def _item(place: Place, request: HttpRequest) -> NavItem:
    path, href = request.path, place.href
    here = "page" if path == href else "true" if href != FRONT.href and path.startswith(href) else ""
    if href == DISPLAY.href and not here and request.method == "GET":
        href = f"{href}?{urlencode({'ve': request.get_full_path()})}"
    return NavItem(href, place.words, place.icon, here, narrow=place is MINE)


def is_open(href: str, user: Account | AnonymousUser, ward: Ward | None) -> bool:
    """True where the address exists and the visitor may open it."""
    capability = _capability(href)
    if capability in ("", "public"):
        return capability == "public"
    if capability == "signed_in":
        return isinstance(user, Account)
    return may(user, capability, ward)


@cache
def _capability(href: str) -> str:
    """What the view behind an address asks for; nothing where no view stands there."""
    try:
        return str(getattr(resolve(href).func, "capability", ""))
    except Resolver404:
        return ""


def _display_tools(request: HttpRequest) -> list[dict[str, Any]]:
    """The rows of plain links that change size, ground and letters and come back to this page."""
    onward, now = _onward(request), chosen(request)
    sizes = [{"words": w, "href": link_to(onward, size=k), "here": k == now.size} for k, w in SIZES.items()]
    grounds = [{"words": w, "href": link_to(onward, ground=k), "here": k == now.ground} for k, w in GROUNDS.items()]
    fonts = [{"words": w, "href": link_to(onward, font=k), "here": k == now.font} for k, w in FONTS.items()]
    return [
        {"words": _("Cỡ chữ"), "icon": "text", "choices": sizes},
        {"words": _("Màu nền"), "icon": "contrast", "choices": grounds},
        {"words": _("Kiểu chữ"), "icon": "text", "choices": fonts},
    ]


LARGER = {"thuong": ("to", _("Chữ to hơn")), "to": ("rat-to", _("Chữ to nữa")), "rat-to": ("thuong", _("Chữ nhỏ lại"))}
DARKER = {
    "sang": ("toi", _("Nền tối")),
    "toi": ("tuong-phan", _("Tương phản cao")),
    "tuong-phan": ("sang", _("Nền sáng")),
}
EASIER = {"thuong": ("de-doc", _("Chữ dễ đọc")), "de-doc": ("thuong", _("Kiểu chữ thường"))}


def _reading_tools(request: HttpRequest) -> list[dict[str, Any]]:
    """Three links at the head of a text, each to the next choice of its row; all choices stand in the foot."""
    onward, now = _onward(request), chosen(request)
    (size, larger), (ground, darker), (font, easier) = LARGER[now.size], DARKER[now.ground], EASIER[now.font]
    return [
        {"words": larger, "icon": "text", "href": link_to(onward, size=size)},
        {"words": darker, "icon": "contrast", "href": link_to(onward, ground=ground)},
        {"words": easier, "icon": "book", "href": link_to(onward, font=font)},
    ]


def _onward(request: HttpRequest) -> str:
    return request.get_full_path() if request.method == "GET" else request.path


def _initial(text: str) -> str:
    return text[:1].upper() + text[1:]
