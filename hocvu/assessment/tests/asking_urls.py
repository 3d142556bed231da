"""Addresses of the tests in a browser: each kind of question in a form of its own, as pages of the product ask it."""

from __future__ import annotations

from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

from hocvu.assessment.questions import drawing, marking, screens
from hocvu.assessment.tests.cast_kinds import CONTENTS
from hocvu.lib.blocks.drawing import File, Shown
from hocvu.ward.access import WardRequest, public

DRAWN = '<svg viewBox="0 0 240 204"><rect class="hv-d-paper" x="60" y="10" width="120" height="184" rx="16"/><path class="hv-d-line" d="M80 60H160"/></svg>'
MEDIA = {
    "may.svg": Shown("picture", drawing=DRAWN),
    "hoi.mp3": Shown("audio", File("/khong-co.mp3", 9000, "audio/mpeg")),
}
PAGE = """{% extends "base.html" %}{% load static %}
{% block title %}Câu hỏi{% endblock title %}
{% block head_extra %}<link rel="stylesheet" href="{% static "assessment.css" %}"><script src="{% static "question.js" %}" defer></script>{% endblock head_extra %}
{% block main %}<h1>Câu 1</h1>{% if said %}<p id="da-noi">{{ said }}</p>{% endif %}
<form method="post" action="#{{ shown.id }}" class="hv-stack">{% csrf_token %}{% include "assessment/parts/question.html" %}
{% if not shown.has_own_buttons %}<p class="hv-act"><button class="hv-button">Trả lời</button></p>{% endif %}</form>{% endblock main %}"""


@public
def ask(request: WardRequest, kind: str, manner: str = "") -> HttpResponse:
    """One question; what was answered stands above."""
    content = CONTENTS[kind]
    if kind in ("single", "multiple"):
        picture = {"name": "may.svg", "alt": "Một chiếc điện thoại"}
        content = content | {"picture": picture, "audio": "hoi.mp3"}
        first, *others = content["choices"]
        content["choices"] = [first | {"picture": {**picture, "alt": ""}, "audio": "hoi.mp3"}, *others]
    post = request.POST if request.method == "POST" else None
    said, standing = marking.read(kind, content, request.POST) if post else None, None
    if kind == "screens":
        standing = screens.Signed(content, "thu").at(request.POST)
        said = list(standing.path) if standing.ended else None
        post = None
    if manner == "xong":
        said = {"single": "b", "fill": "mật mã"}.get(kind, marking.right(kind, content))
    asked = drawing.shown(
        (kind, content), seed="thu", said=said, reveal=manner == "xong", printed=manner == "giay", media=MEDIA, post=post,
        standing=standing, key="thu",
    )  # fmt: skip
    told = f"{marking.mark(kind, content, said)}: {marking.words(kind, content, said)}" if said is not None else ""
    page = engines["django"].from_string(PAGE).render({"shown": asked, "said": told}, request)
    return HttpResponse(page, status=422 if asked.problem else 200)


urlpatterns = [
    path("thu/<slug:kind>/", ask),
    path("thu/<slug:kind>/<slug:manner>/", ask),
    path("", include("hocvu.config.urls")),
]
