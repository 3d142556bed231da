"""The register of officials' training: courses of the city, who is sent, who attended; programmes with digital content.

A course is there once; each unit says whom it sends and marks who attended, with the paper that says so. Somebody who
cannot go asks to be let off: until whoever manages the register agrees, they are still expected. What was put down by
mistake is withdrawn or taken off, never erased from the trail.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold, nfc
from hocvu.outreach.models import Trainee, Training
from hocvu.ward import audit, belonging, notices
from hocvu.ward.models import Account, Membership, Person, Unit, Ward

Kind, State = Training.Kind, Trainee.State
OFFICIALS = (Membership.Kind.OFFICIAL, Membership.Kind.TEACHER)
LETTERS = 120  # of a name
ASKED_FOR = timedelta(days=28)  # after its last day, whose attendance is not marked is asked after
AT_ONCE = 300  # people of a unit to choose among, names of a unit in one course


# ---- What the register comes to


def standing(ward: Ward) -> QuerySet[Training]:
    """What stands in the register of a ward."""
    return Training.objects.filter(ward=ward, withdrawn_at=None)


def of_year(ward: Ward, kind: str, day: date) -> QuerySet[Training]:
    """The courses of a day's year that were over by it, or the programmes of that year which had begun."""
    rows = standing(ward).filter(kind=kind)
    if kind == Kind.COURSE:
        return rows.filter(ends_on__year=day.year, ends_on__lte=day)
    return rows.filter(starts_on__year=day.year, starts_on__lte=day)


def trainees() -> QuerySet[Trainee]:
    """Whoever stands in the register; a row of somebody who was merged into another is kept and not counted."""
    return Trainee.objects.filter(Q(person=None) | Q(person__merged_into=None))


def with_counts(rows: QuerySet[Training], day: date | None = None) -> QuerySet[Training]:
    """Rows with how many are `expected` and how many of them had `attended` by a day; those let off are not expected."""
    day = day or clock.today()
    known = Q(trainees__person=None) | Q(trainees__person__merged_into=None)
    counts = {
        "expected": Count("trainees", filter=known & ~Q(trainees__state=State.EXCUSED)),
        "attended": Count("trainees", filter=known & _attended("trainees__", day)),
    }
    return rows.annotate(**counts)


def asking(ward: Ward) -> QuerySet[Trainee]:
    """Whoever asks to be let off a course that stands and waits for an answer, the longest first."""
    rows = trainees().filter(training__ward=ward, training__withdrawn_at=None, state=State.ASKING)
    return rows.order_by("marked_at", "pk")


def by_unit(row: Training, day: date | None = None) -> list[tuple[str, int, int, int]]:
    """(unit, attended, expected, asking to be let off) of one course, in the order of the units' names."""
    found = (
        trainees()
        .filter(training=row)
        .order_by()
        .values("unit__name", "unit__sort_name")
        .annotate(
            expected=Count("pk", filter=~Q(state=State.EXCUSED)),
            attended=Count("pk", filter=_attended("", day or clock.today())),
            asking=Count("pk", filter=Q(state=State.ASKING)),
        )
    )
    rows = sorted(found, key=lambda one: (one["unit__sort_name"], one["unit__name"]))
    return [(one["unit__name"], one["attended"], one["expected"], one["asking"]) for one in rows]


def _attended(prefix: str, day: date) -> Q:
    return Q(**{f"{prefix}state": State.ATTENDED, f"{prefix}attended_on__lte": day})


# ---- Courses and programmes


@transaction.atomic
def make(
    ward: Ward, *, kind: str, title: str, organiser: str, document: str, starts_on: date, ends_on: date, by: Account
) -> Training:
    """Put a course or a programme into the register."""
    title = " ".join(nfc(title).split())
    _refuse_days_or_twin(ward, kind, title, starts_on, ends_on, but=None)
    row = Training.objects.create(
        ward=ward, kind=kind, title=title, organiser=organiser, document=document, starts_on=starts_on,
        ends_on=ends_on, made_by=by,
    )  # fmt: skip
    audit.record(by, "put training into the register", row, ward=ward)
    return row


