"""The pages of signing in, by who comes."""

from hocvu.signin.views import phone
from hocvu.signin.views.assisting import assist, assist_begin, assist_find, end_assist
from hocvu.signin.views.card_way import card, card_pin, child_consent, scan_card
from hocvu.signin.views.cards import card_list, class_cards, make_card, my_card, revoke_card
from hocvu.signin.views.checking import assist_log, call_back, call_backs
from hocvu.signin.views.guardians import (
    agree_for_child,
    ask_guardian,
    confirm_guardian,
    end_guardianship,
    guardianship,
    guardianships,
    leave_guardianship,
    my_dependant,
    my_dependants,
    record_guardian,
    refuse_guardian,
    withdraw_for_child,
)
from hocvu.signin.views.history import end_other_sessions, end_session, my_sessions, my_sign_ins
from hocvu.signin.views.link_cases import leave_case, link_case, link_cases, link_person
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
from hocvu.signin.views.vneid import my_vneid, vneid, vneid_back, vneid_left
from hocvu.signin.views.ways import choose_way, sign_out

__all__ = (
    "add_passkey",
    "agree_for_child",
    "ask_guardian",
    "assist",
    "assist_begin",
    "assist_find",
    "assist_log",
    "begin_app",
    "call_back",
    "call_backs",
    "card",
    "card_list",
    "card_pin",
    "change_password",
    "child_consent",
    "choose_ward",
    "choose_way",
    "class_cards",
    "confirm_guardian",
    "end_assist",
    "end_guardianship",
    "end_other_sessions",
    "end_session",
    "enter_by_passkey",
    "guardianship",
    "guardianships",
    "leave_case",
    "leave_guardianship",
    "link_case",
    "link_cases",
    "link_person",
    "make_card",
    "my_app",
    "my_card",
    "my_dependant",
    "my_dependants",
    "my_security",
    "my_sessions",
    "my_sign_ins",
    "my_vneid",
    "new_passkey_options",
    "new_recovery_codes",
    "passkey_options",
    "phone",
    "record_guardian",
    "refuse_guardian",
    "remove_app",
    "remove_passkey",
    "revoke_card",
    "scan_card",
    "second_step",
    "set_up",
    "set_up_app",
    "set_up_passkey",
    "sign_in",
    "sign_out",
    "vneid",
    "vneid_back",
    "vneid_left",
    "who_am_i",
    "withdraw_for_child",
)
