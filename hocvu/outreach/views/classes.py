"""Classes as the public meets them: the calendar, one class, taking and giving back a place, one's own, what one thought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import segno
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hocvu.learning.models import Course
from hocvu.lib import clock
from hocvu.lib.forms import Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.months import Month, start_of
from hocvu.lib.refusals import Refusal
from hocvu.lib.schedule import WEEKDAYS, ZONE
from hocvu.lib.web import render, sent
from hocvu.outreach import attending, calendars, classes, codes, feedback, registering
from hocvu.outreach.models import Gathering, Registration, Session
from hocvu.signin import assisting
from hocvu.ward.access import SignedInRequest, WardRequest, may, public, signed_in
from hocvu.ward.models import Account, Neighbourhood

AHEAD, BACK = 6, 3  # months that the calendar offers


def day_words(session: Session) -> str:
    """The day as a calendar says it: "thứ Ba 01/12/2026"."""
    local = session.starts_at.astimezone(ZONE)
    return f"{WEEKDAYS[local.weekday()]} {local:%d/%m/%Y}"


def time_words(session: Session) -> str:
    """From when to when: "19:00 đến 20:30"."""
    return f"{session.starts_at.astimezone(ZONE):%H:%M} đến {session.ends_at.astimezone(ZONE):%H:%M}"


def places_mark(gathering: Gathering, taken: int, over: bool = False) -> Mark:
    """Whether there is still a place, in words."""
    if gathering.state == Gathering.State.CANCELLED:
        return Mark("Đã hủy", "none")
    if over:
        return Mark("Đã xong", "none")
    if gathering.capacity is None:
        return Mark("Còn chỗ", "good")
    left = gathering.capacity - taken
    return Mark(f"Còn {left} chỗ", "good") if left > 0 else Mark("Đã đủ, nhận chờ", "slow")


def _session_mark(session: Session) -> Mark:
    if session.cancelled_at is not None:
        is_whole = session.gathering.state == Gathering.State.CANCELLED
        return Mark("Đã hủy" if is_whole else "Buổi này nghỉ", "none")
    if session.ends_at <= clock.now():
        return Mark("Đã xong", "none")  # also of a class whose rest was cancelled
    return places_mark(session.gathering, getattr(session, "taken", 0))


# ---- The calendar


@public
@require_safe
def classes_calendar(request: WardRequest) -> HttpResponseBase:
    """What is coming, or one month; nothing of anybody stands here."""
    if request.ward is None:
        raise Http404
    month = _month(request)
    rows = classes.with_taken(classes.open_sessions(request.ward))
    if month is None:
        rows = rows.filter(ends_at__gte=clock.now())
    page = Page(
        "Lớp học gần nhà" if month is None else f"Lớp học {month.words}",
        lead="Đến học không mất tiền. Chưa có điện thoại cũng học được.",
        links=((reverse("outreach:my_classes"), "Lớp của tôi"),),
        empty="Chưa có buổi nào" if month is None else f"Không có buổi nào trong {month.words}",
        empty_words="Hỏi 1022, hoặc tổ công nghệ số nơi mình ở, để biết lớp gần nhất.",
        counted="buổi",
        frame="base.html",
        template="outreach/classes_calendar.html",
        more={
            "feed": reverse("outreach:public_feed"),
            "followed": followed(request, reverse("outreach:public_feed")),
            "manages": may(request.user, classes.MANAGE, request.ward),
        },
    )
    return show(request, page, rows=rows, columns=CALENDAR, filters=_calendar_filters(request))


CALENDAR = (
    Head[Session]("Lớp", lambda s: s.gathering.title, 40, href=lambda s: reverse("outreach:class_page", args=(s.gathering_id,))),
    Head[Session]("Ngày", day_words, 20),
    Head[Session]("Giờ", time_words, 16),
    Head[Session]("Ở đâu", lambda s: s.gathering.place, 34),
    Head[Session]("Nơi", lambda s: str(s.gathering.neighbourhood or "mọi nơi"), 22),
    Head[Session]("Chỗ", lambda s: str(_session_mark(s)), 16, mark=_session_mark),
)  # fmt: skip


def _month(request: HttpRequest) -> Month | None:
    asked = request.GET.get("thang", "")
    return Month.read(asked) if asked in dict(_months()) else None


def _months() -> list[tuple[str, str]]:
    now = Month.of(clock.today())
    return [(str(one), one.words.capitalize()) for one in (now.plus(by) for by in range(-BACK, AHEAD + 1))]


def _of_month(rows: Any, value: str) -> Any:
    month = Month.read(value)
    return rows.filter(starts_at__gte=start_of(month.first), starts_at__lt=start_of(month.plus(1).first))


def _calendar_filters(request: WardRequest) -> tuple[Choice, ...]:
    places = [(str(one.pk), one.name) for one in Neighbourhood.objects.filter(ward=request.ward)]
    courses = [(one.slug, one.title) for one in Course.objects.of(request.ward).open()]
    word = request.ward.neighbourhood_word
    return (
        Choice("thang", "Tháng", _months(), _of_month, every="Sắp tới"),
        Choice("noi", word.capitalize(), places, lambda rows, v: rows.filter(gathering__neighbourhood=v)),
        Choice("khoa", "Khóa học", courses, lambda rows, v: rows.filter(gathering__course__slug=v)),
    )


# ---- One class


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session as a page of its class shows it."""

    session: Session
    day: str
    time: str
    mark: Mark | None


