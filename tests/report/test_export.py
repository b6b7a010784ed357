"""Subtitles and text that players and people can read."""

# ruff: noqa: RUF001 - Chinese is written with its own punctuation

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.export import CUE_LETTERS, cues, srt, txt, vtt, write_transcript
from tests.factories import reviews
from tests.factories.reviews import Line, review_of

STAMP = r"\d{2}:[0-5]\d:[0-5]\d\.\d{3}"
CUE = re.compile(rf"^({STAMP}) --> ({STAMP})\n<v ([^>\n]+)>([^\n]*)$")


def test_vtt_is_valid() -> None:
    head, *blocks = vtt(reviews.sales_call()).rstrip("\n").split("\n\n")
    assert head == "WEBVTT"
    found = [CUE.match(block) for block in blocks]
    assert all(found)
    times = [(one[1], one[2]) for one in found if one]
    assert all(start < end for start, end in times)
    assert times == sorted(times)


def test_vtt_escapes_what_would_be_markup() -> None:
    made = vtt(reviews.hostile_call())
    for block in made.rstrip("\n").split("\n\n")[1:]:
        assert CUE.match(block), block
    assert "<script>" not in made
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in made
    assert "\x1b" not in made
    assert "\u2028" not in made


def test_an_arrow_in_the_text_is_no_cue() -> None:
    made = review_of([Line("S1", 0.0, 2.0, "a --> b")])
    assert "a --&gt; b" in vtt(made)
    assert "a --> b" not in srt(made)


def test_hours_are_counted() -> None:
    made = review_of([Line("S1", 3725.5, 3726.25, "late")])
    assert "01:02:05.500 --> 01:02:06.250" in vtt(made)
    assert "01:02:05,500 --> 01:02:06,250" in srt(made)


def test_srt_is_numbered_from_one() -> None:
    made = reviews.sales_call()
    numbers = [int(block.split("\n")[0]) for block in srt(made).rstrip("\n").split("\n\n")]
    assert numbers == list(range(1, len(cues(made)) + 1))


def test_cues_are_short_enough_to_read_and_lose_no_word() -> None:
    made = reviews.sales_call()
    assert all(len(cue.text) <= CUE_LETTERS for cue in cues(made))
    said = sorted(word for cue in cues(made) for word in cue.text.split())
    assert said == sorted(word.text for word in made.transcript.words)


def test_chinese_is_not_spaced() -> None:
    assert "您好，这里是北辰科技的李伟，请问您现在方便吗？" in vtt(reviews.chinese_call())


def test_text_names_time_and_speaker() -> None:
    made = txt(reviews.sample_call())
    assert made.startswith("[0:06] Rep: Hello?\n[0:07] Customer: Hello?\n")


@pytest.mark.parametrize("ending", [".vtt", ".srt", ".txt"])
def test_the_ending_chooses_the_format(tmp_path: Path, ending: str) -> None:
    assert write_transcript(reviews.sample_call(), tmp_path / f"call{ending}").stat().st_size > 100


def test_silence_gives_empty_files() -> None:
    assert vtt(reviews.silent_call()) == "WEBVTT\n"
    assert txt(reviews.silent_call()) == ""
    assert srt(reviews.silent_call()).strip() == ""


@given(
    st.floats(0, 2e5, allow_nan=False), st.floats(0, 30, allow_nan=False), st.text(min_size=1, max_size=200)
)
def test_any_text_at_any_time_makes_valid_cues(start: float, length: float, text: str) -> None:
    made = review_of([Line("S1", start, start + length, text)])
    for block in vtt(made).rstrip("\n").split("\n\n")[1:]:
        assert CUE.match(block), block
