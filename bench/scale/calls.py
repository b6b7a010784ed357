"""Made-up calls with all that is kept of them, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import accumulate
from typing import Any, TypeVar

import numpy as np

from bench.scale import vocabulary
from bench.scale.people import BEGAN, Company, key_at
from models import search
from models.call import CallState, CallType, Consent, Direction, Priority, RunState, Source
from models.queries.reviews import pack_words
from models.review import Act, SentimentLabel, Side
from models.stages import STAGES
from models.tables import Call, CallText, MetricRow, Recording, StageRun, TenantRow, UtteranceRow
from models.transcript import Word

T = TypeVar("T")

YEARS = 3
SPAN = timedelta(days=365 * YEARS)
UTTERANCES = (16, 28)
"""Utterances of a reviewed call, from and to."""
WORDS = (3, 17)
"""Words of an utterance, from and to."""
CHINESE_SHARE, MEASURED_SHARE, DELETED_SHARE, CHANGED_SHARE = 0.1, 0.1, 0.01, 0.05
UNDER_WAY_SHARE = 0.001
"""Of all calls, those that came in last are under way or waiting."""
ENDS = {
    CallState.REVIEWED: 0.95,
    CallState.REJECTED: 0.02,
    CallState.FAILED: 0.015,
    CallState.CANCELLED: 0.015,
}
TYPES = {
    CallType.DISCOVERY: 0.25, CallType.DEMO: 0.15, CallType.NEGOTIATION: 0.1, CallType.RENEWAL: 0.05,
    CallType.SERVICE: 0.15, CallType.GENERAL: 0.3,
}  # fmt: skip
DIRECTIONS = {Direction.OUTBOUND: 0.6, Direction.INBOUND: 0.35, Direction.UNKNOWN: 0.05}
METRICS = (
    "talk_ratio", "speech_rate", "longest_monologue", "questions", "interruptions", "patience", "fillers",
    "turns", "silence_share", "sentiment_mean", "sentiment_end", "interaction_depth",
)  # fmt: skip
NEW_REP = 0.0005
"""Calls of the newest rep, as a share of those of the busiest."""

TABLES: tuple[type[TenantRow], ...] = (Recording, Call, UtteranceRow, MetricRow, CallText, StageRun)
"""In an order in which every row comes after those it names."""


@dataclass
class Batch:
    """Rows by table, each as a mapping of column to value."""

    rows: dict[type[TenantRow], list[dict[str, Any]]] = field(
        default_factory=lambda: {table: [] for table in TABLES}
    )


class Calls:
    """Makes the calls of a company, in the order they came in."""

    def __init__(self, company: Company, count: int, seed: int) -> None:
        """Prepare; nothing is made before it is asked for."""
        self._company, self._count = company, count
        self._chance = random.Random(seed)  # noqa: S311 - made-up calls
        self._numbers = np.random.default_rng(seed)
        self._english, self._chinese = vocabulary.english(), vocabulary.chinese()
        activity = [1 / (rank + 10) for rank in range(len(company.reps))]
        activity[-1] = activity[0] * NEW_REP
        self._activity = list(accumulate(activity))
        self._packed = [_packed(count) for count in range(WORDS[1] + 1)]

    def batches(self, size: int = 1000) -> Iterator[Batch]:
        """Yield all calls, so many at a time."""
        for first in range(0, self._count, size):
            batch = Batch()
            for number in range(first, min(first + size, self._count)):
                self._add(batch, number)
            yield batch

    def _add(self, batch: Batch, number: int) -> None:
        call = self._call(number)
        batch.rows[Recording].append(_recording(call, self._chance))
        batch.rows[Call].append(call)
        if call["state"] in {CallState.QUEUED, CallState.PROCESSING}:
            batch.rows[StageRun] += _runs(call, self._chance)
        if call["state"] is not CallState.REVIEWED or call["deleted_at"] is not None:
            return
        utterances = self._utterances(call)
        batch.rows[UtteranceRow] += utterances
        texts = [row["text"] for row in utterances]
        batch.rows[CallText] += _texts(call, texts)
        if self._chance.random() < MEASURED_SHARE:
            batch.rows[MetricRow] += _metrics(call, self._chance)

    def _call(self, number: int) -> dict[str, Any]:
        chance, step = self._chance, SPAN / self._count
        started = BEGAN + step * number + step * chance.random()
        created = started + timedelta(minutes=chance.uniform(5, 180))
        state = self._state(number)
        reviewed = state is CallState.REVIEWED
        rep = chance.choices(self._company.reps, cum_weights=self._activity)[0]
        changed = created + timedelta(minutes=chance.uniform(5, 60))
        if chance.random() < CHANGED_SHARE:
            changed += timedelta(days=chance.uniform(1, 200))
        chinese = chance.random() < CHINESE_SHARE
        return {
            "id": key_at(chance, created),
            "organisation_id": self._company.id,
            "recording_id": key_at(chance, created),
            "rep_id": rep.id,
            "team_id": rep.team_id,
            "title": f"Call {number}",
            "customer": f"Customer {chance.randrange(5000)}" if chance.random() < 0.7 else None,  # noqa: PLR2004
            "direction": _one(chance, DIRECTIONS),
            "call_type": _one(chance, TYPES),
            "started_at": started,
            "external_id": f"pbx-{number:07}",
            "crm": {"deal": f"D-{chance.randrange(50_000)}"},
            "consent": Consent.GIVEN,
            "source": Source.FOLDER,
            "priority": int(Priority.NORMAL),
            "state": state,
            "progress": 1.0 if reviewed else 0.0,
            "duration_s": round(chance.lognormvariate(6.0, 0.8), 2) if state.ended else None,
            "spoken_language": ("zh" if chinese else "en") if reviewed else None,
            "depth": round(min(100.0, max(0.0, chance.gauss(55, 18))), 1) if reviewed else None,
            "version": 1,
            "created_at": created,
            "updated_at": changed,
            "reviewed_at": changed if reviewed else None,
            "deleted_at": changed if chance.random() < DELETED_SHARE and state.ended else None,
        }

    def _state(self, number: int) -> CallState:
        """Return that of the number-th call: the last ones are under way."""
        if number < self._count * (1 - UNDER_WAY_SHARE):
            return _one(self._chance, ENDS)
        return CallState.PROCESSING if number % 10 == 0 else CallState.QUEUED

    def _utterances(self, call: dict[str, Any]) -> list[dict[str, Any]]:
        """Return what is said, in words of the call's language."""
        chance, chinese = self._chance, call["spoken_language"] == "zh"
        lengths = [chance.randint(*WORDS) for _ in range(chance.randint(*UTTERANCES))]
        words = (self._chinese if chinese else self._english).drawn(self._numbers, sum(lengths))
        rows, at, moment = [], 0, 0.0
        for index, length in enumerate(lengths):
            said = ("" if chinese else " ").join(words[at : at + length])
            rows.append(_utterance(call, index, said, moment, length, self._packed[length], chance))
            at, moment = at + length, moment + length * 0.4 + 0.3
        return rows


