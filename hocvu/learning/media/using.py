"""Which blocks name which file, and what follows: who may fetch it, whether it may go, whether a version may go out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from hocvu.learning.models import Lesson, LessonVersion, Media
from hocvu.lib.blocks.dividing import media_names
from hocvu.lib.blocks.kinds import KINDS, Block, Field

State = LessonVersion.State


@dataclass(frozen=True, slots=True)
class Place:
    """A field of a block of a version that names a file."""

    state: str
    number: int
    block: str
    field: str

    @property
    def words(self) -> str:
        return f"bản {self.number} ({State(self.state).label}), khối {self.block}"


def places_of(lesson: Lesson) -> dict[str, list[Place]]:
    """The places of every file that a version of the lesson names, the newest version first; one question."""
    found: dict[str, list[Place]] = defaultdict(list)
    for number, state, blocks in lesson.versions.order_by("-number").values_list("number", "state", "blocks"):
        for block, field, name in media_names(blocks):
            found[name].append(Place(state, number, block, field))
    return dict(found)


def title_in(version: LessonVersion | None, media: Media) -> str | None:
    """What a version calls a file, "" where it names the file without a title; None where it does not name it.

    A machine's voice is a draft for authors, whatever a version says.
    """
    if version is None or media.origin == Media.Origin.MACHINE:
        return None
    named = [block for block, _, name in media_names(version.blocks) if name == media.name]
    if not named:
        return None
    titles = {block["id"]: str(block.get("title", "")) for block in version.blocks}
    return next((titles[block] for block in named if titles.get(block)), "")


def faults_of(version: LessonVersion) -> list[tuple[str, str, str]]:
    """(block, dotted field, sentence) for every file because of which a version may not go out."""
    names = list(media_names(version.blocks))
    held = {media.name: media for media in version.lesson.media.filter(name__in={name for _, _, name in names})}
    faults = []
    for block, field, name in names:
        media = held.get(name)
        if media is None:
            faults.append((block, field, f"Không có tệp “{name}”. Hãy tải lên lại."))
        elif media.origin == Media.Origin.MACHINE:
            faults.append((block, field, "Giọng máy chỉ để soạn nháp. Hãy thu giọng người thật."))
        elif media.state == Media.State.WORKING:
            faults.append((block, field, f"Tệp “{name}” còn đang xử lý. Hãy chờ xong rồi đăng."))
        elif media.state == Media.State.FAILED:
            faults.append((block, field, f"Tệp “{name}” không dùng được: {media.problem}"))
    return faults


def field_of(block: Block, dotted: str) -> Field | None:
    """The field of a block's kind that a dotted name such as "items.0.picture" means, where it holds a file."""
    kind = KINDS[block["kind"]]
    if dotted == "voice":
        return Field("voice", "Giọng đọc", "media", media="audio") if kind.spoken else None
    name, _, rest = dotted.partition(".")
    field = next((one for one in kind.fields if one.name == name), None)
    if rest and field is not None and field.holds == "items":
        number, _, inner = rest.partition(".")
        if not number.isdecimal() or int(number) >= len(block.get(name, [])):
            return None
        field = next((one for one in field.fields if one.name == inner), None)
    elif rest:
        return None
    return field if field is not None and field.holds == "media" else None
