from __future__ import annotations

import pytest

from analysis import questions
from analysis.asking import asked, follows_up
from analysis.pieces import parties, pieces, turns
from analysis.questions import QuestionKind
from models.review import Act, ActJudgement
from tests.factories.calls import Line, call


@pytest.mark.parametrize(
    "sentence",
    [
        "certainly which color would you like we have blue black and red",
        "okay great would you like the new model or the regular one",
        "what do you use today",
        "so um how does the approval work",
        "is there anybody else who decides",
        "and who signs the contract",
        "you send them by post, don't you",
        "You send them by post, right?",
        "tell me about your team",
        "I was wondering whether you could help me with that",
        "how many seats",
        "we looked at it last year and do you still offer the discount",
        "Monday works for you?",
    ],
)
def test_english_questions_are_found(sentence: str) -> None:
    assert questions.is_question(sentence, "en")


@pytest.mark.parametrize(
    "sentence",
    [
        "what I mean is the price",
        "what matters is the price",
        "I know how it works",
        "do that first",
        "have a nice day",
        "when you send it we will see",
        "which is fine",
        "you know what I like",
        "so did I",
        "Yeah?",
        "Hello?",
        "that is right",
        "",
    ],
)
def test_english_statements_are_left_alone(sentence: str) -> None:
    assert not questions.is_question(sentence, "en")


@pytest.mark.parametrize(
    "sentence",
    [
        "您现在用什么系统",
        "这个价格可以接受吗",
        "您是不是经常出差",
        "一共有多少人",
        "能不能介绍一下流程",
        "周二还是周三呢",
        "请问您贵姓",
    ],
)
def test_mandarin_questions_are_found(sentence: str) -> None:
    assert questions.is_question(sentence, "zh")


@pytest.mark.parametrize("sentence", ["没什么问题", "评分是四点五分呢", "好的谢谢", "这几个都可以", "对不起"])
def test_mandarin_statements_are_left_alone(sentence: str) -> None:
    assert not questions.is_question(sentence, "zh")


@pytest.mark.parametrize(
    ("sentence", "language", "kind"),
    [
        ("how does that work?", "en", QuestionKind.OPEN),
        ("why is that?", "en", QuestionKind.OPEN),
        ("could you tell me about your team", "en", QuestionKind.OPEN),
        ("so what happens then?", "en", QuestionKind.OPEN),
        ("how many seats do you have?", "en", QuestionKind.CLOSED),
        ("what time is it?", "en", QuestionKind.CLOSED),
        ("what was your last name?", "en", QuestionKind.CLOSED),
        ("what's your email address?", "en", QuestionKind.CLOSED),
        ("what do you think of the name?", "en", QuestionKind.OPEN),
        ("which one would you like?", "en", QuestionKind.CLOSED),
        ("do you have a budget?", "en", QuestionKind.CLOSED),
        ("你们为什么换供应商", "zh", QuestionKind.OPEN),
        ("现在的流程是怎么样的", "zh", QuestionKind.OPEN),
        ("什么时候开始", "zh", QuestionKind.CLOSED),
        ("你有预算吗", "zh", QuestionKind.CLOSED),
    ],
)
def test_open_and_closed(sentence: str, language: str, kind: QuestionKind) -> None:
    assert questions.kind(sentence, language) is kind


def test_a_sure_judgement_adds_a_question_and_strikes_a_bare_mark() -> None:
    plain, marked = ("the blue one on Monday",), ("the blue one on Monday?",)
    asks, informs = ActJudgement(Act.QUESTION, 0.9), ActJudgement(Act.INFORM, 0.95)
    assert not questions.find(plain, "en")
    assert questions.find(plain, "en", asks)[0].sentence == 0
    assert questions.find(marked, "en")
    assert not questions.find(marked, "en", informs)
    assert questions.find(("what do you use today",), "en", informs)  # form is stronger than a judgement


def test_a_question_cut_by_the_others_backchannel_is_one_question() -> None:
    lines = [Line(0, 1, "S1", "what do you"), Line(1.0, 1.2, "S2", "mm"), Line(1.2, 2, "S1", "use today?")]
    transcript = call(lines)
    found = asked(transcript, (), parties(transcript), turns(pieces(transcript, ())))
    assert [(q.text, q.start, q.end) for q in found] == [("what do you use today?", 0, 2)]


def test_an_abbreviation_ends_no_sentence() -> None:
    transcript = call(
        [Line(0, 4, "S1", "Would you prefer 8 a.m. or 10 a.m.?"), Line(5, 6, "S2", "The first.")]
    )
    assert len(asked(transcript, (), parties(transcript), turns(pieces(transcript, ())))) == 1


def test_follow_up_needs_something_said_before() -> None:
    said = "our invoices take a whole week to approve"
    assert follows_up("who approves them?", said, "en")
    assert follows_up("can you tell me more?", said, "en")
    assert not follows_up("what is your budget?", said, "en")
    assert not follows_up("who approves them?", "okay", "en")
    assert follows_up("发票是谁审批的", "我们的发票审批很慢", "zh")


def test_questions_of_an_unknown_language_are_not_guessed() -> None:
    transcript = call([Line(0, 2, "S1", "was kostet das?")], language="de")
    assert asked(transcript, (), parties(transcript), ()) == ()
