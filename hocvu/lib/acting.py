"""One page for every act of the desk: what it is about, its form, its button; refused in a sentence where it fails.

    return act_page(request, form, Act("Ghi người mất", button="Ghi lại", back=home), do=lambda data: ...)

`do` is given the clean values and answers where to go next. A Refusal it raises stands beside its field, with
everything typed still there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from hocvu.lib.forms import Form
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render


@dataclass(frozen=True)
class Act:
    """What the page says around the form."""

    title: str
    button: str
    lead: str = ""
    facts: Sequence[tuple[str, str]] = ()
    crumbs: Sequence[tuple[str, str]] = ()
    back: str = ""
    is_grave: bool = False
    takes_file: bool = False


def act_page(
    request: HttpRequest,
    form: Form,
    act: Act,
    *,
    do: Callable[[dict[str, Any]], str],
    template: str = "act.html",
    **more: Any,
) -> HttpResponse:
    """Show the form; where it was sent and is sound, act and go on."""
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(do(form.cleaned_data))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    return render(request, template, {"act": act, **more}, form=form)
