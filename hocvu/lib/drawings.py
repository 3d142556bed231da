"""Drawings (SVG) that stand inside pages: only shapes and words, colours by class, nothing that acts or reaches out."""

from __future__ import annotations

import re

from lxml import etree

from hocvu.lib.uploads import Refused

LARGEST = 30_000  # bytes; a drawing stands in the page itself
_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENTS = frozenset(
    [
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "title",
        "desc",
        "defs",
        "clipPath",
    ]
)
_ATTRIBUTES = frozenset(
    [
        "viewBox",
        "d",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "width",
        "height",
        "points",
        "transform",
        "class",
        "fill",
        "stroke",
        "stroke-width",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-dasharray",
        "fill-rule",
        "clip-path",
        "opacity",
        "text-anchor",
        "font-size",
        "font-weight",
        "dx",
        "dy",
        "preserveAspectRatio",
        "id",
    ]
)
_PLAIN = re.compile(r"[^<>&\"\\]*")
_LOCAL = re.compile(r"url\(#[a-z0-9-]+\)")


def clean_svg(content: bytes) -> str:
    """A drawing with nothing in it but shapes and words, without a size of its own. Raises Refused."""
    if len(content) > LARGEST:
        raise Refused(f"Hình vẽ nặng {len(content) // 1000} kB, nhiều nhất {LARGEST // 1000} kB. Hãy vẽ đơn giản hơn.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise Refused("Tệp .svg này không đọc được. Hãy lưu lại từ chương trình vẽ.") from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise Refused("Tệp .svg không được có khai báo DOCTYPE. Hãy lưu lại dạng “plain SVG”.")
    if root.tag != f"{_SVG}svg" or not root.get("viewBox"):
        raise Refused("Tệp này không phải hình vẽ .svg có viewBox.")
    for element in root.iter():
        if element.prefix:  # a page knows no prefixes
            raise Refused("Tệp .svg này viết tên nét theo cách riêng. Hãy lưu lại dạng “plain SVG”.")
        _check(element)
    for name in ("width", "height", "id", "class"):
        root.attrib.pop(name, None)  # type: ignore[call-overload]
    etree.cleanup_namespaces(root)
    drawn = etree.tostring(root, encoding="unicode")
    return re.sub(r">\s+<", "><", drawn.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)).strip()


def _check(element: etree._Element) -> None:
    name = str(element.tag).removeprefix(_SVG)
    if name not in _ELEMENTS:
        raise Refused(f"Hình vẽ có phần “{name[:40]}” không được phép. Chỉ dùng nét, khối và chữ.")
    for attribute, value in element.attrib.items():
        if str(attribute) not in _ATTRIBUTES or not _PLAIN.fullmatch(str(value)):
            raise Refused(f"Hình vẽ có thuộc tính “{str(attribute)[:40]}” không được phép.")
        if "url(" in str(value) and not _LOCAL.fullmatch(str(value)):
            raise Refused("Hình vẽ không được dẫn ra ngoài.")
