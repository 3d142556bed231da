"""Official documents in the layout of Nghị định 30/2020/NĐ-CP, as .docx and as PDF.

Whoever reports fills an `OfficialDocument` (plain data: who issues it, its number, its blocks, who signs) and gets bytes:

    document = OfficialDocument(issuing_body="UBND PHƯỜNG HẢI AN", symbol="BC-UBND", number=7, …,
                                blocks=(Heading(1, "I. KẾT QUẢ"), Paragraph("…"), Table(…)))
    word = render_docx(document)                  # our own layout
    word = render_docx(document, ward_template)   # the ward's .docx; raises `BadTemplate` with its faults
    pdf = render_pdf(document)                    # tagged PDF/UA-1, fonts inside

A ward's own template is an ordinary .docx with the tags of `TAGS`. `check_template` tries it with sample text and
names every fault with its place; `default_template` is a good start to change in Word. All text goes out in NFC
and stays text: nothing in it is a tag, markup or a formula. Nothing here reads a table or the network.
"""

from __future__ import annotations

from hocvu.lib.official.document import (
    Annex,
    Block,
    Bullet,
    Heading,
    OfficialDocument,
    PageBreak,
    Paragraph,
    Picture,
    Table,
)
from hocvu.lib.official.pdf import render_pdf
from hocvu.lib.official.sample import sample
from hocvu.lib.official.template import TAGS, default_template
from hocvu.lib.official.trial import BadTemplate, Fault, check_template
from hocvu.lib.official.word import render_docx

__all__ = [
    "TAGS",
    "Annex",
    "BadTemplate",
    "Block",
    "Bullet",
    "Fault",
    "Heading",
    "OfficialDocument",
    "PageBreak",
    "Paragraph",
    "Picture",
    "Table",
    "check_template",
    "default_template",
    "render_docx",
    "render_pdf",
    "sample",
]
