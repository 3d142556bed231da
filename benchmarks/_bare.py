"""A Django view of one word behind the same server: what any Django page costs at the very least."""

from __future__ import annotations

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, MIDDLEWARE=[], ALLOWED_HOSTS=["*"], SECRET_KEY="benchmark")


def word(request: HttpRequest) -> HttpResponse:
    """One word."""
    return HttpResponse("học")


urlpatterns = [path("", word)]
application = get_wsgi_application()
