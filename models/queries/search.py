"""Full text: which calls hold what somebody typed, and where in a call it is said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
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
    func,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlmodel import col

from models import search
from models.db import ReadSession
from models.search import Term
from models.tables import Call, CallText, UtteranceRow

SQLITE = "call_text.id IN (SELECT rowid FROM call_fts WHERE call_fts MATCH :wanted)"
POSTGRESQL = "call_text.lexemes @@ to_tsquery('simple', :wanted)"
SCANS = (
    "SELECT set_config('enable_seqscan', :on, true), set_config('enable_indexscan', :on, true), "
    # Words are too unlike each other for one plan to suit all of them.
    "set_config('plan_cache_mode', 'force_custom_plan', true)"
)
FEW = 4000
"""Calls that hold a rare term; a term that more hold is common."""
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


async def matching(session: ReadSession, terms: tuple[Term, ...]) -> ColumnElement[bool]:
    """Return the condition on `Call` that every term is said in it, wherever.

    Databases guess badly how many calls hold a word, and then walk through all of them in the order of the
    list to find the few that do. So it is looked up first: calls that hold a rare term are named by key.
    Where many calls hold every term, walking finds a page of them soon.
    """
    async with _by_index_of_words(session):
        for term in terms:
            found = await _few(session, _holding(session, (term,)))
            if found is not None:
                others = (_in(_holding(session, (other,))) for other in terms if other is not term)
                return and_(_one_of(session, found), *others)
        together = await _few(session, _holding(session, terms)) if len(terms) > 1 else None
    if together is not None:
        apart = await _few(session, _apart(session, terms))
        if apart is not None:
            return _one_of(session, together | apart)
        return or_(_one_of(session, together), _in(_apart(session, terms)))
    return and_(true(), *(_in(_holding(session, (term,))) for term in terms))


async def hits(
    session: ReadSession, call_ids: Sequence[UUID], terms: tuple[Term, ...], most: int = MOST_HITS
) -> Mapping[UUID, tuple[Hit, ...]]:
    """Return by call the utterances that hold most of the terms, at most so many, in order of time."""
    row, said = UtteranceRow, col(UtteranceRow.text)
    looks = {form for term in terms for token in term.tokens for form in _forms(token)}
    query = (
        select(col(row.call_id), col(row.index), col(row.start), col(row.end), col(row.speaker), said)
        .where(col(row.call_id).in_(call_ids), or_(*(said.contains(form, autoescape=True) for form in looks)))
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


async def _few(session: ReadSession, holding: Select[UUID]) -> frozenset[UUID] | None:
    """Return the calls that a query gives, None where they are more than `FEW`.

    On PostgreSQL they come as one value: thousands of rows cost this process more than the database.
    """
    some = holding.limit(FEW + 1)
    if _is_sqlite(session):
        rows = (await session.execute(some)).scalars().all()
        return None if len(rows) > FEW else frozenset(rows)
    held = some.subquery()
    keys = case((func.count() <= FEW, func.array_agg(held.c.call_id)), else_=None)
    count, found = (await session.execute(select(func.count(), keys).select_from(held))).one()
    return None if count > FEW else frozenset(found or ())


def _one_of(session: ReadSession, found: frozenset[UUID]) -> ColumnElement[bool]:
    """Return that a call is one of these; PostgreSQL takes their keys as one value, which is quicker."""
    if _is_sqlite(session):
        return col(Call.id).in_(found)
    keys: ColumnElement[bool] = col(Call.id) == any_(literal(list(found), ARRAY(Uuid)))
    return keys


def _is_sqlite(session: ReadSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _in(holding: Select[UUID]) -> ColumnElement[bool]:
    return col(Call.id).in_(holding)


def _holding(session: ReadSession, terms: tuple[Term, ...]) -> Select[UUID]:
    """Return the query for calls in one part of whose text all the terms are."""
    return select(col(CallText.call_id)).where(_match(session, terms))


def _apart(session: ReadSession, terms: tuple[Term, ...]) -> Select[UUID]:
    """Return the query for long calls, of several parts, that hold each term in some part."""
    held = (_in_text(_holding(session, (term,))) for term in terms)
    return select(col(CallText.call_id)).where(col(CallText.part) == 1, *held)


def _in_text(holding: Select[UUID]) -> ColumnElement[bool]:
    return col(CallText.call_id).in_(holding)


def _match(session: ReadSession, terms: tuple[Term, ...]) -> TextClause:
    sqlite = _is_sqlite(session)
    wanted = search.fts5(terms) if sqlite else search.tsquery(terms)
    condition = text(SQLITE if sqlite else POSTGRESQL)
    return condition.bindparams(bindparam("wanted", wanted, unique=True))
