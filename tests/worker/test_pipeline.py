from __future__ import annotations

from pathlib import Path

import pytest

from core.settings import Settings
from worker.case import Case, Product, Request, StageName
from worker.engines import Engines
from worker.pipeline import PIPELINE

ROOT = Path(__file__).resolve().parents[2]


def test_every_stage_is_declared_once() -> None:
    assert [stage.name for stage in PIPELINE] == list(StageName)


def test_a_stage_needs_only_what_was_made_before() -> None:
    made: set[StageName] = set()
    for stage in PIPELINE:
        assert set(stage.needs) <= made
        made.add(stage.name)


def test_the_architecture_page_tells_every_stage() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    assert [stage.name for stage in PIPELINE if f"| {stage.name} |" not in page] == []


def case(tmp_path: Path, settings: Settings) -> Case:
    return Case(tmp_path / "x.wav", tmp_path, Request(), settings, Engines(settings))


def test_a_case_keeps_what_stages_make_and_is_not_changed(tmp_path: Path, settings: Settings) -> None:
    product = Product(StageName.DECODE, int)
    before = case(tmp_path, settings)
    after = before.having(StageName.DECODE, 3)
    assert after.get(product) == 3
    assert dict(before.products) == {}


def test_a_product_of_another_kind_is_refused(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(TypeError, match="decode made a str"):
        case(tmp_path, settings).having(StageName.DECODE, "text").get(Product(StageName.DECODE, int))
