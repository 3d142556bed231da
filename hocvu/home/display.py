"""How a reader wants to see the pages: ground, size and kind of letters, kept in one cookie for a year.

Nothing turns dark by the device's wish alone, and nothing needs a script: each choice is a plain link.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache, partial
from urllib.parse import quote_plus

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from hocvu.lib.forms import Form
from hocvu.lib.web import render
from hocvu.ward.access import public

COOKIE = "hien-thi"
YEAR = 365 * 24 * 3600

GROUNDS = {"sang": _("Nền sáng"), "toi": _("Nền tối"), "tuong-phan": _("Tương phản cao")}
SIZES = {"thuong": _("Chữ thường"), "to": _("Chữ to"), "rat-to": _("Chữ rất to")}
FONTS = {"thuong": _("Kiểu chữ thường"), "de-doc": _("Kiểu chữ dễ đọc")}
CLASSES = {
    "toi": "theme-dark",
    "tuong-phan": "theme-contrast",
    "to": "text-large",
    "rat-to": "text-larger",
    "de-doc": "font-easy",  # only a page that wears it fetches the font
}


@dataclass(frozen=True)
class Display:
    """A reader's choice."""

    ground: str = "sang"
    size: str = "thuong"
    font: str = "thuong"

    @property
    def classes(self) -> str:
        """The classes that the page's <html> wears."""
        return " ".join(CLASSES[name] for name in (self.ground, self.size, self.font) if name in CLASSES)


def chosen(request: HttpRequest) -> Display:
    """What the cookie says; what it does not, or says wrongly, is as usual."""
    ground, size, font, *_rest = [*request.COOKIES.get(COOKIE, "").split(".", 3), "", "", ""]
    return _known(Display(ground, size, font), Display())


def link_to(onward: str, *, ground: str = "", size: str = "", font: str = "") -> str:
    """The address that takes one choice and comes back to `onward`."""
    choice = f"nen={ground}" if ground else f"kieu={font}" if font else f"chu={size}"
    return f"{_page()}?{choice}&ve={_quoted(onward)}"


_page = cache(partial(reverse, "home:display"))
_quoted = lru_cache(maxsize=512)(quote_plus)


def _known(said: Display, otherwise: Display) -> Display:
    """What was said, where there is such a choice."""
    return Display(
        said.ground if said.ground in GROUNDS else otherwise.ground,
        said.size if said.size in SIZES else otherwise.size,
        said.font if said.font in FONTS else otherwise.font,
    )


class DisplayForm(Form):
    """Ground, size and kind of letters, each to choose from."""

    mark_optional = False
    chu = forms.ChoiceField(label=_("Cỡ chữ"), choices=list(SIZES.items()), widget=forms.RadioSelect)
    nen = forms.ChoiceField(label=_("Màu nền"), choices=list(GROUNDS.items()), widget=forms.RadioSelect)
    kieu = forms.ChoiceField(label=_("Kiểu chữ"), choices=list(FONTS.items()), widget=forms.RadioSelect)


@public
def display(request: HttpRequest) -> HttpResponse:
    """Show the choices; with one in the address, keep it and go back to where the reader was."""
    now = chosen(request)
    onward = _local(request.GET.get("ve", ""), request)
    said = Display(*(request.GET.get(name, "") for name in ("nen", "chu", "kieu")))
    if said.ground in GROUNDS or said.size in SIZES or said.font in FONTS:
        return _keep(_known(said, now), request, onward or reverse("home:display"))
    form = DisplayForm(initial={"nen": now.ground, "chu": now.size, "kieu": now.font})
    return render(request, "home/display.html", {"form": form, "onward": onward})


def _local(address: str, request: HttpRequest) -> str:
    """The address where it is a page of this site, else nothing."""
    safe = url_has_allowed_host_and_scheme(address, None) and address.startswith("/")
    return address if safe else ""


def _keep(choice: Display, request: HttpRequest, onward: str) -> HttpResponse:
    answer = HttpResponseRedirect(onward)
    answer.set_cookie(
        COOKIE,
        f"{choice.ground}.{choice.size}.{choice.font}",
        max_age=YEAR,
        secure=request.is_secure(),
        httponly=False,  # no secret: pages that lie on the device read it by script
        samesite="Lax",
    )
    return answer
