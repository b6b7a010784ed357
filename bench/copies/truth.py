"""What the server has: by its own database, and by a pull of everything."""

from __future__ import annotations

from typing import Any

import httpx2
from sqlalchemy import select
from sqlmodel import col

from bench.copies.clients import STREAMS, Copy, Server
from bench.scale.people import Company
from core.settings import Settings
from models.assessment import AssessmentState
from models.db import Database, ReadSession
from models.tables import Assessment, Call, Deal, RecordCell

PATIENCE_S = 60.0
APPROVED = (AssessmentState.APPROVED, AssessmentState.CORRECTED)


def pulled(server: Server) -> Copy:
    """Return what there is by a pull from the beginning."""
    headers = {"Authorization": f"Bearer {server.key}"}
    with httpx2.Client(base_url=server.address, headers=headers, timeout=PATIENCE_S) as client:
        return {name: _stream(client, name) for name in STREAMS}


def _stream(client: httpx2.Client, name: str) -> dict[str, str]:
    asked: dict[str, Any] = {"limit": 1000, "fields": "id"}
    found: dict[str, str] = {}
    while True:
        page = client.get(f"/v1/feeds/{name}", params=asked).raise_for_status().json()
        for row in page["items"]:
            if row["deleted"]:
                found.pop(row["id"], None)
            else:
                found[row["id"]] = row["updated_at"]
        if page["next"] is None:
            return found
        asked["cursor"] = page["next"]


async def counted(settings: Settings, made: Company) -> dict[str, int]:
    """Return how many things the database has of each stream that whoever reads what is approved may see."""
    database = Database(settings)
    try:
        async with database.read(made.id) as session:
            return await _counted(session)
    finally:
        await database.close()


async def _counted(session: ReadSession) -> dict[str, int]:
    there = col(Call.deleted_at).is_(None)
    scores = (
        select(col(Assessment.id))
        .join(Call, col(Call.id) == col(Assessment.call_id))
        .where(there, col(Assessment.state).in_(APPROVED))
    )
    queries = {
        "calls": select(col(Call.id)).where(there),
        "scores": scores,
        "records": select(col(RecordCell.start)),
        "deals": select(col(Deal.id)),
    }
    return {name: len((await session.execute(query)).all()) for name, query in queries.items()}
