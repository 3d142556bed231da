"""A certificate on paper: one A4 page as PDF/UA-1, its letters inside, the name printed; many of them in one file.

On paper stand the same lines as on the page that checks it, so that whoever holds both sees what was altered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hocvu.assessment import facts, sharing
from hocvu.assessment.certificates import codes, names
from hocvu.assessment.models import Certificate
from hocvu.lib.crypto import BrokenSeal
from hocvu.lib.official.document import clean
from hocvu.lib.refusals import Refusal

AT_ONCE = 200  # papers in one file
FILE_NAME = "giay-xac-nhan"
_TOLD = 5  # reasons in one sentence, where not one paper can be made
_LINE = 62  # letters of a line of half a page


@dataclass(frozen=True, slots=True)
class File:
    """Papers in one file, and which of those asked for are not among them: their codes in a sentence each."""

    content: bytes
    printed: list[Certificate]
    left_out: list[str]


def pdf_of(certificates: Sequence[Certificate]) -> bytes:
    """The papers of these certificates; see `file_of`."""
    return file_of(certificates).content


def file_of(certificates: Sequence[Certificate]) -> File:
    """The papers of these certificates, one page each, in this order. One that cannot be made holds up no other: the last
    page says which and why. Raises Refusal where there are none or too many, or where not one can be made."""
    if not certificates:
        raise Refusal("Không có giấy nào để in. Hãy chọn lại lớp, đơn vị hoặc khu dân cư.")
    if len(certificates) > AT_ONCE:
        raise Refusal(too_many(len(certificates)))
    printed: list[Certificate] = []
    papers: list[dict[str, Any]] = []
    left_out: list[str] = []
    for one in certificates:
        try:
            papers.append(_told(one, f"qr-{len(papers)}.svg"))
        except Refusal as refusal:
            left_out.append(refusal.sentence)
        else:
            printed.append(one)
    if not printed:
        raise Refusal(" ".join(left_out[:_TOLD]) + (" Các giấy khác cũng chưa in được." if left_out[_TOLD:] else ""))
    squares = {f"qr-{number}.svg": sharing.square_svg(one) for number, one in enumerate(printed)}
    heads = sorted({sharing.letterhead(one.ward)[0] for one in printed})
    said = {"title": sharing.KIND, "author": ", ".join(heads), "papers": papers, "left_out": left_out}
    return File(sharing.compiled("certificate", said, squares, format="pdf", pdf_standards=["ua-1"]), printed, left_out)


def too_many(count: int) -> str:
    """What to say where more papers were asked for than one file holds."""
    return f"Có {count} giấy, mỗi lần in được nhiều nhất {AT_ONCE}. Hãy chọn một lớp, một đơn vị hoặc một khu dân cư nhỏ hơn."


def _told(certificate: Certificate, square: str) -> dict[str, Any]:
    """What stands on one paper."""
    name, said = _name_of(certificate), facts.opened(certificate)
    if said is None:
        raise Refusal(
            f"Giấy {codes.shown(certificate.code)} chưa in được vì chữ ký số không khớp. Hãy báo người quản trị."
        )
    paper = sharing.paper_of(certificate, name)
    by_hand = urlsplit(sharing.site_of(certificate.ward)).netloc
    return {
        "letterhead": paper.letterhead,
        "kind": paper.kind,
        "before": "Xác nhận",
        "name": clean(name),
        "passed": "đã đạt:",
        "what": clean(paper.what),
        "under": clean("; ".join(facts.found_at(said, "description"))),
        "facts": _halves([(fact.label, clean(fact.words)) for fact in facts.on_paper(said)]),
        "qr": square,
        "qr_alt": f"Ô vuông dẫn đến trang kiểm tra giấy mã {paper.code}",
        "place": paper.place,
        "code": paper.code,
        "how": [
            "Hệ thống cấp tự động, ký số; không cần chữ ký tay và con dấu.",
            f"Kiểm tra: đưa máy ảnh điện thoại vào ô vuông, hoặc gõ mã ở {by_hand}/xac-minh",
        ],
    }


def _halves(lines: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """The lines in two columns of about the same height, read down the first and then the second.

    >>> _halves([("a", "x" * 80), ("b", "y"), ("c", "z")])
    [[('a', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')], [('b', 'y'), ('c', 'z')]]
    """
    heights = [-(-len(f"{label}: {words}") // _LINE) for label, words in lines]
    at = min(range(1, len(lines) + 1), key=lambda n: abs(sum(heights[:n]) - sum(heights[n:])), default=0)
    return [lines[:at], lines[at:]]


def name_on(certificate: Certificate) -> str:
    """The holder's name; "" where it is kept no longer, or its seal does not open."""
    return names.of_or_none(certificate)


def _name_of(certificate: Certificate) -> str:
    code = codes.shown(certificate.code)
    try:
        name = names.of(certificate)
    except BrokenSeal:
        raise Refusal(
            f"Giấy {code} chưa in được vì họ tên lưu kèm không mở được. Hãy báo người quản trị kiểm tra khóa của danh bạ."
        ) from None
    if not name:
        raise Refusal(f"Giấy {code} không còn tên để in, vì dữ liệu của người được cấp đã xóa.")
    return name
