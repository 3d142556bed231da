"""Every time somebody came in: how, on what device, how who they are was established; and how that session ended."""

from __future__ import annotations

from django.db import models

from hocvu.ward.models import Account


class Way(models.TextChoices):
    """The doors of the house."""

    PASSWORD = "password", "mật khẩu"  # and the second step, where the account has one
    PASSKEY = "passkey", "khóa đăng nhập"
    VNEID = "vneid", "VNeID"
    PHONE = "phone", "mã gửi tới điện thoại"
    CARD = "card", "thẻ và mã PIN"
    ASSISTED = "assisted", "có người giúp"


class Proof(models.TextChoices):
    """How who somebody is was established, strongest first; the certificate says it. Staff proofs establish no citizen."""

    VNEID2 = "vneid2", "VNeID mức 2"
    VNEID1 = "vneid1", "VNeID mức 1"
    VOUCHED = "vouched", "có người xác nhận"
    CARD = "card", "thẻ học viên"
    PHONE = "phone", "số điện thoại"
    STAFF = "staff", "tài khoản cán bộ"


class Device(models.Model):
    """A browser that an account came in with, known by a random cookie of which only a digest is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="devices")
    digest = models.CharField(max_length=64)
    label = models.CharField("thiết bị", max_length=80)
    first_at = models.DateTimeField("lần đầu")
    last_at = models.DateTimeField("lần gần nhất")

    class Meta:
        ordering = ("-last_at", "-pk")
        constraints = (models.UniqueConstraint(fields=("account", "digest"), name="one_device_of_an_account"),)

    def __str__(self) -> str:
        return self.label


class SignInQuerySet(models.QuerySet["SignIn"]):
    """Questions about sign-ins; they chain."""

    def open(self) -> SignInQuerySet:
        """Sessions that nobody has ended; those that ran out are swept by the night."""
        return self.filter(ended_at=None)


class SignIn(models.Model):
    """One sign-in and the session that it opened. Moments are the machine's own, as those of sessions are."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sign_ins")
    way = models.CharField("cách đăng nhập", max_length=10, choices=Way.choices)
    proof = models.CharField("danh tính", max_length=8, choices=Proof.choices)
    # Who vouched for the person, in an assisted session or when the card was given.
    vouched_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    issuer = models.CharField("nơi xác nhận", max_length=200, blank=True, default="")
    authenticated_at = models.DateTimeField("xác nhận lúc", null=True, blank=True)
    at = models.DateTimeField("lúc")
    device = models.ForeignKey(Device, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    device_label = models.CharField("thiết bị", max_length=80, blank=True, default="")
    network = models.CharField("mạng", max_length=60, blank=True, default="")  # shortened, never a whole address
    session_key = models.CharField(max_length=40, blank=True, default="", editable=False)
    seen_at = models.DateTimeField("dùng lúc", null=True, blank=True)
    ended_at = models.DateTimeField("kết thúc lúc", null=True, blank=True)
    ended_why = models.CharField("vì sao", max_length=60, blank=True, default="")

    objects = SignInQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=("account", "-at")),
            models.Index(fields=("session_key",)),
        )

    def __str__(self) -> str:
        return f"{self.get_way_display()}, {self.at:%d/%m/%Y %H:%M}"
