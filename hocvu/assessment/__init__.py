"""Questions, tests, practice, certificates: from an answer to a paper that anyone can check.

The bank is `questions` (kinds, cleaning, marking, the desk), tests are `testing` (rules, adaptive, attempts), practice is
`practising`, certificates are `certifying.award_if_earned` and `certificates` (token, keys, status list, checking).
"""
