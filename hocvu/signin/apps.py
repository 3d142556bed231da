from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "hocvu.signin"
    label = "signin"
    verbose_name = "Đăng nhập"
