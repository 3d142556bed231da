"""Rules of tests written as YAML under content/tests, reviewable in Git, and how they come into a ward.

A rule that a ward decided itself is never overwritten. A file that changed is the next number from today on; the one
before ends yesterday. The forms of a change test may be left to the bank: then the file says only how many questions
(`size`), and the forms are chosen once, when the rule is loaded and the bank has enough of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml
from django.conf import settings
from django.db import transaction

from hocvu.assessment.models import TestRule
from hocvu.assessment.testing import choosing, rules
from hocvu.learning.groups import GROUPS
from hocvu.lib import clock
from hocvu.lib.text import nfc
from hocvu.ward import audit
from hocvu.ward.models import Ward

Verdict = Literal["new", "newer", "same", "local", "waits"]
FOLDER = settings.ROOT / "content/tests"
TEXTS = {"code": 60, "title": 160, "gist": 600, "framework": 40, "level": 20, "group": 20, "source": 300}
NEEDED = ("code", "kind", "title", "framework", "source")
KNOWN = {*TEXTS, "kind", "valid_from", "params"}
LEAST_SIZE, MOST_SIZE = 4, 40


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule as a file says it. `size` where the forms are left to the bank."""

    name: str
    texts: Mapping[str, str]
    kind: str
    params: Mapping[str, Any]
    valid_from: date | None = None
    size: int = 0
    core: Sequence[str] = ()
    digest: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.texts.get("code", "")

    @property
    def title(self) -> str:
        return self.texts.get("title", "") or self.name


def files(folder: Path = FOLDER) -> list[RuleFile]:
    """All rules of a folder, in the order of their names."""
    return [read(path) for path in sorted(folder.glob("*.yaml"))]


def read(path: Path) -> RuleFile:
    """The rule of a file, with all that is wrong with it."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return RuleFile(path.name, {}, "", {}, faults=[f"Tệp không đọc được: {str(error)[:200]}"])
    if not isinstance(raw, Mapping):
        return RuleFile(path.name, {}, "", {}, faults=["Tệp phải là các dòng “tên: giá trị”."])
    return _said(path.name, raw)


def _said(name: str, raw: Mapping[str, Any]) -> RuleFile:
    texts = {key: " ".join(nfc(str(raw.get(key) or "")).split()) for key in TEXTS}
    kind = str(raw.get("kind") or "")
    faults = [f"Không có mục tên “{key}”." for key in raw if key not in KNOWN]
    faults += [f"Thiếu mục “{key}”." for key in NEEDED if not raw.get(key)]
    faults += [f"Mục “{key}” dài quá {most} ký tự." for key, most in TEXTS.items() if len(texts[key]) > most]
    if texts["code"] in rules.TAKEN or (texts["code"] and not rules.CODE.fullmatch(texts["code"])):
        faults.append(f"Mã “{texts['code']}” không dùng được. Hãy ghi chữ thường không dấu, chữ số, gạch ngang.")
    if texts["group"] and texts["group"] not in GROUPS:
        faults.append(f"Nhóm “{texts['group']}” không có. Hãy ghi trong: {', '.join(GROUPS)}.")
    if raw.get("valid_from") is not None and not isinstance(raw["valid_from"], date):
        faults.append("Ngày bắt đầu phải ghi năm-tháng-ngày, ví dụ 2026-01-01.")
    params, size, core = _params(raw.get("params"), kind, faults)
    plain = json.dumps({**raw, "params": raw.get("params")}, sort_keys=True, ensure_ascii=False, default=str)
    valid_from = raw.get("valid_from") if isinstance(raw.get("valid_from"), date) else None
    return RuleFile(
        name, texts, kind, params, valid_from, size, core, hashlib.sha256(plain.encode()).hexdigest(), faults
    )


def _params(raw: Any, kind: str, faults: list[str]) -> tuple[Mapping[str, Any], int, Sequence[str]]:
    """The parameters; where the forms are left to the bank, how many questions each has and what it asks first."""
    if kind == rules.Kind.CHANGE and isinstance(raw, Mapping) and not raw.get("forms"):
        left = {key: value for key, value in raw.items() if key not in ("forms", "size", "core")}
        size, core = raw.get("size"), raw.get("core") or []
        if not isinstance(size, int) or not LEAST_SIZE <= size <= MOST_SIZE:
            faults.append(f"Đề chưa ghi câu nào: hãy ghi mỗi đề bao nhiêu câu (size), từ {LEAST_SIZE} đến {MOST_SIZE}.")
            size = LEAST_SIZE
        placeholder = {"A": ["a"], "B": ["b"]}
        faults += rules.clean({**left, "forms": placeholder}, kind).faults
        return left, size, [str(one) for one in core]
    cleaned = rules.clean(raw, kind)
    faults += cleaned.faults
    return cleaned.params, 0, ()


# ---- Into a ward


@transaction.atomic
def load(ward: Ward, said: RuleFile) -> Verdict:
    """Take a rule into a ward. Raises ValueError where the file has faults."""
    if faults := [*said.faults, *_framework_faults(said)]:
        raise ValueError("; ".join(faults))
    newest = TestRule.objects.of(ward).filter(code=said.code).order_by("-number").first()
    if newest is not None and (newest.decided_by_id is not None or newest.file_digest == said.digest):
        return "local" if newest.decided_by_id is not None else "same"
    params = _with_forms(ward, said)
    if params is None:
        return "waits"
    today = clock.today()
    row = {
        **said.texts, "kind": said.kind, "params": params, "file_digest": said.digest,
        "framework_version": rules.version_of(said.texts["framework"]),
    }  # fmt: skip
    if newest is None:
        made = TestRule.objects.create(ward=ward, number=1, valid_from=said.valid_from or today, **row)
    else:
        rules.end_before(newest, today)
        made = rules.follow(newest, valid_from=today, **row)
    audit.record(None, "loaded a test rule", made, ward=ward, number=made.number)
    return "new" if newest is None else "newer"


def _framework_faults(said: RuleFile) -> list[str]:
    code = said.texts.get("framework", "")
    if not rules.version_of(code):
        return [f"Khung “{code}” chưa nạp, hoặc chưa có phụ lục nên chưa căn cứ vào được. Hãy nạp khung trước."]
    return []


def _with_forms(ward: Ward, said: RuleFile) -> dict[str, Any] | None:
    """The whole parameters; None where the forms wait for a bank that has enough questions."""
    if not said.size:
        return dict(said.params)
    forms = choosing.two_forms(ward, said.texts["framework"], said.size, core=said.core)
    return None if forms is None else rules.clean({**said.params, "forms": forms}, said.kind).params
