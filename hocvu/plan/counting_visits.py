"""What field work counts for the plan: households told of the movement, people helped, classes held, officials trained.

Everything here is counted from records, each household and each person once however often somebody came. A visit
counts while it stands: a correction puts the past right too, so a day counted again after it comes to what is known
now, and the trail says why. A visit or help that waits for somebody to look at it does not count until they did.
Training is counted by the year of the day, since the plan wants it every year.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from hocvu.lib import clock
from hocvu.lib.disclosure import PROTECTED_THRESHOLD
from hocvu.lib.months import Month
from hocvu.outreach import attending, teams, training
from hocvu.outreach.models import Attendance, Help, Registration, Session, Training, Visit
from hocvu.plan import populations
from hocvu.plan.measures import Book, Drill, Figure, Proof, bounded, measure
from hocvu.plan.models import Plan
from hocvu.ward.models import Person, Unit, Ward

People = Callable[[Ward, date], QuerySet[Person]]
Topic = Help.Topic
# What the plan wants older people to be shown (task 21).
OF_THE_ELDERLY = (Topic.INTERNET, Topic.SERVICES, Topic.BANK, Topic.SAFETY, Topic.HEALTH)
HELPED = "lượt giúp và lớp học trên hệ thống"


def _rows(population: str, ward: Ward, day: date) -> QuerySet[Any]:
    rows = populations.population(population).rows
    assert rows is not None
    return rows(ward, day)


def _split(population: str, reached: Callable[[Ward, date], Q]) -> Drill:
    """The records of a population that are reached, and those that are not."""
    return Drill(
        lambda ward, day: _rows(population, ward, day),
        lambda ward, day: _rows(population, ward, day).filter(reached(ward, day)),
        lambda ward, day: _rows(population, ward, day).exclude(reached(ward, day)),
    )


def _over(population: str, drill: Drill, ward: Ward, day: date, source: str) -> Figure:
    """Those reached over the total that the ward decided on."""
    whole = populations.whole(ward, population, day)
    told = f"Số đạt: {source}. Tổng số: {whole.source}"
    return bounded(drill.reached(ward, day).count(), whole.value, told, day, "counted")


# ---- Where it is read why something counts


def _page(route: str, right: str) -> Proof:
    return Proof(lambda record: reverse(route, args=(record.pk,)), right)


AT_HOME = _page("outreach:household", "visits.read")
OF_A_TEAM = _page("outreach:team", "teams.read")
OF_A_PERSON = _page("outreach:person_helped", "visits.read")
CLASSES = Book("outreach:classes_desk", "classes.manage", "Sổ lớp học")
COVERED = Book("outreach:coverage", "coverage.read", "Bảng bao phủ theo nơi, theo ngõ")
TRAINING = Book("outreach:trainings", "training.read", "Sổ bồi dưỡng")


# ---- Visits


def _informed(ward: Ward, day: date) -> Q:
    """Households at which a visit that stands found somebody and told them."""
    visits = Visit.objects.of(ward).standing().informed().until(day).exclude(household=None)
    return Q(pk__in=visits.order_by().values("household"))


INFORMED = _split("households", _informed)


@measure(
    "households_informed",
    title="Hộ gia đình được phổ biến về Phong trào",
    unit="hộ",
    kind="counted",
    population="households",
    definition="Đếm hộ có người đang ở mà ít nhất một lượt thăm đã gặp người nhà và đã phổ biến, mỗi hộ một lần dù thăm mấy "
    "lượt; chia cho tổng số hộ. Lượt ghi nhầm, lượt đã đính chính thành kết quả khác và lượt đang chờ người xem không đếm; "
    "đính chính sửa cả số của những ngày đã qua.",
    drill=INFORMED,
    proof=AT_HOME,
)
def households_informed(ward: Ward, day: date) -> Figure | None:
    """Task 5: households told of the movement, each once, among those in which somebody lives."""
    return _over("households", INFORMED, ward, day, "lượt thăm hộ của các tổ")


def _visits_by_place(ward: Ward, day: date) -> dict[int | None, tuple[int, int | None]]:
    rows = Visit.objects.of(ward).standing().until(day).order_by().values("neighbourhood").annotate(n=Count("pk"))
    return {row["neighbourhood"]: (row["n"], None) for row in rows}


@measure(
    "visits_counted",
    title="Lượt thăm hộ được tính",
    unit="lượt",
    kind="counted",
    definition="Đếm mọi lượt thăm hộ còn đứng, kể cả lượt không gặp ai; lượt đã được đính chính chỉ đếm bản đính chính, lượt "
    "ghi nhầm và lượt đang chờ người xem không đếm. Chia theo nơi hộ ở lúc thăm.",
    cells=_visits_by_place,
    book=COVERED,
)
def visits_counted(ward: Ward, day: date) -> Figure | None:
    """How often teams stood at a door, whoever opened."""
    visits = Visit.objects.of(ward).standing().until(day).count()
    return Figure(visits, None, "lượt thăm hộ của các tổ", day, "counted")


# ---- Teams


def _teams(kept_up: bool) -> Callable[[Ward, date], QuerySet[Unit]]:
    def units(ward: Ward, day: date) -> QuerySet[Unit]:
        rows = _rows("teams", ward, day)
        kept = teams.kept_up(ward, day).order_by().values("pk")
        return rows.filter(pk__in=kept) if kept_up else rows.exclude(pk__in=kept)

    return units


KEPT_UP = Drill(lambda ward, day: _rows("teams", ward, day), _teams(True), _teams(False))


@measure(
    "teams_kept_up",
    title="Tổ công nghệ số cộng đồng được duy trì",
    unit="tổ",
    kind="counted",
    population="teams",
    definition="Đếm tổ đủ thành viên và có hoạt động được ghi, theo quy tắc tổ được duy trì đang dùng vào ngày được tính; "
    "chia cho tổng số tổ.",
    drill=KEPT_UP,
    proof=OF_A_TEAM,
    stamp=lambda ward: attendance_stamp(ward),  # a session held is something a team did
)
def teams_kept_up(ward: Ward, day: date) -> Figure | None:
    """Task 28: teams with members and activity, by the rule of the day, among all teams."""
    return _over("teams", KEPT_UP, ward, day, "thành viên và hoạt động của từng tổ")


# ---- Help and classes


def attendance_stamp(ward: Ward) -> str:
    """Words that change with every attendance, and with whom it stands for: neither need leave an entry in the trail."""
    told = Attendance.objects.filter(ward=ward).aggregate(
        n=Count("pk"), counting=Count("pk", filter=Q(state=Attendance.State.COUNTS)), received=Max("received_at"),
        settled=Max("settled_at"),
    )  # fmt: skip
    known = Registration.objects.filter(gathering__ward=ward).aggregate(n=Count("pk"), people=Count("person"))
    values = (*told.values(), *known.values())
    return "|".join(value.isoformat() if isinstance(value, datetime) else str(value) for value in values)


def _helped(ward: Ward, day: date, *topics: str) -> QuerySet[Help, Any]:
    """Whom help that counts went to by a day: keys of people."""
    rows = Help.objects.standing().filter(ward=ward, happened_on__lte=day)
    return (rows.filter(topic__in=topics) if topics else rows).order_by().values("person")


def _guided(*topics: str) -> Callable[[Ward, date], Q]:
    """People who were helped, in some matter, or who attended a class."""

    def reached(ward: Ward, day: date) -> Q:
        attended = attending.attended(ward, day).order_by().values("pk")
        return Q(pk__in=_helped(ward, day, *topics)) | Q(pk__in=attended)

    return reached


def _has_city_app(ward: Ward, day: date) -> Q:
    rows = Help.objects.standing().reached().filter(ward=ward, topic=Topic.CITY_APP, happened_on__lte=day)
    return Q(pk__in=rows.order_by().values("person"))


CITY_APP = _split("residents", _has_city_app)


@measure(
    "city_app_reached",
    title="Người đã cài và dùng được Smart Hải Phòng",
    unit="người",
    kind="counted",
    population="residents",
    definition="Đếm người đang cư trú mà tổ hoặc Đại sứ số đã giúp và ghi là đã có, đã dùng được ứng dụng Smart Hải Phòng, mỗi "
    "người một lần; chia cho tổng số người đang cư trú. Người tự cài mà chưa ai ghi thì không đếm được.",
    drill=CITY_APP,
    proof=OF_A_PERSON,
)
def city_app_reached(ward: Ward, day: date) -> Figure | None:
    """Task 8: residents who have the city's application, by somebody who helped them."""
    return _over("residents", CITY_APP, ward, day, "lượt giúp cài Smart Hải Phòng, đã có bằng chứng")


