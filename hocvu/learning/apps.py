from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "hocvu.learning"
    label = "learning"
    verbose_name = "Học tập"

    def ready(self) -> None:
        """Join what is held here to the house."""
        _media()


def _media() -> None:
    """Files of lessons: what the trail calls their acts, and what the record of processing says of voices."""
    from hocvu.ward import processing
    from hocvu.ward.audit_words import name_act, name_details

    name_act(
        took_in_a_file_of_a_lesson="nhận tệp của bài học",
        made_a_file_of_a_lesson_small="làm nhỏ tệp của bài học",
        could_not_use_a_file_of_a_lesson="không dùng được tệp của bài học",
        removed_a_file_of_a_lesson="bỏ tệp của bài học",
        put_a_file_into_a_lesson="đặt tệp vào bài học",
        asked_for_a_machine_voice="nghe nháp bằng giọng máy",
    )
    name_details({"block": "khối", "file": "tệp"})
    processing.declare(
        processing.Processing(
            "lesson_voices",
            "Giọng đọc trong bài học",
            "Người không đọc được chữ nghe được bài",
            "Đồng ý của người đọc, ghi khi nhận bản thu",
            "Giọng nói, tên người đọc; tệp không giữ nơi thu, máy thu",
            "Cán bộ, tình nguyện viên đọc bài",
            "Công chúng, khi bài đã đăng",
            "Bản gốc xóa ngay sau khi làm nhỏ; bản chưa đăng chỉ người soạn nghe được",
            "Khi bài còn dùng; thu lại thì bản cũ bỏ khi không bản nào của bài dùng",
        )
    )
