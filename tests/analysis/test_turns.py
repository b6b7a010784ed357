from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.metrics import exchange, listening, talk
from analysis.turns import Conversation, conversation
from models.review import Act, ActJudgement, JudgedUtterance, Side
from models.transcript import UNKNOWN_SPEAKER, Role
from tests.factories.calls import Line, call


def _read(*lines: Line, **options: object) -> Conversation:
    return conversation(call(lines, **options))  # type: ignore[arg-type]  # options are call()'s own


PITCH = "our platform reads every invoice and books it for you without anybody typing"


def test_a_backchannel_between_does_not_end_a_turn() -> None:
    conv = _read(
        Line(0, 10, "S1", PITCH),
        Line(10.2, 10.6, "S2", "mm-hm"),
        Line(10.8, 20, "S1", PITCH),
        Line(21, 24, "S2", PITCH),
    )
    assert [(t.party, t.start, t.end) for t in conv.turns] == [("rep", 0, 20), ("customer", 21, 24)]
    assert [p.text for p in conv.pieces if p.token] == ["mm-hm"]
    assert talk.longest_monologue(conv, Side.REP).value == 20


@pytest.mark.parametrize("word", ["no", "stop", "wait", "but"])
def test_a_refusal_is_no_backchannel_however_short(word: str) -> None:
    conv = _read(Line(0, 10, "S1", PITCH), Line(10.2, 10.5, "S2", word), Line(10.8, 20, "S1", PITCH))
    assert not any(p.token for p in conv.pieces)
    assert talk.longest_monologue(conv, Side.REP).value == 10


def test_yes_after_a_question_is_an_answer() -> None:
    conv = _read(
        Line(0, 3, "S1", "do you send invoices by post"), Line(3.2, 3.6, "S2", "yes"), Line(4, 9, "S1", PITCH)
    )
    assert [t.party for t in conv.turns] == ["rep", "customer", "rep"]


def test_an_acknowledgement_that_opens_ones_own_turn_is_part_of_it() -> None:
    conv = _read(Line(0, 5, "S2", PITCH), Line(5.3, 5.6, "S1", "right"), Line(6.4, 12, "S1", PITCH))
    assert [(t.party, t.start) for t in conv.turns] == [("customer", 0), ("rep", 5.3)]


def test_short_sound_without_words_inside_talk_is_a_backchannel_but_long_is_not() -> None:
    conv = _read(Line(0, 20, "S1", PITCH), Line(5, 5.8, "S2"), Line(9, 11, "S2"))
    assert [p.token for p in conv.pieces] == [False, True, False]


def test_an_unlisted_word_judged_a_backchannel_is_one() -> None:
    transcript = call(
        [Line(0, 10, "S1", PITCH), Line(10.2, 10.6, "S2", "lovely"), Line(10.8, 20, "S1", PITCH)]
    )
    judged = (JudgedUtterance(1, None, ActJudgement(Act.BACKCHANNEL, 0.9)),)
    assert [p.token for p in conversation(transcript, judged).pieces] == [False, True, False]
    assert not any(p.token for p in conversation(transcript).pieces)


def test_pauses_inside_a_turn_are_joined_and_a_hold_ends_it() -> None:
    conv = _read(Line(0, 5, "S1", PITCH), Line(7, 9, "S1", PITCH), Line(25, 30, "S1", PITCH))
    assert [(t.start, t.end) for t in conv.turns] == [(0, 9), (25, 30)]
    assert conv.transfers == ()


@pytest.mark.parametrize(
    ("start", "length", "yielding", "expected"),
    [
        (4.0, 3.0, 5.0, (1, 0)),  # the rep has 1 s left and stops: successful
        (4.6, 3.0, 5.0, (0, 0)),  # less than 0.5 s left: a normal change of turn
        (4.0, 0.9, 5.0, (0, 0)),  # shorter than 1 s
        (4.0, 3.0, 9.0, (0, 1)),  # the rep goes on for 5 s: an attempt
    ],
)
def test_cutting_in_follows_the_rule(
    start: float, length: float, yielding: float, expected: tuple[int, int]
) -> None:
    conv = _read(
        Line(0, yielding, "S1", PITCH),
        Line(start, start + length, "S2", "we have something like that"),
        Line(20, 40, "S1", PITCH),
    )
    found = [len(exchange.cut_ins(conv, Side.CUSTOMER, successful=done)) for done in (True, False)]
    assert tuple(found) == expected


def test_a_backchannel_over_the_other_interrupts_nobody() -> None:
    conv = _read(Line(0, 5, "S1", PITCH), Line(4, 6.4, "S2", "yeah yeah okay"), Line(7, 9, "S1", PITCH))
    assert conv.cut_ins == ()


def test_without_overlap_detection_interruptions_are_unknown_not_zero() -> None:
    conv = _read(Line(0, 30, "S1", PITCH), Line(31, 60, "S2", PITCH), overlap_detected=False)
    measured = exchange.interruptions(conv, Side.REP)
    assert measured.value is None
    assert measured.reason is not None
    assert "two people at once" in measured.reason
    assert listening.listening_tokens(conv, Side.REP).value is None


def test_unknown_roles_leave_the_call_measurable() -> None:
    lines = (Line(0, 30, "S1", PITCH), Line(31, 60, "S2", PITCH), Line(61, 70, "S1", PITCH))
    conv = _read(*lines, roles={})
    assert talk.talk_share(conv, Side.REP).reason == "Nobody knows which speaker is the rep."
    assert exchange.speaker_switches(conv, Side.CALL).value == 2


def test_other_people_are_on_neither_side() -> None:
    lines = (Line(0, 10, "S1", PITCH), Line(11, 21, "S2", PITCH), Line(22, 42, "S3", PITCH))
    conv = _read(*lines, roles={"S1": Role.REP, "S2": Role.CUSTOMER, "S3": Role.OTHER})
    assert talk.talk_share(conv, Side.REP).value == 0.5
    assert conv.others == ("speaker S3",)


def test_offsets_are_signed() -> None:
    conv = _read(Line(0, 5, "S2", PITCH), Line(4.8, 8, "S1", PITCH), Line(9, 12, "S2", PITCH))
    assert [round(t.offset, 6) for t in conv.transfers] == [-0.2, 1.0]


def test_mandarin_listening_tokens() -> None:
    conv = _read(
        Line(0, 6, "S1", "我们的系统可以自动处理发票"),
        Line(6.2, 6.8, "S2", "嗯,对对"),
        Line(7, 12, "S1", "不需要人工录入"),
        Line(12.5, 13, "S2", "没问题"),
        Line(13.5, 18, "S1", "价格也不贵"),
        language="zh",
    )
    assert [p.text for p in conv.pieces if p.token] == ["嗯,对对", "没问题"]


def test_an_empty_transcript_reads_as_an_empty_conversation() -> None:
    conv = conversation(call([], duration_s=30))
    assert conv.length_s == 0
    assert conv.turns == ()
    assert conv.absent(Side.REP) == "Nobody speaks in this recording."


def test_words_that_no_turn_explains_take_no_floor() -> None:
    known = call([Line(0, 5, "S1", PITCH), Line(9, 14, "S1", PITCH), Line(15, 20, "S2", PITCH)])
    stray = call([Line(0, 5, "S1", PITCH), Line(6, 8, UNKNOWN_SPEAKER, PITCH), Line(9, 14, "S1", PITCH)])
    assert len(conversation(replace(stray, turns=known.turns)).turns) == 2
    assert [t.party for t in conversation(replace(stray, turns=())).turns] == [
        "rep",
        "speaker unknown",
        "rep",
    ]
