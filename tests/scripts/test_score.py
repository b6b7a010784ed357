"""Reviews scored on the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from analysis.scorecards.document import shipped, write
from report.document import write_json
from scripts.debrief import app
from tests.factories.reviews import sales_call


@pytest.fixture
def review(tmp_path: Path) -> Path:
    """Return the file of a review."""
    return write_json(sales_call(), tmp_path / "review.json")


def score(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["score", *map(str, arguments)])


def test_a_review_is_scored_by_every_scorecard_that_comes_with_debrief(review: Path) -> None:
    shown = score(review)
    assert shown.exit_code == 0, shown.output
    for card in shipped():
        assert f"review.json by {card.name}" in shown.output
        assert all(item.label in shown.output for item in card.items if len(item.label) < 30)
    assert "Nobody has answered it yet." in shown.output


def test_minutes_show_where_points_were_earned_and_lost(review: Path) -> None:
    shown = score(review, "--by", "discovery", "--minutes")
    assert "by Demo" not in shown.output
    assert " of 100. 80% of the scorecard's weight is answered." in shown.output
    assert "0:00" in shown.output
    assert "the call" in shown.output


def test_a_scorecard_of_ones_own_is_taken_from_its_file(review: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(write(replace(shipped()[0], name="Mine")), "utf-8")
    assert "review.json by Mine" in score(review, "--by", tmp_path / "mine.yaml").output


def test_another_kind_of_call_has_another_depth(review: Path) -> None:
    of = ("--by", "discovery")
    assert score(review, *of).output != score(review, *of, "--call-type", "demo").output


def test_what_cannot_be_scored_says_why(review: Path, tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("{}", "utf-8")
    (tmp_path / "no.yaml").write_text("key: [", "utf-8")
    for arguments in (
        (tmp_path / "no.json",),
        (tmp_path / "none.json",),
        (review, "--by", tmp_path / "no.yaml"),
    ):
        refused = score(*arguments)
        assert refused.exit_code == 2, arguments
        assert "Traceback" not in refused.output
