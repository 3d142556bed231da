"""The nouns of a plan."""

from hocvu.plan.models.document import PlanDocument, Reading
from hocvu.plan.models.figures import (
    Denominator,
    ExternalConfirmation,
    ExternalFigure,
    ExternalImport,
    ExternalUpload,
    FigureDrift,
    FigureRecord,
    FillRule,
    FrozenFigure,
    PublishedCell,
)
from hocvu.plan.models.funding import FundingEntry, FundingQuerySet
from hocvu.plan.models.plan import DeclaredFigure, LegalBasis, Plan, ReportRule, Section, Target
from hocvu.plan.models.task import (
    BodyActionKept,
    Carrier,
    Comment,
    Evidence,
    Occurrence,
    ProgressNote,
    Responsibility,
    SelfState,
    Task,
    TaskMeasure,
    VerifiedState,
)

__all__ = (
    "BodyActionKept",
    "Carrier",
    "Comment",
    "DeclaredFigure",
    "Denominator",
    "Evidence",
    "ExternalConfirmation",
    "ExternalFigure",
    "ExternalImport",
    "ExternalUpload",
    "FigureDrift",
    "FigureRecord",
    "FillRule",
    "FrozenFigure",
    "FundingEntry",
    "FundingQuerySet",
    "LegalBasis",
    "Occurrence",
    "Plan",
    "PlanDocument",
    "ProgressNote",
    "PublishedCell",
    "Reading",
    "ReportRule",
    "Responsibility",
    "Section",
    "SelfState",
    "Target",
    "Task",
    "TaskMeasure",
    "VerifiedState",
)
