"""Lists by the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Query

T = TypeVar("T")

MOST = 200

Limit = Annotated[int, Query(ge=1, le=MOST, description="At most so many.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before.")]


def cut(found: Sequence[T], limit: int) -> tuple[Sequence[T], bool]:
    """Return a page out of what was read with one more, and whether there are others after it."""
    return found[:limit], len(found) > limit
