"""The few words of WordprocessingML that a plan is written in."""

from __future__ import annotations

from functools import cache
from xml.etree.ElementTree import Element

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"


@cache
def w(name: str) -> str:
    """The full name of a Word tag or attribute."""
    return _WORD + name


def renamed(root: Element) -> Element:
    """The tree under the usual names; a file saved as "Strict Open XML" uses another namespace for the same."""
    if not root.tag.startswith(_STRICT):
        return root
    for element in root.iter():
        element.tag = element.tag.replace(_STRICT, _WORD)
        for name in [name for name in element.attrib if name.startswith(_STRICT)]:
            element.attrib[name.replace(_STRICT, _WORD)] = element.attrib.pop(name)
    return root


def value(element: Element | None, name: str = "val") -> str:
    """An attribute in Word's namespace, "" where it is missing."""
    return "" if element is None else element.get(w(name), "")


def whole(element: Element | None, default: int, name: str = "val") -> int:
    """A whole number kept in an attribute; the default where it is missing or no number."""
    try:
        return int(value(element, name))
    except ValueError:
        return default


def flag(properties: Element, name: str) -> bool:
    """A yes/no property: its tag alone means yes."""
    found = properties.find(w(name))
    return found is not None and value(found) not in ("0", "false", "off")
