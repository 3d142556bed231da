"""What a person read in Hải An's plan, row by row, written by hand from the document.

A unit stands as the plan writes it; where its right name differs, it follows "=>". A star marks a group.
"""

from __future__ import annotations

SECTIONS = [
    "Truyền thông và tuyên truyền",
    "Tham gia tổ chức vận hành các nền tảng",
    "Phổ cập tri thức về chuyển đổi số, kỹ năng số cho từng nhóm đối tượng",
    "Triển khai các mô hình, phong trào lan tỏa kỹ năng số cho cộng đồng",
]

TARGETS = [
    (2025, "officials", ">", 80, "cán bộ, công chức, viên chức và người lao động trong khu vực công phường"),
    (2025, "students", "=", 100, "học sinh trung học và sinh viên"),
    (2025, "adults", "=", 80, "người dân trong độ tuổi trưởng thành"),
    (2025, "adults", "=", 80, "người dân trong độ tuổi trưởng thành"),
    (2025, "workers", "=", 80, "người lao động trong các doanh nghiệp, hợp tác xã"),
    (2026, "officials", "=", 100, "cán bộ, công chức, viên chức và người lao động trong khu vực công phường"),
    (2026, "students", "=", 100, "học sinh từ cấp tiểu học"),
    (2026, "adults", "=", 100, "người dân trưởng thành"),
    (2026, "adults", "=", 100, "người dân trong độ tuổi trưởng thành"),
    (2026, "workers", "=", 100, "người lao động trong các doanh nghiệp, hợp tác xã"),
    (2026, "schools", ">=", 80, "các cơ sở giáo dục phổ thông"),
]

ALL = "* Các phòng, ban, đơn vị"
FRONT = "UBMTTQVN phường"
SHORT_FRONT = "UBMTTQ phường => UBMTTQVN phường"
TEAM = "Tổ công nghệ số cộng đồng"
CULTURE = "Phòng Văn hóa- Xã hội => Phòng Văn hóa - Xã hội"
SCHOOLING = "Phòng Văn hóa- Xã hội (Giáo dục-Đào tạo) => Phòng Văn hóa - Xã hội"
SCHOOLS = "* Các trường học trên địa bàn phường"
ECONOMY = "Phòng Kinh tế, Hạ tầng và Đô thị"
HALL = "Văn phòng HĐND và UBND phường"
NEIGHBOURHOODS = "Các Tổ dân phố trên địa bàn phường"

AUGUST = ("month", "2025-08", "2025-08", "Tháng 8/2025")
TWO_YEARS = ("years", "2025", "2026", "Năm 2025-2026")
SIX_YEARS = ("years", "2025", "2030", "Năm 2025-2030")
YEARLY = ("yearly", None, None, "Hàng năm")

