"""Secrets that are given out: only their hash is kept, so that a copy of the database opens nothing."""

from __future__ import annotations

import hashlib
import secrets

KEY_PREFIX, TOKEN_PREFIX = "dbr_", "dbt_"
"""What API keys and access tokens begin with, so that scanners of code find those that leak."""
BYTES = 32


def new_key() -> str:
    """Return an API key."""
    return KEY_PREFIX + secrets.token_urlsafe(BYTES)


def new_token() -> str:
    """Return an access token."""
    return TOKEN_PREFIX + secrets.token_urlsafe(BYTES)


def new_cookie() -> str:
    """Return the secret of a sign-in."""
    return secrets.token_urlsafe(BYTES)


def hashed(secret: str) -> str:
    """Return what is kept of a secret: SHA-256 suffices, since 256 random bits cannot be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()
