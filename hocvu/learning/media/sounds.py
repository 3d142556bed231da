"""Recorded voices: cut, made equally loud, kept small. Opus for most phones, MP3 for those that cannot play it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hocvu.learning import storing
from hocvu.learning.media import ffmpeg
from hocvu.lib.uploads import Refused

LONGEST = 5 * 60  # seconds
SHORTEST = 0.3
SILENT = -60.0  # decibels below full: nothing louder than this is a microphone that was off
WORK_SECONDS = 240
# One loudness for all voices: -19 LUFS of one channel is what -16 is of two.
LOUDNESS = "loudnorm=I=-19:TP=-2:LRA=11"


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a file: its variants, and how long it is in seconds."""

    variants: dict[str, Any]
    seconds: float


def make_small(
    path: Path,
    *,
    start: float = 0,
    end: float | None = None,
    longest: float = LONGEST,
    told: ffmpeg.Told | None = None,
) -> Made:
    """The variants "main" (Opus) and "mp3" of a sound from `start` to `end` in seconds. Raises Refused."""
    found = ffmpeg.look(path)
    if not found.has_audio:
        raise Refused("Tệp này không có tiếng. Hãy thu lại hoặc chọn tệp khác.")
    if found.seconds is not None and end is None and found.seconds - start > longest + 1:
        raise _too_long(longest)
    if found.seconds is not None and start >= found.seconds:
        raise Refused(
            f"Bản thu chỉ dài {found.seconds:.1f} giây, không cắt được từ giây {start:g}.".replace(".", ",", 1)
        )
    whole = (end if end is not None else found.seconds or longest) - start
    step = (lambda done: told(done, whole)) if told else None
    with tempfile.TemporaryDirectory() as folder:
        opus, mp3 = Path(folder) / "voice.opus", Path(folder) / "voice.mp3"
        said = ffmpeg.make(path, _options(start, end, longest, opus, mp3), step=step, seconds=WORK_SECONDS)
        seconds = ffmpeg.seconds_of(opus) if opus.stat().st_size else 0.0
        if seconds > longest + 1:
            raise _too_long(longest)
        if seconds < SHORTEST:
            raise Refused("Bản thu quá ngắn, không nghe được gì. Hãy thu lại.")
        loudest = ffmpeg.loudest(said)
        if loudest is not None and loudest < SILENT:
            raise Refused("Bản thu không có tiếng. Hãy kiểm tra micrô rồi thu lại.")
        variants = {
            "main": storing.put_file(opus, "audio/ogg", seconds=round(seconds, 2)),
            "mp3": storing.put_file(mp3, "audio/mpeg", seconds=round(seconds, 2)),
        }
    return Made(variants, round(seconds, 2))


def _options(start: float, end: float | None, longest: float, opus: Path, mp3: Path) -> list[str]:
    last = min(end, start + longest + 5) if end is not None else start + longest + 5
    chain = (
        f"[0:a:0]atrim=start={start:.3f}:end={last:.3f},asetpts=PTS-STARTPTS,volumedetect,{LOUDNESS},"
        "aresample=48000,aformat=channel_layouts=mono,asplit[a][b]"
    )
    plain = ["-map_metadata", "-1", "-vn", "-sn", "-dn"]
    return [
        "-filter_complex", chain,
        "-map", "[a]", *plain, "-c:a", "libopus", "-b:a", "28k", "-application", "voip", f"file:{opus}",
        "-map", "[b]", *plain, "-c:a", "libmp3lame", "-b:a", "32k", "-ar", "24000", f"file:{mp3}",
    ]  # fmt: skip


def _too_long(longest: float) -> Refused:
    return Refused(f"Bản thu dài quá {longest / 60:.0f} phút. Hãy cắt bớt hoặc chia ra nhiều khối.")
