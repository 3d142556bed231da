"""Target lines: who, how much, by when. One line may set several figures; each becomes a target of the same text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hocvu.plan.reading.figures import Figure, figures, loose_numbers, years_in, years_said
from hocvu.plan.reading.paragraphs import place_of
from hocvu.plan.reading.sections import Item
from hocvu.plan.reading.shape import Audience, Doubt, Place, TargetRead
from hocvu.plan.reading.source import Cell, Line, Row, Table
from hocvu.plan.reading.wording import folded, joined, spaced

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
_BRACKETS = re.compile(r"\([^()]{0,200}\)")
# How far from a figure the words stand that say whom it is about and when.
_NEAR = 400


@dataclass(frozen=True, slots=True)
class Sentence:
    """The words that set targets, the titles above them (the nearest last), and where they stand."""

    text: str
    above: tuple[str, ...]
    place: Place
    year: int | None = None


def read_targets(
    items: Sequence[Item], title: str, tables: Sequence[Table] = ()
) -> tuple[list[TargetRead], list[Doubt]]:
    """The targets of every section that sets targets, and the doubts about them. `tables` are the tables that
    stand in those sections."""
    targets: list[TargetRead] = []
    doubts: list[Doubt] = []
    intro, before = "", None
    waiting = list(tables)
    for item in items:
        while waiting and before and _line_of(waiting[0]) < (item.place.line or 0):
            _read_table(waiting.pop(0), before, intro, title, targets, doubts)
        before = item
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
    for table in waiting:
        if before:
            _read_table(table, before, intro, title, targets, doubts)
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
        before = text[max(kept[-1].end if kept else 0, figure.start - _NEAR) : figure.start]
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
    after = _words_after(text, figure, found[at + 1 : at + 9])
    if _known(after):
        return after
    since = _clause_start(text, figure.start)
    if at and found[at - 1].start >= since:
        return after
    before = _PREDICATE.split(f" {_LEAD_IN.sub('', _without_year(text[since : figure.start]))}", maxsplit=1)[0]
    named = [part for part in re.split(r":(?:\s|$)", before) if _known(part)]
    return spaced(named[-1]).strip(" ,.;") if named else after


def _clause_start(text: str, at: int) -> int:
    """Where the clause around a place begins, or as far back as its words can matter."""
    since = max(0, at - _NEAR)
    return max((stop.end() for stop in re.finditer(r"[;.]\s", text[since:at])), default=0) + since


def _words_after(text: str, figure: Figure, later: Sequence[Figure]) -> str:
    """The words after a figure up to what they shall do, without what stands in brackets."""
    within = _in_brackets(text, figure)
    end = next((other.start for other in later if within or not _in_brackets(text, other)), len(text))
    near = figure.end + _NEAR
    noun = re.sub(r" trở lên$", "", text[figure.noun_at : figure.end])
    who = _PREDICATE.split(_BRACKETS.sub(" ", f" {noun}{text[figure.end : near]}"), maxsplit=1)[0]
    rest = _BRACKETS.sub(" ", f" {noun}{text[figure.end : min(end, near)]}")
    who = who if len(who) < len(rest) else rest
    who = re.split(r"[;:()]|\.(?:\s|$)|,\s*(?:trong đó|tương đương|và|mỗi)?\s*$|,\s*mỗi\b|\s+và\s*$", who, maxsplit=1)[
        0
    ]
    who = re.sub(r"(?:,|\b(?:và|trên|ít nhất|tối thiểu|trong đó|là|với|khoảng|hơn|từ|mỗi))\s*$", "", who)
    return spaced(re.sub(r"^\s*(?:trở lên|số|tổng số|là)\s+", "", who)).strip(" ,.;")


def _in_brackets(text: str, figure: Figure) -> bool:
    before = text[max(0, figure.start - _NEAR) : figure.start]
    return before.count("(") > before.count(")")


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
    since = _clause_start(text, at)
    before = [figure for figure in found if since <= figure.start < at]
    return not before or at - before[-1].end <= 3 or _closes_clause(text, at)


def _sets_a_date(text: str, at: int) -> bool:
    """Whether a year in a line says by when; the date of a cited document does not."""
    return not re.search(
        r"(?:/[A-ZĐ-]+|số\s+\S+|quyết định|thông tư|nghị quyết)[^;.]{0,30}$", text[max(0, at - _NEAR) : at], re.I
    )


def _closes_clause(text: str, at: int) -> bool:
    """ "…, đạt 80% vào cuối năm 2025": the year comes after the figure with a word of time before it."""
    return bool(
        re.search(
            r"(?:đến|hết|cuối|trước|trong|vào|ngày|\()\s*(?:ngày\s*|tháng\s*)?$", text[max(0, at - 40) : at], re.I
        )
    )


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


# --- tables of targets ----------------------------------------------------------------------------------------

_TITLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("number", re.compile(r"(?:s?tt|số tt|số thứ tự)$")),
    ("unit", re.compile(r"(?:đơn vị tính|đvt|đơn vị đo|đơn vị)(?: ?\(.*)?$")),
    ("past", re.compile(r"(?!.*(?:chỉ tiêu|mục tiêu|kế hoạch|phấn đấu)).*(?:thực hiện|hiện trạng|ước|đã đạt|kết quả) "
                        r"?.*20\d\d|hiện trạng|kết quả năm trước")),
    ("value", re.compile(r".*(?<!\d)20\d\d(?!\d)")),
    ("what", re.compile(r"(?:tên |các |nội dung |hệ thống )*(?:chỉ tiêu|nội dung|mục tiêu|tiêu chí|nhóm|đối tượng)")),
    ("value", re.compile(r"(?:chỉ tiêu|mục tiêu|kế hoạch|mức|giá trị|số lượng|tỷ lệ|phấn đấu|kết quả)")),
)  # fmt: skip
_COUNTER = re.compile(r"\(?(?:\d{1,2}(?:\.\d{1,2})*|[IVX]+|[A-Za-zĐđ])[.)]?")
_BARE_YEAR = re.compile(r"(?:năm )?20\d\d", re.I)


def _line_of(table: Table) -> int:
    return min((line.number for row in table.rows for line in _lines(row)), default=0)


def _lines(row: Row) -> list[Line]:
    return [line for cell in row.cells if cell for line in cell.lines]


def _cell(row: Row, at: int) -> str:
    cell: Cell | None = row.cells[at] if at < len(row.cells) else None
    return cell.text if cell else ""


def _read_table(
    table: Table, item: Item, intro: str, title: str, targets: list[TargetRead], doubts: list[Doubt]
) -> None:
    """Each row's figures become targets, one for each column of figures; a row or table without is doubted."""
    rows = [row for row in table.rows if _lines(row)]
    depth = _heading_depth(rows)
    heads = _heads(rows[:depth])
    roles = _roles(heads)
    above = (*(heading.text for heading in item.path), intro)
    where = item.path[-1].address if item.path else None
    had, group, told = len(targets), "", []
    for row, following in itertools.zip_longest(rows[depth:], rows[depth + 1 :]):
        place = place_of(_lines(row), where)
        named = joined(_cell(row, at) for at, role in enumerate(roles) if role == "what")
        sentences = _row_sentences(row, heads, roles, named, (*above, group), place)
        for sentence, kept, asides in sentences:
            add(sentence, kept, asides, title, targets, doubts)
        if not sentences and _is_group(row, following, roles):
            group = joined(text for at in range(len(row.cells)) if not _COUNTER.fullmatch(text := _cell(row, at)))
        elif not sentences and not all(_COUNTER.fullmatch(cell.text) for cell in row.cells if cell and cell.text):
            words = joined(_cell(row, at) for at in range(len(row.cells)))
            told.append(
                Doubt("targets", f"Hàng này của bảng chỉ tiêu chưa đọc thành chỉ tiêu: “{words[:160]}”.", place)
            )
    called = " | ".join(head for head in heads if head)[:160]
    place = place_of([line for row in rows for line in _lines(row)], where)
    if len(targets) == had:
        told = [Doubt("targets", f"Bảng “{called}” trong mục chỉ tiêu chưa đọc được thành chỉ tiêu.", place)]
    elif past := [head for head, role in zip(heads, roles, strict=True) if role == "past"]:
        told.append(Doubt("targets", f"Cột “{', '.join(past)}” không được đọc thành chỉ tiêu.", place))
    doubts.extend(told)


