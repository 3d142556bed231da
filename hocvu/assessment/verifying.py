"""Anybody checks a certificate: by its code, by the square on the paper, or by the file that its holder was given.

The answer says how it stands at this very moment and every line that was signed, so that an altered paper is noticed;
never whose it is. Whoever checks types the name that stands on the paper and learns whether it is the one. Codes that
nobody has and names that do not match are counted for each network (`signin.throttling`); a code is 60 bits of chance,
so that nobody comes upon one by trying.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from hocvu.assessment import facts
from hocvu.assessment.certificates import checking, codes, names
from hocvu.assessment.facts import Fact
from hocvu.assessment.models import Certificate
from hocvu.lib.marks import Tone
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold, nfc
from hocvu.signin import throttling
from hocvu.signin.throttling import Door, door

UNKNOWN_CODES = 30  # of a network within a quarter of an hour; more that nobody has are refused
FLOOD = 600  # of a network within a quarter of an hour; then it is told of no certificate any more
WRONG_NAMES = 8  # for a certificate, of a network within a quarter of an hour
WRONG_NAMES_A_DAY = 60  # for a certificate, of everybody
DAY = timedelta(days=1)


# ---- Codes as people type them


def read_code(typed: str) -> str:
    """The code that somebody typed: small letters, spaces and hyphens do not matter. Raises Refusal with what is wrong
    with it as a code; whether it exists is another question."""
    if code := codes.read(typed):
        return code
    signs = [sign for sign in nfc(codes.signs_of(typed)) if sign.isalnum()]
    if not signs:
        raise Refusal("Hãy nhập mã ghi trên giấy.", "ma")
    if unlike := sorted({sign for sign in signs if sign not in codes.SIGNS and sign not in "SZ"}):
        raise Refusal(
            f"Trong mã không bao giờ có {_listed(unlike[:3])}. Mã chỉ dùng chữ không dấu và số, bỏ các chữ dễ nhầm O, I, L "
            "và số 0, 1. Hãy xem lại từng chữ trên giấy.",
            "ma",
        )
    raise Refusal(
        f"Mã trên giấy có {codes.LENGTH} chữ và số, vừa nhập {len(signs)}. Hãy xem lại từng nhóm 4 chữ.", "ma"
    )


def _listed(signs: list[str]) -> str:
    return ", ".join(f"số {sign}" if sign.isdigit() else f"chữ {sign}" for sign in signs)


# ---- Looking one up


def network_of(address: str) -> str:
    """The network of an address: itself, or the 64 bits that a household has of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:  # how a socket that serves both says IPv4
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def look_up(code: str, address: str) -> Certificate | None:
    """The certificate of a code; None where there is none, which counts for the network. Raises Refusal where a network
    asked for too many that do not exist. A school or a hotspot is one network: whoever there holds a real paper is
    answered while somebody else guesses, unless it is a flood."""
    network = network_of(address)
    flood = door("certificate-flood", network, most=FLOOD)
    _unless_closed(throttling.waiting(flood))
    found = checking.by_code(code)
    if found is None:
        throttling.knock(flood)
        _unless_closed(throttling.knock(door("certificate-code", network, most=UNKNOWN_CODES)).wait_minutes)
    return found


def _unless_closed(minutes: int) -> None:
    if minutes:
        raise Refusal(
            f"Từ mạng này đã tra quá nhiều lần không đúng. Hãy đợi {minutes} phút rồi thử lại, hoặc gọi 1022 đọc mã."
        )


# ---- How it stands


