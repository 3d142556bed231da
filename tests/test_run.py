"""./run, as a newcomer meets it: it starts, says where, stops when asked, and says plainly what is wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from launch import chromium, environment, postgres
from tests.site import free_port

ROOT = Path(__file__).parents[1]
posix = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "run", *words], env={**os.environ, **variables}, capture_output=True, text=True
    )


class Started:
    """`./run` at work in a data folder of its own."""

    def __init__(self, data: Path) -> None:
        self.port = free_port()
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        words = ["--data", str(data), "--port", str(self.port), "--empty"]
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "run", *words],
            env=kept,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.said: list[str] = []

    def wait_for(self, words: str) -> str:
        """Read on until a line holds these words."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)
            if words in line:
                return line
        raise AssertionError(f"{words!r} was never said:\n{''.join(self.said)}")

    def children(self) -> dict[int, str]:
        """Its processes, by number."""
        listed = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True
        )
        rows = (line.split(maxsplit=1) for line in listed.stdout.splitlines())
        return {int(number): command for number, command in rows}

    def stop(self, with_signal: signal.Signals) -> int:
        self.process.send_signal(with_signal)
        self.process.communicate(timeout=60)
        return self.process.returncode


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    house = Started(tmp_path / "data")
    yield house
    if house.process.poll() is None:
        house.stop(signal.SIGTERM)


@posix
@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_says_where_and_stops_when_asked(started: Started, asked: signal.Signals) -> None:
    line = started.wait_for("đang chạy: http")
    assert f"http://127.0.0.1:{started.port}" in line
    with urllib.request.urlopen(f"http://127.0.0.1:{started.port}/", timeout=10) as page:
        assert "Học vụ số" in page.read().decode()
    children = started.children()
    assert not [command for command in children.values() if "standins" in command]  # they play for the demo alone
    assert started.stop(asked) == 0
    assert not [number for number in children if Path(f"/proc/{number}").exists()]


@posix
def test_it_starts_a_worker_that_died_again(started: Started) -> None:
    started.wait_for("đang chạy: http")
    first = worker_of(started)
    os.kill(first, signal.SIGKILL)
    started.wait_for("Tiến trình nền đã dừng (mã -9)")
    assert worker_of(started, other_than=first) != first


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_it_leaves_no_server_behind_when_it_is_killed(started: Started) -> None:
    started.wait_for("đang chạy: http")
    assert started.stop(signal.SIGKILL) == -signal.SIGKILL
    patience = time.monotonic() + 20
    while time.monotonic() < patience:
        with socket.socket() as visit:
            if visit.connect_ex(("127.0.0.1", started.port)):
                return
        time.sleep(0.2)
    raise AssertionError("the server still listens")


def worker_of(house: Started, other_than: int = 0) -> int:
    """The number of the worker's process, waiting for one where it is not there yet."""
    patience = time.monotonic() + 40
    while time.monotonic() < patience:
        for number, command in house.children().items():
            if command.endswith("manage.py work") and number != other_than:
                return number
        time.sleep(0.2)
    raise AssertionError(f"no worker: {house.children()}")


def test_it_says_that_the_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]
        refused = run("--data", str(tmp_path), "--port", str(port))
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"Cổng {port} đang có chương trình khác dùng")
    assert len(refused.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("port", ["0", "70000", "abc"])
def test_it_refuses_what_is_no_port(port: str) -> None:
    refused = run("--port", port)
    assert refused.returncode == 2
    assert "a port is a number from 1 to 65535" in refused.stderr


def test_it_lists_its_commands() -> None:
    told = run("--help")
    assert told.returncode == 0
    assert all(f"./run {word}" in told.stdout for word in ("manage", "test", "check", "bench"))


def test_it_passes_a_django_command_on(tmp_path: Path) -> None:
    """Its own words are Django's, its exit code too."""
    assert "--fail-level" in run("--data", str(tmp_path), "manage", "check", "--help").stdout
    assert run("manage", "no_such_command").returncode == 1


def test_it_refuses_an_older_python_in_one_sentence() -> None:
    pretend = f"import sys; sys.version_info = (3, 9, 2); exec(open({str(ROOT / 'run')!r}).read())"
    refused = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True)
    assert refused.returncode == 1
    assert "Python 3.11" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_its_first_file_is_readable_to_an_old_python() -> None:
    """Nothing newer than Python 3.0's grammar, so that the sentence can be said."""
    text = (ROOT / "run").read_text(encoding="utf-8")
    assert not any(word in text for word in ("f'", 'f"', ":=", "match ", "annotations"))


@pytest.fixture
def no_venv_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    return tmp_path


def test_it_names_the_package_that_a_bare_debian_lacks(no_venv_yet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(environment.Unavailable, match="sudo apt-get install -y python3-venv"):
        environment.make_ready(environment.SERVE)


def test_it_installs_once_and_again_only_when_the_lock_changed(
    no_venv_yet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = no_venv_yet / "some.lock"
    lock.write_text("django==5.2\n")
    installed: list[str] = []
    monkeypatch.setattr(environment, "ROOT", no_venv_yet)
    monkeypatch.setattr(environment, "_install", lambda path: installed.append(path.read_text()))
    environment.PYTHON.parent.mkdir(parents=True)
    environment.PYTHON.touch()
    environment.make_ready("some.lock")
    environment.make_ready("some.lock")
    assert installed == ["django==5.2\n"]
    lock.write_text("django==5.3\n")
    environment.make_ready("some.lock")
    assert installed == ["django==5.2\n", "django==5.3\n"]


def test_a_lock_keeps_no_place_of_this_machine() -> None:
    pin = "django==5.2 \\\n    --hash=sha256:ab\n"
    resolved = f"--extra-index-url https://mirror.local/simple\n--find-links /srv/wheels\n{pin}"
    assert environment._without_places(resolved) == pin


def test_it_takes_the_chromium_it_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = tmp_path / "my-chromium"
    own.touch()
    monkeypatch.setenv("HOCVU_CHROMIUM", str(own))
    assert chromium.find() == str(own)
    monkeypatch.setenv("HOCVU_CHROMIUM", str(tmp_path / "nowhere"))
    assert chromium.find() is None


@pytest.mark.skipif(
    postgres.programs() is None, reason="no PostgreSQL here; ./run test names the line that installs it"
)
def test_it_makes_a_postgresql_and_throws_it_away() -> None:
    import psycopg

    programs = postgres.programs()
    assert programs
    with postgres.cluster(programs) as url:
        home = Path(url.partition("host=")[2].partition("&")[0].replace("%2F", "/"))
        with psycopg.connect(f"host={home} port={postgres.PORT} user=postgres dbname=postgres") as server:
            row = server.execute("show server_encoding").fetchone()
        assert row == ("UTF8",)
    assert not home.exists()
