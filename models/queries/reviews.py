"""The rows of a review: written whole, replacing those of the pass before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import zstandard
from sqlalchemy import delete
from sqlmodel import col

from models import search
from models.db import Session
from models.queries import due
from models.review import JudgedUtterance, MetricValue, Review, Side
from models.tables import Call, CallText, MetricRow, ReviewRow, SpeakerRow, UtteranceRow
from models.transcript import Speaker, Utterance, Word

LEVEL = 6


def keep(
    session: Session, call: Call, version: int, document: bytes, at: datetime, correction: int = 0
) -> None:
    """Add a version of the review as published (zstd), with a version of what people put right in it."""
    session.add(
        ReviewRow(
            organisation_id=call.organisation_id,
            call_id=call.id,
            version=version,
            correction=correction,
            document=document,
            created_at=at,
        )
    )


async def replace(session: Session, call: Call, review: Review, names: Mapping[str, str]) -> None:
    """Write the rows of a review in place of those before; `names` are those of speakers, by label."""
    await remove(session, call.id)
    transcript = review.transcript
    texts = [utterance.text for utterance in transcript.utterances]
    session.add_all(_speaker(call, speaker, names.get(speaker.id)) for speaker in transcript.speakers)
    session.add_all(_utterances(call, review))
    session.add_all(_metric(call, metric) for metric in review.metrics)
    session.add_all(
        CallText(organisation_id=call.organisation_id, call_id=call.id, part=number, text=part)
        for number, part in enumerate(search.parts(texts, transcript.language or None))
    )
    call.spoken_language, call.depth = transcript.language or None, review.depth.value
    mood = next((one for one in review.sentiment if one.side is Side.CUSTOMER), None)
    call.customer_sentiment = None if mood is None else mood.score
    call.customer_sentiment_change = None if mood is None else mood.change
    due.note(session, call.organisation_id, call_id=call.id)


async def remove(session: Session, call_id: UUID) -> None:
    """Remove the rows of a call's review; its kept versions stay."""
    for table in (SpeakerRow, UtteranceRow, MetricRow, CallText):
        await session.execute(delete(table).where(col(table.call_id) == call_id))


def pack_words(words: tuple[Word, ...]) -> bytes:
    """Return words as compressed JSON: a list of [start, end, text, probability, spaced]."""
    rows = [[round(w.start, 3), round(w.end, 3), w.text, round(w.probability, 4), w.spaced] for w in words]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return zstandard.ZstdCompressor(level=LEVEL).compress(text.encode())


def _speaker(call: Call, speaker: Speaker, name: str | None) -> SpeakerRow:
    return SpeakerRow(
        organisation_id=call.organisation_id,
        call_id=call.id,
        label=speaker.id,
        name=name,
        role=speaker.role,
        role_confidence=speaker.role_confidence,
        role_evidence=[asdict(evidence) for evidence in speaker.role_evidence],
        talk_s=speaker.talk_s,
        channel=speaker.channel,
    )


def _utterances(call: Call, review: Review) -> Iterator[UtteranceRow]:
    """Yield the utterances with their words and judgements."""
    judged = {one.index: one for one in review.judged}
    for index, utterance in enumerate(review.transcript.utterances):
        words = review.transcript.words[utterance.first_word : utterance.last_word + 1]
        yield _utterance(call, index, utterance, words, judged.get(index))


def _utterance(
    call: Call, index: int, utterance: Utterance, words: tuple[Word, ...], judged: JudgedUtterance | None
) -> UtteranceRow:
    mood = judged.sentiment if judged else None
    act = judged.act if judged else None
    return UtteranceRow(
        organisation_id=call.organisation_id,
        call_id=call.id,
        index=index,
        start=utterance.start,
        end=utterance.end,
        speaker=utterance.speaker,
        text=utterance.text,
        words=pack_words(words),
        sentiment=mood.label if mood else None,
        sentiment_score=mood.score if mood else None,
        probabilities=dict(mood.probabilities) if mood else None,
        act=act.act if act else None,
        act_probability=act.probability if act else None,
    )


def _metric(call: Call, metric: MetricValue) -> MetricRow:
    return MetricRow(
        organisation_id=call.organisation_id,
        call_id=call.id,
        name=metric.name,
        side=metric.side,
        value=metric.value,
        unit=metric.unit,
        reason=metric.reason,
        version=metric.version,
        evidence=[asdict(evidence) for evidence in metric.evidence],
    )
