from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "hocvu.plan"
    label = "plan"
    verbose_name = "Kế hoạch"

    def ready(self) -> None:
        """Give the plan's acts their words in the trail."""
        from hocvu.ward.audit_words import name_act

        name_act(
            reported_progress="báo tiến độ",
            gave_evidence="nộp bằng chứng",
            accepted_evidence="kiểm đạt bằng chứng",
            returned_evidence="trả lại bằng chứng",
            commented_on_a_task="ghi ý kiến về nhiệm vụ",
            declared_a_figure="khai số liệu chỉ tiêu",
        )
