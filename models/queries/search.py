"""Full text: which calls hold what somebody typed, and where in a call it is said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    TextClause,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import Mapped
from sqlmodel import col

from models import search
from models.db import ReadSession
from models.search import Term
from models.tables import Call, CallText, UtteranceRow

SQLITE = "call_text.id IN (SELECT rowid FROM call_fts WHERE call_fts MATCH :wanted)"
SQLITE_ONE_BY_ONE = f"+{SQLITE}"
"""The same of rows found by another index, not this: the plus has SQLite keep to that."""
SQLITE_COUNT = "SELECT count(*) FROM (SELECT 1 FROM call_fts WHERE call_fts MATCH :wanted LIMIT :most)"
POSTGRESQL = "call_text.lexemes @@ to_tsquery('simple', :wanted)"
NEIGHBOURS = "call_text.neighbours @@ CAST(:pairs AS tsquery)"
SCANS = (
    "SELECT set_config('enable_seqscan', :on, true), set_config('enable_indexscan', :on, true), "
    # Words are too unlike each other for one plan to suit all of them.
    "set_config('plan_cache_mode', 'force_custom_plan', true)"
)
FEW = 4000
"""Calls that hold a rare term; a term that more hold is common."""
FEW_CHECKED = 2000
"""The same of phrases that take reading the text of every call that may hold them."""
MOST_HITS = 3
"""Places shown of one call in a list."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An utterance that holds something of what was searched."""

    index: int
    start: float
    end: float
    speaker: str
    text: str


async def matching(
    session: ReadSession, terms: tuple[Term, ...], language: str | None = None
) -> ColumnElement[bool]:
    """Return the condition on `Call` that every term is said in it, wherever, and its language is as given.

    Databases guess badly how many calls hold a word, and then walk through all of them in the order of the
    list to find the few that do. So it is looked up first: calls that hold a rare term are named by key.
    Where many calls hold every term, walking finds a page of them soon.
    """
    within = () if language is None else (search.spoken(language),)
    async with _by_index_of_words(session):
        if len(terms) > 1 and not _is_sqlite(session):
            return await _meeting(session, terms, within)
        for term in terms:
            found = await _few(session, (term, *within))
            if found is not None:
                others = (_held(session, (other, *within)) for other in terms if other is not term)
                return and_(_one_of(session, found), *others)
    return and_(true(), *(_held(session, (term, *within)) for term in terms))


async def hits(
    session: ReadSession, call_ids: Sequence[UUID], terms: tuple[Term, ...], most: int = MOST_HITS
) -> Mapping[UUID, tuple[Hit, ...]]:
    """Return by call the utterances that hold most of the terms, at most so many, in order of time."""
    row, said = UtteranceRow, col(UtteranceRow.text)
    query = (
        select(col(row.call_id), col(row.index), col(row.start), col(row.end), col(row.speaker), said)
        .where(col(row.call_id).in_(call_ids), or_(*(_may_hold(said, term) for term in terms)))
        .order_by(col(row.call_id), col(row.index))
    )
    by_call: dict[UUID, list[Hit]] = {}
    for call_id, index, start, end, speaker, words in await session.execute(query):
        by_call.setdefault(call_id, []).append(Hit(index, start, end, speaker, words))
    return {call_id: best(found, terms, most) for call_id, found in by_call.items()}


def best(said: Sequence[Hit], terms: tuple[Term, ...], most: int) -> tuple[Hit, ...]:
    """Return the utterances that hold most of the terms, at most so many, in order of time."""
    scored: list[tuple[int, Hit]] = []
    whole = 0
    for hit in said:
        held = search.held(hit.text, terms)
        scored.append((held, hit))
        whole += held == len(terms)
        if whole == most:  # in order of time, so that none after them is shown
            break
    top = sorted((pair for pair in scored if pair[0]), key=lambda pair: (-pair[0], pair[1].index))[:most]
    return tuple(sorted((hit for _, hit in top), key=lambda hit: hit.index))


def _may_hold(said: Mapped[str], term: Term) -> ColumnElement[bool]:
    """Return that a text has all the tokens of a term somewhere, if only in other words."""
    spelt = (or_(*(said.contains(form, autoescape=True) for form in _forms(token))) for token in term.tokens)
    return and_(*spelt)


def _forms(token: str) -> tuple[str, ...]:
    """Return a token as texts spell it: the index holds lower case, and not every database folds case."""
    return token, token.upper(), token.capitalize()


