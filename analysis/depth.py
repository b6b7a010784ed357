"""Interaction depth, 0..100: seven weighted parts of a conversation, every one shown (MEASURES 3.13).

Depth = 100 * sum(w_i s_i) / sum(w_i) over the measurable parts, s_i in 0..1 by the clipped
piecewise-linear curves below. It is a proposal: no claim that it predicts an outcome is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from analysis import tokens as text_tokens
from analysis.asking import Asked
from analysis.bands import PROPOSAL, band, distance
from analysis.metrics import asking, exchange, listening, talk
from analysis.metrics.metric import (
    EVIDENCE,
    NO_WORDS,
    Measured,
    note,
    unknown,
)
from analysis.questions import QuestionKind
from analysis.responses import Response, ResponseKind, responses
from analysis.spans import total
from analysis.turns import Conversation
from models.call import CallType
from models.review import Depth, DepthPart, Evidence, Side
from models.transcript import Role

VERSION = "1"
LEAST_WEIGHT = 0.6
"""Below this share of measurable weight there is no depth: the parts that are left say too little."""
FEWEST_REPLIES = 3
FULL_SPEECH_S = 300.0
"""From this much speech on, its amount does not lower the confidence."""
OVERLAP_PENALTY = 2.0
"""Confidence falls to 0 where half of the speech overlaps."""
INTRUSION = 2.0
"""One interruption outweighs this many listening tokens."""
QUARTER_HOUR = 900.0
SHORTEST_S = 300.0
"""Counts in a shorter call are not scaled up further: two questions in a minute are not thirty."""
Knots = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """How an input becomes a score: straight lines between knots (input, score), flat outside."""

    input: str
    unit: str
    knots: Knots
    source: str

    def score(self, value: float) -> float:
        """Return the score 0..1 of a value."""
        if value <= self.knots[0][0]:
            return self.knots[0][1]
        for (x0, y0), (x1, y1) in pairwise(self.knots):
            if value <= x1:
                return y0 + (y1 - y0) * (value - x0) / (x1 - x0)
        return self.knots[-1][1]


CURVES: Mapping[str, Curve] = {
    c.input: c
    for c in (
        Curve(
            "talk_share_distance",
            "ratio",
            ((0.0, 1.0), (0.25, 0.0)),
            "distance from the band of the call type; " + PROPOSAL,
        ),
        Curve(
            "switches_per_minute", "per minute", ((1.0, 0.0), (4.0, 1.0), (12.0, 1.0), (20.0, 0.5)), PROPOSAL
        ),
        Curve("median_customer_turn_s", "s", ((1.0, 0.0), (8.0, 1.0)), PROPOSAL),
        Curve(
            "longest_customer_turn_s",
            "s",
            ((5.0, 0.0), (50.0, 0.5), (120.0, 1.0)),
            "Gong: 50 s is below average, minutes raise the odds [S32]",
        ),
        Curve("substantive_reply_share", "ratio", ((0.2, 0.0), (0.8, 1.0)), PROPOSAL),
        Curve(
            "open_questions_per_15_min",
            "per 15 min",
            ((0.0, 0.0), (4.0, 1.0)),
            "Demodesk: at least 4 open questions a call [S69]",
        ),
        Curve(
            "follow_up_questions_per_15_min",
            "per 15 min",
            ((0.0, 0.0), (4.0, 0.4), (9.0, 1.0)),
            "Huang et al.: at least 9 questions in 15 minutes against at most 4 [S100]",
        ),
        Curve("customer_questions_per_15_min", "per 15 min", ((0.0, 0.0), (6.0, 1.0)), PROPOSAL),
        Curve("customer_topics_per_15_min", "per 15 min", ((0.0, 0.0), (15.0, 1.0)), PROPOSAL),
        Curve(
            "listening_balance",
            "per minute",
            ((-1.0, 0.0), (0.0, 0.4), (3.0, 1.0)),
            "CANDOR hears about 17 backchannels a minute of speech [S77], recognisers a fraction; "
            + PROPOSAL,
        ),
    )
}
"""Every curve, by the input it reads."""


@dataclass(frozen=True, slots=True)
class _Scored:
    """A part before its weight: inputs as measured, and what they are made of."""

    inputs: Mapping[str, float | None]
    reason: str | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def score(self) -> float | None:
        """Return the mean score over the inputs that have a curve and a value."""
        if self.reason is not None:
            return None
        scores = [CURVES[k].score(v) for k, v in self.inputs.items() if k in CURVES and v is not None]
        return sum(scores) / len(scores) if scores else None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of depth: its weight, its curves, and how its inputs are found."""

    name: str
    label: str
    weight: float
    curves: tuple[str, ...]
    meaning: str
    compute: Callable[[Conversation, CallType], _Scored]


def depth(conv: Conversation, call_type: CallType) -> Depth:
    """Return the interaction depth of a call with all its parts; None below 60 % measurable weight."""
    parts = tuple(_part(part, conv, call_type) for part in PARTS)
    value, reason = combine(parts)
    return Depth(value, reason, confidence(conv), parts, VERSION)


