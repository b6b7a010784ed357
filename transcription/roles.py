"""Which side is which: rep or customer, from what is known, else from what is said.

Every speaker gathers log-odds from phrases that one side of a call says (`role_phrases`). All
ways to give the main speakers a side, with at least one on each, compete with "this is no
service or sales call"; a side is named only when its posterior reaches `SURE`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product

from core.errors import Rejected
from models.transcript import UNKNOWN_SPEAKER, Role, RoleEvidence, Speaker, Turn, Utterance, Word
from transcription.coverage import union
from transcription.role_phrases import RolePhrase
from transcription.role_phrases_announced import ENGLISH_ANNOUNCED, MANDARIN_ANNOUNCED
from transcription.role_phrases_en_customer import ENGLISH_CUSTOMER
from transcription.role_phrases_en_rep import ENGLISH_REP
from transcription.role_phrases_en_sales import ENGLISH_SALES
from transcription.role_phrases_zh import MANDARIN
from transcription.spoken_text import SpokenText, spoken_text
from transcription.utterances import joined_text

PHRASES = (
    *ENGLISH_REP,
    *ENGLISH_SALES,
    *ENGLISH_CUSTOMER,
    *ENGLISH_ANNOUNCED,
    *MANDARIN,
    *MANDARIN_ANNOUNCED,
)
SURE = 0.75
"""Posterior from which a speaker is given a side."""
NO_SIDES = 1.5
"""Prior log-odds of a conversation without sides against any one way to assign them."""
REPEATS = (1.0, 0.5)
"""What the first, second ... time counts that a speaker matches a rule; further times do not."""
RARITY = 6.5
RARER = 1.3
"""How seldom a phrase of weight 0 falls where there are no sides, and how much more so per log-odd."""
MAIN_SHARE = 0.1
"""A speaker with less of the words may be anybody's; the sides are found among the others."""
MOST_SPEAKERS = 8
"""Speakers considered together, most talkative first; the number of ways doubles with each."""
ANNOUNCED = 3.0
"""Weight of announcement phrases from which a voice that only announces is nobody's side."""
GREETED = 4.0
"""Weight of rep phrases that announcements may contain: "thank you for calling Acme"."""
SHOWN = 20
"""Most pieces of evidence kept of one speaker, strongest first."""
TOLD_WEIGHT = 20.0
"""Log-odds of a side that a person or a channel mapping gave: beyond doubt."""
TOLD = "told"
"""Rule name of evidence that a person or a channel mapping gave."""


