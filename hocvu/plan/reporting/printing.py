"""Reports on paper and in files: the ward's report, one unit's report and a unit's scorecard as official documents, all
figures of a period as a spreadsheet. Everything is printed from data, so that a frozen report prints the same for ever.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from html import escape
from typing import Any

from hocvu.lib import clock
from hocvu.lib.figures import number_words, percent_words
from hocvu.lib.official import Annex, Block, Bullet, Heading, OfficialDocument, Paragraph, Picture, Table
from hocvu.lib.tables import Cell, Sheet, write_book
from hocvu.plan.models import SelfState, UnitReport, VerifiedState, WardSummary
from hocvu.plan.reporting import scoring, signing, summing
from hocvu.plan.reporting.scoring import Scorecard
from hocvu.plan.reporting.summing import Data
from hocvu.ward.models import Ward

MOVEMENT = "Phong trào “Bình dân học vụ số”"
TARGET_HEADINGS = ("TT", "Chỉ tiêu", "Mức cần đạt", "Kết quả", "Còn thiếu", "Nguồn số liệu")
TASK_HEADINGS = ("Số", "Nhiệm vụ", "Chủ trì", "Đơn vị báo", "Bằng chứng", "Hạn", "Số đã đếm")


def ward_report(summary: WardSummary, data: Data | None = None) -> OfficialDocument:
    """The ward's report of a period, from what was frozen; a draft is printed from what records say now."""
    data = data or signing.data_of(summary)
    sign = data["signature"]
    month = summary.period.words
    return OfficialDocument(
        issuing_body=f"ỦY BAN NHÂN DÂN\n{_place(data).upper()}",
        symbol=sign["symbol"],
        place=data["ward"]["name"],
        kind="BÁO CÁO",
        subject=f"Kết quả thực hiện {MOVEMENT} {month}",
        blocks=tuple(_body(data)),
        authority=sign["authority"],
        deputy=sign["deputy"],
        post=sign["post"],
        signer=sign["signer"],
        number=summary.number,
        day=summary.issued_on,
        recipients=tuple(sign["recipients"]),
        annexes=(_annex_of_tasks(data), _annex_of_reporters(data)),
    )


def _place(data: Data) -> str:
    return f"{data['ward']['kind']} {data['ward']['name']}"


def _body(data: Data) -> Iterator[Block]:
    period, texts = data["period"], data["texts"]
    for plan in data["plans"]:
        title = plan["title"]
        named = title if title.lower().startswith("kế hoạch") else f"Kế hoạch {title[:1].lower()}{title[1:]}"
        called = f"Kế hoạch số {plan['number']}" if plan["number"] else named
        yield Paragraph(f"Thực hiện {called}, Ủy ban nhân dân {_place(data)} báo cáo như sau:")
        break
    yield Heading(1, "I. ĐÁNH GIÁ CHUNG")
    yield from _paragraphs(texts["general"])
    yield Paragraph(
        f"Số liệu trong kỳ từ ngày {_day(period['from'])} đến ngày {_day(period['to'])}; số liệu lũy kế tính đến ngày "
        f"{_day(period['to'])}."
    )
    yield Heading(1, "II. KẾT QUẢ THỰC HIỆN CHỈ TIÊU")
    yield from _paragraphs(texts["targets"])
    yield from _targets(data)
    yield Heading(1, "III. KẾT QUẢ THỰC HIỆN NHIỆM VỤ")
    yield from _paragraphs(texts["tasks"])
    yield from _states(data)
    yield Heading(1, "IV. CHẤP HÀNH CHẾ ĐỘ BÁO CÁO")
    yield from _punctuality(data)
    yield Heading(1, "V. KINH PHÍ VÀ NGUỒN LỰC")
    yield from _funding(data)
    yield Heading(1, "VI. GIÁM SÁT, KIỂM TRA")
    yield from _supervision(data)
    yield Heading(1, "VII. KHÓ KHĂN, VƯỚNG MẮC")
    yield from _paragraphs(texts["difficulties"])
    for index, group in enumerate(data["difficulties"], start=1):
        yield Heading(2, f"{index}. {group['group']}")
        for one in group["said"]:
            task = f" (nhiệm vụ {one['task']})" if one["task"] else ""
            yield Bullet(f"{one['unit']}{task}: {one['text']}")
    yield Heading(1, "VIII. KIẾN NGHỊ")
    yield from _paragraphs(texts["proposals"])
    yield Heading(1, "IX. NHIỆM VỤ TRỌNG TÂM KỲ SAU")
    yield from _paragraphs(texts["next"])
    for one in data["next"]:
        due = f", hạn {_day(one['due'])}" if one["due"] else ""
        yield Bullet(f"{_number(one)}{one['content'].rstrip('. ')} ({one['leads']}{due})")


