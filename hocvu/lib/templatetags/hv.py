"""The words templates are written in: signs, tags, stems, figures, days. Loaded in every template."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.forms.formsets import BaseFormSet
from django.template.defaulttags import querystring as django_querystring
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hocvu.lib import charts, pager
from hocvu.lib.blocks import inline
from hocvu.lib.figures import Number, number_words, percent_words
from hocvu.lib.forms import Problem, problems_of
from hocvu.lib.marks import Mark, Tone

register = template.Library()

ICON_SIZES = {"": "", "s": " hv-icon--s", "l": " hv-icon--l", "back": " hv-icon--s hv-icon--back"}


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A sign of the sprite, always beside words and hidden from readers that speak. Sizes: s, l, back."""
    return _sign(name, size, _sprite())


def _sprite() -> str:
    """Where the sprite lies in this release; asked thirty times a page."""
    storages: dict[str, Any] = settings.STORAGES
    return _address_in(storages["staticfiles"]["BACKEND"], settings.STATIC_URL, settings.DEBUG)


@lru_cache(maxsize=8)
def _address_in(_storage: str, _root: str, _debug: bool) -> str:
    return static("icons.svg")


@lru_cache(maxsize=512)
def _sign(name: str, size: str, sprite: str) -> SafeString:
    return format_html(
        '<svg class="hv-icon{}" aria-hidden="true" focusable="false"><use href="{}#i-{}"/></svg>',
        ICON_SIZES[size],
        sprite,
        name,
    )


@register.simple_tag
def flower(css: str = "hv-flower") -> SafeString:
    """The one ornament, a phượng flower: brand mark and empty states."""
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#m-flower"/></svg>', css, _sprite()
    )


@register.simple_tag
def branch(css: str = "hv-hero__branch") -> SafeString:
    """The flowering branch of the front page."""
    return format_html(
        '<svg class="{}" viewBox="0 0 320 220" aria-hidden="true" focusable="false"><use href="{}#m-branch"/></svg>',
        css,
        static("icons.svg"),
    )


@register.simple_tag
def tag(state: Mark | str, tone: Tone = "", icon: str = "") -> SafeString:
    """A status tag: `{% tag task.mark %}` or `{% tag "Đã đạt" "good" %}`."""
    return _drawn(state if isinstance(state, Mark) else Mark(str(state), tone, icon), _sprite())


@lru_cache(maxsize=2048)
def _drawn(mark: Mark, sprite: str) -> SafeString:
    """The tag's markup; a list says the same few marks hundreds of times. `sprite` tells one build from the next."""
    return SafeString(render_to_string("parts/tag.html", {"mark": mark}))


@register.inclusion_tag("parts/progress.html")
def stem(value: Number, of: Number, words: str = "") -> dict[str, Any]:
    """A green bar of how much of a whole, with the words that say it ("7 trên 9 đơn vị")."""
    said = f"{number_words(value)} trên {number_words(of)} {words}".strip()
    return {"width": charts.coordinate(charts.share(value, of)), "words": said}


@register.inclusion_tag("parts/bullet.html")
def bullet(value: Number, goal: Number | None = None, guess: Number | None = None) -> dict[str, Any]:
    """A bar in per cent with a black tick at the goal."""
    return {"bullet": charts.Bullet(value, goal, guess)}


@register.inclusion_tag("parts/line_chart.html")
def line_chart(points: Sequence[tuple[str, Number]], title: str, id: str, goal: Number | None = None) -> dict[str, Any]:
    """A line of percentages over time, with its figures in a table below."""
    return {"line": charts.Line(points, goal), "title": title, "id": id}


@register.inclusion_tag("parts/bars.html")
def bars(drawing: charts.Bars, unit: str) -> dict[str, Any]:
    """Groups of bars with their values; the last kind is drawn full, those on the way to it pale."""
    return {"bars": drawing, "unit": unit}


@register.inclusion_tag("parts/columns.html")
def columns(drawing: charts.Columns, title: str, id: str, when: str, counted: str) -> dict[str, Any]:
    """Counts over time as upright bars, with the same in a table; `when` and `counted` head its columns."""
    return {"columns": drawing, "title": title, "id": id, "when": when, "counted": counted}


@register.inclusion_tag("parts/error_summary.html")
def error_summary(*forms: BaseForm | BaseFormSet[Any]) -> dict[str, Any]:
    """All that is wrong on the page, first; each line leads to its field. For several forms at once."""
    return {"problems": [problem for form in forms for problem in problems_of(form)]}


@register.simple_tag(takes_context=True)
def xlsx_address(context: template.Context) -> str:
    """The address of the list at hand, with its filters, as a spreadsheet of all its pages."""
    query = context["request"].GET.copy()
    query.pop(pager.PARAMETER, None)
    query["dinh-dang"] = "xlsx"
    return f"?{query.urlencode()}"


@register.simple_block_tag
def crumbs(content: SafeString) -> SafeString:
    """The way back, as list items; nothing at all where a page names none."""
    if not content.strip():
        return SafeString("")
    return format_html('<nav class="hv-crumbs" aria-label="{}"><ol>{}</ol></nav>', _("Đường dẫn"), content)


@register.filter
def problems(form: BaseForm | BaseFormSet[Any] | None) -> list[Problem]:
    """The errors of a form, each with the place it leads to."""
    return problems_of(form) if form else []


@register.filter
def number(value: Number | None) -> str:
    """38.420"""
    return "" if value is None or value == "" else number_words(value)


@register.filter
def percent(value: Number | None) -> str:
    """63,3%"""
    return "" if value is None or value == "" else percent_words(value)


@register.filter
def day(value: date | datetime | None) -> str:
    """18/11/2026"""
    if not value:
        return ""
    local = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    return f"{local:%d/%m/%Y}"


@register.filter
def moment(value: datetime | None) -> str:
    """16/11/2026, 15 giờ 20"""
    if not value:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    minutes = f" {local:%M}" if local.minute else ""
    return f"{local:%d/%m/%Y}, {local.hour} giờ{minutes}"


@register.filter
def marks(line: object) -> SafeString:
    """A line of a block with its marks drawn; everything else in it is escaped."""
    return inline.html(str(line or ""))


@register.filter
def paragraphs(text: object) -> list[str]:
    """The paragraphs of a text of a block."""
    return inline.paragraphs(str(text or ""))


@register.filter
def nbsp(value: object) -> str:
    """Keep the words on one line."""
    return str(value).replace(" ", "\u00a0")


@register.filter
def initial(value: object) -> str:
    """A capital at the start, the rest as it is: "phường Hải An" becomes "Phường Hải An"."""
    text = str(value)
    return text[:1].upper() + text[1:]


@register.filter
def inner(value: object) -> str:
    """The sentence as it stands after "Lỗi: ": a small letter at the start, unless it is an abbreviation."""
    text = str(value)
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


@register.simple_tag(name="querystring", takes_context=True)
def querystring(context: template.Context, **changes: Any) -> str:
    """Django's tag; without anything left to ask it says "?", because an empty address is no link."""
    return django_querystring(context, **changes) or "?"
