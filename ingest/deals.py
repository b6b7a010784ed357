"""Deals taken in from a table that a CRM exports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import BinaryIO
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from core.clock import now
from core.errors import Rejected
from core.ids import new_id
from ingest.completion import in_thread
from ingest.deal_rows import EXTERNAL_ID, DealRow, meaning, read_deal, shown
from ingest.tables import Row, Table, Unreadable, check_text, opened
from models.db import Database, Session
from models.deal import DealGiven
from models.queries import deals, people, trail
from models.queries.deals import Told
from models.trail import Action, Note

MOST_BYTES = 20 * 1024 * 1024
"""Largest table that is taken."""
AT_ONCE = 500
"""Rows read and written at a time, in one transaction."""
MOST_REFUSALS = 1000
"""Refused rows that are told of; all are counted."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken in: its line, the deal where that is known, what is wrong, what to do."""

    line: int
    external_id: str | None
    code: str
    reason: str
    remedy: str


@dataclass(slots=True)
class Imported:
    """What came of a table; `ignored` are the headings of columns that mean nothing here."""

    import_id: UUID = field(default_factory=new_id)
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Importer:
    """Whose deals are taken in, and who hands them in (None: somebody at this machine)."""

    database: Database
    organisation_id: UUID
    principal_id: UUID | None


async def import_deals(importer: Importer, file: BinaryIO) -> Imported:
    """Take in what a table tells of deals; a row that is refused keeps none of the others out.

    Rows go in 500 in a transaction, so that what was taken in before something failed stays; handing the
    same table in again changes nothing more. Raises `Rejected` where it is no table of deals at all.
    """
    await in_thread(check_text, file)
    async with importer.database.read(importer.organisation_id) as session:
        zone = ZoneInfo((await people.own_organisation(session)).time_zone)
    with opened(file, meaning) as table:
        _check(table)
        done = Imported(ignored=table.ignored)
        while lines := await in_thread(_some, table.rows, zone):
            for line, outcome in zip(lines, await _written(importer, done.import_id, lines), strict=True):
                _count(done, line, outcome)
    return done


def _check(table: Table) -> None:
    if EXTERNAL_ID not in table.columns:
        raise Rejected(
            "no_external_id",
            "There is no column 'external_id'.",
            "Name the column with the CRM's ids so; names are in the first line.",
        )


@dataclass(frozen=True, slots=True)
class Line:
    """What a row tells, or why it cannot be read."""

    number: int
    external_id: str | None
    read: DealRow | Rejected


def _some(rows: Iterator[Row | Unreadable], zone: ZoneInfo) -> list[Line]:
    """Return the next rows; nothing at the end."""
    return [_line(row, zone) for row in islice(rows, AT_ONCE)]


def _line(row: Row | Unreadable, zone: ZoneInfo) -> Line:
    if isinstance(row, Unreadable):
        return Line(row.line, None, row.why)
    external_id = row.cells[EXTERNAL_ID] or None
    try:
        return Line(row.line, external_id, read_deal(row.cells, zone))
    except Rejected as wrong:
        return Line(row.line, external_id, wrong)


async def _written(importer: Importer, import_id: UUID, lines: Sequence[Line]) -> list[Told | Rejected]:
    """Return what came of rows, written in one transaction.

    Where another import adds the same deal meanwhile, it is known the second time.
    """
    try:
        return await _write(importer, import_id, lines)
    except IntegrityError:
        return await _write(importer, import_id, lines)


async def _write(importer: Importer, import_id: UUID, lines: Sequence[Line]) -> list[Told | Rejected]:
    async with importer.database.write(importer.organisation_id) as session:
        given = await _with_reps(session, [line.read for line in lines])
        told = iter(await deals.tell(session, [one for one in given if isinstance(one, DealGiven)], now()))
        outcomes = [next(told) if isinstance(one, DealGiven) else one for one in given]
        counts = Counter(str(one) if isinstance(one, Told) else "refused" for one in outcomes)
        if counts[Told.CREATED] or counts[Told.CHANGED]:
            note = Note(importer.principal_id, Action.DEALS_CHANGED, f"import:{import_id}", counts)
            trail.note(session, importer.organisation_id, note)
        return outcomes


async def _with_reps(session: Session, read: Sequence[DealRow | Rejected]) -> list[DealGiven | Rejected]:
    """Return what rows tell with the keys of their reps, or why a row is refused."""
    rows = [row for row in read if isinstance(row, DealRow)]
    emails = {row.rep_email for row in rows if row.rep_email is not None}
    ids = {row.rep_id for row in rows if row.rep_id is not None}
    by_email, known = await deals.reps(session, emails, ids)
    return [row if isinstance(row, Rejected) else _with_rep(row, by_email, known) for row in read]


def _with_rep(row: DealRow, by_email: Mapping[str, UUID], known: Collection[UUID]) -> DealGiven | Rejected:
    email, rep_id = row.rep_email, row.rep_id
    if email is not None and email not in by_email:
        return Rejected(
            "unknown_rep",
            f"Nobody here has the e-mail address {shown(email)}.",
            "Put the address right, or add that person and import the row again.",
        )
    if rep_id is not None and rep_id not in known:
        return Rejected(
            "unknown_rep", f"Nobody here has the id {rep_id}.", "Take an id that /v1/users lists."
        )
    if email is not None and rep_id not in {None, by_email[email]}:
        return Rejected(
            "two_reps", f"{shown(email)} and {rep_id} are two people.", "Leave one of the two columns empty."
        )
    found = rep_id if email is None else by_email[email]
    return row.given if found is None else replace(row.given, values={**row.given.values, "rep_id": found})


def _count(done: Imported, line: Line, outcome: Told | Rejected) -> None:
    match outcome:
        case Told.CREATED:
            done.created += 1
        case Told.CHANGED:
            done.changed += 1
        case Told.UNCHANGED:
            done.unchanged += 1
        case Rejected(code, reason, remedy):
            done.refused += 1
            if len(done.refusals) < MOST_REFUSALS:
                done.refusals.append(Refusal(line.number, line.external_id, code, reason, remedy))
