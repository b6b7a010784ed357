"""Everything the HTML page shows, ready to be laid out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from core.figures import NONE, percent, quantity, signed
from models.review import Depth, DepthPart, Evidence, Review, SentimentSummary, Side
from models.transcript import Role, Speaker, Utterance
from report.meanings import PARTS, input_of
from report.measures import Measure, measures, part_label
from report.text import shown
from report.timeline import Timeline, moods, timeline
from report.transcript import Paragraph, line_at, paragraphs
from report.wording import SIDE_NAMES, names, plural

LITTLE_CONFIDENCE = 0.3
"""Confidence in the depth below which it is shown as doubtful; about 90 s of speech."""
FIRST_EVIDENCE = 5
"""Places shown at once; the others unfold."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A headline figure: `share` 0..1 draws a bar under it, `doubt` takes the ink off it."""

    label: str
    value: str
    small: str
    note: str
    share: float | None = None
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Seconds of sound and the transcript line that is spoken there."""

    start: float
    end: float
    note: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Person:
    """A speaker with the words that say which side it is."""

    speaker: Speaker
    name: str
    share: float
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """An utterance that moved the mood."""

    place: Place
    text: str
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class MoodView:
    """The mood of one side: its quarters, a sentence, and its quotes."""

    summary: SentimentSummary
    name: str
    sentence: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class PartView:
    """A part of the depth, with what it means and what it is made from."""

    part: DepthPart
    label: str
    meaning: str
    inputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class GroupView:
    """Measures read together: those shown at once, and those that unfold (unmeasurable ones among them)."""

    name: str
    key: tuple[Measure, ...]
    more: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    review: Review
    title: str
    names: Mapping[str, str]
    tiles: tuple[Tile, ...]
    people: tuple[Person, ...]
    timeline: Timeline
    spoken: str
    moods: tuple[MoodView, ...]
    groups: tuple[GroupView, ...]
    parts: tuple[PartView, ...]
    paragraphs: tuple[Paragraph, ...]
    doubtful: int
    words: int


def page(review: Review) -> Page:
    """Return the page of a review."""
    text = paragraphs(review)
    drawing = timeline(review)
    return Page(
        review=review,
        title=shown(review.recording.name),
        names=names(review.transcript),
        tiles=_tiles(review),
        people=_people(review),
        timeline=drawing,
        spoken=_spoken(review, drawing),
        moods=tuple(_mood(review, summary) for summary in moods(review)),
        groups=_groups(measures(review)),
        parts=tuple(_part(part) for part in review.depth.parts),
        paragraphs=text,
        doubtful=sum(line.doubtful for para in text for line in para.lines),
        words=len(review.transcript.words),
    )


def place(utterances: Sequence[Utterance], evidence: Evidence) -> Place:
    """Return where evidence is heard and read."""
    return Place(evidence.start, evidence.end, shown(evidence.note), line_at(utterances, evidence.start))


def _tiles(review: Review) -> tuple[Tile, ...]:
    """Return the figures that head the page."""
    tiles = [_depth_tile(review.depth)]
    tiles += _talk_tile(review)
    tiles += [_mood_tile(s) for s in review.sentiment if s.side is Side.CUSTOMER]
    return tuple(tiles)


def _depth_tile(depth: Depth) -> Tile:
    """Return the interaction depth; one of little confidence looks it and says so."""
    if depth.value is None:
        return Tile("Interaction depth", NONE, "", depth.reason or "")
    doubt = depth.confidence < LITTLE_CONFIDENCE
    note = f"confidence {percent(depth.confidence)}{', too little to rely on' if doubt else ''}"
    return Tile("Interaction depth", f"{depth.value:.0f}", "of 100", note, depth.value / 100, doubt)


def _talk_tile(review: Review) -> list[Tile]:
    """Return the split of talk between the sides; none where one of them is unknown."""
    talk = {role: sum(s.talk_s for s in review.transcript.speakers if s.role is role) for role in Role}
    both = talk[Role.REP] + talk[Role.CUSTOMER]
    if not talk[Role.REP] or not talk[Role.CUSTOMER]:
        return []
    share = talk[Role.REP] / both
    note = f"rep {quantity(talk[Role.REP], 's')}, customer {quantity(talk[Role.CUSTOMER], 's')}"
    return [Tile("Rep talks", percent(share), f"customer {percent(1 - share)}", note, share)]


def _mood_tile(summary: SentimentSummary) -> Tile:
    """Return the mood of the customer."""
    if summary.score is None:
        return Tile("Customer mood", NONE, "", summary.reason or "")
    change = (
        f"{signed(summary.change)} from the first quarter to the last" if summary.change is not None else ""
    )
    return Tile(
        "Customer mood",
        signed(summary.score),
        MOOD_SCALE,
        change or "first or last quarter too short to compare",
    )


MOOD_SCALE = "\N{MINUS SIGN}1 to +1"


def _people(review: Review) -> tuple[Person, ...]:
    """Return the speakers, most talkative first."""
    called = names(review.transcript)
    total = sum(s.talk_s for s in review.transcript.speakers) or 1.0
    return tuple(
        Person(one, called[one.id], one.talk_s / total, _role_places(review, one))
        for one in sorted(review.transcript.speakers, key=lambda s: -s.talk_s)
    )


def _role_places(review: Review, speaker: Speaker) -> tuple[Place, ...]:
    """Return the evidence for a role, strongest first; a setting has no place in the sound."""
    found = []
    for one in sorted(speaker.role_evidence, key=lambda e: -abs(e.weight)):
        line = line_at(review.transcript.utterances, one.start) if one.start is not None else None
        found.append(Place(one.start or 0.0, one.end or 0.0, shown(one.quote), line))
    return tuple(found)


def _spoken(review: Review, drawing: Timeline) -> str:
    """Return in a sentence what the timeline shows."""
    if not review.transcript.speakers:
        return "Nobody speaks in this recording."
    called = names(review.transcript)
    talk = ", ".join(
        f"{called[s.id]} {quantity(s.talk_s, 's')}"
        for s in sorted(review.transcript.speakers, key=lambda s: -s.talk_s)
    )
    both = f"; both at once for {quantity(drawing.overlap_s, 's')}" if drawing.overlap_s else ""
    turns = plural(len(review.transcript.turns), "turn")
    return f"{turns} in {quantity(review.recording.duration_s, 's')}: {talk}{both}."


def _mood(review: Review, summary: SentimentSummary) -> MoodView:
    """Return the mood of a side with its quotes."""
    judged = {one.index: one.sentiment for one in review.judged}
    utterances = review.transcript.utterances
    quotes = []
    for index in summary.movers:
        sentiment, spoken = judged.get(index), utterances[index]
        if sentiment is not None:
            where = Place(spoken.start, spoken.end, "", index)
            quotes.append(Quote(where, shown(spoken.text), sentiment.label, sentiment.score))
    return MoodView(summary, SIDE_NAMES[summary.side], mood_sentence(summary), tuple(quotes))


def mood_sentence(summary: SentimentSummary) -> str:
    """Return the mood of a side in words."""
    if summary.score is None:
        return f"No overall mood: {sentence(summary.reason or 'no reason given')}"
    said = f"{signed(summary.score)} overall"
    if summary.trend is not None:
        said += f", {signed(summary.trend)} a quarter"
    if summary.change is None:
        return f"{said}. The first or the last quarter has too few utterances to compare them."
    return f"{said}, {signed(summary.change)} from the first quarter to the last."


def sentence(text: str) -> str:
    """Return the text with a full stop, if it has none."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _groups(found: Sequence[Measure]) -> tuple[GroupView, ...]:
    """Return the measures by group."""
    by_group = ((group, tuple(members)) for group, members in groupby(found, lambda measure: measure.group))
    return tuple(
        GroupView(
            name=group,
            key=tuple(m for m in members if m.key and m.known),
            more=tuple(m for m in members if not (m.key and m.known)),
        )
        for group, members in by_group
    )


def _part(part: DepthPart) -> PartView:
    """Return a part of the depth in words."""
    inputs = tuple((*input_of(name), value) for name, value in part.inputs.items() if value is not None)
    return PartView(
        part=part,
        label=part_label(part.name),
        meaning=PARTS.get(part.name, ""),
        inputs=tuple((label, quantity(value, unit)) for label, unit, value in inputs if label),
    )
