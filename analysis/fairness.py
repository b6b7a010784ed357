"""Whether scores, and what people make of them, differ between groups of calls."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.estimates import Difference, Estimate, difference, enough, estimate, holm
from analysis.records.trends import CONFIDENCE
from models.assessment import AssessmentState
from models.fairness import ScoredCall
from models.scorecard import POINT

WIDE_BAND_HZ = 16_000
"""Sample rate from which on sound is no telephone's."""
SURE = 0.9
"""Probability from which on it is sure who is rep and who is customer."""
MINUTE_S = 60.0
LENGTHS = ((2, "under_2_min"), (10, "2_to_10_min"), (30, "10_to_30_min"))
"""Minutes up to which calls are of a length; longer ones are `LONGEST`."""
LONGEST = "over_30_min"
UNKNOWN = "unknown"
"""The group of calls of which it is not known."""

CAVEATS: tuple[str, ...] = (
    (
        "Groups differ in more than one thing: a team may have harder customers, worse telephone lines or "
        "another kind of call. A difference does not say what it comes from."
    ),
    (
        "Many comparisons are made at once, and some differ by chance. A difference is called clear only "
        "where it would surprise among all of them (Holm's adjusted p-value below 0.05); intervals are of "
        "each alone."
    ),
    (
        "Speech recognition errs more with some accents, languages, voices and lines, and scores rest on "
        "what it heard. Such errors move scores without anybody meaning it."
    ),
    (
        "People do not decide on calls drawn by chance: uncertain and extreme scores come first. What they "
        "correct tells of those calls."
    ),
    (
        "Intervals count reps, not calls. With few reps they are wide, and still too narrow where one rep "
        "has most of the calls."
    ),
    (
        "The report knows of no sex, age, origin or disability. It proves no discrimination, and what it "
        "does not find may be there all the same."
    ),
)
"""What is to be known before anything is concluded; part of every report."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The mean of a group less that of all other calls.

    `adjusted_p` is its p-value among all comparisons of the report, and it is clear where that is below 0.05.
    """

    value: float
    low: float
    high: float
    p: float
    adjusted_p: float

    @property
    def clear(self) -> bool:
        """Return whether it would surprise among all comparisons."""
        return self.adjusted_p < 1 - CONFIDENCE


@dataclass(frozen=True, slots=True)
class Shares:
    """What came of the calls that were decided on, as shares that add up to 1."""

    decided: int
    approved: float
    approved_by_policy: float
    corrected: float
    rejected: float


@dataclass(frozen=True, slots=True)
class Findings:
    """What scores of a group are like; None where too few calls or reps say it.

    `correction` is the final score less the machine's, of calls on which people decided. `coverage` is the
    mean share of the scorecard that was answered, `without_score` the share of calls that have none.
    """

    machine: Estimate | None
    difference: Compared | None
    final: Estimate | None
    correction: Estimate | None
    shares: Shares | None
    coverage: float
    without_score: float