def _number(one: Data) -> str:
    return f"Nhiệm vụ {one['number']}: " if one["number"] else ""


def _paragraphs(text: str) -> list[Block]:
    return [Paragraph(part.strip()) for part in text.split("\n") if part.strip()]


def _targets(data: Data) -> Iterator[Block]:
    rows = data["targets"]
    if not rows:
        return
    if any(one["share"] is not None for one in rows):
        said = "; ".join(f"chỉ tiêu {o['position']}: {summing.target_words(o)}, mức {o['goal']}" for o in rows)
        yield Picture(bars(rows), f"Biểu đồ kết quả chỉ tiêu. {said}", 160)
    yield Table(
        TARGET_HEADINGS,
        tuple(
            (str(at), o["text"], o["goal"], summing.target_words(o), number_words(o["lacking"]) if o["lacking"] else "",
             o["source"])
            for at, o in enumerate(rows, start=1)
        ),
        (1.1, 4.6, 1.8, 2.5, 1.6, 3.2),
        frozenset({0, 4}),
    )  # fmt: skip


def bars(rows: Sequence[Data]) -> bytes:
    """The targets that are shares as bars with a tick at the goal, as SVG for paper: no class, no script."""
    shown = [one for one in rows if one["is_share"]]
    line, top, left, width = 30, 24, 120, 420
    height = top + line * len(shown) + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 {height}" font-family="TeX Gyre Termes, Times New Roman" '
        'font-size="14">'
    ]
    for mark in (0, 25, 50, 75, 100):
        x = left + width * mark / 100
        parts.append(f'<line x1="{x}" y1="{top - 6}" x2="{x}" y2="{height - 8}" stroke="#bbbbbb" stroke-width="1"/>')
        parts.append(f'<text x="{x}" y="14" text-anchor="middle" fill="#333333">{mark}%</text>')
    for index, one in enumerate(shown):
        y = top + line * index
        share = max(0.0, min(100.0, one["share"] or 0.0))
        label = escape(f"Chỉ tiêu {one['position']}")
        said = percent_words(one["share"]) if one["share"] is not None else "chưa tính được"
        goal = left + width * min(100.0, float(one["goal_value"])) / 100
        parts.append(f'<text x="{left - 8}" y="{y + 16}" text-anchor="end">{label}</text>')
        parts.append(f'<rect x="{left}" y="{y + 4}" width="{width * share / 100:.1f}" height="16" fill="#2f7d4a"/>')
        parts.append(f'<rect x="{goal - 1.5:.1f}" y="{y}" width="3" height="24" fill="#2a1a12"/>')
        parts.append(f'<text x="{left + width + 10}" y="{y + 16}">{escape(said)}</text>')
    parts.append("</svg>")
    return "".join(parts).encode()


def _states(data: Data) -> Iterator[Block]:
    found = summing.counts_of_tasks(data)
    labels = [(state.value, str(state.label)) for state in SelfState]
    rows = [(f"Đơn vị báo {words}", number_words(found[code])) for code, words in labels]
    rows += [
        ("Trễ hạn", number_words(found["late"])),
        ("Đã kiểm đủ bằng chứng", number_words(found["verified"])),
        ("Chưa có bằng chứng", number_words(found["unproven"])),
    ]
    yield Table(("Tình trạng", "Số nhiệm vụ"), tuple(rows), (3, 1), frozenset({1}))
    late = [one for one in data["tasks"] if one["is_late"]]
    if late:
        yield Paragraph("Nhiệm vụ trễ hạn:")
        for one in late:
            why = next((said["why"] for said in one["said"] if said["why"]), "")
            yield Bullet(
                f"{_number(one)}{one['content'].rstrip('. ')} ({one['leads']}, hạn {_day(one['due'])}){f'. {why}' if why else ''}"
            )
    yield Paragraph("Chi tiết từng nhiệm vụ tại Phụ lục I.")


