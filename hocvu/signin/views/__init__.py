"""The pages of signing in, by who comes."""

from hocvu.signin.views.history import end_other_sessions, end_session, my_sessions, my_sign_ins
from hocvu.signin.views.oneself import choose_ward, who_am_i
from hocvu.signin.views.second_step import (
    enter_by_passkey,
    new_passkey_options,
    passkey_options,
    second_step,
    set_up,
    set_up_app,
    set_up_passkey,
)
from hocvu.signin.views.security import (
    add_passkey,
    begin_app,
    my_app,
    my_security,
    new_recovery_codes,
    remove_app,
    remove_passkey,
)
from hocvu.signin.views.staff import change_password, sign_in
from hocvu.signin.views.ways import choose_way, sign_out

__all__ = (
    "add_passkey",
    "begin_app",
    "change_password",
    "choose_ward",
    "choose_way",
    "end_other_sessions",
    "end_session",
    "enter_by_passkey",
    "my_app",
    "my_security",
    "my_sessions",
    "my_sign_ins",
    "new_passkey_options",
    "new_recovery_codes",
    "passkey_options",
    "remove_app",
    "remove_passkey",
    "second_step",
    "set_up",
    "set_up_app",
    "set_up_passkey",
    "sign_in",
    "sign_out",
    "who_am_i",
)
