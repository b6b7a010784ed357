"""Figures as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.bands import Band
from analysis.depth import CURVES
from analysis.depth import PARTS as DEPTH_PARTS
from analysis.metrics.registry import METRICS
from core.figures import clock, percent, quantity, signed
from report.meanings import INPUTS, MEANINGS, PARTS, Group
from report.measures import spoken, verdict
from report.text import plain, shown, well_formed
from report.wording import plural
from tests.factories import reviews


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0:00"), (59.999, "0:59"), (60, "1:00"), (3599.9, "59:59"), (3600, "1:00:00"), (-0.2, "0:00")],
)
def test_clock(value: float, expected: str) -> None:
    assert clock(value) == expected


@given(st.integers(0, 10**6))
def test_clock_tells_the_second(second: int) -> None:
    parts = [int(part) for part in clock(second).split(":")]
    assert sum(part * 60**i for i, part in enumerate(reversed(parts))) == second


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (None, "s", "\N{EN DASH}"),
        (0.614, "ratio", "61 %"),
        (4.25, "s", "4.2 s"),
        (-0.31, "s", "\N{MINUS SIGN}0.3 s"),
        (28.4, "s", "28 s"),
        (95.0, "s", "1:35 min"),
        (3, "count", "3"),
        (7.24, "per minute", "7.2 /min"),
        (156.3, "words per minute", "156 wpm"),
        (2.5, "furlongs", "2.5 furlongs"),
    ],
)
def test_quantity(value: float | None, unit: str, expected: str) -> None:
    assert quantity(value, unit).replace("\u202f", " ") == expected


def test_signed_has_no_minus_zero() -> None:
    assert [signed(x) for x in (-0.001, 0.0, 0.204, -0.2)] == ["0.00", "0.00", "+0.20", "\N{MINUS SIGN}0.20"]


def test_plural() -> None:
    assert [plural(1, "word"), plural(0, "word"), plural(2000, "word")] == [
        "1 word",
        "0 words",
        "2,000 words",
    ]
    assert percent(1) == "100\u202f%"


def test_a_band_is_said_in_words() -> None:
    both = Band(0.4, 0.6, "x")
    assert [verdict(x, "ratio", both).split()[0] for x in (0.3, 0.4, 0.5, 0.6, 0.7)] == [
        "below", "within", "within", "within", "above",
    ]  # fmt: skip
    assert spoken(both, "ratio").replace("\u202f", " ") == "40 to 60 %"
    assert spoken(Band(None, 76, "x"), "s").replace("\u202f", " ") == "1:16 min at most"
    assert spoken(Band(11, None, "x"), "count") == "11 at least"
    assert verdict(0.3, "ratio", None) == ""


def test_every_measure_is_explained() -> None:
    assert {metric.name for metric in METRICS} == set(MEANINGS)
    assert all(one.group is not Group.OTHER and one.text for one in MEANINGS.values())


def test_every_part_of_the_depth_and_its_inputs_are_explained() -> None:
    assert {part.name for part in DEPTH_PARTS} == set(PARTS)
    made = reviews.sales_call().depth
    assert {name for part in made.parts for name in part.inputs} <= set(INPUTS)
    assert set(CURVES) <= set(INPUTS)


@given(st.text() | st.text(st.characters(categories=["Cs", "Cc", "Lu"])))
def test_shown_and_plain_text_can_be_written(text: str) -> None:
    for made in (well_formed(text), shown(text), plain(text)):
        made.encode("utf-8")
    assert "\x1b" not in plain(text)
    assert "\n" not in plain(text)
