"""Who spoke when: diarization error rate, number of speakers, sides and talk ratio.

DER is pyannote.metrics' with the best pairing of speakers and overlap scored. A collar of 0.25 s
is the NIST one: 0.25 s on each side of every reference boundary is not scored. (pyannote.metrics
takes the width of both sides together.)
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.formats import Span
from models.transcript import Role, Turn

ROLE_NAMES: Mapping[str, Role] = {
    "agent": Role.REP,
    "rep": Role.REP,
    "representative": Role.REP,
    "seller": Role.REP,
    "advisor": Role.REP,
    "operator": Role.REP,
    "caller": Role.CUSTOMER,
    "customer": Role.CUSTOMER,
    "client": Role.CUSTOMER,
    "buyer": Role.CUSTOMER,
}
"""Speaker names in references, in lower case, that say which side the speaker is on."""

SIDES = 2


@dataclass(frozen=True, slots=True)
class Confusions:
    """Seconds of speaker time that are wrong, of `total` seconds of reference; sums pool recordings."""

    total: float = 0.0
    missed: float = 0.0
    false_alarm: float = 0.0
    confusion: float = 0.0

    @property
    def rate(self) -> float | None:
        """Return the diarization error rate, which may exceed 1; None without reference speech."""
        return (self.missed + self.false_alarm + self.confusion) / self.total if self.total else None

    def __add__(self, other: Confusions) -> Confusions:
        """Return the seconds of both together."""
        return Confusions(
            self.total + other.total,
            self.missed + other.missed,
            self.false_alarm + other.false_alarm,
            self.confusion + other.confusion,
        )


@dataclass(frozen=True, slots=True)
class RoleScore:
    """Talk seconds of speakers whose side the reference knows, by what was said of them."""

    right_s: float = 0.0
    wrong_s: float = 0.0
    abstained_s: float = 0.0

    @property
    def accuracy(self) -> float | None:
        """Return the share of decided talk time that is on the right side; None when none was decided."""
        decided = self.right_s + self.wrong_s
        return self.right_s / decided if decided else None

    @property
    def abstained(self) -> float | None:
        """Return the share of talk time for which no side was named."""
        total = self.right_s + self.wrong_s + self.abstained_s
        return self.abstained_s / total if total else None

    def __add__(self, other: RoleScore) -> RoleScore:
        """Return the seconds of both together."""
        return RoleScore(
            self.right_s + other.right_s, self.wrong_s + other.wrong_s, self.abstained_s + other.abstained_s
        )


def diarization_error(
    reference: Sequence[Turn], hypothesis: Sequence[Turn], regions: Sequence[Span], collar_s: float = 0.0
) -> Confusions:
    """Return the wrong seconds inside `regions`; `collar_s` is on each side of a boundary."""
    from pyannote.metrics.diarization import DiarizationErrorRate

    metric = DiarizationErrorRate(collar=2 * collar_s, skip_overlap=False)
    found = metric(_annotation(reference), _annotation(hypothesis), uem=_timeline(regions), detailed=True)
    return Confusions(
        *(float(found[key]) for key in ("total", "missed detection", "false alarm", "confusion"))
    )


def pairing(reference: Sequence[Turn], hypothesis: Sequence[Turn], regions: Sequence[Span]) -> dict[str, str]:
    """Return hypothesised to reference speaker, the pairing under which DER is least."""
    from pyannote.metrics.diarization import DiarizationErrorRate

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # says that turns were cropped, which is meant
        found = DiarizationErrorRate().optimal_mapping(
            _annotation(reference), _annotation(hypothesis), uem=_timeline(regions)
        )
    return {str(speaker): str(truth) for speaker, truth in found.items()}


def crop(turns: Sequence[Turn], regions: Sequence[Span]) -> tuple[Turn, ...]:
    """Return the parts of turns inside the regions."""
    cut = (
        Turn(max(turn.start, start), min(turn.end, end), turn.speaker)
        for turn in turns
        for start, end in regions
    )
    return tuple(turn for turn in cut if turn.end > turn.start)


def talk_s(turns: Sequence[Turn]) -> float:
    """Return the seconds in which at least one of the turns goes on."""
    total, until = 0.0, 0.0
    for turn in sorted(turns, key=lambda turn: turn.start):
        total += max(0.0, turn.end - max(turn.start, until))
        until = max(until, turn.end)
    return total


def voices(turns: Sequence[Turn], regions: Sequence[Span]) -> tuple[str, ...]:
    """Return the speakers that are heard inside the regions."""
    return tuple(sorted({turn.speaker for turn in crop(turns, regions)}))


def role_score(
    reference: Sequence[Turn], hypothesis: Sequence[Turn], roles: Mapping[str, Role], regions: Sequence[Span]
) -> RoleScore | None:
    """Return how much talk was put on the right side, or None where the reference names no sides.

    The truth of a hypothesised speaker is the side of the reference speaker it overlaps most.
    """
    truth = {turn.speaker: ROLE_NAMES.get(turn.speaker.lower(), Role.UNKNOWN) for turn in reference}
    if not any(role is not Role.UNKNOWN for role in truth.values()):
        return None
    inside, spoken = crop(reference, regions), crop(hypothesis, regions)
    score = RoleScore()
    for speaker in dict.fromkeys(turn.speaker for turn in spoken):
        mine = tuple(turn for turn in spoken if turn.speaker == speaker)
        side = truth.get(_nearest(mine, inside) or "", Role.UNKNOWN)
        if side is not Role.UNKNOWN:
            score += _judged(talk_s(mine), side, roles.get(speaker, Role.UNKNOWN))
    return score


def _judged(seconds: float, side: Role, said: Role) -> RoleScore:
    """Return the seconds as right, wrong or abstained."""
    if said is Role.UNKNOWN:
        return RoleScore(abstained_s=seconds)
    return RoleScore(right_s=seconds) if said is side else RoleScore(wrong_s=seconds)


def _nearest(mine: Sequence[Turn], reference: Sequence[Turn]) -> str | None:
    """Return the reference speaker that talks most during the turns, None where nobody does."""
    shared: dict[str, float] = {}
    for turn in mine:
        for other in reference:
            both = min(turn.end, other.end) - max(turn.start, other.start)
            if both > 0:
                shared[other.speaker] = shared.get(other.speaker, 0.0) + both
    return max(shared, key=shared.__getitem__) if shared else None


def sides(reference: Sequence[Turn]) -> tuple[str, str] | None:
    """Return the reference's rep and customer; of two unnamed speakers the first by name leads.

    None where there are not just two speakers: a talk ratio needs two sides.
    """
    names = sorted({turn.speaker for turn in reference})
    if len(names) != SIDES:
        return None
    reps = [name for name in names if ROLE_NAMES.get(name.lower()) is Role.REP]
    rep = reps[0] if reps else names[0]
    return rep, next(name for name in names if name != rep)


def talk_ratio(turns: Sequence[Turn], rep: str, customer: str) -> float | None:
    """Return the rep's talk over the talk of both, 0..1; None when both are silent."""
    parts = [talk_s([turn for turn in turns if turn.speaker == side]) for side in (rep, customer)]
    return parts[0] / sum(parts) if sum(parts) else None


def _annotation(turns: Sequence[Turn]) -> Any:
    """Return pyannote's value of the turns; the track keeps equal segments apart."""
    from pyannote.core import Annotation, Segment

    annotation = Annotation()
    for track, turn in enumerate(turns):
        annotation[Segment(turn.start, turn.end), track] = turn.speaker
    return annotation


def _timeline(regions: Sequence[Span]) -> Any:
    """Return pyannote's value of the scored seconds."""
    from pyannote.core import Segment, Timeline

    return Timeline([Segment(start, end) for start, end in regions])