@asynccontextmanager
async def _by_index_of_words(session: ReadSession) -> AsyncIterator[None]:
    """Have PostgreSQL look words up in their index until the context ends.

    It does not know what it takes to read a text that is kept beside its table, and rather reads every text
    until it has found enough: of words that one call in fifty holds, hundred thousands of texts.
    """
    if _is_sqlite(session):
        yield
        return
    connection = await session.connection()  # a session of an organisation refuses what names no table
    await connection.execute(text(SCANS), {"on": "off"})
    yield
    await connection.execute(text(SCANS), {"on": "on"})


async def _meeting(
    session: ReadSession, terms: tuple[Term, ...], within: tuple[Term, ...]
) -> ColumnElement[bool]:
    """Return the condition on `Call` that several terms are all said in it, on PostgreSQL.

    Frequent ones may meet seldom: in one part of a text, which the index knows, or in several of a long call.
    """
    together = await _few(session, (*terms, *within))
    apart = _apart(session, terms, within)
    if together is None:
        return or_(_held(session, (*terms, *within)), col(Call.id).in_(apart))
    elsewhere = await _keys(session, apart, FEW)
    if elsewhere is None:
        return or_(_one_of(session, together), col(Call.id).in_(apart))
    return _one_of(session, together | elsewhere)


async def _few(session: ReadSession, terms: tuple[Term, ...]) -> frozenset[UUID] | None:
    """Return the calls in one part of whose text all the terms are, None where those are many."""
    if _is_sqlite(session):
        connection = await session.connection()  # a session of an organisation refuses what names no table
        asked = {"wanted": search.fts5(terms), "most": FEW + 1}
        if (await connection.execute(text(SQLITE_COUNT), asked)).scalar_one() > FEW:
            return None
    checked = any(len(term.tokens) > search.PAIR for term in terms)
    return await _keys(session, _holding(session, terms), FEW_CHECKED if checked else FEW)


async def _keys(session: ReadSession, holding: Select[UUID], few: int) -> frozenset[UUID] | None:
    """Return the calls that a query gives, None where they are more than `few`.

    On PostgreSQL they come as one value: thousands of rows cost this process more than the database.
    """
    some = holding.limit(few + 1)
    if _is_sqlite(session):
        return frozenset((await session.execute(some)).scalars())
    held = some.subquery()
    keys = case((func.count() <= few, func.array_agg(held.c.call_id)), else_=None)
    count, found = (await session.execute(select(func.count(), keys).select_from(held))).one()
    return None if count > few else frozenset(found or ())


def _one_of(session: ReadSession, found: frozenset[UUID]) -> ColumnElement[bool]:
    """Return that a call is one of these; PostgreSQL takes their keys as one value, which is quicker."""
    if not found:
        return false()
    if _is_sqlite(session):
        return col(Call.id).in_(found)
    keys: ColumnElement[bool] = col(Call.id) == any_(literal(list(found), ARRAY(Uuid)))
    return keys


def _is_sqlite(session: ReadSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _held(session: ReadSession, terms: tuple[Term, ...]) -> ColumnElement[bool]:
    """Return that in one part of a call's text all the terms are, looked up call by call in walking."""
    said = select(col(CallText.id)).where(col(CallText.call_id) == col(Call.id))
    if _is_sqlite(session):
        return exists(said.where(_bound(SQLITE_ONE_BY_ONE, wanted=search.fts5(terms))))
    # An offset keeps PostgreSQL from looking for all such calls first, which are thousands.
    return exists(said.where(*_match(session, terms)).offset(0))


def _holding(session: ReadSession, terms: tuple[Term, ...]) -> Select[UUID]:
    """Return the query for calls in one part of whose text all the terms are."""
    return select(col(CallText.call_id)).where(*_match(session, terms))


def _apart(session: ReadSession, terms: tuple[Term, ...], within: tuple[Term, ...]) -> Select[UUID]:
    """Return the query for long calls, of several parts, that hold each term in some part."""
    held = (col(CallText.call_id).in_(_holding(session, (term, *within))) for term in terms)
    return select(col(CallText.call_id)).where(col(CallText.part) == 1, *held)


def _match(session: ReadSession, terms: tuple[Term, ...]) -> Iterator[TextClause]:
    """Yield the conditions that an index of words answers."""
    if _is_sqlite(session):
        yield _bound(SQLITE, wanted=search.fts5(terms))
        return
    if words := search.tsquery(terms):
        yield _bound(POSTGRESQL, wanted=words)
    if pairs := search.neighbours(terms):
        yield _bound(NEIGHBOURS, pairs=pairs)


def _bound(condition: str, **values: str) -> TextClause:
    found = text(condition)
    return found.bindparams(*(bindparam(name, value, unique=True) for name, value in values.items()))
