"""Who is who: wards, units, neighbourhoods, people, accounts, grants, the audit trail, the work behind the pages.

Doors for upper rooms: `models`, `access` (needs, public, signed_in, scoped, may), `audit.record`,
`founding` (begin, found), `neighbourhoods` (add, merge, split), `granting` (grant, end), `importing.taking` and
`register` (lists of people and what is sealed of them), `schedule` and `work`.
"""
