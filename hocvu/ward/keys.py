"""The keys of the register: from the settings; a machine for trying out makes its own from the development key."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from hocvu.lib.crypto import Keyring, read_keyring


def keyring() -> Keyring:
    """The keyring in force. Raises ImproperlyConfigured where production has no keys, or they are unsound."""
    return _read(settings.REGISTER_KEYS, settings.REGISTER_INDEX_KEY, settings.PRODUCTION)


@lru_cache(maxsize=4)
def _read(keys: str, index: str, production: bool) -> Keyring:
    if not keys and not index and not production:
        keys, index = f"dev1:{_made('seal')}", _made("index")
    if not keys or not index:
        raise ImproperlyConfigured("REGISTER_KEYS and REGISTER_INDEX_KEY must be set before people are registered")
    try:
        return read_keyring(keys, index)
    except ValueError as fault:
        raise ImproperlyConfigured(f"REGISTER_KEYS, REGISTER_INDEX_KEY: {fault}") from fault


def _made(purpose: str) -> str:
    return base64.b64encode(hashlib.sha256(f"{settings.SECRET_KEY}:{purpose}".encode()).digest()).decode()
