"""Signing in: staff by password here; VNeID and the ways for those without it join this room later.

Journeys: `signing_in.sign_in` (throttled over all processes), sign out, change of password, "who am I".
The only room that will speak to an identity provider.
"""
