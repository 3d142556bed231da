from django.urls import path

from hocvu.signin import views

app_name = "signin"
urlpatterns = [
    path("dang-nhap/", views.choose_way, name="choose_way"),
    path("dang-nhap/can-bo/", views.sign_in, name="sign_in"),
    path("dang-xuat/", views.sign_out, name="sign_out"),
    path("toi/", views.who_am_i, name="who_am_i"),
    path("toi/mat-khau/", views.change_password, name="change_password"),
    path("toi/noi-lam-viec/", views.choose_ward, name="choose_ward"),
]
