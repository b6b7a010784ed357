from __future__ import annotations

from pathlib import Path

import pytest

from bench import benchmark
from bench.benchmark import Bench, Options
from bench.child import started
from bench.evaluate import MENDABLE
from bench.grid import Grid
from bench.machine import provenance
from bench.measure import Cost, Measured, measure
from bench.quality_page import page
from bench.stacks import Ours, StackName, make
from core.errors import NotReady
from core.settings import Settings


def test_a_child_without_weights_says_what_to_run(tmp_path: Path) -> None:
    with (
        pytest.raises(NotReady, match="whisper-base"),
        started(StackName.OURS, Settings(weights=tmp_path), warm_up=None),
    ):
        pass


def test_what_is_measured_survives_json() -> None:
    one = Measured(None, "This is no sound file.", Cost(1.0, 2.0, 3.0))
    assert Measured.from_json(one.to_json()) == one


def test_a_rejected_recording_is_measured_too(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "empty.wav"
    path.write_bytes(b"")
    found = measure(make(StackName.OURS, settings), path)
    assert found.hypothesis is None
    assert found.rejected
    assert isinstance(make(StackName.OURS, settings), Ours)


def test_long_recordings_need_clips(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert benchmark.run([], settings, Options(long_hours=0.1)) == MENDABLE
    assert "Name their folder with --speakers." in capsys.readouterr().err


def test_the_page_says_where_its_figures_come_from() -> None:
    source = provenance("./debrief bench calls", "settings@1")
    text = page(source, (Grid("Accuracy", ("name", "figure"), (("a", "1"),)),))
    assert text.startswith("# Quality")
    assert source.machine.line in text
    assert "`./debrief bench calls`" in text
    assert "### Accuracy" in text
    for owner in ("AMI", "LibriSpeech", "Apache-2.0", "CC BY 4.0"):
        assert owner in text


def test_an_empty_run_has_no_tables() -> None:
    empty = Bench(provenance("x", "y"), (), (), {}, ())
    assert empty.grids() == ()
    assert empty.to_json()["recordings"] == []


def test_the_sample_call_is_there_to_warm_up(sample: Path) -> None:
    assert benchmark.sample() == sample
