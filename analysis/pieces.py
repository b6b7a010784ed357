"""Who holds the floor: diarized turns with their words, without backchannels, joined to turns of a side."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from analysis import backchannels, questions
from analysis import tokens as text_tokens
from analysis.spans import Span
from models.review import ActJudgement, JudgedUtterance
from models.transcript import UNKNOWN_SPEAKER, Role, Transcript, Turn, Word

JOIN_S = 0.5
"""Pauses of one speaker up to this join, unless somebody else starts inside: recognisers cut there."""
BESIDE_S = 3.0
"""A backchannel stands at most this far from the talk before and after it."""
HOLD_S = 10.0
"""A silence this long ends a turn: nobody holds the floor while a call is on hold."""
SENTENCE_WORDS = 40
"""How far back the beginning of the sentence before an answer is sought."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Speech of one party without a break.

    `party` is "rep", "customer", or for anyone else the speaker. `slight`: nothing but listening
    words, or a short sound; `token`: such a piece inside or between another's talk, a backchannel.
    `inside`: wholly within another party's piece, so it takes no floor.
    """

    start: float
    end: float
    party: str
    text: str = ""
    act: ActJudgement | None = None
    slight: bool = False
    token: bool = False
    inside: bool = False

    @property
    def duration(self) -> float:
        """Return the length in seconds."""
        return self.end - self.start

    @property
    def span(self) -> Span:
        """Return the seconds it covers."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class SideTurn:
    """A maximal run of one party's pieces, backchannels of others left out."""

    start: float
    end: float
    party: str
    text: str

    @property
    def duration(self) -> float:
        """Return the length in seconds, pauses included."""
        return self.end - self.start

    @property
    def words(self) -> int:
        """Return how many words (Han: characters) were recognised in it."""
        return len(text_tokens.tokens(self.text))


def party(role: Role, speaker: str) -> str:
    """Return the side of a speaker, or a name of its own where it is on neither side."""
    return role.value if role in {Role.REP, Role.CUSTOMER} else f"speaker {speaker}"


def parties(transcript: Transcript) -> dict[str, str]:
    """Return the party of every speaker id that occurs."""
    roles = {s.id: s.role for s in transcript.speakers}
    ids = {t.speaker for t in transcript.turns} | {u.speaker for u in transcript.utterances}
    ids |= {w.speaker for w in transcript.words if w.speaker is not None}
    return {i: party(roles.get(i, Role.UNKNOWN), i) for i in sorted(ids | set(roles))}


def spoken(words: Iterable[Word]) -> str:
    """Return the words as written: spaced where the language spaces them."""
    return "".join((" " if w.spaced else "") + w.text.strip() for w in words).strip()


def pieces(transcript: Transcript, judged: Sequence[JudgedUtterance]) -> tuple[Piece, ...]:
    """Return all speech in order of start, with words, acts and backchannels marked."""
    side = parties(transcript)
    joined = _joined(speech_turns(transcript), side)
    texts = _texts(transcript, joined)
    acts = _acts(transcript, judged, joined)
    found = [Piece(t.start, t.end, side[t.speaker], texts[i], acts[i]) for i, t in enumerate(joined)]
    return _marked(found, _Talk(transcript.words, side, transcript.language))


def turns(found: Iterable[Piece]) -> tuple[SideTurn, ...]:
    """Return runs of floor-holding pieces of one party; backchannels and speech inside another's left out."""
    runs: list[list[Piece]] = []
    for piece in found:
        if piece.token or piece.inside:
            continue
        if runs and runs[-1][0].party == piece.party and piece.start - _end(runs[-1]) < HOLD_S:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return tuple(
        SideTurn(run[0].start, _end(run), run[0].party, " ".join(p.text for p in run if p.text))
        for run in runs
    )


def _end(run: Sequence[Piece]) -> float:
    """Return when a run of pieces ends."""
    return max(piece.end for piece in run)


def speech_turns(transcript: Transcript) -> list[Turn]:
    """Return the turns, and utterances that no turn of their speaker touches, in order of start.

    Words that no turn explains are nobody's speech, unless there are no turns at all.
    """
    by_speaker: dict[str, list[Turn]] = {}
    for turn in sorted(transcript.turns, key=lambda t: (t.start, t.end)):
        if turn.end > turn.start:
            by_speaker.setdefault(turn.speaker, []).append(turn)
    extra = [
        Turn(u.start, u.end, u.speaker)
        for u in transcript.utterances
        if u.end > u.start
        and not _touched(by_speaker.get(u.speaker, []), u.start, u.end)
        and (u.speaker != UNKNOWN_SPEAKER or not by_speaker)
    ]
    every = [t for ts in by_speaker.values() for t in ts] + extra
    return sorted(every, key=lambda t: (t.start, t.end))


def _touched(own: Sequence[Turn], start: float, end: float) -> bool:
    """Return whether any turn, in order of start, shares time with start..end."""
    last = bisect_left(own, end, key=lambda t: t.start)
    # Turns of one speaker hardly overlap: the last few that start before `end` decide.
    return any(t.end > start for t in own[max(last - 3, 0) : last])


