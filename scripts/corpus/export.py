"""The calls of an organisation that people put right, written into a folder. Only with consent, ever."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

from bench.references import SOUND
from bench.writing import named, to_ctm, to_rttm, to_uem
from core.clock import now
from core.errors import Rejected
from models.call import CallState, Consent
from models.queries import exporting, trail, work
from models.queries.exporting import LookedAt
from models.trail import Action, Note
from models.transcript import Transcript
from scripts.corpus import lines
from scripts.installation import Installation
from worker.transcribed import NEEDED, transcribed

AGREED = frozenset({Consent.GIVEN, Consent.NOT_REQUIRED})
CORRECTED, APPROVED = "corrected", "approved"
"""Folders of calls that people corrected, and of those whose scores they approved without a correction."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to write: an organisation's calls looked at since then, with their recordings or without."""

    organisation_id: UUID
    since: datetime | None = None
    with_sound: bool = True


@dataclass
class Told:
    """How many calls were written, and how many were left out for which reason."""

    written: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Files:
    """Where it is written: a folder, and files of JSON lines in it."""

    folder: Path
    manifest: TextIO
    pairs: TextIO
    answers: TextIO
    left_out: TextIO
    people: dict[UUID, str] = field(default_factory=dict)

    def person(self, user_id: UUID) -> str:
        """Return what a person is called in this export: a number."""
        return self.people.setdefault(user_id, f"P{len(self.people) + 1}")


async def export(place: Installation, wanted: Wanted, folder: Path) -> Told:
    """Write recordings, references and JSON lines into a folder; return what was written and what not.

    Raises `Rejected` for a folder that holds something: what lost its consent since would stay in it.
    """
    told = Told()
    with _opened(folder) as files:
        async for looked_at in _looked_at(place, wanted):
            why = unfit(looked_at, now()) or await _written(place, wanted, files, looked_at)
            if why is None:
                told.written += 1
            else:
                told.left_out[why] += 1
                _write(files.left_out, lines.left_out(looked_at.call.id, why))
    await _note(place, wanted, told)
    return told


def unfit(looked_at: LookedAt, at: datetime) -> str | None:
    """Return why a call may not be written, None where it may."""
    call = looked_at.call
    if call.consent not in AGREED:
        return f"consent_{call.consent}"
    if call.retain_until is not None and call.retain_until < at:
        return "past_retention"
    return None if call.state is CallState.REVIEWED else "under_way"


async def _looked_at(place: Installation, wanted: Wanted) -> AsyncIterator[LookedAt]:
    """Yield the calls that people corrected or approved since then, each read when its turn comes."""
    async with place.database.read(wanted.organisation_id) as session:
        call_ids = await exporting.touched(session)
    for call_id in call_ids:
        async with place.database.read(wanted.organisation_id) as session:
            found = await exporting.looked_at(session, call_id)
        if found is not None and (wanted.since is None or found.at >= wanted.since):
            yield found


async def _written(place: Installation, wanted: Wanted, files: Files, looked_at: LookedAt) -> str | None:
    """Write a call; return why that cannot be done, and then nothing of it is written."""
    async with place.database.read(wanted.organisation_id) as session:
        products = await work.products(session, looked_at.call.id)
        answered = await exporting.answered(session, looked_at.call.id)
    if not products.keys() >= NEEDED:
        return "products_missing"
    home, name = files.folder / (CORRECTED if looked_at.corrected else APPROVED), lines.name_of(looked_at)
    home.mkdir(exist_ok=True)
    sound = None
    if wanted.with_sound:
        sound = await _sound(place, looked_at, home)
        if sound is None:
            return "recording_missing"
    both = transcribed(products, looked_at.call.rep_channel, looked_at.put_right, place.settings)
    _references(home / name, both.person)
    _write(files.manifest, lines.manifest(looked_at, both, sound and f"{home.name}/{sound}"))
    _write(files.pairs, lines.pair(looked_at, both))
    for one in answered:
        line = lines.answer(looked_at, one, files.person(one.user_id))
        if line is not None:
            _write(files.answers, line)
    return None


async def _sound(place: Installation, looked_at: LookedAt, home: Path) -> str | None:
    """Copy the recording under its neutral name; return that name, None where the recording is gone."""
    ending = Path(looked_at.recording.name).suffix.lower()
    path = home / (lines.name_of(looked_at) + (ending if ending in SOUND else ".wav"))
    try:
        with path.open("wb") as file:
            async for block in place.store.read(looked_at.recording.key):
                file.write(block)
    except FileNotFoundError:
        path.unlink()
        return None
    return path.name


def _references(stem: Path, transcript: Transcript) -> None:
    """Write who spoke when, who said which word, and what is scored; sides are told by speakers' names."""
    name, (words, turns) = stem.name, named(transcript)
    for ending, text in (
        (".rttm", to_rttm(turns, name)),
        (".words.ctm", to_ctm(words, name)),
        (".uem", to_uem(name, transcript.duration_s)),
    ):
        stem.with_name(name + ending).write_text(text, encoding="utf-8")


@contextmanager
def _opened(folder: Path) -> Iterator[Files]:
    """Give the files of a folder, which must be empty or not there yet."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise Rejected("folder_in_use", f"There is something in {folder}.", "Name a new folder.")
    with ExitStack() as stack:
        manifest, pairs, answers, left_out = (
            stack.enter_context((folder / f"{name}.jsonl").open("w", encoding="utf-8"))
            for name in ("manifest", "pairs", "answers", "left_out")
        )
        yield Files(folder, manifest, pairs, answers, left_out)


def _write(file: TextIO, line: Mapping[str, Any]) -> None:
    file.write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")


async def _note(place: Installation, wanted: Wanted, told: Told) -> None:
    """Have the trail tell that recordings and words left the service."""
    details = {"calls": told.written, "left_out": told.left_out.total(), "sound": wanted.with_sound}
    subject = f"organisation:{wanted.organisation_id}"
    async with place.database.write(wanted.organisation_id) as session:
        note = Note(None, Action.CORRECTIONS_EXPORTED, subject, details)
        trail.note(session, wanted.organisation_id, note)
