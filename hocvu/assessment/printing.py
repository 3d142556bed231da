"""A certificate on paper: one A4 page as PDF/UA-1, its letters inside, the name printed; many of them in one file.

On paper stand the same lines as on the page that checks it, so that whoever holds both sees what was altered.
"""

from __future__ import annotations

from collections.abc import Sequence
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
_LINE = 62  # letters of a line of half a page


def pdf_of(certificates: Sequence[Certificate]) -> bytes:
    """The papers of these certificates, one page each, in this order. Raises Refusal where there are none or too many,
    or where a name is no longer kept."""
    if not certificates:
        raise Refusal("Không có giấy nào để in. Hãy chọn lại lớp, đơn vị hoặc khu dân cư.")
    if len(certificates) > AT_ONCE:
        raise Refusal(too_many(len(certificates)))
    squares = {f"qr-{number}.svg": sharing.square_svg(one) for number, one in enumerate(certificates)}
    papers = [_told(one, f"qr-{number}.svg") for number, one in enumerate(certificates)]
    heads = sorted({sharing.letterhead(one.ward)[0] for one in certificates})
    said = {"title": sharing.KIND, "author": ", ".join(heads), "papers": papers}
    return sharing.compiled("certificate", said, squares, format="pdf", pdf_standards=["ua-1"])


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
    try:
        return names.of(certificate)
    except BrokenSeal:
        return ""


def _name_of(certificate: Certificate) -> str:
    if not (name := name_on(certificate)):
        raise Refusal(
            f"Giấy {codes.shown(certificate.code)} không còn tên để in, vì dữ liệu của người được cấp đã xóa."
        )
    return name
