"""Whatever a run finds, it can be shown: every way of showing takes every review."""

from __future__ import annotations

import io
import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from models.review import Review
from models.transcript import UNKNOWN_SPEAKER, Role
from report.document import json_text
from report.export import srt, txt, vtt
from report.html import render
from report.schema import json_schema
from report.terminal import console, show
from tests.factories.reviews import Line, review_of

VALIDATOR = Draft202012Validator(json_schema())
texts = st.text(max_size=60) | st.sampled_from(("yeah", "What do you mean?", "多少钱？", "I don't know how"))  # noqa: RUF001 - Chinese punctuation


@st.composite
def found(draw: st.DrawFn) -> Review:
    """Draw a review: any words, overlapping lines, roles known or not, any language, no speech at all."""
    lines: list[Line] = []
    at = draw(st.floats(0, 50))
    for _ in range(draw(st.integers(0, 12))):
        start = max(at + draw(st.floats(-3, 12)), 0.0)
        at = start + draw(st.floats(0, 90))
        speaker = draw(st.sampled_from(("S1", "S2", "S3", UNKNOWN_SPEAKER)))
        mood = draw(st.none() | st.floats(-1, 1))
        lines.append(Line(speaker, start, at, draw(texts), mood))
    lines.sort(key=lambda line: line.start)
    length = max([line.end for line in lines], default=0.0) + draw(st.floats(0.01, 100))
    made = review_of(lines, name=draw(st.text(max_size=20)), duration_s=length, language=draw(LANGUAGES))
    if draw(st.booleans()):
        speakers = tuple(replace(s, role=Role.UNKNOWN, role_evidence=()) for s in made.transcript.speakers)
        made = replace(made, transcript=replace(made.transcript, speakers=speakers, overlap_detected=False))
    return made


LANGUAGES = st.sampled_from(("en", "zh", "ar", ""))


@given(found())
@settings(max_examples=25)
def test_every_review_can_be_shown(review: Review) -> None:
    assert list(VALIDATOR.iter_errors(json.loads(json_text(review)))) == []
    page = render(review, "./call.wav")
    assert page.count("<script") == 2
    assert page.count('class="line"') == len(review.transcript.utterances)
    out = io.StringIO()
    show(review, console(out, 80))
    assert "\x1b" not in out.getvalue()
    assert vtt(review).startswith("WEBVTT\n")
    assert "\n\n\n" not in srt(review)
    assert txt(review).count("[") >= len(review.transcript.utterances)
