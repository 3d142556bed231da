from django.urls import path

from hocvu.signin import views

app_name = "signin"
urlpatterns = [
    path("dang-nhap/", views.choose_way, name="choose_way"),
    path("dang-nhap/can-bo/", views.sign_in, name="sign_in"),
    path("dang-nhap/vneid/", views.vneid, name="vneid"),
    path("dang-nhap/vneid/ve/", views.vneid_back, name="vneid_back"),
    path("dang-xuat/vneid/", views.vneid_left, name="vneid_left"),
    path("dang-xuat/", views.sign_out, name="sign_out"),
    path("toi/", views.who_am_i, name="who_am_i"),
    path("toi/vneid/", views.my_vneid, name="my_vneid"),
    path("toi/mat-khau/", views.change_password, name="change_password"),
    path("toi/noi-lam-viec/", views.choose_ward, name="choose_ward"),
    path("noi-danh-ba/", views.link_cases, name="link_cases"),
    path("noi-danh-ba/<uuid:linkcase_id>/", views.link_case, name="link_case"),
    path("noi-danh-ba/<uuid:linkcase_id>/noi/", views.link_person, name="link_person"),
    path("noi-danh-ba/<uuid:linkcase_id>/khong-noi/", views.leave_case, name="leave_case"),
]
