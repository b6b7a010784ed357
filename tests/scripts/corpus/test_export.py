"""The export of corrections: only with consent, and just what the evaluation reads."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlmodel import col
from typer.testing import CliRunner

from bench import references
from bench.hypothesis import Hypothesis
from bench.score import score
from bench.writing import named
from core.clock import now
from core.errors import Rejected
from core.settings import DatabaseSettings, Settings
from ingest.store import open_store, recording_key
from models.access import Reach
from models.assessment import AnswerKind, AssessmentState
from models.call import CallState, CallType, Consent
from models.correction import NOTHING, PutRight, Reassign, Reword
from models.db import Database
from models.queries import assessments, corrections, work
from models.queries.assessments import Scores
from models.queries.scorecards import plain
from models.review import Side
from models.scorecard import HumanItem, InForce, MetricItem, Option, Scorecard, Section, Target
from models.stages import StageName
from models.tables import (
    AnswerRow,
    Assessment,
    Call,
    Product,
    Recording,
    ScorecardRow,
    ScorecardVersion,
    TrailRow,
)
from models.transcript import Role
from models.versions import VersionState
from scripts.corpus.export import Told, Wanted, export
from scripts.debrief import app
from scripts.installation import Installation
from tests.factories.databases import copied_postgresql, migrate, postgresql
from tests.factories.heard import all_done
from tests.factories.reviews import sales_call
from tests.factories.worlds import World, made
from worker.stages.score import scored
from worker.transcribed import transcribed

RIGHT = NOTHING.telling({"S1": Role.REP, "S2": Role.CUSTOMER}, {"S2": "Milan"}).editing(
    (
        Reword("S2", 19.0, 20.2, "It's 40 Mill Lane.", before="It's 14 Mill Lane."),
        Reassign("S1", 13.0, 14.4, "S3"),
    )
)


@dataclass
class Here:
    """A world whose calls can be exported."""

    world: World
    settings: Settings

    def run(self, act: Callable[[Installation], Coroutine[Any, Any, Any]]) -> Any:
        async def inside() -> Any:
            database = Database(self.settings)
            try:
                return await act(Installation(self.settings, database, open_store(self.settings), None))
            finally:
                await database.close()

        return asyncio.run(inside())

    def call(self, name: str = "Milan Kos.wav", **known: Any) -> UUID:
        """Return a reviewed call, its recording in the store, with consent unless told otherwise."""

        async def act(place: Installation) -> UUID:
            key, path = recording_key(), self.settings.data / "sound"
            path.write_bytes(b"RIFF sound")
            await place.store.put_file(key, path)
            organisation_id = self.world.organisations["acme"].id
            async with place.database.write(organisation_id) as session:
                call = await self.world.add_call(session, "rep", **{"consent": Consent.GIVEN, **known})
                recording = await session.get_one(Recording, call.recording_id)
                recording.key, recording.name = key, name
                await all_done(session, call)
                return call.id

        found: UUID = self.run(act)
        return found

    def correct(self, call_id: UUID, after: PutRight = RIGHT) -> UUID:
        """Put a call right."""

        async def act(place: Installation) -> None:
            viewer = self.world.viewer("coach", reach=Reach.ALL)
            async with place.database.write(viewer.organisation_id) as session:
                await corrections.add(session, await session.get_one(Call, call_id), after, viewer, now())

        self.run(act)
        return call_id

    def export(self, folder: Path, **wanted: Any) -> Told:
        organisation_id = self.world.organisations["acme"].id
        found: Told = self.run(lambda place: export(place, Wanted(organisation_id, **wanted), folder))
        return found


@pytest.fixture(params=["sqlite", "postgresql"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Here:
    settings = Settings(data=tmp_path)
    if request.param == "postgresql":
        address = copied_postgresql(request.getfixturevalue("postgresql_address"))
        settings = Settings(data=tmp_path, database=DatabaseSettings(url=SecretStr(address)))
    else:
        asyncio.run(migrate(settings))
    return Here(asyncio.run(made(settings)), settings)


@pytest.fixture(scope="session")
def postgresql_address() -> Any:
    with postgresql() as address:
        yield address


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_what_is_written_is_read_back_by_the_evaluation(here: Here, tmp_path: Path) -> None:
    call_id, folder = here.correct(here.call()), tmp_path / "out"
    assert here.export(folder).written == 1
    (reference,) = references.find([folder])
    assert reference.name == f"call-{call_id.hex}.wav"
    assert reference.recording.read_bytes() == b"RIFF sound"

    async def corrected(place: Installation) -> Any:
        async with place.database.read(here.world.organisations["acme"].id) as session:
            products = await work.products(session, call_id)
        return transcribed(products, None, RIGHT, here.settings).person

    person = here.run(corrected)
    words, turns = named(person)
    assert reference.phrases is not None
    assert [(p.text, p.speaker, round(p.start or 0, 3)) for p in reference.phrases] == [
        (word.text, word.speaker, round(word.start, 3)) for word in words
    ]
    assert {turn.speaker for turn in turns} == {"rep", "agent", "customer"}
    assert reference.turns is not None
    assert [(round(t.start, 3), round(t.end, 3), t.speaker) for t in reference.turns] == [
        (round(t.start, 3), round(t.end, 3), t.speaker) for t in turns
    ]
    assert reference.regions == ((0.0, 30.0),)

    sides = {"rep": Role.REP, "customer": Role.CUSTOMER, "agent": Role.REP}
    perfect = score(reference, Hypothesis(30.0, "en", words, turns, sides, None, ()))
    assert perfect.words is not None
    assert perfect.words.wer is not None
    assert perfect.words.cpwer is not None
    assert (perfect.words.wer.total, perfect.words.cpwer.total) == (0, 0)
    assert perfect.der is not None
    assert perfect.der.rate == pytest.approx(0.0, abs=1e-3)
    assert perfect.roles is not None
    assert perfect.roles.accuracy == 1.0


def test_the_manifest_says_where_from_and_under_which_consent(here: Here, tmp_path: Path) -> None:
    call_id = here.correct(here.call(consent_basis="told at the beginning", call_type=CallType.SERVICE))
    here.export(tmp_path / "out")
    (line,) = read(tmp_path / "out/manifest.jsonl")
    assert line["call_id"] == str(call_id)
    assert line["sound"] == f"corrected/call-{call_id.hex}.wav"
    assert (line["consent"], line["consent_basis"]) == ("given", "told at the beginning")
    assert (line["language"], line["call_type"], line["duration_s"]) == ("en", "service", 30.0)
    assert line["engines"] == {"recognition": "whisper@1", "diarization": "voices@2"}
    assert line["correction"]["changes"] == {"roles": 2, "names": 1, "text": 1, "reassign": 1}
    assert [edit["kind"] for edit in line["correction"]["edits"]] == ["text", "reassign"]
    assert (line["corrected"], line["approved"]) == (True, False)


def test_pairs_hold_the_machines_beside_the_persons(here: Here, tmp_path: Path) -> None:
    here.correct(here.call())
    here.export(tmp_path / "out", with_sound=False)
    (line,) = read(tmp_path / "out/pairs.jsonl")
    assert line["changed"] == [
        {
            "start": 19.0,
            "end": 20.2,
            "channel": 0,
            "machine": "It's 14 Mill Lane.",
            "person": "It's 40 Mill Lane.",
        }
    ]
    assert line["machine"]["roles"] == {"S1": "rep", "S2": "customer"}
    assert set(line["person"]["roles"]) == {"S1", "S2", "S3"}
    heard, said = line["machine"]["words"], line["person"]["words"]
    assert [w["text"] for w in heard if w["start"] > 19] == ["14", "Mill", "Lane."]
    assert [w["text"] for w in said if w["start"] > 19] == ["40", "Mill", "Lane."]
    assert {w["speaker"] for w in said} == {"S1", "S2", "S3"}
    assert not list((tmp_path / "out").rglob("*.wav"))


def test_names_stay_here(here: Here, tmp_path: Path) -> None:
    here.correct(here.call(title="Milan Kos", customer="Milan Kos"))
    here.export(tmp_path / "out")
    for path in (tmp_path / "out").rglob("*"):
        assert "milan" not in path.name.lower()
        assert path.is_dir() or b"Milan" not in path.read_bytes()


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"consent": Consent.UNKNOWN}, "consent_unknown"),
        ({"consent": Consent.REFUSED}, "consent_refused"),
        ({"retain_until": datetime.fromisoformat("2020-01-01T00:00:00+00:00")}, "past_retention"),
    ],
)
def test_nothing_leaves_without_consent_or_after_its_time(
    here: Here, tmp_path: Path, known: dict[str, Any], why: str
) -> None:
    call_id, fine = here.correct(here.call(**known)), here.correct(here.call(consent=Consent.NOT_REQUIRED))
    told = here.export(tmp_path / "out")
    assert (told.written, dict(told.left_out)) == (1, {why: 1})
    assert read(tmp_path / "out/left_out.jsonl") == [{"call_id": str(call_id), "why": why}]
    assert [line["call_id"] for line in read(tmp_path / "out/manifest.jsonl")] == [str(fine)]
    written = [path for path in (tmp_path / "out").rglob("*") if call_id.hex in path.name]
    assert written == []


def test_what_cannot_be_whole_is_left_out(here: Here, tmp_path: Path) -> None:
    busy, bare, lost = (here.correct(here.call()) for _ in range(3))

    async def act(place: Installation) -> None:
        async with place.database.write(here.world.organisations["acme"].id) as session:
            (await session.get_one(Call, busy)).state = CallState.QUEUED
            for product in (await session.execute(select(Product))).scalars():
                if product.call_id == bare and product.stage is StageName.TRANSCRIBE:
                    await session.delete(product)
            call = await session.get_one(Call, lost)
            key = (await session.get_one(Recording, call.recording_id)).key
        await place.store.delete(key)

    here.run(act)
    told = here.export(tmp_path / "out")
    assert told.left_out == {"under_way": 1, "products_missing": 1, "recording_missing": 1}
    assert list((tmp_path / "out").rglob("call-*")) == []
    assert here.export(tmp_path / "silent", with_sound=False).written == 1


def test_only_calls_that_people_looked_at_are_meant(here: Here, tmp_path: Path) -> None:
    here.call()
    here.correct(here.call(), NOTHING.telling({}, {"S1": "Ana"}))
    undone = here.correct(here.call())
    here.correct(undone, NOTHING.restored(0))
    assert here.export(tmp_path / "out") == Told()


def test_only_what_is_new_since_then(here: Here, tmp_path: Path) -> None:
    here.correct(here.call())
    assert here.export(tmp_path / "later", since=now() + timedelta(hours=1)) == Told()
    assert here.export(tmp_path / "before", since=now() - timedelta(hours=1)).written == 1


def test_a_folder_in_use_is_refused(here: Here, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/old").touch()
    with pytest.raises(Rejected, match="Name a new folder"):
        here.export(tmp_path / "out")


def test_the_trail_tells_that_words_left_the_service(here: Here, tmp_path: Path) -> None:
    here.correct(here.call())
    here.export(tmp_path / "out")

    async def act(place: Installation) -> list[Any]:
        async with place.database.read(here.world.organisations["acme"].id) as session:
            return list((await session.execute(select(TrailRow).order_by(col(TrailRow.number)))).scalars())

    row = here.run(act)[-1]
    assert (row.action, row.details) == ("corrections.exported", {"calls": 1, "left_out": 0, "sound": True})


CARD = Scorecard(
    "mine",
    "Mine",
    (
        Section(
            "All",
            (
                MetricItem("talk", "Talk", 2, "talk_share", Side.REP, Target(0.3, 0.6, 0.3)),
                HumanItem("next", "Next", 1, (Option("yes", "Yes", 1.0),)),
            ),
        ),
    ),
)


def test_what_people_answered_stands_beside_the_machines(here: Here, tmp_path: Path) -> None:
    call_id = here.call()

    async def act(place: Installation) -> None:
        organisation_id, at = here.world.organisations["acme"].id, now()
        coach = here.world.people["coach"].id
        async with place.database.write(organisation_id) as session:
            card = ScorecardRow(organisation_id=organisation_id, key=CARD.key, name=CARD.name)
            session.add(card)
            await session.flush()
            version = ScorecardVersion(
                organisation_id=organisation_id,
                scorecard_id=card.id,
                number=3,
                state=VersionState.ACTIVE,
                content=plain(CARD),
            )
            session.add(version)
            await session.flush()
            call = await session.get_one(Call, call_id)
            found = scored(sales_call(), call_id, (InForce(version.id, CARD),), ())
            await assessments.propose(session, call, Scores(found.proposals, found.tracked), at)
            row = (await session.execute(select(Assessment))).scalar_one()
            row.state, row.decided_at, row.decided_by = AssessmentState.CORRECTED, at, coach
            said = (
                {"item": "talk", "share": 0.25, "comment": "Milan was cut off"},
                {"item": "talk", "withdrawn": True},
            )
            for content in (*said, {"item": "next", "option": "yes", "applicable": True}):
                session.add(
                    AnswerRow(
                        organisation_id=organisation_id,
                        assessment_id=row.id,
                        item=str(content["item"]),
                        kind=AnswerKind.REVIEW,
                        user_id=coach,
                        content=content,
                        created_at=at + timedelta(seconds=1),
                    )
                )

    here.run(act)
    assert here.export(tmp_path / "out").written == 1
    (line,) = read(tmp_path / "out/manifest.jsonl")
    assert (line["corrected"], line["approved"]) == (False, True)
    assert line["sound"].startswith("approved/")
    talk, following = read(tmp_path / "out/answers.jsonl")
    assert (talk["scorecard"], talk["number"], talk["item"], talk["kind"]) == ("mine", 3, "talk", "review")
    assert (talk["human"], talk["person"]) == ({"share": 0.25}, "P1")
    assert talk["machine"]["share"] is not None
    assert following["human"] == {"option": "yes", "applicable": True}
    assert following["machine"]["share"] is None
    assert "Milan" not in (tmp_path / "out/answers.jsonl").read_text()


def test_a_policys_approval_is_nobodys_look(here: Here, tmp_path: Path) -> None:
    test_what_people_answered_stands_beside_the_machines(here, tmp_path)

    async def act(place: Installation) -> None:
        async with place.database.write(here.world.organisations["acme"].id) as session:
            await session.execute(update(Assessment).values(by_policy=True))

    here.run(act)
    assert here.export(tmp_path / "policy") == Told()


def test_the_command_says_what_it_wrote_and_what_not(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.correct(here.call())
    here.correct(here.call(consent=Consent.UNKNOWN))
    monkeypatch.setenv("DEBRIEF_DATA", str(here.settings.data))
    monkeypatch.setenv("DEBRIEF_DATABASE__URL", here.settings.database.url.get_secret_value())

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(app, ["export-corrections", *arguments, "--organisation", "acme"])

    said = run(str(tmp_path / "out"), "--since", "2020-01-01")
    assert said.exit_code == 0, said.output
    assert said.stdout.splitlines() == [
        f"1 call written to {tmp_path / 'out'}",
        "1 call left out: nobody knows whether those recorded agreed",
    ]
    again = run(str(tmp_path / "out"))
    assert again.exit_code == 2
    assert run(str(tmp_path / "quiet"), "--without-sound").exit_code == 0
