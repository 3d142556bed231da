from django.urls import path

from hocvu.plan.views import evidence, targets, task, tasks

app_name = "plan"
urlpatterns = [
    # living with the plan
    path("chi-tieu/", targets.targets, name="targets"),
    path("chi-tieu/<int:target_id>/", targets.target, name="target"),
    path("chi-tieu/<int:target_id>/khai/", targets.declare, name="declare"),
    path("nhiem-vu/", tasks.tasks, name="tasks"),
    path("nhiem-vu/<int:task_id>/", task.task, name="task"),
    path("nhiem-vu/<int:task_id>/bao-tien-do/", task.report_progress, name="report_progress"),
    path("nhiem-vu/<int:task_id>/bang-chung/them/", evidence.add_evidence, name="add_evidence"),
    path("nhiem-vu/<int:task_id>/y-kien/", task.comment, name="comment"),
    path("bang-chung/", evidence.evidence_list, name="evidence_list"),
    path("bang-chung/<int:evidence_id>/", evidence.evidence, name="evidence"),
    path("bang-chung/<int:evidence_id>/tep/", evidence.evidence_file, name="evidence_file"),
]
