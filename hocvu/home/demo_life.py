"""A year of a synthetic ward: what its people would have done, done through the same journeys as the pages use.

Nothing here writes a figure. Every act carries its moment; they run in order with the clock stopped there, so
the trail, the states and the due days come out as they would have. Acts after the present are left out.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import chain

from django.utils import timezone
from PIL import Image, ImageDraw

from hocvu.lib import clock
from hocvu.plan import carrying, declaring
from hocvu.plan.models import Evidence, Plan, SelfState, Target
from hocvu.ward.models import Account, Unit

DOING, DONE, STUCK = SelfState.DOING, SelfState.DONE, SelfState.STUCK
PORTAL = "https://haian.example/binh-dan-hoc-vu-so"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody did at a moment."""

    moment: datetime
    do: Callable[[], object]


def live(plan: Plan, *stories: Callable[[Cast], Iterator[Act]]) -> int:
    """Let the ward work on its plan from the day it was published until now, and live these stories beside; answers
    how many acts."""
    cast = Cast(plan)
    told = chain(_all(cast), *(story(cast) for story in stories))
    acts = sorted(told, key=lambda act: act.moment)
    present = clock.now()
    past = [act for act in acts if act.moment <= present]
    for act in past:
        with clock.stopped_at(act.moment):
            act.do()
    return len(past)


class Cast:
    """The plan's tasks by number, its targets by year and audience, and who acts for which unit."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.tasks = {task.number: task for task in plan.tasks.select_related("plan__ward")}
        self.targets = list(plan.targets.all())
        self.people = {account.username: account for account in Account.objects.filter(is_demo=True)}
        self.units: dict[str, Unit] = {}
        for account in self.people.values():
            for grant in account.grants.select_related("unit"):
                if grant.unit is not None:
                    self.units[account.username] = grant.unit

    def report(self, number: str, who: str, state: SelfState, text: str) -> Callable[[], object]:
        """A unit reports on a task that it carries."""
        task, unit, by = self.tasks[number], self.units[who], self.people[who]
        return partial(carrying.report_progress, task, unit=unit, state=state, text=text, by=by)

    def prove(self, number: str, who: str, title: str, day: date, path: str = "") -> Callable[[], object]:
        """A unit gives a link as evidence."""
        task, unit, by = self.tasks[number], self.units[who], self.people[who]
        url = f"{PORTAL}/{path or f'{number}-{day:%Y%m%d}'}"
        return partial(carrying.add_evidence, task, unit=unit, title=title, happened_on=day, url=url, by=by)

    def photograph(self, number: str, who: str, title: str, day: date) -> Callable[[], object]:
        """A unit gives a photo as evidence; the picture is drawn and says so."""
        task, unit, by = self.tasks[number], self.units[who], self.people[who]

        def give() -> Evidence:
            return carrying.add_evidence(
                task, unit=unit, title=title, happened_on=day, upload=drawn(day), file_name="anh.png", by=by
            )

        return give

    def check(self, number: str, title: str, *, accept: bool, reason: str = "") -> Callable[[], object]:
        """The coordinator looks at evidence; the own office's is looked at by the leader."""
        task = self.tasks[number]

        def look() -> Evidence:
            given = task.evidence.get(title=title, check_state=Evidence.Check.WAITING)
            by = self.people["lanhdao" if given.given_by.username.startswith("vhxh") else "dieuphoi"]
            return carrying.check_evidence(given, accept=accept, reason=reason, by=by)

        return look

    def say(self, number: str, who: str, text: str) -> Callable[[], object]:
        """Somebody comments on a task."""
        return partial(carrying.comment, self.tasks[number], text=text, by=self.people[who])

    def declare(
        self, target: Target, who: str, day: date, numerator: int, denominator: int | None, source: str
    ) -> Callable[[], object]:
        """A unit declares a figure."""
        return partial(
            declaring.declare,
            target,
            unit=self.units[who],
            as_of=day,
            numerator=numerator,
            denominator=denominator,
            source=source,
            by=self.people[who],
        )


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of the ward's day."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def drawn(day: date) -> io.BytesIO:
    """A picture that stands for a photo, different each day, marked as an illustration."""
    picture = Image.new("RGB", (640, 400), (245, 233, 214))
    pen = ImageDraw.Draw(picture)
    for seat in range(8):
        left = 60 + seat * 65
        pen.ellipse(
            (left, 190 + (day.toordinal() * (seat + 3)) % 40, left + 40, 230 + (seat * 7) % 30), fill=(140, 35, 24)
        )
    pen.rectangle((40, 300, 600, 330), fill=(47, 125, 74))
    pen.text((40, 350), f"ANH MINH HOA {day:%d/%m/%Y}", fill=(42, 26, 18))
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    kept.seek(0)
    return kept


