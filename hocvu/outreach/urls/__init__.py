"""Addresses of the field, a file for each part."""

from typing import Any

from hocvu.outreach.urls import classes, field, helping, supervising, teams, training, visits

app_name = "outreach"
urlpatterns: list[Any] = [
    *visits.urlpatterns,
    *field.urlpatterns,
    *helping.urlpatterns,
    *teams.urlpatterns,
    *supervising.urlpatterns,
    *classes.urlpatterns,
    *training.urlpatterns,
]
