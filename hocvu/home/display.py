"""How a reader wants to see the pages: ground and size of letters, kept in one cookie for a year.

Nothing turns dark by the device's wish alone, and nothing needs a script: each choice is a plain link.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

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
CLASSES = {"toi": "theme-dark", "tuong-phan": "theme-contrast", "to": "text-large", "rat-to": "text-larger"}


@dataclass(frozen=True)
class Display:
    """A reader's choice."""

    ground: str = "sang"
    size: str = "thuong"

    @property
    def classes(self) -> str:
        """The classes that the page's <html> wears."""
        return " ".join(CLASSES[name] for name in (self.ground, self.size) if name in CLASSES)


def chosen(request: HttpRequest) -> Display:
    """What the cookie says; what it does not, or says wrongly, is as usual."""
    ground, _dot, size = request.COOKIES.get(COOKIE, "").partition(".")
    return Display(ground if ground in GROUNDS else "sang", size if size in SIZES else "thuong")


def link_to(onward: str, *, ground: str = "", size: str = "") -> str:
    """The address that takes one choice and comes back to `onward`."""
    choice = {"nen": ground} if ground else {"chu": size}
    return f"{reverse('home:display')}?{urlencode({**choice, 've': onward})}"


class DisplayForm(Form):
    """Ground and size, both to choose from."""

    mark_optional = False
    chu = forms.ChoiceField(label=_("Cỡ chữ"), choices=list(SIZES.items()), widget=forms.RadioSelect)
    nen = forms.ChoiceField(label=_("Màu nền"), choices=list(GROUNDS.items()), widget=forms.RadioSelect)


@public
def display(request: HttpRequest) -> HttpResponse:
    """Show the choices; with one in the address, keep it and go back to where the reader was."""
    now = chosen(request)
    onward = _local(request.GET.get("ve", ""), request)
    ground, size = request.GET.get("nen", ""), request.GET.get("chu", "")
    if ground in GROUNDS or size in SIZES:
        kept = Display(ground if ground in GROUNDS else now.ground, size if size in SIZES else now.size)
        return _keep(kept, request, onward or reverse("home:display"))
    form = DisplayForm(initial={"nen": now.ground, "chu": now.size})
    return render(request, "home/display.html", {"form": form, "onward": onward})


def _local(address: str, request: HttpRequest) -> str:
    """The address where it is a page of this site, else nothing."""
    safe = url_has_allowed_host_and_scheme(address, None) and address.startswith("/")
    return address if safe else ""


def _keep(choice: Display, request: HttpRequest, onward: str) -> HttpResponse:
    answer = HttpResponseRedirect(onward)
    answer.set_cookie(
        COOKIE,
        f"{choice.ground}.{choice.size}",
        max_age=YEAR,
        secure=request.is_secure(),
        httponly=False,  # no secret: pages that lie on the device read it by script
        samesite="Lax",
    )
    return answer
