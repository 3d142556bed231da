"""A machine's voice as a draft for authors: how long a block takes to hear, how it sounds before somebody records it.

espeak-ng of the machine, else the library that comes as a package (optional extra `voice`), driven by a process of its
own. Never for the public: such a file cannot be put into a block, and only staff can fetch it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from hocvu.lib.uploads import Refused

LONGEST = 6000  # signs of one text
SECONDS = 60  # for making it
CHILD = Path(__file__).with_name("machine_voice_child.py")


@cache
def command() -> tuple[str, ...] | None:
    """What to start, with a text on its input and the sound file as one more word; None where there is no such voice."""
    if found := shutil.which("espeak-ng"):
        return (found, "-v", "vi", "-s", "150", "--stdin", "-w")
    if find_spec("espeakng_loader") is None:
        return None
    import espeakng_loader

    library, data = str(espeakng_loader.get_library_path()), str(espeakng_loader.get_data_path())
    if not Path(data, "vi_dict").exists():
        return None
    return (sys.executable, "-I", str(CHILD), library, data)


def say(text: str, into: Path) -> None:
    """Read a text into a .wav file. Raises Refused."""
    words = command()
    if words is None:
        raise Refused("Máy chủ chưa có giọng máy. Hãy thu giọng người thật.")
    try:
        subprocess.run(  # noqa: S603 - our own program, the text goes through its input
            [*words, str(into)],
            input=text[:LONGEST].encode(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
        )
    except (subprocess.SubprocessError, OSError):
        raise Refused("Giọng máy không đọc được đoạn này. Hãy thu giọng người thật.") from None
