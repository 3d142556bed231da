"""Unit names: where one ends and the next begins in a cell, whether words are a unit at all, whether several."""

from __future__ import annotations

import re
from functools import lru_cache

from hocvu.plan.reading.wording import folded, spaced, starts_large, syllables

# First words of units. A longer beginning in _NOT_HEADS takes precedence: "hội nghị" is no union.
_HEADS = (
    "phòng", "ban", "văn phòng", "trung tâm", "công an", "đoàn", "hội", "ub", "ubnd", "ubmttq", "ubmttqvn", "ubmt",
    "mttq", "mttqvn", "ủy ban", "hđnd", "hội đồng", "tổ", "tdp", "trường", "đảng ủy", "mặt trận", "chi bộ", "chi hội",
    "chi đoàn", "đội", "quân sự", "bch", "sở", "cơ quan", "đơn vị", "doanh nghiệp", "hợp tác xã", "htx", "đài",
    "trạm", "bưu điện", "bưu cục", "ngân hàng", "thư viện", "thuế", "kho bạc", "liên đoàn", "công đoàn", "câu lạc bộ",
    "clb", "khu", "thôn", "xóm", "ấp", "bản", "buôn", "làng", "công ty", "tập đoàn", "viễn thông", "bảo hiểm", "chợ",
    "khối", "vnpt", "viettel", "mobifone", "lãnh đạo", "chủ tịch", "phó chủ tịch", "bí thư", "thủ trưởng", "bộ phận",
    "nhà trường", "nhà văn hóa", "ttpvhcc", "ttvh", "cựu chiến binh", "phụ nữ", "nông dân", "thanh niên", "ubmttq",
    "liên minh", "hiệp hội", "hạt", "đồn", "điện lực", "viện", "bệnh viện", "học viện", "đại học", "toàn thể",
    "ban chỉ huy", "cụm", "hộ kinh doanh", "cơ sở", "tiểu ban", "thường trực", "đảng bộ",
    "đoàn thể", "đại sứ", "mọi", "thành viên", "vp", "qtkd", "ttyt", "y tế", "nhóm", "mạng lưới",
    "ủy viên", "tư pháp", "địa chính", "văn thư", "thành đoàn", "tỉnh đoàn", "thành ủy", "tỉnh ủy", "ubkt",
)  # fmt: skip
_NOT_HEADS = (
    "hội nghị", "hội thảo", "hội thi", "hội viên", "hội trường", "đoàn viên", "ban hành", "tổ chức", "phòng ngừa",
    "phòng chống", "phòng, chống", "trường hợp", "đội ngũ", "bản đồ", "bản tin", "khối lượng", "bộ tài liệu",
    "bộ câu hỏi", "bộ chỉ số", "thuế suất", "khu vực", "bản sao", "chợ số", "bộ máy", "bộ công cụ", "sở hữu",
    "viện trợ", "bộ tiêu chí", "bảo hiểm xã hội tự nguyện", "đơn vị tính", "nhóm đối tượng", "bản cam kết",
    "trung tâm điểm", "hội họp", "cơ sở dữ liệu", "cơ sở vật chất", "hạt nhân", "đoàn kết", "công an nhân",
)  # fmt: skip
# What "Các …" may gather without naming anyone.
_MANY = (
    "phòng", "ban", "ngành", "đơn vị", "cơ quan", "tổ chức", "đoàn thể", "hội", "tổ", "tdp", "trường", "nhà trường",
    "thôn", "khu", "xóm", "ấp", "bản", "buôn", "làng", "doanh nghiệp", "hợp tác xã", "htx", "cơ sở", "chi bộ",
    "chi hội", "chi đoàn", "đội", "trung tâm", "sở", "xã", "phường", "địa phương", "công ty", "câu lạc bộ", "clb",
    "hộ", "văn phòng", "thành viên", "cán bộ", "công chức", "đại sứ", "đảng ủy", "chợ", "ban ngành", "nhóm",
    "ngân hàng", "khối", "bộ phận", "đảng bộ", "ub", "điểm", "đoàn", "lực lượng", "cấp", "đồng chí", "đ/c", "cá nhân",
)  # fmt: skip
_PLURALS = ("các", "những", "toàn thể", "toàn bộ", "tất cả", "mọi", "từng", "mỗi", "một số")
_BARE_KINDS = re.compile(
    r"(?:tổ dân phố|tdp|thôn|xóm|ấp|bản|buôn|làng|khu phố|khu dân cư|khu|trường học|nhà trường|cơ sở giáo dục|"
    r"doanh nghiệp|hợp tác xã|đoàn thể|cơ quan|đơn vị|ban ngành|tổ chức)"
    r"(?:,? (?:đơn vị|tổ chức|hợp tác xã|đoàn thể))*"
    r"(?: (?:trên|thuộc|có|của|trong) .*| liên quan)?"
)
_VERBS = re.compile(
    r"\b(?:được|triển khai|thực hiện|nâng cao|phối hợp|bảo đảm|đảm bảo|hoàn thành|cài đặt|nhằm|để|khi|đã|đến|"
    r"tham gia|sử dụng|phát huy|tăng cường|ban hành|hướng dẫn|tuyên truyền|cử|phát động|bố trí|tiếp tục|hưởng ứng|"
    r"rà soát|mở|cung cấp|tập huấn|vận động|có(?! liên quan))\b"
)
# After these a second capital head still belongs to the same name: "Ban Thường trực UBMTTQVN", "Lãnh đạo Phòng …".
_INNER = frozenset(
    [
        "và",
        "của",
        "thuộc",
        "với",
        "hđnd",
        "đảng",
        "các",
        "chi",
        "xây",
        "dân",
        "trực",
        "hành",
        "đạo",
        "thư",
        "tịch",
        "trưởng",
        "viên",
        "nhiệm",
        "bch",
        "bqt",
        "ban",
    ]
)
_FIRST_WORDS = frozenset(
    [
        "các",
        "công",
        "văn",
        "trung",
        "ủy",
        "ubnd",
        "tổ",
        "phòng",
        "trường",
        "ubmttqvn",
        "ubmttq",
        "hội",
        "đoàn",
        "mặt",
        "trạm",
        "hợp",
    ]
)
# Words that begin names but are none by themselves.
_NO_NAMES = frozenset(
    ("văn phòng", "trung tâm", "phòng", "ban", "tổ", "đoàn", "hội", "trường", "ủy ban", "hội đồng", "khu", "sở", "đội",
     "công ty", "bản", "nhóm", "hđnd và", "các", "chi hội", "thành viên", "lãnh đạo", "cụm", "khối", "trạm", "viện", "y tế"),
)  # fmt: skip
_PERSONS = re.compile(r"(?<!Hội )\b(?:Người|Nhân dân|Cán bộ|Học sinh)\b")
# "Các phòng, ban, đơn vị Xử lý": a capital far inside a plural begins something else.
_LATE_CAPITAL = re.compile(
    r"^(?:\S+ ){3,}?(?<!của )(?<!thuộc )(?<!phường )(?<!xã )(?<!khu )(?<!phố )[A-ZĐ][a-zà-ỹ]+ [a-zà-ỹ]"
)
_KIND_THEN_CAPITAL = re.compile(r"(?:đơn vị|cơ quan|ngành|đoàn thể|doanh nghiệp|hợp tác xã) [A-ZĐ][a-zà-ỹ]+ [a-zà-ỹ]")
_LIST_GLUE = re.compile(r"\b(?:và|cùng|với)$")
# What is a unit of its own even after a dash or with a small letter: kinds that stand inside no other name.
_OF_ITS_OWN = re.compile(
    r"(?:phòng (?!chống|ngừa)\w+|công an (?:xã|phường|đặc khu|thị trấn|thành phố|tỉnh)|"
    r"đoàn (?:tn|tncs|thanh niên|xã|phường|đặc khu)|hội (?:nông dân|nd|phụ nữ|pn|lhpn|liên hiệp|cựu|ccb|người|nct|"
    r"khuyến học|chữ thập đỏ|luật gia|làm vườn|đông y)|ubmt\w*|ub mttq|mttq\w*|mặt trận tổ quốc|"
    r"ủy ban (?:mặt trận|mttq|nhân dân|kiểm tra)|ubnd|trường (?:tiểu|mầm|mẫu|th|thcs|thpt|trung|phổ|cao|đại)|"
    r"trạm y tế|văn phòng (?:đảng|hđnd|ubnd)|trung tâm \w+|ban (?:chỉ huy|chỉ đạo|quản lý|xây dựng|công tác|tuyên giáo|"
    r"dân vận)|tổ công nghệ|chi (?:đoàn|hội)|hợp tác xã|htx|bưu điện|công đoàn|liên đoàn)\b"
)
_NEIGHBOURHOOD = r"(?:thôn|tổ dân phố|tdp|khu phố|khu dân cư|khu|xóm|ấp|bản|buôn|làng|tổ)(?: số)?"
_A_NEIGHBOURHOOD = re.compile(rf"(?:Các |các )?(?i:{_NEIGHBOURHOOD}) (?:\d|[A-ZĐÀ-Ỹ])")
# "Thôn 1, 2 và 3", "Thôn Đoài, Thượng": several under one word.
_BETWEEN = re.compile(r"\s*,\s*|\s+và\s+|\s*&\s*")
_NUMBERED = r"\d{1,3}[A-Z]?"
_NAMED = r"(?:[^\W\d_]+(?: [^\W\d_]+| \d{1,2}){0,3})"
_SEVERAL = tuple(
    re.compile(rf"(?:[Cc]ác )?(?P<kind>(?i:{kind})) (?P<items>{item}(?:(?:{_BETWEEN.pattern}){item})+)")
    for kind, item in ((_NEIGHBOURHOOD, _NUMBERED), (r"thôn|tổ dân phố|tdp|xóm|ấp|bản|buôn|làng", _NAMED))
)
_RANGE = re.compile(rf"(?:các )?{_NEIGHBOURHOOD} \d{{1,3}} ?(?:-|đến) ?(?:{_NEIGHBOURHOOD} )?\d")
_SCHOOL = r"(?:Tiểu học|TH|THCS|THPT|Mầm non|MN|Mẫu giáo|Trung học cơ sở|Trung học phổ thông)(?: (?:&|và) THCS)?"
_A_SCHOOL = re.compile(rf"(?i:trường )?{_SCHOOL} [A-ZĐÀ-Ỹ](?!HCS|HPT)")


