"""Target lines: who, how much, by when. One line may set several figures; each becomes a target of the same text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hocvu.plan.reading.figures import Figure, figures, loose_numbers, years_in, years_said
from hocvu.plan.reading.sections import Item
from hocvu.plan.reading.shape import Audience, Doubt, Place, TargetRead
from hocvu.plan.reading.wording import folded, spaced

_AUDIENCES: tuple[tuple[Audience, str], ...] = (
    ("officials", r"cán bộ|cấp ủy|công chức|viên chức|đảng viên|khu vực công|cơ quan nhà nước|lãnh đạo"),
    ("schools", r"cơ sở giáo dục|nhà trường|trường (?:học|tiểu|trung|thcs|thpt|phổ|mầm)|các trường|cơ sở đào tạo|trường\b"),
    ("students", r"học sinh|sinh viên|học viên|trẻ em|thiếu nhi"),
    ("workers", r"người lao động|công nhân|lao động trong|xã viên|lao động"),
    ("households", r"hộ gia đình|hộ dân|số hộ|hộ nghèo|gia đình|hộ\b"),
    ("adults", r"người dân|người trưởng thành|trưởng thành|công dân|nhân dân|dân số|người cao tuổi|người khuyết tật|"
               r"dân cư|người từ|người đủ|phụ nữ|thanh niên|nông dân|hội viên|đoàn viên|người\b"),
)  # fmt: skip
_PREDICATE = re.compile(
    r",?\s+(?:được|có(?! (?:công|chức|con|đảng|hoàn|người))|biết|đạt|sử dụng|tham gia|hoàn thành|thực hiện|triển khai|"
    r"thường xuyên|cài đặt|tiếp cận|nắm|hiểu|đăng ký|ứng dụng|là(?! (?:người|cán))|phải|đều|truy cập|thành thạo|nhận|đáp ứng|"
    r"duy trì|bảo đảm|đảm bảo|vận hành|kích hoạt|trở thành|hưởng ứng|thao tác|tự(?! do| nguyện| quản)|chưa|hài lòng|(?:vào|đến|trong) (?:cuối )?năm|xây dựng|thành lập|hình thành|khai thác|"
    r"giao dịch|thanh toán|kê khai|nộp|bố trí|tổ chức(?= (?:ít|được|tối|các lớp)))(?!\w)",
    re.I,
)
_LEAD_IN = re.compile(
    r"^(?:[-+*•]\s*)?(?:(?:đối với|phấn đấu|phấn đấu đạt|đạt|có|bảo đảm|đảm bảo|tỷ lệ|số|duy trì|là|:|,)\s*)+", re.I
)
_ONLY_GENERAL = re.compile(r"tổng quát|chung|mục đích|yêu cầu|quan điểm|định hướng|tầm nhìn")


# What stands right before a count that says what each of a group shall have: "100% hộ có ít nhất 01 thành viên".
_CONDITION = re.compile(
    r"[^,;\s]\s+(?<!và )(?:có|biết|dùng|sử dụng|tham gia|hoàn thành|tổ chức|thành lập|xây dựng|bố trí|mở|duy trì|cài đặt|"
    r"tiếp cận|thực hiện|học)(?: thành thạo)?(?: được)?(?: đủ| thêm)?\s*$",
    re.I,
)
_SAME_AGAIN = re.compile(r"\((?:tương đương|tức là|tức|bằng|ứng với)(?: với)?(?: khoảng)?\s*$", re.I)
_BRACKETS = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Sentence:
    """The words that set targets, the titles above them (the nearest last), and where they stand."""

    text: str
    above: tuple[str, ...]
    place: Place
    year: int | None = None


def read_targets(items: Sequence[Item], title: str) -> tuple[list[TargetRead], list[Doubt]]:
    """The targets of every section that sets targets, and the doubts about them."""
    targets: list[TargetRead] = []
    doubts: list[Doubt] = []
    intro = ""
    for item in items:
        intro = "" if item.is_heading else intro
        if item.meaning != "targets":
            continue
        text, below = _parted(spaced(item.paragraph.text))
        if item.is_heading and not _says_something(item):
            intro = text if item.paragraph.kind in ("bullet", "none") else ""
            continue
        sentence = Sentence(text, (*(heading.text for heading in item.path), intro), item.place)
        kept, asides = _kept(text, figures(text, eager=True))
        if kept:
            add(sentence, kept, asides, title, targets, doubts)
        elif _only_introduces(text):
            intro = text
        else:
            doubts.extend(_no_figure(item, text))
        intro = below or intro
    return targets, doubts


def _parted(text: str) -> tuple[str, str]:
    """A line and the words behind it that head the lines below: "… có chữ ký số. Phấn đấu đến 30/6/2026:"."""
    found = re.fullmatch(r"(.*[.;])\s+([^.;]{4,120}:)", text)
    return (found[1], found[2]) if found and not figures(found[2]) else (text, "")


def add(
    sentence: Sentence,
    found: Sequence[Figure],
    asides: Sequence[str],
    title: str,
    targets: list[TargetRead],
    doubts: list[Doubt],
) -> None:
    """Make each figure of a sentence a target, and doubt what is doubtful."""
    first = f"targets[{len(targets)}]"
    years = _years(sentence, found, title)
    whose = _whose(sentence, found)
    doubts.extend(Doubt(f"{first}.value", reason, sentence.place) for reason in asides)
    for figure, year, who in zip(found, years, whose, strict=True):
        path = f"targets[{len(targets)}]"
        target = TargetRead(
            year, audience_of(who), who, figure.comparator, figure.value, figure.unit, sentence.text, sentence.place
        )
        targets.append(target)
        doubts.extend(_doubts(path, target, figure, sentence))


def _says_something(item: Item) -> bool:
    """A heading that sets a figure itself is a target line too: "1. Đạt 80% người dân …" above its details."""
    return len(item.paragraph.text.split()) >= 6 and bool(figures(item.paragraph.text))


def _only_introduces(text: str) -> bool:
    """ "Phấn đấu đến ngày 31/12/2025" says when the lines under it are due, and no more."""
    return bool(years_in(text)) and (len(text.split()) <= 6 or text.endswith(":"))


def _kept(text: str, found: list[Figure]) -> tuple[list[Figure], list[str]]:
    """Figures that set something, and what to tell of those left out. A percentage inside "(giảm 5% so với …)" is
    kept, to be looked at; a number in words beside one in digits ("80% … biết dùng ít nhất một dịch vụ") says what
    the group shall be able to do, and so does a count that the group shall have."""
    digits = [figure for figure in found if re.search(r"\d", text[figure.start : figure.end])]
    kept: list[Figure] = []
    told: list[str] = []
    for figure in digits or found:
        before = text[kept[-1].end if kept else 0 : figure.start]
        after_share = bool(kept) and kept[-1].unit == "%" and not re.search(r"[;.]\s", before)
        said = spaced(text[figure.start : figure.end])
        if re.search(r"so với [^.;]{0,20}$", before) or (after_share and _SAME_AGAIN.search(before)):
            continue
        if after_share and _CONDITION.search(before):
            reason = f"“{said}” được hiểu là điều kiện của con số trước nó, chưa thành chỉ tiêu riêng."
            if figure.unit != "%":
                told += [reason] if figure.value > 1 else []
                continue
            figure = replace(figure, doubt=figure.doubt or f"“{said}” có thể chỉ là điều kiện của con số trước nó.")
        kept.append(figure)
    if loose := loose_numbers(text, found):
        told.append(f"Trong mục này còn con số chưa đọc thành chỉ tiêu: {', '.join(loose[:8])}.")
    return kept, told


def _no_figure(item: Item, text: str) -> list[Doubt]:
    if loose := loose_numbers(text, ()):
        reason = f"Con số {', '.join(loose[:8])} chưa đọc được thành chỉ tiêu: “{text[:160]}”."
        return [Doubt("targets", reason, item.place)]
    nearest = folded(item.path[-1].text) if item.path else ""
    if item.paragraph.kind in ("none",) or text.endswith(":") or _ONLY_GENERAL.search(nearest):
        return []
    return [Doubt("targets", f"Mục này không có con số nên chưa thành chỉ tiêu: “{text[:160]}”.", item.place)]


def _whose(sentence: Sentence, found: Sequence[Figure]) -> list[str]:
    """Who each figure is about. One that names nobody is about whom its neighbour names, or the titles above."""
    whose = [_who(sentence.text, found, at) for at in range(len(found))]
    for at in [*reversed(range(len(found) - 1)), *range(1, len(found))]:
        other = at + 1 if not whose[at] and at + 1 < len(found) and whose[at + 1] else at - 1
        if not whose[at] and other >= 0 and found[at].unit == found[other].unit:
            whose[at] = whose[other]
    named = [who for title in reversed(sentence.above[1:]) if _known(who := _named_in(title))]
    return [who or (named[0] if named else "") for who in whose]


def _named_in(title: str) -> str:
    """The group that a title names: "Đối với cán bộ, công chức:"."""
    return spaced(_LEAD_IN.sub("", _without_year(title))).strip(" ,.;:")


def _who(text: str, found: Sequence[Figure], at: int) -> str:
    """Who a figure is about: the words after it up to what they shall do; or those before, "Tỷ lệ … đạt 80%"."""
    figure = found[at]
    if _known(figure.each):
        return figure.each
    after = _words_after(text, figure, found[at + 1 :])
    if _known(after):
        return after
    since = max((stop.end() for stop in re.finditer(r"[;.]\s", text[: figure.start])), default=0)
    if any(other.start >= since for other in found[:at]):
        return after
    before = _PREDICATE.split(f" {_LEAD_IN.sub('', _without_year(text[since : figure.start]))}", maxsplit=1)[0]
    named = [part for part in re.split(r":(?:\s|$)", before) if _known(part)]
    return spaced(named[-1]).strip(" ,.;") if named else after


def _words_after(text: str, figure: Figure, later: Sequence[Figure]) -> str:
    """The words after a figure up to what they shall do, without what stands in brackets."""
    within = _in_brackets(text, figure)
    end = next((other.start for other in later if within or not _in_brackets(text, other)), len(text))
    noun = re.sub(r" trở lên$", "", text[figure.noun_at : figure.end])
    who = _PREDICATE.split(_BRACKETS.sub(" ", f" {noun}{text[figure.end :]}"), maxsplit=1)[0]
    rest = _BRACKETS.sub(" ", f" {noun}{text[figure.end : end]}")
    who = who if len(who) < len(rest) else rest
    who = re.split(r"[;:()]|\.(?:\s|$)|,\s*(?:trong đó|tương đương|và|mỗi)?\s*$|,\s*mỗi\b|\s+và\s*$", who, maxsplit=1)[
        0
    ]
    who = re.sub(r"(?:,|\b(?:và|trên|ít nhất|tối thiểu|trong đó|là|với|khoảng|hơn|từ|mỗi))\s*$", "", who)
    return spaced(re.sub(r"^\s*(?:trở lên|số|tổng số|là)\s+", "", who)).strip(" ,.;")


def _in_brackets(text: str, figure: Figure) -> bool:
    return text[: figure.start].count("(") > text[: figure.start].count(")")


def _known(words: str) -> bool:
    return any(re.search(rf"(?<!\w)(?:{pattern})", folded(words)) for _, pattern in _AUDIENCES)


def _without_year(text: str) -> str:
    return re.sub(
        r"^(?:[-+]\s*)?(?:đến|hết|cuối|trong|trước|ngày|tháng|năm|\d{1,2}/|\d{4}|\s|,)+", "", text, flags=re.I
    )


def audience_of(who: str) -> Audience:
    """The group that the words name first.

    >>> audience_of("người lao động trong các doanh nghiệp")
    'workers'
    """
    plain = folded(who)
    named = []
    for rank, (audience, words) in enumerate(_AUDIENCES):
        if found := re.search(rf"(?<!\w)(?:{words})", plain):
            named.append((found.start(), rank, audience))
    return min(named)[2] if named else "other"


def _years(sentence: Sentence, found: Sequence[Figure], title: str) -> list[int | None]:
    """The year said for each figure in its sentence, else by the titles above, else by the plan's title."""
    text = sentence.text
    said = [(year, at) for year, at in years_in(text) if _sets_a_date(text, at) and _dates_a_figure(text, at, found)]
    titled = [years_in(title)[-1][0]] if years_in(title) else []
    for above in sentence.above:
        if years := years_in(above):
            titled.append(years[-1][0])
        elif bare := re.search(r"(?<!\d)(20[2-9]\d)(?!\d)", above):
            titled.append(int(bare[1]))
    standing = sentence.year or (titled[-1] if titled else None)
    return [year or standing for year in years_said(text, found, said)]


