from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "hocvu.signin"
    label = "signin"
    verbose_name = "Đăng nhập"

    def ready(self) -> None:
        """Join what is held of people here to the acts of the register."""
        from hocvu.signin import personal
        from hocvu.signin.models import LinkCase
        from hocvu.signin.vneid import linking, provider
        from hocvu.ward import forgetting, health, merging, processing, register, subject_data
        from hocvu.ward.audit_words import name_act

        health.also_ask("vneid", "Đăng nhập VNeID kiểm đủ các bước", provider.checks_all)
        register.also_sealed(LinkCase, "said_sealed", linking.place_of)
        name_act(
            joined_an_identity_to_an_account="nối tài khoản với VNeID",
            asked_who_somebody_is="ghi việc nối danh bạ chờ xem",
            decided_who_somebody_is="quyết định việc nối danh bạ",
        )

        subject_data.about_person("Đăng nhập", personal.tell)
        forgetting.forgets("tài khoản", personal.forget)
        merging.follows("tài khoản", personal.move, personal.back)
        processing.declare(
            processing.Processing(
                "signing_in",
                "Đăng nhập của người dân",
                "Biết kết quả học của ai, không ai học thay ai",
                processing.TASK,
                "Họ tên, cách đăng nhập, mức định danh, thiết bị, mạng (rút gọn); không giữ mật khẩu, không giữ mã",
                "Người dân đã đăng nhập",
                "Chính người đó; cán bộ được giao mở thẻ, xét nối danh bạ",
                "Phiên có hạn, kết thúc được từ xa; số điện thoại và số định danh mã hóa",
                "Lịch sử 365 ngày; tài khoản đến khi yêu cầu xóa",
            )
        )
