"""Frameworks, courses, lessons, their media, and how far each learner is.

Lessons are blocks (`lib.blocks`) in versions; the published one is what the public reads. Files under `content/` come in
through `loading`, office staff write through `authoring`, readers meet `reading`, learners' acts end in `progress`.
"""
