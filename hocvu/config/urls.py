"""Every address of the house: each room brings its own."""

from django.urls import include, path

# Addresses are tried in this order; lessons are opened most.
urlpatterns = [
    path("", include("hocvu.home.urls")),
    path("", include("hocvu.learning.urls")),
    path("", include("hocvu.assessment.urls")),
    path("", include("hocvu.outreach.urls")),
    path("", include("hocvu.signin.urls")),
    path("", include("hocvu.ward.urls")),
    path("", include("hocvu.plan.urls")),
]

handler400 = "hocvu.home.errors.bad_request"
handler403 = "hocvu.home.errors.forbidden"
handler404 = "hocvu.home.errors.not_found"
handler500 = "hocvu.home.errors.server_error"
