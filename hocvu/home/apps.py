from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "hocvu.home"
    label = "home"
    verbose_name = "Trang chủ và bàn làm việc"
