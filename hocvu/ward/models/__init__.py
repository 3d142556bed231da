"""The nouns of the ward."""

from hocvu.ward.models.account import Account, Grant, GrantQuerySet
from hocvu.ward.models.audit import AuditEntry, AuditHead
from hocvu.ward.models.jobs import ScheduledRun, Work, WorkerHeartbeat
from hocvu.ward.models.neighbourhood import Neighbourhood, NeighbourhoodChange
from hocvu.ward.models.person import (
    ColumnMemory,
    Household,
    PeopleBatch,
    PeopleBatchRow,
    PeopleUpload,
    Person,
    PersonQuerySet,
    Residence,
)
from hocvu.ward.models.unit import GroupMembership, Unit, UnitGroup, UnitQuerySet
from hocvu.ward.models.ward import Ward

__all__ = (
    "Account",
    "AuditEntry",
    "AuditHead",
    "ColumnMemory",
    "Grant",
    "GrantQuerySet",
    "GroupMembership",
    "Household",
    "Neighbourhood",
    "NeighbourhoodChange",
    "PeopleBatch",
    "PeopleBatchRow",
    "PeopleUpload",
    "Person",
    "PersonQuerySet",
    "Residence",
    "ScheduledRun",
    "Unit",
    "UnitGroup",
    "UnitQuerySet",
    "Ward",
    "Work",
    "WorkerHeartbeat",
)
