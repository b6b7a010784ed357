"""The figures that docs/metrics.md gives for finding questions, measured anew."""

from __future__ import annotations

import gzip
import json
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from analysis import backchannels, questions, tokens
from scripts.metrics_docs import FIGURES, Figure

pytestmark = pytest.mark.shared
MARKS = re.compile(r"[^\w\s'-]")


def _precision_recall(found: Sequence[bool], true: Sequence[bool]) -> tuple[float, float, int]:
    hits = sum(f and t for f, t in zip(found, true, strict=True))
    return hits / sum(found), hits / sum(true), sum(true)


def _asks(text: str, language: str) -> bool:
    return any(questions.is_question(s, language) for s in tokens.sentences(text))


def _acts(shared: Path) -> list[dict[str, str]]:
    path = shared / "text/ami-dialogue-acts/ami_dialogue_acts.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        acts = [json.loads(line) for line in lines]
    return [a for a in acts if a["gloss"] and tokens.tokens(a["text"])]


def _mandarin(shared: Path) -> list[tuple[str, bool]]:
    dialogues: list[dict[str, list[dict[str, Any]]]] = []
    for name in ("test", "val"):
        with zipfile.ZipFile(shared / f"text/crosswoz/{name}.json.zip") as archive:
            dialogues.extend(json.loads(archive.read(f"{name}.json")).values())
    messages = [said for dialogue in dialogues for said in dialogue["messages"]]
    return [(m["content"], any(act[0] == "Request" for act in m["dialog_act"])) for m in messages]


def _published(figure: Figure) -> tuple[float, float, int]:
    return figure.precision, figure.recall, figure.positives


def _measured(figure: Figure, bare: list[bool], written: list[bool], true: list[bool]) -> object:
    return pytest.approx(
        _precision_recall(written if figure.marks == "as written" else bare, true), abs=0.005
    )


def test_english_figures(shared: Path) -> None:
    acts = _acts(shared)
    bare = [_asks(MARKS.sub(" ", a["text"]), "en") for a in acts]
    written = [_asks(a["text"], "en") for a in acts]
    elicit = [a["gloss"].startswith("Elicit") for a in acts]
    either = [e or "?" in a["text"] for e, a in zip(elicit, acts, strict=True)]
    for figure in (f for f in FIGURES if f.texts == "AMI"):
        true = either if "“?”" in figure.reference else elicit
        assert _published(figure) == _measured(figure, bare, written, true), figure


def test_mandarin_figures(shared: Path) -> None:
    said = _mandarin(shared)
    marks = str.maketrans({"?": "。", "\N{FULLWIDTH QUESTION MARK}": "。"})
    bare = [_asks(text.translate(marks), "zh") for text, _ in said]
    written = [_asks(text, "zh") for text, _ in said]
    requests = [request for _, request in said]
    marked = [text != text.translate(marks) for text, _ in said]
    for figure in (f for f in FIGURES if f.texts == "CrossWOZ"):
        true = marked if "“?”" in figure.reference else requests
        assert _published(figure) == _measured(figure, bare, written, true), figure


def test_most_annotated_backchannels_have_the_words_of_one(shared: Path) -> None:
    acts = [a for a in _acts(shared) if a["gloss"] == "Backchannel" and a["start"] is not None]
    found = [backchannels.is_token(a["text"], float(a["end"]) - float(a["start"]), None) for a in acts]
    assert sum(found) / len(found) == pytest.approx(0.94, abs=0.015)
