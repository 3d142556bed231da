"""The head and the foot of a plan: number, date, title, issuer, signer, recipients."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from hocvu.plan.reading.citations import NUMBER, OWN_NUMBER, tight
from hocvu.plan.reading.paragraphs import marked, place_of
from hocvu.plan.reading.periods import find_day
from hocvu.plan.reading.shape import Doubt, Place, PlanHead
from hocvu.plan.reading.source import Line
from hocvu.plan.reading.wording import folded, is_capitals, joined, spaced, starts_small

_KIND = re.compile(r"(KẾ HOẠCH|CHƯƠNG TRÌNH HÀNH ĐỘNG|CHƯƠNG TRÌNH|ĐỀ ÁN|PHƯƠNG ÁN)\b\s*(.*)$")
_MOTTO = re.compile(
    r"CỘNG\s+H[OÒ][AÀ]\s+XÃ\s+HỘI(?:\s+CHỦ\s+NGH[IĨ][AÃ](?:\s+VIỆT\s+NAM)?)?|CHỦ\s+NGH[IĨ][AÃ]\s+VIỆT\s+NAM"
    r"|Độc\s+lập\s*[-–—]\s*Tự\s+do\s*[-–—]\s*Hạnh\s+phúc|ĐẢNG\s+CỘNG\s+SẢN(?:\s+VIỆT\s+NAM)?",
    re.I,
)
_OPENERS = re.compile(r"(?:Căn cứ|Thực hiện|Triển khai|Nhằm|Để|Theo|Xét|Tiếp tục|Trên cơ sở|Qua|Kính gửi|Phát huy)\b")
_ATTACHED = re.compile(
    r"\(?\s*(?:Ban hành )?kèm theo (?:Kế hoạch|Công văn|Chương trình|Đề án|Văn bản|Quyết định)\b.{0,200}", re.I
)
_BLANK_NUMBER = re.compile(r"[Ss]ố\s*:?\s*[.…_\s]*[-/]\s?(?:[A-ZĐ]{1,5}\s?[-/]\s?[A-ZĐ]|\d{4}/)")
_ISSUED_DAY = re.compile(r"ngày\s*[\d.…_\s]*(?:tháng|/)", re.I)
_BODIES = (
    r"[uủ][ỷy] ban nhân dân", "ubnd", "ban chấp hành đảng bộ", "ban thường vụ", r"đảng [uủ][ỷy]", r"tỉnh [uủ][ỷy]",
    r"thành [uủ][ỷy]", r"huyện [uủ][ỷy]", "ban chỉ đạo", "ban chấp hành đoàn", "hội đồng nhân dân",
    r"(?:[uủ][ỷy] ban )?(?:mặt trận tổ quốc|mttq)(?: việt nam)?",
)  # fmt: skip
_COMMUNES = ("phường", "xã", "đặc khu", "thị trấn")
_PLACES = rf"(?:{'|'.join(_COMMUNES)}|quận|huyện|thị xã|thành phố|tỉnh)"
# Left and right side, and line from line, are parted by "|" in a letterhead; a body may stand on several lines.
_ISSUER = re.compile(
    rf"(?<!\w)({'|'.join(_BODIES)})((?: đảng bộ| đảng [uủ][ỷy])?)[\s|]+({_PLACES})[\s|]+(?=\w)".replace(" ", r"[\s|]+"),
    re.I,
)
_DIVISION = re.compile(
    r"(?:văn phòng|phòng|trung tâm|ban|sở|công an|chi bộ|trường (?:mầm non|mẫu giáo|tiểu học|thcs|thpt|trung học|cao đẳng|đại học))(?!\w)",
    re.I,
)
_BODY = re.compile(rf"(?:{'|'.join(_BODIES)}|{_PLACES}|đảng bộ)(?!\w)", re.I)
_SIDES = re.compile(r"\s{3,}|\t|[|*]|[-–—_=.…]{3,}")
_SHORT_FORMS = re.compile(r"\b(?:hđnd|ubnd|ubmttq|ubmttqvn|tncs|thcs|thpt)\b", re.I)
_STOP = r"\s+(?:xây dựng|ban hành|triển khai|về|đề nghị|tổ chức|yêu cầu|kế hoạch|giao|số|ngày|trình|thực hiện|cụ thể|" \
        r"nhiệm kỳ|khóa|khoá|ủy ban|ubnd|đảng|ban|\*)(?!\w).*"  # fmt: skip
_AUTHORITY = re.compile(
    r"(?:TM\.|T/M|KT\.|TL\.|TUQ\.|Q\.|QUYỀN)\s*|(?:PHÓ )?(?:CHỦ TỊCH|BÍ THƯ|TRƯỞNG BAN)\b|^(?:Phó )?(?:Chủ tịch|Bí thư)$"
)
_RANK = re.compile(r"^(?:(?:ThS|TS|PGS|GS|BS|KS|CN|Thạc sĩ|Tiến sĩ)\.?\s+)+", re.I)
# A surname may be a word of these ("ĐOÀN VĂN A", "DANH SÓC"), hence the second words.
_OFFICE = re.compile(
    r"(?:[UỦ][ỶY] (?:BAN|VIÊN)|BAN|CHỦ (?:TỊCH|NHIỆM)|PHÓ|BÍ THƯ|TRƯỞNG|PHÒNG|VĂN PHÒNG|ĐẢNG (?:[UỦ][ỶY]|BỘ)|HỘI|MẶT TRẬN|"
    r"ĐOÀN (?:THANH|TNCS)|XÃ|PHƯỜNG|ĐẶC KHU|THỊ TRẤN|THƯỜNG|QUYỀN|GIÁM ĐỐC|HIỆU|CHÁNH|NGƯỜI|NƠI|PHỤ LỤC|KẾ HOẠCH|"
    r"DANH (?:SÁCH|MỤC)|BIỂU|CỘNG H|TRUNG TÂM|CÔNG AN|TỈNH|THÀNH [UỦ]|UBND|HĐND)\b"
)


@dataclass(slots=True)
class Foot:
    """What stands between the body and the appendix: recipients and the one who signs."""

    recipients: list[str] = field(default_factory=list)
    signer: str | None = None


def read_head(opening: Sequence[Line], rest: Sequence[Line], foot: Sequence[Line]) -> tuple[PlanHead, list[Doubt]]:
    """Read the head from the lines above the body; what is missing there is sought in the rest of the file."""
    head = PlanHead()
    doubts: list[Doubt] = []
    attached = _attached(rest)
    head.title = _title(opening)
    head.issuer = _issuer(opening, attached, foot)
    head.number, number_at = _number(opening, attached)
    head.date, date_at = _date(opening, attached)
    head.signer = read_foot(foot).signer
    start = place_of(opening[:1])
    if head.number is None:
        doubts.append(Doubt("plan.number", "Số của kế hoạch để trống trong tệp; hãy điền.", number_at or start))
    if head.date is None:
        doubts.append(Doubt("plan.date", "Ngày ban hành để trống trong tệp; hãy điền.", date_at or start))
    if not head.title:
        doubts.append(Doubt("plan.title", "Chưa đọc được tên kế hoạch.", start))
    if head.issuer is None:
        doubts.append(Doubt("plan.issuer", "Chưa đọc được cơ quan ban hành.", start))
    if head.signer is None:
        doubts.append(Doubt("plan.signer", "Chưa đọc được người ký.", place_of(foot[-1:])))
    return head, doubts


def _attached(lines: Sequence[Line]) -> list[tuple[str, Line]]:
    """What the appendices say of the plan they belong to: "(Kèm theo Kế hoạch số … ngày … của …)"."""
    found = []
    for at, line in enumerate(lines):
        if "kèm theo" in line.text.lower() and (match := _ATTACHED.search(joined(l.text for l in lines[at : at + 6]))):
            found.append((match.group(), line))
    return found


def _number(opening: Sequence[Line], attached: Sequence[tuple[str, Line]]) -> tuple[str | None, Place | None]:
    blank: Place | None = None
    for line in opening[:40]:
        text = spaced(_MOTTO.sub(" ", line.text))
        said = re.match(r"(?:.*\s)?Số\s*:?\s*(.*)", text) if re.match(r"(?:[^a-zà-ỹ]*\s)?Số\b", text) else None
        if said and (found := OWN_NUMBER.match(said[1])):
            return tight(found.group()), place_of([line])
        if said and (re.match(r"[.…_\s]*[-/]", said[1]) or not said[1]):
            blank = blank or place_of([line])
    for text, line in attached:
        if found := re.search(
            rf"(?:Kế hoạch|Chương trình|Đề án|Văn bản)\s+(?:số\s*:?\s*)?({NUMBER.pattern})", text, re.I
        ):
            return tight(found[1]), place_of([line])
        if _BLANK_NUMBER.search(text):
            blank = blank or place_of([line])
    return None, blank


def _date(opening: Sequence[Line], attached: Sequence[tuple[str, Line]]) -> tuple[str | None, Place | None]:
    blank: Place | None = None
    before_title = _before_title(opening)
    for line in opening[:before_title]:
        text = spaced(line.text)
        if "ngày" in text and (day := find_day(text)):
            return day, place_of([line])
        if _ISSUED_DAY.search(text):
            blank = blank or place_of([line])
    for text, line in attached:
        said = text.split("ngày", 1)
        if len(said) == 2 and (day := find_day(said[1][:40])):
            return day, place_of([line])
        if _ISSUED_DAY.search(text):
            blank = blank or place_of([line])
    return None, blank


def _before_title(opening: Sequence[Line]) -> int:
    return next((at for at, line in enumerate(opening) if _KIND.match(spaced(line.text))), min(len(opening), 15))


def _title(opening: Sequence[Line]) -> str:
    """The words under "KẾ HOẠCH", up to the first sentence of the preamble."""
    start = next((at for at, line in enumerate(opening) if _KIND.match(spaced(line.text))), None)
    if start is None:
        return ""
    own = _KIND.match(spaced(opening[start].text))
    parts = [spaced(own[2])] if own and own[2] else []
    for line in opening[start + 1 : start + 16]:
        text = spaced(line.text)
        if not text:
            continue
        if parts and _ends_title(text, parts[-1]):
            break
        if re.fullmatch(r"[-–—_*=.\s]+", text) or text.startswith("("):
            break
        parts.append(text)
    title = joined(parts).strip(" .;:")
    return f"{own[1]} {title}" if own and own[2] and is_capitals(own[2]) else title


def _ends_title(text: str, before: str) -> bool:
    if starts_small(text) or re.match(r"[-–]\s*\d", text):
        return False
    if _OPENERS.match(text) or marked(text)[0] not in ("none", "number"):
        return True
    if marked(text)[0] == "number":
        return not starts_small(text)
    return before.endswith((".", ";", ":")) or (is_capitals(before) and not is_capitals(text))


def _issuer(opening: Sequence[Line], attached: Sequence[tuple[str, Line]], foot: Sequence[Line]) -> str | None:
    """The body that issues the plan: of the letterhead the lowest, else of the appendix, else of the preamble."""
    before_title = _before_title(opening)
    preamble = joined(line.text for line in opening[before_title:])
    ending = joined(line.text for line in foot)
    letterhead = [_MOTTO.sub(" | ", line.text) for line in opening[:before_title]]
    in_capitals = " | ".join(_capitals(text) for text in letterhead)
    as_typed = " | ".join(spaced(_SIDES.sub(" | ", text)) for text in letterhead)
    own = re.findall(r"(?:[;:.]\s+|^)([^;:.]{5,90}?)\s+(?:xây dựng|ban hành)\s", preamble)
    for text in (in_capitals, as_typed, *(said.split(" của ")[-1] for said, _ in attached), *own, preamble, ending):
        if found := _named_body(text, f"{preamble} {ending}"):
            return found
    return None


def _capitals(text: str) -> str:
    """The words in capitals, with "|" where others stood between them: what a letterhead says of its body."""
    words = _SIDES.sub(" | ", text).split()
    kept = (
        word if (word.isupper() and "/" not in word) or word in ("-", "–") or word.isdigit() else "|" for word in words
    )
    return spaced(" ".join(kept))


def _named_body(text: str, elsewhere: str) -> str | None:
    """The last body of a text that has a place and a name, a commune's before others. `elsewhere` are the plan's
    sentences, which show how a name in capitals is written."""
    found = [
        (match, name)
        for match in _ISSUER.finditer(text)
        if not _is_nameless(match, text) and (name := _name_of_place(text[match.end() :], elsewhere))
    ]
    commune = [pair for pair in found if folded(pair[0][3]) in _COMMUNES]
    if not found:
        return None
    match, name = (commune or found)[-1]
    body = folded(f"{match[1]}{match[2]}").replace("|", " ")
    body = "ủy ban nhân dân" if body == "ubnd" else spaced(body)
    body = body.replace("mặt trận tổ quốc", "Mặt trận Tổ quốc").replace("việt nam", "Việt Nam").replace("mttq", "MTTQ")
    place = f"{folded(match[3])} {_as_written(name, elsewhere) or _each_large(name)}"
    division = _division(text[match.end() + len(name) :], elsewhere) if name.isupper() else None
    return f"{division or body[:1].upper() + body[1:]} {place}"


def _is_nameless(found: re.Match[str], text: str) -> bool:
    """Whether "UBND TỈNH" ends its line without a name, and another body begins on the next."""
    on_next_line = "|" in text[found.end(3) : found.end()]
    return on_next_line and bool(_BODY.match(text, found.end()) or _DIVISION.match(text, found.end()))


def _name_of_place(text: str, elsewhere: str) -> str:
    """The name at the front of a text: words with a capital, as far as the side or the line goes."""
    side, _, below = text.partition("|")
    words: list[str] = []
    for word in side.split()[:6]:
        bare = word.strip('“”"().,;:*')
        if not (bare[:1].isupper() or bare.isdigit()):
            break
        words.append(bare)
        if not word.endswith(bare):
            break
    name = " ".join(words)
    if not name.isupper():
        return re.split(_STOP, f"{name} ", maxsplit=1, flags=re.I)[0].strip(" -")
    name = name.removesuffix(" VIỆT NAM").strip(" -–")
    rest = spaced(below.partition("|")[0])
    longer = f"{name} {rest}"
    return f"{name} | {rest}" if rest and _as_written(longer, elsewhere) else name


def _division(text: str, elsewhere: str) -> str | None:
    """The office of the body that issues in its own name, on the lines under the body's."""
    pieces = [piece for part in text.split("|") if (piece := spaced(part))]
    if not pieces or not (head := _DIVISION.match(pieces[0])) or _BODY.match(pieces[0]):
        return None
    name = pieces[0]
    for piece in pieces[1:]:
        if not (piece.startswith(("-", "–")) or name.endswith(("-", "–", ",", " VÀ"))):
            break
        name = f"{name} {piece}"
    parts = re.split(r"(\s*[-–]\s*|,\s*| và )", name[head.end() :].strip().lower())
    usual = "".join(f"{part[:1].upper()}{part[1:]}" for part in parts)
    usual = _SHORT_FORMS.sub(lambda found: found.group().upper(), usual)
    return _as_written(name, elsewhere) or f"{head.group().capitalize()} {usual}"


