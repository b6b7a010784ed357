"""Passwords: argon2id, computed beside the event loop, a few at a time since each takes memory."""

from __future__ import annotations

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
"""Passwords checked at the same time; each takes 64 MiB and a good part of a second of a core."""
LEAST, MOST = 10, 256
"""Letters of a password."""


class Passwords:
    """Makes and checks hashes."""

    def __init__(self) -> None:
        """Take the parameters that argon2-cffi recommends (RFC 9106, low memory)."""
        self._hasher = PasswordHasher()
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._nobodys = ""

    async def hashed(self, password: str) -> str:
        """Return the hash to keep."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, kept: str | None) -> bool:
        """Return whether a password is the one; without a hash it takes as long and is not."""
        async with self._turn:
            if not self._nobodys:  # whoever asks first, so that the time tells nothing
                self._nobodys = await asyncio.to_thread(self._hasher.hash, secrets.token_urlsafe())
            fits = await asyncio.to_thread(self._verify, password, kept or self._nobodys)
        return fits and kept is not None

    def stale(self, kept: str) -> bool:
        """Return whether a hash was made with other parameters than are used now."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, password: str, kept: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
