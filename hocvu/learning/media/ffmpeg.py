"""The one door to ffmpeg: what a file holds, and running it so that a hostile file cannot reach anything.

Only these containers are opened (no playlists, no lists of other files), only `file` and `pipe` are spoken (no network),
allocations, processor time and wall time have an end, and the process is nice to its neighbours and sees no variable
of ours.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hocvu.lib.uploads import Refused

CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,ogg,wav,mp3,aac,flac,amr,amrnb"
MOST_PIXELS = 4096 * 2304  # of one frame
LOOK_SECONDS = 20  # for a look inside
WORK_SECONDS = 40 * 60  # for making a video small
LARGEST_ALLOCATION = 512 * 1024 * 1024

Step = Callable[[float], None]  # told how many seconds of the result are made
Told = Callable[[float, float], None]  # the same, and of how many in all

log = logging.getLogger(__name__)

_DURATION = re.compile(r"^\s*Duration: (\d+):(\d\d):(\d\d\.\d+)", re.MULTILINE)
_STREAM = re.compile(r"^\s*Stream #0:\d+.*?: (Audio|Video): (.*)$", re.MULTILINE)
_SIZE = re.compile(r"\b(\d{1,6})x(\d{1,6})\b")
_VOLUME = re.compile(r"max_volume: (-?\d+(?:\.\d+)?) dB")
_COVER = ("(attached pic)",)


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds. `seconds` is None where the file does not say, as what a browser recorded."""

    seconds: float | None
    has_audio: bool
    has_video: bool
    width: int = 0
    height: int = 0


@cache
def program() -> str | None:
    """The machine's ffmpeg, else the one that comes as a package; None where there is neither."""
    if found := shutil.which("ffmpeg"):
        return found
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return None


def look(path: Path) -> Found:
    """What a file holds. Raises Refused where it is no sound and no video, or one that is out of all measure."""
    said = _run([*_reading(path)], LOOK_SECONDS)[1]
    streams = [(kind, rest) for kind, rest in _STREAM.findall(said) if not rest.endswith(_COVER)]
    if "Input #0" not in said or not streams:
        raise Refused("Tệp này không phải âm thanh hay video, hoặc đã hỏng. Hãy thử mở tệp trên máy rồi chọn lại.")
    width = height = 0
    if videos := [rest for kind, rest in streams if kind == "Video"]:
        size = _SIZE.search(videos[0])
        width, height = (int(size[1]), int(size[2])) if size else (0, 0)
        if width * height > MOST_PIXELS:
            raise Refused(f"Khung hình {width} × {height} quá lớn. Hãy quay hoặc lưu lại ở mức Full HD (1080p).")
    length = _DURATION.search(said)
    seconds = int(length[1]) * 3600 + int(length[2]) * 60 + float(length[3]) if length else None
    return Found(seconds, any(kind == "Audio" for kind, _ in streams), bool(videos), width, height)


def seconds_of(path: Path) -> float:
    """How long a file that we made is."""
    return look(path).seconds or 0.0


def make(path: Path, options: Sequence[str], *, step: Step | None = None, seconds: float = WORK_SECONDS) -> str:
    """Make other files of one; gives what ffmpeg said. Raises Refused where it could not, or not in time.

    The output files are named in `options`, each after what holds for it.
    """
    code, said = _run([*_reading(path), *options], seconds, step)
    if code:
        log.warning("ffmpeg refused a file: %s", said[-2000:])
        raise Refused("Máy không chuyển được tệp này. Hãy lưu lại thành .mp4 hoặc .mp3 rồi thử lại.")
    return said


def loudest(said: str) -> float | None:
    """The loudest sample in decibels below full, as the filter `volumedetect` said it."""
    found = _VOLUME.search(said)
    return float(found[1]) if found else None


def _reading(path: Path) -> list[str]:
    return [
        "-protocol_whitelist", "file,pipe", "-format_whitelist", CONTAINERS, "-i", f"file:{path}",
    ]  # fmt: skip


def _run(options: list[str], seconds: float, step: Step | None = None) -> tuple[int, str]:
    tool = program()
    if tool is None:
        raise Refused("Máy chủ chưa có ffmpeg nên chưa nhận được âm thanh, video. Hãy báo quản trị.")
    command = [tool, "-hide_banner", "-nostdin", "-nostats", "-y", "-max_alloc", str(LARGEST_ALLOCATION)]
    command += ["-timelimit", str(int(seconds * 2)), "-progress", "pipe:1", *options]
    if nice := shutil.which("nice"):
        command = [nice, "-n", "10", *command]
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(  # noqa: S603 - our own options, no shell
            command, stdout=subprocess.PIPE, stderr=words, stdin=subprocess.DEVNULL, env=_surroundings()
        )
        alarm = threading.Timer(seconds, process.kill)
        alarm.start()
        try:
            _follow(process, step)
            code = process.wait()
        finally:
            alarm.cancel()
            if process.poll() is None:
                process.kill()
                process.wait()
        words.seek(0)
        return code, words.read(1_000_000).decode("utf-8", "replace")


def _follow(process: subprocess.Popen[bytes], step: Step | None) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        name, _, value = line.decode("ascii", "replace").strip().partition("=")
        if step and name == "out_time_us" and value.isdigit():
            step(int(value) / 1_000_000)


def _surroundings() -> dict[str, str]:
    kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
    return {"LC_ALL": "C", **{name: os.environ[name] for name in kept if name in os.environ}}
