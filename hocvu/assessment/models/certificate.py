"""Certificates: what was confirmed, the signed token, the keys, the list of what was revoked."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from hocvu.assessment.models.testing import Attempt, TestRule
from hocvu.lib import clock
from hocvu.ward.models import Account, Person, Ward
from hocvu.ward.scope import Scope


class SigningKey(models.Model):
    """A key of a ward as issuer (ES256). The public half stands at its address for ever; the private half is sealed."""

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="signing_keys")
    kid = models.SlugField("tên khóa", max_length=40, unique=True)  # ward, day and chance: "hai-an-20261127-k3f9"
    public = models.JSONField("khóa công khai")  # a JWK with kid, alg and use
    private_sealed = models.BinaryField(editable=False)
    made_at = models.DateTimeField("tạo lúc", default=clock.now)
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # After this it signs nothing new; what it signed stays valid.
    retired_at = models.DateTimeField("thôi ký lúc", null=True, blank=True)
    # Somebody else may hold it since then: nothing that it signed after that moment is believed.
    compromised_at = models.DateTimeField("bị lộ từ", null=True, blank=True)
    compromised_why = models.CharField("lộ thế nào", max_length=300, blank=True, default="")

    class Meta:
        ordering = ("-made_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("ward",), condition=Q(retired_at=None), name="one_signing_key_of_a_ward"),
        )

    def __str__(self) -> str:
        return self.kid


class StatusList(models.Model):
    """One Bitstring Status List of a ward (W3C), 131,072 entries or more; signed anew when it changes or grows old."""

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="status_lists")
    number = models.PositiveIntegerField("danh sách số")
    size = models.PositiveIntegerField("số chỗ", default=131_072)
    token = models.TextField("bản đã ký", blank=True, default="")
    signed_at = models.DateTimeField("ký lúc", null=True, blank=True)
    valid_until = models.DateTimeField("tin được đến", null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)  # counts up with every revocation; `signed_revision` follows
    signed_revision = models.IntegerField(default=-1)

    class Meta:
        ordering = ("ward", "number")
        constraints = (models.UniqueConstraint(fields=("ward", "number"), name="one_status_list_of_a_number"),)

    def __str__(self) -> str:
        return f"danh sách {self.number}"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Questions about certificates; they chain."""

    def of(self, ward: Ward) -> CertificateQuerySet:
        return self.filter(ward=ward)

    def standing_at(self, moment: datetime) -> CertificateQuerySet:
        """Those that were valid at a moment: issued by then, not yet revoked, not expired."""
        return self.filter(issued_at__lte=moment, valid_until__gt=moment).filter(
            Q(revoked_at=None) | Q(revoked_at__gt=moment)
        )


class Certificate(models.Model):
    """What the system confirms of a learner's result, under the ward's rule and a framework's version."""

    SCOPE = Scope(ward="ward", members=("person__memberships",), neighbourhood="person__household__neighbourhood")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)  # jti: urn:uuid:<id>
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="certificates")
    # What is printed: 12 letters and digits without those that look alike, 58 bits of chance; "HA7K4M92QDXP".
    code = models.CharField("mã", max_length=16, unique=True)
    subject = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # tells nothing of the person
    # Nobody any more once the person was erased; the certificate is then revoked.
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="certificates")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="certificates")
    attempt = models.OneToOneField(
        Attempt, on_delete=models.SET_NULL, null=True, blank=True, related_name="certificate"
    )
    rule = models.ForeignKey(TestRule, on_delete=models.PROTECT, related_name="certificates")
    framework = models.CharField("khung", max_length=40)
    framework_version = models.CharField("phiên bản khung", max_length=20)
    level = models.CharField("mức", max_length=20)
    group = models.CharField("nhóm", max_length=20, blank=True, default="")
    title = models.CharField("tên giấy", max_length=200)
    name_sealed = models.BinaryField(null=True, editable=False)  # printed on the paper, never in the token
    identity = models.CharField("danh tính được xác lập", max_length=200)  # in words, as in the token
    details = models.JSONField(
        "điều đã xác nhận", default=dict
    )  # all that is shown beside: see certificates.credential
    issued_at = models.DateTimeField("cấp lúc", default=clock.now)
    valid_until = models.DateTimeField("có giá trị đến")
    token = models.TextField("bản ký số", blank=True, default="")
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="certificates")
    status_list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="certificates")
    status_index = models.PositiveIntegerField("chỗ trong danh sách")
    superseded_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="supersedes"
    )
    revoked_at = models.DateTimeField("thu hồi lúc", null=True, blank=True)
    revoked_class = models.CharField("vì sao thu hồi", max_length=12, blank=True, default="")  # of Revocation.Reason

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ("-issued_at", "id")
        indexes = (models.Index(fields=("ward", "level", "group"), name="certificates_of_a_level"),)
        constraints = (
            models.UniqueConstraint(fields=("status_list", "status_index"), name="one_certificate_of_an_index"),
            models.UniqueConstraint(
                fields=("account", "framework", "framework_version", "level", "group"),
                condition=Q(revoked_at=None, superseded_by=None),
                name="one_standing_certificate_of_a_level",
            ),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def audit_label(self) -> str:
        """What the trail calls a certificate: by its code, never by name."""
        return f"giấy xác nhận {self.code}"


class Revocation(models.Model):
    """A proposal to revoke a certificate, and what a second person decided."""

    class Reason(models.TextChoices):
        MISTAKE = "mistake", "cấp nhầm"
        IDENTITY = "identity", "sai người"
        CONDUCT = "conduct", "gian lận khi kiểm tra"
        RULE = "rule", "câu hỏi hoặc quy tắc sai"
        KEY = "key", "khóa ký bị lộ"
        HOLDER = "holder", "người được cấp xin bỏ"

    class State(models.TextChoices):
        PROPOSED = "proposed", "chờ người thứ hai"
        CONFIRMED = "confirmed", "đã thu hồi"
        DECLINED = "declined", "không thu hồi"

    SCOPE = Scope(ward="certificate__ward")

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="revocations")
    reason = models.CharField("lý do", max_length=12, choices=Reason.choices)
    why = models.CharField("cụ thể", max_length=600)
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("đề nghị lúc", default=clock.now)
    state = models.CharField("tình trạng", max_length=9, choices=State.choices, default=State.PROPOSED)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("quyết định lúc", null=True, blank=True)
    answer = models.CharField("lời người thứ hai", max_length=600, blank=True, default="")

    class Meta:
        ordering = ("-proposed_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("certificate",), condition=Q(state="proposed"), name="one_open_revocation_of_a_certificate"
            ),
        )

    def __str__(self) -> str:
        return f"{self.certificate}: {self.get_reason_display()}"