def _as_written(name: str, text: str) -> str | None:
    """A name in capitals as the sentences of the plan write it, where they do."""
    words = re.escape(name.replace(" | ", " "))
    found = (match.group() for match in re.finditer(rf"(?<!\w){words}(?!\w)", text, re.I))
    return next((written for written in found if written[:1].isupper() and not written.isupper()), None)


def _each_large(name: str) -> str:
    """A place's name with a capital at each word.

    >>> _each_large("HOÀ LẠC")
    'Hòa Lạc'
    """
    if not name.isupper():
        return name
    return " ".join(word[:1].upper() + word[1:] for word in folded(name).replace("-", " - ").split())


def read_foot(lines: Sequence[Line]) -> Foot:
    """Recipients and signer. The name stands under the authority; where columns were mixed, at the end of a line."""
    foot = Foot()
    signing = False
    for line in lines:
        text = spaced(line.text)
        if re.match(r"[-–]\s*\S", text):
            foot.recipients.append(re.split(r"[;.](?:\s|$)", text.lstrip("-– "))[0].strip())
        if _AUTHORITY.search(text):
            signing = True
            continue
        if signing and (name := _name(text)):
            foot.signer = name
            if not text.startswith("-"):
                break
    return foot


def _name(text: str) -> str | None:
    """A person's name: two to six words, each with a capital. One all in capitals must not begin as an office does.

    >>> _name("TS. LÊ VĂN HÒA"), _name("H’Linh Niê"), _name("BAN THƯỜNG VỤ")
    ('Lê Văn Hòa', 'H’Linh Niê', None)
    """
    if re.search(r"\bký\b|nơi nhận", text, re.I):
        return None
    name = _RANK.sub("", re.split(r"[;.]\s+", text)[-1] if text.startswith("-") else text)
    words = name.split()
    if not 2 <= len(words) <= 6 or not all(_begins_large(word) for word in words):
        return None
    if name.isupper():
        return (
            None
            if _OFFICE.match(name)
            else re.sub(r"[^\W\d_]+", lambda part: part.group().capitalize(), " ".join(words))
        )
    return name if not any(len(word) > 1 and word.isupper() for word in words) else None


def _begins_large(word: str) -> bool:
    """Whether a word can be one of a name: letters with a capital in front, "H’Linh" among them."""
    parts = re.split(r"['’‘ʼ]", word)
    return word[:1].isupper() and all(
        part.isalpha() and part[1:] in (part[1:].lower(), part[1:].upper()) for part in parts
    )
