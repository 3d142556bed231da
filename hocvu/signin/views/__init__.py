"""The pages of signing in, by who comes."""

from hocvu.signin.views import phone
from hocvu.signin.views.oneself import choose_ward, who_am_i
from hocvu.signin.views.staff import change_password, sign_in
from hocvu.signin.views.ways import choose_way, sign_out

__all__ = ("change_password", "choose_ward", "choose_way", "phone", "sign_in", "sign_out", "who_am_i")