@dataclass(frozen=True, slots=True)
class KnownRoles:
    """What the caller knows: the rep's channel, or the rep's speaker id; which channel each speaker is on."""

    rep_channel: int | None = None
    rep_speaker: str | None = None
    channel_of_speaker: Mapping[str, int] = field(default_factory=dict)


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
    evidence = {name: _evidence(_said(name, utterances, words), words) for name in names}
    judged = _judge(names, evidence, utterances, told)
    return tuple(
        Speaker(
            id=name,
            role=judged[name][0],
            role_confidence=judged[name][1],
            role_evidence=_shown(told.get(name), evidence[name], words),
            talk_s=_talk_s(name, turns, utterances),
            channel=known.channel_of_speaker.get(name),
        )
        for name in names
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """A matched phrase, the words it lies in, and how much it counts."""

    phrase: RolePhrase
    weight: float
    first_word: int
    last_word: int


def _names(turns: tuple[Turn, ...], utterances: tuple[Utterance, ...]) -> tuple[str, ...]:
    """Return every speaker by first appearance, those without a turn last."""
    seen = [turn.speaker for turn in sorted(turns, key=lambda turn: turn.start)]
    spoken = [utterance.speaker for utterance in utterances if utterance.speaker != UNKNOWN_SPEAKER]
    return tuple(dict.fromkeys([*seen, *spoken]))


def _told(names: tuple[str, ...], known: KnownRoles) -> dict[str, Role]:
    """Return the sides that the caller knows."""
    if known.rep_speaker is not None:
        if known.rep_speaker not in names:
            raise Rejected(
                "unknown_speaker",
                f"There is no speaker {known.rep_speaker} in this recording.",
                f"Name one of: {', '.join(names) or 'none speaks'}.",
            )
        others = dict.fromkeys(names, Role.CUSTOMER) if len(names) == 2 else {}  # noqa: PLR2004  two sides
        return {**others, known.rep_speaker: Role.REP}
    if known.rep_channel is None:
        return {}
    channels = known.channel_of_speaker
    return {
        n: Role.REP if channels[n] == known.rep_channel else Role.CUSTOMER for n in names if n in channels
    }


def _said(name: str, utterances: tuple[Utterance, ...], words: tuple[Word, ...]) -> SpokenText:
    """Return all that one speaker says as one normalised text: phrases run over utterance ends."""
    spans = (range(u.first_word, u.last_word + 1) for u in utterances if u.speaker == name)
    return spoken_text(words, tuple(index for span in spans for index in span))


def _evidence(said: SpokenText, words: tuple[Word, ...]) -> tuple[_Found, ...]:
    """Return the phrases one speaker says, in order of time; the first time counts most."""
    spoken = len(said.indexes)
    found = [
        _Found(phrase, _worth(phrase.weight, spoken) * share, *said.words_of(match.start(), match.end()))
        for phrase in PHRASES
        for share, match in zip(REPEATS, phrase.pattern.finditer(said.text), strict=False)
    ]
    return tuple(sorted(found, key=lambda one: words[one.first_word].start))


def _worth(weight: float, spoken: int) -> float:
    """Return the log-odds of hearing a phrase at least once in `spoken` words.

    Near its weight in a short call; less the more is said, because whoever talks for an hour
    says most things once. The weaker a phrase, the more often it falls without meaning a side:
    once in about exp(`RARITY` + `RARER` x weight) words.
    """
    chance = spoken * math.exp(-RARITY - RARER * weight)
    return math.log(-math.expm1(-chance * math.exp(weight))) - math.log(-math.expm1(-chance))


def _judge(
    names: tuple[str, ...],
    evidence: Mapping[str, tuple[_Found, ...]],
    utterances: tuple[Utterance, ...],
    told: Mapping[str, Role],
) -> dict[str, tuple[Role, float]]:
    """Return the side and the confidence of every speaker."""
    judged = {name: (told[name], 1.0) for name in told}
    heard = {name: _words_of(name, utterances) for name in names}
    for name in names:
        if name not in judged and _announces(evidence[name]):
            judged[name] = (Role.OTHER, _logistic(_weight(evidence[name], Role.OTHER)))
    free = [name for name in names if judged.get(name, (Role.UNKNOWN, 0.0))[0] != Role.OTHER]
    free = sorted(free, key=lambda name: -heard[name])[:MOST_SPEAKERS]
    rep = _posterior(tuple(free), evidence, heard, told)
    for name in names:
        judged.setdefault(name, _side(*rep.get(name, (0.0, 0.0))))
    return judged


def _posterior(
    names: tuple[str, ...],
    evidence: Mapping[str, tuple[_Found, ...]],
    heard: Mapping[str, int],
    told: Mapping[str, Role],
) -> dict[str, tuple[float, float]]:
    """Return P(rep) and P(customer) of each speaker over all ways to assign the sides."""
    lean = [_weight(evidence[n], Role.REP) - _weight(evidence[n], Role.CUSTOMER) for n in names]
    most = sum(heard[name] for name in names)
    main = [name for name in names if heard[name] >= MAIN_SHARE * most or name in told]
    ways = [
        way
        for way in product((Role.REP, Role.CUSTOMER), repeat=len(names))
        if _possible(way, names, main, told)
    ]
    scores = [
        sum(x if role is Role.REP else -x for x, role in zip(lean, way, strict=True)) / 2 for way in ways
    ]
    ceiling = max(scores, default=0.0)
    odds = [math.exp(score - ceiling) for score in scores]
    total = sum(odds) + (0.0 if told else math.exp(NO_SIDES - ceiling) * max(len(ways), 1) / 2)
    share = {
        role: [
            sum(o for o, way in zip(odds, ways, strict=True) if way[i] is role) / total
            for i in range(len(names))
        ]
        for role in (Role.REP, Role.CUSTOMER)
    }
    return {n: (share[Role.REP][i], share[Role.CUSTOMER][i]) for i, n in enumerate(names)}


def _possible(
    way: tuple[Role, ...], names: tuple[str, ...], main: list[str], told: Mapping[str, Role]
) -> bool:
    """Return whether sides fit what is known and leave nobody talking to an empty side."""
    given = dict(zip(names, way, strict=True))
    if any(given[name] is not role for name, role in told.items() if name in given):
        return False
    return len(main) < 2 or len({given[name] for name in main}) == 2  # noqa: PLR2004  two sides


def _side(rep: float, customer: float) -> tuple[Role, float]:
    likelier = Role.REP if rep >= customer else Role.CUSTOMER
    confidence = max(rep, customer)
    return (likelier if confidence >= SURE else Role.UNKNOWN), confidence


def _announces(found: tuple[_Found, ...]) -> bool:
    """Return whether a voice only reads announcements: much of that, and nothing a side asks or tells."""
    own = max(_weight(found, Role.REP) - GREETED, 0.0) + _weight(found, Role.CUSTOMER)
    return _weight(found, Role.OTHER) >= max(ANNOUNCED, own)


def _weight(found: Iterable[_Found], role: Role) -> float:
    return sum(one.weight for one in found if one.phrase.role is role)


def _words_of(name: str, utterances: tuple[Utterance, ...]) -> int:
    return sum(u.last_word - u.first_word + 1 for u in utterances if u.speaker == name)


def _shown(told: Role | None, found: tuple[_Found, ...], words: tuple[Word, ...]) -> tuple[RoleEvidence, ...]:
    """Return the evidence as people read it, by time: what was told, then the strongest phrases."""
    given = () if told is None else (RoleEvidence(told, TOLD_WEIGHT, "", None, None, TOLD),)
    strongest = sorted(found, key=lambda one: -one.weight)[:SHOWN]
    return (*given, *(_quoted(one, words) for one in found if one in strongest))


def _quoted(found: _Found, words: tuple[Word, ...]) -> RoleEvidence:
    first = words[found.first_word]
    own = [word for word in words[found.first_word : found.last_word + 1] if word.speaker == first.speaker]
    return RoleEvidence(
        role=found.phrase.role,
        weight=found.weight,
        quote=joined_text(tuple(own)),
        start=first.start,
        end=max(word.end for word in own),
        rule=found.phrase.rule,
    )


def _talk_s(name: str, turns: tuple[Turn, ...], utterances: tuple[Utterance, ...]) -> float:
    """Return the seconds of a speaker's turns; of their utterances where they have no turn."""
    own = [turn for turn in turns if turn.speaker == name]
    said = own or [Turn(u.start, u.end, name) for u in utterances if u.speaker == name]
    return sum(end - start for start, end in union(said))


def _logistic(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
