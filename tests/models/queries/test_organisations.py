from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.errors import Rejected
from core.settings import Settings
from models.db import Database
from models.queries.organisations import chosen
from tests.factories.databases import migrate, organisation


async def names(settings: Settings, names: list[str], wanted: str) -> str:
    await migrate(settings)
    database = Database(settings)
    try:
        for name in names:
            await organisation(database, name)
        async with database.system_read() as session:
            return (await chosen(session, wanted)).name
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("there", "wanted", "found"), [(["Acme"], "", "Acme"), (["Acme", "Other"], "Other", "Other")]
)
def test_the_organisation_that_is_meant(tmp_path: Path, there: list[str], wanted: str, found: str) -> None:
    assert asyncio.run(names(Settings(data=tmp_path), there, wanted)) == found


@pytest.mark.parametrize(
    ("there", "wanted", "says"),
    [
        ([], "", "no organisation yet"),
        (["Acme"], "Other", "no organisation named 'Other'"),
        (["Acme", "Other"], "", "2 organisations here"),
        (["Acme", "Acme"], "Acme", "2 organisations named 'Acme'"),
    ],
)
def test_none_or_more_than_one(tmp_path: Path, there: list[str], wanted: str, says: str) -> None:
    with pytest.raises(Rejected, match=says):
        asyncio.run(names(Settings(data=tmp_path), there, wanted))
