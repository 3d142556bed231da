"""The nouns of the ward."""

from hocvu.ward.models.account import Account, Grant, GrantQuerySet
from hocvu.ward.models.audit import AuditEntry, AuditHead
from hocvu.ward.models.belonging import Absence, Circumstance, Membership, MembershipQuerySet
from hocvu.ward.models.device import OutboxDevice
from hocvu.ward.models.jobs import ScheduledRun, Work, WorkerHeartbeat
from hocvu.ward.models.merging import HeldRow, KnownApart, PersonMerge
from hocvu.ward.models.neighbourhood import Neighbourhood, NeighbourhoodChange
from hocvu.ward.models.notice import Notice, NoticeMail, NoticeQuerySet
from hocvu.ward.models.partners import Contribution, Partner, PartnerQuerySet
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
from hocvu.ward.models.privacy import (
    Breach,
    BreachNote,
    CalendarDay,
    ConsentEntry,
    ConsentText,
    ErasedPerson,
    RequestStep,
    RetentionPeriod,
    RetentionRun,
    SubjectRequest,
)
from hocvu.ward.models.proposal import GrantProposal, GrantProposalQuerySet
from hocvu.ward.models.receipt import Receipt
from hocvu.ward.models.sms import SmsDay, SmsMessage, SmsQuerySet
from hocvu.ward.models.unit import GroupMembership, Unit, UnitGroup, UnitQuerySet
from hocvu.ward.models.ward import Ward

__all__ = (
    "Absence",
    "Account",
    "AuditEntry",
    "AuditHead",
    "Breach",
    "BreachNote",
    "CalendarDay",
    "Circumstance",
    "ColumnMemory",
    "ConsentEntry",
    "ConsentText",
    "Contribution",
    "ErasedPerson",
    "Grant",
    "GrantProposal",
    "GrantProposalQuerySet",
    "GrantQuerySet",
    "GroupMembership",
    "HeldRow",
    "Household",
    "KnownApart",
    "Membership",
    "MembershipQuerySet",
    "Neighbourhood",
    "NeighbourhoodChange",
    "Notice",
    "NoticeMail",
    "NoticeQuerySet",
    "OutboxDevice",
    "Partner",
    "PartnerQuerySet",
    "PeopleBatch",
    "PeopleBatchRow",
    "PeopleUpload",
    "Person",
    "PersonMerge",
    "PersonQuerySet",
    "Receipt",
    "RequestStep",
    "Residence",
    "RetentionPeriod",
    "RetentionRun",
    "ScheduledRun",
    "SmsDay",
    "SmsMessage",
    "SmsQuerySet",
    "SubjectRequest",
    "Unit",
    "UnitGroup",
    "UnitQuerySet",
    "Ward",
    "Work",
    "WorkerHeartbeat",
)