def _punctuality(data: Data) -> Iterator[Block]:
    yield Paragraph(signing.kept_of(data).words)
    kept = data["punctuality"]
    if kept["asked"]:
        yield Paragraph(f"Các cơ quan được đề nghị phối hợp: {kept['asked_sent']} trên {kept['asked']} đã gửi báo cáo.")
    absent = [r["unit"] for r in data["reporters"] if _is_missing(r) and not r["is_team"]]
    teams = sum(_is_missing(r) and r["is_team"] for r in data["reporters"])
    if absent or teams:
        names = ", ".join(absent)
        more = f"{' và ' if names else ''}{teams} tổ công nghệ số cộng đồng" if teams else ""
        yield Paragraph(f"Chưa gửi: {names}{more}.")
    yield Paragraph("Chi tiết từng đơn vị tại Phụ lục II.")


def _is_missing(reporter: Data) -> bool:
    return reporter["sent_at"] is None and not reporter["is_asked"] and reporter["state"] != "excused"


def _funding(data: Data) -> Iterator[Block]:
    money = data["funding"]
    total = money["total"]
    yield Paragraph(
        f"Dự kiến {number_words(total['planned'])} đồng, đã cam kết {number_words(total['committed'])} đồng, đã chi "
        f"{number_words(total['spent'])} đồng."
    )
    if not money["rows"]:
        return
    rows = [
        (r["task"], r["source"], number_words(r["planned"]), number_words(r["committed"]), number_words(r["spent"]))
        for r in money["rows"]
    ]
    whole = ("", "Cộng", number_words(total["planned"]), number_words(total["committed"]), number_words(total["spent"]))
    yield Table(
        ("Nhiệm vụ", "Nguồn", "Dự kiến (đồng)", "Đã cam kết (đồng)", "Đã chi (đồng)"),
        (*rows, whole),
        (1.3, 2.7, 2, 2, 2),
        frozenset({2, 3, 4}),
    )


def _supervision(data: Data) -> Iterator[Block]:
    found = data["supervision"]
    yield Paragraph(
        f"Ý kiến giám sát đang mở: {found['open']}, trong đó {found['unanswered']} chưa được trả lời; "
        f"{found['closed_in_period']} ý kiến đã kết thúc trong kỳ. Số đợt kiểm tra trong kỳ: {found['inspections']}."
    )
    for one in found["remarks"]:
        yield Bullet(f"{one['about']} ({one['unit']}): {one['text']}")


def _annex_of_tasks(data: Data) -> Annex:
    states, proofs = dict(SelfState.choices), dict(VerifiedState.choices)
    rows = tuple(
        (
            one["number"],
            one["content"],
            one["leads"],
            f"{states[one['state']]}{' (trễ hạn)' if one['is_late'] else ''}",
            str(proofs[one["verified"]]),
            _day(one["due"]) if one["due"] else "",
            "; ".join(f"{f['title']}: {f['words']}" for f in one["figures"]),
        )
        for one in data["tasks"]
    )
    table = Table(TASK_HEADINGS, rows, (0.7, 5, 2.6, 1.6, 1.8, 1.5, 3.4))
    return Annex("Phụ lục I", "Kết quả thực hiện từng nhiệm vụ", (table,), landscape=True)


def _annex_of_reporters(data: Data) -> Annex:
    rows = tuple((str(at), r["unit"], _came(r), _kept(r, data)) for at, r in enumerate(data["reporters"], start=1))
    table = Table(("TT", "Đơn vị", "Gửi lúc", "Kết quả"), rows, (1, 5.6, 2.4, 2.6), frozenset({0}))
    return Annex("Phụ lục II", "Chấp hành chế độ báo cáo của các đơn vị", (table,))


def _came(reporter: Data) -> str:
    return f"{datetime.fromisoformat(reporter['sent_at']):%d/%m/%Y %H:%M}" if reporter["sent_at"] else ""


def _kept(reporter: Data, data: Data) -> str:
    if reporter["state"] == "excused":
        return "không phải báo cáo"
    if reporter["in_time"]:
        return "đúng hạn" + (", không phát sinh" if reporter["nothing_arose"] else "")
    if reporter["sent_at"]:
        return f"trễ {reporter['days_late']} ngày"
    return "chưa gửi (được đề nghị)" if reporter["is_asked"] else "chưa gửi"


def _day(iso: str) -> str:
    return f"{date.fromisoformat(iso):%d/%m/%Y}"


