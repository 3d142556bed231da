"""Certificates as Open Badges 3.0 / Verifiable Credentials 2.0, signed ES256 as VC-JWT, with a Bitstring Status List."""
