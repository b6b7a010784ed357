"""What is said in some seconds of a call, and which seconds a call has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from core.errors import Rejected
from models.db import ReadSession
from models.queries import reading
from models.tables import Call, UtteranceRow

SLACK_S = 0.5
"""How much longer than a call a player may take it to be: it plays whole packets."""
MOST_QUOTED = 1000
"""Letters of a quotation; of a longer one the beginning is kept."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one speaker says, without another between; seconds of the call."""

    speaker: str
    start: float
    end: float
    text: str


async def between(session: ReadSession, call_id: UUID, start: float, end: float) -> tuple[Said, ...]:
    """Return the words of a call whose middle lies in some seconds, in order of time."""
    query = (
        select(UtteranceRow)
        .where(
            col(UtteranceRow.call_id) == call_id, col(UtteranceRow.start) < end, col(UtteranceRow.end) > start
        )
        .order_by(col(UtteranceRow.index))
    )
    found = list[Said]()
    for row in (await session.execute(query)).scalars():
        words = [word for word in reading.words(row) if start <= (word[0] + word[1]) / 2 < end]
        if words:
            found.append(Said(row.speaker, words[0][0], words[-1][1], _text(words)))
    return tuple(found)


async def quote(session: ReadSession, call_id: UUID, start: float | None, end: float | None) -> str:
    """Return the words said in some seconds; nothing for a single moment."""
    if start is None or end is None:
        return ""
    text = "\n".join(part.text for part in await between(session, call_id, start, end))
    return text if len(text) <= MOST_QUOTED else f"{text[: MOST_QUOTED - 1]}…"


def inside(call: Call, start: float, end: float | None) -> float | None:
    """Return where some seconds end, no later than the call; raises `Rejected` where they are not in it."""
    if call.duration_s is None:
        raise Rejected(
            "no_length", "How long the call is is not known yet.", "Follow the call's events, then try again."
        )
    last = start if end is None else end
    if start > call.duration_s or last > call.duration_s + SLACK_S:
        length = f"The call is {call.duration_s:.1f} s long."
        raise Rejected("outside", length, "Take seconds inside the call.")
    if end is not None and min(end, call.duration_s) <= start:
        raise Rejected("outside", "It ends before it begins.", "Give an end after the start.")
    return None if end is None else min(end, call.duration_s)


def _text(words: Sequence[Sequence[Any]]) -> str:
    """Return words (start, end, text, probability, whether a space goes before) as text."""
    return "".join(f" {word[2]}" if word[4] else str(word[2]) for word in words).strip()
