"""Sessions of several scorers, by every role, on calls of everybody."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from models.access import Permission, Reach
from tests.api.conftest import Running
from tests.api.test_access import OWNERS, ROLES, _of, _viewer, alike, ask, demanding, ids, there
from tests.factories.assessing import assessed

__all__ = ["there"]


def held(there: Running, owner: str | None) -> str:
    """Return the key of a session that an admin of the owner's organisation holds on a call of theirs."""
    foreign = owner == "foreigner"
    world, by = there.world, "foreigner" if foreign else "admin"
    scored = assessed(world, None if foreign else owner, organisation="other" if foreign else "acme")
    sent = {
        "name": "Week 9",
        "assessment_id": str(scored.assessment_id),
        "members": [str(world.people[by].id)],
    }
    answer = there.signed(by).post("/v1/calibrations", json=sent)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize(("method", "path", "permission"), demanding("{calibration_id}"), ids=ids)
def test_sessions(there: Running, method: str, path: str, permission: Permission) -> None:
    shared: dict[Any, str] = {owner: held(there, owner) for owner in OWNERS}
    for name in ROLES:
        client, viewer = there.signed(name), _viewer(there.world, name, permission)
        absent = ask(client, method, path, calibration_id=str(uuid4()))
        for owner in OWNERS:
            answer = ask(client, method, path, calibration_id=shared[owner])
            within = owner != "foreigner" and viewer.sees(*_of(there.world, owner))
            if viewer.reach is Reach.NONE:
                assert answer.status_code == absent.status_code == 403, (name, owner)
            elif within and name in {"manager", "admin"} and owner != name:
                assert answer.status_code in {200, 204, 409, 422}, (name, owner, answer.text)
                assert answer.status_code < 300 or name != "admin" or path.endswith("/members")
            else:
                assert absent.status_code == 404
                assert alike(answer, absent), (name, owner, answer.text)


def test_a_session_on_a_score_out_of_reach_cannot_be_held(there: Running) -> None:
    world = there.world
    for name, owner, status in (
        ("rep", "rep", 403),
        ("coach", "outsider", 404),
        ("manager", None, 404),
        ("foreigner", "rep", 404),
        ("coach", "rep", 201),
    ):
        scored = assessed(world, owner)
        by = "foreigner" if name == "foreigner" else "admin"
        sent = {
            "name": "Week 9",
            "assessment_id": str(scored.assessment_id),
            "members": [str(world.people[by].id)],
        }
        assert there.signed(name).post("/v1/calibrations", json=sent).status_code == status, (name, owner)
