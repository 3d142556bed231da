"""A document with one of everything, for trying a template."""

from __future__ import annotations

from datetime import date

from hocvu.lib.official.document import Annex, Bullet, Heading, OfficialDocument, Paragraph, Table


def sample(tasks: int = 3) -> OfficialDocument:
    """A report of a ward that does not exist, with a table of so many tasks."""
    table = Table(
        ("TT", "Nhiệm vụ", "Đơn vị chủ trì", "Kết quả", "Tỷ lệ"),
        tuple(
            (str(n), f"Tổ chức lớp học kỹ năng số đợt {n} cho người dân", "Phòng Văn hóa - Xã hội", "Đạt", f"{n} %")
            for n in range(1, tasks + 1)
        ),
        widths=(1, 5, 3.5, 2, 1.5),
        numeric=frozenset({0, 4}),
    )
    return OfficialDocument(
        superior_body="UBND PHƯỜNG MẪU",
        issuing_body="PHÒNG VĂN HÓA - XÃ HỘI",
        number=7,
        symbol="BC-VHXH",
        place="Phường Mẫu",
        day=date(2026, 2, 5),
        kind="BÁO CÁO",
        subject="Kết quả thực hiện Phong trào “Bình dân học vụ số” tháng 01 năm 2026",
        grounds=("Căn cứ Kế hoạch số 12/KH-UBND ngày 15 tháng 8 năm 2025 của Ủy ban nhân dân phường;",),
        blocks=(
            Heading(1, "I. KẾT QUẢ THỰC HIỆN"),
            Heading(2, "1. Kết quả theo nhiệm vụ"),
            Heading(3, "a) Lớp học tại tổ dân phố"),
            Paragraph("Trong tháng, các Tổ công nghệ số cộng đồng đã đến từng hộ gia đình để phổ biến về Phong trào."),
            Bullet("Số lớp đã mở: 12 lớp;"),
            table,
            Heading(1, "II. KIẾN NGHỊ"),
            Paragraph("Đề nghị bố trí thêm thiết bị cho các điểm học tập."),
        ),
        authority="",
        deputy="KT. TRƯỞNG PHÒNG",
        post="PHÓ TRƯỞNG PHÒNG",
        signer="Nguyễn Thị Mẫu",
        recipients=("UBND phường (để báo cáo)", "Các đơn vị liên quan", "Lưu: VT, VHXH"),
        annexes=(Annex("Phụ lục", "BIỂU TỔNG HỢP", (table,), landscape=True),),
    )
