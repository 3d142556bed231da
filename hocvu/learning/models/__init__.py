"""The nouns of learning."""

from hocvu.learning.models.course import Course, CourseLesson, CourseQuerySet, Enrolment
from hocvu.learning.models.framework import (
    Competence,
    CompetenceLink,
    Descriptor,
    Framework,
    FrameworkQuerySet,
    Level,
)
from hocvu.learning.models.lesson import EditLock, Lesson, LessonQuerySet, LessonVersion, ReviewRemark
from hocvu.learning.models.media import Media, MediaQuerySet
from hocvu.learning.models.national import CompletionImport, CompletionUpload, NationalCompletion
from hocvu.learning.models.progress import Bookmark, LearningAct, Progress

__all__ = (
    "Bookmark",
    "Competence",
    "CompetenceLink",
    "CompletionImport",
    "CompletionUpload",
    "Course",
    "CourseLesson",
    "CourseQuerySet",
    "Descriptor",
    "EditLock",
    "Enrolment",
    "Framework",
    "FrameworkQuerySet",
    "LearningAct",
    "Lesson",
    "LessonQuerySet",
    "LessonVersion",
    "Level",
    "Media",
    "MediaQuerySet",
    "NationalCompletion",
    "Progress",
    "ReviewRemark",
)
