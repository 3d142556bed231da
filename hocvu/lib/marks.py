"""A status said in words, with the tone that a page may underline by colour and sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["", "good", "slow", "bad", "self", "none"]

# The sign that goes with each tone; colour is never the only one.
SIGNS: dict[str, str] = {"good": "check", "slow": "info", "bad": "alert"}


@dataclass(frozen=True)
class Mark:
    """One status tag: "Đã đạt" (good), "Chậm" (slow), "Trễ 3 ngày" (bad), "Tự khai" (self)."""

    words: str
    tone: Tone = ""
    icon: str = ""

    @property
    def sign(self) -> str:
        """The icon shown before the words, or nothing."""
        return self.icon or SIGNS.get(self.tone, "")

    def __str__(self) -> str:
        return self.words
