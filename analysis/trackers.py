"""Where trackers find what they look for in a call."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from analysis.tokens import han_characters, stem, tokens
from analysis.turns import Conversation, conversation
from models.review import Evidence, Review, Side
from models.tracker import TRACKER, Hit, Tracked, Tracker, Watched

KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
MOST_PHRASES, LONGEST_PHRASE = 200, 12
"""Phrases of a tracker, and tokens of a phrase."""
ANY = "*"
NUL = rb"\u0000"
_PART = re.compile(r"\*(?!\S)|\S+")


@dataclass(frozen=True, slots=True)
class _Token:
    """A word as it is compared, its stem, and which word of the transcript it is of."""

    text: str
    stem: str
    word: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One token of a phrase: any token, one that begins so, or one of this form or stem."""

    text: str
    stem: str
    any: bool = False
    begins: bool = False

    def meets(self, token: _Token, *, exact: bool) -> bool:
        """Return whether a token is what is wanted."""
        if self.any:
            return True
        if self.begins:
            return token.text.startswith(self.text)
        return token.text == self.text or (not exact and token.stem == self.stem)


def problems(tracker: Tracker) -> Iterator[str]:
    """Yield what is wrong with a tracker; nothing where it can be used."""
    if NUL in TRACKER.dump_json(tracker):
        yield "It holds the character NUL."
    if not KEY.fullmatch(tracker.key):
        yield f"The key '{tracker.key}' must be lower-case letters, digits and underscores."
    if not tracker.name.strip():
        yield "It needs a name."
    if not 1 <= len(tracker.phrases) <= MOST_PHRASES:
        yield f"It takes 1 to {MOST_PHRASES} phrases."
    for phrase in (*tracker.phrases, *tracker.but_not):
        wanted = _phrase(phrase)
        if not any(not one.any for one in wanted):
            yield f"'{phrase}' holds no word to look for."
        elif len(wanted) > LONGEST_PHRASE:
            yield f"'{phrase}' is longer than {LONGEST_PHRASE} words."
    if not 0 <= tracker.since < tracker.until <= 1:
        yield "The part of the call must lie between 0 and 1, its beginning before its end."


def find(tracker: Tracker, talk: Conversation) -> tuple[Hit, ...]:
    """Return where a tracker finds what it looks for, in order of time; no word counts twice."""
    phrases = sorted((_phrase(one) for one in tracker.phrases), key=len, reverse=True)
    unwanted = [_phrase(one) for one in tracker.but_not]
    found = list[Hit]()
    for index, said in enumerate(talk.transcript.utterances):
        side = _side(talk, said.speaker)
        if tracker.side in {Side.CALL, side}:
            here = _tokens(talk, index)
            spoken = _taken(here, unwanted, exact=tracker.exact)
            for first, last in _spans(here, phrases, spoken, exact=tracker.exact):
                found.append(_hit(talk, index, here[first].word, here[last].word, side))
    return tuple(hit for hit in found if _within(tracker, talk, hit))


def tracked(watched: Sequence[Watched], review: Review) -> tuple[Tracked, ...]:
    """Return where each of some trackers finds what it looks for in a reviewed call."""
    if not watched:
        return ()
    talk = conversation(review.transcript, review.judged)
    return tuple(Tracked(one.tracker_id, one.tracker.key, find(one.tracker, talk)) for one in watched)


def evidence(hits: Sequence[Hit]) -> tuple[Evidence, ...]:
    """Return hits as evidence for an item of a scorecard."""
    return tuple(Evidence(hit.start, hit.end, hit.context) for hit in hits)


def _side(talk: Conversation, speaker: str) -> Side:
    """Return the side of a speaker; CALL for one who is on neither."""
    party = talk.side.get(speaker, "")
    return Side(party) if party in (Side.REP, Side.CUSTOMER) else Side.CALL


def _tokens(talk: Conversation, index: int) -> list[_Token]:
    """Return the tokens of an utterance; a word may give several, as Chinese does."""
    said, words = talk.transcript.utterances[index], talk.transcript.words
    return [
        _Token(text, stem(text), place)
        for place in range(said.first_word, said.last_word + 1)
        for text in tokens(words[place].text)
    ]


def _phrase(phrase: str) -> tuple[_Wanted, ...]:
    """Return what a phrase wants, token by token."""
    return tuple(one for part in _PART.findall(phrase) for one in _wanted(part))


def _wanted(part: str) -> Iterator[_Wanted]:
    if part == ANY:
        yield _Wanted("", "", any=True)
        return
    found = tokens(part)
    for place, text in enumerate(found, 1):
        begins = part.endswith(ANY) and place == len(found) and not han_characters(text)
        yield _Wanted(text, stem(text), begins=begins)


def _taken(here: Sequence[_Token], unwanted: Sequence[tuple[_Wanted, ...]], *, exact: bool) -> set[int]:
    """Return the places of tokens that what is not wanted takes up."""
    spans = _spans(here, unwanted, set(), exact=exact)
    return {place for first, last in spans for place in range(first, last + 1)}


def _spans(
    here: Sequence[_Token], phrases: Sequence[tuple[_Wanted, ...]], taken: Collection[int], *, exact: bool
) -> Iterator[tuple[int, int]]:
    """Yield first and last place of each phrase that is there, the longest at each place, none in another."""
    at = 0
    while at < len(here):
        length = next((len(p) for p in phrases if _stands(here, p, at, exact=exact)), 0)
        if length and not any(place in taken for place in range(at, at + length)):
            yield at, at + length - 1
            at += length
        else:
            at += 1


def _stands(here: Sequence[_Token], phrase: tuple[_Wanted, ...], at: int, *, exact: bool) -> bool:
    """Return whether a phrase stands at a place."""
    if not phrase or at + len(phrase) > len(here):
        return False
    return all(one.meets(token, exact=exact) for one, token in zip(phrase, here[at:], strict=False))


def _hit(talk: Conversation, index: int, first: int, last: int, side: Side) -> Hit:
    transcript = talk.transcript
    words = transcript.words[first : last + 1]
    text = "".join(f"{' ' if word.spaced and place else ''}{word.text}" for place, word in enumerate(words))
    return Hit(index, words[0].start, words[-1].end, side, text, transcript.utterances[index].text)


def _within(tracker: Tracker, talk: Conversation, hit: Hit) -> bool:
    """Return whether a hit lies in the part of the call that counts, and in a question where it must."""
    length = talk.transcript.duration_s
    if not tracker.since * length <= hit.start <= tracker.until * length:
        return False
    asked = (one for one in talk.asked if one.start <= hit.end and hit.start <= one.end)
    return not tracker.questions or any(True for _ in asked)
