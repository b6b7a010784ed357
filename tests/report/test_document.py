"""The JSON: valid after the published schema, ordered, finite, written whole."""

# ruff: noqa: RUF001 - Chinese is written with its own punctuation

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from models.review import MetricValue, Review, Side
from models.transcript import Turn, Word
from report.document import document, json_text, write_json
from report.schema import json_schema
from tests.factories import reviews

CALLS = (
    reviews.sample_call,
    reviews.sales_call,
    reviews.silent_call,
    reviews.chinese_call,
    reviews.hostile_call,
)
VALIDATOR = Draft202012Validator(json_schema())
seconds = st.floats(0, 1e5, allow_nan=False)


@pytest.mark.parametrize("make", CALLS, ids=lambda make: make.__name__)
def test_every_document_is_valid_after_the_schema(make: Callable[[], Review]) -> None:
    assert list(VALIDATOR.iter_errors(json.loads(json_text(make())))) == []


def test_it_has_the_keys_that_were_promised() -> None:
    made = document(reviews.sales_call())
    assert set(made) >= {
        "schema", "recording", "language", "speakers", "words", "turns", "utterances",
        "metrics", "depth", "timings", "engines", "warnings", "call_type", "sentiment",
    }  # fmt: skip
    assert set(made["recording"]) >= {"duration_s", "sample_rate_hz", "channels", "sha256"}
    assert set(made["speakers"][0]) >= {"id", "role", "role_confidence", "role_evidence", "talk_s"}
    assert set(made["words"][0]) >= {"start", "end", "text", "speaker", "probability"}
    assert set(made["turns"][0]) == {"start", "end", "speaker"}
    assert set(made["utterances"][0]) >= {"start", "end", "speaker", "text", "sentiment"}
    assert set(made["utterances"][0]["sentiment"]) == {"label", "score", "probabilities"}
    assert set(made["metrics"][0]) == {"name", "side", "value", "unit", "reason", "version", "evidence"}
    assert set(made["depth"]) >= {"value", "parts", "version"}
    assert set(made["timings"][0]) == {"stage", "seconds"}
    assert set(made["engines"][0]) == {"capability", "fingerprint"}


def test_an_unscorable_utterance_has_null_for_its_sentiment() -> None:
    made = document(reviews.sales_call())
    assert made["utterances"][5]["text"] == "Mm-hm."
    assert made["utterances"][5]["sentiment"] is None


def test_the_schema_refuses_what_is_not_in_it() -> None:
    made = document(reviews.sample_call())
    for broken in (
        made | {"more": 1},
        {key: value for key, value in made.items() if key != "words"},
        made | {"depth": made["depth"] | {"value": 101}},
        made | {"turns": [{"start": -1, "end": 0, "speaker": "S1"}]},
    ):
        assert not VALIDATOR.is_valid(broken)


def test_every_object_of_the_schema_is_closed() -> None:
    def objects(part: Any) -> list[dict[str, Any]]:
        found = [part] if isinstance(part, dict) and "properties" in part else []
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        return found + [one for value in inner for one in objects(value)]

    for one in objects(json_schema()):
        assert one["additionalProperties"] is False
        assert set(one["required"]) == set(one["properties"])


def test_the_text_is_one_item_a_line_and_keeps_its_letters() -> None:
    made = reviews.chinese_call()
    text = json_text(made)
    assert "您好，这里是北辰科技的李伟" in text
    assert sum('"first_word"' in line for line in text.splitlines()) == len(made.transcript.utterances)


def test_a_name_that_is_no_unicode_is_still_written(tmp_path: Path) -> None:
    path = write_json(reviews.hostile_call(), tmp_path / "new" / "review.json")
    name = json.loads(path.read_text(encoding="utf-8"))["recording"]["name"]
    assert name.endswith("\ufffd.wav")
    assert [entry.name for entry in path.parent.iterdir()] == ["review.json"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = write_json(reviews.sample_call(), tmp_path / "review.json")
    before = path.read_bytes()
    broken = replace(reviews.sample_call(), metrics=(MetricValue("x", Side.REP, math.nan, "s", None, "1"),))
    with pytest.raises(ValidationError):
        write_json(broken, path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused(value: float) -> None:
    broken = replace(reviews.sample_call(), metrics=(MetricValue("x", Side.REP, value, "s", None, "1"),))
    with pytest.raises(ValidationError):
        document(broken)


@given(st.lists(st.tuples(seconds, seconds).map(sorted), max_size=20))
def test_rounding_keeps_order(spans: list[list[float]]) -> None:
    base = reviews.silent_call()
    spans.sort()
    words = tuple(Word(a, b, "x", 0.5) for a, b in spans)
    turns = tuple(Turn(a, b, "S1") for a, b in spans)
    made = document(replace(base, transcript=replace(base.transcript, words=words, turns=turns)))
    for kind in ("words", "turns"):
        starts = [one["start"] for one in made[kind]]
        assert starts == sorted(starts)
        assert all(one["start"] <= one["end"] for one in made[kind])
        assert all(round(one["start"], 3) == one["start"] for one in made[kind])


def test_silence_is_a_valid_review_without_a_language() -> None:
    made = document(reviews.silent_call())
    assert made["language"] == "und"
    assert made["words"] == made["utterances"] == made["speakers"] == []
    assert made["depth"]["value"] is None
    assert made["depth"]["reason"]


def test_minus_nothing_is_nothing() -> None:
    base = reviews.silent_call()
    made = document(
        replace(base, transcript=replace(base.transcript, turns=(Turn(-0.0, -0.0001 + 0.0001, "S1"),)))
    )
    assert json.dumps(made["turns"][0]) == '{"start": 0.0, "end": 0.0, "speaker": "S1"}'
