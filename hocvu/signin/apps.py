from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "hocvu.signin"
    label = "signin"
    verbose_name = "Đăng nhập"

    def ready(self) -> None:
        """Join what is held of people here to the acts of the register."""
        from hocvu.signin import accounts, personal
        from hocvu.ward import enrolling, forgetting, merging, processing, subject_data
        from hocvu.ward.audit_words import name_act, name_details

        enrolling.on_change(accounts.follow)
        enrolling.tells("Bước thứ hai", accounts.second_step_words)
        name_act(
            failed_at_the_second_step="sai mã ở bước thứ hai",
            used_a_recovery_code="dùng mã dự phòng",
            made_new_recovery_codes="cấp mã dự phòng mới",
            set_up_the_app_of_codes="đặt ứng dụng lấy mã",
            removed_the_app_of_codes="bỏ ứng dụng lấy mã",
            added_a_passkey="thêm khóa đăng nhập",
            removed_a_passkey="bỏ khóa đăng nhập",
            refused_a_copied_passkey="từ chối khóa đăng nhập bị sao chép",
            ended_other_sessions="kết thúc các phiên khác",
        )
        name_details({"device": "thiết bị", "label": "tên gọi", "way": "cách"})

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
