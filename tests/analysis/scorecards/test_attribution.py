"""Every thousandth of a point has its minute, or is the call's as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from analysis.scorecards.attribution import attributed
from models.review import Evidence
from models.scorecard import AnsweredBy, Ground, ItemScore

SPANS = st.tuples(st.floats(0, 4000), st.floats(0, 300)).map(lambda s: Evidence(s[0], s[0] + s[1], "words"))
PLACES = st.lists(st.integers(0, 5), max_size=6).map(tuple)
GROUNDS = st.builds(Ground, PLACES, PLACES, st.integers(0, 900), st.integers(0, 900), st.just("about"))


def item(
    points: int, possible: int, evidence: Sequence[Evidence] = (), grounds: Sequence[Ground] = ()
) -> ItemScore:
    return ItemScore(
        "questions",
        AnsweredBy.MACHINE,
        1.0,
        0.5,
        None,
        points,
        possible,
        "",
        tuple(evidence),
        tuple(grounds),
    )


@given(
    st.integers(0, 100_000).flatmap(lambda most: st.tuples(st.integers(0, most), st.just(most))),
    st.lists(SPANS, min_size=6, max_size=6),
    st.lists(GROUNDS, max_size=7),
)
def test_parts_add_up_to_what_was_earned_and_lost(
    amounts: tuple[int, int], spans: list[Evidence], grounds: list[Ground]
) -> None:
    points, possible = amounts
    parts = attributed(item(points, possible, spans, grounds))
    assert sum(part.points for part in parts) == points
    assert sum(part.lost for part in parts) == possible - points
    assert all(part.points >= 0 and part.lost >= 0 for part in parts)
    assert len({part.minute for part in parts}) == len(parts)


def test_good_things_earn_where_they_happen_and_what_is_missing_is_the_calls() -> None:
    asked = (Evidence(10, 12, "who decides?"), Evidence(65, 69, "what does it cost you?"))
    parts = attributed(item(6000, 10_000, asked, [Ground(good=(0, 1))]))
    assert [(part.minute, part.points, part.lost) for part in parts] == [
        (0, 2000, 0),
        (1, 4000, 0),
        (None, 0, 4000),
    ]
    assert [part.words for part in parts] == ["who decides?", "what does it cost you?", ""]


def test_bad_things_cost_where_they_happen_and_the_rest_earned() -> None:
    monologue = Evidence(30, 150, "and another thing")
    parts = attributed(item(1000, 5000, [monologue], [Ground(bad=(0,))]))
    assert [(part.minute, part.points, part.lost) for part in parts] == [
        (0, 0, 1000),
        (1, 0, 2000),
        (2, 0, 1000),
        (None, 1000, 0),
    ]


def test_good_and_bad_things_of_one_item_each_have_their_minute() -> None:
    glad, angry = Evidence(5, 6, "wonderful"), Evidence(65, 70, "a mess")
    parts = attributed(item(3, 10, [angry, glad], [Ground(good=(1,), bad=(0,))]))
    assert [(part.minute, part.points, part.lost, part.words) for part in parts] == [
        (0, 3, 0, "wonderful"),
        (1, 0, 7, "a mess"),
    ]


def test_each_ground_earns_and_costs_by_its_weight_and_the_weightiest_speaks() -> None:
    grounds = [Ground((0,), (), 3, 1, "questions"), Ground((), (), 1, 3, "balance")]
    parts = attributed(item(400, 800, [Evidence(5, 6, "how so?")], grounds))
    assert [(part.minute, part.points, part.lost, part.words) for part in parts] == [
        (0, 300, 0, "how so?"),
        (None, 100, 400, "balance"),
    ]


def test_the_most_telling_words_of_a_minute_are_the_first_and_not_the_longest() -> None:
    fastest, longest = Evidence(10, 12, "208 a minute"), Evidence(20, 26, "174 a minute")
    (part,) = attributed(item(0, 100, [fastest, longest], [Ground(bad=(0, 1))]))
    assert part.words == "208 a minute"


def test_a_moment_counts_and_an_item_without_grounds_is_the_calls() -> None:
    moment, rests = [Evidence(61, 61, "yes")], [Ground(good=(0,))]
    assert [part.minute for part in attributed(item(5, 5, moment, rests))] == [1]
    assert [part.minute for part in attributed(item(5, 9, moment))] == [None]
    assert attributed(item(0, 0, moment, rests)) == ()
