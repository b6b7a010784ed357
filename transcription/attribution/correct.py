"""What people put right, applied to words and turns: who said what, and what was said. Pure.

Edits are applied in order to what attribution found, so that the same edits give the same transcript
whenever the call is done again. Words go by their middles; turns are cut where an edit begins and ends.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from math import inf

from models.correction import Edit, Merge, Reassign, Reword
from models.transcript import Turn, Word
from transcription.attribution.coverage import union
from transcription.attribution.utterances import joined_text
from transcription.attribution.written import Written, cut

SLIVER_S = 0.5
"""A piece this short that a cut leaves of a turn, and in which nothing is said, is not cut off: turns reach
a little further than their words."""
ROUNDED_S = 0.001
"""Times are shown with three decimals: so far a word's middle may lie outside a stretch of shown times."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words with their speakers, and who spoke when."""

    words: tuple[Word, ...]
    turns: tuple[Turn, ...]

    @property
    def speakers(self) -> frozenset[str]:
        """Return everybody who has a turn or a word."""
        named = (word.speaker for word in self.words if word.speaker is not None)
        return frozenset((*named, *(turn.speaker for turn in self.turns)))

    def text(self, edit: Reword) -> str:
        """Return the words that an edit is about, as they are written."""
        return joined_text(tuple(self.words[place] for place in _places(self, edit)))

    def talk_s(self, speaker: str) -> float:
        """Return the seconds of a speaker's turns."""
        return sum(end - start for start, end in union(t for t in self.turns if t.speaker == speaker))


@dataclass(frozen=True, slots=True)
class Corrected:
    """What was said with edits applied, and those edits that found nothing to change."""

    spoken: Spoken
    idle: tuple[Edit, ...] = ()


def correct(spoken: Spoken, edits: Iterable[Edit]) -> Corrected:
    """Return what was said with edits applied one after another."""
    idle: list[Edit] = []
    found = spoken
    for edit in edits:
        after = apply(found, edit)
        if after is None:
            idle.append(edit)
        else:
            found = after
    if found.turns != spoken.turns:
        found = replace(found, words=_overlapping(found.words, found.turns))
    return Corrected(found, tuple(idle))


def apply(spoken: Spoken, edit: Edit) -> Spoken | None:
    """Return what was said with an edit applied; None where there is nothing that it could change."""
    match edit:
        case Merge():
            return _given(spoken, Reassign(edit.speaker, -inf, inf, edit.into))
        case Reassign():
            return _given(spoken, edit)
        case Reword():
            return _reworded(spoken, edit)


def channels(of_speaker: Mapping[str, int], edits: Iterable[Edit]) -> dict[str, int]:
    """Return each speaker's channel; a new speaker is on that of the one whose words they got first."""
    found = dict(of_speaker)
    for edit in edits:
        if isinstance(edit, Reassign) and edit.speaker in found:
            found.setdefault(edit.to, found[edit.speaker])
    return found


def _given(spoken: Spoken, edit: Reassign) -> Spoken | None:
    """Return what was said with a stretch of one speaker's given to another."""
    moving = {
        place
        for place, word in enumerate(spoken.words)
        if word.speaker == edit.speaker and _within(word, edit)
    }
    words = tuple(
        replace(word, speaker=edit.to, speaker_confidence=1.0) if place in moving else word
        for place, word in enumerate(spoken.words)
    )
    moved = sorted(_middle(spoken.words[place]) for place in moving)
    staying = sorted(_middle(word) for word in words if word.speaker == edit.speaker)
    pieces = (_cut(turn, edit, moved, staying) for turn in spoken.turns)
    turns = tuple(chain.from_iterable(pieces))
    if not moving and turns == spoken.turns:
        return None
    turns = _joined(turns, edit.to)
    return Spoken(_in_order(words, edit.to), turns)


def _cut(turn: Turn, edit: Reassign, moved: Sequence[float], staying: Sequence[float]) -> Iterator[Turn]:
    """Yield the pieces of a turn; of the speaker's own, what lies in the stretch is the other's.

    `moved` and `staying` are the middles of the speaker's words inside and outside the stretch, in order.
    """
    start, end = max(turn.start, edit.start), min(turn.end, edit.end)
    if turn.speaker != edit.speaker or end <= start:
        yield turn
        return
    if _sliver(turn.start, start, staying):
        start = turn.start
    if _sliver(end, turn.end, staying):
        end = turn.end
    if (start, end) != (turn.start, turn.end) and _sliver(start, end, moved):
        yield turn
        return
    pieces = ((turn.start, start, turn.speaker), (start, end, edit.to), (end, turn.end, turn.speaker))
    yield from (Turn(begin, until, who) for begin, until, who in pieces if until > begin)


def _sliver(start: float, end: float, middles: Sequence[float]) -> bool:
    """Return whether a piece of a turn is too short to stand alone, with nothing said in it."""
    said = bisect_right(middles, end) - bisect_right(middles, start)
    return 0 < end - start < SLIVER_S and said == 0