def _heading_depth(rows: Sequence[Row]) -> int:
    """How many rows head the table: those above the first that is counted or holds a figure."""
    for at, row in enumerate(rows[:4]):
        texts = [cell.text for cell in row.cells if cell and cell.text]
        figured = any(
            re.fullmatch(r"[≥≤<>=]*\s*[\d.,]+\s*%?", text) and not _BARE_YEAR.fullmatch(text) for text in texts
        )
        if at and (figured or _COUNTER.fullmatch(texts[0])):
            return at
    return min(1, len(rows))


def _heads(rows: Sequence[Row]) -> list[str]:
    """Each column's title, from the top down; a title over several columns holds for each of them."""
    kept = [row for row in rows if len([cell for cell in row.cells if cell and cell.text]) > 1] or list(rows)
    heads = [""] * max((len(row.cells) for row in kept), default=0)
    for depth, row in enumerate(kept):
        last = ""
        for at, cell in enumerate(row.cells):
            last = cell.text if cell else (last if depth == 0 and len(kept) > 1 else "")
            heads[at] = joined((heads[at], last))
    return heads


def _roles(heads: Sequence[str]) -> list[str]:
    """What each column holds: one names what is to be reached, others hold the figures."""
    roles: list[str] = []
    for head in heads:
        fitting = [role for role, pattern in _TITLES if pattern.match(folded(head).strip(" .:*"))]
        free = [role for role in fitting if role not in ("what", "unit", "number") or role not in roles]
        roles.append(free[0] if free else "")
    if "what" not in roles and "" in roles:
        roles[roles.index("")] = "what"
    return roles


