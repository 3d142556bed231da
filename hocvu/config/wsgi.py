"""The WSGI door that granian opens. Production stays shut while a demo account exists."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hocvu.config.settings")
application = get_wsgi_application()

from hocvu.ward.readiness import refuse_demo_in_production  # noqa: E402  (needs the apps loaded)

refuse_demo_in_production()