def _joined(turns: tuple[Turn, ...], speaker: str) -> tuple[Turn, ...]:
    """Return the turns in order of start, those of one speaker joined where they touch or overlap."""
    own = (Turn(start, end, speaker) for start, end in union(t for t in turns if t.speaker == speaker))
    others = (turn for turn in turns if turn.speaker != speaker)
    return tuple(sorted((*others, *own), key=lambda turn: (turn.start, turn.end)))


def _in_order(words: tuple[Word, ...], speaker: str) -> tuple[Word, ...]:
    """Return the words with one speaker's in order of time, in the places that are theirs.

    They are not in it where two channels become one voice: there whole phrases follow each other.
    """
    places = [place for place, word in enumerate(words) if word.speaker == speaker]
    ordered = sorted((words[place] for place in places), key=lambda word: word.start)
    own = dict(zip(places, ordered, strict=True))
    return tuple(own.get(place, word) for place, word in enumerate(words))


def _overlapping(words: tuple[Word, ...], turns: Sequence[Turn]) -> tuple[Word, ...]:
    """Return the words, none marked as spoken by two at once where turns are of one speaker only."""
    return tuple(
        replace(word, overlap=False) if word.overlap and not _shared(word, turns) else word for word in words
    )


def _shared(word: Word, turns: Sequence[Turn]) -> bool:
    talking = {word.speaker, *(t.speaker for t in turns if t.start < word.end and t.end > word.start)}
    return len(talking) > 1


def _reworded(spoken: Spoken, edit: Reword) -> Spoken | None:
    """Return what was said with other words in a stretch of one speaker's.

    Words that stay as they are at either end of it keep their times; the words between them share theirs.
    """
    places = _places(spoken, edit)
    if not places:
        return None
    old = tuple(spoken.words[place] for place in places)
    new = _spaced_like(old[0], cut(edit.text))
    first, last = _same(old, new)
    after = len(old) - last
    changed = _timed(old[first:after], new[first : len(new) - last], _next_start(spoken, places, after))
    each = (
        *((_vouched(word, text),) for word, text in zip(old[:first], new, strict=False)),
        *changed,
        *((_vouched(word, text),) for word, text in zip(old[after:], new[len(new) - last :], strict=True)),
    )
    here = dict(zip(places, each, strict=True))
    words = chain.from_iterable(here.get(place, (word,)) for place, word in enumerate(spoken.words))
    return replace(spoken, words=_in_order(tuple(words), edit.speaker))


def _places(spoken: Spoken, edit: Reword) -> tuple[int, ...]:
    """Return the indexes of the words that an edit is about."""
    return tuple(
        place
        for place, word in enumerate(spoken.words)
        if word.speaker == edit.speaker and edit.channel in {None, word.channel} and _within(word, edit)
    )


def _within(word: Word, edit: Reassign | Reword) -> bool:
    return edit.start - ROUNDED_S <= _middle(word) <= edit.end + ROUNDED_S


def _middle(word: Word) -> float:
    return (word.start + word.end) / 2


def _spaced_like(word: Word, texts: Sequence[Written]) -> tuple[Written, ...]:
    """Return words of which the first stands off what is before it as a word does."""
    return (replace(texts[0], spaced=word.spaced), *texts[1:]) if texts else ()


def _same(old: Sequence[Word], new: Sequence[Written]) -> tuple[int, int]:
    """Return how many words stay as they are, at the beginning and at the end.

    Where words only come in, the one before them (or after them) shares its time with them.
    """
    most = min(len(old), len(new))
    first = next((i for i in range(most) if old[i].text != new[i].text), most)
    most -= first
    last = next((i for i in range(most) if old[-1 - i].text != new[-1 - i].text), most)
    if first + last == len(old) < len(new):
        return (first - 1, last) if first else (first, last - 1)
    return first, last


def _next_start(spoken: Spoken, places: Sequence[int], after: int) -> float:
    """Return when the speaker goes on after the last word that changes."""
    last = places[max(after - 1, 0)]
    following = (w.start for w in spoken.words[last + 1 :] if w.speaker == spoken.words[last].speaker)
    return next(following, inf)


def _timed(old: Sequence[Word], new: Sequence[Written], until: float) -> Sequence[tuple[Word, ...]]:
    """Return the new words that take the place of each old one.

    As many as there were keep their times; otherwise they share the time by their letters, `until` at most.
    """
    if len(old) == len(new):
        return tuple((_vouched(word, text),) for word, text in zip(old, new, strict=True))
    start = old[0].start
    end = max(start, min(old[-1].end, until))
    reached = tuple(accumulate((len(text.text) for text in new), initial=0))
    times = [min(start + (end - start) * letters / max(reached[-1], 1), end) for letters in reached]
    starts = [word.start for word in old]
    found: list[list[Word]] = [[] for _ in old]
    for text, begin, stop in zip(new, times, times[1:], strict=False):
        slot = max(bisect_right(starts, begin) - 1, 0)
        found[slot].append(replace(_vouched(old[slot], text), start=begin, end=stop))
    return tuple(tuple(words) for words in found)


def _vouched(word: Word, text: Written) -> Word:
    """Return a word as a person wrote it."""
    return replace(word, text=text.text, spaced=text.spaced, probability=1.0)
