"""Comments, tasks, clips and playlists, by every role, on what belongs to everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response

from models.access import Permission
from tests.api.conftest import Running
from tests.api.test_access import BRIEF, OWNERS, ROLES, SENT, alike, ask, demanding, ids

WITHIN: Mapping[str, frozenset[str | None]] = {
    "rep": frozenset({"rep"}),
    "coach": frozenset({"rep", "mate", "coach"}),
    "manager": frozenset({"rep", "mate", "coach"}),
    "admin": frozenset({"rep", "mate", "coach", "outsider", None}),
}
"""Whose calls and tasks each role reaches, as models/access.py says of reading calls and doing tasks."""


def of_owner(there: Running, owner: str | None, path: str) -> str:
    """Return the key of something new that belongs to somebody, made by an admin of theirs."""
    foreign = owner == "foreigner"
    client = there.signed("foreigner" if foreign else "admin")
    if path.startswith("/v1/tasks"):
        rep_id = str(there.world.people[owner or "outsider"].id)
        answer = client.post("/v1/tasks", json={"text": "Do it.", "rep_id": rep_id})
    else:
        call_id = there.world.reviewed(owner, BRIEF, "other" if foreign else "acme")
        kind = "comments" if path.startswith("/v1/comments") else "clips"
        where = f"/v1/calls/{call_id}/{kind}"
        answer = client.post(where, **SENT[f"POST /v1/calls/{{call_id}}/{kind}"])
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def judge(answer: Response, absent: Response, *, seen: bool, changed: bool) -> None:
    """Check that what is not seen is as if it were not there, and that another's is not changed."""
    assert absent.status_code == 404
    if not seen:
        assert alike(answer, absent), answer.text
    elif not changed:
        assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
    else:
        assert answer.status_code in {200, 204} or answer.json()["code"] == "not_rendered", answer.text


def cases(*needles: str) -> list[tuple[str, str, Permission]]:
    return [case for needle in needles for case in demanding(needle)]


@pytest.mark.parametrize(
    ("method", "path", "_permission"), cases("{comment_id}", "{clip_id}", "{task_id}"), ids=ids
)
def test_what_is_within_reach_is_seen_and_only_ones_own_is_changed(
    there: Running, method: str, path: str, _permission: Permission
) -> None:
    key = path.partition("{")[2].partition("}")[0]
    ticked = (method, key) == ("PATCH", "task_id")  # whoever reaches a task may tick it off
    for name in ROLES:
        client = there.signed(name)
        absent = ask(client, method, path, **{key: str(uuid4())})
        for owner in OWNERS:
            if key == "task_id" and owner is None:
                continue
            answer = ask(client, method, path, **{key: of_owner(there, owner, path)})
            changed = method == "GET" or ticked or name == "admin"
            judge(answer, absent, seen=owner in WITHIN[name], changed=changed)


@pytest.mark.parametrize(("method", "path", "_permission"), cases("{playlist_id}"), ids=ids)
def test_playlists_are_their_makers_or_everybodys(
    there: Running, method: str, path: str, _permission: Permission
) -> None:
    def made(by: str, *, shared: bool) -> str:
        new: dict[str, Any] = {"name": "Openings", "shared": shared}
        return str(there.signed(by).post("/v1/playlists", json=new).json()["id"])

    for name in ROLES:
        client = there.signed(name)
        absent = ask(client, method, path, playlist_id=str(uuid4()))
        for by in (*ROLES, "foreigner"):
            for shared in (True, False):
                answer = ask(client, method, path, playlist_id=made(by, shared=shared))
                own = by == name
                seen = own or (shared and by != "foreigner")
                changed = method == "GET" or own or name in {"manager", "admin"}
                judge(answer, absent, seen=seen, changed=changed)
