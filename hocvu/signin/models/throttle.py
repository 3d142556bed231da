"""Failed sign-ins, counted in the database so that every process sees the same number."""

from __future__ import annotations

from django.db import models


class FailedSignIn(models.Model):
    """One failed try, by account name or by address; both are kept only as keyed digests."""

    key = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.at:%d/%m/%Y %H:%M}"
