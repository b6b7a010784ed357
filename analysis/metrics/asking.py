"""Questions: how many, how open, how far they take up what the other side said."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.asking import Asked
from analysis.metrics.metric import (
    NO_WORDS,
    SIDES,
    TOO_SHORT,
    Better,
    Measured,
    Metric,
    needs,
    note,
    per,
    telling,
    unknown,
)
from analysis.questions import LANGUAGES, QuestionKind
from analysis.turns import Conversation
from models.review import Evidence, Side


def unasked(conv: Conversation, side: Side) -> str | None:
    """Return why a side's questions cannot be counted, or None."""
    if not conv.has_words:
        return NO_WORDS
    if conv.transcript.language not in LANGUAGES:
        return "Questions are recognised in English and Mandarin only."
    return needs(conv, side)


def asked_by(conv: Conversation, side: Side) -> list[Asked]:
    """Return a side's questions in time order."""
    return [q for q in conv.asked if q.party == side]


def _told(found: Sequence[Asked]) -> tuple[Evidence, ...]:
    """Return questions as evidence: open ones that follow up first, as they tell most."""
    ordered = sorted(found, key=lambda q: (not q.follow_up, q.kind is not QuestionKind.OPEN, q.start))
    return telling(
        Evidence(q.start, q.end, note(f"{q.kind.value}, follow-up" if q.follow_up else q.kind.value, q.text))
        for q in ordered
    )


def questions(conv: Conversation, side: Side) -> Measured:
    """Return how many questions a side asks."""
    reason = unasked(conv, side)
    if reason is not None:
        return unknown(reason)
    found = asked_by(conv, side)
    return Measured(float(len(found)), evidence=_told(found))


def questions_per_hour(conv: Conversation, side: Side) -> Measured:
    """Return a side's questions per hour of D."""
    reason = unasked(conv, side)
    if reason is not None:
        return unknown(reason)
    found = asked_by(conv, side)
    rate = per(conv, len(found), 3600)
    return unknown(TOO_SHORT) if rate is None else Measured(rate, evidence=_told(found))


def _share(conv: Conversation, side: Side, chosen: Sequence[Asked]) -> Measured:
    """Return the share of a side's questions that are among the chosen."""
    reason = unasked(conv, side)
    if reason is not None:
        return unknown(reason)
    found = asked_by(conv, side)
    if not found:
        return unknown(f"The {side.value} asks no question.")
    return Measured(len(chosen) / len(found), evidence=_told(chosen))


def open_question_share(conv: Conversation, side: Side) -> Measured:
    """Return the share of a side's questions that are open."""
    return _share(conv, side, [q for q in asked_by(conv, side) if q.kind is QuestionKind.OPEN])


def follow_up_share(conv: Conversation, side: Side) -> Measured:
    """Return the share of a side's questions that take up what the other side said."""
    return _share(conv, side, [q for q in asked_by(conv, side) if q.follow_up])


METRICS = (
    Metric(
        "questions", "Questions", "count", SIDES,
        "sentences that ask, found as told under “How questions are found”",
        "1", "MEASURES 3.6 [S33, S91]", Better.BAND, questions,
    ),
    Metric(
        "questions_per_hour", "Question rate", "per hour", SIDES,
        "questions / (D / 3600)",
        "1", "MEASURES 3.6", Better.NONE, questions_per_hour,
    ),
    Metric(
        "open_question_share", "Open questions", "ratio", SIDES,
        "open questions / questions; open: how, what, why, tell me, describe; closed: yes-no, which, "
        "when, who, how many, what time",
        "1", "MEASURES 3.6 [S9]", Better.HIGHER, open_question_share,
    ),
    Metric(
        "follow_up_share", "Follow-up questions", "ratio", SIDES,
        "questions that share a content word (stem; Mandarin: character pair) with the other side's "
        "last two turns of the last minute, or open by leaning on them (“why”, “tell me more”, “so "
        "you …”), / questions",
        "1", "MEASURES 3.6, 3.12 [S98, S100]", Better.HIGHER, follow_up_share,
    ),
)  # fmt: skip
"""Questions."""