def _one(chance: random.Random, shares: dict[T, float]) -> T:
    return chance.choices(list(shares), list(shares.values()))[0]


def _packed(count: int) -> bytes:
    """Return so many words as they are kept; their letters matter to no list, so utterances share them."""
    return pack_words(
        tuple(Word(0.4 * n, 0.4 * n + 0.35, f"word{n}", 0.9, spaced=True) for n in range(count))
    )


def _recording(call: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    return {
        "id": call["recording_id"],
        "organisation_id": call["organisation_id"],
        "sha256": f"{chance.getrandbits(256):064x}",
        "bytes": chance.randrange(10**5, 10**8),
        "name": f"{call['external_id']}.wav",
        "key": f"recordings/{call['recording_id'].hex}",
        "duration_s": call["duration_s"],
        "created_at": call["created_at"],
    }


def _utterance(
    call: dict[str, Any],
    index: int,
    said: str,
    start: float,
    length: int,
    packed: bytes,
    chance: random.Random,
) -> dict[str, Any]:
    score = chance.uniform(-1, 1)
    return {
        "call_id": call["id"],
        "organisation_id": call["organisation_id"],
        "index": index,
        "start": round(start, 2),
        "end": round(start + length * 0.4, 2),
        "speaker": f"S{1 + index % 2}",
        "text": said,
        "words": packed,
        "sentiment": SentimentLabel.NEUTRAL,
        "sentiment_score": score,
        "act": Act.INFORM,
        "act_probability": 0.8,
    }


def _texts(call: dict[str, Any], texts: list[str]) -> Sequence[dict[str, Any]]:
    keys = {"call_id": call["id"], "organisation_id": call["organisation_id"]}
    parts = search.parts(texts, call["spoken_language"])
    return [{**keys, "part": number, "text": part} for number, part in enumerate(parts)]


def _metrics(call: dict[str, Any], chance: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "call_id": call["id"],
            "organisation_id": call["organisation_id"],
            "name": name,
            "side": side,
            "value": chance.random(),
            "unit": "share",
            "version": "1",
            "evidence": [{"start": 1.0, "end": 2.5, "note": "a few words"}],
        }
        for name in METRICS
        for side in (Side.REP, Side.CUSTOMER)
    ]


def _runs(call: dict[str, Any], chance: random.Random) -> list[dict[str, Any]]:
    """Return the stages of a call that waits, or whose first stage is under way."""
    at, running = call["created_at"], call["state"] is CallState.PROCESSING
    first = RunState.RUNNING if running else RunState.QUEUED
    return [
        {
            "id": key_at(chance, at),
            "organisation_id": call["organisation_id"],
            "call_id": call["id"],
            "stage": stage.name,
            "lane": stage.lane,
            "priority": call["priority"],
            "state": RunState.WAITING if stage.needs else first,
            "attempt": int(running and not stage.needs),
            "failures": 0,
            "lost": 0,
            "progress": 0.0,
            "worker": "made-up" if running and not stage.needs else None,
            "queued_at": None if stage.needs else at,
        }
        for stage in STAGES
    ]
