"""The statements that a request has the database execute, and how the database goes about them."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI
from sqlalchemy import Engine, event

from api.app import create_app
from bench.scale.requests import Kind, Known
from bench.scale.timing import credentials
from core.settings import Settings
from models.db import Database

EXPLAIN = {"postgresql": "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) ", "sqlite": "EXPLAIN QUERY PLAN "}
COLUMNS = re.compile(r"^SELECT .*? \nFROM ", re.DOTALL)
"""What a statement selects: every column of a table, by name, which says nothing of its plan."""
OF_CALLS = re.compile(r"FROM (call|call_text|utterance|metric)\b")
"""What tells statements that read calls from those that find out who asks."""
SETTING = re.compile(r"SELECT set_config\(")
LONG_LIST = re.compile(r"((?:\$\d+::\w+|\?)(?:, )?){6,}")
KEYS = re.compile(r"\{[^{}']{200,}\}|'\{[^{}]{200,}\}'")
WIDEST = 220


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that was executed, its values, and how long it took, milliseconds."""

    text: str
    values: Any
    took_ms: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The statement of a request that took longest, and its plan, shortened for reading."""

    kind: str
    query: str
    statement: str
    lines: tuple[str, ...]

    def markdown(self) -> str:
        """Return the plan as a section."""
        statement, lines = f"```sql\n{self.statement}\n```", "\n".join(("```text", *self.lines, "```"))
        return f"### {self.kind}\n\n`{self.query}`\n\n{statement}\n\n{lines}\n"


async def explained(settings: Settings, known: Known, kinds: list[Kind], seed: int) -> list[Plan]:
    """Return a plan a kind, of the slowest statement of one request that goes through the whole API."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        database: Database = app.state.service.database
        return [await _plan(app, database, known, kind, seed) for kind in kinds]


async def _plan(app: FastAPI, database: Database, known: Known, kind: Kind, seed: int) -> Plan:
    request = kind.make(random.Random(f"{seed} {kind.name}"), known)  # noqa: S311 - made-up requests
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://debrief") as client:
        client.headers.update(credentials(kind.caller))
        statements = list[Statement]()
        for _ in range(2):  # once to warm up
            statements.clear()
            with _watching(statements):
                (await client.get(request.path, params=request.query)).raise_for_status()
    slowest = max((one for one in statements if OF_CALLS.search(one.text)), key=lambda one: one.took_ms)
    set_before = [one for one in statements[: statements.index(slowest)] if SETTING.match(one.text)]
    lines = await _explain(database, slowest, set_before)
    shown = httpx2.URL(request.path, params=request.query)
    return Plan(kind.name, f"GET {shown}", shortened(slowest.text), tuple(lines))


def shortened(statement: str) -> str:
    """Return a statement without the columns it selects, and without long lists of values."""
    return LONG_LIST.sub("... ", COLUMNS.sub("SELECT ...\nFROM ", statement)).strip()


def narrowed(line: str) -> str:
    """Return a line of a plan without long lists of keys, cut where it is too wide to read."""
    line = KEYS.sub("{...}", line.rstrip())
    return line if len(line) <= WIDEST else f"{line[:WIDEST]} ..."


@contextmanager
def _watching(statements: list[Statement]) -> Iterator[None]:
    """Note every statement that an engine executes until the context ends."""
    began = [0.0]

    def before(*_: Any) -> None:
        began[0] = time.perf_counter()

    def after(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        statements.append(Statement(statement, values, (time.perf_counter() - began[0]) * 1000))

    listeners = (("before_cursor_execute", before), ("after_cursor_execute", after))
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)


async def _explain(database: Database, statement: Statement, set_before: list[Statement]) -> Iterator[str]:
    """Yield the lines of a statement's plan, under the settings that the request had made for it."""
    prefix = EXPLAIN["sqlite" if database.is_sqlite else "postgresql"]
    async with database.writer.connect() as connection:
        for setting in set_before:
            await connection.exec_driver_sql(setting.text, setting.values)
        rows = (await connection.exec_driver_sql(prefix + statement.text, statement.values)).all()
    return (narrowed(str(row[-1])) for row in rows)
