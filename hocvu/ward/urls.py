from django.urls import URLPattern

app_name = "ward"
urlpatterns: list[URLPattern] = []
