from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "hocvu.signin"
    label = "signin"
    verbose_name = "Đăng nhập"

    def ready(self) -> None:
        """Join what is held of people here to the acts of the register."""
        from hocvu.signin import accounts, cards, citizens, guardians, personal
        from hocvu.signin.models import LinkCase
        from hocvu.signin.vneid import linking, provider
        from hocvu.ward import (
            doors,
            enrolling,
            forgetting,
            health,
            members,
            merging,
            register,
            subject_data,
        )

        enrolling.on_change(accounts.follow)
        enrolling.tells("Bước thứ hai", accounts.second_step_words)
        health.also_ask("vneid", "Đăng nhập VNeID kiểm đủ các bước", provider.checks_all)
        register.also_sealed(LinkCase, "said_sealed", linking.place_of)
        subject_data.about_person("Đăng nhập", personal.tell)
        subject_data.about_person("Số điện thoại đăng nhập", personal.tell_phones)
        subject_data.about_person("Thẻ học viên", cards.tell)
        subject_data.about_person("Giám hộ", guardians.tell)
        subject_data.about_person("Có người giúp", personal.tell_helped)
        forgetting.forgets("tài khoản", personal.forget)
        merging.follows("tài khoản", personal.move, personal.back)
        merging.follows("giám hộ", guardians.move, guardians.back)
        members.add_column("Có tài khoản", citizens.has_account, annotate=citizens.with_account)
        members.add_column("Danh tính", citizens.proof_words, width=22)
        doors.add_door(cards.CAPABILITY, "signin:make_card", "Làm thẻ học viên")
        doors.add_door(
            guardians.CAPABILITY, "signin:record_guardian", "Ghi người giám hộ", about=guardians.may_need_one
        )
        _name_acts()
        _declare_processings()


def _name_acts() -> None:
    """What the trail calls the acts of this room."""
    from hocvu.ward.audit_words import name_act, name_details

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
        joined_an_identity_to_an_account="nối tài khoản với VNeID",
        asked_who_somebody_is="ghi việc nối danh bạ chờ xem",
        decided_who_somebody_is="quyết định việc nối danh bạ",
        linked_a_phone="gắn số điện thoại đăng nhập",
        unlinked_a_phone="thôi số điện thoại đăng nhập",
        confirmed_a_phone="xác nhận lại số điện thoại đăng nhập",
        made_a_card="làm thẻ học viên",
        revoked_a_card="thu hồi thẻ học viên",
        locked_a_card="khóa thẻ học viên vì nhập sai mã PIN",
        set_the_PIN_of_a_card="đặt mã PIN của thẻ",
        asked_to_be_a_guardian="gửi đề nghị làm người giám hộ",
        confirmed_a_guardian="xác nhận người giám hộ",
        refused_a_guardian="không xác nhận người giám hộ",
        looked_through_cards="xem danh sách thẻ học viên",
        looked_through_guardians="xem danh sách giám hộ",
        looked_at_a_guardianship="xem một quan hệ giám hộ",
        ended_a_guardianship="ghi thôi giám hộ",
    )
    name_details({"device": "thiết bị", "label": "tên gọi", "way": "cách"})


def _declare_processings() -> None:
    """What the record of processing says of this room."""
    from hocvu.signin import childhood
    from hocvu.ward import processing

    processing.declare(
        processing.Processing(
            "signing_in",
            "Đăng nhập của người dân",
            "Biết kết quả học của ai, không ai học thay ai",
            processing.TASK,
            "Họ tên, số điện thoại nhận mã, cách đăng nhập, mức định danh, thiết bị, mạng (rút gọn); không giữ mật khẩu, không giữ mã",
            "Người dân đã đăng nhập",
            "Chính người đó; cán bộ được giao mở thẻ, xét nối danh bạ",
            "Phiên có hạn, kết thúc được từ xa; số điện thoại và số định danh mã hóa",
            "Lịch sử 365 ngày; tài khoản đến khi yêu cầu xóa",
        )
    )
    processing.declare(
        processing.Processing(
            childhood.PURPOSE,
            "Học trực tuyến của trẻ em",
            "Trẻ dưới 16 tuổi có tài khoản học, dùng thẻ học viên; người giám hộ biết con học đến đâu",
            "Đồng ý của người đại diện; từ 7 tuổi thêm đồng ý của chính trẻ",
            "Họ tên, ngày sinh, người giám hộ, thẻ, các lần đăng nhập, kết quả học",
            "Trẻ em dưới 16 tuổi và người giám hộ",
            "Người giám hộ; nhà trường của trẻ; điều phối",
            "Mã trên thẻ và mã PIN chỉ giữ bản băm; người giám hộ không xem câu trả lời của trẻ",
            "Đến khi rút đồng ý hoặc yêu cầu xóa; giám hộ hết khi trẻ đủ 18 tuổi",
            needs_consent=True,
        )
    )