def session_lines(gathering: Gathering) -> list[SessionLine]:
    """The sessions in their order, with what is over and what is not held."""
    return [
        SessionLine(one, day_words(one), time_words(one), _line_mark(one))
        for one in gathering.sessions.order_by("starts_at", "pk")
    ]


def _line_mark(session: Session) -> Mark | None:
    if session.cancelled_at is not None:
        return Mark("Nghỉ", "none")
    return Mark("Đã học", "good") if session.ends_at <= clock.now() else None


def known_or_404(request: WardRequest, gathering_id: UUID) -> Gathering:
    """A class that the public knows of."""
    rows = classes.known(request.ward) if request.ward else Gathering.objects.none()
    return get_object_or_404(rows.select_related("ward", "host", "neighbourhood", "course", "teacher"), pk=gathering_id)


@public
@require_safe
def class_page(request: WardRequest, gathering_id: UUID) -> HttpResponse:
    """When, where, who teaches, how to come; for whoever is signed in their own place."""
    row = known_or_404(request, gathering_id)
    account = request.user if isinstance(request.user, Account) else None
    own = registering.own(row, account) if account else None
    over = classes.is_over(row)
    context = {
        "row": row,
        "lines": session_lines(row),
        "mark": places_mark(row, classes.taken(row), over),
        "takes_places": row.state == Gathering.State.OPEN and not over,
        "is_full": classes.places_left(row) == 0,
        "own": own,
        "own_code": codes.shown(own.code) if own else "",
        "is_citizen": account is not None and account.is_citizen,
        "registers_others": may(request.user, classes.MANAGE, request.ward)
        and may(request.user, registering.READ, request.ward),
        "lessons": classes.lessons_of(row),
        "may_say": own is not None and feedback.came(own) and not feedback.has_said(own),
        "square": square_of(request, own.code) if own else "",
        "followed": followed(request, reverse("outreach:class_feed", args=(row.pk,))),
    }
    return render(request, "outreach/class_page.html", context)


def square_of(request: HttpRequest, code: str) -> str:
    """The code as a square: the address under which its holder says later what they thought."""
    address = request.build_absolute_uri(reverse("outreach:class_code", args=(code,)))
    drawn: str = segno.make(address, error="m", micro=False).svg_data_uri(border=2, omitsize=True, light="white")
    return drawn


@signed_in
@require_POST
def register(request: SignedInRequest, gathering_id: UUID) -> HttpResponse:
    """One press takes a place."""
    row = known_or_404(request, gathering_id)
    try:
        own = registering.register_oneself(row, by=request.user)
        words = "Lớp đã đủ chỗ. Đã ghi vào danh sách chờ; có chỗ sẽ báo." if own.is_waiting else "Đã giữ chỗ."
        messages.success(request, words)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("outreach:class_page", row.pk)


@signed_in
@require_POST
def give_back(request: SignedInRequest, gathering_id: UUID) -> HttpResponse:
    """One press gives it back."""
    row = known_or_404(request, gathering_id)
    if (own := registering.own(row, request.user)) is not None:
        registering.cancel(own, by=request.user)
        messages.success(request, "Đã bỏ đăng ký. Chỗ được nhường cho người khác.")
    return redirect("outreach:class_page", row.pk)


# ---- One's own


@signed_in
@never_cache
@require_safe
def my_classes(request: SignedInRequest) -> HttpResponse:
    """The classes in which one has a place, with the codes, and the address for a phone's calendar."""
    rows = [one for one in registering.mine(request.user) if one.gathering.ward_id == request.ward.pk]
    coming = _coming([one.gathering_id for one in rows])
    link = calendars.link_of(request.user)
    feed = reverse("outreach:my_feed", args=(link.token,)) if link else ""
    context = {
        "lines": [
            {"row": one, "code": codes.shown(one.code), "next": coming.get(one.gathering_id)}
            for one in sorted(rows, key=lambda one: (one.gathering_id not in coming, one.gathering.title))
        ],
        "feed": request.build_absolute_uri(feed) if feed else "",
        "followed": followed(request, feed) if feed else "",
    }
    return render(request, "outreach/my_classes.html", context)


def _coming(keys: list[UUID]) -> dict[UUID, str]:
    """class -> when its next session is, in words; one question."""
    rows = Session.objects.filter(gathering__in=keys, cancelled_at=None, ends_at__gte=clock.now())
    rows = rows.exclude(gathering__state=Gathering.State.CANCELLED).order_by("-starts_at")
    return {one.gathering_id: classes.when_words(one) for one in rows}


