"""Listening: how long people say that they heard a call, as far as that can be."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlmodel import col

from models.db import Session
from models.tables import Call, Listening, User

SLACK_S = 5.0
"""How much more than the time since the last report is believed: reports take their time to arrive."""


async def report(session: Session, call: Call, user_id: UUID, seconds: float, at: datetime) -> Listening:
    """Return today's row of a person and a call, with what they now say they heard added.

    Of that no more counts than the call is long, nor than the time that has passed since their last report,
    on whichever call: nobody listens to two at once.
    """
    await _alone(session, user_id)
    counted = max(min(seconds, call.duration_s or 0.0, await _passed(session, user_id, at)), 0.0)
    query = select(Listening).where(
        col(Listening.call_id) == call.id, col(Listening.user_id) == user_id, col(Listening.day) == at.date()
    )
    row = (await session.execute(query)).scalar_one_or_none()
    if row is None:
        row = Listening(
            organisation_id=call.organisation_id,
            call_id=call.id,
            user_id=user_id,
            day=at.date(),
            first_at=at,
        )
        session.add(row)
    row.seconds, row.last_at = row.seconds + counted, at
    return row


async def erase(session: Session, call_id: UUID) -> None:
    """Forget who listened to a call."""
    await session.execute(delete(Listening).where(col(Listening.call_id) == call_id))


async def _alone(session: Session, user_id: UUID) -> None:
    """Let no other report of a person in until the transaction ends."""
    query = select(col(User.id)).where(col(User.id) == user_id).with_for_update(key_share=True)
    await session.execute(query)


async def _passed(session: Session, user_id: UUID, at: datetime) -> float:
    """Return the seconds since somebody's last report, with slack; without one since yesterday, a day's."""
    since = at.date() - timedelta(days=1)
    query = select(func.max(col(Listening.last_at))).where(
        col(Listening.user_id) == user_id, col(Listening.day) >= since
    )
    last = (await session.execute(query)).scalar_one_or_none()
    day = timedelta(days=1).total_seconds()
    return day if last is None else (at - last).total_seconds() + SLACK_S
