from __future__ import annotations

from pathlib import Path

import pytest

from bench import long, tables, targets
from bench.formats import Phrase
from bench.grid import Grid, number, percent
from bench.hypothesis import Hypothesis
from bench.long import Length, growth
from bench.measure import Cost, Measured
from bench.references import Reference
from bench.score import score, totals
from bench.stacks import StackName
from bench.targets import Pair, verdict
from models.transcript import Turn, Word

NAME = "commercial_mono.wav"


def measured(*turns: Turn, listen: float | None = 1.0) -> Measured:
    words = (Word(0, 1, "hello", 1, speaker="S1"),)
    stages = (("decode", 0.5), ("transcribe", 4.0), ("diarize", 8.0))
    more = () if listen is None else (("listen", listen),)
    hypothesis = Hypothesis(20.0, "en", words, turns, None, None, (*stages, *more))
    return Measured(hypothesis, None, Cost(wall_s=14.0, cpu_s=20.0, peak_mb=900.0))


def pair(name: str = NAME) -> Pair:
    reference = Reference(
        name,
        Path(name),
        (Turn(0, 10, "A"),),
        None,
        (Phrase("hello", "A", 0, 1),),
        by_channel=False,
        sources=(),
    )
    runs = {
        StackName.OURS: measured(Turn(0, 9.5, "S1")),
        StackName.REFERENCE: measured(Turn(0, 5, "S1"), listen=None),
    }
    scores = {
        stack: None if m.hypothesis is None else score(reference, m.hypothesis) for stack, m in runs.items()
    }
    return Pair(name, runs, scores)


def length(hours: float, wall: float, peak: float = 1000.0) -> Length:
    return Length(hours * 3600, Cost(wall, wall * 2, peak), (), 0.05, 0.01, 2, 2, 100)


def test_a_miss_is_said_as_plainly_as_a_hit() -> None:
    rows = {row[1]: row for row in targets.grid([pair()], ()).rows}
    assert rows["DER, collar 0"] == (NAME, "DER, collar 0", "4.2 %", "5.0 %", "50.0 %", "3.2 %", "missed")
    assert rows["WER"] == (NAME, "WER", "17.1 %", "0.0 %", "0.0 %", "17.1 %", "met")
    assert rows["speakers too many or too few"][-1] == "met"
    assert rows["cpWER above WER"][-1] == "met"


def test_times_are_of_the_stages_that_do_the_work() -> None:
    rows = {row[1]: row for row in targets.grid([pair("auto_repairs_40.mono.wav")], ()).rows}
    assert rows["time to words"][3:5] == ("5.0 s", "4.0 s")
    assert rows["time to diarize"][3] == "8.0 s"
    assert rows["whole review"][3] == "14.0 s"


def test_only_recordings_that_were_measured_are_listed() -> None:
    assert {row[0] for row in targets.grid([pair()], ()).rows} == {NAME}
    assert targets.grid([], ()).rows == ()


@pytest.mark.parametrize(
    ("value", "limit", "said"),
    [
        (None, 1.0, "not measured"),
        (17.12, 17.1, "met"),
        (17.3, 17.1, "missed"),
        (0.0, 0.0, "met"),
        (1.0, 0.0, "missed"),
    ],
)
def test_verdicts(value: float | None, limit: float, said: str) -> None:
    assert verdict(value, limit) == said


def test_growth_is_the_exponent_of_time_over_length() -> None:
    assert growth([length(1, 100), length(2, 200), length(4, 400)]) == pytest.approx(1.0)
    assert growth([length(1, 100), length(2, 400)]) == pytest.approx(2.0)
    assert growth([length(1, 100)]) is None


def test_long_recordings_have_targets_too() -> None:
    rows = targets.grid([], [length(0.75, 100), length(3, 400, peak=4000.0)]).rows
    assert [(row[1], row[-1]) for row in rows] == [
        ("peak memory", "missed"),
        ("growth of time, exponent", "met"),
    ]
    assert long.grid([length(3, 400)]).rows[0][:2] == ("3.00 h", "400.0")


def test_a_short_mixture_does_not_meet_the_target_of_a_long_one() -> None:
    rows = targets.grid([], [length(0.05, 10), length(0.1, 20)]).rows
    assert [row[-1] for row in rows] == ["too short to say", "too short to say"]
    assert targets.grid([], [length(0.1, 20, peak=4000.0)]).rows[0][-1] == "missed"


def test_tables_side_by_side() -> None:
    one = pair()
    accuracy = tables.accuracy_beside([one.scores]).rows[0]
    assert accuracy == (NAME, "0.0", "0.0", "0.0", "0.0", "0.0", "0.0", "5.0", "50.0", "1", "1", "1")
    speed = {row[1]: row[2:] for row in tables.speed_beside([NAME], [one.measured]).rows}
    assert speed["words"] == ("5.00", "4.00", "0.8")
    assert speed["words to speakers"] == ("-", "-", "-")
    cost = Cost(3.0, 4.0, 500.0)
    rows = tables.resources_beside(dict.fromkeys(StackName, cost), [one.measured], 20.0).rows
    assert rows[0] == ("debrief", "3.0", "14.0", "20.0", "1.4", "900.0")


def test_quality_has_a_row_a_recording_and_one_for_all() -> None:
    found = pair().scores[StackName.OURS]
    assert found is not None
    grid = tables.quality([found], totals([found]))
    assert [row[0] for row in grid.rows] == [NAME, "all 1"]
    assert all(len(row) == len(grid.columns) for row in grid.rows)


def test_markdown_is_a_table_under_a_heading() -> None:
    grid = Grid("Title", ("name", "figure"), (("a", "1"),), "note")
    assert grid.markdown() == "### Title\n\n| name | figure |\n| --- | ---: |\n| a | 1 |\n\nnote\n"
    assert (percent(None), percent(0.1234), number(1.25, 2)) == ("-", "12.3", "1.25")
