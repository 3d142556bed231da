"""Why an act is not done, in a sentence for the person who asked."""

from __future__ import annotations


class Refusal(Exception):
    """The act makes no sense; `sentence` says in Vietnamese what is wrong and what to do, `field` where."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
