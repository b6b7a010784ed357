"""Which side is which: rep or customer, from what is known, else from what is said.

Every speaker has log-odds from what they say (`role_evidence`). All ways to give the speakers
a side, with at least one of the main ones on each, compete with "this call has no sides"; a
side is named only when its posterior reaches `SURE`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from core.errors import Rejected
from models.transcript import UNKNOWN_SPEAKER, Role, RoleEvidence, Speaker, Turn, Utterance, Word
from transcription.attribution.coverage import union
from transcription.roles.evidence import Case, gather, shown

SURE = 0.75
"""Posterior from which a speaker is given a side."""
NO_SIDES = 1.5
"""Prior log-odds of a conversation without sides against one of two ways to assign them."""
MAIN_SHARE = 0.1
"""A speaker with less of the words may be anybody's; the sides are found among the others."""
MOST_SPEAKERS = 8
"""Speakers considered together, most talkative first; the number of ways doubles with each."""
ANNOUNCED = 3.0
"""Weight of announcement phrases from which a voice that only announces is nobody's side."""
GREETED = 4.5
"""Weight of rep phrases that announcements may contain: "thank you for calling Acme"."""
TOLD_WEIGHT = 20.0
"""Log-odds of a side that a person or a channel mapping gave: beyond doubt."""
TOLD = "told"
"""Rule name of evidence that a person or a channel mapping gave."""
SIDES = (Role.REP, Role.CUSTOMER)


@dataclass(frozen=True, slots=True)
class KnownRoles:
    """What people know: the rep's channel or speaker id, each speaker's channel, and sides they gave."""

    rep_channel: int | None = None
    rep_speaker: str | None = None
    channel_of_speaker: Mapping[str, int] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)


def assign_roles(
    utterances: tuple[Utterance, ...],
    words: tuple[Word, ...],
    turns: tuple[Turn, ...],
    known: KnownRoles,
) -> tuple[Speaker, ...]:
    """Return every speaker with side, confidence, evidence and seconds spoken, by first appearance.

    `role_confidence` is the posterior of the side given; where that is unknown, the posterior
    of the likelier side, which fell short of `SURE`. Raises `Rejected` for a rep who is not there.
    """
    names = _names(turns, utterances)
    told = _told(names, known)
    cases = {name: gather(name, utterances, words) for name in names}
    judged = _judge(cases, told)
    return tuple(
        Speaker(
            id=name,
            role=judged[name][0],
            role_confidence=judged[name][1],
            role_evidence=(*_given(told.get(name)), *shown(cases[name], words)),
            talk_s=_talk_s(name, turns, utterances),
            channel=known.channel_of_speaker.get(name),
        )
        for name in names
    )


def _names(turns: tuple[Turn, ...], utterances: tuple[Utterance, ...]) -> tuple[str, ...]:
    """Return every speaker by first appearance, those without a turn last."""
    seen = [turn.speaker for turn in sorted(turns, key=lambda turn: turn.start)]
    spoken = [utterance.speaker for utterance in utterances if utterance.speaker != UNKNOWN_SPEAKER]
    return tuple(dict.fromkeys([*seen, *spoken]))


def _told(names: tuple[str, ...], known: KnownRoles) -> dict[str, Role]:
    """Return the sides that people know; what they gave to single speakers comes first."""
    given = {name: role for name, role in known.roles.items() if name in names}
    return {**_told_of_rep(names, known), **given}


def _told_of_rep(names: tuple[str, ...], known: KnownRoles) -> dict[str, Role]:
    """Return the sides that follow from who or where the rep is."""
    if known.rep_speaker is not None:
        if known.rep_speaker not in names:
            raise Rejected(
                "unknown_speaker",
                f"There is no speaker {known.rep_speaker} in this recording.",
                f"Name one of: {', '.join(names) or 'none speaks'}.",
            )
        others = dict.fromkeys(names, Role.CUSTOMER) if len(names) == len(SIDES) else {}
        return {**others, known.rep_speaker: Role.REP}
    if known.rep_channel is None:
        return {}
    channels = known.channel_of_speaker
    return {
        n: Role.REP if channels[n] == known.rep_channel else Role.CUSTOMER for n in names if n in channels
    }


