"""Files of questions that nothing names are swept from the storage at night.

One lies there unnamed where an upload was refused after its file was written, or where a process died in between. Files
lie by their content, so that wards share them: one goes only when no ward names it.
"""

from __future__ import annotations

from django.core.files.storage import default_storage

from hocvu.assessment.models import QuestionMedia
from hocvu.assessment.questions.media import FOLDER
from hocvu.learning.media.sweeping import is_old, lying


def sweep() -> int:
    """Remove what is older than a day and nothing names; gives how many."""
    known = _named()
    unnamed = [path for path in lying(FOLDER) if path not in known and is_old(path)]
    # Asked again: an upload of the same bytes may have named one meanwhile.
    unnamed = sorted(set(unnamed) - _named()) if unnamed else []
    for path in unnamed:
        default_storage.delete(path)
    return len(unnamed)


def _named() -> set[str]:
    return set(QuestionMedia.objects.exclude(path="").values_list("path", flat=True))
