"""Signing in: citizens by VNeID and the ways for those without it, staff by password.

Journeys: `sessions.open_session` for every door, `signing_in.check` (throttled over all processes), `citizens`, "who am I".
The only room that speaks to an identity provider.
"""
