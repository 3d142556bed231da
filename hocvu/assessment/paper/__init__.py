"""Tests on paper, for whoever cannot use a screen: a fixed form is printed with its answer sheet and key, what was
answered is typed by two people who do not see each other's entry, and counts when both read the same.

`forms` makes and ends forms, `printing` turns them into PDF, `entering` takes what was read off a sheet.
"""
