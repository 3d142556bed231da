"""What must hold before production opens its doors."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import DatabaseError

from hocvu.ward.models import Account


def refuse_demo_in_production() -> None:
    """Raise ImproperlyConfigured where production holds a demo account: its password is known to all."""
    if not settings.PRODUCTION:
        return
    try:
        demo = list(Account.objects.filter(is_demo=True).values_list("username", flat=True)[:3])
    except DatabaseError:
        return  # not migrated yet: no account at all
    if demo:
        raise ImproperlyConfigured(f"production must hold no demo account, found: {', '.join(demo)}")
