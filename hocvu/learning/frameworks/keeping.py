"""A framework is kept in versions. One that was loaded never changes without a word: other content is another version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from django.db import transaction

from hocvu.learning.frameworks.saying import (
    Said,
    SaidCompetence,
    SaidDescriptor,
    SaidLevel,
    SaidLink,
    digest_of,
    faults_of,
    in_order,
)
from hocvu.learning.models import Competence, CompetenceLink, Descriptor, Framework, Level
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import audit
from hocvu.ward.models import Account

Verdict = Literal["new", "version", "same", "refused"]


@dataclass(frozen=True, slots=True)
class Judged:
    """What loading would come to: a first framework, a further version, nothing new, or sentences why not."""

    said: Said
    verdict: Verdict
    faults: list[str] = field(default_factory=list)
    before: Framework | None = None  # the version that ends when this one begins


def judge(said: Said) -> Judged:
    """What loading a framework would come to. Writes nothing."""
    faults = faults_of(said)
    if faults:
        return Judged(said, "refused", faults)
    versions = list(Framework.objects.filter(code=said.code).order_by("-valid_from", "-pk"))
    there = next((one for one in versions if one.version == said.version), None)
    if there is not None:
        if there.digest == digest_of(said):
            return Judged(said, "same")
        words = (
            f"Khung {said.called} đã nạp với nội dung khác. Khung đã nạp không đổi lặng lẽ: hãy ghi số phiên bản mới và "
            "ngày có hiệu lực mới."
        )
        return Judged(said, "refused", [words])
    faults = _unknown_links(said)
    before = versions[0] if versions else None
    if before and said.valid_from and said.valid_from <= before.valid_from:
        faults.append(
            f"Phiên bản {before.version} đã có hiệu lực từ {before.valid_from:%d/%m/%Y}. Phiên bản mới phải có hiệu lực sau "
            "ngày đó."
        )
    return Judged(said, "refused" if faults else "version" if before else "new", faults, before)


def _unknown_links(said: Said) -> list[str]:
    known = _linked(said.links)
    return [
        f"Đối chiếu “{link.one}” với “{link.other}”: chưa có năng lực đó. Hãy nạp khung kia trước, hoặc xem lại mã."
        for link in said.links
        if link.other not in known
    ]


def _linked(links: Sequence[SaidLink]) -> dict[str, Competence]:
    """The competences that links name, in the newest version of each framework."""
    codes = {link.other.partition("/")[0] for link in links}
    rows = Competence.objects.filter(framework__code__in=codes).exclude(parent=None).select_related("framework")
    return {row.reference: row for row in rows.order_by("framework__valid_from", "framework__pk")}


@transaction.atomic
def load(said: Said, *, by: Account | None) -> Framework:
    """Keep a framework as a version of its own; the one before ends the day before. The same again changes nothing.

    Raises Refusal with every fault.
    """
    said = in_order(said)
    judged = judge(said)
    if judged.verdict == "refused" or said.valid_from is None:
        raise Refusal(" ".join(judged.faults))
    if judged.verdict == "same":
        return Framework.objects.get(code=said.code, version=said.version)
    framework = Framework.objects.create(
        code=said.code, version=said.version, title=said.title, kind=said.kind, content=said.content,
        number=said.number, issuer=said.issuer, source=said.source, note=said.note, groups=list(said.groups),
        valid_from=said.valid_from, valid_to=said.valid_to, digest=digest_of(said), loaded_by=by,
    )  # fmt: skip
    own = _write(framework, said)
    if judged.before is not None:
        before = judged.before
        last = said.valid_from - timedelta(days=1)
        if before.valid_to is None or before.valid_to > last:
            before.valid_to = last
            before.save(update_fields=("valid_to",))
        _carry_links(before, own)
    audit.record(by, "loaded a framework", framework, version=said.version, competences=len(own))
    return framework


def _write(framework: Framework, said: Said) -> dict[str, Competence]:
    """The rows of a framework; answers its competences by code."""
    Level.objects.bulk_create(
        Level(framework=framework, number=o.number, code=o.code, title=o.title, gist=o.gist) for o in said.levels
    )
    levels = {level.code: level for level in framework.levels.all()}
    own: dict[str, Competence] = {}
    for position, one in sorted(enumerate(said.competences), key=lambda pair: bool(pair[1].parent)):
        own[one.code] = Competence.objects.create(
            framework=framework, parent=own.get(one.parent), code=one.code, title=one.title, gist=one.gist,
            position=position,
        )  # fmt: skip
    Descriptor.objects.bulk_create(
        Descriptor(competence=own[o.competence], level=levels[o.level], group=o.group, code=o.code, text=o.text)
        for o in said.descriptors
    )
    others = _linked(said.links)
    CompetenceLink.objects.bulk_create(
        CompetenceLink(one=own[link.one], other=others[link.other], note=link.note) for link in said.links
    )
    return own


def _carry_links(before: Framework, own: dict[str, Competence]) -> None:
    """Other frameworks that pointed at a competence of the version before point at the same code of this one too."""
    rows = CompetenceLink.objects.filter(other__framework=before).exclude(one__framework__code=before.code)
    CompetenceLink.objects.bulk_create(
        (
            CompetenceLink(one_id=row.one_id, other=own[row.other.code], note=row.note)
            for row in rows.select_related("other")
            if row.other.code in own
        ),
        ignore_conflicts=True,
    )


def said_of(framework: Framework) -> Said:
    """A kept framework as it was said; its digest is the one it was loaded with."""
    competences = list(framework.competences.select_related("parent"))
    descriptors = Descriptor.objects.filter(competence__framework=framework).select_related("competence", "level")
    links = CompetenceLink.objects.filter(one__framework=framework).select_related("one", "other__framework")
    said = Said(
        code=framework.code, version=framework.version, title=framework.title, kind=framework.kind,
        content=framework.content, number=framework.number, issuer=framework.issuer, source=framework.source,
        note=framework.note, groups=framework.groups, valid_from=framework.valid_from, valid_to=framework.valid_to,
        levels=[SaidLevel(o.number, o.code, o.title, o.gist) for o in framework.levels.all()],
        competences=[SaidCompetence(o.code, o.parent.code if o.parent else "", o.title, o.gist) for o in competences],
        descriptors=[SaidDescriptor(o.competence.code, o.level.code, o.group, o.code, o.text) for o in descriptors],
        links=list({(o.one.code, o.other.reference): SaidLink(o.one.code, o.other.reference, o.note) for o in links}.values()),
    )  # fmt: skip
    return in_order(said)


def in_force(code: str) -> Framework | None:
    """The version of a framework that holds today, else its newest."""
    rows = Framework.objects.filter(code=code)
    return rows.on(clock.today()).order_by("-valid_from").first() or rows.order_by("-valid_from").first()


def titles_of(references: Sequence[str]) -> dict[str, str]:
    """What competences named "hocvu/4.2" are called, in the newest version that has them. A framework whose content is
    missing has none, so nothing can cite it."""
    pairs = [reference.partition("/") for reference in references]
    rows = Competence.objects.filter(framework__code__in={p[0] for p in pairs}, code__in={p[2] for p in pairs})
    rows = rows.exclude(parent=None).select_related("framework").order_by("framework__valid_from", "framework__pk")
    wanted = set(references)
    return {row.reference: row.title for row in rows if row.reference in wanted}