def _joined(spans: Sequence[Turn], side: Mapping[str, str]) -> list[Turn]:
    """Return turns with the short pauses of one speaker closed where no other party starts in them."""
    starts = [t.start for t in spans]
    open_turn: dict[str, int] = {}
    joined: list[Turn] = []
    for turn in spans:
        at = open_turn.get(turn.speaker)
        if at is not None and turn.start - joined[at].end <= JOIN_S:
            pause = spans[bisect_left(starts, joined[at].end) : bisect_left(starts, turn.start)]
            if all(side[t.speaker] == side[turn.speaker] for t in pause):
                joined[at] = replace(joined[at], end=max(joined[at].end, turn.end))
                continue
        open_turn[turn.speaker] = len(joined)
        joined.append(turn)
    return joined


def _nearest(joined: Sequence[Turn]) -> Mapping[str, tuple[list[int], list[float]]]:
    """Return for each speaker the indexes of its turns and their starts."""
    index: dict[str, tuple[list[int], list[float]]] = {}
    for i, turn in enumerate(joined):
        own = index.setdefault(turn.speaker, ([], []))
        own[0].append(i)
        own[1].append(turn.start)
    return index


def _home(middle: float, own: tuple[list[int], list[float]], joined: Sequence[Turn]) -> int:
    """Return the index of the speaker's turn that holds a moment, or the nearest one."""
    at = bisect_right(own[1], middle)
    near = own[0][max(at - 1, 0) : at + 1]
    return min(near, key=lambda i: max(joined[i].start - middle, middle - joined[i].end, 0.0))


def _texts(transcript: Transcript, joined: Sequence[Turn]) -> list[str]:
    """Return the words said in each turn; a word belongs to the turn of its speaker nearest its middle."""
    index = _nearest(joined)
    held: list[list[Word]] = [[] for _ in joined]
    for word in transcript.words:
        own = index.get(word.speaker) if word.speaker is not None else None
        if own is not None:
            held[_home((word.start + word.end) / 2, own, joined)].append(word)
    return [spoken(words) for words in held]


def _acts(
    transcript: Transcript, judged: Sequence[JudgedUtterance], joined: Sequence[Turn]
) -> list[ActJudgement | None]:
    """Return the act of each turn that holds exactly one utterance."""
    acts = {j.index: j.act for j in judged}
    index = _nearest(joined)
    held: list[list[int]] = [[] for _ in joined]
    for i, said in enumerate(transcript.utterances):
        own = index.get(said.speaker)
        if own is not None:
            held[_home((said.start + said.end) / 2, own, joined)].append(i)
    return [acts.get(indexes[0]) if len(indexes) == 1 else None for indexes in held]


@dataclass(frozen=True, slots=True)
class _Talk:
    """All timed words, to look back at what somebody was just saying."""

    words: Sequence[Word]
    side: Mapping[str, str]
    language: str

    def asked_before(self, moment: float, speaker_party: str) -> bool:
        """Return whether another party has just asked something when this party speaks up."""
        last = bisect_right(self.words, moment, key=lambda w: w.start)
        recent = [
            w
            for w in self.words[max(last - SENTENCE_WORDS, 0) : last]
            if w.speaker is not None and self.side[w.speaker] != speaker_party and moment - w.end < BESIDE_S
        ]
        if not recent:
            return False
        said = text_tokens.sentences(spoken(recent))
        return bool(said) and questions.is_question(said[-1], self.language)


def _marked(found: Sequence[Piece], talk: _Talk) -> tuple[Piece, ...]:
    """Return the pieces with `inside`, `slight` and `token` set."""
    placed = [
        replace(p, inside=within, slight=backchannels.is_token(p.text, p.duration, p.act))
        for p, within in zip(found, _inside(found), strict=True)
    ]
    floor = [p for p in placed if not p.inside and not p.slight]
    starts = [p.start for p in floor]
    return tuple(
        replace(p, token=p.slight and (p.inside or _is_backchannel(p, floor, starts, talk))) for p in placed
    )


def _is_backchannel(piece: Piece, floor: Sequence[Piece], starts: Sequence[float], talk: _Talk) -> bool:
    """Return whether a candidate stands between the talk of another and answers nothing."""
    at = bisect_right(starts, piece.start)
    before, after = floor[at - 1] if at else None, floor[at] if at < len(floor) else None
    if before is None or after is None or before.party == piece.party or after.party != before.party:
        return False
    if piece.start - before.end > BESIDE_S or after.start - piece.end > BESIDE_S:
        return False
    return not (backchannels.answers(piece.text) and talk.asked_before(piece.start, piece.party))


def _inside(found: Sequence[Piece]) -> list[bool]:
    """Return for each piece, in order of start, whether a longer one of another party covers it."""
    reach: dict[str, Piece] = {}
    covered: list[bool] = []
    for piece in found:
        covered.append(any(_covers(other, piece) for other in reach.values()))
        known = reach.get(piece.party)
        if known is None or piece.end > known.end:
            reach[piece.party] = piece
    return covered


def _covers(outer: Piece, inner: Piece) -> bool:
    """Return whether one party's piece lies wholly within a longer one of another."""
    return outer.party != inner.party and outer.end >= inner.end and outer.duration > inner.duration
