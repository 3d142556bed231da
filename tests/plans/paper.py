"""A random plan laid out on paper: paragraphs, two-sided blocks and one table, for any writer to set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.plans.truth import ROMAN, Action, PlanTruth, Task, chance
from tests.plans.vocabulary import AIMS

Style = Literal["title", "heading", "sub", "bullet", "plain", "center"]


@dataclass
class Para:
    text: str
    style: Style = "plain"


@dataclass
class TwoSides:
    """Letterhead or signature: lines on the left, lines on the right."""

    left: list[str]
    right: list[str]


@dataclass
class SectionRow:
    roman: str
    title: str


@dataclass
class TaskRow:
    """The paragraphs of each cell, column by column."""

    cells: list[list[str]]
    task: Task


@dataclass
class Grid:
    head: list[str]
    keys: list[str]
    rows: list[SectionRow | TaskRow]


@dataclass
class NewPage:
    pass


Block = Para | TwoSides | Grid | NewPage


def set_out(truth: PlanTruth) -> list[Block]:
    """The plan's blocks in order, the same for every format."""
    return _Typist(truth).blocks()


class _Typist:
    def __init__(self, truth: PlanTruth) -> None:
        self.truth = truth
        self.chance = chance(truth.knobs.seed + 1)

    def blocks(self) -> list[Block]:
        truth = self.truth
        found: list[Block] = []
        if truth.knobs.letterhead:
            found.append(self.letterhead())
        found += [Para("KẾ HOẠCH", "title"), Para(truth.title, "center")]
        found += self.preamble()
        parts = [
            ("MỤC ĐÍCH, YÊU CẦU", self.aims()),
            (self.chance.choice(["CHỈ TIÊU CỤ THỂ", "MỤC TIÊU, CHỈ TIÊU", "CHỈ TIÊU"]), self.targets()),
            (self.chance.choice(["NHIỆM VỤ, GIẢI PHÁP", "NHIỆM VỤ TRỌNG TÂM", "NHIỆM VỤ VÀ GIẢI PHÁP CHỦ YẾU"]),
             self.actions()),
            ("KINH PHÍ THỰC HIỆN",
             [Para("Kinh phí lấy từ dự toán chi thường xuyên và nguồn xã hội hóa hợp pháp theo quy định.")]),
            ("TỔ CHỨC THỰC HIỆN", self.orders()),
        ]  # fmt: skip
        for roman, (title, inside) in zip(ROMAN, parts, strict=False):
            found += [Para(f"{roman}. {title}", "heading"), *inside]
        found.append(self.signature())
        if truth.knobs.appendix:
            found += [NewPage(), *self.appendix()]
        return found

    # -- head and foot ------------------------------------------------------

    def symbol(self) -> str:
        truth = self.truth
        return truth.number or ("      /KH-UBND" if truth.knobs.state_form else "     -KH/ĐU")

    def place_and_day(self) -> str:
        truth = self.truth
        if truth.date is None:
            return f"{truth.commune}, ngày     tháng     năm 2025"
        year, month, day = truth.date.split("-")
        return f"{truth.commune}, ngày {day} tháng {int(month)} năm {year}"

    def letterhead(self) -> TwoSides:
        truth = self.truth
        where = f"{truth.kind} {truth.commune}".upper()
        if truth.knobs.state_form:
            left = ["ỦY BAN NHÂN DÂN", where, f"Số: {self.symbol()}"]
            right = ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", self.place_and_day()]
        else:
            left = ["ĐẢNG BỘ TỈNH", f"ĐẢNG ỦY {where}", f"Số {self.symbol()}"]
            right = ["ĐẢNG CỘNG SẢN VIỆT NAM", "", self.place_and_day()]
        return TwoSides(left, right)

    def preamble(self) -> list[Block]:
        truth = self.truth
        opening = f"{truth.issuer} ban hành Kế hoạch với các nội dung sau:"
        if self.chance.random() < 0.5:
            return [*(Para(f"Căn cứ {basis.text};") for basis in truth.bases), Para(opening)]
        joined = "; ".join(basis.text for basis in truth.bases)
        return [Para(f"Thực hiện {joined}, {opening}")]

    def signature(self) -> TwoSides:
        truth = self.truth
        over = "TM. ỦY BAN NHÂN DÂN" if truth.knobs.state_form else "T/M BAN THƯỜNG VỤ"
        post = "CHỦ TỊCH" if truth.knobs.state_form else "BÍ THƯ"
        left = ["Nơi nhận:", "- Như trên;", f"- Các {truth.word};", "- Lưu: VT."]
        return TwoSides(left, [over, post, "", "", truth.signer])

    # -- body ---------------------------------------------------------------

    def aims(self) -> list[Block]:
        return [Para(f"- {text}", "bullet") for text in self.chance.sample(AIMS, 3)]

    def targets(self) -> list[Block]:
        found: list[Block] = []
        shape = self.chance.choice(["Năm {y}", "Đến hết năm {y}", "Chỉ tiêu năm {y}", "Mục tiêu đến cuối năm {y}"])
        for at, (year, lines) in enumerate(self.truth.target_lines, start=1):
            found.append(Para(f"{at}. {shape.format(y=year)}", "sub"))
            found += [Para(f"- {line}", "bullet") for line in lines]
        return found

    def actions(self) -> list[Block]:
        found: list[Block] = []
        for at, (title, items) in enumerate(self.truth.actions, start=1):
            found.append(Para(f"{at}. {title}", "sub"))
            found += [Para(f"- {item.text}", "bullet") for item in items]
        return found

    def orders(self) -> list[Block]:
        told = [item.text for item in self.truth.orders] + [report.text for report in self.truth.reports]
        return [Para(f"{at}. {text}") for at, text in enumerate(told, start=1)]

    # -- appendix -----------------------------------------------------------

    def appendix(self) -> list[Block]:
        truth = self.truth
        when = "ngày     /    /2025"
        if truth.date:
            year, month, day = truth.date.split("-")
            when = f"ngày {day}/{int(month)}/{year}"
        return [
            Para("PHỤ LỤC", "center"),
            Para("PHÂN CÔNG NHIỆM VỤ THỰC HIỆN KẾ HOẠCH", "center"),
            Para(f"(Kèm theo Kế hoạch số {self.symbol()} {when} của {truth.issuer})", "center"),
            self.grid(),
        ]

    def grid(self) -> Grid:
        truth = self.truth
        rows: list[SectionRow | TaskRow] = []
        for roman, title in zip(ROMAN, truth.sections, strict=False):
            rows.append(SectionRow(roman, title))
            rows += [self.row(task) for task in truth.tasks if task.section == title]
        return Grid([c.label for c in truth.columns], [c.key for c in truth.columns], rows)

    def row(self, task: Task) -> TaskRow:
        fields = {
            "number": [task.typed_number] if task.typed_number else [],
            "content": [task.content],
            "leads": self.units([unit.text for unit in task.leads]),
            "coordinators": self.units([unit.text for unit in task.coordinators]),
            "result": [task.result] if task.result else [],
            "period": [task.period.text],
        }
        cells = []
        for column in self.truth.columns:
            if column.key in fields:
                cells.append(fields[column.key])
            else:
                said = task.extra.get(column.label, "")
                cells.append([said] if said else [])
        return TaskRow(cells, task)

    def units(self, names: list[str]) -> list[str]:
        """Two or three units in one cell, as clerks part them: semicolons, commas, a line or a dash each."""
        if len(names) < 2:
            return names
        return self.chance.choice([
            ["; ".join(names)],
            ["; ".join(names) + "."],
            [", ".join(names)],
            [f"{name};" for name in names[:-1]] + [names[-1]],
            [f"- {name}" for name in names],
        ])  # fmt: skip


def standing_alone(truth: PlanTruth) -> list[Action]:
    """The body's actions that no row of the appendix repeats."""
    return [item for _, items in truth.actions for item in items if item.row is None] + truth.orders
