"""Finds the machine's Chromium; the project ships none and downloads none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)


def find() -> str | None:
    """The program to start: HOCVU_CHROMIUM where it is set, else the first one known."""
    if named := os.environ.get("HOCVU_CHROMIUM"):
        return named if Path(named).exists() else shutil.which(named)
    found = (shutil.which(name) for name in NAMES)
    return next((place for place in found if place), None) or next((p for p in PLACES if Path(p).exists()), None)