def _alternatives(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_HEAD = re.compile(rf"(?!(?:{_alternatives(_NOT_HEADS)})\b)(?:{_alternatives(_HEADS)})\b")
_GATHERED = re.compile(rf"(?:{_alternatives(_PLURALS)}) (?:{_alternatives(_MANY)})\b")
_GATHERED_PART = re.compile(
    r"(?:ban|ngành|đơn vị|cơ quan|tổ chức|đoàn thể|doanh nghiệp|hợp tác xã|hội|cá nhân|địa phương|ban ngành|"
    r"phòng|trung tâm|cơ sở giáo dục|hộ kinh doanh|trường học|hội đoàn thể)"
    r"(?: (?!phường|xã|đặc khu|thị trấn)\w+)?(?: (?:đơn vị|cơ quan|tổ chức|đoàn thể))?"
    r"(?: (?:liên quan|có liên quan|(?:trên|thuộc|của|trong|đóng|tại) .*|phường|xã|đặc khu|thị trấn|chính trị.*|"
    r"xã hội.*))?"
)


@lru_cache(maxsize=20_000)
def begins_unit(text: str) -> bool:
    """Whether the text begins as the name of a unit does: "Phòng …", "Công an …", "Các trường …"."""
    plain = folded(text).lstrip("-+•* ")
    return bool(_HEAD.match(plain) or _GATHERED.match(plain))


@lru_cache(maxsize=50_000)
def is_unit(text: str) -> bool:
    """Whether the whole text reads as one unit's name, or one group's."""
    name = spaced(text)
    plain = folded(re.sub(r"\([^()]*\)", "", name)).strip(" .,;-")
    if not plain or len(plain) > 160 or not (begins_unit(plain) or _A_SCHOOL.match(name)):
        return False
    if any(mark in name for mark in '%“”"?!:') or re.search(r"\w\. \w", name) or name.count("(") != name.count(")"):
        return False
    if plain in _NO_NAMES or _RANGE.match(plain) or _PERSONS.search(name, 1):
        return False
    if re.search(r"\d{3}|\d/\d", name) or _VERBS.search(plain) or _LIST_GLUE.search(plain):
        return False
    if (_GATHERED.match(plain) and _LATE_CAPITAL.search(name)) or _KIND_THEN_CAPITAL.match(name):
        return False
    return len(syllables(plain)) <= 22 and not _second_name(name) and not _joined_by_dash(name)


def _joined_by_dash(name: str) -> bool:
    """Whether a dash joins two names: "Phòng Kinh tế - Công an xã"."""
    return any(_parts_two(name[: dash.start()], "-", name[dash.end() :]) for dash in re.finditer(r"\s[-–—]\s", name))


def _second_name(name: str) -> bool:
    """Whether a second name begins inside, with nothing between the two: "Công an xã Các trường học"."""
    for found in re.finditer(r"(?<=[a-zà-ỹ)]) (?=[A-ZĐÀ-Ỹ])", name):
        before, after = name[: found.start()], name[found.end() :]
        last = before.split()[-1].lower()
        if last in _INNER or folded(after) in _NO_NAMES or not begins_unit(after):
            continue
        if after.split()[0].lower() in _FIRST_WORDS:
            return True
    return False


def unit_parts(text: str, *, paragraphs: bool = False) -> list[str]:
    """A cell's units one by one. A comma inside "Các phòng, ban, đơn vị" or "Phòng Kinh tế, Hạ tầng và Đô thị"
    parts nothing: the words after it begin no unit. `paragraphs` says that each line of the text is a
    paragraph of its own, as in a Word cell; there a dash between two names parts them too, while in broken lines
    it may be the front of a bullet: the name is then none.

    >>> unit_parts("Các phòng, ban, đơn vị; UBMTTQVN phường, các Tổ dân phố")
    ['Các phòng, ban, đơn vị', 'UBMTTQVN phường', 'các Tổ dân phố']
    """
    pieces = re.split(r"\n", text) if paragraphs else [text.replace("\n", " ")]
    found: list[str] = []
    for number, piece in enumerate(pieces):
        parts = _split_line(piece, dashes=paragraphs)
        glued = number and parts and found and not _stands_alone(found[-1], parts[0], piece)
        if glued:
            found[-1] = f"{found[-1]} {parts.pop(0)}"
        found.extend(parts)
    named = [part for part in (spaced(part).strip(" ;,.") for part in found) if part.strip("-+•* ")]
    return [each for part in named for each in _each_neighbourhood(part)]


def _each_neighbourhood(part: str) -> list[str]:
    """ "Thôn 1, 2 và 3" names three."""
    for several in _SEVERAL:
        if found := several.fullmatch(part):
            items = _BETWEEN.split(found["items"])
            if all(word[0].isupper() or word[0].isdigit() for item in items for word in item.split()):
                return [f"{found['kind']} {item}" for item in items]
    return [part]


def _stands_alone(before: str, part: str, line: str) -> bool:
    if line.lstrip().startswith(("-", "+", "•", "*")):
        return True
    if _A_SCHOOL.match(before) and _A_SCHOOL.match(part):
        return True
    return begins_unit(part) and not _LIST_GLUE.search(folded(before)) and not before.rstrip().endswith(("-", "("))


_DASHES = ("-", "–", "—")
_BULLET = re.compile(r"(?:^|(?<=[;,.])\s*|(?<=\s))[-+•*]\s+(?=[^\W\d_])")
_CUT = re.compile(
    r"\s*[;\n]\s*|\s*,\s*|\s*/\s*|\s*\+\s*|\s*&\s*|\s+[-–—]\s+|\.\s+(?=[^\W\d_])|\s+(?:và|cùng|phối hợp với)\s+"
)


def _split_line(line: str, *, dashes: bool) -> list[str]:
    """Cut at marks, then put together again what the marks did not part. In a line that begins with a dash, a
    later dash before another unit parts too: paragraphs whose breaks were lost."""
    line = spaced(line)
    if line.startswith(("- ", "+ ", "• ", "* ")):
        line = re.sub(rf"(?<!;) {re.escape(line[0])} (?=(\S.*))", _semicolon_before_unit, line[2:])
    parts: list[str] = []
    start = 0
    for cut in _CUT.finditer(line):
        if _inside_brackets(line, start, cut.start()) or (not dashes and cut.group().strip() in _DASHES):
            continue
        if _parts_two(line[start : cut.start()], cut.group().strip().lower(), line[cut.end() :]):
            parts.append(line[start : cut.start()])
            start = cut.end()
    return [re.sub(r"^[-+•*]\s+", "", part) for part in [*parts, line[start:]] if part.strip()]


def _semicolon_before_unit(found: re.Match[str]) -> str:
    return "; " if starts_large(found[1]) and begins_unit(found[1]) else found.group()


def _inside_brackets(line: str, start: int, at: int) -> bool:
    return line.count("(", start, at) > line.count(")", start, at)


def _parts_two(before: str, mark: str, after: str) -> bool:
    """Whether a mark between two texts parts two units."""
    after = re.sub(r"^[-+•*]\s+", "", after)
    if not before.strip() or not after.strip(" .;,"):
        return False
    if mark == ";":
        return True
    if _A_SCHOOL.match(before) and _A_SCHOOL.match(after):
        return True
    if not begins_unit(after):
        return False
    plain, following = folded(before), folded(after)
    if (
        mark in ("và", "cùng", "&", *_DASHES)
        and re.match(r"(?:văn phòng|vp)(?: đảng ủy,?)?(?: hđnd| hội đồng)?", plain)
        and re.match(r"(?:ub|ủy ban|hđnd|hội đồng)", following)
    ):
        return False
    if (
        mark == ","
        and re.match(r"(?:văn phòng|vp) (?:đảng ủy|hđnd)", plain)
        and re.match(r"(?:ubnd|hđnd)\b", following)
    ):
        return False
    if _GATHERED.match(plain) and _continues_gathering(following):
        return False
    if mark in _DASHES:
        return starts_large(after) and bool(_OF_ITS_OWN.match(following)) and not _GATHERED.match(plain)
    if mark not in ("và", "cùng", "/", "+", "&") or starts_large(after) or _GATHERED.match(following):
        return True
    if _A_NEIGHBOURHOOD.match(after):
        return bool(_A_NEIGHBOURHOOD.match(before.strip()))
    return bool(_OF_ITS_OWN.match(following)) and not _GATHERED.match(plain)


def _continues_gathering(following: str) -> bool:
    """Whether the next words go on counting up what "Các …" began: ", ban, đơn vị"."""
    piece = re.split(r"[;,]| và ", following)[0].strip(" .")
    return bool(_GATHERED_PART.fullmatch(piece))


def opens_name(text: str) -> bool:
    """Whether the first word is one that opens names rather than one that also stands inside them."""
    return folded(text).split(" ", 1)[0] in _FIRST_WORDS


def may_begin_small(text: str) -> bool:
    """Whether a cell may begin so with a small letter: "các Tổ …", "tổ dân phố"."""
    plain = folded(text)
    return bool(_GATHERED.match(plain) or _BARE_KINDS.match(plain))


def is_many(text: str) -> bool:
    """Whether the whole text names many without a name: "các Tổ …", "tổ dân phố trên địa bàn"."""
    plain = folded(text).strip(" .,;")
    return bool(_GATHERED.match(plain) or _BARE_KINDS.fullmatch(plain))


def is_group(name: str) -> bool:
    """Whether a name stands for several units at once: "Các trường học", "tổ dân phố" without a number."""
    plain = folded(re.sub(r"\([^()]*\)", "", name)).strip(" .,;-")
    if plain.startswith(tuple(f"{word} " for word in _PLURALS)):
        return True
    if _BARE_KINDS.fullmatch(plain):
        return True
    return bool(
        re.match(r"(?:phòng, ban|ban, ngành|cơ quan, đơn vị|đơn vị, tổ chức|phòng ban|cán bộ, công chức)", plain)
    )
