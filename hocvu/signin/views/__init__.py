"""The pages of signing in, by who comes."""

from hocvu.signin.views.link_cases import leave_case, link_case, link_cases, link_person
from hocvu.signin.views.oneself import choose_ward, who_am_i
from hocvu.signin.views.staff import change_password, sign_in
from hocvu.signin.views.vneid import my_vneid, vneid, vneid_back, vneid_left
from hocvu.signin.views.ways import choose_way, sign_out

__all__ = (
    "change_password",
    "choose_ward",
    "choose_way",
    "leave_case",
    "link_case",
    "link_cases",
    "link_person",
    "my_vneid",
    "sign_in",
    "sign_out",
    "vneid",
    "vneid_back",
    "vneid_left",
    "who_am_i",
)