GUIDED = _split("residents", _guided())


@measure(
    "people_guided",
    title="Người dân được hướng dẫn",
    unit="người",
    kind="counted",
    population="residents",
    definition="Đếm người đang cư trú được giúp ít nhất một việc tại nhà, tại lớp hoặc tại quầy, hoặc đã dự đủ buổi của một lớp "
    "học; mỗi người một lần; chia cho tổng số người đang cư trú.",
    drill=GUIDED,
    proof=OF_A_PERSON,
    stamp=attendance_stamp,
)
def people_guided(ward: Ward, day: date) -> Figure | None:
    """Task 20: residents who were helped or attended a class, each once."""
    return _over("residents", GUIDED, ward, day, HELPED)


OLDER = _split("elderly", _guided(*OF_THE_ELDERLY))


@measure(
    "elderly_guided",
    title="Người cao tuổi được hướng dẫn",
    unit="người",
    kind="counted",
    population="elderly",
    definition="Đếm người từ đủ 60 tuổi đang cư trú được giúp vào Internet, dùng dịch vụ công trực tuyến, thanh toán số, an toàn "
    "khi dùng điện thoại hoặc chăm sóc sức khỏe trực tuyến, hoặc đã dự đủ buổi của một lớp học; mỗi người một lần; chia cho "
    "tổng số người từ đủ 60 tuổi.",
    drill=OLDER,
    proof=OF_A_PERSON,
    stamp=attendance_stamp,
)
def elderly_guided(ward: Ward, day: date) -> Figure | None:
    """Task 21: residents of 60 and more who were helped in what the plan names, or attended a class."""
    return _over("elderly", OLDER, ward, day, HELPED)


