"""The house keeps its floors: what import-linter cannot see is looked at here."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "hocvu"
LAYERS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
FLOORS = [layer.rpartition(".")[2] for layer in LAYERS]  # the top floor first
PRIVATE = {"views", "forms", "admin", "urls"}  # of a room; others call its models and journeys


def sources() -> list[Path]:
    return [path for path in HOUSE.rglob("*.py") if "migrations" not in path.parts]


def templates() -> list[Path]:
    return sorted(HOUSE.rglob("templates/**/*.html"))


def room_of(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0]


def test_it_keeps_its_import_contracts() -> None:
    said = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert said.returncode == 0, said.stdout + said.stderr


def test_it_names_a_floor_for_every_room() -> None:
    rooms = {path.parent.name for path in HOUSE.glob("*/__init__.py")}
    assert rooms == set(FLOORS)


def test_it_has_no_key_that_climbs_a_floor() -> None:
    """A foreign key written in quotes is invisible to import-linter."""
    climbing = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        if model._meta.app_label in FLOORS and field.related_model._meta.app_label in FLOORS
        if FLOORS.index(field.related_model._meta.app_label) < FLOORS.index(model._meta.app_label)
    ]
    assert climbing == []


def test_it_has_no_room_without_tables() -> None:
    """Except the top, which shows what the others hold, and the folders that are no rooms."""
    empty = [room for room in FLOORS if room not in {"config", "home", "lib"} and not list_of_models(room)]
    assert empty == []


def list_of_models(room: str) -> list[str]:
    return [model.__name__ for model in apps.get_app_config(room).get_models()]


def test_it_keeps_no_table_in_the_library() -> None:
    assert not [path for path in (HOUSE / "lib").rglob("*.py") if "models.Model)" in path.read_text(encoding="utf-8")]


def test_a_room_imports_no_other_rooms_views_or_forms() -> None:
    assert [fault for path in sources() for fault in _private_imports(path)] == []


def _private_imports(path: Path) -> Iterator[str]:
    if room_of(path) == "config":
        return  # the list of addresses
    for module in _imported(ast.parse(path.read_text(encoding="utf-8"))):
        parts = module.split(".")
        if parts[0] == "hocvu" and len(parts) > 2 and parts[1] not in {room_of(path), "lib"} and parts[2] in PRIVATE:
            yield f"{path.relative_to(ROOT)} imports {module}"


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_it_finds_an_import_of_another_rooms_views(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "HOUSE", tmp_path)
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "x.py").write_text("def later():\n    from hocvu.ward import views, audit\n")
    assert list(_private_imports(tmp_path / "plan" / "x.py")) == ["plan/x.py imports hocvu.ward.views"]


def test_it_calls_no_module_by_an_empty_name() -> None:
    empty = {"utils", "util", "helpers", "helper", "managers", "services", "service", "common", "misc"}
    assert [path for path in sources() if path.stem in empty] == []


def test_it_asks_the_wards_clock_for_the_time() -> None:
    """Domain time comes from lib.clock, so that a demo or a test can set it."""
    wall = re.compile(r"\b(datetime\.now|datetime\.today|date\.today|datetime\.utcnow)\(")
    found = [path for path in sources() if "tests" not in path.parts and wall.search(path.read_text(encoding="utf-8"))]
    assert found == []


INLINE = {
    "a style in a tag": re.compile(r"\sstyle\s*=", re.I),
    "a handler in a tag": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.I),
    "a script without a source": re.compile(r"<script(?![^>]*\ssrc=)", re.I),
    "a style sheet in the page": re.compile(r"<style", re.I),
    "a link that is code": re.compile(r"javascript:", re.I),
    "text let through unescaped": re.compile(r"\|\s*safe\b|autoescape off"),
}


@pytest.mark.parametrize("what", INLINE)
def test_no_template_holds(what: str) -> None:
    found = [str(path.relative_to(ROOT)) for path in templates() if INLINE[what].search(path.read_text("utf-8"))]
    assert found == []


def test_it_sees_inline_code_where_there_is_some() -> None:
    bad = '<p style="x" onclick="y()"><script>1</script><style></style><a href="javascript:1">{{ x|safe }}'
    assert all(pattern.search(bad) for pattern in INLINE.values())


def committed() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.fail("the tests look at what git holds; run them in a clone")
    return listed.stdout.split("\0")[:-1]


def test_it_holds_rows_without_their_keys() -> None:
    """A row held with its key makes wait whoever commits a row that names it, in whichever order they came (decision 27)."""
    wrong = [
        f"{path.relative_to(ROOT)}: {held}"
        for path in (ROOT / "hocvu").rglob("*.py")
        for held in re.findall(r"select_for_update\([^\n]*", path.read_text("utf-8"))
        if "no_key=True" not in held
    ]
    assert wrong == []


def documented() -> list[str]:
    """The modules whose descriptions give examples."""
    paths = [path for path in sources() if "tests" not in path.parts and ">>>" in path.read_text(encoding="utf-8")]
    return sorted(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in paths)


def test_the_examples_of_its_descriptions_are_true() -> None:
    found = {name: doctest.testmod(importlib.import_module(name)) for name in documented()}
    assert sum(one.attempted for one in found.values()) > 100
    assert not [name for name, one in found.items() if one.failed]


def test_it_commits_nothing_of_others() -> None:
    """Fonts, htmx, axe and the like come from Python packages, at build."""
    foreign = re.compile(r"\.(woff2?|ttf|otf|eot|min\.js|min\.css|map|whl|jar|exe|dll|so)$|(^|/)(node_modules|vendor)/")
    assert [name for name in committed() if foreign.search(name)] == []


def test_it_commits_no_generated_or_private_file() -> None:
    made = re.compile(r"(^|/)(\.venv|var|build|__pycache__)/|\.(sqlite3|pyc)$|(^|/)\.env$")
    assert [name for name in committed() if made.search(name)] == []


LOCKS = sorted(ROOT.glob("requirements*.lock"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_and_hashes_and_names_no_place(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"index-url|find-links|://|file:|^-", text, re.M)
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert pins and all(re.match(r"[a-z0-9.-]+==[^ ]+ ", line) for line in pins)
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z])", text)[1:])


def test_the_locks_hold_everything_that_is_declared() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {
        "requirements.lock": declared["project"]["dependencies"],
        "requirements-postgres.lock": declared["project"]["optional-dependencies"]["postgres"],
        "requirements-dev.lock": declared["dependency-groups"]["dev"],
    }
    for lock, requirements in wanted.items():
        pinned = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / lock).read_text(), re.M))
        names = {re.match(r"[A-Za-z0-9-]+", requirement)[0].lower() for requirement in requirements}  # type: ignore[index]
        assert names <= pinned, f"{lock}: run ./run lock"


def test_the_locks_agree() -> None:
    pins = chain.from_iterable(re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text(), re.M) for lock in LOCKS)
    versions: dict[str, set[str]] = {}
    for name, version in pins:
        versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
