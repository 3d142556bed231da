from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "hocvu.signin"
    label = "signin"
    verbose_name = "Đăng nhập"

    def ready(self) -> None:
        """Join what is held of people here to the acts of the register."""
        from hocvu.signin import citizens, personal
        from hocvu.ward import forgetting, members, merging, processing, subject_data

        subject_data.about_person("Đăng nhập", personal.tell)
        subject_data.about_person("Có người giúp", personal.tell_helped)
        forgetting.forgets("tài khoản", personal.forget)
        merging.follows("tài khoản", personal.move, personal.back)
        members.add_column("Có tài khoản", citizens.has_account, annotate=citizens.with_account)
        members.add_column("Danh tính", citizens.proof_words, width=22)
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
