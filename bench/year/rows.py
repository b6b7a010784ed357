"""The rows of a made-up call, measured and scored by the code that the service runs."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import zstandard

from analysis.scorecards.sampling import queued
from analysis.scorecards.score import corrected
from bench.scale.people import Company, key_at
from bench.year import script
from bench.year.script import Planned
from bench.year.talk import talk
from models.assessment import AssessmentState, Place
from models.call import CallState, CallType, Consent, Direction, Source
from models.queries.assessments import plain_score
from models.review import Review, Side
from models.scorecard import Answer, HumanItem, InForce, Score, Scorecard
from models.tables import Assessment, Call, MachineScore, MetricRow, Recording, ReviewRow, TenantRow, User
from report.document import json_text
from worker.stages.score import scored

Row = dict[str, Any]
DECIDED_AFTER = timedelta(days=2)
STATES = {
    "approve": AssessmentState.APPROVED,
    "correct": AssessmentState.CORRECTED,
    "reject": AssessmentState.REJECTED,
    "wait": AssessmentState.PROPOSED,
}


@dataclass(frozen=True, slots=True)
class Made:
    """A made-up call: its review, as it is published, its measures as rows, and its scores."""

    review: Review
    document: bytes
    metrics: tuple[Row, ...]
    scores: tuple[tuple[InForce, Score, str], ...]


class Maker:
    """Makes the calls of the year; those that are alike are measured and scored once."""

    def __init__(self, company: Company, cards: Mapping[CallType, Sequence[InForce]], seed: int) -> None:
        """Decide how well everybody listens."""
        self._company, self._cards, self._seed = company, cards, seed
        self._chance = random.Random(f"{seed} talk")  # noqa: S311 - made-up talk
        self.skills = [script.skill(self._chance) for _ in company.reps]
        self._made: dict[tuple[int, int, CallType], Made] = {}

    def rows(self, planned: Planned) -> Iterator[tuple[type[TenantRow], Row]]:
        """Yield the rows of a call, each after those it names."""
        made, rep = self._like(planned), self._company.reps[planned.rep]
        recording_id, call_id = key_at(self._chance, planned.at), key_at(self._chance, planned.at)
        yield Recording, self._recording(recording_id, planned)
        yield Call, self._call(call_id, recording_id, rep, made.review, planned)
        for metric in made.metrics:
            yield MetricRow, {**metric, "call_id": call_id}
        document = {"version": 1, "document": made.document, "created_at": planned.at}
        yield ReviewRow, {"organisation_id": self._company.id, "call_id": call_id, **document}
        for force, score, content in made.scores:
            yield from self._assessed(call_id, force, score, content, made.review, planned)

    def _like(self, planned: Planned) -> Made:
        """Return the call that one is like, made when it is first asked for."""
        key = (planned.rep, planned.at.month, planned.call_type)
        if key not in self._made:
            declines = planned.rep < script.DECLINES
            manner = script.manner(
                self.skills[planned.rep], planned.at.month, declines=declines, chance=self._chance
            )
            self._made[key] = self._new(talk(self._chance, manner, planned.call_type))
        return self._made[key]

    def _new(self, review: Review) -> Made:
        forces = self._cards[CallType(review.call_type)]
        proposals = scored(review, UUID(int=0), forces, ()).proposals
        scores = tuple(
            (force, one.machine, json.dumps(plain_score(one.machine)))
            for force, one in zip(forces, proposals, strict=True)
        )
        document = zstandard.ZstdCompressor(level=1).compress(json_text(review).encode())
        return Made(review, document, tuple(self._metrics(review)), scores)

    def _metrics(self, review: Review) -> Iterator[Row]:
        for metric in review.metrics:
            yield {
                "organisation_id": self._company.id,
                "name": metric.name,
                "side": metric.side,
                "value": metric.value,
                "unit": metric.unit,
                "reason": metric.reason,
                "version": metric.version,
                "evidence": "[]",
            }

    def _recording(self, key: UUID, planned: Planned) -> Row:
        made = Recording(
            id=key,
            organisation_id=self._company.id,
            sha256=key.hex,
            bytes=100_000,
            name="call.wav",
            key=f"recordings/{key}",
            sample_rate_hz=8000,
            channels=2,
            created_at=planned.at,
        )
        return made.model_dump()

    def _call(self, key: UUID, recording_id: UUID, rep: User, review: Review, planned: Planned) -> Row:
        mood = next((one for one in review.sentiment if one.side is Side.CUSTOMER), None)
        made = Call(
            id=key,
            organisation_id=self._company.id,
            recording_id=recording_id,
            rep_id=rep.id,
            team_id=rep.team_id,
            title="A call",
            direction=Direction.OUTBOUND,
            call_type=planned.call_type,
            started_at=planned.at,
            consent=Consent.GIVEN,
            source=Source.IMPORT,
            state=CallState.REVIEWED,
            progress=1.0,
            duration_s=review.transcript.duration_s,
            spoken_language="en",
            depth=review.depth.value,
            customer_sentiment=mood.score if mood else None,
            customer_sentiment_change=mood.change if mood else None,
            created_at=planned.at,
            updated_at=planned.at,
            reviewed_at=planned.at + timedelta(hours=1),
        )
        return made.model_dump()

    def _assessed(
        self, call_id: UUID, force: InForce, machine: Score, content: str, review: Review, planned: Planned
    ) -> Iterator[tuple[type[TenantRow], Row]]:
        """Yield a score, and what the machine proposed, as a coach's decision leaves them."""
        decision = "wait" if machine.points is None else planned.decision
        shown, shown_content = machine, content
        if decision == "correct":
            shown = corrected(force.card, machine, _answers(force.card))
            shown_content = json.dumps(plain_score(shown))
        place = queued(call_id, force.card, machine, review, ())
        state, coach = STATES[decision], self._company.callers["coach"].id
        decided = state.decided
        row = Assessment(
            id=key_at(self._chance, planned.at),
            organisation_id=self._company.id,
            call_id=call_id,
            version_id=force.version_id,
            revision=1,
            state=state,
            points=shown.points,
            coverage=shown.coverage,
            content={},
            queue=int(Place.NOWHERE if decided else place.place),
            why=place.why,
            decided_by=coach if decided else None,
            decided_at=planned.at + DECIDED_AFTER if decided else None,
            created_at=planned.at,
            updated_at=planned.at + DECIDED_AFTER,
        )
        yield Assessment, {**row.model_dump(), "content": shown_content}
        proposed = MachineScore(
            id=key_at(self._chance, planned.at),
            organisation_id=self._company.id,
            assessment_id=row.id,
            version=1,
            revision=1,
            points=machine.points,
            content={},
            created_at=planned.at,
        )
        yield MachineScore, {**proposed.model_dump(), "content": content}


def _answers(card: Scorecard) -> Sequence[Answer]:
    """Return what a coach answers who sees a call otherwise."""
    items: Iterator[Answer] = (
        Answer(item.key, item.options[0].key) if isinstance(item, HumanItem) else Answer(item.key, share=0.5)
        for item in card.items
    )
    return list(islice(items, 2))