def _all(cast: Cast) -> Iterator[Act]:
    for story in (_spreading_the_word, _weekly_news, _festival, _households, _platforms, _teaching, _models, _figures):
        yield from story(cast)


OFFICES = ("vanphong", "vhxh", "kinhte", "hanhchinh", "sunghiep", "congan", "quansu", "doan", "phunu")


def _carrying(cast: Cast, number: str, names: tuple[str, ...]) -> list[str]:
    """Those of the people whose unit carries the task: the plan decides, not this story."""
    carriers = set(cast.tasks[number].carriers.values_list("unit_id", flat=True))
    return [name for name in names if cast.units[name].pk in carriers]


def _spreading_the_word(cast: Cast) -> Iterator[Act]:
    """Tasks 1 to 3: the plan is made known in August 2025; two offices come late."""
    for index, who in enumerate(_carrying(cast, "1", OFFICES)):
        day = date(2025, 8, 12) + timedelta(days=index * 2 if index < 7 else 40 + index)
        title = f"Biên bản hội nghị quán triệt - {cast.units[who].label}"
        yield Act(at(day), cast.report("1", who, DONE, "Đã họp toàn đơn vị, quán triệt Kế hoạch và giao việc cụ thể."))
        yield Act(at(day, 10), cast.prove("1", who, title, day, f"quan-triet-{who}"))
        if index < 8:
            yield Act(at(day + timedelta(days=3), 15), cast.check("1", title, accept=True))
    yield Act(
        at(date(2025, 8, 20)), cast.report("2", "vanphong", DONE, "Đã mở chuyên mục trên cổng thông tin điện tử.")
    )
    yield Act(at(date(2025, 8, 20), 10), cast.prove("2", "vanphong", "Chuyên mục đã mở", date(2025, 8, 20)))
    yield Act(at(date(2025, 8, 22), 8), cast.check("2", "Chuyên mục đã mở", accept=True))
    yield Act(at(date(2025, 8, 26)), cast.report("3", "vhxh", DONE, "Đã lập fanpage, cử hai người trực tin."))
    yield Act(at(date(2025, 8, 26), 10), cast.prove("3", "vhxh", "Fanpage của phong trào", date(2025, 8, 26)))
    yield Act(at(date(2025, 8, 28), 8), cast.check("3", "Fanpage của phong trào", accept=True))


HEADLINES = (
    "Người cao tuổi học gọi thoại có hình cho con cháu",
    "Cách nhận ra cuộc gọi giả danh công an",
    "Lớp cài VNeID buổi tối ở nhà văn hóa",
    "Tiểu thương nhận tiền bằng mã QR",
    "Nộp hồ sơ trực tuyến: năm bước có hình",
    "Học sinh giúp ông bà dùng điện thoại",
    "Lịch học cộng đồng trong tuần",
)


def _weekly_news(cast: Cast) -> Iterator[Act]:
    """Task 4: an item a week from August 2025; the week of Tết and one week in November stay empty."""
    empty = {date(2026, 2, 16), date(2026, 11, 9)}
    monday, count = date(2025, 8, 4), 0
    yield Act(
        at(date(2025, 8, 4)), cast.report("4", "sunghiep", DOING, "Đã lập lịch biên tập, mỗi tuần ít nhất một tin.")
    )
    while monday <= date(2026, 12, 28):
        if monday not in empty:
            for extra in range(1 + (count % 5 == 2)):
                day = monday + timedelta(days=1 + 2 * extra)
                title = f"{HEADLINES[(count + extra * 3) % len(HEADLINES)]} ({day:%d/%m/%Y})"
                yield Act(at(day, 16), cast.prove("4", "sunghiep", title, day, f"tin-{day:%Y%m%d}"))
                if day < date(2026, 11, 17):
                    yield Act(at(day + timedelta(days=2), 8, 30), cast.check("4", title, accept=True))
        monday, count = monday + timedelta(days=7), count + 1
    why = "Tuần 9 đến 15/11 không có tin: người phụ trách nghỉ ốm, đã giao người thay từ 16/11."
    yield Act(at(date(2026, 11, 16), 15, 20), cast.report("4", "sunghiep", DOING, why))
    yield Act(at(date(2026, 11, 17), 8), cast.say("4", "lanhdao", "Cần có người dự phòng để không trống tuần nào nữa."))


