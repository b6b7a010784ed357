"""Lanes, overlaps and places in the transcript."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.transcript import Turn, Utterance
from report.timeline import bars, overlaps, timeline
from report.transcript import line_at, paragraphs
from tests.factories import reviews

spans = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 40), st.sampled_from(("S1", "S2", "S3"))), max_size=25
)


@given(spans)
def test_overlap_is_where_two_speak(found: list[tuple[int, int, str]]) -> None:
    turns = [Turn(float(a), float(a + n), s) for a, n, s in found]
    both = overlaps(turns)
    for second in range(241):
        middle = second + 0.5
        speaking = {t.speaker for t in turns if t.start < middle < t.end}
        assert any(a < middle < b for a, b in both) == (len(speaking) > 1)
    assert all(a < b for a, b in both)
    assert all(b < c for (_, b), (c, _) in pairwise(both))


def test_every_turn_is_drawn_once() -> None:
    review = reviews.sales_call()
    lanes = [row for row in timeline(review).rows if row.kind == "lane"]
    assert [lane.label for lane in lanes] == ["Rep", "Customer"]
    assert sum(lane.marks[0].path.count("z") for lane in lanes) == len(review.transcript.turns)


def test_rows_do_not_touch() -> None:
    drawing = timeline(reviews.sales_call())
    ends = [(row.top, row.top + row.height) for row in drawing.rows]
    assert all(a[1] < b[0] for a, b in pairwise(ends))
    assert drawing.height > ends[-1][1]


def test_events_are_marked() -> None:
    labels = [row.label for row in timeline(reviews.sales_call()).rows]
    for expected in ("Both at once", "Questions", "Longest talk", "Silences", "Customer mood", "Rep mood"):
        assert expected in labels


def test_silence_has_an_axis_and_no_lane() -> None:
    drawing = timeline(reviews.silent_call())
    assert drawing.rows == ()
    assert drawing.ticks


@given(st.integers(1, 30_000))
def test_ticks_are_few_and_inside(length: int) -> None:
    made = timeline(reviews.review_of((), duration_s=float(length))).ticks
    assert all(0 <= tick.left <= 100 for tick in made)
    assert sum(tick.level == 0 for tick in made) <= 10
    assert len(made) <= 600


def test_bars() -> None:
    assert bars([(1, 2.5)]) == "M1.00 0H2.50V1H1.00z"
    assert re.fullmatch(r"(M[\d.]+ 0H[\d.]+V1H[\d.]+z){2}", bars([(0, 1), (2, 3)]))


def test_a_second_leads_to_its_line() -> None:
    lines = [Utterance(a, b, "S1", "x", 0, 0) for a, b in ((1.0, 9.0), (3.0, 4.0), (12.0, 13.0))]
    assert [line_at(lines, t) for t in (0, 1, 3.5, 5, 10, 12.5, 99)] == [0, 0, 1, 0, 1, 2, 2]
    assert line_at([], 3) is None


def test_the_runs_of_a_line_are_its_text() -> None:
    for make in (reviews.sales_call, reviews.chinese_call, reviews.sample_call):
        review = make()
        lines = [line for para in paragraphs(review) for line in para.lines]
        assert [line.index for line in lines] == list(range(len(review.transcript.utterances)))
        for line, utterance in zip(lines, review.transcript.utterances, strict=True):
            assert "".join(run.text for run in line.runs) == utterance.text
