"""Who a request is from, found with as little work as can be: everybody signed in pays it at each page.

The session's row and the account behind it are Django's own, asked for by questions that are put together once.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import BigAutoField, CharField, DateTimeField
from django.utils import timezone

from hocvu.lib.prepared import Prepared
from hocvu.ward.models import Account

_SESSION = Prepared(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now), key=CharField(), now=DateTimeField()
)
_ACCOUNT = Prepared(lambda key: Account.objects.filter(pk=key), key=BigAutoField())


class SessionStore(db.SessionStore):
    """Django's sessions in the database."""

    def _get_session_from_db(self) -> Session | None:
        row = _SESSION.first(key=self.session_key, now=timezone.now()) if self.session_key else None
        if row is None:
            self._session_key = None
        return row


class Accounts(ModelBackend):
    """Django's accounts by password."""

    def get_user(self, user_id: Any) -> Account | None:
        """The account of a session, as long as it is in use."""
        account = _ACCOUNT.first(key=user_id)
        return account if account is not None and self.user_can_authenticate(account) else None