DISABLED = _split("disabled", _guided())
TOO_FEW = f"danh bạ mới ghi ít hơn {PROTECTED_THRESHOLD} người khuyết tật, nên không nêu số để không lộ hoàn cảnh của riêng ai"
NONE_KNOWN = "danh bạ chưa ghi người khuyết tật nào"


def disabled_dark(ward: Ward, day: date) -> str:
    """Why nothing is told: nobody is known, or so few that a number would tell of each."""
    known = _rows("disabled", ward, day).count()
    return "" if known >= PROTECTED_THRESHOLD else TOO_FEW if known else NONE_KNOWN


@measure(
    "disabled_guided",
    title="Người khuyết tật được hướng dẫn",
    unit="người",
    kind="counted",
    population="disabled",
    definition="Đếm người khuyết tật đang cư trú, theo hoàn cảnh ghi trong danh bạ, được giúp ít nhất một việc hoặc đã dự đủ buổi "
    "của một lớp học; mỗi người một lần; chia cho tổng số người khuyết tật. Nhóm dưới 10 người không hiện ra.",
    drill=DISABLED,
    proof=OF_A_PERSON,
    protected=True,
    stamp=attendance_stamp,
    why_dark=disabled_dark,
)
def disabled_guided(ward: Ward, day: date) -> Figure | None:
    """Task 22: disabled residents who were helped or attended a class; no figure where so few are known that it would
    tell of each."""
    return None if disabled_dark(ward, day) else _over("disabled", DISABLED, ward, day, HELPED)


def _attended(ward: Ward, day: date) -> Q:
    return Q(pk__in=attending.attended(ward, day).order_by().values("pk"))


ATTENDEES = _split("residents", _attended)


@measure(
    "class_attendees",
    title="Người dự lớp học trên địa bàn",
    unit="người",
    kind="counted",
    population="residents",
    definition="Đếm người đang cư trú đã dự đủ số buổi của ít nhất một lớp học, theo quy tắc dự bao nhiêu buổi thì tính; mỗi người "
    "một lần; chia cho tổng số người đang cư trú. Người đến lớp mà chưa nối với danh bạ thì chưa đếm.",
    drill=ATTENDEES,
    proof=OF_A_PERSON,
    stamp=attendance_stamp,
)
def class_attendees(ward: Ward, day: date) -> Figure | None:
    """Task 19, beside what was finished online: residents who attended enough of a class."""
    return _over("residents", ATTENDEES, ward, day, "điểm danh các buổi học")


