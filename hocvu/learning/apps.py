from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "hocvu.learning"
    label = "learning"
    verbose_name = "Học tập"
