"""What a correction recomputes, and what it leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import zstandard

from api import exports
from core.settings import Settings
from models.call import CallState
from models.queries import runs, work
from models.review import JudgedUtterance, Side
from models.stages import STAGE, StageName
from models.tables import (
    CallText,
    Correction,
    MetricRow,
    Product,
    ReviewRow,
    SpeakerRow,
    UtteranceRow,
)
from models.transcript import Diarization, Recognition, Region, Role, Turn, Word
from tests.factories.workplaces import Workplace, at_work
from worker import stored
from worker.case import Made
from worker.products import Attributed, Heard, Judged, Voices

WORDS = (
    ("S1", "Good morning, this is Ana from Northwind, how can I help you?", 1.0),
    ("S2", "Hello, our scanners drop off the network every afternoon.", 6.0),
)


def words_and_turns() -> tuple[tuple[Word, ...], tuple[Turn, ...]]:
    """Return two people each saying one thing."""
    words: list[Word] = []
    for _, text, start in WORDS:
        words += [
            Word(start + i * 0.3, start + i * 0.3 + 0.25, part, 0.9) for i, part in enumerate(text.split())
        ]
    turns = tuple(Turn(start, start + len(text.split()) * 0.3, who) for who, text, start in WORDS)
    return tuple(words), turns


async def engines_done(place: Workplace, call_id: UUID) -> None:
    """Let the stages that need engines be done: two people were heard."""
    words, turns = words_and_turns()
    speech = tuple(Region(turn.start, turn.end) for turn in turns)
    made: dict[StageName, object] = {
        StageName.LISTEN: Heard((0,), separate=False, speech=speech, warnings=()),
        StageName.TRANSCRIBE: Recognition("en", 1.0, words, ()),
        StageName.DIARIZE: Voices(Diarization(turns, turns, 0.9), {}),
    }
    for stage, value in made.items():
        await done(place, call_id, stage, value)


async def done(place: Workplace, call_id: UUID, stage: StageName, value: object) -> None:
    """Let a stage be done with this product."""
    async with place.here.database.system() as session:
        claimed = await runs.claim(session, STAGE[stage].lane, "other", timedelta(seconds=60))
    assert claimed is not None
    assert claimed.stage is stage
    result = work.Result("x@1", stored.dump(stage, Made(value, {}, 0.1)))
    async with place.here.database.write(place.here.organisation_id) as session:
        assert await work.save(session, claimed, result) is not None


async def judged(place: Workplace, call_id: UUID) -> None:
    """Let every utterance be judged as nothing in particular."""
    attributed = await place.newest(StageName.ATTRIBUTE)
    assert isinstance(attributed, Attributed)
    count = len(attributed.transcript.utterances)
    await done(
        place,
        call_id,
        StageName.JUDGE,
        Judged(tuple(JudgedUtterance(i, None, None) for i in range(count)), ()),
    )


def test_corrected_roles_and_names_recompute_what_follows_and_nothing_before(
    configured: Callable[..., Settings], sample: Path
) -> None:
    async def act(place: Workplace) -> None:
        call_id = await place.here.hand_in(sample)
        for _ in (StageName.DECODE, StageName.RENDER):
            await place.look()
        await engines_done(place, call_id)
        await place.look()
        await judged(place, call_id)
        await place.work_off()
        assert (await place.call()).state is CallState.REVIEWED
        speakers = {row.label: (row.role, row.name) for row in await place.rows(SpeakerRow)}
        assert speakers == {"S1": (Role.REP, None), "S2": (Role.CUSTOMER, None)}
        before = {p.id for p in await place.rows(Product)}
        measured = len(await place.rows(MetricRow))
        said = [row.text for row in await place.rows(UtteranceRow)]

        content = {"roles": {"S1": "customer", "S2": "rep"}, "names": {"S2": "Ana"}}
        organisation_id = place.here.organisation_id
        async with place.here.database.write(organisation_id) as session:
            session.add(
                Correction(organisation_id=organisation_id, call_id=call_id, version=1, content=content)
            )
            await runs.rerun(session, call_id, StageName.ATTRIBUTE)
        await place.look()
        await judged(place, call_id)
        await place.work_off()
        assert (await place.call()).state is CallState.REVIEWED
        speakers = {row.label: (row.role, row.name) for row in await place.rows(SpeakerRow)}
        assert speakers == {"S1": (Role.CUSTOMER, None), "S2": (Role.REP, "Ana")}
        again = {p.stage for p in await place.rows(Product) if p.id not in before}
        assert again == {StageName.ATTRIBUTE, StageName.JUDGE, StageName.MEASURE, StageName.SCORE}
        assert len(await place.rows(MetricRow)) == measured
        assert [row.text for row in await place.rows(UtteranceRow)] == said
        assert sorted(row.version for row in await place.rows(ReviewRow)) == [1, 3]

    at_work(configured(), act)


def test_corrected_words_and_voices_recompute_what_rests_on_them(
    configured: Callable[..., Settings], sample: Path
) -> None:
    edits = (
        {"kind": "reassign", "speaker": "S1", "start": 1.0, "end": 2.2, "to": "S3"},
        {"kind": "text", "speaker": "S2", "start": 6.0, "end": 9.0, "text": "Hello, the scanners drop off."},
        {"kind": "text", "speaker": "S9", "start": 6.0, "end": 9.0, "text": "Nobody says this."},
    )

    async def act(place: Workplace) -> None:
        call_id = await place.here.hand_in(sample)
        for _ in (StageName.DECODE, StageName.RENDER):
            await place.look()
        await engines_done(place, call_id)
        await place.look()
        await judged(place, call_id)
        await place.work_off()
        measured = {(row.name, row.side): row.value for row in await place.rows(MetricRow)}

        sides = {"S1": "rep", "S2": "customer", "S3": "other"}
        content = {"roles": sides, "names": {"S3": "Ana"}, "edits": edits}
        organisation_id = place.here.organisation_id
        async with place.here.database.write(organisation_id) as session:
            session.add(
                Correction(organisation_id=organisation_id, call_id=call_id, version=1, content=content)
            )
            await runs.rerun(session, call_id, StageName.ATTRIBUTE)
        await place.look()
        await judged(place, call_id)
        await place.work_off()
        call = await place.call()
        assert call.state is CallState.REVIEWED
        said = sorted(await place.rows(UtteranceRow), key=lambda row: row.index)
        assert [(row.speaker, row.text) for row in said] == [
            ("S3", "Good morning, this is"),
            ("S1", "Ana from Northwind, how can I help you?"),
            ("S2", "Hello, the scanners drop off."),
        ]
        speakers = {row.label: row for row in await place.rows(SpeakerRow)}
        assert {label: row.name for label, row in speakers.items()} == {"S1": None, "S2": None, "S3": "Ana"}
        assert {label: row.role for label, row in speakers.items()} == sides
        assert round(speakers["S1"].talk_s + speakers["S3"].talk_s, 3) == 3.6
        after = {(row.name, row.side): row.value for row in await place.rows(MetricRow)}
        assert after["talk_share", Side.REP] < measured["talk_share", Side.REP]
        newest = max(await place.rows(ReviewRow), key=lambda row: row.version)
        assert newest.correction == 1
        document = zstandard.ZstdDecompressor().decompress(newest.document)
        assert "1 correction found nothing to change any more" in document.decode()
        names = {"S3": "Ana"}
        for kind in ("txt", "vtt", "srt", "csv", "json"):
            text = exports.export(kind, document, names).decode()
            assert "drop off" in text
            assert "every afternoon" not in text
        assert {row.text.count("afternoon") for row in await place.rows(CallText)} == {0}

    at_work(configured(), act)
