"""The page about oneself: who is signed in, how, what there is to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hocvu.lib.web import render
from hocvu.signin import citizens, second_step
from hocvu.signin.vneid.provider import is_set_up
from hocvu.ward.access import SignedInRequest, signed_in, wants_json
from hocvu.ward.capabilities import CAPABILITIES, Role
from hocvu.ward.models import Ward


@dataclass(frozen=True, slots=True)
class Door:
    """A page about oneself."""

    name: str
    words: str
    note: str
    for_staff: bool = True
    for_citizens: bool = True

    @property
    def href(self) -> str:
        """The address; "" where the page does not exist here."""
        if self.name == "signin:my_vneid" and not is_set_up():
            return ""
        return reverse(self.name)


DOORS = (
    Door("learning:mine", "Việc học của tôi", "Học tiếp, bài đã xong, chỗ đã đánh dấu"),
    Door("assessment:my_certificates", "Giấy xác nhận của tôi", "Tải, in, gửi cho người khác xem", for_staff=False),
    Door("signin:my_vneid", "VNeID của tôi", "Nối tài khoản với VNeID", for_staff=False),
    Door("signin:my_phone", "Số điện thoại", "Số nhận mã khi đăng nhập", for_staff=False),
    Door("signin:my_card", "Thẻ học viên", "Hạn dùng, lần dùng gần nhất, thu hồi thẻ", for_staff=False),
    Door("signin:my_dependants", "Người tôi giám hộ", "Con, cháu và người được giám hộ", for_staff=False),
    Door("signin:my_security", "Bước thứ hai khi đăng nhập", "Mã từ điện thoại, khóa đăng nhập, mã dự phòng",
         for_citizens=False),
    Door("signin:change_password", "Đổi mật khẩu", "Ít nhất 12 ký tự", for_citizens=False),
    Door("signin:my_sessions", "Phiên và lịch sử đăng nhập", "Đang mở ở đâu, kết thúc phiên lạ"),
)  # fmt: skip


@signed_in
@never_cache
def who_am_i(request: SignedInRequest) -> HttpResponse:
    """Say who is signed in, with which roles and where; as JSON for a script."""
    account = request.user
    grants = account.current_grants
    if wants_json(request):
        return JsonResponse(
            {
                "username": account.username,
                "name": account.full_name,
                "ward": request.ward.slug if request.ward else None,
                "grants": [
                    {
                        "role": grant.role,
                        "ward": grant.ward.slug if grant.ward else None,
                        "unit": grant.unit.name if grant.unit else None,
                        "capabilities": CAPABILITIES[Role(grant.role)],
                    }
                    for grant in grants
                ],
            },
            json_dumps_params={"ensure_ascii": False},
        )
    open_to = [door for door in DOORS if (door.for_citizens if account.is_citizen else door.for_staff)]
    doors = [door for door in open_to if door.href]
    if account.is_citizen:
        context = {"established": citizens.established(account), "person": account.person, "doors": doors}
        return render(request, "signin/my_page.html", context)
    wards = Ward.objects.all() if any(grant.ward_id is None for grant in grants) else None
    suggests = not second_step.held_by(account)
    staff = {"grants": grants, "wards": wards, "doors": doors, "suggests_second_step": suggests}
    return render(request, "signin/who_am_i.html", staff)


@signed_in
@require_POST
def choose_ward(request: SignedInRequest) -> HttpResponse:
    """Work in another ward, for those whose role spans several."""
    ward = Ward.objects.filter(slug=request.POST.get("ward", "")).first()
    allowed = ward is not None and any(grant.ward_id in (None, ward.pk) for grant in request.user.current_grants)
    if ward is None or not allowed:
        messages.error(request, "Không mở được nơi này. Hãy chọn trong danh sách.")
        return redirect("signin:who_am_i")
    request.session["ward"] = ward.pk
    messages.success(request, f"Đang xem {ward.title}.")
    return redirect("/ban-lam-viec/")
