"""A commune: phường, xã or đặc khu. The class is called Ward after the first of them."""

from __future__ import annotations

from django.db import models

from hocvu.ward.scope import Scope


class WardQuerySet(models.QuerySet["Ward"]):
    """Questions about wards."""

    def named(self, text: str) -> Ward:
        """The ward of a code or a slug, as typed on a command line. Raises Ward.DoesNotExist."""
        return self.get(models.Q(code=text) | models.Q(slug=text))


class Ward(models.Model):
    """One commune-level unit of the country; many share an installation.

    Its kind and the kind of its neighbourhoods are data: pages, documents and letterheads take their
    words from here, so that nothing says "phường" in a xã.
    """

    class Kind(models.TextChoices):
        PHUONG = "phuong", "phường"
        XA = "xa", "xã"
        DAC_KHU = "dac_khu", "đặc khu"

    class NeighbourhoodKind(models.TextChoices):
        TO_DAN_PHO = "to_dan_pho", "tổ dân phố"
        THON = "thon", "thôn"
        KHU = "khu", "khu"

    SCOPE = Scope(ward="")

    code = models.CharField("mã đơn vị hành chính", max_length=16, unique=True)
    slug = models.SlugField("tên trong địa chỉ", max_length=60, unique=True)
    name = models.CharField("tên", max_length=120)
    kind = models.CharField("loại", max_length=10, choices=Kind.choices, default=Kind.PHUONG)
    neighbourhood_kind = models.CharField(
        "loại khu dân cư", max_length=12, choices=NeighbourhoodKind.choices, default=NeighbourhoodKind.TO_DAN_PHO
    )
    city = models.CharField("tỉnh, thành phố", max_length=120)
    # Where several wards share one installation, the visitor's ward is told from the host name.
    host = models.CharField("tên miền", max_length=200, blank=True, default="")
    is_demo = models.BooleanField("dữ liệu minh họa", default=False)

    objects = WardQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.title

    @property
    def kind_word(self) -> str:
        """phường, xã or đặc khu, in lower case."""
        return str(self.Kind(self.kind).label)

    @property
    def neighbourhood_word(self) -> str:
        """tổ dân phố, thôn or khu, in lower case."""
        return str(self.NeighbourhoodKind(self.neighbourhood_kind).label)

    @property
    def title(self) -> str:
        """The ward as one says it: "phường Hải An"."""
        return f"{self.kind_word} {self.name}"
