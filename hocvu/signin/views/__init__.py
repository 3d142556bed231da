"""The pages of signing in, by who comes."""

from hocvu.signin.views.assisting import assist, assist_begin, assist_find, end_assist
from hocvu.signin.views.checking import assist_log, call_back, call_backs
from hocvu.signin.views.oneself import choose_ward, who_am_i
from hocvu.signin.views.staff import change_password, sign_in
from hocvu.signin.views.ways import choose_way, sign_out

__all__ = (
    "assist",
    "assist_begin",
    "assist_find",
    "assist_log",
    "call_back",
    "call_backs",
    "change_password",
    "choose_ward",
    "choose_way",
    "end_assist",
    "sign_in",
    "sign_out",
    "who_am_i",
)
