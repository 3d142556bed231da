from django.urls import path, re_path

from hocvu.signin import views

app_name = "signin"
urlpatterns = [
    path("dang-nhap/", views.choose_way, name="choose_way"),
    path("dang-nhap/can-bo/", views.sign_in, name="sign_in"),
    # The address in a QR code: all capitals there, any letters where somebody types it.
    re_path(r"^[tT]/(?P<secret>[0-9A-Za-z]{1,64})/?$", views.scan_card, name="scan_card"),
    path("dang-nhap/the/", views.card, name="card"),
    path("dang-nhap/the/pin/", views.card_pin, name="card_pin"),
    path("dang-nhap/the/dong-y/", views.child_consent, name="child_consent"),
    path("the/", views.card_list, name="cards"),
    path("the/lop/", views.class_cards, name="class_cards"),
    path("the/moi/<uuid:person_id>/", views.make_card, name="make_card"),
    path("the/<int:card_id>/thu-hoi/", views.revoke_card, name="revoke_card"),
    path("giam-ho/", views.guardianships, name="guardianships"),
    path("giam-ho/ghi/<uuid:person_id>/", views.record_guardian, name="record_guardian"),
    path("giam-ho/<uuid:guardianship_id>/", views.guardianship, name="guardianship"),
    path("giam-ho/<uuid:guardianship_id>/xac-nhan/", views.confirm_guardian, name="confirm_guardian"),
    path("giam-ho/<uuid:guardianship_id>/khong-xac-nhan/", views.refuse_guardian, name="refuse_guardian"),
    path("giam-ho/<uuid:guardianship_id>/thoi/", views.end_guardianship, name="end_guardianship"),
    path("dang-xuat/", views.sign_out, name="sign_out"),
    path("toi/", views.who_am_i, name="who_am_i"),
    path("toi/the/", views.my_card, name="my_card"),
    path("toi/nguoi-phu-thuoc/", views.my_dependants, name="my_dependants"),
    path("toi/nguoi-phu-thuoc/them/", views.ask_guardian, name="ask_guardian"),
    path("toi/nguoi-phu-thuoc/<uuid:guardianship_id>/", views.my_dependant, name="my_dependant"),
    path("toi/nguoi-phu-thuoc/<uuid:guardianship_id>/dong-y/", views.agree_for_child, name="agree_for_child"),
    path("toi/nguoi-phu-thuoc/<uuid:guardianship_id>/rut/", views.withdraw_for_child, name="withdraw_for_child"),
    path("toi/nguoi-phu-thuoc/<uuid:guardianship_id>/thoi/", views.leave_guardianship, name="leave_guardianship"),
    path("toi/mat-khau/", views.change_password, name="change_password"),
    path("toi/noi-lam-viec/", views.choose_ward, name="choose_ward"),
]
