"""A plan document is uploaded."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect

from hocvu.lib.web import render
from hocvu.plan import uploading
from hocvu.plan.forms_review import UploadForm
from hocvu.plan.models import Plan, Reading
from hocvu.plan.reading.source import Refused
from hocvu.ward.access import SignedInRequest, needs, scoped


@needs("plan.publish")
def upload(request: SignedInRequest) -> HttpResponse:
    """Ask for a plan file; read it, or say in a sentence why not."""
    plans = scoped(Plan.objects.running(), request.user, "plan.publish", request.ward)
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        plans=list(plans),
        initial={"purpose": request.GET.get("la", "new")},
    )
    earlier: Reading | None = None
    if request.method == "POST" and form.is_valid():
        try:
            reading = _receive(request, form)
        except Refused as refusal:
            form.add_error("file", str(refusal))
        except uploading.AlreadyHere as same:
            earlier = same.reading
            form.add_error("file", f"{same} Xem bản đọc đã có, hoặc chọn tệp khác.")
        else:
            if reading.state != Reading.State.REFUSED:
                return redirect("plan:review", reading.pk)
            form.add_error("file", reading.refusal)
    return render(request, "plan/upload.html", {"earlier": earlier}, form=form)


def _receive(request: SignedInRequest, form: UploadForm) -> Reading:
    file = form.cleaned_data["file"]
    if file.size > uploading.LARGEST:
        raise Refused(f"Tệp lớn hơn {uploading.LARGEST // 1024 // 1024} MB. Hãy chọn tệp chỉ có văn bản kế hoạch.")
    return uploading.receive(
        request.ward, file.name, file.read(), request.user, revises=form.chosen("sua"), succeeds=form.chosen("thay")
    )