BROKEN = (
    "Chưa xác nhận được giấy này",
    "Bản lưu trên hệ thống không khớp chữ ký số. Xin gọi 1022 đọc mã để được kiểm tra trực tiếp.",
)
TITLES: dict[checking.State, str] = {
    "valid": "Giấy này có thật và còn hiệu lực",
    "revoked": "Giấy này đã bị thu hồi",
    "superseded": "Giấy này đã được thay bằng giấy mới hơn",
    "expired": "Giấy này có thật nhưng đã hết hạn",
    "not_yet": "Giấy này có thật nhưng chưa đến ngày có giá trị",
}
MORE: dict[checking.State, str] = {
    "valid": "Hãy so từng dòng dưới đây với tờ giấy đang cầm. Khác một chữ là giấy đã bị sửa.",
    "revoked": "Giấy không còn giá trị.",
    "superseded": "Giấy có thật, nhưng hãy hỏi người đưa giấy lấy giấy mới.",
    "expired": "Muốn dùng tiếp, người được xác nhận cần kiểm tra lại.",
}
TONES: dict[checking.State, Tone] = {"valid": "good", "revoked": "bad"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the page says of a certificate: `lines` and `marks` are what was signed, for people and for machines."""

    title: str
    words: str
    tone: Tone
    is_valid: bool = False
    lines: list[Fact] = field(default_factory=list)
    marks: list[Fact] = field(default_factory=list)


def verdict_on(certificate: Certificate) -> Verdict:
    """How a certificate stands at this moment, and what was signed, read out of the signed token itself. A revocation
    is said whatever the token is worth."""
    standing, said = checking.state_of(certificate), facts.opened(certificate)
    if said is None and standing.status != "revoked":
        return Verdict(*BROKEN, tone="bad")
    status = standing.status
    words = " ".join(part for part in ("" if status == "valid" else standing.reason, MORE.get(status, "")) if part)
    read = (facts.lines_of(said), facts.marks_of(said)) if said else ([], [])
    return Verdict(TITLES[status], words, TONES.get(status, ""), standing.is_valid, *read)


def of_file(content: bytes) -> Certificate:
    """The certificate whose signed file this is, as it is kept now. Raises Refusal with why the file is not believed."""
    verdict = checking.check(content)
    if verdict.certificate is None or verdict.status == "bad":
        raise Refusal(verdict.reason)
    return verdict.certificate


# ---- Whose it is


class Match(Enum):
    """What came of a name that somebody typed."""

    SAME = "same"
    WITHOUT_MARKS = "without_marks"
    OTHER = "other"
    GONE = "gone"  # the person was erased: nothing to compare with


def match_name(certificate: Certificate, typed: str, address: str) -> Match:
    """Whether the name on a paper is that of the certificate. A name that matches, also without its marks, does not count
    as a try. Raises Refusal where there were too many tries, or nothing was typed."""
    name = " ".join(nfc(typed).split())
    if not name:
        raise Refusal("Hãy gõ họ và tên đúng như trên giấy.", "ten")
    knock = throttling.knock(*_doors_of_names(certificate, address))
    if knock.wait_minutes:
        raise Refusal(
            f"Đã thử tên không khớp quá nhiều lần. Hãy đợi {knock.wait_minutes} phút rồi thử lại, hoặc gọi 1022.", "ten"
        )
    found = _compared(certificate, name)
    if found in (Match.SAME, Match.WITHOUT_MARKS):
        knock.forgive()
    return found


def _doors_of_names(certificate: Certificate, address: str) -> tuple[Door, Door]:
    return (
        door("certificate-name", certificate.code, network_of(address), most=WRONG_NAMES),
        door("certificate-name-all", certificate.code, most=WRONG_NAMES_A_DAY, window=DAY),
    )


def _compared(certificate: Certificate, typed: str) -> Match:
    """By the salted digest that was signed; the sealed name tells only how it is written, and whether marks alone differ."""
    kept, name = facts.name_digest(facts.opened(certificate) or {}), names.of_or_none(certificate)
    if kept and names.matches(typed, kept, sealed=name):
        return Match.SAME
    if not name:
        return Match.OTHER if kept else Match.GONE
    return Match.WITHOUT_MARKS if fold(name) == fold(typed) else Match.OTHER
