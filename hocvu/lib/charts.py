"""Where things stand in the drawings: stems, bullets and lines as numbers a template can write down.

Drawings are made on the server as SVG with classes only, stretch with their column and carry one sentence
that says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hocvu.lib.figures import Number, number_words, percent_words

# The plot of a line chart inside its 360 x 262 view.
LEFT, RIGHT, TOP, BOTTOM = 44, 346, 26, 226
LETTER, GAP = 8, 12  # width of a letter under the axis, and what keeps two labels apart
LAST_LABEL = 24  # what the last date under the axis needs to the right of its point


def share(value: Number, of: Number) -> float:
    """How much of a whole, in per cent, kept between 0 and 100 for drawing. Without a whole: 0."""
    return max(0.0, min(100.0, 100 * float(value) / float(of))) if of else 0.0


def coordinate(value: float) -> str:
    """A coordinate for SVG: a point as decimal mark, whatever the language of the page.

    >>> coordinate(63.30), coordinate(100)
    ('63.3', '100')
    """
    return f"{value:.1f}".removesuffix(".0")


@dataclass(frozen=True)
class Bullet:
    """A bar of what is reached, with a tick at the goal and a pale part for the forecast."""

    value: Number
    goal: Number | None = None
    guess: Number | None = None

    @property
    def width(self) -> str:
        return coordinate(share(self.value, 100))

    @property
    def guess_width(self) -> str:
        """The forecast beyond what is reached; empty where there is none."""
        more = 0.0 if self.guess is None else share(self.guess, 100) - share(self.value, 100)
        return coordinate(more) if more > 0 else ""

    @property
    def goal_at(self) -> str:
        return "" if self.goal is None else coordinate(max(0.0, share(self.goal, 100) - 0.9))

    @property
    def words(self) -> str:
        """The sentence that stands for the drawing."""
        said = [f"Đạt {percent_words(self.value)}"]
        if self.goal is not None:
            said.append(f"mức cần đạt {percent_words(self.goal)}")
        if self.guess is not None:
            said.append(f"dự báo {percent_words(self.guess)}")
        return ", ".join(said)


@dataclass(frozen=True)
class Bars:
    """Groups of bars, one of each kind in every group, all against the longest; each says its value beside it."""

    kinds: Sequence[str]
    groups: Sequence[tuple[str, Sequence[Number]]]

    @property
    def drawn(self) -> list[tuple[str, list[tuple[str, Number, str]]]]:
        """The groups with their bars: kind, value, width."""
        longest = max((value for _, values in self.groups for value in values), default=0)
        return [
            (name, [(kind, v, coordinate(share(v, longest))) for kind, v in zip(self.kinds, values, strict=True)])
            for name, values in self.groups
        ]


@dataclass(frozen=True)
class Line:
    """A line of percentages over equal steps, and a dashed line for the goal."""

    points: Sequence[tuple[str, Number]]
    goal: Number | None = None

    @property
    def path(self) -> str:
        """The points of the polyline."""
        return " ".join(f"{coordinate(self._x(i))},{coordinate(_y(v))}" for i, (_, v) in enumerate(self.points))

    @property
    def grid(self) -> list[dict[str, str]]:
        """The horizontal rules with their words."""
        return [
            {"y": coordinate(_y(level)), "text_y": coordinate(_y(level) + 5), "words": f"{level}%"}
            for level in (0, 25, 50, 75, 100)
        ]

    @property
    def labels(self) -> list[dict[str, str]]:
        """The words under the axis: as many as stand apart, the last always among them."""
        longest = max((len(words) for words, _ in self.points), default=1)
        most = max(2, (RIGHT - LEFT) // (longest * LETTER + GAP))
        step, last = max(1, -(-(len(self.points) - 1) // (most - 1))), len(self.points) - 1
        return [
            {"x": coordinate(self._x(i)), "words": words}
            for i, (words, _) in enumerate(self.points)
            if (last - i) % step == 0
        ]

    @property
    def goal_y(self) -> str:
        return "" if self.goal is None else coordinate(_y(self.goal))

    @property
    def end(self) -> dict[str, str] | None:
        """The last point, with its figure."""
        if not self.points:
            return None
        value = self.points[-1][1]
        x, y = self._x(len(self.points) - 1), _y(value)
        below = y + 24 if y < BOTTOM - 30 else y - 12
        return {"x": coordinate(x), "y": coordinate(y), "text_y": coordinate(below), "words": percent_words(value)}

    def _x(self, index: int) -> float:
        steps = max(1, len(self.points) - 1)
        return LEFT + (RIGHT - LAST_LABEL - LEFT) * index / steps


def _y(value: Number) -> float:
    return BOTTOM - (BOTTOM - TOP) * share(value, 100) / 100


@dataclass(frozen=True)
class Spread:
    """A mean with its bounds on an axis that reaches as far below nought as above; nought stands in the middle."""

    mean: float
    low: float
    high: float
    reach: float  # how far the axis goes to either side

    @property
    def mean_at(self) -> str:
        return coordinate(max(0.0, self._x(self.mean) - 0.8))

    @property
    def low_at(self) -> str:
        return coordinate(self._x(self.low))

    @property
    def width(self) -> str:
        """Of the band between the bounds."""
        return coordinate(max(0.4, self._x(self.high) - self._x(self.low)))

    def _x(self, value: float) -> float:
        return max(0.0, min(100.0, 50 + 50 * value / self.reach)) if self.reach else 50.0


@dataclass(frozen=True)
class Columns:
    """Upright bars of counts over equal steps of time; the highest says its number, the axis its round top."""

    points: Sequence[tuple[str, int]]

    @property
    def top(self) -> int:
        """The round number at the top of the axis: 1, 2 or 5 with noughts, above the highest."""
        highest, step = max((value for _, value in self.points), default=0), 1
        while True:
            for factor in (1, 2, 5):
                if factor * step >= max(highest, 1):
                    return factor * step
            step *= 10

    @property
    def grid(self) -> list[dict[str, str]]:
        """The horizontal rules with their words: nought and the top, the half where it is a whole number."""
        levels = [0, self.top] if self.top % 2 else [0, self.top // 2, self.top]
        return [
            {"y": coordinate(y), "text_y": coordinate(y + 5), "words": number_words(level)}
            for level in levels
            for y in (_y(100 * level / self.top),)
        ]

    @property
    def drawn(self) -> list[dict[str, str]]:
        """The bars; a step with nothing draws nothing."""
        wide = self._step()
        return [
            {"x": coordinate(LEFT + wide * (i + 0.15)), "y": coordinate(_y(100 * v / self.top)),
             "width": coordinate(wide * 0.7), "height": coordinate(BOTTOM - _y(100 * v / self.top))}
            for i, (_, v) in enumerate(self.points)
            if v
        ]  # fmt: skip

    @property
    def labels(self) -> list[dict[str, str]]:
        """The words under the axis: as many as stand apart, the last always among them."""
        wide, longest = self._step(), max((len(words) for words, _ in self.points), default=1)
        every = max(1, -(-int(longest * LETTER + GAP) // max(1, int(wide))))
        last = len(self.points) - 1
        return [
            {"x": coordinate(LEFT + wide * (i + 0.5)), "words": words}
            for i, (words, _) in enumerate(self.points)
            if (last - i) % every == 0
        ]

    def _step(self) -> float:
        return (RIGHT - LAST_LABEL / 2 - LEFT) / max(1, len(self.points))
