"""Words from which random plans are made: what a ward's clerk would write, none of it from a real plan."""

from __future__ import annotations

COMMUNES = (
    "Bình Sơn", "Đông Thạnh", "Hòa Lạc", "Mỹ Xuyên", "Phước Long", "Quảng Tiến", "Tân Hiệp", "Thạnh Phú",
    "Vĩnh Khê", "Xuân Đài", "Yên Trạch", "Ia Drơng",
)  # fmt: skip
SIGNERS = (
    "Nguyễn Thị Thu Hằng", "Trần Quốc Bảo", "Lê Văn Ước", "Phạm Đình Khôi", "Hoàng Mỹ Dung", "Đỗ Xuân Trường",
    "Y Thanh Niê", "Vũ Ngọc Ánh",
)  # fmt: skip
KINDS = {"phường": "tổ dân phố", "xã": "thôn", "đặc khu": "khu"}

# One office each; {kind} is the commune's kind. Several have a comma or a dash in the name.
OFFICES = (
    "Phòng Văn hóa - Xã hội",
    "Phòng Kinh tế, Hạ tầng và Đô thị",
    "Phòng Nông nghiệp, Thủy lợi và Môi trường",
    "Phòng Kinh tế",
    "Văn phòng HĐND và UBND {kind}",
    "Văn phòng Đảng ủy",
    "Công an {kind}",
    "Ban Chỉ huy Quân sự {kind}",
    "Ban Xây dựng Đảng",
    "Ủy ban Kiểm tra Đảng ủy",
    "Trung tâm Phục vụ hành chính công",
    "Trung tâm Văn hóa, Thể thao và Truyền thông",
    "Trạm Y tế {kind}",
    "UBMTTQVN {kind}",
    "Đoàn Thanh niên {kind}",
    "Hội Liên hiệp Phụ nữ {kind}",
    "Hội Nông dân {kind}",
    "Hội Cựu chiến binh {kind}",
    "Hội Khuyến học {kind}",
    "Trường Tiểu học Kim Đồng",
    "Trường THCS Lê Quý Đôn",
    "Hợp tác xã Tân Tiến",
    "Ban Quản lý chợ Trung tâm",
    "Tổ công nghệ số cộng đồng",
)
# Several units in one name; {word} is the commune's word for a neighbourhood.
GROUPS = (
    "Các phòng, ban, ngành",
    "Các cơ quan, đơn vị liên quan",
    "Các đoàn thể chính trị - xã hội",
    "Các trường học trên địa bàn",
    "Các doanh nghiệp, hợp tác xã, hộ kinh doanh",
    "Các {word}",
    "Các hội, đoàn thể {kind}",
)
# As clerks write it, and the same name put right.
MISSPELT = (
    ("UBMTTQ {kind}", "UBMTTQVN {kind}"),
    ("Tổ công nghệ cộng đồng số", "Tổ công nghệ số cộng đồng"),
)

BASES = (
    ("Kế hoạch số", "01-KH/BCĐTW", "của Ban Chỉ đạo Trung ương"),
    ("Quyết định số", "757/QĐ-BKHCN", "của Bộ Khoa học và Công nghệ"),
    ("Kế hoạch số", "{n}/KH-UBND", "của Ủy ban nhân dân tỉnh"),
    ("Kế hoạch số", "{n}-KH/TU", "của Ban Thường vụ Tỉnh ủy"),
    ("Nghị quyết số", "{n}-NQ/ĐU", "của Ban Chấp hành Đảng bộ {kind}"),
    ("Công văn số", "{n}/SKHCN-CĐS", "của Sở Khoa học và Công nghệ"),
)

AIMS = (
    "Giúp mọi người làm chủ những thao tác số thường ngày, bắt đầu từ chiếc điện thoại đang có.",
    "Gắn việc học với việc dùng: học xong nộp được hồ sơ, thanh toán được hóa đơn.",
    "Việc triển khai phải thiết thực, tiết kiệm, không chạy theo thành tích.",
    "Phân công rõ người, rõ việc, rõ thời hạn; có kiểm tra và nhắc việc.",
)

SECTIONS = (
    "Thông tin, cổ động",
    "Bồi dưỡng kỹ năng cho từng nhóm",
    "Hạ tầng và thiết bị học tập",
    "Mô hình điểm ở khu dân cư",
    "An toàn trên không gian mạng",
    "Kiểm tra, sơ kết và khen thưởng",
)

