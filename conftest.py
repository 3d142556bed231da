"""What every test of the house may ask for: built assets, a quick password hash, Chromium, a running platform."""

from __future__ import annotations

import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from launch import chromium as chromium_of_the_machine
from tests.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parent
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TOUCHES_DATABASE = {"db", "transactional_db", "live_server", "django_db_reset_sequences"}

calm = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
hypothesis_settings.register_profile("suite", derandomize=True, max_examples=60, database=None, **calm)
hypothesis_settings.register_profile("deep", max_examples=2000, **calm)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deep", action="store_true", help="run the long simulations too")
    parser.addoption("--touching-database", action="store_true", help="only tests that use the database, no browser")
    parser.addoption(
        "--lane",
        choices=("judge", "pages", "field", "plain"),
        help="the walk over all addresses, other tests of pages, simulated devices, or the rest",
    )
    parser.addoption("--share", default="1/1", help="only the files of one share, such as 2/3")
    parser.addoption("--seed", type=int, help="of the simulations only the story of this seed")
    parser.addoption("--nothing-skipped", action="store_true", help="a skipped test fails the run")


def pytest_configure(config: pytest.Config) -> None:
    """The shell a test is started from must not decide its outcome; only DATABASE_URL is let through."""
    os.environ["HOCVU_ENV"] = "test"
    os.environ.pop("HOCVU_NOW", None)
    settings.ENV, settings.NOW = "test", ""
    settings.REMEMBER_FIGURES = False  # stories write rows without an act; one story of its own switches it on
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # Argon2id is slow on purpose
    folder = Path(tempfile.mkdtemp(prefix="hocvu-test-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    settings.DATA_DIR, settings.MEDIA_ROOT = folder, str(folder / "media")
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        # A file, so that a server's threads and other processes see what the test wrote.
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(folder / "test.sqlite3")
    hypothesis_settings.load_profile("deep" if config.getoption("--deep") else "suite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not asked for; skip, with the reason, what this machine cannot run."""
    kept, left = [], []
    for item in items:
        (kept if _wanted(item, config) else left).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left)
    if chromium_of_the_machine.find() is None:
        missing = pytest.mark.skip(reason="no Chromium here; ./run test names the line that installs it")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(missing)


def _wanted(item: pytest.Item, config: pytest.Config) -> bool:
    share, _, shares = config.getoption("--share").partition("/")
    if zlib.crc32(item.path.name.encode()) % int(shares) != int(share) - 1:
        return False
    if item.get_closest_marker("deep") and not config.getoption("--deep"):
        return False
    if lane := config.getoption("--lane"):
        return lane == _lane_of(item)
    if not config.getoption("--touching-database"):
        return True
    asks = TOUCHES_DATABASE & set(getattr(item, "fixturenames", ()))
    return bool(asks or item.get_closest_marker("django_db")) and not item.get_closest_marker("browser")


def _lane_of(item: pytest.Item) -> str:
    if item.get_closest_marker("simulated"):
        return "field"
    if not _looks_at_pages(item):
        return "plain"
    return "judge" if item.path.parent.name == "judge" else "pages"


def _looks_at_pages(item: pytest.Item) -> bool:
    """Whether a test opens Chromium, or the demo world that the judge walks: those share what is slow to make."""
    return bool(item.get_closest_marker("browser") or "judged" in getattr(item, "fixturenames", ()))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under --nothing-skipped a test that did not run counts as one that failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.getoption("--nothing-skipped") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session", autouse=True)
def assets() -> None:
    """Style, font and scripts as the server gives them out; built once, quick where nothing changed."""
    from django.core.management import call_command

    call_command("build_assets", verbosity=0)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, started once."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; the tests' own queries are still plain ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_of_the_machine.find(), args=list(CHROMIUM_FLAGS), headless=True
        )
        yield browser
        browser.close()


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browser contexts (a phone unless told otherwise) and closes them after the test."""
    opened: list[BrowserContext] = []

    def open_one(**options: Any) -> BrowserContext:
        wanted = {"viewport": {"width": 360, "height": 740}, "locale": "vi-VN", "service_workers": "block", **options}
        opened.append(chromium.new_context(**wanted))
        return opened[-1]

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """A fresh page on a phone of 360 × 740."""
    return new_context().new_page()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo ward in it, made once by `manage prepare`. Tests copy it, none writes to it.

    Runs of the same check share it: the first makes it and says so by a file beside it.
    """
    shared = os.environ.get("HOCVU_TEST_WORLD", "")
    if shared and (Path(shared) / "made").exists():
        return Path(shared) / "world"
    folder = tmp_path_factory.mktemp("world")
    Site.manage(folder, "prepare")
    if shared and not (Path(shared) / "world").exists():
        shutil.copytree(folder, Path(shared) / "world")
        (Path(shared) / "made").touch()
    return folder


@pytest.fixture(scope="session")
def demo_site(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The platform and its worker over a copy of the demo world; for tests that change little."""
    with Site.over(world, tmp_path_factory.mktemp("site"), worker=True) as site:
        yield site


@pytest.fixture
def own_site(world: Path, tmp_path: Path) -> Iterator[Site]:
    """The platform over a copy of the demo world that belongs to one test, with a worker beside it."""
    with Site.over(world, tmp_path / "data", worker=True) as site:
        yield site


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[Site]:
    """The platform as it stands after `./run --empty`, with a worker beside it."""
    Site.manage(tmp_path / "data", "prepare", "--empty")
    with Site(tmp_path / "data", worker=True) as site:
        yield site
