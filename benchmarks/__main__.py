"""Runs the benchmarks: `./run bench [NAME …] [--json]`.

A benchmark is a module of this folder with a docstring whose first line says what is compared with what, and a
function `measure()` that answers with named figures.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import platform
import sys
from collections.abc import Mapping
from pathlib import Path

Figures = Mapping[str, float | int | str]


def known() -> list[str]:
    """The names of all benchmarks."""
    here = str(Path(__file__).parent)
    return sorted(module.name for module in pkgutil.iter_modules([here]) if not module.name.startswith("_"))


def run(name: str) -> dict[str, object]:
    """One benchmark's figures with its first line."""
    module = importlib.import_module(f"benchmarks.{name}")
    figures: Figures = module.measure()
    return {"name": name, "about": (module.__doc__ or "").strip().splitlines()[0], "figures": dict(figures)}


def main() -> int:
    """Run what was named, print sentences or JSON."""
    parser = argparse.ArgumentParser(prog="./run bench", description="; ".join(known()))
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*known(), []])
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hocvu.config.settings")
    results = []
    for name in asked.names or known():
        results.append(run(name))
        if not asked.json:
            tell(results[-1])
    if asked.json:
        machine = {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()}
        print(json.dumps({"machine": machine, "benchmarks": results}, ensure_ascii=False, indent=1))
    return 0


def tell(result: dict[str, object]) -> None:
    """Print one result for people."""
    print(f"\n{result['name']}: {result['about']}")
    figures = result["figures"]
    assert isinstance(figures, dict)
    for what, figure in figures.items():
        print(f"  {what:<48} {figure:.3f}" if isinstance(figure, float) else f"  {what:<48} {figure}")


if __name__ == "__main__":
    sys.exit(main())