def _dates_a_figure(text: str, at: int, found: Sequence[Figure]) -> bool:
    """A year dates a figure from the front of its clause, right behind it, or with a word of time before."""
    since = max((stop.end() for stop in re.finditer(r"[;.]\s", text[:at])), default=0)
    before = [figure for figure in found if since <= figure.start < at]
    return not before or at - before[-1].end <= 3 or _closes_clause(text, at)


def _sets_a_date(text: str, at: int) -> bool:
    """Whether a year in a line says by when; the date of a cited document does not."""
    return not re.search(r"(?:/[A-ZĐ-]+|số\s+\S+|quyết định|thông tư|nghị quyết)[^;.]{0,30}$", text[:at], re.I)


def _closes_clause(text: str, at: int) -> bool:
    """ "…, đạt 80% vào cuối năm 2025": the year comes after the figure with a word of time before it."""
    return bool(re.search(r"(?:đến|hết|cuối|trước|trong|vào|ngày|\()\s*(?:ngày\s*|tháng\s*)?$", text[:at], re.I))


def _doubts(path: str, target: TargetRead, figure: Figure, sentence: Sentence) -> list[Doubt]:
    found = []
    if target.year is None:
        found.append(Doubt(f"{path}.year", "Chưa rõ chỉ tiêu này của năm nào.", sentence.place))
    if target.audience == "other":
        found.append(Doubt(f"{path}.audience", "Chưa rõ chỉ tiêu này dành cho nhóm nào.", sentence.place))
    if figure.doubt:
        found.append(Doubt(f"{path}.value", figure.doubt, sentence.place))
    if _in_brackets(sentence.text, figure):
        reason = "Con số này đứng trong ngoặc: có thể chỉ giải thích cho con số trước nó."
        found.append(Doubt(f"{path}.value", reason, sentence.place))
    return found
