"""The nouns of assessment."""

from hocvu.assessment.models.bank import Question, QuestionMedia, QuestionQuerySet, QuestionVersion
from hocvu.assessment.models.certificate import (
    Certificate,
    CertificateQuerySet,
    Revocation,
    SigningKey,
    StatusList,
)
from hocvu.assessment.models.practice import PracticeConfirmation, PracticeTask, ScreenTry
from hocvu.assessment.models.testing import (
    Appeal,
    Attempt,
    AttemptItem,
    AttemptQuerySet,
    Candidate,
    PaperForm,
    PaperSheet,
    Sitting,
    Suspicion,
    TestRule,
    TestRuleQuerySet,
)

__all__ = (
    "Appeal",
    "Attempt",
    "AttemptItem",
    "AttemptQuerySet",
    "Candidate",
    "Certificate",
    "CertificateQuerySet",
    "PaperForm",
    "PaperSheet",
    "PracticeConfirmation",
    "PracticeTask",
    "Question",
    "QuestionMedia",
    "QuestionQuerySet",
    "QuestionVersion",
    "Revocation",
    "ScreenTry",
    "SigningKey",
    "Sitting",
    "StatusList",
    "Suspicion",
    "TestRule",
    "TestRuleQuerySet",
)
