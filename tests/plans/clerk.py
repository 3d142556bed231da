"""The clerk who makes up a random plan: its words, its figures, and so its truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from tests.plans import vocabulary as words
from tests.plans.truth import (
    ROMAN,
    Action,
    Basis,
    Column,
    Knobs,
    Measure,
    Named,
    Period,
    PlanTruth,
    Report,
    Target,
    Task,
    chance,
    figure,
)

T = TypeVar("T")


def make(knobs: Knobs) -> PlanTruth:
    """A plan from its knobs; the same knobs give the same plan."""
    return _Clerk(knobs).plan()


class _Clerk:
    """Writes one plan, with one source of chance."""

    def __init__(self, knobs: Knobs) -> None:
        self.knobs = knobs
        self.chance = chance(knobs.seed)
        self.kind = self.pick(list(words.KINDS))
        self.word = words.KINDS[self.kind]
        self.used: set[str] = set()
        self.base_year = 2025 + self.chance.randrange(2)

    def pick(self, among: Sequence[T]) -> T:
        return self.chance.choice(among)

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def local(self, text: str) -> str:
        return text.format(kind=self.kind, word=self.word)

    # -- head ---------------------------------------------------------------

    def plan(self) -> PlanTruth:
        commune = self.pick(words.COMMUNES)
        blank = self.knobs.blank_number
        number = f"{self.chance.randrange(2, 300):02d}" + ("/KH-UBND" if self.knobs.state_form else "-KH/ĐU")
        sections = self.chance.sample(words.SECTIONS, self.knobs.sections) if self.knobs.appendix else []
        tasks = self.tasks(sections)
        target_lines, targets = self.targets()
        reports = [self.report()] if self.often(0.85) else []
        return PlanTruth(
            knobs=self.knobs, kind=self.kind, word=self.word, commune=commune,
            number=None if blank else number,
            date=None if blank else self.day(self.base_year),
            title=f"Triển khai phong trào “Bình dân học vụ số” trên địa bàn {self.kind} {commune}"
            + self.pick(["", f" năm {self.base_year}", f" giai đoạn {self.base_year} - {self.base_year + 1}"]),
            signer=self.pick(words.SIGNERS),
            bases=self.bases(), reports=reports, target_lines=target_lines, targets=targets,
            sections=sections, tasks=tasks, actions=self.actions(sections, tasks),
            orders=self.orders(), columns=self.columns(),
        )  # fmt: skip

    def day(self, year: int) -> str:
        return f"{year}-{self.chance.randrange(1, 13):02d}-{self.chance.randrange(1, 29):02d}"

    def bases(self) -> list[Basis]:
        found = []
        for what, number, whose in self.chance.sample(words.BASES, self.chance.randrange(2, 5)):
            symbol = number.format(n=self.chance.randrange(3, 900))
            date = self.day(2025)
            year, month, day = date.split("-")
            said = self.pick([f"{day}/{int(month)}/{year}", f"{day} tháng {int(month)} năm {year}"])
            found.append(Basis(symbol, date, f"{what} {symbol} ngày {said} {self.local(whose)}"))
        return found

    def report(self) -> Report:
        via = self.local(self.pick(["Phòng Văn hóa - Xã hội", "Văn phòng HĐND và UBND {kind}", "Phòng Kinh tế"]))
        day = self.pick([5, 15, 18, 20, 25, 28])
        every = self.pick(["hàng", "hằng"])
        choices: list[tuple[str, int | None, str, str]] = [
            ("monthly", day, "before", f"gửi báo cáo kết quả về {via} trước ngày {day} {every} tháng"),
            ("monthly", day, "by", f"báo cáo định kỳ {every} tháng, chậm nhất ngày {day}, gửi {via}"),
            ("quarterly", day, "before",
             f"báo cáo kết quả {every} quý (qua {via}) trước ngày {day} của tháng cuối quý"),
            ("daily", None, "before", f"báo cáo kết quả {every} ngày về {via} trước 20 giờ"),
        ]  # fmt: skip
        frequency, on, semantics, text = self.pick(choices)
        return Report(frequency, on, semantics, via, f"Các cơ quan, đơn vị {text}.")

    # -- targets ------------------------------------------------------------

    def targets(self) -> tuple[list[tuple[int | None, list[str]]], list[Target]]:
        groups: list[tuple[int | None, list[str]]] = []
        targets: list[Target] = []
        line = 0
        for offset in range(self.knobs.years):
            year = self.base_year + offset
            texts = []
            for _ in range(self.knobs.targets_per_year):
                text, found = self.target(year, line)
                texts.append(text)
                targets.extend(found)
                line += 1
            groups.append((year, texts))
        return groups, targets

    def target(self, year: int, line: int) -> tuple[str, list[Target]]:
        roll = self.chance.random()
        if roll < 0.12:
            return self.compound_target(year, line)
        if roll < 0.3:
            return self.counted_target(year, line)
        return self.percent_target(year, line)

    def percent_target(self, year: int, line: int) -> tuple[str, list[Target]]:
        audience, who = self.pick(words.AUDIENCES)
        who, able = self.local(who), self.local(self.pick(words.ABILITIES))
        value = self.pick([30, 50, 65, 70, 80, 85, 90, 95, 97.5, 100])
        said = figure(value)
        comparator, text = self.pick([
            (">", f"Trên {said}% {who} {able}."),
            (">=", f"{said}% trở lên {who} {able}."),
            (">=", f"Ít nhất {said}% {who} {able}."),
            (">=", f"Phấn đấu tối thiểu {said}% {who} {able}."),
            ("=", f"{said}% {who} {able}."),
            ("=", f"Phấn đấu {said}% {who} {able}."),
            ("=", f"Tỷ lệ {who} {able} đạt {said}%."),
            (">", f"Tỷ lệ {who} {able} đạt trên {said}%."),
        ])  # fmt: skip
        if value == 100 and comparator != "=":
            comparator, text = "=", f"{said}% {who} {able}."
        return text, [Target(year, audience, comparator, value, "%", line)]

    def counted_target(self, year: int, line: int) -> tuple[str, list[Target]]:
        value = self.pick([120, 300, 700, 1500, 52000, 500000, 1000000])
        said = figure(value)
        audience, unit, text = self.pick([
            ("adults", "người", "{c}{n} người dân trưởng thành được xác nhận kỹ năng số trên VNeID."),
            ("households", "hộ", "{c}{n} hộ gia đình có người biết dạy lại cho người khác."),
            ("other", "lượt", "Tổ chức {d}{n} lượt hướng dẫn kỹ năng số tại nơi ở."),
            ("other", "buổi", "Tổ chức {d}{n} buổi sinh hoạt số ở các {w}."),
        ])  # fmt: skip
        comparator, before = self.pick([(">", "Trên "), (">=", "Ít nhất "), ("=", "")])
        return (
            text.format(c=before, d=before.lower(), n=said, w=self.word),
            [Target(year, audience, comparator, value, unit, line)],
        )

    def compound_target(self, year: int, line: int) -> tuple[str, list[Target]]:
        share, count = self.pick([40, 60, 75]), self.pick([150, 200, 1200])
        text = f"Cấp chữ ký số cho {share}% cán bộ, công chức và ít nhất {figure(count)} người dân từ 15 tuổi."
        return text, [
            Target(year, "officials", "=", share, "%", line),
            Target(year, "adults", ">=", count, "người", line),
        ]

    # -- tasks --------------------------------------------------------------

    def tasks(self, sections: list[str]) -> list[Task]:
        found: list[Task] = []
        running = self.chance.randrange(20, 60) if self.knobs.numbering == "code" else 0
        for section in sections:
            if self.knobs.numbering == "roman-restart":
                running = 0
            for _ in range(self.chance.randrange(1, self.knobs.tasks_per_section + 1)):
                number, typed = None, ""
                if not (self.knobs.unnumbered_rows and found and self.often(0.12)):
                    running += 1
                    number, typed = self.numbered(running)
                found.append(self.task(section, number, typed))
        return found

    def numbered(self, running: int) -> tuple[str, str]:
        if self.knobs.numbering == "code":
            return f"NV{running}", f"NV{running}"
        dotted = self.knobs.numbering == "dot" or (self.knobs.numbering == "mixed" and self.often(0.6))
        return str(running), f"{running}." if dotted else str(running)

    def task(self, section: str, number: str | None, typed: str) -> Task:
        leads = self.units(self.pick([1, 1, 1, 2, 3]), group=0.15, taken=())
        coordinators = self.units(self.pick([0, 1, 1, 2, 3]), group=0.4, taken=leads)
        result, measures = self.result()
        extra = {c.label: self.aside(c.key) for c in self._extra_columns()}
        return Task(number, typed, section, self.content(), leads, coordinators, result, measures, self.period(), extra)

    def content(self) -> str:
        for _ in range(60):
            text = f"{self.pick(words.VERBS)} {self.pick(words.SUBJECTS)} {self.pick(words.PEOPLE)}"
            if text not in self.used:
                break
        self.used.add(text)
        return text + (f", {self.pick(words.TAILS)}" if self.often(0.6) else "") + self.pick(["", "."])

    def units(self, count: int, *, group: float, taken: Sequence[Named]) -> list[Named]:
        found: list[Named] = []
        while len(found) < count:
            named = self.unit(group)
            if all(named.unit.casefold() != other.unit.casefold() for other in [*found, *taken]):
                found.append(named)
        return found

    def unit(self, group: float) -> Named:
        if self.often(group):
            text = self.local(self.pick(words.GROUPS))
            return Named(text, text, group=True)
        if self.often(0.1):
            text, right = self.pick(words.MISSPELT)
            return Named(self.local(text), self.local(right))
        text = self.local(self.pick(words.OFFICES))
        return Named(text, text)

    def result(self) -> tuple[str, list[Measure]]:
        roll = self.chance.random()
        if roll < 0.08:
            return "", []
        if roll < 0.45:
            return self.pick(words.PLAIN_RESULTS), []
        who, done = self.pick(words.COUNTED), self.pick(words.DONE)
        low, high = self.pick([60, 70, 80]), self.pick([90, 95, 100])
        count = self.pick([2, 4, 12, 30, 1200])
        said = f"{count:02d}" if count < 10 else figure(count)
        year = self.base_year
        return self.pick([
            (f"{high}% {who} {done}", [Measure(None, "=", high, "%")]),
            (f"Trên {low}% {who} {done}", [Measure(None, ">", low, "%")]),
            (f"{low}% trở lên {who} {done}", [Measure(None, ">=", low, "%")]),
            (f"Năm {year} đạt {low}%; năm {year + 1} đạt {high}% {who} {done}",
             [Measure(year, "=", low, "%"), Measure(year + 1, "=", high, "%")]),
            (f"Ít nhất {said} lớp/quý", [Measure(None, ">=", count, "lớp/quý")]),
            (f"Tối thiểu {said} người tham gia", [Measure(None, ">=", count, "người")]),
            (f"Trên {figure(count * 100)} lượt người được hướng dẫn",
             [Measure(None, ">", count * 100, "lượt")]),
            (f"Báo cáo sơ kết; {high}% {who} {done}", [Measure(None, "=", high, "%")]),
        ])  # fmt: skip

    def period(self) -> Period:
        year, month = self.base_year, self.chance.randrange(1, 10)
        quarter = self.chance.randrange(4)
        day, last = self.chance.randrange(1, 29), self.chance.randrange(1, 29)
        return self.pick([
            Period("month", f"{year}-{month:02d}", f"{year}-{month:02d}", f"Tháng {month}/{year}"),
            Period("month", f"{year}-{month:02d}", f"{year}-{month:02d}", f"Tháng {month:02d} năm {year}"),
            Period("months", f"{year}-{month:02d}", f"{year}-{month + 3:02d}", f"Tháng {month} - {month + 3}/{year}"),
            Period("months", f"{year}-{month:02d}", f"{year + 1}-06",
                   f"Từ tháng {month}/{year} đến tháng 6/{year + 1}"),
            Period("months", f"{year}-{quarter * 3 + 1:02d}", f"{year}-{quarter * 3 + 3:02d}",
                   f"Quý {ROMAN[quarter]}/{year}"),
            Period("year", f"{year}", f"{year}", f"Năm {year}"),
            Period("years", f"{year}", f"{year + 1}", f"Năm {year}-{year + 1}"),
            Period("years", f"{year}", "2030", f"Giai đoạn {year} - 2030"),
            Period("yearly", None, None, "Hàng năm"),
            Period("yearly", None, None, "Hằng năm"),
            Period("weekly", None, None, "Hàng tuần"),
            Period("range", f"{year}-{month:02d}-{day:02d}", f"{year}-{month + 3:02d}-{last:02d}",
                   f"Từ {day:02d}/{month}/{year} đến {last:02d}/{month + 3}/{year}"),
            Period("range", f"{year}-{month:02d}-{day:02d}", f"{year}-{month + 3:02d}-{last:02d}",
                   f"{day:02d}/{month:02d} - {last:02d}/{month + 3:02d}/{year}"),
            Period("unknown", None, None, "Thường xuyên"),
        ])  # fmt: skip

    # -- columns ------------------------------------------------------------

    def columns(self) -> list[Column]:
        labels = {
            "content": ["Nội dung công việc", "Nhiệm vụ", "Nội dung nhiệm vụ", "Nhiệm vụ, giải pháp"],
            "leads": ["Đơn vị chủ trì", "Cơ quan chủ trì", "Chủ trì"],
            "coordinators": ["Đơn vị phối hợp", "Cơ quan phối hợp", "Phối hợp"],
            "result": ["Kết quả thực hiện", "Sản phẩm", "Kết quả, sản phẩm", "Kết quả đạt được"],
            "period": ["Thời gian thực hiện", "Thời hạn", "Thời gian hoàn thành", "Tiến độ thực hiện"],
        }
        number = Column("number", self.pick(["STT", "TT", "Số TT"]) if self.knobs.numbering != "code" else "Mã NV")
        rest = [Column(key, self.pick(among)) for key, among in labels.items()] + self._extra_columns()
        if self.knobs.shuffled_columns:
            tail = rest[1:]
            self.chance.shuffle(tail)
            rest = [rest[0], *tail]
        return [number, *rest]

    def _extra_columns(self) -> list[Column]:
        kinds = [("money", "Kinh phí"), ("notes", "Ghi chú"), ("leader", "Lãnh đạo phụ trách")]
        return [Column(key, label) for key, label in kinds[: self.knobs.extra_columns]]

    def aside(self, key: str) -> str:
        share, among = {
            "money": (0.8, words.MONEY), "notes": (0.25, words.NOTES), "leader": (0.9, words.LEADERS),
        }[key]  # fmt: skip
        return self.local(self.pick(among)) if self.often(share) else ""

    # -- body ---------------------------------------------------------------

    def actions(self, sections: list[str], tasks: list[Task]) -> list[tuple[str, list[Action]]]:
        """The body's own list: most tasks again, some actions that no row of the appendix has."""
        titles = sections or self.chance.sample(words.SECTIONS, self.knobs.sections)
        found = []
        for title in titles:
            rows = [
                Action(task.content.rstrip(".") + ".", at)
                for at, task in enumerate(tasks, start=1)
                if task.section == title and self.often(0.7)
            ]
            alone = [Action(self.content().rstrip(".") + ".") for _ in range(self.chance.randrange(1, 3))]
            items = rows + alone
            self.chance.shuffle(items)
            found.append((title, items))
        return found

    def orders(self) -> list[Action]:
        """What the last part asks of single units."""
        asked = [
            "{u} chủ trì theo dõi, đôn đốc việc thực hiện Kế hoạch này.",
            "{u} cân đối nguồn lực, tham mưu bố trí phương tiện cho các lớp học.",
            "Đề nghị {u} vận động hội viên cùng học và giám sát kết quả.",
        ]
        among = [
            "Phòng Văn hóa - Xã hội",
            "Văn phòng HĐND và UBND {kind}",
            "Hội Liên hiệp Phụ nữ {kind}",
            "Phòng Kinh tế",
        ]
        names = self.chance.sample(among, 3)
        return [Action(text.format(u=self.local(name))) for text, name in zip(asked, names, strict=True)]
