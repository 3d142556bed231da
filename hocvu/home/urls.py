from django.urls import path

from hocvu.home import desk, display, views

app_name = "home"
urlpatterns = [
    path("", views.front, name="front"),
    path("ban-lam-viec/", desk.desk, name="desk"),
    path("hien-thi/", display.display, name="display"),
]