# number, section, content, leads, coordinators, result, measures (year, comparator, value, unit, what), period
TASKS = [
    ("1", 0, "Tổ chức quán triệt triển khai thực hiện Kế hoạch về triển khai Phong trào “Bình dân học vụ số”.",
     [ALL, FRONT], [TEAM], "100% các phòng, ban, đơn vị",
     [(None, "=", 100, "%", "các phòng, ban, đơn vị")], AUGUST),
    ("2", 0, "Tạo chuyên mục “Bình dân học vụ số” trên Cổng thông tin điện tử phường",
     [HALL], [], "Chuyên mục", [], AUGUST),
    ("3", 0, "Xây dựng fanpage về “Bình dân học vụ số”",
     ["Phòng Văn hóa-Xã hội => Phòng Văn hóa - Xã hội"], [], "Có 01 fanpage hoặc kênh tiktok",
     [(None, "=", 1, "fanpage", "fanpage hoặc kênh tiktok")], AUGUST),
    ("4", 0, "Tăng cường các tin, bài viết, phóng sự… trên cổng thông tin điện tử phường, các nền tảng mạng xã hội "
             "(facebook, fanpage, zalo, tiktok…)",
     ["Trung tâm sự nghiệp công"], [ALL], "Có ít nhất 01 tin/tuần",
     [(None, ">=", 1, "tin/tuần", "tin/tuần")], TWO_YEARS),
    ("5", 0, "Phổ biến đến từng hộ gia đình, người dân về mục đích, ý nghĩa của Phong trào “Bình dân học vụ số”",
     [SHORT_FRONT, "Tổ công nghệ cộng đồng số => Tổ công nghệ số cộng đồng"], [ALL],
     "Năm 2025 có 80%; năm 2026 có 100% hộ gia đình được phổ biến về mục đích, ý nghĩa của Phong trào",
     [(2025, "=", 80, "%", "hộ gia đình được phổ biến về mục đích, ý nghĩa của Phong trào"),
      (2026, "=", 100, "%", "hộ gia đình được phổ biến về mục đích, ý nghĩa của Phong trào")], TWO_YEARS),
    ("6", 0, "Hưởng ứng “Ngày hội toàn dân học tập số” vào ngày 10/10 hàng năm",
     [CULTURE], [ALL, FRONT, TEAM], "Tổ chức hưởng ứng ngày hội", [], YEARLY),
    ("7", 1, "Tham gia tổ chức vận hành và duy trì nền tảng học trực tuyến mở đại trà quốc gia (MOOCs) “Bình dân học "
             "vụ số” để đào tạo, bồi dưỡng, phổ cập kiến thức về chuyển đổi số, kỹ năng số cho mọi đối tượng.",
     ["Công an phường"], [ALL, TEAM], "Hoàn thành khóa học", [], YEARLY),
    ("8", 1, "Tiếp tục tuyên truyền cài đặt và sử dụng ứng dụng Công dân số (Smart Hải Phòng)",
     [SHORT_FRONT, TEAM], ["* Các phòng ban, đơn vị => Các phòng, ban, đơn vị"], "Cài đặt ứng dụng", [], YEARLY),
    ("9", 1, "Tiếp tục triển khai vận hành Hệ thống Tổng đài 1022 tiếp nhận, xử lý phản ánh, kiến nghị của tổ chức, "
             "cá nhân trên địa bàn phường.",
     [HALL], [ALL], "Xử lý phản ánh, kiến nghị", [], YEARLY),
    ("10", 1, "Triển khai trợ lý ảo cho cán bộ, công chức và người dân",
     ["Phòng Văn hóa - Xã hội"], [ALL], "", [], YEARLY),
    ("11", 1, "Tham gia tổ chức vận hành và duy trì nền tảng tích hợp với VNeID trên địa bàn để tuyên truyền về "
              "chuyển đổi số, định danh, xác thực người học, phục vụ đào tạo, đánh giá, xác nhận trình độ phổ cập kỹ "
              "năng số, năng lực số theo hướng tự động.",
     ["Công an phường"], [ALL], "Vận hành hiệu quả trên địa bàn phường", [], YEARLY),
    ("12", 2, "Tham gia các lớp bồi dưỡng, tập huấn để cập nhật, nâng cao trình độ về chuyển đổi số, kỹ năng số cho "
              "cán bộ, công chức, viên chức và người lao động, phù hợp với tiến trình chuyển đổi số do thành phố tổ "
              "chức.",
     [ALL], [], "Tham gia đầy đủ 100% các khóa đào tạo, bồi dưỡng",
     [(None, "=", 100, "%", "các khóa đào tạo, bồi dưỡng")], YEARLY),
    ("13", 2, "Lồng ghép đưa nội dung chuyển đổi số, phát triển kỹ năng số vào chương trình bồi dưỡng nghiệp vụ quản "
              "lý nhà nước theo quy định",
     ["Phòng Văn hóa- Xã hội (Nội vụ) => Phòng Văn hóa - Xã hội"], [ALL],
     "100% các chương trình bồi dưỡng nghiệp vụ quản lý nhà nước có lồng ghép đưa nội dung chuyển đổi số, phát triển "
     "kỹ năng số",
     [(None, "=", 100, "%", "các chương trình bồi dưỡng nghiệp vụ quản lý nhà nước có lồng ghép đưa nội dung chuyển "
                            "đổi số, phát triển kỹ năng số")], YEARLY),
    ("14", 2, "Vận hành các nền tảng, ứng dụng tích hợp giáo dục kỹ năng số, coi trọng kỹ năng sử dụng trí tuệ nhân "
              "tạo (AI) trong giáo dục và đào tạo phù hợp với các quy định hiện hành.",
     [SCHOOLING], [SCHOOLS],
     "Vận hành các ứng dụng 100% các chương trình giáo dục phổ thông có tích hợp giáo dục kỹ năng số cho học sinh",
     [(None, "=", 100, "%", "các chương trình giáo dục phổ thông có tích hợp giáo dục kỹ năng số cho học sinh")],
     YEARLY),
    ("15", 2, "Tham gia đẩy nhanh tiến trình chuyển đổi số trong lĩnh vực giáo dục và đào tạo",
     [SCHOOLING], [SCHOOLS], "Tham gia mô hình giáo dục mới dựa trên công nghệ số và trí tuệ nhân tạo", [], SIX_YEARS),
    ("16", 2, "Phát huy vai trò của học sinh, sinh viên trong hoạt động tình nguyện tham gia phổ cập kỹ năng số cho "
              "người dân, trước hết là người thân trong gia đình, những người có hoàn cảnh khó khăn, yếu thế.",
     [SCHOOLING], [SCHOOLS],
     "100% các trường học phát huy vai trò của học sinh trong các hoạt động tình nguyện phổ cập kỹ năng số",
     [(None, "=", 100, "%", "các trường học phát huy vai trò của học sinh trong các hoạt động tình nguyện phổ cập kỹ "
                            "năng số")], TWO_YEARS),
    ("17", 2, "Tham gia xây dựng trường học số đối với các cơ sở giáo dục, trung học, phổ thông góp phần đào tạo nguồn "
              "nhân lực chất lượng cao.",
     [SCHOOLING], [SCHOOLS], "Phấn đấu 100% các trường học có Mô hình trường học số",
     [(None, "=", 100, "%", "các trường học có Mô hình trường học số")], SIX_YEARS),
    ("18", 2, "Khuyến khích các doanh nghiệp, tổ chức tham gia các lớp đào tạo kỹ năng số để công nhân và người lao "
              "động tại các doanh nghiệp, hợp tác xã nắm vững xu hướng chuyển đổi số của đơn vị, ứng dụng công nghệ "
              "mới để nâng cao năng suất, hiệu quả lao động.",
     [ECONOMY], ["* Các doanh nghiệp, tổ chức trên địa bàn phường"], "Tham gia các lớp bồi dưỡng kỹ năng", [],
     TWO_YEARS),
    ("19", 2, "Khuyến khích người dân tham gia học tập kỹ năng số trên các nền tảng học trực tuyến mở đại trà.",
     [CULTURE], [ALL, FRONT, "* các Tổ công nghệ số cộng đồng => Các Tổ công nghệ số cộng đồng"],
     "Các khóa học trực tuyến đại trà", [], TWO_YEARS),
    ("20", 2, "Tổ dân phố phối hợp với Tổ công nghệ số cộng đồng, đoàn thanh niên, doanh nghiệp công nghệ số, hội phụ "
              "nữ và các tổ chức xã hội nghề nghiệp cử hội viên có hiểu biết công nghệ hướng dẫn người dân, nhất là "
              "người cao tuổi, lao động phổ thông sử dụng các nền tảng, dịch vụ số.",
     [TEAM], [FRONT, f"* các TDP trên địa bàn phường => {NEIGHBOURHOODS}"],
     "Hội viên hiểu biết công nghệ hướng dẫn người dân", [], TWO_YEARS),
    ("21", 2, "Phổ biến, hướng dẫn Phong trào “Bình dân học vụ số” cho người cao tuổi về sử dụng Internet, dịch vụ "
              "công trực tuyến, thanh toán số, nhất là an toàn số và chăm sóc sức khỏe trực tuyến",
     [SHORT_FRONT, TEAM], [ALL], "Người cao tuổi nhận thức công nghệ", [], TWO_YEARS),
    ("22", 2, "Phổ cập công nghệ, kỹ năng số cho người khuyết tật",
     [TEAM], [FRONT], "Người khuyết tật hiểu biết công nghệ, kỹ năng số", [], TWO_YEARS),
    ("23", 3, "Triển khai mạng lưới “Đại sứ số”",
     ["Trung tâm phục vụ hành chính công", f"* Các Tổ dân phố => {NEIGHBOURHOODS}"], [],
     "Bố trí ít nhất một cán bộ, công chức hỗ trợ, hướng dẫn khi người dân đến làm thủ tục hành chính nhưng không đủ "
     "kỹ năng thao tác trên Cổng dịch vụ công trực tuyến. 100% các TDP có mạng lưới “Đại sứ số”",
     [(None, ">=", 1, "cán bộ", "cán bộ, công chức hỗ trợ, hướng dẫn khi người dân đến làm thủ tục hành chính nhưng "
                                "không đủ kỹ năng thao tác trên Cổng dịch vụ công trực tuyến"),
      (None, "=", 100, "%", "các TDP có mạng lưới “Đại sứ số”")], TWO_YEARS),
    ("24", 3, "Phong trào “Gia đình số”",
     [ALL, FRONT, "* các tổ công nghệ số cộng đồng => Các Tổ công nghệ số cộng đồng"], [],
     "Mỗi hộ gia đình có ít nhất một thành viên tham gia học tập, có hiểu biết về chuyển đổi số, kỹ năng số, sử dụng "
     "được nền tảng, dịch vụ số và hướng dẫn cho các thành viên trong gia đình.",
     [(None, ">=", 1, "thành viên/hộ gia đình",
       "thành viên tham gia học tập, có hiểu biết về chuyển đổi số, kỹ năng số, sử dụng được nền tảng, dịch vụ số và "
       "hướng dẫn cho các thành viên trong gia đình")], TWO_YEARS),
    ("25", 3, "Mô hình “Chợ số”", [ECONOMY], [],
     "Tuyên truyền, hướng dẫn tiểu thương và người dân mô hình học tập 4T (Tiểu thương - Thương mại điện tử - Thanh "
     "toán không dùng tiền mặt - Tiết kiệm số), giúp người học nắm vững các kỹ năng, sử dụng công nghệ, nền tảng số "
     "trong công việc kinh doanh. 100 % chợ trên địa bàn phường thực hiện.",
     [(None, "=", 100, "%", "chợ trên địa bàn phường thực hiện")], TWO_YEARS),
    ("26", 3, "Mô hình “Mỗi công dân - Một danh tính số”", ["Công an phường"], [],
     "Bảo đảm 100% công dân từ 16 tuổi có danh tính số, hỗ trợ người dân cài đặt và sử dụng ứng dụng VNeID, tài khoản "
     "ngân hàng số.",
     [(None, "=", 100, "%", "công dân từ 16 tuổi có danh tính số, hỗ trợ người dân cài đặt và sử dụng ứng dụng VNeID, "
                            "tài khoản ngân hàng số")], TWO_YEARS),
    ("27", 3, "Triển khai Mô hình “Trường học chuyển đổi số điển hình”, “Lớp học số sáng tạo”, “Giáo viên số tiêu biểu”",
     [SCHOOLING], ["* Các trường học, đơn vị liên quan"], "100% các trường học trên địa bàn phường",
     [(None, "=", 100, "%", "các trường học trên địa bàn phường")], SIX_YEARS),
    (None, 3, "Phát động phong trào thi đua thiết thực trong từng phòng, ban, đơn vị, tổ dân phố thực hiện cuộc cách "
              "mạng chuyển đổi số",
     ["* Các phòng, ban đơn vị => Các phòng, ban, đơn vị", f"* tổ dân phố => {NEIGHBOURHOODS}"], [],
     "100% các phòng, ban đơn vị, tổ dân phố phát động phong trào thi đua",
     [(None, "=", 100, "%", "các phòng, ban đơn vị, tổ dân phố phát động phong trào thi đua")], YEARLY),
    ("28", 3, "Mô hình “Tổ công nghệ số cộng đồng”", [TEAM], [],
     "Phát huy cao độ vai trò, nâng cao hiệu quả hoạt động của các tổ công nghệ số cộng đồng đã được thành lập trong "
     "triển khai thực hiện Phong trào “Bình dân học vụ số” với phương châm “đi từng ngõ, gõ từng nhà, hướng dẫn từng "
     "người”, bảo đảm mọi người dân đều được phổ cập kỹ năng cơ bản về chuyển đổi số. Duy trì 100% các Tổ công nghệ số "
     "tại cộng đồng",
     [(None, "=", 100, "%", "các Tổ công nghệ số tại cộng đồng")], TWO_YEARS),
    ("29", 3, "Chiến dịch Thanh niên chung tay phổ cập kỹ năng số",
     ["Đoàn Thanh niên Cộng sản Hồ Chí Minh phường"], ["* Các cơ quan, đơn vị liên quan"],
     "Đoàn thanh niên phường thực hiện chiến dịch thường xuyên theo chuyên đề riêng hoặc lồng ghép vào hoạt động của Tổ "
     "công nghệ số cộng đồng, Tổ thanh niên chuyển đổi số. Thanh niên tình nguyện tổ chức các lớp, nhóm hướng dẫn cho "
     "người dân cách thức cài đặt, sử dụng các phần mềm, ứng dụng, sản phẩm, dịch vụ số.",
     [], TWO_YEARS),
]  # fmt: skip

