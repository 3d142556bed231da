"""Starts the platform: the web server and the worker beside it, and stops both when asked."""

from __future__ import annotations

import ctypes
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

from launch import environment

HOST = "127.0.0.1"
GRACE = 20.0  # seconds that a child has to finish what it holds
BUSY, FAILED = 2, 1
Child = subprocess.Popen[bytes]


def serve(*, port: int, empty: bool) -> int:
    """Prepare the data, start server and worker, stay until asked to stop."""
    if _busy(port):
        print(
            f"Cổng {port} đang có chương trình khác dùng; hãy chọn cổng khác, ví dụ ./run --port {port + 1} "
            f"(port {port} is busy)",
            file=sys.stderr,
        )
        return BUSY
    environment.make_ready(*environment.locks_to_serve())
    return House(port).live(empty=empty)


class House:
    """The processes of one running platform."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.address = f"http://{HOST}:{port}"
        self.asked_to_stop = 0
        self.variables = environment.variables(HOCVU_ADDRESS=os.environ.get("HOCVU_ADDRESS", self.address))
        self.children: list[Child] = []

    def live(self, *, empty: bool) -> int:
        """From preparing to the last child's end; 0 where somebody asked to stop."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop_asked)
        try:
            return self._live(empty)
        finally:
            self._stop_children()

    def _live(self, empty: bool) -> int:
        if code := self._to_its_end(self._manage("prepare", *(["--empty"] if empty else []))):
            return 0 if self.asked_to_stop else code
        if self.asked_to_stop:
            return 0
        if not empty and not _has_provider():
            self._play_vneid()
        server, worker = self._serve(), None
        while not self.asked_to_stop:
            if server.poll() is not None:
                print("Máy chủ web đã dừng; xem lý do ở các dòng trên. (the web server stopped)", file=sys.stderr)
                return FAILED
            if worker:
                worker.keep_alive()
            elif _answers(self.port):
                print(f"\nHọc vụ số đang chạy: {self.address}\nNhấn Ctrl-C để dừng.")
                worker = Worker(lambda: self._manage("work"))
            time.sleep(0.1)
        return 0

    def _play_vneid(self) -> None:
        """Beside the demo: a provider that plays VNeID, on a port of its own; see standins/README.md."""
        port = self.port + 1 if self.port < 65535 and not _busy(self.port + 1) else _free_port()
        self.variables |= {
            "VNEID_ISSUER": f"http://{HOST}:{port}",
            "VNEID_CLIENT_ID": "hocvu-minh-hoa",
            "VNEID_CLIENT_SECRET": secrets.token_urlsafe(32),
        }
        self._start([environment.PYTHON, "-m", "standins.vneid", "--port", str(port)])
        print(f"Kèm một trang đóng vai VNeID (không phải VNeID thật): {self.variables['VNEID_ISSUER']}")

    def _manage(self, *words: str) -> Child:
        return self._start([environment.PYTHON, environment.MANAGE, *words])

    def _serve(self) -> Child:
        # One thread a worker: on SQLite more threads only wait for each other.
        words = [
            "--interface",
            "wsgi",
            "--workers",
            "2",
            "--blocking-threads",
            "1",
            "--no-ws",
            "--log-level",
            "warning",
        ]
        words += ["--respawn-failed-workers", "--workers-kill-timeout", "10", "--host", HOST, "--port", str(self.port)]
        return self._start([environment.PYTHON, "-m", "granian", *words, "hocvu.config.wsgi:application"])

    def _start(self, command: list[str | Path]) -> Child:
        """Start a child in a group of its own, so that Ctrl-C reaches it through us, once."""
        if os.name == "nt":
            flag = subprocess.CREATE_NEW_PROCESS_GROUP  # type: ignore[attr-defined,unused-ignore]
            child = subprocess.Popen(command, cwd=environment.ROOT, env=self.variables, creationflags=flag)
        else:
            child = subprocess.Popen(
                command,
                cwd=environment.ROOT,
                env=self.variables,
                process_group=0,
                preexec_fn=partial(_die_with_parent, os.getpid()) if sys.platform == "linux" else None,
            )
        self.children = [*(one for one in self.children if one.poll() is None), child]
        return child

    def _to_its_end(self, child: Child) -> int:
        """Wait for a child, unless somebody asks to stop."""
        while child.poll() is None and not self.asked_to_stop:
            time.sleep(0.02)
        return child.returncode if child.returncode is not None else FAILED

    def _stop_asked(self, _number: int, _frame: FrameType | None) -> None:
        self.asked_to_stop += 1

    def _stop_children(self) -> None:
        """Ask every child to end, wait, and end by force those that do not; a second Ctrl-C does not wait."""
        running = [child for child in self.children if child.poll() is None]
        for child in running:
            child.send_signal(signal.CTRL_BREAK_EVENT if os.name == "nt" else signal.SIGTERM)  # type: ignore[attr-defined,unused-ignore]
        patience, already = time.monotonic() + GRACE, self.asked_to_stop
        while any(child.poll() is None for child in running):
            if time.monotonic() > patience or self.asked_to_stop > max(already, 1):
                for child in running:
                    child.kill()
            time.sleep(0.05)


class Worker:
    """The background worker: started again when it dies, more slowly each time it dies young."""

    YOUNG, LONGEST_PAUSE = 10.0, 30.0

    def __init__(self, start: Callable[[], Child]) -> None:
        self.start = start
        self.pause = 1.0
        self.again_at = 0.0
        self.begin()

    def begin(self) -> None:
        """Start the process."""
        self.child = self.start()
        self.begun = time.monotonic()

    def keep_alive(self) -> None:
        """Start it again where it has died and the pause is over."""
        if self.child.poll() is None:
            return
        now = time.monotonic()
        if not self.again_at:
            self.pause = 1.0 if now - self.begun > self.YOUNG else min(self.pause * 2, self.LONGEST_PAUSE)
            self.again_at = now + self.pause
            print(f"Tiến trình nền đã dừng (mã {self.child.returncode}), chạy lại sau {self.pause:.0f} giây.")
        elif now >= self.again_at:
            self.again_at = 0.0
            self.begin()


def _has_provider() -> bool:
    """Whether a provider is named already, or this is no place to play one."""
    named = ("VNEID_ISSUER", "VNEID_AUTHORIZATION_ENDPOINT")
    return os.environ.get("HOCVU_ENV") == "production" or any(os.environ.get(name) for name in named)


def _free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as door:
        door.bind((HOST, 0))
        return int(door.getsockname()[1])


def _busy(port: int) -> bool:
    """Whether the port cannot be listened on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
        if os.name != "nt":  # on Windows this option would share a busy port
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((HOST, port))
        except OSError:
            return True
    return False


def _answers(port: int) -> bool:
    """Whether the platform answers, in whatever words."""
    visit = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        visit.request("GET", "/dang-nhap/")
        visit.getresponse().read()
    except OSError:
        return False
    finally:
        visit.close()
    return True


def _die_with_parent(parent: int) -> None:
    """Linux: a child ends when this process is killed outright, so that no server is left behind."""
    parent_death_signal = 1
    ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGTERM)
    if os.getppid() != parent:  # it was killed before the line above: no signal will come
        os._exit(1)
