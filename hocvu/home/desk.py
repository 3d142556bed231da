"""The desk after sign-in: what is mine, what is due, what waits for me. Every line leads to where it is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hocvu.home.frame import is_open
from hocvu.lib import clock
from hocvu.lib.marks import Mark
from hocvu.lib.web import render
from hocvu.outreach import inbox, training
from hocvu.plan import board, reviewing, standing, supervising, waiting
from hocvu.plan.board import Line
from hocvu.plan.models import Evidence, Remark, Target, Task, UnitReport, WardSummary
from hocvu.plan.models.task import TaskQuerySet
from hocvu.signin.models import AssistedSession
from hocvu.ward.access import SignedInRequest, may, scoped, signed_in
from hocvu.ward.capabilities import CAPABILITIES, Role
from hocvu.ward.models import Account, Notice, UnitQuerySet, Ward

REMARK = 120  # letters of a remark
SHOWN = 6  # lines of a pile; the rest is one press away


@dataclass(frozen=True, slots=True)
class Item:
    """One line: where it leads, what it says, a note below, a tag beside."""

    href: str
    words: str
    note: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Pile:
    """Lines of one kind, how many there are in all, and where all of them are. `quiet` is said when there is none."""

    title: str
    items: Sequence[Item]
    total: int
    quiet: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Door:
    """A page to begin at."""

    href: str
    words: str
    note: str


# What a role will do here and cannot yet; said so that nobody looks for it.
COMING = {
    Role.EDITOR: "Soạn và đăng tin chưa có ở bản này. Hiện soạn được bài học, xếp khóa học; xem được kế hoạch, chỉ tiêu, "
    "nhiệm vụ và đối tác.",
    Role.OFFICER_1022: "Sổ phản ánh 1022 chưa có ở bản này. Hiện xem được việc của từng đơn vị để trả lời, chuyển tiếp.",
}

# In this order, where they exist and are open to the visitor.
DOORS = (
    Door("/tham-ho/", "Đi thăm hộ", "Hộ nào đến lượt, ghi lượt thăm, làm được cả khi mất mạng"),
    Door("/tham-ho/giup/tim/", "Ghi lượt giúp", "Tại lớp, tại quầy: hỏi đồng ý, ghi đã giúp việc gì"),
    Door("/lop-hoc/quan-ly/", "Lớp học", "Lập lớp, nhận đăng ký, điểm danh"),
    Door("/di-tung-ngo/", "Đi từng ngõ", "Đã đến bao nhiêu hộ, theo nơi và từng ngõ"),
    Door("/di-tung-ngo/can-xem/", "Việc chờ xem", "Việc từ ngõ gửi về có điều chưa rõ, chỗ trùng mã"),
    Door("/to-cong-nghe/", "Tổ công nghệ số", "Thành viên, nơi phụ trách, tổ nào còn hoạt động"),
    Door("/nhu-cau/", "Nhu cầu", "Hộ cần thiết bị, mạng, lớp học; ghép với nơi giúp được"),
    Door("/boi-duong/", "Bồi dưỡng cán bộ", "Khóa của thành phố, ai được cử, ai đã dự"),
    Door("/giup/", "Giúp người dân", "Tìm người học, cùng đăng nhập, không làm thay"),
    Door("/thuc-hanh/xac-nhan/", "Xác nhận thực hành", "Xem người học tự tay làm, đánh dấu điều đã thấy"),
    Door("/giam-thi/", "Buổi kiểm tra", "Mở buổi, nhận diện, coi người làm bài"),
    Door("/phieu-giay/", "Bài trên giấy", "In đề, phiếu trả lời; hai người nhập mỗi phiếu"),
    Door("/thuc-hanh/viec/", "Việc thực hành", "Người học phải làm tận tay những gì"),
    Door("/dieu-hanh/", "Điều hành", "Có đúng hướng không, vướng ở đâu"),
    Door("/bao-cao/", "Báo cáo", "Báo cáo tháng của đơn vị và của địa bàn"),
    Door("/nhiem-vu/", "Nhiệm vụ", "Việc của từng đơn vị, trễ hạn lên trước"),
    Door("/chi-tieu/", "Chỉ tiêu", "Đã đạt đến đâu, số lấy từ đâu"),
    Door("/so-lieu/", "Số liệu", "Đếm gì, chia cho gì, số bên ngoài"),
    Door("/bang-chung/", "Bằng chứng", "Các đơn vị đã nộp gì, chờ kiểm lên trước"),
    Door("/giam-sat/", "Giám sát", "Ý kiến giám sát và trả lời của đơn vị"),
    Door("/kiem-tra/", "Kiểm tra", "Các đợt kiểm tra và việc phải khắc phục"),
    Door("/ke-hoach/", "Kế hoạch", "Văn bản đang thực hiện"),
    Door("/ke-hoach/doc/", "Đọc kế hoạch mới", "Tải văn bản lên để hệ thống đọc"),
    Door("/kinh-phi/", "Kinh phí", "Dự kiến, cam kết, đã chi cho từng nhiệm vụ"),
    Door("/doi-tac/", "Đối tác", "Nhà tài trợ, doanh nghiệp, trường cùng làm"),
    Door("/nguoi-dan/", "Người dân", "Danh bạ nhân khẩu, nhập danh sách từ Excel"),
    Door("/ho/", "Hộ gia đình", "Các hộ và người đang ở"),
    Door("/the/", "Thẻ học viên", "Làm, in, thu hồi thẻ cho trẻ em, người cao tuổi"),
    Door("/giam-ho/", "Giám hộ", "Đề nghị của cha mẹ, người giám hộ"),
    Door("/thanh-vien/", "Thành viên", "Người của trường, doanh nghiệp, đơn vị; nhóm, lớp"),
    Door("/giup/so/", "Phiên có người giúp", "Ai giúp ai, gọi lại kiểm tra"),
    Door("/noi-danh-ba/", "Nối danh bạ", "Người đăng nhập VNeID mà số khớp, điều khác chưa khớp"),
    Door("/soan-bai/", "Soạn bài", "Viết, duyệt, đăng bài học"),
    Door("/khoa-hoc/", "Khóa học", "Xếp bài thành khóa, mở cho mọi người, xem ai học đến đâu"),
    Door("/hoan-thanh/", "Hoàn thành khóa quốc gia", "Nhập danh sách của nền tảng quốc gia"),
    Door("/cau-hoi/", "Ngân hàng câu hỏi", "Soạn, duyệt câu hỏi; câu trả lời nói gì về từng câu"),
    Door("/bai-kiem-tra/quy-tac/", "Quy tắc kiểm tra", "Bài xếp lớp, trước và sau, xác nhận mức; ra bản mới"),
    Door("/ra-soat/", "Rà soát bài làm", "Dấu hiệu lạ và đề nghị xem lại của người học"),
    Door("/giay-da-cap/in/", "In giấy xác nhận", "Cả lớp, đơn vị hoặc khu dân cư trong một tệp"),
    Door("/khung-ky-nang/", "Khung kỹ năng", "Các khung và phiên bản, nạp từ tệp"),
    Door("/giay-da-cap/thu-hoi/", "Thu hồi giấy xác nhận", "Đề nghị và quyết định, hai người"),
    Door("/giay-da-cap/", "Giấy đã cấp", "Ai được cấp giấy xác nhận, dựa vào đâu, danh sách gửi VNeID"),
    Door("/tien-bo/", "Tiến bộ", "Người học biết thêm được bao nhiêu, trước và sau khi học"),
    Door("/du-lieu-ca-nhan/", "Dữ liệu cá nhân", "Yêu cầu, đồng ý, sự cố, thời hạn lưu giữ"),
    Door("/don-vi/", "Đơn vị", "Các đơn vị và người phụ trách"),
    Door("/khu-dan-cu/", "Khu dân cư", "Các khu dân cư và tổ công nghệ số cộng đồng"),
    Door("/noi-lam-viec/", "Nơi làm việc", "Các phường, xã, đặc khu dùng chung hệ thống"),
    Door("/cap-giay/khoa/", "Khóa ký giấy xác nhận", "Thay khóa, báo khóa bị lộ"),
    Door("/tai-khoan/", "Tài khoản", "Người dùng và vai trò"),
    Door("/nhat-ky/", "Nhật ký", "Ai đã làm gì, lúc nào"),
    Door("/viec-nen/", "Việc nền", "Việc hệ thống tự làm theo lịch"),
    Door("/thong-bao/", "Thông báo", "Việc hệ thống đã nhắc"),
    Door("/toi/", "Của tôi", "Vai trò, mật khẩu, nơi đang xem"),
)


@signed_in
@never_cache
@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    """Show whoever signed in what there is to do."""
    account, ward = request.user, request.ward
    if account.is_citizen:
        return redirect("signin:who_am_i")
    piles = list(_piles(account, ward)) if ward else []
    context = {
        "piles": [pile for pile in piles if pile.total],
        "quiet": [pile.quiet for pile in piles if not pile.total],
        "summary": _summary(account, ward) if ward else "",
        "doors": [door for door in DOORS if is_open(door.href, account, ward)],
        "coming": [COMING[role] for role in COMING if any(grant.role == role for grant in account.current_grants)],
        "roles": [str(grant) for grant in account.current_grants],
        "ended_units": account.ended_units if not account.current_grants else [],
    }
    return render(request, "home/desk.html", context)


def _piles(account: Account, ward: Ward) -> Iterator[Pile]:
    """What concerns the account, most pressing first."""
    today = clock.today()
    yield _notices(account)
    yield from _of_reports(account, ward)
    if may(account, "tasks.report", ward):
        units = waiting.units_of(account, ward)
        yield from _of_units(units, today)
    if may(account, "supervision.answer", ward):
        yield _remarks_to_answer(account, ward, today)
    if may(account, "supervision.remark", ward):
        yield _remarks_to_close(account, ward)
    if may(account, "tasks.verify", ward):
        yield _to_check(account, ward)
    if may(account, "assist.check", ward):
        yield _to_call_back(account, ward)
    if may(account, "visits.settle", ward):
        yield _from_the_field(account, ward)
    if may(account, "training.manage", ward):
        yield _asking_off(account, ward)
    if may(account, "plan.publish", ward):
        yield _to_review(account, ward)
    if _sees_whole_ward(account, ward):
        yield from _of_ward(account, ward, today)


def _sees_whole_ward(account: Account, ward: Ward) -> bool:
    """True for those whose view of tasks reaches beyond a unit."""
    return any(
        grant.ward_id in (None, ward.pk) and CAPABILITIES[Role(grant.role)].get("tasks.read") in ("ward", "everywhere")
        for grant in account.current_grants
    )


def _of_units(units: UnitQuerySet, today: date) -> Iterator[Pile]:
    mine = waiting.tasks_of(units)
    own, board_of = list(units[:2]), reverse("plan:tasks")
    narrowed = f"&don-vi={own[0].pk}" if len(own) == 1 else ""
    yield _task_pile(
        "Việc trễ của đơn vị", mine.late(today), today, "Đơn vị không có việc nào trễ.", f"{board_of}?loc=tre{narrowed}"
    )
    yield _returned(units)
    yield _unanswered(units)
    soon = mine.due_within(today, today + board.SOON)
    yield _task_pile(
        "Đơn vị đến hạn trong 14 ngày",
        soon,
        today,
        "Đơn vị không có việc nào đến hạn trong 14 ngày tới.",
        f"{board_of}?loc=sap-den-han{narrowed}",
    )


def _of_ward(account: Account, ward: Ward, today: date) -> Iterator[Pile]:
    """The whole ward; for those who have a unit of their own, the other units."""
    everyone = scoped(Task.objects.living(), account, "tasks.read", ward)
    place, address = f"cả {ward.kind_word}", reverse("plan:tasks")
    if may(account, "tasks.report", ward):
        everyone = everyone.exclude(pk__in=waiting.tasks_of(waiting.units_of(account, ward)).order_by().values("pk"))
        place = "đơn vị khác"
    late, soon = everyone.late(today), everyone.due_within(today, today + board.SOON)
    yield _task_pile(
        f"Việc trễ của {place}", late, today, f"{_initial(place)} không có việc nào trễ.", f"{address}?loc=tre"
    )
    yield _task_pile(
        f"{_initial(place)} đến hạn trong 14 ngày",
        soon,
        today,
        f"{_initial(place)} không có việc nào đến hạn trong 14 ngày tới.",
        f"{address}?loc=sap-den-han",
    )
    yield _off_targets(ward, today)


def _total(items: list[Item], rows: QuerySet[Any]) -> int:
    """How many there are; asked only where not all of them are shown."""
    return len(items) if len(items) < SHOWN else rows.count()


def _initial(text: str) -> str:
    return text[:1].upper() + text[1:]


def _task_pile(title: str, rows: TaskQuerySet, today: date, quiet: str, href: str = "") -> Pile:
    """Tasks with who leads them, and what was said last where they are late."""
    lines = [Line(task, today) for task in board.with_lines(rows, today).order_by("next_due", "position")[:SHOWN]]
    items = [
        Item(
            reverse("plan:task", args=(line.task.pk,)),
            str(line.task),
            f"{line.leads}. Hạn {line.task.next_due:%d/%m/%Y}." + (f" Đơn vị nói: {line.why}" if line.why else ""),
            line.due_mark,
        )
        for line in lines
    ]
    return Pile(title, items, _total(items, rows), quiet, href or reverse("plan:tasks"))


def _notices(account: Account) -> Pile:
    rows = Notice.objects.filter(account=account).unseen()
    items = [
        Item(reverse("ward:notice", args=(row.pk,)), row.text, f"{timezone.localtime(row.at):%d/%m/%Y}")
        for row in rows[:SHOWN]
    ]
    return Pile("Thông báo chưa xem", items, _total(items, rows), "Không có thông báo mới.", reverse("ward:notices"))


def _of_reports(account: Account, ward: Ward) -> Iterator[Pile]:
    """Reports to write, to take in, to approve, to issue: each for whom it waits."""
    home, of = reverse("plan:reports"), WardSummary.State
    if may(account, "reports.write", ward):
        mine = waiting.reports_to_write(account, ward)
        yield _reports("Báo cáo cần gửi", mine, "Không có báo cáo nào cần gửi.", home, page="plan:write_report")
    if may(account, "reports.accept", ward):
        yield _reports(
            "Báo cáo chờ nhận", waiting.reports_to_accept(account, ward), "Không có báo cáo nào chờ nhận.", home
        )
    for capability, state, title in (
        ("summary.approve", of.DRAFT, "Báo cáo tổng hợp chờ duyệt"),
        ("summary.issue", of.APPROVED, "Báo cáo tổng hợp chờ ban hành"),
    ):
        if may(account, capability, ward):
            rows = waiting.summaries(ward, state)
            items = [
                Item(reverse("plan:ward_summary", args=(row.pk,)), f"Báo cáo tổng hợp {row}", f"Hạn nộp {row.last_day}")
                for row in rows[:SHOWN]
            ]
            yield Pile(title, items, _total(items, rows), "Không có báo cáo tổng hợp nào đang chờ.", home)


def _reports(title: str, rows: QuerySet[UnitReport], quiet: str, href: str, page: str = "plan:report") -> Pile:
    items = [
        Item(
            reverse(page, args=(row.pk,)),
            f"{_initial(row.period.words)}, {row.unit.label}",
            f"Hạn hết ngày {row.period.last_day}. {'; '.join(row.flags)}".strip(),
            Mark("Bị trả lại", "bad") if row.state == UnitReport.State.RETURNED else None,
        )
        for row in rows[:SHOWN]
    ]
    return Pile(title, items, _total(items, rows), quiet, href)


def _returned(units: UnitQuerySet) -> Pile:
    rows = waiting.returned_to(units).order_by("-checked_at")
    items = [_evidence_item(row, f"Lý do: {row.check_reason}", Mark("Trả lại", "bad")) for row in rows[:SHOWN]]
    return Pile("Bằng chứng bị trả lại", items, _total(items, rows), "Không có bằng chứng nào bị trả lại.")


def _unanswered(units: UnitQuerySet) -> Pile:
    rows = waiting.unanswered_by(units)
    items = [
        Item(
            f"{reverse('plan:task', args=(task.pk,))}#yk",
            str(task),
            str(getattr(task, "asked", "")),
            Mark("Cần trả lời", "slow"),
        )
        for task in rows[:SHOWN]
    ]
    return Pile("Ý kiến chưa trả lời", items, _total(items, rows), "Không có ý kiến nào chờ trả lời.")


def _remarks_to_answer(account: Account, ward: Ward, today: date) -> Pile:
    rows = waiting.remarks_to_answer(account, ward)
    items = [
        _remark_item(
            row,
            f"{row.unit.label} trả lời chậm nhất ngày {row.due_on:%d/%m/%Y}.",
            Mark("Quá hạn trả lời", "bad") if row.due_on < today else Mark("Chờ trả lời", "slow"),
        )
        for row in rows[:SHOWN]
    ]
    return Pile(
        "Ý kiến giám sát chờ trả lời",
        items,
        _total(items, rows),
        "Không có ý kiến giám sát nào chờ trả lời.",
        f"{reverse('plan:remarks')}?tt=cho-tra-loi",
    )


def _remarks_to_close(account: Account, ward: Ward) -> Pile:
    rows = waiting.remarks_to_close(account, ward)
    items = [_remark_item(row, f"{row.unit.label} đã trả lời.", Mark("Chờ kết luận", "slow")) for row in rows[:SHOWN]]
    return Pile(
        "Ý kiến chờ kết luận",
        items,
        _total(items, rows),
        "Không có ý kiến nào chờ kết luận.",
        f"{reverse('plan:remarks')}?tt=cho-ket-luan",
    )


def _remark_item(row: Remark, note: str, mark: Mark) -> Item:
    words = row.text if len(row.text) <= REMARK else f"{row.text[: REMARK - 1].rstrip()}…"
    return Item(reverse("plan:remark", args=(row.pk,)), words, f"{supervising.words_of(row.subject)}. {note}", mark)


def _to_check(account: Account, ward: Ward) -> Pile:
    rows = waiting.to_check(account, ward)
    items = [
        _evidence_item(row, f"{row.unit.label}, nộp {timezone.localtime(row.given_at):%d/%m/%Y}")
        for row in rows[:SHOWN]
    ]
    quiet = "Không có bằng chứng nào chờ kiểm."
    return Pile("Bằng chứng chờ kiểm", items, _total(items, rows), quiet, reverse("plan:evidence_list"))


def _to_call_back(account: Account, ward: Ward) -> Pile:
    rows = AssistedSession.objects.to_be_checked().exclude(helper=account).exclude(account=None)
    rows = scoped(rows, account, "assist.check", ward).select_related("helper", "account")
    items = [
        Item(
            reverse("signin:call_back", args=(row.pk,)),
            row.learner,
            f"{row.helper.full_name} giúp, {timezone.localtime(row.opened_at):%d/%m/%Y}",
        )
        for row in rows[:SHOWN]
    ]
    quiet = "Không có phiên có người giúp nào cần gọi lại."
    return Pile("Gọi lại kiểm tra", items, _total(items, rows), quiet, f"{reverse('signin:call_backs')}?kq=cho")


def _from_the_field(account: Account, ward: Ward) -> Pile:
    """What came from doors and classes and waits for somebody to look at it."""
    found = inbox.items(account, ward)
    items = [
        Item(one.href, f"{_initial(one.words)}: {one.what}", f"{one.by}. {one.why}", Mark("Chờ xem", "slow"))
        for one in found[:SHOWN]
    ]
    quiet = "Không có việc nào từ ngõ, từ lớp đang chờ xem."
    return Pile("Việc từ ngõ chờ xem", items, len(found), quiet, reverse("outreach:field_waiting"))


def _asking_off(account: Account, ward: Ward) -> Pile:
    """Officials whom a unit asks to let off a course."""
    rows = training.asking(ward)
    rows = scoped(rows, account, "training.manage", ward).select_related("unit", "training")
    items = [
        Item(
            reverse("outreach:decide_off_training", args=(row.pk,)),
            row.training.title,
            f"{row.unit.label}: {row.asks_why}",
        )
        for row in rows[:SHOWN]
    ]
    quiet = "Không có ai xin cho thôi khóa bồi dưỡng."
    return Pile("Xin cho thôi khóa bồi dưỡng", items, _total(items, rows), quiet, reverse("outreach:trainings"))


def _evidence_item(row: Evidence, note: str, mark: Mark | None = None) -> Item:
    return Item(reverse("plan:evidence", args=(row.pk,)), row.title, f"{row.task}. {note}", mark)


def _to_review(account: Account, ward: Ward) -> Pile:
    rows = waiting.to_review(account, ward)
    items = []
    for reading in rows[:SHOWN]:
        words = reviewing.missing(reading).words or "Có thể công bố."
        items.append(Item(_address("plan:review", reading.pk), reading.document.name, words))
    return Pile("Kế hoạch đang xem lại", items, _total(items, rows), "Không có kế hoạch nào đang chờ xem lại.")


def _off_targets(ward: Ward, today: date) -> Pile:
    """This year's targets that are not met, or cannot be told."""
    rows = Target.objects.of(ward).living().filter(year=today.year).order_by("position")
    off = [line for line in standing.standings(rows, today) if line.verdict != "met"]
    items = [
        Item(reverse("plan:target", args=(line.target.pk,)), line.target.text, _how_far(line), line.mark)
        for line in off[:SHOWN]
    ]
    quiet = f"Mọi chỉ tiêu năm {today.year} đã đạt." if rows else f"Chưa có chỉ tiêu nào cho năm {today.year}."
    return Pile(
        f"Chỉ tiêu {today.year} chưa đạt", items, len(off), quiet, f"{reverse('plan:targets')}?nam={today.year}"
    )


def _how_far(line: standing.Standing) -> str:
    if line.lacking:
        return f"Còn {line.lacking} {line.one} nữa mới {line.goal}."
    return "Chưa có tổng số để tính tỷ lệ." if line.value is None else ""


def _address(name: str, *args: object) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _summary(account: Account, ward: Ward) -> str:
    """One sentence on the tasks that the account sees."""
    if not may(account, "tasks.read", ward):
        return ""
    today = clock.today()
    rows = scoped(Task.objects.living(), account, "tasks.read", ward)
    whole = rows.count()
    if not whole:
        return "Chưa có nhiệm vụ nào. Nhiệm vụ hiện ra khi kế hoạch được công bố."
    late, soon = rows.late(today).count(), rows.due_within(today, today + board.SOON).count()
    said = f"{late} việc trễ" if late else "Không có việc nào trễ"
    return f"{said}, {soon} việc đến hạn trong 14 ngày tới, trong {whole} nhiệm vụ."
