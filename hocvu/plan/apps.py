from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "hocvu.plan"
    label = "plan"
    verbose_name = "Kế hoạch"

    def ready(self) -> None:
        """Make the measures known, and give the plan's acts their words in the trail."""
        from hocvu.plan import (  # noqa: F401 - they register what they hold and count
            about_people,
            counting,
            counting_learning,
            counting_skills,
            counting_visits,
            external,
        )
        from hocvu.ward.audit_words import name_act, name_details

        name_act(
            chose_how_a_target_is_counted="chọn cách đếm chỉ tiêu",
            decided_a_total="ghi tổng số để tính tỷ lệ",
            handed_in_external_figures="nộp tệp số bên ngoài",
            imported_external_figures="nhập số bên ngoài",
            dropped_external_figures="bỏ tệp số bên ngoài",
            withdrew_external_figures="rút số bên ngoài",
            took_external_evidence_out="tải tệp bằng chứng số bên ngoài",
            decided_what_fills_a_target="ghi điều được tính vào chỉ tiêu",
            ended_what_fills_a_target="thôi điều được tính vào chỉ tiêu",
            opened_a_report_period="mở kỳ báo cáo",
            excused_from_a_report="cho thôi báo cáo",
            submitted_a_report="gửi báo cáo",
            took_a_report_back="rút báo cáo về",
            returned_a_report="trả lại báo cáo",
            accepted_a_report="nhận báo cáo",
            accepted_reports_of_teams="nhận báo cáo của các tổ",
            unlocked_a_report="mở khóa báo cáo",
            changed_how_the_ward_reports="đổi cách báo cáo",
            changed_what_is_asked="đổi câu hỏi trong báo cáo",
            wrote_a_ward_report="soạn báo cáo tổng hợp",
            approved_a_ward_report="duyệt báo cáo tổng hợp",
            took_a_signed_report_away="tải bản báo cáo đã ký",
            issued_a_ward_report="ban hành báo cáo tổng hợp",
            withdrew_a_figure="rút số liệu",
            reported_progress="báo tiến độ",
            gave_evidence="nộp bằng chứng",
            accepted_evidence="kiểm đạt bằng chứng",
            returned_evidence="trả lại bằng chứng",
            commented_on_a_task="ghi ý kiến về nhiệm vụ",
            declared_a_figure="khai số liệu chỉ tiêu",
            uploaded_a_plan_document="tải lên văn bản kế hoạch",
            read_a_plan_document="đọc văn bản kế hoạch",
            corrected_a_reading="sửa bản đọc kế hoạch",
            settled_a_doubt="xử lý chỗ chưa chắc",
            matched_a_unit="ghép tên đơn vị",
            decided_a_body_action="xử lý việc trong thân kế hoạch",
            accepted_suggestions="nhận gợi ý",
            paired_rows_of_a_corrected_plan="ghép dòng của bản sửa",
            chose_what_becomes_of_old_rows="chọn việc của kế hoạch cũ đi đâu",
            dropped_a_reading="bỏ bản đọc",
            published_a_plan="công bố kế hoạch",
            revised_a_plan="công bố bản sửa kế hoạch",
            amended_a_plan="bổ sung đầu văn bản kế hoạch",
            added_a_group_of_units="thêm nhóm đơn vị",
            filed_a_remark_of_oversight="ghi ý kiến giám sát",
            answered_a_remark_of_oversight="trả lời ý kiến giám sát",
            closed_a_remark_of_oversight="kết thúc ý kiến giám sát",
            recorded_an_inspection="ghi đợt kiểm tra",
            recorded_a_finding="ghi kết quả kiểm tra",
            settled_a_finding="ghi đã khắc phục sau kiểm tra",
            wrote_down_money_of_a_task="ghi kinh phí",
            withdrew_money_of_a_task="rút khoản kinh phí",
        )
        name_details({"asked": "đơn vị phải trả lời", "step": "bước", "source": "nguồn"})
