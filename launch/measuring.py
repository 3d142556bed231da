"""`./run bench`: runs what stands in the folder `benchmarks`."""

from __future__ import annotations

import subprocess
from pathlib import Path

from launch import environment


def bench(arguments: list[str]) -> int:
    """Measure the named benchmarks, or all of them."""
    environment.make_ready(environment.SERVE, environment.DEVELOP)
    command: list[str | Path] = [environment.PYTHON, "-m", "benchmarks", *arguments]
    return subprocess.call(command, cwd=environment.ROOT, env=environment.variables())
