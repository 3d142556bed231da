from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "hocvu.home"
    label = "home"
    verbose_name = "Trang chủ và bàn làm việc"

    def ready(self) -> None:
        """Join what reaches through the whole house to the rooms that offer it."""
        from hocvu.home.erasure import erase_on_request
        from hocvu.ward import doors, requests

        requests.act_on("erase", erase_on_request)
        doors.add_door("privacy.manage", "home:erase_person", "Xóa dữ liệu")
