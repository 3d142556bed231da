"""What may be said of a row, with the sentence that the person who sent the file reads."""

from __future__ import annotations

from typing import Literal

Verdict = Literal["accept", "warn", "reject", "merge", "flag", "skip"]

# Kind -> (does the row stay out, what is wrong and what to do).
KINDS: dict[str, tuple[bool, str]] = {
    "id_padded": (False, "Số định danh thiếu số 0 ở đầu, đã thêm vào. Hãy đối chiếu với thẻ."),
    "id_old_9": (False, "Số chứng minh nhân dân cũ 9 số, không dùng làm số định danh. Hãy ghi số 12 chữ số."),
    "id_bad": (True, "Số định danh phải có 12 chữ số. Hãy sửa lại, hoặc để trống nếu chưa biết."),
    "id_mismatch": (False, "Số định danh không khớp giới tính hoặc năm sinh. Hãy đối chiếu với thẻ."),
    "bad_date": (True, "Ngày sinh không có thật hoặc không đọc được. Hãy ghi theo ngày/tháng/năm, ví dụ 05/03/1958."),
    "bad_since": (False, "Ngày đến không đọc được, đã bỏ qua. Hãy ghi theo ngày/tháng/năm."),
    "year_only": (False, "Mới có năm sinh. Hãy bổ sung ngày và tháng khi biết."),
    "missing_birth": (False, "Chưa có ngày sinh hay năm sinh, nên chưa tính được tuổi."),
    "unknown_neighbourhood": (True, "Không có khu dân cư nào tên như vậy. Hãy sửa lại tên."),
    "missing_neighbourhood": (False, "Chưa ghi khu dân cư."),
    "missing_name": (True, "Chưa có họ và tên. Hãy bổ sung."),
    "missing_household": (True, "Chưa có mã hộ. Hãy bổ sung."),
    "phone_padded": (False, "Số điện thoại thiếu số 0 ở đầu, đã thêm vào."),
    "phone_bad": (False, "Số điện thoại không đúng, đã bỏ qua. Hãy ghi 10 chữ số, bắt đầu bằng 0."),
    "sex_unknown": (False, "Không rõ giới tính. Hãy ghi Nam hoặc Nữ."),
    "formula_text": (False, "Ô bắt đầu như công thức, được giữ nguyên là chữ."),
    "total_row": (False, "Dòng tổng cộng hoặc chữ ký, không phải người."),
    "heading_row": (False, "Dòng tiêu đề lặp lại, không phải người."),
    "duplicate_in_file": (False, "Người này có ở dòng khác trong tệp."),
    "duplicate_existing": (False, "Người này đã có trong danh bạ."),
}
SKIPPED = {"total_row", "heading_row"}


def sentence(kind: str) -> str:
    """What the person who sent the file reads of a kind."""
    return KINDS[kind][1]


def keeps_out(kind: str) -> bool:
    """Whether a row with this kind is not taken in."""
    return KINDS[kind][0]
