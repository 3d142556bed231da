"""What a device fetches to have a course, how much it says it is, and the worker that gives it out."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hocvu.learning import publishing, storing
from hocvu.learning.models import Lesson, Media
from hocvu.learning.tests.cast import BLOCKS, make_course, make_lesson
from hocvu.signin import citizens
from hocvu.ward.models import Ward
from hocvu.ward.tests.cast import make_ward

pytestmark = pytest.mark.django_db
PACKAGE = "/hoc/khoa/an-toan/goi.json"
SCRIPTS: Path = settings.ROOT / "build" / "assets"  # as they are served: without remarks


@pytest.fixture(autouse=True)
def forgotten():
    cache.clear()


@pytest.fixture
def hai_an() -> Ward:
    return make_ward()


@pytest.fixture
def lesson(hai_an) -> Lesson:
    blocks = [
        *BLOCKS,
        {"kind": "picture", "id": "anh", "media": "anh.webp", "alt": "Điện thoại"},
        {"kind": "audio", "id": "nghe", "title": "Nghe", "media": "nghe.opus", "transcript": "Lời."},
        {"kind": "video", "id": "xem", "title": "Xem", "media": "xem.mp4", "transcript": "Lời."},
    ]
    lesson = make_lesson(hai_an, blocks=blocks)
    for name, kind, size in (("anh.webp", "picture", 3000), ("nghe.opus", "audio", 9000), ("xem.mp4", "video", 70_000)):
        variants = {"main": storing.put(name.encode().ljust(size), f".{name[-4:]}", f"{kind}/x")}
        Media.objects.create(
            ward=hai_an, lesson=lesson, name=name, kind=kind, origin="file", digest=name, variants=variants
        )
    publishing.publish(lesson.published, by=None)  # with its files
    make_course(hai_an, lesson)
    return lesson


def test_a_package_holds_every_page_and_whatever_the_pages_show(client, lesson):
    said = client.get(PACKAGE).json()
    pages = [item["url"] for item in said["pages"]]
    assert pages == [
        "/hoc/khoa/an-toan/",
        "/hoc/bai/khong-doc-ma-otp/?khoa=an-toan",
        "/hoc/bai/khong-doc-ma-otp/1/?khoa=an-toan",
        "/hoc/bai/khong-doc-ma-otp/2/?khoa=an-toan",
        "/hoc/bai/khong-doc-ma-otp/?het=1&khoa=an-toan",
        "/hoc/bai/khong-doc-ma-otp/loi-ghi/",
    ]
    assets = " ".join(item["url"] for item in said["assets"])
    assert all(
        re.search(rf"/static/{name}\.[0-9a-f]+\.", assets)
        for name in ("hv", "outbox", "icons", "fonts/be-vietnam-pro-700")
    )
    assert "lexend" not in assets
    assert [item["bytes"] for item in said["media"]] == [3000, 9000]
    assert said["video_bytes"] == 70_000


def test_videos_come_only_to_whoever_asked_for_them(client, lesson):
    assert client.get(f"{PACKAGE}?video=1").json()["bytes"] == client.get(PACKAGE).json()["bytes"] + 70_000


def test_the_size_that_is_said_is_the_size_that_is_fetched(client, lesson):
    said = client.get(PACKAGE).json()
    fetched = sum(len(b"".join(client.get(item["url"]))) for item in (*said["pages"], *said["media"]))
    fetched += sum(
        (settings.STATIC_ROOT / item["url"].removeprefix("/static/")).stat().st_size for item in said["assets"]
    )
    assert abs(said["bytes"] - fetched) < 0.05 * fetched
    assert said["sent"] < said["bytes"]


def test_the_size_stands_first_and_without_a_script_there_is_paper(client, lesson):
    page = client.get("/hoc/khoa/an-toan/tai/").content.decode()
    main = page[page.index("<main") :]
    assert main.index("data-size") < main.index("data-begin")
    assert re.search(r"<strong data-size>[\d,]+ (kB|MB)", main)
    assert "/hoc/bai/khong-doc-ma-otp/in/" in main
    assert "Tải cả video, thêm" in main


def test_a_version_is_the_same_until_something_changes(client, lesson):
    first = client.get(PACKAGE).json()["version"]
    cache.clear()
    assert client.get(PACKAGE).json()["version"] == first
    lesson.published.title = "Giữ mã OTP"
    lesson.published.save()
    cache.clear()
    assert client.get(PACKAGE).json()["version"] != first


def test_a_package_is_what_anybody_sees_also_for_whoever_is_signed_in(client, lesson, hai_an):
    mine = Client()
    mine.force_login(citizens.open_account(hai_an, full_name="Nguyễn Thị Nụ"))
    assert mine.get(PACKAGE).json() == client.get(PACKAGE).json()


def test_a_package_is_drawn_once_and_then_remembered(client, lesson):
    client.get(PACKAGE)
    with CaptureQueriesContext(connection) as seen:
        client.get(PACKAGE)
    assert len(seen) <= 5


def test_there_is_no_package_of_a_course_that_is_not_open_here(client, lesson):
    make_course(lesson.ward, lesson, slug="dang-soan").__class__.objects.filter(slug="dang-soan").update(state="draft")
    assert client.get("/hoc/khoa/dang-soan/goi.json").status_code == 404
    assert client.get("/hoc/khoa/dang-soan/tai/").status_code == 404


def test_the_worker_is_served_at_the_root_with_this_builds_assets(client, hai_an):
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert answer["Service-Worker-Allowed"] == "/"
    build = json.loads(re.search(r"const BUILD = (\{.*?\});", answer.content.decode())[1])
    for url in (*build["assets"], *build["scripts"]):
        assert (settings.STATIC_ROOT / url.removeprefix("/static/")).is_file(), url
    assert all(client.get(page).status_code == 200 for page in build["pages"])


def test_what_stands_in_for_other_pages_says_nothing_of_anybody(client, hai_an):
    page = client.get("/hoc/tren-may/").content.decode()
    assert "csrf" not in page and "hv-owner" not in page


def test_the_scripts_of_learners_pages_are_small():
    weight = {
        name: len(gzip.compress((SCRIPTS / f"{name}.js").read_bytes(), 9))
        for name in ("hv", "outbox", "download", "sw")
    }
    assert weight["hv"] + weight["outbox"] <= 9_000, weight
    assert weight["download"] <= 4_000 and weight["sw"] <= 3_000