@dataclass(frozen=True, slots=True)
class Group:
    """Calls that have something in common; without findings where they are too few to tell of."""

    key: str
    calls: int
    reps: int
    findings: Findings | None


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something by which calls are told apart."""

    name: str
    label: str
    of: Callable[[ScoredCall], str | None]


def _team(call: ScoredCall) -> str | None:
    return None if call.team_id is None else str(call.team_id)


def _length(call: ScoredCall) -> str | None:
    if call.duration_s is None:
        return None
    minutes = call.duration_s / MINUTE_S
    return next((name for least, name in LENGTHS if minutes < least), LONGEST)


def _band(call: ScoredCall) -> str | None:
    if call.sample_rate_hz is None:
        return None
    return "wide" if call.sample_rate_hz >= WIDE_BAND_HZ else "telephone"


def _voices(call: ScoredCall) -> str:
    return "separate" if call.own_channels else "mixed"


def _sides(call: ScoredCall) -> str | None:
    if call.sure is None:
        return None
    return "sure" if call.sure >= SURE else "unsure"


DIMENSIONS: tuple[Dimension, ...] = (
    Dimension("team", "Team", _team),
    Dimension("language", "Language spoken", lambda call: call.language),
    Dimension("call_type", "Kind of call", lambda call: call.call_type),
    Dimension("direction", "Who called whom", lambda call: call.direction),
    Dimension("band", "Band of the recording", _band),
    Dimension(
        "voices", "Voices on channels of their own", lambda call: "separate" if call.own_channels else "mixed"
    ),
    Dimension("length", "Length of the call", _length),
    Dimension("sides", "How sure it is who is who", _sides),
)
"""What a report tells apart, in this order."""


def report(calls: Sequence[ScoredCall]) -> Mapping[Dimension, tuple[Group, ...]]:
    """Return what scores are like in each group of each dimension, the largest group first."""
    parts = {dimension: _parts(dimension, calls) for dimension in DIMENSIONS}
    told = {dimension: tellable(found) for dimension, found in parts.items()}
    differences = {
        (dimension, key): found
        for dimension, groups in parts.items()
        for key in told[dimension]
        if (found := _difference(key, groups)) is not None
    }
    adjusted = holm([found.p for found in differences.values()])
    compared = {
        place: Compared(found.value, found.low, found.high, found.p, p)
        for (place, found), p in zip(differences.items(), adjusted, strict=True)
    }
    return {
        dimension: tuple(
            _group(key, found, compared.get((dimension, key)), told=key in told[dimension])
            for key, found in groups.items()
        )
        for dimension, groups in parts.items()
    }


def tellable(groups: Mapping[str, Sequence[ScoredCall]]) -> frozenset[str]:
    """Return the groups that may be told of.

    Those that are not must together be enough too, or they could be told from the others and the whole; the
    smallest of the others joins them until they are.
    """
    told = sorted((key for key, calls in groups.items() if _enough(calls)), key=lambda key: len(groups[key]))
    kept = [call for key, calls in groups.items() if key not in told for call in calls]
    while kept and told and not _enough(kept):
        kept += groups[told.pop(0)]
    return frozenset(told)


def _parts(dimension: Dimension, calls: Iterable[ScoredCall]) -> dict[str, list[ScoredCall]]:
    """Return calls by what they are like, the most first."""
    found = defaultdict[str, list[ScoredCall]](list)
    for call in calls:
        found[dimension.of(call) or UNKNOWN].append(call)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def _enough(calls: Sequence[ScoredCall]) -> bool:
    return enough([(call.rep_id, 0.0) for call in calls])


def _machine(calls: Iterable[ScoredCall]) -> Estimate | None:
    return estimate([(call.rep_id, call.machine / POINT) for call in calls if call.machine is not None])


def _difference(key: str, groups: Mapping[str, Sequence[ScoredCall]]) -> Difference | None:
    """Return how the machine's scores of a group differ from those of all other calls."""
    one = _machine(groups[key])
    other = _machine(call for name, calls in groups.items() if name != key for call in calls)
    return None if one is None or other is None else difference(one, other)


def _group(key: str, calls: Sequence[ScoredCall], compared: Compared | None, *, told: bool) -> Group:
    reps = len({call.rep_id for call in calls})
    return Group(key, len(calls), reps, _findings(calls, compared) if told else None)


def _findings(calls: Sequence[ScoredCall], compared: Compared | None) -> Findings:
    counted = [call for call in calls if call.state.counts]
    return Findings(
        machine=_machine(calls),
        difference=compared,
        final=estimate([(call.rep_id, call.final / POINT) for call in counted if call.final is not None]),
        correction=estimate(
            [
                (call.rep_id, (call.final - call.machine) / POINT)
                for call in counted
                if not call.by_policy and call.final is not None and call.machine is not None
            ]
        ),
        shares=_shares([call for call in calls if call.state.decided]),
        coverage=math.fsum(call.coverage for call in calls) / len(calls),
        without_score=sum(call.final is None for call in calls) / len(calls),
    )


def _shares(decided: Sequence[ScoredCall]) -> Shares | None:
    if not _enough(decided):
        return None
    of = Counter((call.state, call.by_policy) for call in decided)
    approved, policy = of[AssessmentState.APPROVED, False], of[AssessmentState.APPROVED, True]
    rejected = sum(call.state is AssessmentState.REJECTED for call in decided)
    number = len(decided)
    return Shares(
        decided=number,
        approved=approved / number,
        approved_by_policy=policy / number,
        corrected=(number - approved - policy - rejected) / number,
        rejected=rejected / number,
    )
