"""Pages that many get alike but for a few words of their own: drawn once, compressed once, filled for each.

What stands between the holes is deflated once; each reader's words go in between as they are, as blocks of the same
stream (RFC 1951, "stored"). They are never compressed together with the page, so that its length tells nothing of them.
"""

from __future__ import annotations

import re
import secrets
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

_SECRET = secrets.token_hex(8)  # of this process; nobody can write a hole into a page
_HOLE = re.compile(rf"hole-{_SECRET}-([a-z]+)-".encode())
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"  # of gzip (RFC 1952): deflate, no name, no time
_END = b"\x01\x00\x00\xff\xff"  # an empty last block


def hole(name: str) -> str:
    """What stands in a page where a reader's own word comes; lower case letters only."""
    return f"hole-{_SECRET}-{name}-"


@dataclass(frozen=True, slots=True)
class Holed:
    """A page with holes: pieces and names of holes by turns, and each piece deflated."""

    pieces: tuple[bytes, ...]
    packed: tuple[bytes, ...]
    names: tuple[str, ...]

    def plain(self, words: Mapping[str, str]) -> bytes:
        """The page with these words in it, as they are."""
        return b"".join(self._by_turns(self.pieces, [words[name].encode() for name in self.names]))

    def gzipped(self, words: Mapping[str, str]) -> bytes:
        """The same as one gzip stream."""
        own = [words[name].encode() for name in self.names]
        plain = b"".join(self._by_turns(self.pieces, own))
        stored = [b"\x00" + struct.pack("<HH", len(word), len(word) ^ 0xFFFF) + word for word in own]
        tail = struct.pack("<LL", zlib.crc32(plain), len(plain) & 0xFFFFFFFF)
        return b"".join((_HEAD, *self._by_turns(self.packed, stored), _END, tail))

    @staticmethod
    def _by_turns(pieces: tuple[bytes, ...], words: list[bytes]) -> list[bytes]:
        return [one for pair in zip(pieces, [*words, b""], strict=True) for one in pair]


def cut(content: bytes) -> Holed:
    """Take a drawn page apart at its holes. A word is at most 65,535 bytes."""
    found = _HOLE.split(content)
    pieces = tuple(found[::2])
    return Holed(pieces, tuple(_deflated(piece) for piece in pieces), tuple(name.decode() for name in found[1::2]))


def _deflated(piece: bytes) -> bytes:
    """Blocks that end at a whole byte and refer to nothing before them."""
    maker = zlib.compressobj(6, zlib.DEFLATED, -15)
    return maker.compress(piece) + maker.flush(zlib.Z_FULL_FLUSH)
