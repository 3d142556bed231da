"""Wards: the first one of an empty installation, the list of all, adding and changing one."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache

from hocvu.lib.pager import paginate
from hocvu.lib.tables import Column, export, wants_xlsx
from hocvu.lib.text import fold
from hocvu.lib.web import render, sent
from hocvu.ward import founding
from hocvu.ward.access import SignedInRequest, may, needs, public, scoped
from hocvu.ward.forms import BeginForm, WardForm
from hocvu.ward.models import Ward

COLUMNS = (
    Column[Ward]("Tên", lambda w: w.name, 32),
    Column[Ward]("Loại", lambda w: w.kind_word, 14),
    Column[Ward]("Khu dân cư", lambda w: w.neighbourhood_word, 16),
    Column[Ward]("Tỉnh, thành phố", lambda w: w.city, 28),
    Column[Ward]("Mã đơn vị hành chính", lambda w: w.code, 22),
    Column[Ward]("Tên miền riêng", lambda w: w.host, 28),
)


@public
@never_cache
def begin(request: HttpRequest) -> HttpResponseBase:
    """The first page of an empty installation, for whoever has the code from the machine."""
    if not founding.is_open():
        return render(request, "ward/begun.html", {"founded": True})
    code = request.POST.get("ma") or request.GET.get("ma", "")
    if not founding.opens(code):
        return render(request, "ward/begun.html", {"founded": False}, status=403)
    form = BeginForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            ward = founding.begin(**form.cleaned_data, host="")
        except founding.TooLate as late:
            messages.error(request, str(late))
        else:
            messages.success(request, f"Đã lập {ward.title}. Hãy đăng nhập bằng tài khoản quản trị vừa tạo.")
        return redirect("signin:sign_in")
    return render(request, "ward/begin.html", {"code": code}, form=form)


@needs("wards.read")
def wards(request: SignedInRequest) -> HttpResponseBase:
    """All wards that share the installation, filtered by name, kind and province."""
    rows = scoped(Ward.objects.all(), request.user, "wards.read")
    query, kind = request.GET.get("tim", "").strip(), request.GET.get("loai", "")
    if kind in Ward.Kind.values:
        rows = rows.filter(kind=kind)
    if query:
        names = rows.values_list("pk", "name", "city", "code")
        rows = rows.filter(pk__in=[pk for pk, *words in names if fold(query) in fold(" ".join(words))])
    if wants_xlsx(request):
        return export("Danh sách nơi làm việc", COLUMNS, rows)
    living = Count("units", filter=Q(units__valid_to=None), distinct=True)
    context = {
        "page": paginate(request, rows.annotate(living_units=living).order_by("name", "pk")),
        "kinds": Ward.Kind.choices,
        "kind": kind,
        "query": query,
        "may_manage": may(request.user, "wards.manage", request.ward),
    }
    return render(request, "ward/wards.html", context)


@needs("wards.manage")
def add_ward(request: SignedInRequest) -> HttpResponseBase:
    """Add a ward to the installation."""
    form = WardForm(sent(request))
    if request.method == "POST" and form.is_valid():
        made = founding.found(by=request.user, **form.cleaned_data)
        messages.success(request, f"Đã thêm {made.title}. Chọn nơi này ở trang Của tôi để thêm đơn vị và kế hoạch.")
        return redirect("ward:wards")
    return render(request, "ward/ward_form.html", {"heading": "Thêm nơi làm việc"}, form=form)


@needs("wards.manage")
def change_ward(request: SignedInRequest, ward_slug: str) -> HttpResponseBase:
    """Change a ward's name, kind, province, code or host name."""
    shown = get_object_or_404(scoped(Ward.objects.all(), request.user, "wards.manage"), slug=ward_slug)
    now = {name: getattr(shown, name) for name in founding.FIELDS}
    form = WardForm(sent(request), initial=now, ward=shown)
    if request.method == "POST" and form.is_valid():
        founding.change(shown, by=request.user, **form.cleaned_data)
        messages.success(request, f"Đã lưu {shown.title}.")
        return redirect("ward:wards")
    return render(request, "ward/ward_form.html", {"heading": f"Sửa {shown.title}"}, form=form)
