"""The conversation behind the words: who holds the floor when, who cuts in, who asks what.

Every measure is computed from `Conversation` and nothing else. Definitions: MEASURES chapter 3.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from analysis import asking, pieces
from analysis.asking import Asked
from analysis.pieces import HOLD_S, Piece, SideTurn
from analysis.spans import Span, gaps, intersection, total, union
from models.review import ActJudgement, JudgedUtterance, Side
from models.transcript import Role, Transcript

INTERRUPTION_LEFT_S = 0.5
"""How much the interrupted side still had to say, at least: e_A - t."""
INTERRUPTION_TURN_S = 1.0
"""How long the interrupting side speaks, at least."""
INTERRUPTION_YIELD_S = 2.0
"""The interrupted side falls silent within this: the interruption was successful."""
QUOTE_WORDS = 12
LONGEST_WORD_S = 3.0
"""How far before a moment a word heard at it may begin."""
EDGE_S = 0.05
"""Words may overhang the seconds that are quoted by this."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """The floor passing to another party; `offset` = start after less end before, negative in overlap."""

    before: SideTurn
    after: SideTurn

    @property
    def offset(self) -> float:
        """Return the floor transfer offset in seconds."""
        return self.after.start - self.before.end


@dataclass(frozen=True, slots=True)
class CutIn:
    """One party starting inside another's speech; `successful`: the other then stopped."""

    start: float
    end: float
    party: str
    over: str
    successful: bool
    text: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A transcript read as a conversation.

    `span` is first to last speech: its length is D. `speech` holds, for each party, disjoint
    spans; `floor_speech` the same without backchannels; `voiced` is the union over everyone.
    """

    transcript: Transcript
    acts: Mapping[int, ActJudgement]
    side: Mapping[str, str]
    pieces: tuple[Piece, ...]
    turns: tuple[SideTurn, ...]
    transfers: tuple[Transfer, ...]
    cut_ins: tuple[CutIn, ...]
    asked: tuple[Asked, ...]
    span: Span
    speech: Mapping[str, tuple[Span, ...]]
    floor_speech: Mapping[str, tuple[Span, ...]]
    voiced: tuple[Span, ...]

    @property
    def length_s(self) -> float:
        """Return D, the seconds from first to last speech."""
        return self.span.duration

    @property
    def file_s(self) -> float:
        """Return the length of the recording in seconds."""
        return self.transcript.duration_s

    @property
    def has_words(self) -> bool:
        """Return whether anything was recognised."""
        return bool(self.transcript.words) or any(u.text for u in self.transcript.utterances)

    @property
    def silences(self) -> tuple[Span, ...]:
        """Return the stretches between first and last speech in which nobody speaks."""
        return gaps(self.voiced)

    @property
    def others(self) -> tuple[str, ...]:
        """Return the parties that are neither rep nor customer and speak."""
        return tuple(p for p in self.speech if p not in {Side.REP, Side.CUSTOMER})

    @property
    def overlap_s(self) -> float:
        """Return the seconds in which two parties or more hold the floor at once, backchannels left out."""
        every = list(self.floor_speech.values())
        shared = [s for i, a in enumerate(every) for b in every[i + 1 :] for s in intersection(a, b)]
        return total(union(shared))

    def talk_s(self, side: Side) -> float:
        """Return T, the seconds one side speaks, backchannels included."""
        return total(self.speech.get(side, ()))

    def absent(self, side: Side) -> str | None:
        """Return why nothing can be said of a side, or None when it speaks."""
        if self.talk_s(side) > 0:
            return None
        if not self.voiced:
            return "Nobody speaks in this recording."
        unknown = any(s.role is Role.UNKNOWN for s in self.transcript.speakers)
        if unknown or not self.transcript.speakers:
            return f"Nobody knows which speaker is the {side.value}."
        return f"The {side.value} does not speak in this recording."

    def text(self, side: Side) -> str:
        """Return everything one side says."""
        return pieces.spoken(
            w for w in self.transcript.words if w.speaker is not None and self.side[w.speaker] == side
        )

    def words_between(self, start: float, end: float) -> str:
        """Return what anybody says between two moments."""
        words = self.transcript.words
        first = bisect_left(words, start - LONGEST_WORD_S, key=lambda w: w.start)
        last = bisect_right(words, end + EDGE_S, key=lambda w: w.start)
        return pieces.spoken(
            w for w in words[first:last] if start - EDGE_S <= (w.start + w.end) / 2 <= end + EDGE_S
        )

    def quote(self, start: float, end: float) -> str:
        """Return the last words said between two moments, for a note."""
        return shorten(" ".join(self.words_between(start, end).split()[-QUOTE_WORDS:]))


def shorten(text: str) -> str:
    """Return the first words of a text, with an ellipsis where more follow."""
    words = text.split()
    if len(words) > QUOTE_WORDS:
        return " ".join(words[:QUOTE_WORDS]) + " …"
    return text if len(text) <= 5 * QUOTE_WORDS else text[: 5 * QUOTE_WORDS] + "…"


def conversation(transcript: Transcript, judged: tuple[JudgedUtterance, ...] = ()) -> Conversation:
    """Return the transcript read as a conversation: floor, offsets, cut-ins, questions."""
    side = pieces.parties(transcript)
    found = pieces.pieces(transcript, judged)
    turns = pieces.turns(found)
    speech = _by_party((side[t.speaker], Span(t.start, t.end)) for t in pieces.speech_turns(transcript))
    floor = _by_party((p.party, p.span) for p in found if not p.token)
    voiced = union(s for spans in speech.values() for s in spans)
    return Conversation(
        transcript=transcript,
        acts={j.index: j.act for j in judged if j.act is not None},
        side=side,
        pieces=found,
        turns=turns,
        transfers=_transfers(turns),
        cut_ins=_cut_ins(found, turns),
        asked=asking.asked(transcript, judged, side, turns),
        span=Span(voiced[0].start, voiced[-1].end) if voiced else Span(0.0, 0.0),
        speech=speech,
        # Pieces bridge short pauses; what was really spoken inside them counts as overlap.
        floor_speech={who: intersection(speech[who], spans) for who, spans in floor.items()},
        voiced=voiced,
    )


def _by_party(spans: Iterable[tuple[str, Span]]) -> dict[str, tuple[Span, ...]]:
    """Return the disjoint spans of every party, in order of first appearance."""
    held: dict[str, list[Span]] = {}
    for who, span in spans:
        held.setdefault(who, []).append(span)
    return {who: union(own) for who, own in held.items()}


def _transfers(turns: Sequence[SideTurn]) -> tuple[Transfer, ...]:
    """Return the changes of floor between consecutive turns of different parties."""
    return tuple(Transfer(a, b) for a, b in pairwise(turns) if a.party != b.party)


def answered(transfer: Transfer) -> bool:
    """Return whether the offset is a reply: after a silence of `HOLD_S` the call was on hold."""
    return transfer.offset < HOLD_S


def _cut_ins(found: Sequence[Piece], turns: Sequence[SideTurn]) -> tuple[CutIn, ...]:
    """Return the starts inside another party's speech, after the rule of MEASURES 3.5.

    B starts at t inside A's speech, e_A - t >= 0.5 s, B is no backchannel and its turn lasts 1 s or
    more; successful when A stops within 2 s of t.
    """
    events: list[CutIn] = []
    talking: dict[str, Piece] = {}
    for piece in found:
        if piece.slight:
            continue
        if _turn_left(piece, turns) >= INTERRUPTION_TURN_S:
            others = [other for who, other in talking.items() if who != piece.party]
            events.extend(_cut_in(piece, other) for other in others if _cuts(piece, other))
        known = talking.get(piece.party)
        if known is None or piece.end > known.end:
            talking[piece.party] = piece
    return tuple(events)


def _turn_left(piece: Piece, turns: Sequence[SideTurn]) -> float:
    """Return the seconds from the start of a piece to the end of its party's turn."""
    at = bisect_right(turns, piece.start, key=lambda t: t.start)
    turn = turns[at - 1] if at and not piece.inside else None
    return turn.end - piece.start if turn and turn.party == piece.party else piece.duration


def _cuts(piece: Piece, other: Piece) -> bool:
    """Return whether the piece starts while the other, already talking, has more to say."""
    return other.start < piece.start and other.end - piece.start >= INTERRUPTION_LEFT_S


def _cut_in(piece: Piece, other: Piece) -> CutIn:
    """Return the event of one piece starting inside another's."""
    yielded = other.end - piece.start <= INTERRUPTION_YIELD_S
    until = min(piece.end, other.end)
    return CutIn(piece.start, until, piece.party, other.party, yielded, piece.text)
