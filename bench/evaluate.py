"""`./debrief eval`: how good the reviews of recordings with references are."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import normalise, references, tables
from bench.grid import wide_console
from bench.hypothesis import Hypothesis
from bench.machine import Provenance, provenance, sha256
from bench.references import Reference
from bench.score import Score, Totals, plain, score, totals
from bench.stacks import Ours, Stack
from core.errors import NotReady, Rejected
from core.fingerprint import fingerprint
from core.settings import Settings

MENDABLE = 2
"""Exit code where something was rejected or is missing: the user can mend it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One recording reviewed and scored; `rejected` says why there is no score."""

    reference: Reference
    hypothesis: Hypothesis | None
    score: Score | None
    rejected: str | None


def run(
    folders: Sequence[Path], settings: Settings, out_json: Path | None = None, only: str | None = None
) -> int:
    """Review and score all recordings with references; print a table, write JSON; return the exit code.

    Recordings that are rejected are listed and the others go on; the code is then 2.
    """
    errors = Console(stderr=True, soft_wrap=True)
    try:
        found = references.find(folders, only)
        stack = Ours(settings)
        stack.load()
    except (Rejected, NotReady) as error:
        errors.print(str(error), style="red", markup=False, highlight=False)
        return MENDABLE
    outcomes = reviewed(found, stack, errors)
    scores = [outcome.score for outcome in outcomes if outcome.score is not None]
    together = totals(scores)
    tables.quality(scores, together).show(wide_console())
    if out_json is not None:
        command = shlex.join(["./debrief", "eval", *map(str, folders), *(["--only", only] if only else [])])
        source = provenance(command, settings_fingerprint(settings))
        write(out_json, to_json(outcomes, together, source))
    return 0 if all(outcome.rejected is None for outcome in outcomes) else MENDABLE


def reviewed(found: Sequence[Reference], stack: Stack, errors: Console) -> list[Outcome]:
    """Return every recording reviewed and scored, in order; a rejection does not stop the others."""
    return [_one(reference, stack, errors) for reference in found]


def _one(reference: Reference, stack: Stack, errors: Console) -> Outcome:
    """Return one recording reviewed and scored, saying on the error stream how it goes."""
    errors.print(f"{reference.name} ...", markup=False, highlight=False)
    try:
        hypothesis = stack.review(reference.recording)
    except Rejected as error:
        errors.print(f"{reference.name}: {error}", style="red", markup=False, highlight=False)
        return Outcome(reference, None, None, str(error))
    return Outcome(reference, hypothesis, score(reference, hypothesis), None)


def settings_fingerprint(settings: Settings) -> str:
    """Return a short name of all settings but the place of the weights, equal for equal settings."""
    return fingerprint("settings", all=settings.model_dump_json(exclude={"weights"}))


def to_json(outcomes: Sequence[Outcome], together: Totals, source: Provenance) -> dict[str, Any]:
    """Return the run as plain values."""
    return {
        "schema": "debrief-eval/1",
        "source": plain(source),
        "normaliser": normalise.fingerprint(),
        "recordings": [_recording(outcome) for outcome in outcomes],
        "totals": plain(together),
    }


def _recording(outcome: Outcome) -> dict[str, Any]:
    """Return one recording as plain values: input, score, time, engines, warnings."""
    found = outcome.hypothesis
    return {
        "name": outcome.reference.name,
        "sha256": sha256(outcome.reference.recording),
        "references": [path.name for path in outcome.reference.sources],
        "rejected": outcome.rejected,
        "score": None if outcome.score is None else plain(outcome.score),
        "stages": {} if found is None else dict(found.stages),
        "engines": {} if found is None else dict(found.engines),
        "warnings": [] if found is None else list(found.warnings),
    }


def write(path: Path, value: dict[str, Any]) -> None:
    """Write JSON, making the folder where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
