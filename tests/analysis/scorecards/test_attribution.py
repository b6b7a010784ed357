"""Every thousandth of a point has its minute, or is the call's as a whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analysis.scorecards.attribution import Shows, attributed
from models.review import Evidence
from models.scorecard import AnsweredBy, ItemScore

SPANS = st.tuples(st.floats(0, 4000), st.floats(0, 300)).map(lambda s: Evidence(s[0], s[0] + s[1], "words"))


def item(points: int, possible: int, *evidence: Evidence) -> ItemScore:
    return ItemScore("questions", AnsweredBy.MACHINE, 1.0, 0.5, None, points, possible, "", evidence)


@given(
    st.integers(0, 100_000).flatmap(lambda most: st.tuples(st.integers(0, most), st.just(most))),
    st.lists(SPANS, max_size=12),
    st.sampled_from(Shows),
)
def test_parts_add_up_to_what_was_earned_and_lost(
    amounts: tuple[int, int], spans: list[Evidence], shows: Shows
) -> None:
    points, possible = amounts
    parts = attributed(item(points, possible, *spans), shows)
    assert sum(part.points for part in parts) == points
    assert sum(part.lost for part in parts) == possible - points
    assert all(part.points >= 0 and part.lost >= 0 for part in parts)
    assert len({part.minute for part in parts}) == len(parts)


def test_good_things_earn_where_they_happen_and_what_is_missing_is_the_calls() -> None:
    asked = (Evidence(10, 12, "who decides?"), Evidence(65, 69, "what does it cost you?"))
    parts = attributed(item(6000, 10_000, *asked), Shows.EARNED)
    assert [(part.minute, part.points, part.lost) for part in parts] == [
        (0, 2000, 0),
        (1, 4000, 0),
        (None, 0, 4000),
    ]
    assert [part.words for part in parts] == ["who decides?", "what does it cost you?", ""]


def test_bad_things_cost_where_they_happen_and_the_rest_earned() -> None:
    monologue = Evidence(30, 150, "and another thing")
    parts = attributed(item(1000, 5000, monologue), Shows.LOST)
    assert [(part.minute, part.points, part.lost) for part in parts] == [
        (0, 0, 1000),
        (1, 0, 2000),
        (2, 0, 1000),
        (None, 1000, 0),
    ]


def test_a_moment_counts_and_an_item_without_evidence_is_the_calls() -> None:
    assert [part.minute for part in attributed(item(5, 5, Evidence(61, 61, "yes")), Shows.EARNED)] == [1]
    assert [part.minute for part in attributed(item(5, 9), Shows.EARNED)] == [None]
    assert attributed(item(0, 0), Shows.EARNED) == ()
