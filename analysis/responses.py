"""How the rep answers the customer: whether a reply does something with what was said.

Deterministic stand-in for the uptake and responsivity classifiers of MEASURES 3.12 [S98, S99]. A
reply is substantive when it answers a question, takes up a content word or asks a follow-up question,
or acknowledges and then says something; and when it is not judged to be mere courtesy.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from enum import StrEnum

from analysis import tokens as text_tokens
from analysis.asking import Asked
from analysis.pieces import SideTurn
from analysis.turns import Conversation, Transfer
from analysis.wordlists import english, mandarin
from models.review import Act, Side

LEAST_SAID = 4
"""Words (Han: characters) of a turn that gives something to respond to."""
FAREWELL_WORDS = 5
"""Longest reply with a "bye" in it that is nothing but a goodbye."""
LEAST_ANSWER = 3
"""Words of an answer that is more than yes or no."""
LEAST_CONTENT = 2
"""Content words beside an acknowledgement that make it more than that."""
ACT_SURE = 0.8
"""Probability from which a judged courtesy or backchannel is believed."""
COURTESY = frozenset({Act.SOCIAL, Act.BACKCHANNEL})


class ResponseKind(StrEnum):
    """What a reply does with the turn before it."""

    ANSWER = "answers the question"
    UPTAKE = "takes up"
    ACKNOWLEDGED = "acknowledges and goes on"
    NONE = "does not take up what was said"


@dataclass(frozen=True, slots=True)
class Response:
    """One reply to a turn that had something to respond to; `shared` are the content words taken up."""

    before: SideTurn
    turn: SideTurn
    kind: ResponseKind
    shared: tuple[str, ...] = ()


def responses(conv: Conversation, side: Side) -> tuple[Response, ...]:
    """Return a side's replies to turns of the other side that said something, in time order."""
    other = Side.CUSTOMER if side == Side.REP else Side.REP
    return tuple(
        _response(conv, t)
        for t in conv.transfers
        if t.before.party == other
        and t.after.party == side
        and t.before.words >= LEAST_SAID
        and t.after.text
        and not _farewell(t.after.text)
    )


def _farewell(text: str) -> bool:
    """Return whether a reply only says goodbye."""
    if text_tokens.han_characters(text):
        return text_tokens.han_characters(text) <= LEAST_SAID and any(w in text for w in mandarin.FAREWELLS)
    words = [part for token in text_tokens.tokens(text) for part in token.split("-")]
    return len(words) <= FAREWELL_WORDS and not english.FAREWELLS.isdisjoint(words)


def _response(conv: Conversation, transfer: Transfer) -> Response:
    """Return what one reply does."""
    before, turn = transfer.before, transfer.after
    if _courtesy(conv, turn):
        return Response(before, turn, ResponseKind.NONE)
    if turn.words >= LEAST_ANSWER and _asked_in(conv, before):
        return Response(before, turn, ResponseKind.ANSWER)
    forms, said = text_tokens.content_forms(turn.text), text_tokens.content(before.text)
    shared = tuple(form for stem, form in forms.items() if stem in said)
    if shared or any(q.follow_up for q in _asked_in(conv, turn)):
        return Response(before, turn, ResponseKind.UPTAKE, shared)
    kind = ResponseKind.ACKNOWLEDGED if acknowledges(turn.text) else ResponseKind.NONE
    return Response(before, turn, kind)


def _asked_in(conv: Conversation, turn: SideTurn) -> list[Asked]:
    """Return the questions of a turn; words may overhang its end by a second."""
    first = bisect_left(conv.asked, turn.start - 1, key=lambda q: q.start)
    last = bisect_right(conv.asked, turn.end, key=lambda q: q.start)
    return [
        q for q in conv.asked[first:last] if q.party == turn.party and turn.start <= q.end <= turn.end + 1
    ]


def acknowledges(text: str) -> bool:
    """Return whether a reply opens with an acknowledgement and then says something."""
    if len(text_tokens.content(text)) < LEAST_CONTENT:
        return False
    if text_tokens.han_characters(text):
        return text.lstrip().startswith(mandarin.ACKNOWLEDGEMENTS)
    words = " ".join(w for w in text_tokens.tokens(text) if w not in english.FILLERS) + " "
    return words.startswith(tuple(f"{phrase} " for phrase in english.ACKNOWLEDGEMENTS))


def _courtesy(conv: Conversation, turn: SideTurn) -> bool:
    """Return whether every utterance of a turn is surely courtesy, after the act judgements."""
    said = conv.transcript.utterances
    first = bisect_left(said, turn.start, key=lambda u: u.start)
    last = bisect_right(said, turn.end, key=lambda u: u.start)
    within = {i for i in range(first, last) if conv.side[said[i].speaker] == turn.party}
    acts = [conv.acts.get(i) for i in sorted(within)]
    return bool(acts) and all(a is not None and a.act in COURTESY and a.probability >= ACT_SURE for a in acts)
