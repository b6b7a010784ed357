from __future__ import annotations

from pathlib import Path

import pytest

from core.settings import Settings
from models.stages import STAGES, StageName, downstream
from worker.case import Case, Made, Product, Request
from worker.engines import Engines
from worker.pipeline import WORKS

ROOT = Path(__file__).resolve().parents[2]


def test_every_stage_is_declared_once() -> None:
    assert [stage.name for stage in STAGES] == list(StageName)
    assert [work.stage for work in WORKS] == list(STAGES)


def test_a_stage_needs_only_what_was_made_before() -> None:
    made: set[StageName] = set()
    for stage in STAGES:
        assert set(stage.needs) <= made
        made.add(stage.name)


def test_the_architecture_page_tells_every_stage() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    assert [stage.name for stage in STAGES if f"| {stage.name} |" not in page] == []


def case(tmp_path: Path, settings: Settings) -> Case:
    return Case(tmp_path / "x.wav", tmp_path, Request(), settings, Engines(settings))


def test_a_case_keeps_what_stages_make_and_is_not_changed(tmp_path: Path, settings: Settings) -> None:
    product = Product(StageName.DECODE, int)
    before = case(tmp_path, settings)
    after = before.having(StageName.DECODE, Made(3, {}, 0.0))
    assert after.get(product) == 3
    assert dict(before.made) == {}


def test_a_product_of_another_kind_is_refused(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(TypeError, match="decode made a str"):
        case(tmp_path, settings).having(StageName.DECODE, Made("text", {}, 0.0)).get(
            Product(StageName.DECODE, int)
        )


def test_what_is_downstream_of_a_stage() -> None:
    assert downstream(StageName.JUDGE) == {StageName.JUDGE, StageName.MEASURE, StageName.SCORE}
    assert downstream(StageName.DIARIZE) == {
        StageName.DIARIZE,
        StageName.ATTRIBUTE,
        StageName.JUDGE,
        StageName.MEASURE,
        StageName.SCORE,
    }
    assert downstream(StageName.DECODE) == set(StageName)
