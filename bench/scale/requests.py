"""What is asked of the API, by kind, with other arguments every time."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from api import cursors
from bench.scale import vocabulary
from bench.scale.people import Company
from models.call import CallState, CallType, Direction
from models.queries.listing import Order, Place, Sort

Values = Mapping[str, Any]
PROGRAM = "program"
"""The caller with an API key; the others are people with a cookie."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A call that is there to be asked for."""

    id: UUID
    state: CallState
    external_id: str
    started_at: datetime
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    duration_s: float | None
    depth: float | None


@dataclass(frozen=True, slots=True)
class Sample:
    """Some of an organisation's calls, some of what is said in them, and how many rows it has by table."""

    calls: tuple[Seen, ...]
    texts: tuple[str, ...]
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class Known:
    """What may be asked for: the organisation, a sample of its calls, and the words."""

    company: Company
    sample: Sample
    english: vocabulary.Vocabulary
    chinese: vocabulary.Vocabulary

    def word(self, chance: random.Random, first: int, last: int) -> str:
        """Return an English word whose rank is between two."""
        return self.english.words[chance.randint(first, last) - 1]

    def chinese_word(self, chance: random.Random, first: int, last: int) -> str:
        """Return a Chinese word whose rank is between two."""
        return self.chinese.words[chance.randint(first, last) - 1]

    def call(self, chance: random.Random) -> Seen:
        """Return one of the calls."""
        return chance.choice(self.sample.calls)

    def reviewed(self, chance: random.Random) -> Seen:
        """Return one of the calls that have a review."""
        return chance.choice(
            [c for c in self.sample.calls if c.state is CallState.REVIEWED and c.deleted_at is None]
        )


