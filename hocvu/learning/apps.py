from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "hocvu.learning"
    label = "learning"
    verbose_name = "Học tập"

    def ready(self) -> None:
        """Join what is done here to the trail."""
        _authoring()


def _authoring() -> None:
    """What the trail calls the acts of authors and of whoever approves."""
    from hocvu.ward.audit_words import name_act, name_details

    name_act(
        began_a_lesson="bắt đầu soạn bài học",
        began_a_version_of_a_lesson="bắt đầu bản mới của bài học",
        wrote_in_a_lesson="sửa bài học",
        took_over_a_lesson_being_written="nhận việc sửa bài học",
        discarded_a_version_of_a_lesson="bỏ một bản của bài học",
        sent_a_lesson_for_review="gửi duyệt bài học",
        took_a_lesson_back_to_write_on="lấy lại bài học để sửa",
        sent_a_lesson_back="trả lại bài học để sửa",
        approved_a_lesson="duyệt bài học",
        scheduled_a_lesson="hẹn giờ đăng bài học",
        published_a_lesson="đăng bài học",
        withdrew_a_lesson="gỡ bài học",
        took_a_lesson_of_files_as_a_draft="lấy bài học từ tệp làm bản nháp",
        loaded_a_course_of_files="nạp khóa học từ tệp",
    )
    name_details(
        {
            "number": "bản",
            "copied": "theo",
            "publish_at": "hẹn lúc",
            "writer": "người đang sửa",
            "remarks": "số nhận xét",
            "lessons": "số bài",
            "why": "lý do",
        }
    )
