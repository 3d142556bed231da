from django.urls import path

from hocvu.plan.views import correcting, evidence, plans, review, targets, task, tasks, uploads

app_name = "plan"
READING = "ke-hoach/doc/<uuid:reading_id>/"

urlpatterns = [
    # a plan document becomes live
    path("ke-hoach/", plans.plans, name="plans"),
    path("ke-hoach/<int:plan_id>/", plans.plan, name="plan"),
    path("ke-hoach/<int:plan_id>/van-ban/", plans.source, name="source"),
    path("ke-hoach/<int:plan_id>/tep/", plans.file, name="file"),
    path("ke-hoach/<int:plan_id>/bo-sung/", plans.amend_plan, name="amend"),
    path("ke-hoach/doc/", uploads.upload, name="upload"),
    path(READING, review.review, name="review"),
    path(f"{READING}van-ban/", review.source_text, name="review_source"),
    path(f"{READING}cho-chua-chac/<int:number>/", review.settle_doubt, name="settle_doubt"),
    path(f"{READING}chi-tieu/them/", correcting.add_target, name="review_add_target"),
    path(f"{READING}chi-tieu/<int:number>/", correcting.edit_target, name="review_target"),
    path(f"{READING}nhiem-vu/them/", correcting.add_task, name="review_add_task"),
    path(f"{READING}nhiem-vu/<int:number>/", correcting.edit_task, name="review_task"),
    path(f"{READING}chi-tieu/<int:number>/bo/", correcting.leave_out, {"name": "targets"}, name="leave_out_target"),
    path(f"{READING}nhiem-vu/<int:number>/bo/", correcting.leave_out, {"name": "tasks"}, name="leave_out_task"),
    path(f"{READING}dau-van-ban/", correcting.edit_head, name="review_head"),
    path(f"{READING}can-cu/", correcting.edit_bases, name="review_bases"),
    path(f"{READING}bao-cao/<int:number>/", correcting.edit_report, name="review_report"),
    path(f"{READING}bao-cao/them/", correcting.add_report, name="review_add_report"),
    path(f"{READING}bao-cao/<int:number>/bo/", correcting.leave_out_report, name="leave_out_report"),
    path(f"{READING}viec/them/", correcting.add_action, name="review_add_action"),
    path(f"{READING}don-vi/<int:number>/", correcting.choose_unit, name="review_unit"),
    path(f"{READING}don-vi/nhan-goi-y/", review.accept_units, name="accept_units"),
    path(f"{READING}viec/<int:number>/", correcting.decide_action, name="review_action"),
    path(f"{READING}viec/nhan-goi-y/", review.accept_actions, name="accept_actions"),
    path(f"{READING}khac/", correcting.differences, name="differences"),
    path(f"{READING}ke-thua/", correcting.succession, name="succession"),
    path(f"{READING}cong-bo/", review.publish, name="publish"),
    path(f"{READING}bo/", review.drop, name="drop"),
    # living with the plan
    path("chi-tieu/", targets.targets, name="targets"),
    path("chi-tieu/<int:target_id>/", targets.target, name="target"),
    path("chi-tieu/<int:target_id>/khai/", targets.declare, name="declare"),
    path("so-lieu/<int:declaredfigure_id>/rut/", targets.withdraw, name="withdraw_figure"),
    path("nhiem-vu/", tasks.tasks, name="tasks"),
    path("nhiem-vu/<int:task_id>/", task.task, name="task"),
    path("nhiem-vu/<int:task_id>/bao-tien-do/", task.report_progress, name="report_progress"),
    path("nhiem-vu/<int:task_id>/bang-chung/them/", evidence.add_evidence, name="add_evidence"),
    path("nhiem-vu/<int:task_id>/y-kien/", task.comment, name="comment"),
    path("bang-chung/", evidence.evidence_list, name="evidence_list"),
    path("bang-chung/<int:evidence_id>/", evidence.evidence, name="evidence"),
    path("bang-chung/<int:evidence_id>/tep/", evidence.evidence_file, name="evidence_file"),
]
