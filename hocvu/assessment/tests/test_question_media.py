"""A file of a question goes to whoever is asked it and to offices that work with questions, and to nobody else."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from hocvu.assessment.models import (
    Attempt,
    AttemptItem,
    Question,
    QuestionMedia,
    QuestionVersion,
    ScreenTry,
    TestRule,
)
from hocvu.assessment.questions import drawing, sweeping
from hocvu.assessment.tests.cast_kinds import CONTENTS
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db
SOUND = b"ID3" + bytes(997)


@pytest.fixture(autouse=True)
def own_storage(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def hai_an() -> Ward:
    return make_ward()


@pytest.fixture
def media(hai_an: Ward) -> QuestionMedia:
    path = default_storage.save("cau-hoi/hoi.mp3", ContentFile(SOUND))
    details = {"bytes": len(SOUND), "type": "audio/mpeg", "seconds": 4.2}
    return QuestionMedia.objects.create(
        ward=hai_an, name="hoi.mp3", kind="audio", path=path, digest="x", details=details
    )


@pytest.fixture
def version(hai_an: Ward, media: QuestionMedia) -> QuestionVersion:
    content = CONTENTS["single"] | {"audio": media.name}
    return make_version(hai_an, "ma-otp", "single", content)


def make_version(ward: Ward, code: str, kind: str, content: dict[str, Any]) -> QuestionVersion:
    question = Question.objects.create(ward=ward, code=code)
    return QuestionVersion.objects.create(
        question=question, number=1, state="live", kind=kind, competence="hocvu/4.2", level="B2", content=content
    )


def asked(account: Account, version: QuestionVersion) -> None:
    ward = version.question.ward
    rule = TestRule.objects.create(
        ward=ward, code=f"xep-{account.pk}", kind="placement", title="Xếp lớp", framework="hocvu", framework_version="1",
        source="Quyết định của phường", valid_from=date(2026, 1, 1),
    )  # fmt: skip
    attempt = Attempt.objects.create(
        ward=ward, account=account, rule=rule, frozen={}, kind="placement", due_at=timezone.now()
    )
    AttemptItem.objects.create(attempt=attempt, position=1, question=version.question, version=version)


def get(account: Account | None, media: QuestionMedia, **headers: str) -> Any:
    client = Client()
    if account:
        client.force_login(account)
    return client.get(f"/cau-hoi/tep/{media.pk}/", headers=headers)


def test_whoever_is_asked_hears_it_in_parts(hai_an: Ward, media: QuestionMedia, version: QuestionVersion) -> None:
    mai = make_account("mai")
    assert get(mai, media).status_code == 404
    asked(mai, version)
    answer = get(mai, media)
    assert (answer.status_code, answer["Content-Type"], b"".join(answer.streaming_content)) == (
        200,
        "audio/mpeg",
        SOUND,
    )
    assert answer["Cache-Control"].startswith("private") and "sandbox" in answer["Content-Security-Policy"]
    part = get(mai, media, range="bytes=0-2")
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"ID3")


def test_another_question_opens_nothing(hai_an: Ward, media: QuestionMedia, version: QuestionVersion) -> None:
    mai = make_account("mai")
    asked(mai, make_version(hai_an, "khac", "fill", CONTENTS["fill"]))
    assert get(mai, media).status_code == 404
    assert get(None, media).status_code == 302


def test_whoever_practises_sees_it_too(hai_an: Ward, media: QuestionMedia) -> None:
    mai = make_account("mai")
    version = make_version(hai_an, "may", "screens", CONTENTS["screens"] | {"audio": media.name})
    ScreenTry.objects.create(ward=hai_an, account=mai, question=version.question, version=version)
    assert get(mai, media).status_code == 200


def test_offices_that_work_with_questions_see_all_of_their_ward(hai_an: Ward, media: QuestionMedia) -> None:
    lan = make_account("lan", Role.UNIT_OFFICER, ward=hai_an, unit=make_unit(hai_an, "Phòng Văn hóa"))
    assert get(lan, media).status_code == 200
    other = make_ward("An Biên", code="11414", slug="an-bien")
    elsewhere = QuestionMedia.objects.create(ward=other, name="hoi.mp3", kind="audio", path=media.path, digest="x")
    assert get(lan, elsewhere).status_code == 404
    default_storage.delete(media.path)
    assert get(lan, media).status_code == 404  # a restored data folder without its files


def test_a_drawing_stands_in_the_page_and_alone(
    hai_an: Ward, media: QuestionMedia, version: QuestionVersion, django_assert_num_queries: Any
) -> None:
    drawn = QuestionMedia.objects.create(
        ward=hai_an, name="may.svg", kind="picture", drawing='<svg viewBox="0 0 9 9"><path d="M0 0"/></svg>', digest="x"
    )
    lan = make_account("lan", Role.UNIT_OFFICER, ward=hai_an, unit=make_unit(hai_an, "Phòng Văn hóa"))
    alone = get(lan, drawn)
    assert alone["Content-Type"] == "image/svg+xml" and "script-src" not in alone["Content-Security-Policy"]
    assert alone.content.startswith(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><style>')
    assert get(make_account("mai"), drawn).status_code == 404
    content = version.content | {"picture": {"name": "may.svg", "alt": "Máy"}}
    two = make_version(hai_an, "hai", "single", content)
    with django_assert_num_queries(1):
        files = drawing.media_of(hai_an.pk, [version, two])
    with django_assert_num_queries(0):
        shown = drawing.shown(two, seed="s", media=files)
    assert "<path" in str(shown.picture)
    assert shown.audio and shown.audio.main and shown.audio.main.url == f"/cau-hoi/tep/{media.pk}/"
    assert drawing.shown(version, seed="s").audio == shown.audio


def test_the_night_sweeps_a_file_that_nothing_names(media: QuestionMedia) -> None:
    forgotten = default_storage.save("cau-hoi/ab/bo-quen.webp", ContentFile(b"x"))
    assert sweeping.sweep() == 0, "an upload may be about to name it"
    for path in (media.path, forgotten):
        long_ago = (timezone.now() - timedelta(days=2)).timestamp()
        os.utime(default_storage.path(path), (long_ago, long_ago))
    assert sweeping.sweep() == 1
    assert default_storage.exists(media.path) and not default_storage.exists(forgotten)
