"""A certificate is taken back by two persons: one proposes with a reason, another confirms or declines; neither holds it.

The list of revocations changes in the same transaction, so that the next who asks is told. Nothing else is undone: the
attempt and the practice stay, and what was sat before brings no new certificate (certifying), except where a key was lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet

from hocvu.assessment import reaching
from hocvu.assessment.certificates import codes, names, status
from hocvu.assessment.models import Certificate, Revocation, StatusList
from hocvu.lib import clock
from hocvu.lib.crypto import BrokenSeal
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.ward import audit, notices
from hocvu.ward.capabilities import CAPABILITIES, Role
from hocvu.ward.models import Account, Ward

Reason, State = Revocation.Reason, Revocation.State
MOST = 5000  # certificates that one proposal may take in
MINE = "/giay-xac-nhan/"
PROPOSALS = "/giay-da-cap/thu-hoi/"


# ---- The first person


@transaction.atomic
def propose(certificate: Certificate, *, reason: str, why: str, by: Account) -> Revocation:
    """Propose to take a certificate back; it stays valid until a second person confirms."""
    held = _held(certificate)
    refuse_holder(held, by)
    made = _propose(held, Reason(reason), _said(why), by)
    _tell_seconds(held.ward, by, f"Có đề nghị thu hồi giấy xác nhận {codes.shown(held.code)}, chờ người thứ hai.", made)
    return made


@transaction.atomic
def propose_all(rows: QuerySet[Certificate], *, reason: str, why: str, by: Account) -> list[Revocation]:
    """Propose many at once, as where a rule or a key was wrong. Those that are revoked already, wait already, or are the
    proposer's own are passed over."""
    text = _said(why)
    standing = rows.filter(revoked_at=None).exclude(revocations__state=State.PROPOSED).order_by("pk")
    found = list(
        standing.select_for_update(of=("self",), no_key=True).select_related("ward", "person", "account")[: MOST + 1]
    )
    if len(found) > MOST:
        raise Refusal(f"Nhiều hơn {MOST} giấy một lần. Hãy chọn khoảng ngày ngắn hơn.")
    made = [_propose(one, Reason(reason), text, by) for one in found if not objection(one, by)]
    if not made:
        raise Refusal("Không có giấy nào còn giá trị để đề nghị thu hồi.")
    words = f"Có đề nghị thu hồi {len(made)} giấy xác nhận, chờ người thứ hai."
    _tell_seconds(made[0].certificate.ward, by, words, made[0])
    return made


def _propose(held: Certificate, reason: Revocation.Reason, why: str, by: Account) -> Revocation:
    if held.revoked_at is not None:
        raise Refusal("Giấy này đã bị thu hồi rồi.")
    if held.revocations.filter(state=State.PROPOSED).exists():
        raise Refusal("Giấy này đã có đề nghị thu hồi, đang chờ người thứ hai.")
    made = Revocation.objects.create(certificate=held, reason=reason, why=why, proposed_by=by)
    audit.record(by, "proposed to revoke a certificate", held, ward=held.ward, reason=str(reason.label))
    return made


# ---- The second person


@transaction.atomic
def confirm(revocation: Revocation, *, by: Account, answer: str = "") -> Certificate:
    """Take the certificate back, on the word of a second person."""
    held = _waiting(revocation)
    refuse_decider(held, by)
    certificate = _held(held.certificate)
    if certificate.revoked_at is not None:  # its holder was erased in between
        raise Refusal("Giấy này đã bị thu hồi rồi. Hãy tải lại trang.")
    _revoke(certificate, held.reason)
    _decide(held, State.CONFIRMED, by, answer)
    audit.record(by, "revoked a certificate", certificate, ward=certificate.ward, reason=held.get_reason_display())
    _list_changed([certificate])
    _tell_holder(certificate, held)
    return certificate


@transaction.atomic
def confirm_all(rows: Sequence[Revocation], *, by: Account, answer: str = "") -> int:
    """Confirm many at once; the list is signed once. Answers how many; those that may not be confirmed are passed over."""
    done = []
    for row in rows:
        held = (
            Revocation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("certificate", "proposed_by")
            .get(pk=row.pk)
        )
        certificate = _held(held.certificate)
        is_open = held.state == State.PROPOSED and certificate.revoked_at is None
        if not is_open or _is_proposer(held, by) or objection(certificate, by):
            continue
        _revoke(certificate, held.reason)
        _decide(held, State.CONFIRMED, by, answer)
        audit.record(by, "revoked a certificate", certificate, ward=certificate.ward, reason=held.get_reason_display())
        _tell_holder(certificate, held)
        done.append(certificate)
    _list_changed(done)
    return len(done)


@transaction.atomic
def decline(revocation: Revocation, *, by: Account, answer: str) -> None:
    """Leave the certificate as it is; the proposer is told why."""
    held = _waiting(revocation)
    if not answer.strip():
        raise Refusal("Hãy ghi vì sao không thu hồi.", "answer")
    refuse_decider(held, by)
    _decide(held, State.DECLINED, by, answer)
    audit.record(by, "declined to revoke a certificate", held.certificate, ward=held.certificate.ward)
    notices.tell(
        [held.proposed_by], key=f"revocation-declined:{held.pk}", ward=held.certificate.ward, href=PROPOSALS,
        text=f"Giấy xác nhận {codes.shown(held.certificate.code)} không bị thu hồi: {held.answer}",
    )  # fmt: skip


