"""Corrections in the stage that attributes: whatever people put right, the call goes on."""

from __future__ import annotations

from hypothesis import HealthCheck, given
from hypothesis import settings as quickly
from hypothesis import strategies as st

from analysis.depth import depth
from analysis.metrics.registry import measure
from analysis.sentiment import summarize
from analysis.turns import conversation
from core.settings import Settings
from models.call import CallType
from models.correction import Edit, Merge, Reassign, Reword
from models.review import JudgedUtterance
from models.transcript import UNKNOWN_SPEAKER, Role, Transcript
from tests.factories.heard import case
from worker.case import Request
from worker.products import Attributed
from worker.stages import attribute

SETTINGS = Settings()


def attributed(request: Request, *, separate: bool = False) -> Attributed:
    return attribute.run(case(SETTINGS, request, separate=separate), lambda _: None)


def lines(transcript: Transcript) -> list[tuple[str, str]]:
    return [(u.speaker, u.text) for u in transcript.utterances]


NAMES = st.sampled_from(("S1", "S2", "S3", UNKNOWN_SPEAKER))
TIMES = st.integers(0, 240).map(lambda eighths: eighths / 8)
EDITS = st.one_of(
    st.builds(Merge, NAMES, st.sampled_from(("S1", "S2", "S4"))),
    st.builds(Reassign, NAMES, TIMES, TIMES, st.sampled_from(("S1", "S2", "S3", "S4"))),
    st.builds(Reword, NAMES, TIMES, TIMES, st.sampled_from(("", "Why?", "我们好。", "one two three. Four!"))),
)


@given(
    edits=st.lists(EDITS, max_size=5),
    roles=st.dictionaries(st.sampled_from(("S1", "S2", "S3", "S4")), st.sampled_from(Role)),
    separate=st.booleans(),
)
@quickly(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_put_right_the_call_is_measured(
    *, edits: list[Edit], roles: dict[str, Role], separate: bool
) -> None:
    found = attributed(Request(edits=tuple(edits), roles=roles), separate=separate).transcript
    assert [(u.first_word, u.last_word) for u in found.utterances] == sorted(
        (u.first_word, u.last_word) for u in found.utterances
    )
    assert sum(u.last_word - u.first_word + 1 for u in found.utterances) == len(found.words)
    assert {s.id: s.role for s in found.speakers if s.id in roles} == {
        s.id: roles[s.id] for s in found.speakers if s.id in roles
    }
    judged = tuple(JudgedUtterance(i, None, None) for i in range(len(found.utterances)))
    talk = conversation(found, judged)
    assert measure(talk)
    assert depth(talk, CallType.SERVICE).parts
    assert summarize(found, judged)


def test_nothing_put_right_is_the_machines_own() -> None:
    said = attributed(Request()).transcript
    assert {s.id: s.role for s in said.speakers} == {"S1": Role.REP, "S2": Role.CUSTOMER}
    assert attributed(Request(edits=())).transcript == said


def test_a_voice_on_one_channel_that_two_share_is_split_and_stays_on_its_channel() -> None:
    edits = (Reassign("S2", 18.0, 22.0, "S3"),)
    said = attributed(Request(rep_channel=0, edits=edits), separate=True).transcript
    assert [(s.id, s.role, s.channel) for s in said.speakers] == [
        ("S1", Role.REP, 0),
        ("S2", Role.CUSTOMER, 1),
        ("S3", Role.CUSTOMER, 1),
    ]


def test_a_side_that_was_given_stays_in_force_after_a_merge() -> None:
    edits = (Reassign("S1", 12.0, 18.0, "S3"), Merge("S3", "S1"))
    said = attributed(Request(roles={"S1": Role.CUSTOMER, "S2": Role.REP}, edits=edits)).transcript
    assert {s.id: s.role for s in said.speakers} == {"S1": Role.CUSTOMER, "S2": Role.REP}
    assert said.turns == attributed(Request()).transcript.turns


def test_corrections_that_find_nothing_are_told() -> None:
    found = attributed(Request(edits=(Merge("S8", "S1"), Reword("S1", 25.0, 26.0, "Hello"))))
    assert found.warnings == ("2 corrections found nothing to change any more: look at the history.",)
    assert lines(found.transcript) == lines(attributed(Request()).transcript)
