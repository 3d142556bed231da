"""Accounts and grants: who signs in, and what a person may do, where, from when to when."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from hocvu.lib import clock
from hocvu.lib.prepared import Prepared
from hocvu.lib.text import nfc
from hocvu.ward.capabilities import Role
from hocvu.ward.models.neighbourhood import Neighbourhood
from hocvu.ward.models.unit import Unit
from hocvu.ward.models.ward import Ward
from hocvu.ward.scope import Scope


class Accounts(BaseUserManager["Account"]):
    """Makes accounts; Django's authentication asks for a manager."""

    def create_account(self, username: str, full_name: str, password: str, *, is_demo: bool = False) -> Account:
        """A new account with a hashed password."""
        account = self.model(username=nfc(username).lower().strip(), full_name=nfc(full_name), is_demo=is_demo)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """Someone who signs in. What the account may do is in its grants, nowhere else."""

    class Kind(models.TextChoices):
        STAFF = "staff", "cán bộ, đơn vị"
        CITIZEN = "citizen", "người dân"

    SCOPE = Scope(ward="grants__ward")

    # A citizen's account has no password and no role but that of a citizen; see signin.citizens.
    kind = models.CharField("loại", max_length=8, choices=Kind.choices, default=Kind.STAFF)
    username = models.CharField("tên đăng nhập", max_length=60, unique=True)
    full_name = models.CharField("họ và tên", max_length=120)
    # Where the daily digest of notices goes; empty: only on the desk.
    email = models.EmailField("thư điện tử", blank=True, default="")
    is_active = models.BooleanField("đang dùng", default=True)
    is_demo = models.BooleanField("tài khoản minh họa", default=False)
    created_at = models.DateTimeField("tạo lúc", default=clock.now)
    # Whom of the register a citizen's account stands for; nobody where the register does not know them (yet).
    person = models.ForeignKey("Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="accounts")

    USERNAME_FIELD = "username"
    objects = Accounts()

    class Meta:
        ordering = ("username",)
        constraints = (
            models.UniqueConstraint(
                fields=("person",), condition=models.Q(kind="citizen"), name="one_citizen_account_of_a_person"
            ),
        )

    def __str__(self) -> str:
        return self.full_name

    @property
    def is_citizen(self) -> bool:
        """Whether this is a learner's account, not one of staff."""
        return self.kind == self.Kind.CITIZEN

    @property
    def audit_label(self) -> str:
        """What the trail calls an account: a citizen never by name."""
        return f"người dân {self.username}" if self.is_citizen else self.full_name

    @cached_property
    def current_grants(self) -> list[Grant]:
        """The grants that hold today, with their unit, ward and neighbourhood; asked once per request. A unit that
        has ended gives no role: it must be given again for its heir."""
        return _GRANTS.all(account=self.pk, day=clock.today())

    @property
    def ended_units(self) -> list[str]:
        """The units of grants that would hold today, had the unit not ended."""
        over = Grant.objects.on(clock.today()).filter(account=self, unit__valid_to__lt=clock.today())
        return list(over.values_list("unit__name", flat=True))


class GrantQuerySet(models.QuerySet["Grant"]):
    """Questions about grants; they chain."""

    def on(self, day: date) -> GrantQuerySet:
        """Those that hold on a day."""
        return self.filter(models.Q(valid_to=None) | models.Q(valid_to__gte=day), valid_from__lte=day)


class Grant(models.Model):
    """One role of one account: in a ward, and there for a unit or a neighbourhood where the role needs one.

    Without a ward the grant reaches the whole installation (administrator, city viewer, auditor).
    """

    SCOPE = Scope(ward="ward")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField("vai trò", max_length=20, choices=Role.choices)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, null=True, blank=True, related_name="grants")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="grants")
    neighbourhood = models.ForeignKey(
        Neighbourhood, on_delete=models.PROTECT, null=True, blank=True, related_name="grants"
    )
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    granted_by = models.CharField("người giao", max_length=120)

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ("account_id", "role", "id")

    def __str__(self) -> str:
        where = self.unit or self.neighbourhood or self.ward or "toàn hệ thống"
        return f"{self.get_role_display()} - {where}"


_GRANTS = Prepared(
    lambda account, day: (
        Grant.objects.on(day)
        .filter(account_id=account)
        .exclude(unit__valid_to__lt=day)
        .select_related("ward", "unit", "neighbourhood")
    ),
    account=models.BigAutoField(),
    day=models.DateField(),
)
