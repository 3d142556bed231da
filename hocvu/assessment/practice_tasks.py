"""Where practice tasks come from: files of `content/practice`, or the ward itself. Other wording is another number.

    framework: hocvu
    tasks:
      - code: goi-video
        title: Gọi video cho người nhà
        gist: Mở ứng dụng, tìm người nhà, bấm gọi có hình.
        competence: "3.1"
        level: B2
        groups: []                      # for everybody
        lines: [{text: Tự tìm được người cần gọi, must: true}, {text: Tự tắt cuộc gọi}]
        screens: [goi-video-1]          # codes of questions of kind `screens` that serve as well

A changed file ends the former number and begins the next one. What the ward wrote or ended itself is left alone.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import yaml
from django.db import transaction

from hocvu.assessment.models import PracticeTask
from hocvu.learning.groups import GROUPS
from hocvu.learning.models import Competence, Level
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc, slug
from hocvu.ward import audit
from hocvu.ward.models import Account, Ward

Verdict = Literal["new", "newer", "same", "local"]
FILE_KEYS, TASK_KEYS = {"framework", "tasks"}, {
    "code", "title", "gist", "competence", "level", "groups", "lines", "screens",
}  # fmt: skip
LINE_KEYS = {"text", "must"}
MOST_LINES = 12
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class SaidTask:
    """A task as somebody says it."""

    code: str
    title: str
    competence: str  # a reference such as "hocvu/5.1"
    level: str
    gist: str = ""
    groups: list[str] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    screens: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """One word for everything that it says."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PracticeFile:
    """The tasks of a file, and what is wrong with it in sentences."""

    name: str
    tasks: Sequence[SaidTask] = ()
    faults: Sequence[str] = ()


# ---- Reading


def read_file(path: Path) -> PracticeFile:
    """The tasks of a YAML file."""
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return PracticeFile(path.name, faults=[f"Tệp không đọc được: {str(error)[:200]}"])
    return read(path.name, raw)


