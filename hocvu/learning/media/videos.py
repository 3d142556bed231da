"""Videos made small: 480 lines of H.264 that every phone plays, the sound alone, a picture to stand before it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from hocvu.learning import storing
from hocvu.learning.media import ffmpeg, pictures
from hocvu.learning.media.sounds import Made
from hocvu.lib.uploads import Refused

LONGEST = 20 * 60  # seconds
LINES = 480  # of the shorter side
APART = 0.5  # seconds that picture, sound and what came may differ in length

# The shorter side at most 480, both even, square dots; what ends first stands still, or is silent, until the other ends.
_PICTURE = (
    f"scale='if(gte(iw,ih),-2,trunc(min({LINES},iw)/2)*2)':'if(gte(iw,ih),trunc(min({LINES},ih)/2)*2,-2)',setsar=1,"
    "format=yuv420p,tpad=stop=-1:stop_mode=clone"
)
_H264 = ["-c:v", "libx264", "-preset", "fast", "-crf", "28", "-profile:v", "main", "-fpsmax", "30", "-threads", "2"]
_PLAIN = ["-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn"]


def make_small(path: Path, *, longest: float = LONGEST, told: ffmpeg.Told | None = None) -> Made:
    """The variants "main", "poster" and, where there is sound, "audio" of a video. Raises Refused."""
    found = ffmpeg.look(path)
    if not found.has_video:
        raise Refused("Tệp này không có hình. Nếu là bài nghe, hãy tải lên ở mục âm thanh.")
    with tempfile.TemporaryDirectory() as made_here:
        folder = Path(made_here)
        seconds = found.seconds if found.seconds is not None else _measured(path, folder, longest)
        if seconds > longest + 1:
            raise Refused(f"Video dài quá {longest / 60:.0f} phút. Hãy chia thành nhiều video ngắn.")
        if seconds < 0.2:
            raise Refused("Video quá ngắn, không xem được gì. Hãy quay lại.")
        step = (lambda done: told(done, seconds)) if told else None
        main, audio = folder / "video.mp4", folder / "audio.opus"
        ffmpeg.make(path, _options(seconds, found.has_audio, main, audio), step=step)
        length = ffmpeg.seconds_of(main)
        _hold_equal(seconds, length)
        variants: dict[str, Any] = {"poster": poster_of(main, folder, length)}
        inside = ffmpeg.look(main)
        variants["main"] = storing.put_file(
            main, "video/mp4", width=inside.width, height=inside.height, seconds=round(length, 2)
        )
        if found.has_audio:
            heard = ffmpeg.seconds_of(audio)
            _hold_equal(length, heard)
            variants["audio"] = storing.put_file(audio, "audio/ogg", seconds=round(heard, 2))
    return Made(variants, round(length, 2))


def poster_of(path: Path, folder: Path, seconds: float) -> dict[str, Any]:
    """A picture from near the start of a video, as a variant."""
    shot = folder / "poster.png"
    ffmpeg.make(path, ["-ss", f"{min(1.0, seconds / 2):.3f}", "-frames:v", "1", "-update", "1", f"file:{shot}"])
    with Image.open(shot) as picture:
        return pictures.kept_as_webp(picture.convert("RGB"))


def sound_of(path: Path, folder: Path) -> dict[str, Any]:
    """The sound alone, as a variant."""
    audio = folder / "audio.opus"
    ffmpeg.make(path, ["-map", "0:a:0", "-vn", *_PLAIN, *_opus(), f"file:{audio}"])
    return storing.put_file(audio, "audio/ogg", seconds=round(ffmpeg.seconds_of(audio), 2))


def _options(seconds: float, has_audio: bool, main: Path, audio: Path) -> list[str]:
    length = ["-t", f"{seconds:.3f}"]
    video = ["-map", "0:v:0", "-vf", _PICTURE, *_H264, "-movflags", "+faststart", *length, *_PLAIN]
    if not has_audio:
        return [*video, "-an", f"file:{main}"]
    return [
        *video, "-map", "0:a:0", "-af", "apad", "-c:a", "aac", "-b:a", "40k", "-ac", "1", f"file:{main}",
        "-map", "0:a:0", "-af", "apad", *length, "-vn", *_PLAIN, *_opus(), f"file:{audio}",
    ]  # fmt: skip


def _opus() -> list[str]:
    return ["-c:a", "libopus", "-b:a", "24k", "-ac", "1", "-application", "voip"]


def _measured(path: Path, folder: Path, longest: float) -> float:
    """How long a video is that does not say: copied as it is, into a container that does."""
    copy = folder / "copy.mkv"
    ffmpeg.make(path, ["-map", "0:v:0", "-map", "0:a:0?", "-c", "copy", "-t", f"{longest + 5:.0f}", f"file:{copy}"])
    return ffmpeg.seconds_of(copy)


def _hold_equal(one: float, other: float) -> None:
    if abs(one - other) > APART:
        raise Refused(f"Hình và tiếng lệch nhau {abs(one - other):.1f} giây. Hãy lưu lại video rồi thử lại.")