def _festival(cast: Cast) -> Iterator[Act]:
    """Task 6: the learning festival on 10 October of both years."""
    for year in (2025, 2026):
        day = date(year, 10, 10)
        title = f"Ảnh Ngày hội toàn dân học tập số {year}"
        words = f"Đã tổ chức ngày hội {year}: bốn gian hướng dẫn, có điểm danh người dự."
        yield Act(at(day, 17), cast.report("6", "vhxh", DOING, words))
        yield Act(at(day, 17, 30), cast.photograph("6", "vhxh", title, day))
        yield Act(at(day + timedelta(days=4), 9), cast.check("6", title, accept=True))


def _households(cast: Cast) -> Iterator[Act]:
    """Tasks 5, 8, 20 to 22: teams and the Front go from door to door."""
    teams = tuple(f"to{n}" for n in range(1, 11) if f"to{n}" in cast.units)
    for index, who in enumerate(_carrying(cast, "5", teams)):
        day = date(2025, 9, 6) + timedelta(days=9 * index)
        title = f"Ảnh buổi đi từng nhà - {cast.units[who].neighbourhood}"
        yield Act(at(day, 19), cast.report("5", who, DOING, "Đã đi các nhà đầu ngõ, phát tờ rơi, hẹn lại nhà vắng."))
        yield Act(at(day, 20), cast.photograph("5", who, title, day))
        if index % 4 == 3:
            why = "Ảnh mờ, chưa thấy nơi và người tham gia. Đề nghị gửi lại ảnh rõ hơn."
            yield Act(at(day + timedelta(days=5)), cast.check("5", title, accept=False, reason=why))
        elif index < 8:
            yield Act(at(day + timedelta(days=5)), cast.check("5", title, accept=True))
    for who in _carrying(cast, "5", ("ubmttq",)):
        words = "Các tổ chức thành viên đã phổ biến tại sinh hoạt chi hội; còn các nhà trọ đông người chưa gặp."
        yield Act(at(date(2025, 10, 2)), cast.report("5", who, DOING, words))
    for who in _carrying(cast, "8", ("ubmttq",)):
        words = "Hướng dẫn cài ứng dụng tại sinh hoạt tổ; nhiều máy cũ không cài được."
        yield Act(at(date(2026, 3, 12)), cast.report("8", who, STUCK, words))
        yield Act(
            at(date(2026, 3, 13), 14), cast.say("8", "dieuphoi", "Đề nghị ghi danh sách máy cũ để tìm nguồn hỗ trợ.")
        )
    for who in _carrying(cast, "22", ("to1",)):
        words = "Đã có hai buổi cho người khiếm thị, cần thêm tài liệu nghe."
        yield Act(at(date(2026, 5, 20)), cast.report("22", who, DOING, words))


def _platforms(cast: Cast) -> Iterator[Act]:
    """Tasks 7, 9 to 11: platforms, the 1022 line, the assistant."""
    yield Act(
        at(date(2025, 11, 4)),
        cast.report("7", "congan", DOING, "Đã cấp tài khoản học cho cán bộ, đang mở cho người dân."),
    )
    yield Act(
        at(date(2025, 12, 20)),
        cast.prove("7", "congan", "Danh sách lớp học trên nền tảng, năm 2025", date(2025, 12, 20)),
    )
    yield Act(at(date(2025, 12, 24)), cast.check("7", "Danh sách lớp học trên nền tảng, năm 2025", accept=True))
    yield Act(at(date(2025, 12, 18)), cast.report("9", "vanphong", DOING, "Trực tổng đài theo ca, trả lời trong hạn."))
    yield Act(
        at(date(2025, 12, 19)), cast.prove("9", "vanphong", "Bảng theo dõi phản ánh 1022 năm 2025", date(2025, 12, 19))
    )
    yield Act(at(date(2025, 12, 23)), cast.check("9", "Bảng theo dõi phản ánh 1022 năm 2025", accept=True))
    words = "Chưa chọn được trợ lý ảo phù hợp; đang chờ hướng dẫn của thành phố."
    yield Act(at(date(2026, 2, 10)), cast.report("10", "vhxh", STUCK, words))
    yield Act(
        at(date(2026, 2, 11), 14), cast.say("10", "lanhdao", "Phòng dự thảo văn bản hỏi thành phố trong tuần này.")
    )
    yield Act(
        at(date(2026, 1, 15)),
        cast.report("11", "congan", DOING, "Hỗ trợ định danh mức 2 tại nhà cho người khó đi lại."),
    )


