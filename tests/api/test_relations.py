"""How measures and outcomes went together, over the API."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from core.ids import new_id
from models.call import UserRole
from models.db import Session
from models.queries import due
from models.record import Outcome
from models.tables import User
from tests.api.conftest import Signed, both
from tests.factories.offices import Office, in_world
from tests.factories.record_answers import LOW
from tests.factories.worlds import World


@both
def test_how_measures_went_together_with_an_outcome_is_never_called_a_cause(
    signed: Signed, world: World
) -> None:
    async def act(here: Office) -> None:
        async def hire(session: Session) -> None:
            for number in range(13):
                user = User(
                    organisation_id=here.organisation_id,
                    id=new_id(),
                    email=f"{number}@acme.example",
                    name=f"r{number}",
                    role=UserRole.REP,
                )
                here.world.people[user.name] = user
                session.add(user)

        await here.change(hire)
        for number in range(13):
            name = f"r{number}"
            await here.approve_all(name, [number + depth for depth in LOW])

            async def close(session: Session, name: str = name, won: int = number) -> None:
                for deal in range(13):
                    outcome = Outcome.WON if deal < won else Outcome.LOST
                    session.add(here.deal(name, outcome, "2026-01-01", "2026-02-01", number=uuid4()))

            await here.change(close)
        await here.drain()
        await here.change(lambda session: due.note_everybody(session, here.organisation_id))
        await here.drain()

    in_world(world, act)
    asked: dict[str, Any] = {"quarter": "2026-03-31", "quarters": 2}
    found = signed("manager").get("/v1/records/relations", params=asked).json()
    assert (found["outcome"], found["start"], found["end"]) == ("win_rate", "2025-10-01", "2026-04-01")
    assert "not that one brings about the other" in found["caution"]
    assert "by chance" in found["method"]
    relations = {one["measure"]: one for one in found["relations"]}
    assert list(relations) == sorted(relations)
    assert relations["depth"]["correlation"]["value"] == pytest.approx(1.0)
    assert relations["depth"]["clear"] is True
    assert relations["talk_share.rep"]["correlation"] is None
    assert "the same for everybody" in relations["talk_share.rep"]["reason"]
    none = signed("admin").get("/v1/records/relations", params={"quarter": "2025-03-31"}).json()
    assert none["relations"] == []
    assert signed("rep").get("/v1/records/relations").status_code == 403
    wrong = signed("manager").get("/v1/records/relations", params={"outcome": "depth"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "no_such_outcome")