# ---- Without a second person: the holder goes


def revoke_for_holder(rows: Iterable[Certificate]) -> int:
    """Take back the certificates of somebody who is forgotten; in the caller's transaction. Answers how many were valid."""
    done = []
    for row in rows:
        if row.revoked_at is None:
            _revoke(row, Reason.HOLDER)
            done.append(row)
        waiting = row.revocations.filter(state=State.PROPOSED)
        waiting.update(state=State.CONFIRMED, decided_at=clock.now(), answer="Người được cấp đã xóa dữ liệu")
    _list_changed(done)
    return len(done)


# ---- Who may


def objection(certificate: Certificate, by: Account) -> str:
    """Why somebody may not propose or decide about a certificate; "" where nothing speaks against it."""
    if by.pk == certificate.account_id or (by.person_id is not None and by.person_id == certificate.person_id):
        return "Người được cấp giấy không đề nghị hay quyết định thu hồi giấy của chính mình. Hãy nhờ người khác."
    if (name := _name_of(certificate)) and fold(by.full_name) == fold(name):
        return "Người được cấp giấy trùng họ tên với tài khoản này. Hãy nhờ người khác đề nghị hoặc quyết định."
    return ""


def refuse_holder(certificate: Certificate, by: Account) -> None:
    """Raise a Refusal where there is an objection."""
    if why := objection(certificate, by):
        raise Refusal(why)


def refuse_decider(revocation: Revocation, by: Account) -> None:
    """Raise a Refusal for whoever proposed, and for the holder."""
    if revocation.proposed_by_id == by.pk:
        raise Refusal("Người đề nghị không tự quyết định. Việc này chờ người thứ hai.")
    if _is_proposer(revocation, by):
        raise Refusal(
            "Tài khoản này cùng một người hoặc trùng họ tên với người đề nghị. Hãy nhờ người khác quyết định."
        )
    refuse_holder(revocation.certificate, by)


def _is_proposer(revocation: Revocation, by: Account) -> bool:
    """Whether somebody proposed it, with this account or with another of theirs."""
    return reaching.is_same(by, revocation.proposed_by)


def _name_of(certificate: Certificate) -> str:
    try:
        return names.of(certificate)
    except BrokenSeal:
        return ""


# ---- What both do


def _revoke(certificate: Certificate, reason: str) -> None:
    certificate.revoked_at, certificate.revoked_class = clock.now(), reason
    if reason == Reason.KEY:  # no fault of the learner's: the attempt may bring another certificate
        certificate.attempt = None
    certificate.save(update_fields=("revoked_at", "revoked_class", "attempt"))


def _decide(held: Revocation, state: Revocation.State, by: Account, answer: str) -> None:
    held.state, held.decided_by, held.decided_at, held.answer = state, by, clock.now(), answer.strip()[:600]
    held.save(update_fields=("state", "decided_by", "decided_at", "answer"))


def _list_changed(rows: Iterable[Certificate]) -> None:
    for row in StatusList.objects.filter(pk__in={one.status_list_id for one in rows}).order_by("pk"):
        status.change(row)


def _tell_holder(certificate: Certificate, held: Revocation) -> None:
    if certificate.account is None:
        return
    text = (
        f"Giấy xác nhận “{certificate.title}” mã {codes.shown(certificate.code)} đã bị thu hồi. Lý do: "
        f"{held.get_reason_display()}. {held.why}"
    )
    notices.tell([certificate.account], key=f"revoked:{certificate.pk}", text=text, href=MINE, ward=certificate.ward)


def _tell_seconds(ward: Ward, by: Account, words: str, made: Revocation) -> None:
    roles = [role for role in Role if "certificates.revoke" in CAPABILITIES[role]]
    others = {one.pk: one for role in roles for one in notices.holders_of(ward, role) if one.pk != by.pk}
    notices.tell(others.values(), key=f"revocation:{made.pk}", text=words, href=PROPOSALS, ward=ward)


def _said(why: str) -> str:
    if not why.strip():
        raise Refusal("Hãy ghi cụ thể vì sao thu hồi.", "why")
    return why.strip()[:600]


def _held(certificate: Certificate) -> Certificate:
    rows = Certificate.objects.select_for_update(of=("self",), no_key=True).select_related("ward", "account", "person")
    return rows.get(pk=certificate.pk)


def _waiting(revocation: Revocation) -> Revocation:
    rows = Revocation.objects.select_for_update(of=("self",), no_key=True)
    held = rows.select_related("certificate__ward", "certificate__account", "proposed_by").get(pk=revocation.pk)
    if held.state != State.PROPOSED:
        raise Refusal("Đề nghị này đã được quyết định. Hãy tải lại trang.")
    return held