def _teaching(cast: Cast) -> Iterator[Act]:
    """Tasks 12 to 19: officials, schools, workers."""
    for index, who in enumerate(_carrying(cast, "12", OFFICES)):
        day = date(2025, 11, 10) + timedelta(days=index * 3)
        title = f"Danh sách dự tập huấn 2025 - {cast.units[who].label}"
        yield Act(at(day), cast.report("12", who, DOING, "Cán bộ đã dự đủ các lớp được triệu tập năm 2025."))
        yield Act(at(day, 11), cast.prove("12", who, title, day, f"tap-huan-{who}"))
        if index < 6:
            yield Act(at(day + timedelta(days=6)), cast.check("12", title, accept=True))
    yield Act(
        at(date(2026, 4, 2)), cast.report("14", "vhxh", DOING, "Các trường đã đăng ký nội dung, đang rà chương trình.")
    )
    yield Act(at(date(2026, 4, 9)), cast.report("16", "vhxh", DOING, "Bốn trường có nhóm học sinh tình nguyện."))
    words = "Mới có ba doanh nghiệp gửi danh sách lao động; đã gửi công văn lần hai."
    yield Act(at(date(2026, 6, 11)), cast.report("18", "kinhte", DOING, words))
    yield Act(
        at(date(2026, 6, 15), 14), cast.say("18", "dieuphoi", "Đề nghị nêu tên doanh nghiệp chưa gửi để cùng đến.")
    )


def _models(cast: Cast) -> Iterator[Act]:
    """Tasks 23 to 29: ambassadors, families, markets, teams, the youth."""
    yield Act(
        at(date(2025, 10, 1)), cast.report("23", "hanhchinh", DOING, "Mỗi buổi có một cán bộ ngồi cùng người dân.")
    )
    yield Act(
        at(date(2025, 10, 1), 10), cast.prove("23", "hanhchinh", "Lịch trực Đại sứ số quý IV/2025", date(2025, 10, 1))
    )
    yield Act(at(date(2025, 10, 3), 9), cast.check("23", "Lịch trực Đại sứ số quý IV/2025", accept=True))
    yield Act(
        at(date(2026, 3, 20)), cast.report("25", "kinhte", DOING, "Chợ Cầu Tre đã có 34 sạp nhận tiền bằng mã QR.")
    )
    yield Act(
        at(date(2026, 3, 20), 11),
        cast.photograph("25", "kinhte", "Ảnh gian hướng dẫn ở chợ Cầu Tre", date(2026, 3, 20)),
    )
    yield Act(at(date(2026, 4, 18)), cast.report("26", "congan", DOING, "Đang rà người từ 16 tuổi chưa có tài khoản."))
    yield Act(at(date(2026, 7, 2)), cast.report("29", "doan", DOING, "Mở bốn nhóm “Cháu dạy ông bà dùng điện thoại”."))
    yield Act(
        at(date(2026, 7, 2), 20), cast.photograph("29", "doan", "Ảnh nhóm đầu tiên của chiến dịch", date(2026, 7, 2))
    )
    yield Act(at(date(2026, 7, 6), 9), cast.check("29", "Ảnh nhóm đầu tiên của chiến dịch", accept=True))


def _figures(cast: Cast) -> Iterator[Act]:
    """What units declare for targets. Some targets have no sourced total yet, and stay without a share."""
    by_kind = {(target.year, target.audience): target for target in reversed(cast.targets)}
    officials, schools = by_kind.get((2026, "officials")), by_kind.get((2026, "schools"))
    if first := by_kind.get((2025, "officials")):
        for day, reached in ((date(2025, 10, 31), 214), (date(2025, 12, 31), 371)):
            source = "Danh sách dự bồi dưỡng và bảng lương quý IV/2025 (minh họa)"
            yield Act(at(day, 16), cast.declare(first, "vhxh", day, reached, 431, source))
    if officials:
        for day, reached in ((date(2026, 3, 31), 386), (date(2026, 6, 30), 398), (date(2026, 9, 30), 412)):
            source = "Danh sách dự bồi dưỡng và bảng lương năm 2026 (minh họa)"
            yield Act(at(day, 16), cast.declare(officials, "vhxh", day, reached, 436, source))
    if schools:
        for day, reached in ((date(2026, 5, 29), 3), (date(2026, 9, 25), 6)):
            source = "Báo cáo của các trường đầu năm học (minh họa)"
            yield Act(at(day, 16), cast.declare(schools, "vhxh", day, reached, 7, source))
    if workers := by_kind.get((2026, "workers")):
        source = "Danh sách lớp do doanh nghiệp gửi, chưa có tổng số lao động (minh họa)"
        yield Act(at(date(2026, 8, 31), 16), cast.declare(workers, "kinhte", date(2026, 8, 31), 512, None, source))
