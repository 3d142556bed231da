from django.apps import AppConfig


class WardConfig(AppConfig):
    name = "hocvu.ward"
    label = "ward"
    verbose_name = "Phường, xã và người dùng"
