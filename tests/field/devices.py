"""Several devices in one page of Chromium, as Python holds them; see devices.js."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

AROUND = Path(__file__).with_suffix(".js")


@dataclass(frozen=True)
class Ask:
    """What a tab asks of the network."""

    tab: str
    id: int
    path: str
    method: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Told:
    """What the tabs did since: what they ask, what they have kept, which of them are gone."""

    asked: list[Ask]
    kept: list[dict[str, str]]
    dead: list[str]


class Devices:
    """The page with the devices in it. One round to the browser for each step of a story: Playwright's own evaluating
    takes twice as long as the protocol below it."""

    def __init__(self, page: Page) -> None:
        page.evaluate(AROUND.read_text(encoding="utf-8"))
        self._protocol = page.context.new_cdp_session(page)

    def clear(self, script: str, moment: float, seed: int) -> None:
        """Begin anew: no device, this script, a clock that stands at a moment (in seconds)."""
        self._run("clear", script, round(moment * 1000), seed)

    def do(self, *acts: tuple[Any, ...]) -> Told:
        """Carry out acts of devices.js, one after the other."""
        told = self._run("do", list(acts))
        asked = [
            Ask(**{**one, "headers": dict(one["headers"]), "body": base64.b64decode(one["body"])})
            for one in told["asked"]
        ]
        return Told(asked, told["kept"], told["dead"])

    def stored(self, device: str) -> dict[str, list[dict[str, Any]]]:
        """What lies in the outbox of a device, without the content."""
        stored: dict[str, list[dict[str, Any]]] = self._run("records", device)
        return stored

    def says(self, tab: str) -> dict[str, list[str]]:
        """What a tab shows of the outbox."""
        words: dict[str, list[str]] = self._run("says", tab)
        return words

    def _run(self, name: str, *words: Any) -> Any:
        code = f"sim.{name}({', '.join(json.dumps(word) for word in words)})"
        asked = {"expression": code, "awaitPromise": True, "returnByValue": True}
        told = self._protocol.send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")
