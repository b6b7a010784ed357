"""What the two training commands share: arguments, saving, measuring, the card and the documents."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from analysis.engines import adapter
from analysis.engines.encoder import WEIGHTS_FILE
from analysis.engines.transformers import ENCODER, builtin
from core.settings import Settings
from scripts.train import figures
from scripts.train.calibration import fit_temperature
from scripts.train.fit import Recipe, Row, View, fit
from scripts.train.lowrank import extract
from scripts.train.measure import Part, Result, logits, measure, truth

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Task:
    """One adapter to train: its data and how it is learnt and measured.

    The dev part sets the temperature; the first of `test` is the one the documents show in full.
    """

    name: str
    labels: tuple[str, ...]
    recipe: Recipe
    view: View
    rows: Callable[[Path], list[Row]]
    dev: Callable[[Path], Part]
    test: Callable[[Path], Sequence[Part]]
    data: tuple[str, ...]
    attribution: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the command line says."""

    data: Path
    weights: Path
    out: Path
    docs: Path | None
    seed: int
    threads: int
    measure_only: bool


def arguments(task: Task, given: Sequence[str] | None) -> Arguments:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog=f"python -m scripts.train.{task.name}", description=task.name)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled texts")
    parser.add_argument("--weights", type=Path, default=Settings().weights, help="weights folder")
    parser.add_argument("--out", type=Path, default=adapter.FOLDER, help="where the adapter is written")
    parser.add_argument("--docs", type=Path, help="docs folder whose figures are renewed")
    parser.add_argument("--seed", type=int, default=task.recipe.seed)
    parser.add_argument("--threads", type=int, default=2, help="threads; another number rounds differently")
    parser.add_argument(
        "--measure-only", action="store_true", help="keep the tensors, renew card and figures"
    )
    return Arguments(**vars(parser.parse_args(given)))


def run(task: Task, given: Sequence[str] | None = None) -> int:
    """Train (unless told not to), calibrate on dev, measure on test, write card and documents."""
    told = arguments(task, given)
    torch.set_num_threads(told.threads)
    card = adapter.paths(task.name, told.out)[0]
    if not told.measure_only:
        _train(task, told)
    fields = json.loads(card.read_text(encoding="utf-8"))
    results, fields["temperature"] = _measure(task, told)
    fields["figures"] = {result.name: _brief(result) for result in results}
    _write(card, fields)
    print(figures.tables(results))
    if told.docs:
        figures.put(told.docs / "judges.md", task.name, figures.tables(results))
        picture = figures.diagram(results[0].curve, f"{task.name}: {results[0].name}")
        (told.docs / f"judges-{task.name}.svg").write_text(picture, encoding="utf-8")
    return 0


def _train(task: Task, told: Arguments) -> None:
    """Write the adapter's tensors and a card that is not yet calibrated."""
    recipe = replace(task.recipe, seed=told.seed)
    home = told.weights / ENCODER
    trained = fit(task.rows(told.data), len(task.labels), task.view, home, recipe)
    told.out.mkdir(parents=True, exist_ok=True)
    card, tensors = adapter.paths(task.name, told.out)
    save_file(extract(trained.model.main.encoder, trained.before, trained.model.head), tensors)
    _write(card, describe(task, told, recipe, trained.seconds))


def describe(task: Task, told: Arguments, recipe: Recipe, seconds: float) -> dict[str, Any]:
    """Return the card of freshly trained tensors, temperature 1."""
    return {
        "labels": task.labels,
        "languages": ["en"],
        "max_tokens": recipe.max_tokens,
        "temperature": 1.0,
        "encoder": ENCODER,
        "encoder_sha256": _sha256(told.weights / ENCODER / WEIGHTS_FILE),
        "recipe": asdict(recipe),
        "threads": told.threads,
        "seconds": round(seconds),
        "data": {name: _sha256(told.data / name) for name in task.data},
        "attribution": task.attribution,
    }


def _measure(task: Task, told: Arguments) -> tuple[list[Result], float]:
    """Return the figures of every test part and the temperature found on dev."""
    settings = Settings(weights=told.weights, threads=told.threads)
    classifier = builtin(task.name, settings, told.weights, told.out).classifier
    dev, test = task.dev(told.data), task.test(told.data)
    scores = logits(classifier, [dev, *test])
    temperature = round(fit_temperature(scores[0], truth(dev, task.labels)), 4)
    results = [
        measure(part, found, task.labels, temperature) for part, found in zip(test, scores[1:], strict=True)
    ]
    return results, temperature


def _brief(result: Result) -> dict[str, float | int]:
    """Return what the card keeps of a result."""
    return {
        "count": result.count,
        "macro_f1": round(result.macro_f1, 4),
        "accuracy": round(result.accuracy, 4),
        "calibration_error_before": round(result.before, 4),
        "calibration_error": round(result.after, 4),
        **{f"f1_{figure.label}": round(figure.f1, 4) for figure in result.figures},
    }


def _write(card: Path, fields: dict[str, Any]) -> None:
    """Write a card, one field a line."""
    card.write_text(json.dumps(fields, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    """Return a file's SHA-256, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