VERBS = (
    "Ra quân hướng dẫn", "Mở lớp buổi tối dạy", "Lập điểm hỗ trợ", "Tổ chức hội thi", "Thí điểm mô hình",
    "Biên soạn cẩm nang", "Khảo sát nhu cầu", "Vận động nhà mạng hỗ trợ", "Phát thanh lưu động về",
    "Bồi dưỡng nòng cốt về", "Ký giao ước thi đua về", "Duy trì câu lạc bộ",
)  # fmt: skip
SUBJECTS = (
    "chữ ký số cá nhân", "nhận biết cuộc gọi lừa đảo", "nộp hồ sơ trực tuyến", "thanh toán tiền điện qua điện thoại",
    "bán nông sản trên sàn thương mại điện tử", "đặt lịch khám bệnh qua mạng", "soạn thảo văn bản điện tử",
    "tạo mật khẩu mạnh và xác thực hai lớp", "sử dụng sổ sức khỏe điện tử", "gọi hình cho con cháu ở xa",
    "truy xuất nguồn gốc sản phẩm", "dùng trí tuệ nhân tạo đúng mực",
)  # fmt: skip
PEOPLE = (
    "cho người cao tuổi", "cho hộ kinh doanh nhỏ", "cho công nhân khu nhà trọ", "cho hội viên phụ nữ",
    "cho người có uy tín trong cộng đồng", "cho phụ huynh học sinh", "cho công chức mới tuyển dụng",
    "cho thanh niên lên đường nhập ngũ",
)  # fmt: skip
TAILS = (
    "gắn với sinh hoạt định kỳ tại nhà văn hóa",
    "theo hình thức cầm tay chỉ việc, ưu tiên nơi xa trung tâm và hộ có hoàn cảnh khó khăn",
    "lồng ghép trong các cuộc họp dân cư",
    "kết hợp phát tờ rơi, mã QR và video ngắn",
    "do tình nguyện viên đảm nhận vào ngày nghỉ cuối tuần",
)

PLAIN_RESULTS = (
    "Kế hoạch được ban hành",
    "Lớp học được tổ chức đúng tiến độ",
    "Chuyên trang đi vào hoạt động",
    "Báo cáo kết quả khảo sát",
    "Câu lạc bộ sinh hoạt đều, có người phụ trách",
    "Cẩm nang được phát hành bản giấy và bản điện tử",
    "Người tham gia tự làm được trên máy của mình",
)
COUNTED = (
    "cán bộ, công chức", "hộ gia đình", "hội viên", "tiểu thương", "đoàn viên", "trường học", "người cao tuổi",
)  # fmt: skip
DONE = ("hoàn thành khóa học", "được hướng dẫn", "đăng ký tham gia", "thực hiện thành thạo")

# audience, words, what they come to: the words of a target line.
AUDIENCES = (
    ("officials", "cán bộ, công chức, viên chức {kind}"),
    ("officials", "công chức cấp xã"),
    ("students", "học sinh trung học cơ sở"),
    ("students", "học sinh, sinh viên"),
    ("adults", "người dân trong độ tuổi trưởng thành"),
    ("adults", "người dân từ 15 tuổi"),
    ("workers", "người lao động trong doanh nghiệp, hợp tác xã"),
    ("workers", "công nhân các cơ sở sản xuất"),
    ("schools", "cơ sở giáo dục phổ thông"),
    ("schools", "trường học"),
    ("households", "hộ gia đình"),
    ("other", "{word}"),
)
ABILITIES = (
    "có tài khoản định danh và biết cách bảo vệ tài khoản",
    "tự nộp được hồ sơ trực tuyến",
    "được xác nhận đạt chuẩn kỹ năng số cơ bản",
    "biết nhận diện tin giả, tin xấu độc",
    "sử dụng được ít nhất một dịch vụ số thiết yếu",
    "tham gia lớp học số của {kind}",
)
MONEY = ("Ngân sách {kind}", "Xã hội hóa", "15 triệu đồng", "Không", "40 triệu đồng từ nguồn khoa học công nghệ")
NOTES = ("Theo hướng dẫn của tỉnh", "Chuyển tiếp", "Trọng điểm", "Nhiệm vụ mới")
LEADERS = ("Đ/c Phó Chủ tịch UBND", "Đ/c Chủ tịch UBND", "Đ/c Phó Bí thư Đảng ủy")