@transaction.atomic
def change(
    row: Training, *, title: str, organiser: str, document: str, starts_on: date, ends_on: date, why: str, by: Account
) -> None:
    """Put right what was written down of a course or a programme, with a reason. Days that leave out somebody's day of
    attendance are refused."""
    held = _held(row)
    title = " ".join(nfc(title).split())
    _refuse_days_or_twin(held.ward, held.kind, title, starts_on, ends_on, but=held.pk)
    there = Trainee.objects.filter(training=held, state=State.ATTENDED)
    outside = there.exclude(attended_on__gte=starts_on, attended_on__lte=ends_on).count()
    if outside:
        raise Refusal(f"Đã ghi {outside} người dự vào ngày nằm ngoài thời gian này. Hãy xem lại ngày.", "ends_on")
    if held.has_digital_content and held.marked_on is not None and held.marked_on < starts_on:
        raise Refusal(
            f"Chương trình đã đánh dấu lồng ghép từ {held.marked_on:%d/%m/%Y}. Hãy xem lại ngày.", "starts_on"
        )
    said = {"title": title, "organiser": organiser, "document": document, "starts_on": starts_on, "ends_on": ends_on}
    changed = [name for name, value in said.items() if getattr(held, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(held, name, said[name])
    held.save(update_fields=changed)
    audit.record(by, "changed training", held, ward=held.ward, fields=", ".join(changed), why=why.strip()[:200])


def _refuse_days_or_twin(ward: Ward, kind: str, title: str, starts_on: date, ends_on: date, but: int | None) -> None:
    if ends_on < starts_on:
        raise Refusal(f"Ngày kết thúc trước ngày bắt đầu {starts_on:%d/%m/%Y}. Hãy xem lại.", "ends_on")
    same = standing(ward).filter(kind=kind, starts_on=starts_on).exclude(pk=but or 0)
    if any(fold(one.title) == fold(title) for one in same):
        raise Refusal("Sổ đã có đúng tên này, bắt đầu đúng ngày này. Hãy mở dòng đó.", "title")


@transaction.atomic
def withdraw(row: Training, *, why: str, by: Account) -> None:
    """Take a course or a programme out of the count; it stays in the register with the reason."""
    held = _held(row)
    held.withdrawn_at, held.withdrawn_why = clock.now(), why
    held.save(update_fields=("withdrawn_at", "withdrawn_why"))
    audit.record(by, "withdrew training", held, ward=held.ward, why=why)


@transaction.atomic
def mark_digital(row: Training, *, content: str, day: date, by: Account) -> None:
    """Say that a programme holds digital content: what, since when, and who says so."""
    held = _held(row)
    if held.kind != Kind.PROGRAMME:
        raise Refusal("Chỉ chương trình quản lý nhà nước mới đánh dấu lồng ghép.")
    if day > clock.today():
        raise Refusal("Ngày này chưa tới. Hãy ghi hôm nay hoặc một ngày đã qua.", "day")
    held.has_digital_content, held.digital_content = True, content
    held.marked_by, held.marked_on = by, day
    held.save(update_fields=("has_digital_content", "digital_content", "marked_by", "marked_on"))
    audit.record(by, "marked digital content of a programme", held, ward=held.ward, content=content[:200])


@transaction.atomic
def unmark_digital(row: Training, *, why: str, by: Account) -> None:
    """A programme was marked by mistake."""
    held = _held(row)
    if not held.has_digital_content:
        raise Refusal("Chương trình này chưa được đánh dấu.")
    held.has_digital_content, held.digital_content = False, ""
    held.marked_by, held.marked_on = None, None
    held.save(update_fields=("has_digital_content", "digital_content", "marked_by", "marked_on"))
    audit.record(by, "took back the mark of digital content", held, ward=held.ward, why=why)


# ---- Who is sent


def to_choose(row: Training, unit: Unit) -> QuerySet[Person]:
    """The officials of a unit whom nobody has named for this course yet."""
    named = Trainee.objects.filter(training=row, person__isnull=False).values("person")
    people = belonging.members(row.ward, clock.today(), *OFFICIALS, unit=unit).filter(restricted_at=None)
    return people.exclude(pk__in=named)


@transaction.atomic
def name(row: Training, *, unit: Unit, people: Sequence[Person], names: Iterable[str], by: Account) -> int:
    """A unit says whom it sends: people of the register, and others by name. Answers how many were new."""
    held = _held(row)
    if held.kind != Kind.COURSE:
        raise Refusal("Chương trình quản lý nhà nước không cử người ở đây. Hãy mở một khóa bồi dưỡng.")
    if unit.ward_id != held.ward_id:
        raise Refusal("Đơn vị này ở nơi khác. Hãy chọn đơn vị trên địa bàn.", "unit")
    new = [Trainee(training=held, unit=unit, person=one, name=one.full_name[:LETTERS], named_by=by)
           for one in to_choose(held, unit).filter(pk__in=[one.pk for one in people])]  # fmt: skip
    new += [Trainee(training=held, unit=unit, name=words, named_by=by)
            for words in _new_names(held, unit, names, but=[one.name for one in new])]  # fmt: skip
    if not new:
        raise Refusal("Chưa có ai mới. Hãy chọn người, hoặc viết tên, mỗi dòng một người.", "names")
    Trainee.objects.bulk_create(new)
    audit.record(by, "named whom a unit sends to training", held, ward=held.ward, unit=unit.name, people=len(new))
    return len(new)


def _new_names(row: Training, unit: Unit, names: Iterable[str], but: Iterable[str]) -> list[str]:
    """The names that the unit has not given yet, each once; somebody who was ticked is not written down beside. Two of
    one name are told apart by what the unit adds to it."""
    known = {fold(one) for one in Trainee.objects.filter(training=row, unit=unit).values_list("name", flat=True)}
    known |= {fold(one) for one in but}
    found = []
    for line in names:
        words = " ".join(nfc(line).split())
        if len(words) > LETTERS:
            raise Refusal(f"Tên “{words[:40]}…” dài quá {LETTERS} ký tự. Hãy viết mỗi dòng một người.", "names")
        if words and fold(words) not in known:
            known.add(fold(words))
            found.append(words)
    return found


@transaction.atomic
def take_off(trainee: Trainee, *, by: Account) -> None:
    """Somebody was named by mistake; once attendance is marked or decided on, or the course is over, the row stays."""
    held = _trainee(trainee)
    if held.state != State.EXPECTED:
        raise Refusal(f"Người này đã ghi “{held.get_state_display()}” nên không bỏ tên được nữa.")
    if held.marked_at is not None or held.training.ends_on < clock.today():
        raise Refusal("Khóa đã xong, hoặc đã có quyết định về người này, nên không bỏ tên được. Hãy ghi dự hay vắng.")
    course, unit = held.training, held.unit
    held.delete()
    audit.record(by, "took somebody off training", course, ward=course.ward, unit=unit.name)


# ---- Who attended


@transaction.atomic
def mark(
    row: Training, rows: Sequence[Trainee], *, attended: bool, day: date | None, evidence: str, why: str, by: Account
) -> int:
    """A unit marks who attended, with the paper that says so, or who was absent, and why. Answers how many."""
    held = _held(row)
    if attended:
        _check_attendance(held, day, evidence)
    elif not why.strip():
        raise Refusal("Hãy ghi vì sao vắng.", "why")
    kept = list(Trainee.objects.select_for_update(no_key=True).filter(training=held, pk__in=[one.pk for one in rows]))
    kept = [one for one in kept if one.state != State.EXCUSED]
    if not attended and (asking := sum(one.state == State.ASKING for one in kept)):
        words = f"{asking} người đã chọn đang xin thôi khóa này."
        raise Refusal(f"{words} Hãy đợi trả lời rồi ghi; nếu họ có dự thì ghi đã dự.", "people")
    for one in kept:
        one.state = State.ATTENDED if attended else State.ABSENT
        one.attended_on, one.evidence = (day, evidence.strip()) if attended else (None, "")
        one.why = "" if attended else why.strip()
        one.marked_by, one.marked_at = by, clock.now()
    Trainee.objects.bulk_update(kept, ("state", "attended_on", "evidence", "why", "marked_by", "marked_at"))
    act = "marked who attended training" if attended else "marked who missed training"
    audit.record(by, act, held, ward=held.ward, people=len(kept), evidence=evidence.strip()[:200])
    return len(kept)


def _check_attendance(row: Training, day: date | None, evidence: str) -> None:
    if day is None:
        raise Refusal("Hãy ghi ngày dự xong.", "day")
    if day > clock.today():
        raise Refusal("Ngày này chưa tới. Hãy ghi hôm nay hoặc một ngày đã qua.", "day")
    if not row.starts_on <= day <= row.ends_on:
        days = f"{row.starts_on:%d/%m/%Y} đến {row.ends_on:%d/%m/%Y}"
        raise Refusal(f"Khóa học từ {days}. Hãy ghi một ngày trong khoảng đó.", "day")
    if not evidence.strip():
        raise Refusal("Hãy ghi căn cứ: số danh sách điểm danh, số giấy chứng nhận, công văn.", "evidence")


def ask_after_unmarked(day: date) -> int:
    """Ask each unit whose people nobody has marked after their course was over, once a week for four weeks: until then
    they count as not having attended. Answers how many units there are on the day."""
    since = day - ASKED_FOR
    rows = trainees().filter(
        state=State.EXPECTED, training__withdrawn_at=None, training__ends_on__lt=day, training__ends_on__gte=since
    )
    told = rows.order_by().values("training", "unit").annotate(people=Count("pk"))
    courses = Training.objects.select_related("ward").in_bulk({row["training"] for row in told})
    units = Unit.objects.in_bulk({row["unit"] for row in told})
    for row in told:
        course, unit = courses[row["training"]], units[row["unit"]]
        week = (day - course.ends_on).days // 7
        notices.tell(
            notices.speakers_of(unit), key=f"training.unmarked:{course.pk}:{unit.pk}:{week}", ward=course.ward,
            href=f"/boi-duong/{course.pk}/",
            text=f"“{course.title}” đã xong ngày {course.ends_on:%d/%m/%Y}, {row['people']} người của đơn vị chưa được ghi dự "
            "hay vắng. Chưa ghi thì chưa tính là đã dự.",
        )  # fmt: skip
    return len(told)


@transaction.atomic
def ask_off(row: Training, rows: Sequence[Trainee], *, why: str, by: Account) -> int:
    """A unit asks that somebody be let off; they stay expected until whoever manages the register agrees."""
    held = _held(row)
    if not why.strip():
        raise Refusal("Hãy ghi lý do xin cho thôi.", "why")
    asking = Trainee.objects.select_for_update(no_key=True).filter(training=held, pk__in=[one.pk for one in rows])
    kept = [one for one in asking if one.state in (State.EXPECTED, State.ABSENT)]
    for one in kept:
        one.state_before, one.state = one.state, State.ASKING
        one.asks_why, one.answer = why.strip(), ""
        one.marked_by, one.marked_at = by, clock.now()
    Trainee.objects.bulk_update(kept, ("state_before", "state", "asks_why", "answer", "marked_by", "marked_at"))
    count = len(kept)
    audit.record(by, "asked to let somebody off training", held, ward=held.ward, people=count, why=why.strip()[:200])
    return count


@transaction.atomic
def decide(trainee: Trainee, *, agrees: bool, why: str, by: Account) -> None:
    """Whoever manages the register lets somebody off; or does not, with a reason: then they are what they were before."""
    held = _trainee(trainee)
    if held.state != State.ASKING:
        raise Refusal("Người này không còn chờ quyết định.")
    if not agrees and not why.strip():
        raise Refusal("Hãy ghi vì sao không đồng ý để đơn vị biết.", "why")
    if agrees:
        held.state, held.why = State.EXCUSED, held.asks_why
    else:
        held.state, held.answer = held.state_before or State.EXPECTED, f"Không đồng ý cho thôi: {why.strip()}"[:200]
    held.marked_by, held.marked_at = by, clock.now()
    held.save(update_fields=("state", "why", "answer", "marked_by", "marked_at"))
    act = "let somebody off training" if agrees else "did not let somebody off training"
    audit.record(by, act, held, ward=held.training.ward, unit=held.unit.name)


def _held(row: Training) -> Training:
    """The row, kept from others while it is changed; nothing is done to one that was withdrawn."""
    held = Training.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=row.pk)
    if held.withdrawn_at is not None:
        raise Refusal("Dòng này đã rút khỏi sổ.")
    return held


def _trainee(row: Trainee) -> Trainee:
    rows = Trainee.objects.select_for_update(of=("self",), no_key=True).select_related("training__ward", "unit")
    held = rows.get(pk=row.pk)
    if held.training.withdrawn_at is not None:
        raise Refusal("Khóa này đã rút khỏi sổ.")
    return held
