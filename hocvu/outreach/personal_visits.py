"""What visits still tell of somebody who is erased: nothing stands in them of a person, but codes of households are often
made of a name. Once the last of a household goes, what was typed of its code goes too. Photos of the home in which they live go
with them: somebody may be seen there."""

from __future__ import annotations

from hocvu.outreach.models import Clash, Visit, VisitPhoto
from hocvu.ward.models import Person


def forget(person: Person) -> int:
    """Take the typed code out of the visits to a household that nobody else lives in."""
    homes = set(person.residences.exclude(household=None).values_list("household", flat=True))
    homes |= {person.household_id} if person.household_id else set()
    others = Person.objects.filter(household__in=homes).exclude(pk=person.pk).values_list("household", flat=True)
    left = homes - set(others)
    visits = Visit.objects.filter(household__in=left)
    own = Visit.objects.filter(household__in=left | ({person.household_id} if person.household_id else set()))
    photos = VisitPhoto.objects.filter(visit__in=own.values("pk")).delete()[0]
    clashes = [one for one in Clash.objects.filter(first__in=visits.values("pk")) if _blank(one)]
    return visits.exclude(code="").update(code="") + len(clashes) + photos


def _blank(clash: Clash) -> bool:
    kept = [[name, "" if name == "ma_ho" else value] for name, value in clash.fields]
    if kept == clash.fields:
        return False
    clash.fields = kept
    clash.save(update_fields=("fields",))
    return True