@signed_in
@assisting.by_oneself
@require_POST
def renew_calendar(request: SignedInRequest) -> HttpResponse:
    """A new address for the phone's calendar; the one before ends."""
    calendars.renew(request.user)
    messages.success(request, "Đã tạo địa chỉ lịch mới. Địa chỉ cũ, nếu có, không dùng được nữa.")
    return redirect("outreach:my_classes")


# ---- In the calendar of a phone


def followed(request: HttpRequest, path: str) -> str:
    """The address by which a calendar application follows a feed; opened as an ordinary one it is copied once and never
    asked for again."""
    return f"webcal://{request.get_host()}{path}"


@public
@require_safe
def public_feed(request: WardRequest) -> HttpResponse:
    """All classes of the ward."""
    if request.ward is None:
        raise Http404
    answer = _ics(request, f"Lớp học {request.ward.title}", calendars.of_ward(request.ward))
    answer["Cache-Control"] = "public, max-age=900"
    return answer


@public
@require_safe
def class_feed(request: WardRequest, gathering_id: UUID) -> HttpResponse:
    """One class."""
    row = known_or_404(request, gathering_id)
    return _ics(request, row.title, calendars.of_class(row))


@public
@require_safe
def my_feed(request: WardRequest, calendar_token: str) -> HttpResponse:
    """The classes of whoever this address was made for: times and places, nobody's name."""
    account = calendars.account_of(calendar_token)
    if account is None:
        raise Http404
    answer = _ics(request, "Lớp của tôi", calendars.of_account(account))
    answer["Cache-Control"], answer["X-Robots-Tag"] = "private, no-store", "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _ics(request: HttpRequest, title: str, sessions: Any) -> HttpResponse:
    scheme = "https" if request.is_secure() else "http"
    body = calendars.calendar(title, sessions, host=request.get_host(), scheme=scheme)
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="lop-hoc.ics"'
    return answer


# ---- What one thought of it


class FeedbackForm(Form):
    """How useful, and a word."""

    code = forms.CharField(label="Mã trên giấy", max_length=200, required=False,
                           help_text="8 chữ và số; đã đăng nhập và đăng ký bằng tài khoản thì bỏ trống",
                           widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "hv-input--code"}))  # fmt: skip
    use = forms.TypedChoiceField(label="Lớp có ích không?", choices=[(n, words.capitalize()) for n, words in feedback.USES],
                                 coerce=int, widget=forms.RadioSelect)  # fmt: skip
    words = forms.CharField(label="Góp ý thêm", max_length=500, required=False, widget=forms.Textarea,
                            help_text="Không ghi tên mình, tên người khác")  # fmt: skip


@public
@never_cache
def give_feedback(request: WardRequest, gathering_id: UUID) -> HttpResponse:
    """Said once by each who came; nobody is named."""
    row = known_or_404(request, gathering_id)
    form = FeedbackForm(sent(request), initial={"code": request.GET.get("ma", "")[:20]})
    context = {"row": row, "heard": feedback.heard(row)}
    if request.method == "POST" and form.is_valid():
        try:
            place = _place_of(request, row, form.cleaned_data["code"])
            feedback.say(place, use=form.cleaned_data["use"], words=form.cleaned_data["words"])
            messages.success(request, "Đã nhận góp ý. Xin cảm ơn.")
            return redirect("outreach:class_page", row.pk)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    return render(request, "outreach/give_feedback.html", context, form=form)


def _place_of(request: WardRequest, row: Gathering, typed: str) -> Registration:
    """The place of the code on paper, else of whoever is signed in."""
    if typed:
        found = Registration.objects.filter(gathering=row, code=codes.read(typed)).first()
        if found is None:
            raise Refusal("Không có mã này ở lớp này. Hãy xem lại từng chữ.", "code")
        return found
    own = registering.own(row, request.user) if isinstance(request.user, Account) else None
    if own is None:
        raise Refusal("Hãy nhập mã trên giấy, hoặc đăng nhập bằng tài khoản đã đăng ký lớp này.", "code")
    return own


@public
@require_safe
def class_code(request: WardRequest, class_code: str) -> HttpResponse:
    """Where the square on paper leads: to the class it is of, to say what one thought. Whoever takes attendance there
    today comes to the list, with the code filled in: the camera of a phone reads what their browser may not."""
    code = codes.read(class_code)
    rows = Registration.objects.select_related("gathering__ward")
    place = get_object_or_404(rows, code=code or "-", gathering__in=classes.known(request.ward))
    session = attending.session_today(place.gathering)
    if session and isinstance(request.user, Account) and attending.may_check_in(request.user, place.gathering):
        return redirect(f"{reverse('outreach:check_in', args=(session.pk,))}?ma={codes.shown(code)}")
    return redirect(f"{reverse('outreach:give_feedback', args=(place.gathering_id,))}?ma={codes.shown(code)}")
