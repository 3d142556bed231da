"""For whom courses are: the plan's audience groups, and what access some learners need."""

from __future__ import annotations

GROUPS = {
    "elderly": "người cao tuổi",
    "adults": "người dân trưởng thành",
    "pupils": "học sinh, sinh viên",
    "workers": "người lao động trong doanh nghiệp, hợp tác xã",
    "officials": "cán bộ, công chức, viên chức",
}
# What a course is made for, so that somebody finds it by what they need.
NEEDS = {
    "listen": "nghe được cả bài",
    "large": "chữ to, ít chữ",
    "sign": "có ngôn ngữ ký hiệu",
    "offline": "học không cần mạng",
    "paper": "có phiếu in",
}