def _row_sentences(
    row: Row, heads: Sequence[str], roles: Sequence[str], named: str, above: tuple[str, ...], place: Place
) -> list[tuple[Sentence, list[Figure], list[str]]]:
    """What a row sets, column by column, and what to tell of it. Without a column of figures its words set them."""
    if "value" not in roles:
        kept, asides = _kept(named, figures(named, eager=True))
        return [(Sentence(named, above, place), kept, asides)] if kept else []
    unit = joined(_cell(row, at) for at, role in enumerate(roles) if role == "unit")
    found: list[tuple[Sentence, list[Figure], list[str]]] = []
    unread: list[str] = []
    for at, role in enumerate(roles):
        said = _cell(row, at)
        if role != "value" or not re.search(r"\d", said):
            continue
        read = _cell_figures(said, unit or _unit_of(named, heads[at]))
        unread += [] if read else [f"Chưa đọc được “{said[:80]}” ở cột “{heads[at][:80]}” thành chỉ tiêu."]
        text = spaced(f"{named} {said}" + (f" {unit}" if unit and unit not in said else ""))
        sentence = Sentence(text, above, place, _year_of_column(heads[at]))
        end = len(text)
        found += [(sentence, [replace(figure, start=len(named), end=end, noun_at=end)], []) for figure in read]
    if found:
        found[0][2].extend(unread)
    return found


def _year_of_column(head: str) -> int | None:
    years = re.findall(r"(?<!\d)20\d\d(?!\d)", head)
    return int(years[-1]) if years else None


def _cell_figures(said: str, unit: str) -> list[Figure]:
    """The figure of a cell: "≥ 70" of a row in per cent, "24" of a row in classes, "04 lớp/quý" by itself."""
    bare = re.sub(r"\s*trở lên\s*", "", said)
    raised = " trở lên" if bare != said else ""
    if re.fullmatch(r"[^\W\d]*(?:[ ][^\W\d]+)?\s*[≥≤<>=]*\s*[\d.,]+(?:\s*(?:-|–|đến)\s*[\d.,]+)?", bare):
        if not unit:
            return []
        asked = "%" if unit.startswith("%") else " lớp"
        found = figures(f"{bare}{asked}{raised}", eager=True)
        counted = unit[:1].lower() + unit[1:] if unit[1:2].islower() else unit
        return [replace(figure, unit="%" if asked == "%" else counted) for figure in found] if len(found) == 1 else []
    return figures(said, eager=True)


def _unit_of(named: str, head: str) -> str:
    """The unit of a row without one: "(%)" in a title, "Tỷ lệ …", or what "Số lớp …" counts."""
    if "%" in f"{named} {head}" or folded(named).startswith("tỷ lệ"):
        return "%"
    counted = re.match(r"(?:tổng )?số (?:lượng )?", named, re.I)
    found = figures(f"01 {named[counted.end() :]}") if counted else []
    return found[0].unit if found and not found[0].doubt else ""


def _is_group(row: Row, following: Row | None, roles: Sequence[str]) -> bool:
    """Whether a row titles those under it: words without figures, under a Roman numeral, a letter or no mark, or
    with rows of its own under its number."""
    texts = [cell.text for cell in row.cells if cell and cell.text]
    words = {text for text in texts if not _COUNTER.fullmatch(text)}
    number = texts[0].strip("(). ")
    above = not number.isdigit() or bool(following and _cell(following, 0).startswith(f"{number}."))
    return len(words) == 1 and above and "value" in roles and not re.search(r"\d", min(words))
