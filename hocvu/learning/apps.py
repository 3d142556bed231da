from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "hocvu.learning"
    label = "learning"
    verbose_name = "Học tập"

    def ready(self) -> None:
        """Join this room to the acts of the house."""
        _courses()
        _offline()
        _media()
        _authoring()


def _courses() -> None:
    """Courses, frameworks, completions of the national platform."""
    from hocvu.learning.national import about_people
    from hocvu.ward.audit_words import name_act, name_details

    about_people.join()
    name_act(
        loaded_a_framework="nạp khung kỹ năng số",
        loaded_a_course_of_files="nạp khóa học từ tệp",
        made_a_course="thêm khóa học",
        changed_a_course="sửa khóa học",
        arranged_a_course="xếp bài trong khóa học",
        opened_a_course="mở khóa học",
        closed_a_course="đóng khóa học",
        handed_in_national_completions="nộp danh sách hoàn thành khóa học quốc gia",
        imported_national_completions="nhập danh sách hoàn thành khóa học quốc gia",
        dropped_national_completions="bỏ danh sách hoàn thành khóa học quốc gia",
        withdrew_national_completions="rút danh sách hoàn thành khóa học quốc gia",
        took_the_file_of_national_completions_out="tải tệp danh sách hoàn thành khóa học quốc gia",
    )
    name_details({"lesson": "bài", "lessons": "số bài", "completions": "số lượt", "competences": "số năng lực"})


def _offline() -> None:
    """What is held of learners, and what the record of processing says of it."""
    from hocvu.learning import personal
    from hocvu.ward import forgetting, merging, processing, receipts, subject_data

    subject_data.about_person("Kết quả học", personal.tell)
    subject_data.about_person("Từng việc học", personal.tell_acts)
    subject_data.about_person("Đánh dấu, khóa đã chọn", personal.tell_marks)
    forgetting.forgets("kết quả học", personal.forget)
    subject_data.about_person("Gửi từ máy", personal.tell_receipts)
    merging.follows("kết quả học", personal.move, personal.back)
    processing.declare(
        processing.Processing(
            "learning",
            "Kết quả học",
            "Người học học tiếp được từ chỗ đang dở, trên máy nào cũng vậy; đếm số người đã hoàn thành bài học",
            processing.TASK,
            "Phần đã học, câu trả lời tự kiểm tra, ngày giờ, có người giúp hay không, chỗ đánh dấu, ghi chú của người học",
            "Người dân đã đăng nhập và học",
            "Chính người đó; người giám hộ biết học đến đâu; nơi quản lý chỉ xem số người đã hoàn thành",
            "Việc chưa gửi nằm trên máy được khóa bằng chìa của riêng người đó, đăng xuất rồi thì không ai mở được; "
            "chưa đăng nhập thì kết quả chỉ ở trên máy",
            f"Đến khi yêu cầu xóa; biên nhận của việc gửi {receipts.KEPT_DAYS} ngày",
        )
    )


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
