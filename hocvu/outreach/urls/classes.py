"""Classes and gatherings, check-in, calendars."""

from typing import Any

from django.urls import path

from hocvu.outreach.views import checkin, class_people, class_places, classes, classes_desk

# The public, and whoever comes.
urlpatterns: list[Any] = [
    path("lop-hoc/", classes.classes_calendar, name="classes_calendar"),
    path("lop-hoc/lich.ics", classes.public_feed, name="public_feed"),
    path("lop-hoc/lich/<str:calendar_token>.ics", classes.my_feed, name="my_feed"),
    path("lop-hoc/cua-toi/", classes.my_classes, name="my_classes"),
    path("lop-hoc/cua-toi/lich/", classes.renew_calendar, name="renew_calendar"),
    path("lop-hoc/ma/<str:class_code>/", classes.class_code, name="class_code"),
    path("lop-hoc/<uuid:gathering_id>/", classes.class_page, name="class_page"),
    path("lop-hoc/<uuid:gathering_id>/dang-ky/", classes.register, name="register"),
    path("lop-hoc/<uuid:gathering_id>/bo/", classes.give_back, name="give_back"),
    path("lop-hoc/<uuid:gathering_id>/lich.ics", classes.class_feed, name="class_feed"),
    path("lop-hoc/<uuid:gathering_id>/gop-y/", classes.give_feedback, name="give_feedback"),
]

# Taking attendance, with a network or without one.
urlpatterns += [
    path("lop-hoc/diem-danh/", checkin.take_attendance, name="take_attendance"),
    path("lop-hoc/diem-danh/tren-may/", checkin.check_in_on_device, name="check_in_on_device"),
    path("lop-hoc/diem-danh/<uuid:session_id>/", checkin.check_in, name="check_in"),
    path("lop-hoc/diem-danh/<uuid:session_id>/danh-sach.json", checkin.session_list, name="session_list"),
    path("lop-hoc/diem-danh/<uuid:session_id>/to-ky/", classes_desk.enter_sheet, name="enter_sheet"),
    path(
        "lop-hoc/diem-danh/<uuid:session_id>/<uuid:registration_id>/bo/",
        checkin.untick_attendance,
        name="untick_attendance",
    ),
]

# The desk.
urlpatterns += [
    path("lop-hoc/quan-ly/", classes_desk.classes_desk, name="classes_desk"),
    path("lop-hoc/quan-ly/moi/", classes_desk.new_class, name="new_class"),
    path("lop-hoc/quan-ly/so-lieu/", classes_desk.class_figures, name="class_figures"),
    path("lop-hoc/quan-ly/<uuid:gathering_id>/", classes_desk.class_desk, name="class_desk"),
    path("lop-hoc/quan-ly/<uuid:gathering_id>/nguoi-hoc/", class_people.class_people, name="class_people"),
    path("lop-hoc/quan-ly/<uuid:gathering_id>/sua/", classes_desk.change_class, name="change_class"),
    path("lop-hoc/quan-ly/<uuid:gathering_id>/mo/", classes_desk.open_class, name="open_class"),
    path("lop-hoc/quan-ly/<uuid:gathering_id>/huy/", classes_desk.cancel_class, name="cancel_class"),
    path("lop-hoc/quan-ly/<uuid:gathering_id>/buoi/", classes_desk.add_sessions, name="add_sessions"),
    path("lop-hoc/quan-ly/<uuid:gathering_id>/to-ky/", classes_desk.sign_in_sheet, name="sign_in_sheet"),
    path("lop-hoc/quan-ly/buoi/<uuid:session_id>/doi-gio/", classes_desk.move_session, name="move_session"),
    path("lop-hoc/quan-ly/buoi/<uuid:session_id>/nghi/", classes_desk.cancel_session, name="cancel_session"),
    path("lop-hoc/<uuid:gathering_id>/dang-ky-ho/", class_places.register_household, name="register_household"),
    path(
        "lop-hoc/<uuid:gathering_id>/dang-ky-ho/<uuid:household_id>/",
        class_places.register_people,
        name="register_people",
    ),
    path("lop-hoc/<uuid:gathering_id>/can-nhac/", class_places.to_remind, name="to_remind"),
    path(
        "lop-hoc/quan-ly/dang-ky/<uuid:registration_id>/ghep/",
        class_places.match_registration,
        name="match_registration",
    ),
    path(
        "lop-hoc/quan-ly/dang-ky/<uuid:registration_id>/ghep/<uuid:person_id>/",
        class_places.match_person,
        name="match_person",
    ),
    path(
        "lop-hoc/quan-ly/dang-ky/<uuid:registration_id>/bo/",
        class_places.cancel_registration,
        name="cancel_registration",
    ),
]