LEGAL_BASES = {
    "478-KH/TU": "2025-06-01",
    "01-KH/BCĐTW": "2025-03-21",
    "03-KH/ĐU": "2025-07-29",
    "89-CTr/TU": "2025-02-25",
    "57-NQ/TW": "2024-12-22",
    "146/QĐ-TTg": "2022-01-28",
    "1315/QĐ-TTg": "2023-11-09",
    "02/2025/TT-BGDĐT": "2025-01-24",
}

# The beginnings of the actions without a row, as a person found them, with their sections.
BODY_ACTIONS = [
    ("II.1", "Tuyên truyền, phổ biến, tạo sự chuyển biến"),
    ("II.2", "Rà soát, đề xuất sửa đổi, bổ sung"),
    ("II.3", "Triển khai toàn diện, đồng bộ các giải pháp"),
    ("II.4", "Thi đua tự học và sáng tạo số"),
    ("II.5", "Triển khai Phong trào “Bình dân học vụ số” gắn với"),
    ("IV.1", "Thực hiện truyền thông sâu rộng"),
    ("IV.1", "Huy động những người có ảnh hưởng"),
    ("IV.1", "Kết hợp giữa các hoạt động như"),
    ("IV.2", "Cụ thể hoá Khung kỹ năng số"),
    ("IV.2", "Cụ thể hoá Hướng dẫn công tác thi đua"),
    ("IV.2", "Xây dựng cơ chế, chính sách thu hút"),
    ("IV.3", "Xây dựng chương trình phổ cập phù hợp"),
    ("IV.3", "Biên soạn, phát hành các tài liệu"),
    ("IV.4", "Triển khai sử dụng trợ lý ảo hỗ trợ học tập"),
    ("IV.5.2", "Phối hợp đào tạo nguồn nhân lực"),
    ("IV.5.4", "Định kỳ tổ chức các buổi học cộng đồng"),
    ("IV.5.4", "Phổ cập công nghệ, kỹ năng số chuyên biệt cho người khuyết tật"),  # task 22 says the first half
    ("IV.5.4", "Hỗ trợ người nghèo sử dụng dịch vụ"),
    ("IV.6", "Phát động phong trào thi đua thiết thực"),  # the row without a number says nearly this
    ("VI.1", "Các phòng, ban, đơn vị, Tổ công nghệ số cộng đồng căn cứ"),
    ("VI.2", "Căn cứ Kế hoạch chỉ đạo các tổ chức thành viên"),
    ("VI.2", "Chủ trì thực hiện các nhiệm vụ, giải pháp về huy động"),
    ("VI.3", "Giao Phòng Văn hóa- Xã hội chủ trì theo dõi"),
]
