from django.urls import path

from hocvu.home import display, views

app_name = "home"
urlpatterns = [
    path("", views.front, name="front"),
    path("hien-thi/", display.display, name="display"),
]
