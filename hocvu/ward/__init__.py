"""Who is who: wards, units, neighbourhoods, accounts, grants, the audit trail, and the work behind the pages.

Doors for upper rooms: `models`, `access` (needs, public, signed_in, scoped, may), `audit.record`,
`neighbourhoods` (merge, split), `granting` (grant, end), `schedule` and `work`.
"""
