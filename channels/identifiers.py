"""Random names and secrets, made and hashed in one place."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_BYTES = 32
"""256 random bits: twice what OWASP's session management guidance asks for (128)."""


def new_id(prefix: str) -> str:
    """A name that nobody can guess, such as ``c_5f…``: ``prefix``, ``_`` and 24 hex digits."""
    return f"{prefix}_{secrets.token_hex(12)}"


def new_token() -> str:
    """A secret of 256 random bits, safe in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is stored of a token: its SHA-256, which suffices because the token is random."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
