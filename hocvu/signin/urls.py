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
    path("giup/", views.assist, name="assist"),
    path("giup/tim/", views.assist_find, name="assist_find"),
    path("giup/nguoi/<uuid:person_id>/", views.assist_begin, name="assist_begin"),
    path("giup/ket-thuc/", views.end_assist, name="end_assist"),
    path("giup/so/", views.assist_log, name="assist_log"),
    path("giup/kiem-tra/", views.call_backs, name="call_backs"),
    path("giup/kiem-tra/<uuid:assistedsession_id>/", views.call_back, name="call_back"),
]
