"""The terminal: readable at 80 columns, in a pipe, without colour, without UTF-8, against hostile names."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from models.review import Review
from models.transcript import Role
from report.terminal import ASCII, console, show, sparkline
from tests.factories import reviews


def printed(review: Review, width: int | None = 80, lines: int | None = 40) -> str:
    out = io.StringIO()
    show(review, console(out, width), lines=lines)
    return out.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("make", [reviews.sales_call, reviews.chinese_call, reviews.silent_call])
def test_nothing_is_wider_than_the_terminal(make: Callable[[], Review], width: int) -> None:
    assert all(cell_len(line) <= width for line in printed(make(), width).splitlines())


def test_it_says_what_a_coach_asks() -> None:
    made = printed(reviews.sales_call(), 100)
    for expected in (
        "Acme renewal, third call.wav", "3:07", "Rep", "Customer", "94", "Good afternoon, this is Ana",
        "Interaction depth", "of 100", "Share of talk", "Longest monologue", "Mood", "0:20",
        "What happened after the first two sites went live?", "telephone band",
    ):  # fmt: skip
        assert expected in made


def test_a_pipe_gets_no_colour_codes() -> None:
    assert "\x1b" not in printed(reviews.sales_call(), None)


def test_a_long_transcript_is_cut_and_says_so() -> None:
    made = printed(reviews.sales_call(), lines=5)
    assert "24 more lines" in made
    assert "Give me five minutes" not in made
    assert "more line" not in printed(reviews.sales_call(), lines=None)


def test_it_names_its_files() -> None:
    out = io.StringIO()
    show(reviews.sample_call(), console(out, 80), (Path("out/[red]report.html"), Path("out/review.json")))
    assert "Report  out/[red]report.html" in out.getvalue()
    assert "out/review.json" in out.getvalue()


def test_hostile_names_do_not_steer_the_terminal() -> None:
    made = printed(reviews.hostile_call())
    for steering in ("\x1b", "\x07", "\x00", "\u202e", "\u2028"):
        assert steering not in made


def test_a_console_that_reads_markup_reads_none_of_ours() -> None:
    made = reviews.sales_call()
    out = io.StringIO()
    recording = replace(made.recording, name="[red]call[/red].wav")
    show(replace(made, recording=recording, call_type="[bold]"), Console(file=out, width=80))
    assert "[red]call[/red].wav" in out.getvalue()
    assert "call type [bold]" in out.getvalue()


def test_a_terminal_without_utf8_is_served() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii", newline="")
    show(reviews.chinese_call(), console(out, 80))
    out.flush()
    made = raw.getvalue().decode("ascii")
    assert "####" in made


def test_silence_is_said() -> None:
    made = printed(reviews.silent_call())
    assert "No words were heard." in made
    assert "No speech was found" in made
    assert "Not measurable" in made


@given(st.lists(st.one_of(st.none(), st.floats(-1, 1)), max_size=4))
def test_a_sparkline_has_a_sign_a_score(scores: list[float | None]) -> None:
    assert len(sparkline(scores)) == len(scores)
    assert len(sparkline(scores, ASCII)) == len(scores)


def test_a_higher_mood_is_a_higher_step() -> None:
    assert sparkline([-1, 0, 1, None], ASCII) == "158|"


def test_a_speaker_without_a_role_is_named_by_its_id() -> None:
    made = reviews.sales_call()
    unknown = tuple(replace(s, role=Role.UNKNOWN) for s in made.transcript.speakers)
    text = printed(replace(made, transcript=replace(made.transcript, speakers=unknown)))
    assert "Speaker S1" in text
    assert "role unknown" in text
