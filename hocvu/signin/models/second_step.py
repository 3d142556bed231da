"""The second step of staff: the app's shared secret, passkeys, recovery codes; and a step that was taken away by another."""

from __future__ import annotations

from django.db import models

from hocvu.ward.models import Account


class Totp(models.Model):
    """An authenticator app of an account (RFC 6238). One that was never confirmed waits beside the one in use."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="totps")
    secret_sealed = models.BinaryField()
    made_at = models.DateTimeField("đặt lúc")
    confirmed_at = models.DateTimeField("xác nhận lúc", null=True, blank=True)
    last_step = models.BigIntegerField(default=0)  # the thirty seconds of the last code that was taken

    class Meta:
        ordering = ("account_id", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("account",), condition=models.Q(confirmed_at__isnull=False), name="one_app_in_use"
            ),
            models.UniqueConstraint(
                fields=("account",), condition=models.Q(confirmed_at=None), name="one_app_being_set_up"
            ),
        )

    def __str__(self) -> str:
        return f"ứng dụng của {self.account_id}"

    @property
    def place(self) -> str:
        """What the sealed secret is bound to."""
        return f"signin.totp.secret:{self.account_id}"


class RecoveryCode(models.Model):
    """One code for the day the phone is lost; only a keyed digest is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField("cấp lúc")
    used_at = models.DateTimeField("dùng lúc", null=True, blank=True)

    class Meta:
        ordering = ("account_id", "pk")
        constraints = (models.UniqueConstraint(fields=("account", "digest"), name="a_recovery_code_is_given_once"),)

    def __str__(self) -> str:
        return f"mã dự phòng của {self.account_id}"


class Passkey(models.Model):
    """A key that lives in a phone, a computer or on a stick, and knows its owner by finger, face or PIN (WebAuthn)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="passkeys")
    credential_id = models.CharField(max_length=1400, unique=True)  # base64url of at most 1023 bytes
    public_key = models.BinaryField()  # the attested credential data, public key in COSE
    sign_count = models.BigIntegerField(default=0)  # 0 for ever where the key does not count
    label = models.CharField("tên gọi", max_length=60)
    made_at = models.DateTimeField("thêm lúc")
    used_at = models.DateTimeField("dùng lúc", null=True, blank=True)

    class Meta:
        ordering = ("account_id", "pk")

    def __str__(self) -> str:
        return self.label


class SecondStepReset(models.Model):
    """An administrator took somebody's lost second step away; until `done_at` the next password leads to a new one."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="second_step_resets")
    at = models.DateTimeField("lúc")
    done_at = models.DateTimeField("đặt lại lúc", null=True, blank=True)

    class Meta:
        ordering = ("account_id", "pk")

    def __str__(self) -> str:
        return f"đặt lại bước thứ hai của {self.account_id}"