# ---- One unit's report


def unit_report(report: UnitReport) -> OfficialDocument:
    """What one unit reported, as a document of that unit."""
    ward = report.period.ward
    return OfficialDocument(
        superior_body=f"ỦY BAN NHÂN DÂN {ward.title.upper()}" if report.unit.parent_id else "",
        issuing_body=report.unit.name.upper(),
        symbol="BC",
        place=ward.name,
        kind="BÁO CÁO",
        subject=f"Kết quả thực hiện {MOVEMENT} {report.period.words}",
        blocks=tuple(_unit_body(report)),
        post="THỦ TRƯỞNG ĐƠN VỊ",
        signer="",
        recipients=(report.period.receiver.name if report.period.receiver else "Ủy ban nhân dân",),
    )


def _unit_body(report: UnitReport) -> Iterator[Block]:
    period = report.period
    yield Paragraph(f"Số liệu từ ngày {period.window_from:%d/%m/%Y} đến ngày {period.window_to:%d/%m/%Y}.")
    yield Heading(1, "I. KẾT QUẢ")
    if report.nothing_arose:
        yield Paragraph("Không phát sinh trong kỳ.")
    yield from _paragraphs(report.work_done)
    numbers = [row for row in report.figures.all() if row.numerator is not None]
    if numbers:
        rows = tuple(
            (row.text, number_words(row.numerator or 0),
             number_words(row.denominator) if row.denominator is not None else "")
            for row in numbers
        )  # fmt: skip
        yield Table(("Nội dung", "Số", "Trên tổng số"), rows, (5, 1, 1), frozenset({1, 2}))
    for line in report.lines.select_related("task"):
        if not (line.text or line.why or line.figures):
            continue
        yield Heading(2, f"{line.task.number}. {line.task.content}" if line.task.number else line.task.content)
        yield Paragraph(f"Tình trạng: {line.get_state_display()}.")
        for fact in line.figures:
            yield Bullet(f"{fact['title']}: {fact['words']} ({fact['source']})")
        yield from _paragraphs(line.text)
        if line.why:
            yield Paragraph(f"Lý do, hướng xử lý: {line.why}")
    yield Heading(1, "II. KHÓ KHĂN, VƯỚNG MẮC")
    yield from _paragraphs(report.difficulties) or [Paragraph("Không có.")]
    yield Heading(1, "III. KIẾN NGHỊ")
    yield from _paragraphs(report.proposals) or [Paragraph("Không có.")]


# ---- A unit's scorecard


def scorecard_document(card: Scorecard, ward: Ward) -> OfficialDocument:
    """A unit's scorecard of a year, for the assessment of its head."""
    return OfficialDocument(
        issuing_body=f"ỦY BAN NHÂN DÂN\n{ward.title.upper()}",
        symbol="BC-UBND",
        place=ward.name,
        kind="PHIẾU KẾT QUẢ",
        subject=f"Thực hiện {MOVEMENT} năm {card.year} của {card.unit.name}",
        blocks=tuple(_card_body(card)),
        authority="TM. ỦY BAN NHÂN DÂN",
        post="CHỦ TỊCH",
        signer="",
        recipients=(card.unit.name,),
    )


def _card_body(card: Scorecard) -> Iterator[Block]:
    yield Paragraph(f"Tính đến ngày {card.day:%d/%m/%Y}. Mỗi số đếm từ hồ sơ trên hệ thống và mở ra được.")
    yield Heading(1, "I. NHIỆM VỤ")
    yield Paragraph(
        f"Chủ trì {len(card.led)} nhiệm vụ: {card.done} đã xong và có bằng chứng được kiểm, {card.late} trễ hạn. "
        f"Phối hợp {len(card.tasks) - len(card.led)} nhiệm vụ."
    )
    rows = tuple(
        (one.task.number, one.task.content, "chủ trì" if one.part == "lead" else "phối hợp",
         f"{one.state_words}{', trễ hạn' if one.is_late else ''}", f"{one.accepted}/{one.given}")
        for one in card.tasks
    )  # fmt: skip
    yield Table(("Số", "Nhiệm vụ", "Vai trò", "Tình trạng", "Bằng chứng đã kiểm"), rows, (0.7, 6, 1.4, 1.8, 1.5))
    if card.results:
        yield Heading(1, "II. KẾT QUẢ ĐO ĐƯỢC CỦA NHIỆM VỤ CHỦ TRÌ")
        told = tuple(
            (_called(one.target), one.goal, number_words(one.value) if one.value is not None else "chưa đếm được",
             one.mark.words)
            for one in card.results
        )  # fmt: skip
        yield Table(("Kết quả", "Mức cần đạt", "Đã đạt", "Đánh giá"), told, (5, 2, 1.5, 1.5))
    yield Heading(1, f"{'III' if card.results else 'II'}. CHẾ ĐỘ BÁO CÁO")
    yield Paragraph(f"{card.kept} Bị trả lại {card.returned} lần.")
    now = clock.now()
    kept = tuple((str(r.period), scoring.timeliness_mark(r, now).words) for r in card.reports)
    yield Table(("Kỳ", "Kết quả"), kept, (1, 2))