def read(name: str, raw: Any) -> PracticeFile:
    """The tasks of a mapping, as YAML gives it."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("tasks"), list):
        return PracticeFile(name, faults=["Tệp phải có “framework” và danh sách “tasks”."])
    faults = [f"Không có mục tên “{key}”. Hãy xem lại cách viết." for key in raw if key not in FILE_KEYS]
    framework, tasks = _words(raw.get("framework")), []
    for number, one in enumerate(raw["tasks"], start=1):
        if not isinstance(one, Mapping):
            faults.append(f"Việc thứ {number} phải là các dòng “tên: giá trị”.")
            continue
        task = _task(framework, one)
        faults += [f"{task.code or f'Việc thứ {number}'}: {fault}" for fault in (*_unknown(one), *faults_of(task))]
        tasks.append(task)
    twice = {task.code for task in tasks if [other.code for other in tasks].count(task.code) > 1}
    faults += [f"{code}: mã dùng hai lần. Hãy đổi một mã." for code in sorted(twice)]
    return PracticeFile(name, tasks, faults)


def _task(framework: str, raw: Mapping[str, Any]) -> SaidTask:
    lines = raw.get("lines") if isinstance(raw.get("lines"), list) else []
    return SaidTask(
        code=_words(raw.get("code")),
        title=_words(raw.get("title")),
        competence=f"{framework}/{_words(raw.get('competence'))}",
        level=_words(raw.get("level")),
        gist=_words(raw.get("gist")),
        groups=_texts(raw.get("groups")),
        lines=[_line(one) for one in lines or []],
        screens=_texts(raw.get("screens")),
    )


def _line(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        return {"text": _words(raw), "must": False}
    return {"text": _words(raw.get("text")), "must": raw.get("must") is True}


def _unknown(raw: Mapping[str, Any]) -> Iterator[str]:
    lines = raw.get("lines") if isinstance(raw.get("lines"), list) else []
    inside = [key for one in lines or [] if isinstance(one, Mapping) for key in one if key not in LINE_KEYS]
    for key in [*(key for key in raw if key not in TASK_KEYS), *inside]:
        yield f"không có mục tên “{key}”. Hãy xem lại cách viết."


def _texts(raw: Any) -> list[str]:
    return [_words(one) for one in raw] if isinstance(raw, list) else []


def _words(raw: Any) -> str:
    return "" if raw is None else " ".join(nfc(str(raw)).split())


def faults_of(task: SaidTask) -> Iterator[str]:
    """What is wrong with a task inside itself."""
    if not _CODE.fullmatch(task.code) or len(task.code) > 60:
        yield f"mã “{task.code}” chỉ được có chữ thường không dấu, chữ số và gạch ngang, nhiều nhất 60 ký tự."
    for words, most, what in ((task.title, 160, "tên việc"), (task.gist, 600, "cách làm")):
        if len(words) > most:
            yield f"{what} dài {len(words)} ký tự. Hãy rút gọn còn {most}."
    if not task.title:
        yield "thiếu tên việc. Hãy ghi vào."
    if not re.fullmatch(r"[a-z0-9-]+/[\w.-]+", task.competence):
        yield f"năng lực “{task.competence}” chưa đúng. Hãy ghi mã của khung và mã của năng lực."
    if not task.level:
        yield "thiếu bậc. Hãy ghi mã của một bậc trong khung."
    yield from (
        f"nhóm “{group}” không có. Hãy ghi trong: {', '.join(GROUPS)}." for group in _not_in(task.groups, GROUPS)
    )
    yield from _line_faults(task.lines)


def _line_faults(lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not any(line["must"] for line in lines):
        yield "chưa có điều nào bắt buộc phải thấy. Hãy ghi ít nhất một."
    if len(lines) > MOST_LINES:
        yield f"có {len(lines)} điều phải thấy. Hãy giữ nhiều nhất {MOST_LINES}."
    if any(not line["text"] or len(line["text"]) > 200 for line in lines):
        yield "mỗi điều phải thấy dài từ 1 đến 200 ký tự. Hãy xem lại."


def _not_in(said: Iterable[str], known: Iterable[str]) -> list[str]:
    return [one for one in said if one not in set(known)]


def unknown_to_frameworks(task: SaidTask) -> str:
    """That no loaded framework has this competence or level, in a sentence; "" where one has both."""
    framework, _, code = task.competence.partition("/")
    if not Competence.objects.filter(framework__code=framework, code=code).exclude(parent=None).exists():
        return f"khung đã nạp không có năng lực “{task.competence}”. Hãy xem lại mã, hoặc nạp khung trước."
    if not Level.objects.filter(framework__code=framework, code=task.level).exists():
        return f"khung “{framework}” không có bậc “{task.level}”. Hãy xem lại mã của bậc."
    return ""


# ---- Taking in


@transaction.atomic
def load(ward: Ward, said: PracticeFile, *, by: Account | None) -> list[tuple[SaidTask, Verdict]]:
    """Take the tasks of a file into a ward. Raises Refusal where the file has faults."""
    unknown = [f"{task.code}: {why}" for task in said.tasks if (why := unknown_to_frameworks(task))]
    if faults := [*said.faults, *unknown]:
        raise Refusal("\n".join(faults))
    return [(task, _load(ward, task, by)) for task in said.tasks]


def _load(ward: Ward, task: SaidTask, by: Account | None) -> Verdict:
    newest = _newest(ward, task.code)
    if newest is not None and newest.file_digest == task.digest:
        return "same"
    if newest is not None and (not newest.file_digest or newest.valid_to is not None):
        return "local"
    row = _next(ward, task, newest, by)
    row.file_digest = task.digest
    row.save()
    audit.record(by, "loaded a practice task", row, ward=ward, number=row.number)
    return "newer" if newest else "new"


def _newest(ward: Ward, code: str) -> PracticeTask | None:
    rows = PracticeTask.objects.select_for_update(of=("self",), no_key=True).filter(ward=ward, code=code)
    return rows.order_by("-number").first()


def _next(ward: Ward, task: SaidTask, former: PracticeTask | None, by: Account | None) -> PracticeTask:
    """The row of the next number, not yet written; the former one holds until yesterday."""
    today = clock.today()
    if former is not None and (former.valid_to is None or former.valid_to >= today):
        former.valid_to = today - timedelta(days=1)
        former.save(update_fields=("valid_to",))
    number = former.number + 1 if former else 1
    return PracticeTask(ward=ward, number=number, valid_from=today, decided_by=by, **asdict(task))


@transaction.atomic
def write(ward: Ward, said: SaidTask, *, by: Account) -> PracticeTask:
    """The ward writes a task of its own, or another wording of one that it has. A new one is given a code of its title."""
    task = said if said.code else SaidTask(**{**asdict(said), "code": _free_code(ward, said.title)})
    if faults := list(faults_of(task)):
        raise Refusal(" ".join(fault[:1].upper() + fault[1:] for fault in faults))
    if why := unknown_to_frameworks(task):
        raise Refusal(why[:1].upper() + why[1:], "competence")
    row = _next(ward, task, _newest(ward, task.code), by)
    row.save()
    audit.record(by, "wrote a practice task", row, ward=ward, number=row.number)
    return row


def _free_code(ward: Ward, title: str) -> str:
    stem = slug(title)[:50].strip("-") or "viec"
    taken = set(PracticeTask.objects.filter(ward=ward, code__startswith=stem).values_list("code", flat=True))
    return next(
        code for number in range(len(taken) + 1) if (code := f"{stem}-{number}" if number else stem) not in taken
    )


@transaction.atomic
def end(task: PracticeTask, *, by: Account) -> None:
    """The task is confirmed no more from tomorrow on; what was confirmed stands."""
    held = PracticeTask.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=task.pk)
    if held.valid_to is not None:
        raise Refusal("Việc này đã thôi dùng rồi.")
    held.valid_to = clock.today()
    held.save(update_fields=("valid_to",))
    audit.record(by, "ended a practice task", held, ward=held.ward, number=held.number)
