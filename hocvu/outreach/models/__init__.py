"""The nouns of the field: teams, visits, help, needs, photos, classes, training."""

from hocvu.outreach.models.classes import Attendance, CalendarLink, Feedback, Gathering, Registration, Session
from hocvu.outreach.models.helping import Help, Need
from hocvu.outreach.models.team import OutreachRule, TeamMember, TeamPlace
from hocvu.outreach.models.training import Trainee, Training
from hocvu.outreach.models.visit import Arrival, Clash, SpotCheck, Visit, VisitPhoto

__all__ = (
    "Arrival",
    "Attendance",
    "CalendarLink",
    "Clash",
    "Feedback",
    "Gathering",
    "Help",
    "Need",
    "OutreachRule",
    "Registration",
    "Session",
    "SpotCheck",
    "TeamMember",
    "TeamPlace",
    "Trainee",
    "Training",
    "Visit",
    "VisitPhoto",
)
