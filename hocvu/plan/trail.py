"""The history of a task, told from the audit trail: each act with its day, its person and what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hocvu.plan.models import Comment, Evidence, ProgressNote, SelfState, Task
from hocvu.ward.audit_words import in_words
from hocvu.ward.models import AuditEntry

_LOOKS = {"accepted evidence": "is-done", "reported progress": "is-done", "returned evidence": "is-here"}


@dataclass(frozen=True, slots=True)
class Step:
    """One act in the life of a task."""

    at: datetime
    who: str
    what: str
    said: str
    look: str
    evidence: int | None = None


def steps_of(task: Task, limit: int | None = None) -> tuple[list[Step], int]:
    """The newest steps of a task, and how many there are in all."""
    entries = AuditEntry.objects.filter(target_key=f"{task._meta.label_lower}:{task.pk}").order_by("-sequence")
    total = entries.count()
    shown = list(entries if limit is None else entries[:limit])
    notes, remarks, proofs = _rows(shown)
    steps = []
    for entry in shown:
        details, act = entry.details, in_words(entry.action)
        unit = f" ({details['unit']})" if details.get("unit") else ""
        said, what = "", act
        if note := notes.get(details.get("note")):
            what, said = f"{act}: {SelfState(note.state).label}", note.text
        elif remark := remarks.get(details.get("comment")):
            said = remark.text
        elif proof := proofs.get(details.get("evidence")):
            what, said = f"{act} “{proof.title}”", str(details.get("reason") or "")
        look = _LOOKS.get(entry.action, "")
        steps.append(Step(entry.at, f"{entry.actor}{unit}", what, said, look, details.get("evidence")))
    return steps, total


def _rows(
    entries: list[AuditEntry],
) -> tuple[dict[int | None, ProgressNote], dict[int | None, Comment], dict[int | None, Evidence]]:
    def keys(name: str) -> list[int]:
        return [entry.details[name] for entry in entries if name in entry.details]

    return (
        {row.pk: row for row in ProgressNote.objects.filter(pk__in=keys("note"))},
        {row.pk: row for row in Comment.objects.filter(pk__in=keys("comment"))},
        {row.pk: row for row in Evidence.objects.filter(pk__in=keys("evidence"))},
    )
