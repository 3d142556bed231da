from django.urls import path

from hocvu.signin import views

app_name = "signin"
urlpatterns = [
    path("dang-nhap/", views.choose_way, name="choose_way"),
    path("dang-nhap/can-bo/", views.sign_in, name="sign_in"),
    path("dang-nhap/can-bo/buoc-hai/", views.second_step, name="second_step"),
    path("dang-nhap/can-bo/khoa/", views.enter_by_passkey, name="enter_by_passkey"),
    path("dang-nhap/can-bo/khoa/hoi/", views.passkey_options, name="passkey_options"),
    path("dang-nhap/can-bo/khoa/moi/", views.new_passkey_options, name="new_passkey_options"),
    path("dang-nhap/can-bo/thiet-lap/", views.set_up, name="set_up"),
    path("dang-nhap/can-bo/thiet-lap/ung-dung/", views.set_up_app, name="set_up_app"),
    path("dang-nhap/can-bo/thiet-lap/khoa/", views.set_up_passkey, name="set_up_passkey"),
    path("dang-xuat/", views.sign_out, name="sign_out"),
    path("toi/", views.who_am_i, name="who_am_i"),
    path("toi/mat-khau/", views.change_password, name="change_password"),
    path("toi/bao-mat/", views.my_security, name="my_security"),
    path("toi/bao-mat/ung-dung/", views.my_app, name="my_app"),
    path("toi/bao-mat/ung-dung/dat/", views.begin_app, name="begin_app"),
    path("toi/bao-mat/ung-dung/bo/", views.remove_app, name="remove_app"),
    path("toi/bao-mat/khoa/them/", views.add_passkey, name="add_passkey"),
    path("toi/bao-mat/khoa/<int:passkey_id>/bo/", views.remove_passkey, name="remove_passkey"),
    path("toi/bao-mat/ma-du-phong/", views.new_recovery_codes, name="new_recovery_codes"),
    path("toi/phien/", views.my_sessions, name="my_sessions"),
    path("toi/phien/lich-su/", views.my_sign_ins, name="my_sign_ins"),
    path("toi/phien/ket-thuc-het/", views.end_other_sessions, name="end_other_sessions"),
    path("toi/phien/<int:signin_id>/ket-thuc/", views.end_session, name="end_session"),
    path("toi/noi-lam-viec/", views.choose_ward, name="choose_ward"),
]
