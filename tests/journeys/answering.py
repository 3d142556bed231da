"""A learner at a test in a browser, who answers each question as the bank of the site says is right."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hocvu.assessment.questions import marking
from tests.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

ASKED = """
    SELECT item.position, version.kind, version.content, question.id, question.code
    FROM assessment_attemptitem item JOIN assessment_questionversion version ON version.id = item.version_id
    JOIN assessment_question question ON question.id = item.question_id
    WHERE item.attempt_id = ? AND item.answered_at IS NULL ORDER BY item.position
"""
KEPT = "SELECT position, said, right FROM assessment_attemptitem WHERE attempt_id = ? AND answered_at NOT NULL ORDER BY position"
SEND = "Gửi và sang câu sau"
AT = """(lines, wanted) => lines.findIndex((line) => {
  const words = line.cloneNode(true);
  words.querySelectorAll(".hv-drawing").forEach((drawing) => drawing.remove());
  return words.textContent.replace(/\\s+/g, " ").trim() === wanted;
})"""


@dataclass(frozen=True, slots=True)
class Asked:
    """The one question that waits for an answer."""

    position: int
    kind: str
    content: dict[str, Any]
    question: str
    code: str


def rows(site: Site, sql: str, *values: Any) -> list[Any]:
    """What the database of a site holds now."""
    with sqlite3.connect(site.data / "hocvu.sqlite3") as database:
        return database.execute(sql, values).fetchall()


def attempt_of(page: Page) -> str:
    """The attempt that a page shows, as the database writes its key."""
    found = re.search(r"/luot/([0-9a-f-]{36})/", page.url)
    assert found, page.url
    return found[1].replace("-", "")


def asked(site: Site, attempt: str) -> Asked | None:
    """The question that waits; there is never a second."""
    found = rows(site, ASKED, attempt)
    assert len(found) < 2, [code for *_, code in found]
    return next((Asked(n, kind, json.loads(text), *rest) for n, kind, text, *rest in found), None)


def kept(site: Site, attempt: str) -> list[Any]:
    """The answers that are saved: position, what was said, whether it is right."""
    return rows(site, KEPT, attempt)


def fill_in(page: Page, one: Asked) -> None:
    """Put the right answer into the form, by the words that a learner reads; it is not sent yet."""
    content, right = one.content, marking.right(one.kind, one.content)
    match one.kind:
        case "single" | "multiple":
            for choice in content["choices"]:
                if choice["id"] in right:
                    saying(page, "label.hv-choice", ".hv-asked__words", choice["text"]).locator("input").check()
        case "true_false":
            page.locator(f'input[name="answer"][value="{str(right).lower()}"]').check()
        case "order":
            for place, step in enumerate(content["steps"], start=1):
                saying(page, ".hv-asked__row", "label", step["text"]).locator("select").select_option(str(place))
        case "match":
            for pair in content["pairs"]:
                row = saying(page, ".hv-asked__row", "label", pair["left"])
                row.locator("select").select_option(pair["right"])
        case "fill":
            page.locator('input[name="answer"]').fill(right)


def saying(page: Page, line: str, words: str, text: str) -> Locator:
    """The one line of a question whose words are these."""
    at = page.locator(f"{line} {words}").evaluate_all(AT, " ".join(marking.plain(text).split()))
    assert at >= 0, text
    return page.locator(line).nth(at)


def answer(page: Page, site: Site, attempt: str) -> Asked:
    """Answer the question on the page rightly; a drawn phone press by press."""
    one = asked(site, attempt)
    assert one is not None
    assert page.get_by_role("heading", level=1).inner_text() == f"Câu {one.position}"
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], one.code  # type: ignore[index]
    if one.kind == "screens":
        for step in marking.right(one.kind, one.content):
            for name, typed in step.get("fields", {}).items():
                page.locator(f'input[name="field.{name}"]').fill(typed)
            page.locator(f'button[name="step"][value="{step["button"]}"]').click()
            page.wait_for_load_state()
    else:
        fill_in(page, one)
        page.get_by_role("button", name=SEND).click()
        page.wait_for_load_state()
    return one


def pass_over(page: Page, site: Site, attempt: str) -> Asked:
    """Say of the question on the page that one does not know."""
    one = asked(site, attempt)
    assert one is not None
    page.get_by_role("button", name="Tôi không biết câu này").click()
    page.wait_for_load_state()
    return one