@dataclass(frozen=True, slots=True)
class Request:
    """A request: the path and its query."""

    path: str
    query: Values


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request: who asks, and how the next one is made; `explained` shows its query plan."""

    name: str
    make: Callable[[random.Random, Known], Request]
    caller: str = PROGRAM
    explained: bool = False


Maker = Callable[[random.Random, Known], Values]


def listed(name: str, make: Maker | None = None, caller: str = PROGRAM, *, explained: bool = False) -> Kind:
    """Return a kind of list."""

    def request(chance: random.Random, known: Known) -> Request:
        return Request("/v1/calls", make(chance, known) if make else {})

    return Kind(name, request, caller, explained)


def of_call(name: str, rest: str, query: Values | None = None, *, explained: bool = False) -> Kind:
    """Return a kind of request for one call."""

    def request(chance: random.Random, known: Known) -> Request:
        return Request(f"/v1/calls/{known.reviewed(chance).id}{rest}", query or {})

    return Kind(name, request, explained=explained)


def sorted_by(by: Sort, **more: Any) -> Maker:
    """Return the first page or one from the midst, either way round, by chance."""

    def make(chance: random.Random, known: Known) -> Values:
        found: dict[str, Any] = {"sort": f"{chance.choice(('-', ''))}{by}", **more}
        return {**found, **_cursor(chance, known, found["sort"])} if chance.random() < 0.5 else found  # noqa: PLR2004

    return make


def midst(chance: random.Random, known: Known) -> Values:
    """Return a page from the midst of the list."""
    return _cursor(chance, known, f"-{Sort.STARTED_AT}")


def _cursor(chance: random.Random, known: Known, sort: str) -> Values:
    order = Order(Sort(sort.lstrip("-")), descending=sort.startswith("-"))
    column = {Sort.DURATION: "duration_s"}.get(order.by, order.by.value)
    call = chance.choice([call for call in known.sample.calls if getattr(call, column) is not None])
    return {"cursor": cursors.of_place(order, Place(getattr(call, column), call.id))}


def _period(chance: random.Random, known: Known, days: float) -> dict[str, Any]:
    start = known.call(chance).started_at
    return {"started_from": start.isoformat(), "started_to": (start + timedelta(days=days)).isoformat()}


def _depths(chance: random.Random, width: float) -> dict[str, Any]:
    least = round(chance.uniform(0, 100 - width), 1)
    return {"depth_from": least, "depth_to": round(least + width, 1)}


def _phrase(chance: random.Random, known: Known) -> Values:
    words = chance.choice([text for text in known.sample.texts if " " in text]).split()
    at = chance.randrange(len(words) - 1)
    return {"q": f'"{words[at]} {words[at + 1]}"'}


def _chinese_phrase(chance: random.Random, known: Known) -> Values:
    said = chance.choice([text for text in known.sample.texts if " " not in text])
    at = chance.randrange(max(1, len(said) - 3))
    return {"q": said[at : at + 4]}


def _seldom(chance: random.Random, known: Known) -> Values:
    return {"q": f"{known.word(chance, 500, 1500)} {known.word(chance, 500, 1500)}"}


def _rep(chance: random.Random, known: Known) -> str:
    return str(chance.choice(known.company.reps).id)


def _team(chance: random.Random, known: Known) -> str:
    return str(chance.choice(known.company.leaves).id)


def _region(chance: random.Random, known: Known) -> str:
    return str(chance.choice(known.company.teams[1 : -len(known.company.leaves)]).id)


PAGES = (
    listed("first page", explained=True),
    listed("first page of 200", lambda _c, _k: {"limit": 200}),
    listed("page from the midst", midst, explained=True),
    *(
        listed(f"sorted by {by}, first or midst", sorted_by(by), explained=by is Sort.DEPTH)
        for by in Sort
        if by is not Sort.STARTED_AT
    ),
)

FILTERS = (
    listed("an end state", lambda c, _: {"state": c.choice(list(CallState)[2:])}, explained=True),
    listed("waiting or under way", lambda _c, _k: {"state": ["queued", "processing"]}, explained=True),
    listed("rep", lambda c, k: {"rep_id": _rep(c, k)}, explained=True),
    listed("team", lambda c, k: {"team_id": _team(c, k)}, explained=True),
    listed("region, with all its teams", lambda c, k: {"team_id": _region(c, k)}),
    listed("call type", lambda c, _: {"call_type": c.choice(list(CallType))}),
    listed("direction", lambda c, _: {"direction": c.choice(list(Direction))}),
    listed("a week", lambda c, k: _period(c, k, 7)),
    listed("changed since", lambda c, k: {"updated_since": k.call(c).updated_at.isoformat()}),
    listed("external id", lambda c, k: {"external_id": k.call(c).external_id}),
    listed("language", lambda c, _: {"language": c.choice(("en", "zh", "fr"))}, explained=True),
    listed("depth within 5", lambda c, _: _depths(c, 5)),
    listed("deleted", lambda _c, _k: {"deleted": "true"}, explained=True),
)

COMBINED = (
    listed(
        "rep, reviewed, deepest first",
        lambda c, k: {"rep_id": _rep(c, k), "state": "reviewed", "sort": "-depth"},
        explained=True,
    ),
    listed(
        "team, type, a quarter",
        lambda c, k: {"team_id": _team(c, k), "call_type": c.choice(list(CallType)), **_period(c, k, 90)},
    ),
    listed(
        "type, direction, depth within 2, longest first",
        lambda c, _: {
            "call_type": c.choice(list(CallType)),
            "direction": Direction.UNKNOWN,
            "sort": "-duration",
            **_depths(c, 2),
        },
        explained=True,
    ),
    listed(
        "rejected, type, from the midst",
        lambda c, k: {"state": "rejected", "call_type": c.choice(list(CallType)), **midst(c, k)},
    ),
    listed(
        "state that no call of a language has",
        lambda c, _: {"state": "failed", "language": c.choice(("en", "zh"))},
        explained=True,
    ),
    listed(
        "changed since, oldest change first",
        lambda c, k: {"updated_since": k.call(c).updated_at.isoformat(), "sort": "updated_at"},
    ),
)

REACH = tuple(
    listed(f"{name}: {what}", make, name, explained=what == "first page")
    for name in ("busy rep", "new rep", "coach", "coach of a region", "manager")
    for what, make in (
        ("first page", None),
        ("from the midst", midst),
        ("by depth", sorted_by(Sort.DEPTH)),
    )
)

SEARCHES = (
    listed("word that every call holds", lambda c, k: {"q": k.word(c, 1, 5)}, explained=True),
    listed("frequent word", lambda c, k: {"q": k.word(c, 20, 300)}, explained=True),
    listed("word of sales", lambda c, _: {"q": c.choice(vocabulary.SALES)}),
    listed("word of one call in a hundred", lambda c, k: {"q": k.word(c, 1000, 3000)}, explained=True),
    listed("rare word", lambda c, k: {"q": k.word(c, 20_000, 60_000)}, explained=True),
    listed("word that no call holds", lambda c, _: {"q": f"zzz{c.randrange(10**6)}"}),
    listed("two frequent words", lambda c, k: {"q": f"{k.word(c, 20, 300)} {k.word(c, 20, 300)}"}),
    listed(
        "two words that seldom meet",
        _seldom,
        explained=True,
    ),
    listed("frequent and rare word", lambda c, k: {"q": f"{k.word(c, 1, 300)} {k.word(c, 9000, 60_000)}"}),
    listed("phrase", _phrase, explained=True),
    listed("beginning of a word", lambda c, k: {"q": f"{k.word(c, 500, 60_000)[:3]}*"}, explained=True),
    listed("frequent Chinese word", lambda c, k: {"q": k.chinese_word(c, 1, 50)}),
    listed("Chinese word", lambda c, k: {"q": k.chinese_word(c, 51, 3000)}, explained=True),
    listed("four Chinese characters", _chinese_phrase, explained=True),
    listed("one Chinese character", lambda c, k: {"q": k.chinese_word(c, 1, 3000)[0]}, explained=True),
)

SEARCHES_WITHIN = (
    listed(
        "frequent word of a rep",
        lambda c, k: {"q": k.word(c, 1, 300), "rep_id": _rep(c, k)},
        explained=True,
    ),
    listed("frequent word of a team", lambda c, k: {"q": k.word(c, 1, 300), "team_id": _team(c, k)}),
    listed("frequent word in a week", lambda c, k: {"q": k.word(c, 1, 300), **_period(c, k, 7)}),
    listed(
        "frequent word, deepest first",
        lambda c, k: {"q": k.word(c, 1, 300), "sort": "-depth"},
        explained=True,
    ),
    listed("frequent word, from the midst", lambda c, k: {"q": k.word(c, 1, 300), **midst(c, k)}),
    listed(
        "frequent English word in Chinese calls",
        lambda c, k: {"q": k.word(c, 1, 300), "language": "zh"},
        explained=True,
    ),
    listed("frequent word in failed calls", lambda c, k: {"q": k.word(c, 1, 300), "state": "failed"}),
    listed("frequent word in deleted calls", lambda c, k: {"q": k.word(c, 1, 300), "deleted": "true"}),
    listed(
        "word, type and depth",
        lambda c, k: {"q": k.word(c, 300, 3000), "call_type": c.choice(list(CallType)), **_depths(c, 10)},
    ),
    listed("rare word, a quarter", lambda c, k: {"q": k.word(c, 9000, 60_000), **_period(c, k, 90)}),
    *(
        listed(f"{name}: frequent word", lambda c, k: {"q": k.word(c, 1, 300)}, name, explained=True)
        for name in ("busy rep", "new rep", "coach", "coach of a region")
    ),
    listed("coach: two words that seldom meet", _seldom, "coach"),
)

ONE = (
    of_call("call", "", explained=True),
    of_call("utterances", "/utterances", explained=True),
    of_call("utterances, 10 a page", "/utterances", {"limit": 10}),
    of_call("words", "/words"),
    of_call("metrics", "/metrics", explained=True),
    of_call("stages", "/stages"),
)

GROUPS: Mapping[str, tuple[Kind, ...]] = {
    "Pages and orders": PAGES,
    "One filter": FILTERS,
    "Filters together": COMBINED,
    "People who see a part": REACH,
    "Searches": SEARCHES,
    "Searches with filters": SEARCHES_WITHIN,
    "One call": ONE,
}
