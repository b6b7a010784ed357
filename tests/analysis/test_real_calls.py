"""Measures of recorded calls against what their references say."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.asking import Asked
from analysis.depth import depth
from analysis.metrics import measure
from analysis.turns import Conversation, conversation
from models.call import CallType
from models.review import Side
from models.transcript import Role
from tests.factories.calls import Line, call

pytestmark = pytest.mark.shared


def _rttm(path: Path, texts: dict[int, str] | None = None) -> list[Line]:
    """Return the turns of a reference; `texts` are what is said in the nth of them."""
    rows = [row.split() for row in path.read_text().splitlines() if row.startswith("SPEAKER")]
    return [
        Line(float(r[3]), float(r[3]) + float(r[4]), r[7], (texts or {}).get(i, ""))
        for i, r in enumerate(rows)
    ]


@pytest.fixture(scope="module")
def repairs(shared: Path) -> Conversation:
    lines = _rttm(shared / "audio/calls/auto_repairs_40.rttm")
    return conversation(call(lines, roles={"agent": Role.REP, "caller": Role.CUSTOMER}, duration_s=245.4))


def _values(conv: Conversation) -> dict[tuple[str, Side], float | None]:
    return {(v.name, v.side): v.value for v in measure(conv)}


def test_turns_alone_give_the_timing_measures(repairs: Conversation, shared: Path) -> None:
    lines = _rttm(shared / "audio/calls/auto_repairs_40.rttm")
    talk = {who: sum(x.end - x.start for x in lines if x.speaker == who) for who in ("agent", "caller")}
    values = _values(repairs)
    assert values["talk_seconds", Side.REP] == pytest.approx(talk["agent"], abs=0.01)
    share = talk["agent"] / (talk["agent"] + talk["caller"])
    assert values["talk_share", Side.REP] == pytest.approx(share, abs=0.001)
    assert values["longest_customer_story", Side.CUSTOMER] == pytest.approx(35.9, abs=0.1)
    assert values["interruptions", Side.REP] == 0
    assert 0.5 < (values["patience", Side.REP] or 0) < 1
    assert values["words_per_minute", Side.REP] is None


def test_depth_needs_words(repairs: Conversation) -> None:
    assert depth(repairs, CallType.SERVICE).value is None


SAID = {
    0: "hi I'd like to buy a Chromecast and I was wondering whether you could help me with that",
    1: "certainly which color would you like we have blue black and red",
    2: "let's go with the black one",
    3: "okay great",
    4: "would you like the new Chromecast Ultra model or the regular Chromecast",
    5: "regular Chromecast is fine thank you",
    6: "okay sure",
    7: "would you like to ship it regular or express",
    8: "express please",
    9: "terrific it's on the way thank you",
}


def test_a_sales_call_without_punctuation(shared: Path) -> None:
    lines = _rttm(shared / "audio/calls/commercial_mono.rttm", SAID)
    conv = conversation(call(lines, roles={"AGENT": Role.REP, "CUSTOMER": Role.CUSTOMER}, duration_s=45))
    asked: list[Asked] = [q for q in conv.asked if q.party == Side.REP]
    assert len(asked) == 3
    assert [q.party for q in conv.asked].count(Side.CUSTOMER) == 1
    values = _values(conv)
    assert values["speaker_switches", Side.CALL] == 7
    assert not any(p.token for p in conv.pieces)  # "okay great" opens the rep's own turn
    assert values["longest_monologue", Side.REP] == pytest.approx(4.82, abs=0.05)  # an answer ends it
    assert values["silence_seconds", Side.CALL] == 0
    found = depth(conv, CallType.GENERAL)
    assert found.value is not None
    assert found.confidence < 0.1  # half a minute says little


@pytest.mark.parametrize("name", ["EN2001a", "EN2001b", "EN2002a", "EN2003a", "EN2009b", "ES2003a"])
def test_overlapping_meetings_are_measured_without_roles(shared: Path, name: str) -> None:
    lines = _rttm(shared / f"audio/meetings/{name}.rttm")
    conv = conversation(call(lines, roles={}, duration_s=30))
    values = _values(conv)
    overtalk = values["overtalk_share", Side.CALL]
    assert overtalk is None or 0 <= overtalk < 0.6
    assert values["talk_share", Side.REP] is None
