from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "hocvu.learning"
    label = "learning"
    verbose_name = "Học tập"

    def ready(self) -> None:
        """Join the acts of the rooms below."""
        _courses()


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
