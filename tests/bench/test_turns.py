from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.turns import (
    Confusions,
    RoleScore,
    crop,
    diarization_error,
    pairing,
    role_score,
    sides,
    talk_ratio,
    talk_s,
    voices,
)
from models.transcript import Role, Turn

WHOLE = ((0.0, 20.0),)
TRUTH = (Turn(0.0, 4.0, "agent"), Turn(5.0, 11.0, "caller"))

SPANS = st.lists(
    st.builds(
        lambda start, length, name: Turn(start, start + length, name),
        st.integers(0, 15).map(float),
        st.integers(1, 5).map(float),
        st.sampled_from(["agent", "caller"]),
    ),
    min_size=1,
    max_size=6,
)


def test_the_parts_of_der_counted_by_hand() -> None:
    # S1 hears agent 0-3 (1 s missed) and says 12-14 (2 s false); S2 hears 5-9, S1 9-11 (2 s confused).
    heard = (Turn(0.0, 3.0, "S1"), Turn(12.0, 14.0, "S1"), Turn(5.0, 9.0, "S2"), Turn(9.0, 11.0, "S1"))
    found = diarization_error(TRUTH, heard, WHOLE)
    assert (found.total, found.missed, found.false_alarm, found.confusion) == pytest.approx((10, 1, 2, 2))
    assert found.rate == pytest.approx(0.5)


def test_only_the_scored_region_counts() -> None:
    heard = (Turn(0.0, 4.0, "S1"), Turn(12.0, 14.0, "S2"))
    found = diarization_error(TRUTH, heard, ((0.0, 6.0),))
    assert (found.total, found.missed, found.false_alarm, found.confusion) == pytest.approx((5, 1, 0, 0))


def test_overlap_is_scored() -> None:
    both = (Turn(0.0, 4.0, "a"), Turn(2.0, 4.0, "b"))
    found = diarization_error(both, (Turn(0.0, 4.0, "S1"),), WHOLE)
    assert (found.total, found.missed) == pytest.approx((6, 2))


def test_a_collar_forgives_as_much_on_each_side_of_a_boundary() -> None:
    heard = (Turn(0.2, 4.0, "S1"), Turn(5.0, 11.5, "S2"))
    assert diarization_error(TRUTH, heard, WHOLE).false_alarm == pytest.approx(0.5)
    found = diarization_error(TRUTH, heard, WHOLE, collar_s=0.25)
    assert (found.missed, found.false_alarm) == pytest.approx((0, 0.25))
    # Three boundaries lie between 0.25 s on both sides, the one at 0 has only one side.
    assert found.total == pytest.approx(10 - 4 * 0.25)


@given(SPANS)
def test_names_of_speakers_do_not_matter(turns: list[Turn]) -> None:
    merged = _merged(turns)
    renamed = [Turn(t.start, t.end, {"agent": "x", "caller": "y"}[t.speaker]) for t in merged]
    assert diarization_error(merged, renamed, WHOLE).rate == pytest.approx(0)
    assert pairing(merged, renamed, WHOLE).get("x", "agent") == "agent"


def _merged(turns: list[Turn]) -> list[Turn]:
    """Return turns of which no two of one speaker overlap: a speaker is one voice."""
    out: list[Turn] = []
    for turn in sorted(turns, key=lambda t: (t.speaker, t.start)):
        if out and out[-1].speaker == turn.speaker and turn.start <= out[-1].end:
            out[-1] = Turn(out[-1].start, max(out[-1].end, turn.end), turn.speaker)
        else:
            out.append(turn)
    return out


def test_seconds_are_pooled() -> None:
    both = Confusions(10, 1, 0, 0) + Confusions(90, 0, 9, 9)
    assert both.rate == pytest.approx(0.19)
    assert Confusions().rate is None


def test_voices_are_counted_inside_the_region() -> None:
    assert voices(TRUTH, WHOLE) == ("agent", "caller")
    assert voices(TRUTH, ((0.0, 4.5),)) == ("agent",)
    assert crop(TRUTH, ((3.0, 6.0),)) == (Turn(3.0, 4.0, "agent"), Turn(5.0, 6.0, "caller"))


def test_sides_are_weighed_by_talk_and_abstaining_is_apart() -> None:
    heard = (Turn(0.0, 4.0, "S1"), Turn(5.0, 10.0, "S2"), Turn(10.0, 11.0, "S3"))
    roles = {"S1": Role.REP, "S2": Role.UNKNOWN, "S3": Role.REP}
    found = role_score(TRUTH, heard, roles, WHOLE)
    assert found == RoleScore(right_s=4.0, wrong_s=1.0, abstained_s=5.0)
    assert found.accuracy == pytest.approx(0.8)
    assert found.abstained == pytest.approx(0.5)
    assert role_score((Turn(0, 1, "Diane"),), heard, roles, WHOLE) is None
    assert RoleScore(abstained_s=3.0).accuracy is None


def test_a_voice_that_overlaps_nobody_has_no_side_to_get_wrong() -> None:
    assert role_score(TRUTH, (Turn(15.0, 16.0, "S1"),), {"S1": Role.REP}, WHOLE) == RoleScore()


def test_talk_ratio_counts_a_second_once() -> None:
    turns = (Turn(0.0, 2.0, "agent"), Turn(1.0, 3.0, "agent"), Turn(1.0, 2.0, "caller"))
    assert talk_s(turns[:2]) == pytest.approx(3.0)
    assert talk_ratio(turns, "agent", "caller") == pytest.approx(0.75)
    assert talk_ratio((), "agent", "caller") is None


def test_the_rep_leads_whatever_the_names() -> None:
    assert sides(TRUTH) == ("agent", "caller")
    assert sides((Turn(0, 1, "CUSTOMER"), Turn(1, 2, "AGENT"))) == ("AGENT", "CUSTOMER")
    assert sides((Turn(0, 1, "Sheila"), Turn(1, 2, "Diane"))) == ("Diane", "Sheila")
    assert sides((*TRUTH, Turn(0, 1, "third"))) is None
