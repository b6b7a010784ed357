"""The training command, whole, on a handful of texts: what it writes can be run and is measured."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.engines.transformers import builtin
from core.progress import ignore
from core.settings import Settings
from scripts.train.command import Task, run
from scripts.train.fit import Row
from scripts.train.measure import Part
from scripts.train.sentiment import RECIPE
from scripts.train.spoken import spoken

TEXTS = (
    "this is lovely",
    "this is awful",
    "it is on the table",
    "thank you",
    "i hate it",
    "it has two doors",
)
LABELS = ("positive", "negative", "neutral") * 2


def rows(_data: Path) -> list[Row]:
    """Return a few texts, twice, half of them with finer labels."""
    return [
        Row(text, ("negative", "neutral", "positive").index(label), 1.0, auxiliary)
        for text, label in zip(TEXTS, LABELS, strict=True)
        for auxiliary in ((), (0, 1))
    ]


def part(_data: Path) -> Part:
    """Return the same texts to measure on."""
    return Part("six texts", TEXTS, LABELS)


TASK = Task(
    name="small",
    labels=("negative", "neutral", "positive"),
    recipe=replace(RECIPE, batch=4, rank=2, epochs=2),
    view=spoken,
    rows=rows,
    dev=part,
    test=lambda data: [part(data)],
    data=("texts.tsv",),
    attribution=("ours",),
)


@pytest.fixture
def given(tmp_path: Path, weights: Path) -> list[str]:
    (tmp_path / "texts.tsv").write_text("\n".join(TEXTS), encoding="utf-8")
    (tmp_path / "judges.md").write_text("<!-- begin small -->\n<!-- end small -->\n", encoding="utf-8")
    folders = ["--data", str(tmp_path), "--out", str(tmp_path / "adapters"), "--docs", str(tmp_path)]
    return [*folders, "--weights", str(weights), "--threads", "1"]


def test_training_writes_an_adapter_that_runs(given: list[str], tmp_path: Path, weights: Path) -> None:
    assert run(TASK, given) == 0
    loaded = builtin("small", Settings(), weights, tmp_path / "adapters")
    assert loaded.classifier.probabilities(TEXTS, ignore).shape == (6, 3)
    card = json.loads((tmp_path / "adapters" / "small.json").read_text(encoding="utf-8"))
    assert card["temperature"] == loaded.classifier.temperature
    assert set(card["data"]) == {"texts.tsv"}
    assert "six texts" in (tmp_path / "judges.md").read_text(encoding="utf-8")
    assert (tmp_path / "judges-small.svg").is_file()


def test_the_same_seed_trains_the_same_tensors(given: list[str], tmp_path: Path) -> None:
    run(TASK, given)
    tensors = tmp_path / "adapters" / "small.safetensors"
    first = tensors.read_bytes()
    run(TASK, given)
    assert tensors.read_bytes() == first


def test_measuring_only_keeps_the_tensors(given: list[str], tmp_path: Path) -> None:
    run(TASK, given)
    tensors = tmp_path / "adapters" / "small.safetensors"
    first = tensors.stat().st_mtime_ns
    run(TASK, [*given, "--measure-only"])
    assert tensors.stat().st_mtime_ns == first
