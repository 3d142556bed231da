from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "hocvu.plan"
    label = "plan"
    verbose_name = "Kế hoạch"
