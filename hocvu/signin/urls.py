from django.urls import path

from hocvu.signin import views

app_name = "signin"
urlpatterns = [
    path("dang-nhap/", views.choose_way, name="choose_way"),
    path("dang-nhap/can-bo/", views.sign_in, name="sign_in"),
    path("dang-nhap/dien-thoai/", views.phone.phone_number, name="phone"),
    path("dang-nhap/dien-thoai/ma/", views.phone.phone_code, name="phone_code"),
    path("dang-nhap/dien-thoai/gui-lai/", views.phone.phone_again, name="phone_again"),
    path("dang-nhap/dien-thoai/so-cu/", views.phone.phone_stale, name="phone_stale"),
    path("dang-nhap/dien-thoai/ten/", views.phone.phone_name, name="phone_name"),
    path("dang-xuat/", views.sign_out, name="sign_out"),
    path("toi/", views.who_am_i, name="who_am_i"),
    path("toi/dien-thoai/", views.phone.my_phone, name="my_phone"),
    path("toi/dien-thoai/so/", views.phone.set_my_phone, name="set_my_phone"),
    path("toi/dien-thoai/ma/", views.phone.my_phone_code, name="my_phone_code"),
    path("toi/dien-thoai/gui-lai/", views.phone.my_phone_again, name="my_phone_again"),
    path("toi/dien-thoai/bo/", views.phone.remove_my_phone, name="remove_my_phone"),
    path("toi/mat-khau/", views.change_password, name="change_password"),
    path("toi/noi-lam-viec/", views.choose_ward, name="choose_ward"),
]
