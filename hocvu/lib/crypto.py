"""Sealed values: encrypted, bound to their row, found again by a keyed index.

A value is sealed with AES-256-GCM under a key that is named in front of it, so that keys can be rotated while old
values stay readable. The place it belongs to ("ward.person.number:<id>") is authenticated with it: a sealed value
copied to another row does not open. Looking up goes through `index_of`, an HMAC under a key of its own, so that
whoever holds the database alone cannot try out numbers.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
Sealed = bytes | memoryview  # PostgreSQL's driver hands out the latter
_NONCE = 12
_NAME = 4


class BrokenSeal(Exception):
    """A sealed value cannot be opened: another row's, altered, or its key is gone."""


@dataclass(frozen=True)
class Keyring:
    """The keys by name; new values are sealed with `current`. `index` looks values up and never seals."""

    keys: Mapping[str, bytes]
    current: str
    index: bytes

    def seal(self, value: str, place: str) -> bytes:
        """The value as it is stored: key name, nonce, ciphertext with its tag."""
        return self.seal_bytes(value.encode(), place)

    def seal_bytes(self, content: bytes, place: str) -> bytes:
        """The same for a whole file."""
        nonce = os.urandom(_NONCE)
        name = self.current.encode("ascii")
        return name + nonce + _cipher(self.keys[self.current]).encrypt(nonce, content, place.encode())

    def open(self, sealed: Sealed, place: str) -> str:
        """The value behind a seal. Raises BrokenSeal."""
        return self.open_bytes(sealed, place).decode()

    def open_bytes(self, sealed: Sealed, place: str) -> bytes:
        """The file behind a seal. Raises BrokenSeal."""
        kept = bytes(sealed)
        name, nonce, rest = kept[:_NAME], kept[_NAME : _NAME + _NONCE], kept[_NAME + _NONCE :]
        key = self.keys.get(name.decode("ascii", "replace"))
        if key is None:
            raise BrokenSeal(f"no key named {name!r}")
        try:
            return _cipher(key).decrypt(nonce, rest, place.encode())
        except (InvalidTag, ValueError) as fault:
            raise BrokenSeal(place) from fault

    def is_current(self, sealed: Sealed) -> bool:
        """Whether a value is sealed with the key of today; others wait for rotation."""
        return bytes(sealed[:_NAME]) == self.current.encode("ascii")

    def index_of(self, value: str) -> str:
        """A keyed digest of a value, the same for the same value, that tells nothing without the key."""
        return hmac.digest(self.index, value.encode(), "sha256").hex()


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    """The cipher of a key; made once, since a list seals a hundred thousand values with the same one."""
    return AESGCM(key)


def read_keyring(written: str, index: str) -> Keyring:
    """A keyring as a setting writes it: "k001:<base64> k002:<base64>", the last one seals; the index key apart.

    Raises ValueError with what is wrong, never with a key.
    """
    keys: dict[str, bytes] = {}
    for part in written.split():
        name, _, text = part.partition(":")
        if len(name) != _NAME or not name.isascii() or not name.isalnum():
            raise ValueError(f"a key's name is {_NAME} letters or digits, not {name[:12]!r}")
        if name in keys:
            raise ValueError(f"the key name {name} stands twice")
        keys[name] = _key(text, name)
    if not keys:
        raise ValueError("there is no key to seal with")
    index_key = _key(index, "index")
    if index_key in keys.values():
        raise ValueError("the index key must differ from the keys that seal")
    return Keyring(keys, list(keys)[-1], index_key)


def new_key() -> str:
    """A fresh key as the settings take it."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def _key(text: str, name: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key {name} must be {KEY_BYTES} bytes in base64")
    return key
