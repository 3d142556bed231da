"""The audit trail, for those who watch: filtered by person, act and day."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.http.response import HttpResponseBase
from django.utils import timezone

from hocvu.lib.forms import DateField, Form
from hocvu.lib.pager import paginate
from hocvu.lib.tables import Column, export, wants_xlsx
from hocvu.lib.web import render
from hocvu.ward.access import SignedInRequest, needs, scoped
from hocvu.ward.audit_words import details_in_words, in_words
from hocvu.ward.models import AuditEntry

COLUMNS = (
    Column[AuditEntry]("Số", lambda e: e.sequence, 10),
    Column[AuditEntry]("Lúc", lambda e: e.at, 18),
    Column[AuditEntry]("Người làm", lambda e: e.actor, 28),
    Column[AuditEntry]("Việc", lambda e: in_words(e.action), 32),
    Column[AuditEntry]("Đối tượng", lambda e: e.target, 48),
    Column[AuditEntry]("Chi tiết", lambda e: details_in_words(e.details), 60),
)


class Days(Form):
    """Between which days."""

    tu = DateField(label="Từ ngày", required=False)
    den = DateField(label="Đến hết ngày", required=False)


@needs("audit.read")
def trail(request: SignedInRequest) -> HttpResponseBase:
    """Who did what, newest first."""
    rows = scoped(AuditEntry.objects.all(), request.user, "audit.read")
    form = Days(request.GET)
    if form.is_valid():
        first, last = form.cleaned_data["tu"], form.cleaned_data["den"]
        if first:
            rows = rows.filter(at__gte=timezone.make_aware(datetime.combine(first, time.min)))
        if last:
            rows = rows.filter(at__lt=timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min)))
    action = request.GET.get("viec", "")
    actions = list(rows.order_by("action").values_list("action", flat=True).distinct())
    if action:
        rows = rows.filter(action=action)
    if wants_xlsx(request):
        return export("Nhật ký", COLUMNS, rows)
    page = paginate(request, rows)
    for entry in page:
        entry.shown = in_words(entry.action)
        entry.more = details_in_words(entry.details)
    context = {
        "page": page,
        "actions": [(name, in_words(name)) for name in actions],
        "action": action,
        "form": form,
    }
    return render(request, "ward/trail.html", context, form=form)