def combine(parts: Sequence[DepthPart]) -> tuple[float | None, str | None]:
    """Return 100 times the weighted mean over the measurable parts, or None with the reason."""
    known = [(p.weight, p.score) for p in parts if p.score is not None]
    weight = sum(w for w, _ in known)
    if weight < LEAST_WEIGHT - 1e-9:
        return None, f"Only {weight:.0%} of the weight can be measured; {LEAST_WEIGHT:.0%} is needed."
    return 100 * min(sum(w * s for w, s in known) / weight, 1.0), None


def confidence(conv: Conversation) -> float:
    """Return how far the depth can be trusted, 0..1: the weakest of its four supports.

    Separation of speakers, certainty of their roles, minutes of speech, and overlap.
    """
    voiced = total(conv.voiced)
    if voiced <= 0:
        return 0.0
    overlap = 1 - OVERLAP_PENALTY * conv.overlap_s / voiced
    supports = (
        conv.transcript.diarization_confidence,
        _role_confidence(conv),
        voiced / FULL_SPEECH_S,
        overlap,
    )
    return min(max(min(supports), 0.0), 1.0)


def _role_confidence(conv: Conversation) -> float:
    """Return the confidence in the roles of rep and customer, weighted by talk."""
    known = [s for s in conv.transcript.speakers if s.role in {Role.REP, Role.CUSTOMER}]
    weight = sum(s.talk_s for s in known)
    return sum(s.role_confidence * s.talk_s for s in known) / weight if weight > 0 else 0.0


def _part(part: Part, conv: Conversation, call_type: CallType) -> DepthPart:
    """Return one part computed."""
    found = part.compute(conv, call_type)
    reason = found.reason if found.score is None else None
    inputs = {name: None if value is None else float(value) for name, value in found.inputs.items()}
    return DepthPart(part.name, part.weight, found.score, reason, inputs, found.evidence)


def _missing(names: Sequence[str], reason: str | None) -> _Scored:
    """Return a part that could not be measured, its inputs named."""
    return _Scored(dict.fromkeys(names), reason or NO_WORDS)


def _balance(conv: Conversation, call_type: CallType) -> _Scored:
    """Return how far the rep's share of talk lies outside the band of the call type."""
    measured = talk.talk_share(conv, Side.REP)
    within = band("talk_share", Side.REP, call_type)
    if measured.value is None or within is None:
        return _missing(("talk_share", "talk_share_distance"), measured.reason)
    inputs = {
        "talk_share": measured.value,
        "band_low": within.low,
        "band_high": within.high,
        "talk_share_distance": distance(measured.value, within),
    }
    return _Scored(inputs, evidence=measured.evidence)


def _exchange(conv: Conversation, _call_type: CallType) -> _Scored:
    """Return how often the floor changes hands."""
    measured = exchange.switches_per_minute(conv, Side.CALL)
    return _Scored({"switches_per_minute": measured.value}, measured.reason, measured.evidence)


def _elaboration(conv: Conversation, _call_type: CallType) -> _Scored:
    """Return how long the customer speaks, usually and at most."""
    middle = talk.median_turn(conv, Side.CUSTOMER)
    most = talk.longest_customer_story(conv, Side.CUSTOMER)
    inputs = {"median_customer_turn_s": middle.value, "longest_customer_turn_s": most.value}
    return _Scored(inputs, most.reason, most.evidence)


def _responsiveness(conv: Conversation, _call_type: CallType) -> _Scored:
    """Return the share of the rep's replies that do something with what the customer said."""
    measured = substantive_replies(conv)
    return _Scored({"substantive_reply_share": measured.value}, measured.reason, measured.evidence)


def substantive_replies(conv: Conversation) -> Measured:
    """Return the share of the rep's replies that are substantive."""
    reason = asking.unasked(conv, Side.REP) or asking.unasked(conv, Side.CUSTOMER)
    if reason is not None:
        return unknown(reason.replace("Questions are", "Replies are"))
    found = responses(conv, Side.REP)
    if len(found) < FEWEST_REPLIES:
        return unknown(f"The rep replies to fewer than {FEWEST_REPLIES} turns that say something.")
    good = [r for r in found if r.kind is not ResponseKind.NONE]
    poor = [r for r in found if r.kind is ResponseKind.NONE]
    told = (good + poor) if len(good) < len(poor) else (poor[:3] + good)
    return Measured(len(good) / len(found), evidence=tuple(_reply(r) for r in told[:EVIDENCE]))


def _reply(response: Response) -> Evidence:
    """Return a reply as evidence: what it does, and its first words."""
    shared = f" {', '.join(response.shared[:3])}" if response.shared else ""
    return Evidence(
        response.turn.start, response.turn.end, note(f"{response.kind.value}{shared}", response.turn.text)
    )


