"""A real call put right over the API, done again by the worker, and given to the evaluation."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient

from api.app import create_app
from bench import evaluate
from core.settings import Settings
from models.access import Scope
from models.call import CallState, Consent
from models.secrets import hashed
from models.stages import Lane
from models.tables import ApiClient
from scripts.corpus.export import Wanted, export
from scripts.installation import Installation
from tests.factories.services import redis_server, settings_for
from tests.factories.workplaces import Workplace, at_work

KEY = "dbr_key-of-the-one-who-corrects"
SAID = "Neither did I."


def test_what_is_put_right_is_shown_measured_and_evaluated(tmp_path: Path, sample: Path) -> None:
    with redis_server() as redis_url:
        settings = settings_for(tmp_path / "data", redis_url)

        async def act(place: Workplace) -> None:
            call_id = await place.here.hand_in(sample, consent=Consent.GIVEN)
            await ended(place)
            await add_key(place)
            before, after = await asyncio.to_thread(corrected, settings, call_id)
            await ended(place)
            shown = await asyncio.to_thread(export_of, settings, call_id)
            assert before not in shown
            assert after in shown
            there = Installation(settings, place.here.database, place.here.store, None)
            told = await export(there, Wanted(place.here.organisation_id), tmp_path / "out")
            assert told.written == 1

        at_work(settings, act)
    assert evaluate.run([tmp_path / "out"], settings, tmp_path / "eval.json") == 0
    (scored,) = json.loads((tmp_path / "eval.json").read_text())["recordings"]
    assert scored["score"]["words"]["wer"]["substitutions"] > 0
    assert scored["score"]["words"]["wer"]["rate"] < 0.2
    assert scored["score"]["speakers_found"] == scored["score"]["speakers_true"] == 2


async def ended(place: Workplace) -> None:
    """Let the workers do what there is to do."""
    while not (await place.call()).state.ended:
        for lane in Lane:
            await place.look(lane)
    assert (await place.call()).state is CallState.REVIEWED


async def add_key(place: Workplace) -> None:
    async with place.here.database.write(place.here.organisation_id) as session:
        session.add(
            ApiClient(
                organisation_id=place.here.organisation_id,
                name="a program",
                scopes=[Scope.CALLS_READ, Scope.REVIEWS_WRITE],
                secret_hash=hashed(KEY),
            )
        )


def corrected(settings: Settings, call_id: UUID) -> tuple[str, str]:
    """Put other words in somebody's mouth; return what was there and what is now."""
    with TestClient(create_app(settings), headers={"authorization": f"Bearer {KEY}"}) as client:
        answer = client.get(f"/v1/calls/{call_id}/utterances").json()
        said: dict[str, Any] = next(one for one in answer["items"] if one["text"] == SAID)
        edit = {key: said[key] for key in ("speaker", "start", "end")}
        text = "Nor did anybody else."
        sent = {"edits": [{**edit, "kind": "text", "text": text}]}
        assert client.post(f"/v1/calls/{call_id}/corrections", json=sent).status_code == 202
        return said["text"], text


def export_of(settings: Settings, call_id: UUID) -> str:
    with TestClient(create_app(settings), headers={"authorization": f"Bearer {KEY}"}) as client:
        return client.get(f"/v1/calls/{call_id}/export", params={"format": "txt"}).text
