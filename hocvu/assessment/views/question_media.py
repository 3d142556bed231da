"""A picture or a sound of a question goes out, to whoever is asked it and to whoever reads the bank; to nobody else.

A drawing stands inside pages, in their colours; fetched by itself it brings those of the light ground along.
"""

from __future__ import annotations

from functools import partial
from itertools import chain
from pathlib import PurePath
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from hocvu.assessment.models import QuestionMedia, QuestionVersion
from hocvu.assessment.questions.kinds import media_names
from hocvu.lib import ranges
from hocvu.ward.access import SignedInRequest, may, signed_in
from hocvu.ward.models import Account

OFFICES = ("questions.read", "tests.proctor", "paper.make", "paper.enter")  # who reads, watches, prints
A_DAY = "private, max-age=86400, immutable"
COLOURS = (
    ".hv-d-line{fill:none;stroke:#2a1a12;stroke-width:3;stroke-linecap:round;stroke-linejoin:round}.hv-d-thin{stroke-width:2}"
    ".hv-d-paper{fill:#fffdf9}.hv-d-ink{fill:#2a1a12}.hv-d-soft{fill:#e2d1b8}.hv-d-red{fill:#c8321f}.hv-d-green{fill:#2f7d4a}"
    ".hv-d-skin{fill:#e9b68f}.hv-d-text{font:700 13px sans-serif;fill:#2a1a12;text-anchor:middle}.hv-d-small{font-size:11px}"
    ".hv-d-big{font-size:30px}.hv-d-left{text-anchor:start}.hv-d-text--on{fill:#fff}"
    ".hv-d-white{fill:none;stroke:#fff;stroke-width:5;stroke-linecap:round;stroke-linejoin:round}"
)


@signed_in
@require_safe
def question_media(request: SignedInRequest, questionmedia_id: UUID) -> HttpResponseBase:
    """One file, whole or in part. What may not be seen is not there."""
    media = QuestionMedia.objects.filter(ward=request.ward, pk=questionmedia_id).first()
    if media is None or not may_see(request.user, media):
        raise Http404
    answer = _drawing(media) if media.drawing else _file(request, media)
    answer["Cache-Control"] = A_DAY
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _drawing(media: QuestionMedia) -> HttpResponse:
    own = f'<svg xmlns="http://www.w3.org/2000/svg"{media.drawing.removeprefix("<svg")}'
    drawn = own.replace(">", f"><style>{COLOURS}</style>", 1)
    answer = HttpResponse(drawn, content_type="image/svg+xml")
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return answer


def _file(request: SignedInRequest, media: QuestionMedia) -> HttpResponseBase:
    try:
        answer = ranges.hand_out(
            request,
            partial(default_storage.open, media.path, "rb"),
            size=int(media.details.get("bytes") or default_storage.size(media.path)),
            etag=f'"{PurePath(media.path).stem}"',
            content_type=str(media.details.get("type") or "application/octet-stream"),
        )
    except FileNotFoundError as gone:  # a restored data folder without its files
        raise Http404 from gone
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def may_see(account: Account, media: QuestionMedia) -> bool:
    """Whether this account works with questions, or was asked one that names the file."""
    if any(may(account, capability, media.ward) for capability in OFFICES):
        return True
    named = (name for kind, content in _asked(account, media) for _, name, _ in media_names(kind, content))
    return media.name in named


def _asked(account: Account, media: QuestionMedia) -> chain[tuple[str, dict[str, object]]]:
    """Kind and content of every version that somebody was asked."""
    versions: QuerySet[QuestionVersion] = QuestionVersion.objects.filter(question__ward=media.ward_id)
    in_tests = versions.filter(pk__in=account.attempts.values("items__version"))
    in_practice = versions.filter(pk__in=account.screen_tries.values("version"))
    return chain(in_tests.values_list("kind", "content"), in_practice.values_list("kind", "content"))