def _judge(cases: Mapping[str, Case], told: Mapping[str, Role]) -> dict[str, tuple[Role, float]]:
    """Return the side and the confidence of every speaker."""
    judged = {name: (role, 1.0) for name, role in told.items()}
    for name, case in cases.items():
        if name not in judged and _announces(case):
            judged[name] = (Role.OTHER, 1 / (1 + math.exp(-case.weight(Role.OTHER))))
    sided = {name: role for name, role in told.items() if role in SIDES}
    talking = [name for name in cases if name in sided or name not in judged]
    talking = sorted(talking, key=lambda name: -cases[name].spoken)[:MOST_SPEAKERS]
    found = _posterior({name: cases[name] for name in talking}, sided)
    for name in cases:
        judged.setdefault(name, _side(*found.get(name, (0.0, 0.0))))
    return judged


def _posterior(cases: Mapping[str, Case], told: Mapping[str, Role]) -> dict[str, tuple[float, float]]:
    """Return P(rep) and P(customer) of each speaker over all ways to assign the sides.

    A way gains half a speaker's log-odds for the side they lean to and loses as much for the
    other, so that words of both sides from one mouth speak for "no sides".
    """
    names = tuple(cases)
    everything = sum(case.spoken for case in cases.values())
    main = [name for name in names if cases[name].spoken >= MAIN_SHARE * everything or name in told]
    every = (dict(zip(names, way, strict=True)) for way in product(SIDES, repeat=len(names)))
    ways = [way for way in every if _possible(way, main, told)]
    scores = [_score(way, cases) for way in ways]
    ceiling = max(scores, default=0.0)
    odds = [math.exp(score - ceiling) for score in scores]
    nobody = 0.0 if told else math.exp(NO_SIDES - ceiling) * len(ways) / len(SIDES)
    total = sum(odds) + nobody
    if not total:  # everybody who matters is known to be on one side: nothing is left to find out
        return {}
    pairs = tuple(zip(odds, ways, strict=True))
    rep = {name: sum(odd for odd, way in pairs if way[name] is Role.REP) / total for name in names}
    return {name: (rep[name], sum(odds) / total - rep[name]) for name in names}


def _score(way: Mapping[str, Role], cases: Mapping[str, Case]) -> float:
    return sum(cases[name].lean * (0.5 if role is Role.REP else -0.5) for name, role in way.items())


def _possible(way: Mapping[str, Role], main: list[str], told: Mapping[str, Role]) -> bool:
    """Return whether sides fit what is known and leave nobody talking to an empty side."""
    if any(way[name] is not role for name, role in told.items() if name in way):
        return False
    return len(main) < len(SIDES) or {way[name] for name in main} == set(SIDES)


def _side(rep: float, customer: float) -> tuple[Role, float]:
    likelier = Role.REP if rep >= customer else Role.CUSTOMER
    confidence = max(rep, customer)
    return (likelier if confidence >= SURE else Role.UNKNOWN), confidence


def _announces(case: Case) -> bool:
    """Return whether a voice only reads announcements: much of that, and nothing a side asks or tells."""
    own = max(case.weight(Role.REP) - GREETED, 0.0) + case.weight(Role.CUSTOMER)
    return case.weight(Role.OTHER) >= max(ANNOUNCED, own)


def _given(told: Role | None) -> tuple[RoleEvidence, ...]:
    return () if told is None else (RoleEvidence(told, TOLD_WEIGHT, "told, not inferred", None, None, TOLD),)


def _talk_s(name: str, turns: tuple[Turn, ...], utterances: tuple[Utterance, ...]) -> float:
    """Return the seconds of a speaker's turns; of their utterances where they have no turn."""
    own = [turn for turn in turns if turn.speaker == name]
    said = own or [Turn(u.start, u.end, name) for u in utterances if u.speaker == name]
    return sum(end - start for start, end in union(said))