def _called(result: Any) -> str:
    return str(result.called)  # a standing of a result has the result where a target stands


# ---- The spreadsheet


def book(summary: WardSummary) -> bytes:
    """All figures of a period in sheets: targets, tasks, reporters, numbers, money, difficulties."""
    data = signing.data_of(summary)
    kept = io.BytesIO()
    write_book(kept, list(_sheets(data)))
    return kept.getvalue()


def _sheets(data: Data) -> Iterator[Sheet]:
    states, proofs = dict(SelfState.choices), dict(VerifiedState.choices)
    yield Sheet(
        "Chỉ tiêu",
        ("Năm", "Số", "Chỉ tiêu", "Mức cần đạt", "Số đạt", "Tổng số", "Tỷ lệ (%)", "Còn thiếu", "Nguồn", "Đến ngày"),
        (
            (o["year"], o["position"], o["text"], o["goal"], o["numerator"], o["denominator"], o["share"], o["lacking"],
             o["source"], _date(o["as_of"]))
            for o in data["targets"]
        ),
        (8, 6, 60, 16, 10, 10, 10, 10, 40, 12),
    )  # fmt: skip
    yield Sheet(
        "Nhiệm vụ",
        ("Số", "Nhiệm vụ", "Mục", "Chủ trì", "Đơn vị báo", "Bằng chứng", "Hạn", "Trễ hạn", "Số đã đếm", "Đơn vị viết"),
        (
            (o["number"], o["content"], o["section"], o["leads"], str(states[o["state"]]), str(proofs[o["verified"]]),
             _date(o["due"]), o["is_late"], "\n".join(f"{f['title']}: {f['words']}" for f in o["figures"]),
             "\n".join(f"{s['unit']}: {s['text']} {s['why']}".strip() for s in o["said"]))
            for o in data["tasks"]
        ),
        (6, 60, 24, 30, 16, 20, 12, 10, 40, 60),
    )  # fmt: skip
    yield Sheet(
        "Đơn vị báo cáo",
        ("Đơn vị", "Tổ công nghệ số", "Được đề nghị", "Gửi lúc", "Kết quả"),
        ((r["unit"], r["is_team"], r["is_asked"], _came(r), _kept(r, data)) for r in data["reporters"]),
        (50, 16, 14, 18, 24),
    )
    yield Sheet(
        "Số tự khai",
        ("Nội dung", "Cộng", "Đơn vị tính", "Số đơn vị trả lời"),
        ((n["question"], n["total"], n["unit"], n["units"]) for n in data["numbers"]),
        (50, 12, 14, 18),
    )
    if data["funding"]["rows"]:
        money = data["funding"]
        rows: list[tuple[Cell, ...]] = [
            (r["task"], r["source"], r["planned"], r["committed"], r["spent"]) for r in money["rows"]
        ]
        total = money["total"]
        rows.append(("", "Cộng", total["planned"], total["committed"], total["spent"]))
        headings = ("Nhiệm vụ", "Nguồn", "Dự kiến (đồng)", "Đã cam kết (đồng)", "Đã chi (đồng)")
        yield Sheet("Kinh phí", headings, rows, (10, 40, 18, 18, 18))
    yield Sheet("Khó khăn", ("Nhóm", "Đơn vị", "Nhiệm vụ", "Nội dung"), _said(data), (30, 40, 10, 80))


def _said(data: Data) -> Iterator[tuple[Any, ...]]:
    for group in data["difficulties"]:
        for one in group["said"]:
            yield group["group"], one["unit"], one["task"], one["text"]


def _date(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None
