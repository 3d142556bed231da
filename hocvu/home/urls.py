from django.urls import path

from hocvu.home import desk, display, erasure, views

app_name = "home"
urlpatterns = [
    path("", views.front, name="front"),
    path("ban-lam-viec/", desk.desk, name="desk"),
    path("nguoi-dan/<uuid:person_id>/xoa/", erasure.erase_person, name="erase_person"),
    path("hien-thi/", display.display, name="display"),
]