def _questions(conv: Conversation, _call_type: CallType) -> _Scored:
    """Return how many open questions the rep asks, and how many that follow up."""
    names = ("open_questions_per_15_min", "follow_up_questions_per_15_min")
    measured = asking.questions(conv, Side.REP)
    if measured.value is None:
        return _missing(names, measured.reason)
    found = asking.asked_by(conv, Side.REP)
    counts = (sum(q.kind is QuestionKind.OPEN for q in found), sum(q.follow_up for q in found))
    values = (_per_quarter_hour(conv, n) for n in counts)
    return _Scored(dict(zip(names, values, strict=True)), evidence=measured.evidence)


def _per_quarter_hour(conv: Conversation, count: int) -> float:
    """Return events per 15 minutes, a short call counted as `SHORTEST_S`."""
    return count * QUARTER_HOUR / max(conv.length_s, SHORTEST_S)


def _initiative(conv: Conversation, _call_type: CallType) -> _Scored:
    """Return how much the customer asks, and how many of the customer's topics the rep takes up."""
    names = ("customer_questions_per_15_min", "customer_topics_per_15_min")
    reason = asking.unasked(conv, Side.CUSTOMER) or asking.unasked(conv, Side.REP)
    if reason is not None:
        return _missing(names, reason)
    asked: list[Asked] = asking.asked_by(conv, Side.CUSTOMER)
    topics = customer_topics(conv)
    values = (_per_quarter_hour(conv, n) for n in (len(asked), len(topics)))
    told = [Evidence(q.start, q.end, note("customer asks", q.text)) for q in asked[: EVIDENCE // 2]]
    told += list(topics.values())[: EVIDENCE - len(told)]
    return _Scored(dict(zip(names, values, strict=True)), evidence=tuple(told))


def customer_topics(conv: Conversation) -> Mapping[str, Evidence]:
    """Return content words that the customer brought in and the rep used later, with where the rep did."""
    brought: set[str] = set()
    used: set[str] = set()
    taken: dict[str, Evidence] = {}
    for turn in conv.turns:
        forms = text_tokens.content_forms(turn.text)
        if turn.party == Side.CUSTOMER:
            brought |= forms.keys() - used
        elif turn.party == Side.REP:
            for stem in _apart([s for s in forms if s in brought and s not in taken]):
                taken[stem] = Evidence(turn.start, turn.end, note(f"rep takes up {forms[stem]}", turn.text))
        used |= forms.keys()
    return taken


def _apart(stems: Sequence[str]) -> list[str]:
    """Return the stems less character pairs that continue the one before: a Mandarin word is one topic."""
    return [
        stem
        for i, stem in enumerate(stems)
        if not (i and text_tokens.han_characters(stem) and stem[0] == stems[i - 1][-1])
    ]


def _listening(conv: Conversation, _call_type: CallType) -> _Scored:
    """Return listening tokens of the rep less intrusive interruptions, both per minute."""
    names = ("listening_tokens_per_minute", "interruptions_per_minute", "listening_balance")
    given = listening.backchannel_rate(conv, Side.REP)
    cut = exchange.interruptions_per_10_min(conv, Side.REP)
    if given.value is None or cut.value is None:
        return _missing(names, given.reason or cut.reason)
    values = (given.value, cut.value / 10, given.value - INTRUSION * cut.value / 10)
    evidence = (*cut.evidence[: EVIDENCE // 2], *given.evidence)[:EVIDENCE]
    return _Scored(dict(zip(names, values, strict=True)), evidence=evidence)


PARTS: tuple[Part, ...] = (
    Part(
        "balance", "Balance of talk", 0.15, ("talk_share_distance",),
        "how far the rep's share of talk lies outside the band of the call type", _balance,
    ),
    Part(
        "exchange", "Exchange", 0.15, ("switches_per_minute",),
        "how often the floor changes hands, per minute", _exchange,
    ),
    Part(
        "customer_elaboration", "Customer elaboration", 0.20,
        ("median_customer_turn_s", "longest_customer_turn_s"),
        "how long the customer speaks at a stretch: median turn, and longest", _elaboration,
    ),
    Part(
        "rep_responsiveness", "Rep responsiveness", 0.20, ("substantive_reply_share",),
        "share of the rep's replies, to customer turns of 4 words and more, that answer a question (with 3 "
        "words and more), share a content word with the turn, ask a follow-up question, or open with an "
        "acknowledgement followed by 2 content words and more; replies judged to be nothing but courtesy do "
        "not count", _responsiveness,
    ),
    Part(
        "questions", "Follow-up and open questions", 0.15,
        ("open_questions_per_15_min", "follow_up_questions_per_15_min"),
        "how many open questions the rep asks, and how many that take up what was said", _questions,
    ),
    Part(
        "customer_initiative", "Customer initiative", 0.10,
        ("customer_questions_per_15_min", "customer_topics_per_15_min"),
        "questions of the customer, and content words the customer brought in that the rep used later",
        _initiative,
    ),
    Part(
        "listening", "Listening", 0.05, ("listening_balance",),
        "the rep's listening tokens per minute of the customer's talk, less twice the rep's interruptions "
        "per minute of the call", _listening,
    ),
)  # fmt: skip
"""The seven parts; their weights sum to 1."""