def months_over(ward: Ward, day: date) -> list[Month]:
    """The months of the day's year that are over, from the month on in which the ward's first plan was published."""
    began = Plan.objects.of(ward).order_by("published_at").values_list("published_at", flat=True).first()
    first = Month(day.year, 1)
    if began is not None:
        first = max(first, Month.of(clock.local_day(began)))
    months = []
    while first.last <= day:
        months.append(first)
        first = first.plus(1)
    return months


def _sessions(ward: Ward, day: date) -> QuerySet[Session]:
    return attending.sessions_held(ward, date(day.year, 1, 1), day)


@measure(
    "community_classes",
    title="Tháng có buổi học cộng đồng",
    unit="tháng",
    kind="counted",
    definition="Đếm tháng đã qua của năm có ít nhất một buổi học hoặc buổi sinh hoạt cộng đồng đã diễn ra, buổi bị hủy không tính; "
    "chia cho số tháng đã qua của năm, kể từ tháng công bố kế hoạch.",
    stamp=attendance_stamp,
    why_dark=lambda ward, day: "" if months_over(ward, day) else "chưa có tháng nào của năm đã qua",
    book=CLASSES,
)
def community_classes(ward: Ward, day: date) -> Figure | None:
    """Classes held regularly: the months of the year with one, among those that are over."""
    months = months_over(ward, day)
    if not months:
        return None
    held = [Month.of(starts_at.date()) for starts_at in _starts(ward, day)]
    source = f"lịch lớp học, {len(held)} buổi đã diễn ra từ đầu năm"
    return Figure(len(set(held) & set(months)), len(months), source, day, "counted")


def _starts(ward: Ward, day: date) -> list[datetime]:
    """When the sessions of the year began, by the clock of the ward."""
    return [timezone.localtime(at) for at in _sessions(ward, day).order_by().values_list("starts_at", flat=True)]


# ---- Training of officials


NO_COURSE = "trong năm chưa có khóa nào đã xong mà có người được cử"
NO_PROGRAMME = "trong năm chưa ghi chương trình nào"


def _attended_courses(ward: Ward, day: date) -> tuple[int, int]:
    """How many courses of the year were attended by everybody expected, of how many that expect somebody."""
    rows = training.with_counts(training.of_year(ward, Training.Kind.COURSE, day), day)
    every = [one for one in rows if one.expected]
    return sum(one.attended == one.expected for one in every), len(every)


@measure(
    "courses_attended",
    title="Khóa bồi dưỡng được tham gia đầy đủ",
    unit="khóa",
    kind="counted",
    definition="Đếm khóa đã xong trong năm mà mọi người được cử đều có điểm danh kèm căn cứ; chia cho số khóa đã xong trong năm có "
    "cử người. Người được cho thôi, khi nơi điều phối đã đồng ý, không tính là được cử. Khóa đã rút không đếm.",
    why_dark=lambda ward, day: "" if _attended_courses(ward, day)[1] else NO_COURSE,
    book=TRAINING,
)
def courses_attended(ward: Ward, day: date) -> Figure | None:
    """Task 12: courses of the year that everybody attended who was sent, among those that expect somebody."""
    full, every = _attended_courses(ward, day)
    return Figure(full, every, "sổ bồi dưỡng, điểm danh của từng đơn vị", day, "counted") if every else None


def _programmes(ward: Ward, day: date) -> tuple[int, int]:
    rows = training.of_year(ward, Training.Kind.PROGRAMME, day)
    return rows.filter(has_digital_content=True, marked_on__lte=day).count(), rows.count()


@measure(
    "programmes_with_digital_content",
    title="Chương trình quản lý nhà nước có nội dung số",
    unit="chương trình",
    kind="counted",
    definition="Đếm chương trình bồi dưỡng nghiệp vụ quản lý nhà nước đã bắt đầu trong năm được đánh dấu đã lồng ghép nội dung "
    "chuyển đổi số, có ghi lồng ghép gì; chia cho số chương trình đã bắt đầu trong năm. Chương trình đã rút không đếm.",
    why_dark=lambda ward, day: "" if _programmes(ward, day)[1] else NO_PROGRAMME,
    book=TRAINING,
)
def programmes_with_digital_content(ward: Ward, day: date) -> Figure | None:
    """Task 13: programmes of the year that are marked to hold digital content, among all of them."""
    marked, every = _programmes(ward, day)
    return Figure(marked, every, "sổ bồi dưỡng", day, "counted") if every else None
