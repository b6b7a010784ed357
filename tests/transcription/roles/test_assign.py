"""Roles: named by what is said, left open where nothing says."""

# ruff: noqa: RUF001 - Chinese is written with its own punctuation

from __future__ import annotations

import gzip
import json
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Rejected
from models.transcript import Role, Speaker, Turn, Utterance, Word
from transcription.roles.assign import SURE, TOLD, KnownRoles, assign_roles
from transcription.roles.evidence import PHRASES
from transcription.roles.phrases import RolePhrase
from transcription.roles.spoken_text import normalise

Lines = Sequence[tuple[str, str]]
NOTHING_KNOWN = KnownRoles()
REP, CUSTOMER, OTHER, UNKNOWN = Role.REP, Role.CUSTOMER, Role.OTHER, Role.UNKNOWN
SERVICE = (
    ("S1", "Thanks for calling Northside Plumbing, this is Dana. How can I help you?"),
    ("S2", "Hi, my water heater stopped working last night and I need to get someone out."),
    ("S1", "I'm sorry to hear that. Can I get your address?"),
    ("S2", "It's 14 Mill Lane."),
)
SMALL_TALK = (
    ("S1", "Hello?"),
    ("S2", "Oh, hello. I didn't know you were there."),
    ("S1", "Okay, I thought, you know, I heard a beep. This is Diane in New Jersey."),
    ("S2", "And I'm Sheila in Texas, originally from Chicago."),
    ("S1", "Oh, I'm originally from Chicago also."),
)


def call(lines: Lines) -> tuple[tuple[Utterance, ...], tuple[Word, ...], tuple[Turn, ...]]:
    """Return the utterances, words and turns of people speaking in turn, four words a second."""
    words: list[Word] = []
    utterances: list[Utterance] = []
    for speaker, text in lines:
        han = bool(re.search("[\u4e00-\u9fff]", text))
        parts = re.findall("[\u4e00-\u9fff]\\W*|[^\u4e00-\u9fff]+", text) if han else text.split()
        first = len(words)
        for part in parts:
            start = len(words) / 4 + len(utterances)
            words.append(Word(start, start + 0.25, part, 0.9, spaced=not han, speaker=speaker))
        span = words[first].start, words[-1].end
        utterances.append(Utterance(*span, speaker, text, first, len(words) - 1))
    turns = tuple(Turn(u.start, u.end, u.speaker) for u in utterances)
    return tuple(utterances), tuple(words), turns


def judge(lines: Lines, known: KnownRoles = NOTHING_KNOWN) -> dict[str, Speaker]:
    return {speaker.id: speaker for speaker in assign_roles(*call(lines), known)}


def roles(lines: Lines, known: KnownRoles = NOTHING_KNOWN) -> list[Role]:
    return [speaker.role for speaker in judge(lines, known).values()]


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.rule)
def test_each_example_matches_its_rule_and_none_of_the_other_side(phrase: RolePhrase) -> None:
    said = normalise(phrase.example)
    assert phrase.pattern.search(said)
    opposite = {REP: CUSTOMER, CUSTOMER: REP}.get(phrase.role)
    assert [other.rule for other in PHRASES if other.role is opposite and other.pattern.search(said)] == []


def test_rules_are_named_once_a_table_and_weigh_something() -> None:
    assert max(Counter((p.rule, p.example) for p in PHRASES).values()) == 1
    assert all(p.weight > 0 for p in PHRASES)


@pytest.mark.parametrize(
    "lines",
    [
        SERVICE,
        (
            ("S1", "Hi, is this Mr. Henderson? I'm calling from Bright Solar. Is this a good time?"),
            ("S2", "What's this about?"),
            ("S1", "We're offering free estimates in your area this week. Would you be interested?"),
            ("S2", "I'm not interested, thank you."),
        ),
        (
            ("S1", "您好，这里是平安保险公司，请问有什么可以帮您？"),
            ("S2", "我想问一下我的保单，怎么还没收到？"),
        ),
        (
            ("S1", "hello this is harbor national bank my name is elizabeth how can i help you today"),
            ("S2", "hi my name is patricia i lost my debit card can you send me a new one"),
        ),
    ],
)
def test_the_first_is_the_rep(lines: Lines) -> None:
    assert roles(lines) == [REP, CUSTOMER]
    assert all(speaker.role_confidence >= SURE for speaker in judge(lines).values())


def test_who_speaks_first_says_nothing() -> None:
    assert roles([("S2", "Oh, hello there."), *SERVICE]) == [CUSTOMER, REP]


def test_the_words_that_decided_are_shown_with_their_time() -> None:
    rep = judge(SERVICE)["S1"]
    shown = {evidence.rule: evidence for evidence in rep.role_evidence}
    greeting = shown["greeting.help"]
    assert greeting.quote == "How can I help you?"
    assert (greeting.role, greeting.start, greeting.end) == (REP, 2.0, 3.25)
    assert greeting.weight > 3
    starts = [evidence.start for evidence in rep.role_evidence if evidence.start is not None]
    assert starts == sorted(starts)


def test_a_phrase_runs_on_over_the_others_back_channel() -> None:
    lines = (
        ("S1", "Is there anything else"),
        ("S2", "mhm"),
        ("S1", "I can help you with today?"),
        ("S2", "No."),
    )
    assert roles(lines) == [REP, CUSTOMER]


def test_small_talk_has_no_sides() -> None:
    found = judge(SMALL_TALK)
    assert {speaker.role for speaker in found.values()} == {UNKNOWN}
    assert all(0 < speaker.role_confidence < SURE for speaker in found.values())


def test_contradicting_words_are_no_coin_toss() -> None:
    both = "Thanks for calling Acme, how can I help you?"
    assert roles([("S1", both), ("S2", both)]) == [UNKNOWN, UNKNOWN]


def test_a_weak_hint_in_an_hour_of_talk_is_no_evidence() -> None:
    talk = [
        ("S1", "and then we went to the lake and swam a bit " * 20),
        ("S2", "that is what she said to me too " * 20),
    ]
    hints = [
        ("S1", "Would you like some tea?"),
        ("S1", "We can have it later."),
        ("S1", "Certainly, our system is slow."),
    ]
    assert roles([*talk * 10, *hints]) == [UNKNOWN, UNKNOWN]


def test_an_announcement_is_nobodys_side() -> None:
    ivr = (
        "Thank you for calling Acme. This call may be recorded for quality assurance. For billing, press two."
    )
    lines = [("S0", ivr), *SERVICE]
    found = judge(lines)
    assert [found[name].role for name in ("S0", "S1", "S2")] == [OTHER, REP, CUSTOMER]


def test_a_rep_who_mentions_the_recording_stays_a_rep() -> None:
    lines = [("S1", "Thanks for calling Acme. This call may be recorded. How can I help you?"), *SERVICE[1:]]
    assert roles(lines) == [REP, CUSTOMER]


def test_a_voicemail_has_one_side() -> None:
    message = "Hi, this is Jen from Lakeside Auto, I'm just calling to let you know your car is ready."
    assert roles([("S1", message)]) == [REP]
    assert roles([("S1", "Hi, it's me, see you tonight.")]) == [UNKNOWN]


def test_a_colleague_takes_over() -> None:
    lines = [
        *SERVICE,
        ("S1", "Let me transfer you to our billing team."),
        ("S3", "Billing department, this is Sam from billing, how may I assist you today?"),
        ("S2", "Yes, I was charged twice for my order and I want a refund."),
        ("S3", "I apologize for the inconvenience. Could you confirm your account number?"),
        ("S2", "It's 5512. My bill was wrong last month too."),
    ]
    assert roles(lines) == [REP, CUSTOMER, REP]


def test_the_channel_told_wins_over_words() -> None:
    known = KnownRoles(rep_channel=1, channel_of_speaker={"S1": 0, "S2": 1})
    found = judge(SERVICE, known)
    assert [(s.role, s.role_confidence, s.channel) for s in found.values()] == [
        (CUSTOMER, 1.0, 0),
        (REP, 1.0, 1),
    ]
    assert found["S2"].role_evidence[0].rule == TOLD


def test_the_speaker_told_is_the_rep_and_the_other_the_customer() -> None:
    assert roles(SMALL_TALK, KnownRoles(rep_speaker="S2")) == [CUSTOMER, REP]


@given(st.dictionaries(st.sampled_from(("S1", "S2", "S3")), st.sampled_from(Role)))
def test_whatever_sides_people_give_are_given(told: dict[str, Role]) -> None:
    found = judge([*SERVICE, ("S3", "Excuse me, the van is here.")], KnownRoles(roles=told))
    assert {name: found[name].role for name in told} == told
    assert all(0 <= speaker.role_confidence <= 1 for speaker in found.values())


def test_somebody_on_neither_side_leaves_the_sides_to_the_others() -> None:
    known = KnownRoles(roles={"S3": OTHER})
    assert roles([*SERVICE, ("S3", "Excuse me, the van is here.")], known) == [REP, CUSTOMER, OTHER]
    assert roles([*SMALL_TALK, ("S3", "Excuse me.")], known) == [UNKNOWN, UNKNOWN, OTHER]


def test_a_rep_who_is_not_there_is_refused() -> None:
    with pytest.raises(Rejected, match="no speaker S9") as refused:
        judge(SMALL_TALK, KnownRoles(rep_speaker="S9"))
    assert refused.value.code == "unknown_speaker"


def test_talk_is_counted_once_where_turns_overlap() -> None:
    utterances, words, _ = call(SMALL_TALK)
    turns = (Turn(0.0, 2.0, "S1"), Turn(1.0, 3.0, "S1"), Turn(2.0, 4.0, "S2"), Turn(8.0, 9.0, "S3"))
    found = assign_roles(utterances, words, turns, NOTHING_KNOWN)
    assert [(speaker.id, speaker.talk_s) for speaker in found] == [("S1", 3.0), ("S2", 2.0), ("S3", 1.0)]


def test_nobody_speaks() -> None:
    assert assign_roles((), (), (), NOTHING_KNOWN) == ()


def test_roles_do_not_hang_on_names() -> None:
    renamed = [({"S1": "B", "S2": "A"}[speaker], text) for speaker, text in SERVICE]
    assert roles(renamed) == roles(SERVICE)


@pytest.mark.shared
def test_mandarin_enquiries_are_told_apart_and_never_swapped(shared: Path) -> None:
    with zipfile.ZipFile(shared / "text" / "crosswoz" / "test.json.zip") as archive:
        dialogues = json.loads(archive.read(archive.namelist()[0]))
    outcomes: Counter[str] = Counter()
    for dialogue in list(dialogues.values())[:80]:
        found = judge([(message["role"], message["content"]) for message in dialogue["messages"]])
        sides = (found["usr"].role, found["sys"].role)
        outcomes[
            "right" if sides == (CUSTOMER, REP) else "open" if sides == (UNKNOWN, UNKNOWN) else "wrong"
        ] += 1
    assert outcomes["wrong"] == 0
    assert outcomes["right"] >= 0.95 * 80


@pytest.mark.shared
def test_colleagues_in_a_meeting_have_no_sides(shared: Path) -> None:
    meetings: dict[str, list[tuple[str, str]]] = {}
    with gzip.open(shared / "text" / "ami-dialogue-acts" / "ami_dialogue_acts.jsonl.gz", "rt") as acts:
        for line in acts:
            act = json.loads(line)
            meetings.setdefault(act["meeting"], []).append((act["speaker"], act["text"]))
    sided = 0
    sampled = list(meetings.values())[::3]
    for said in sampled:
        pair = [name for name, _ in Counter(speaker for speaker, _ in said).most_common(2)]
        lines = [(speaker, text) for speaker, text in said if speaker in pair and text][:60]
        sided += any(role in (REP, CUSTOMER) for role in roles(lines))
    assert sided <= 0.03 * len(sampled)


@pytest.mark.shared
def test_the_sales_call_has_a_rep_and_a_customer(shared: Path) -> None:
    text = (shared / "audio" / "calls" / "commercial_mono.ref.txt").read_text()
    lines = re.findall(r"^[\d.]+ (AGENT|CUSTOMER) (.*)$", text, re.MULTILINE)
    found = judge(lines)
    assert (found["AGENT"].role, found["CUSTOMER"].role) == (REP, CUSTOMER)


@pytest.mark.shared
def test_the_telephone_conversation_has_no_sides(shared: Path) -> None:
    text = (shared / "audio" / "calls" / "telephone_two_women.stm").read_text()
    lines = [(row.split(None, 5)[2], row.split(None, 5)[5]) for row in text.splitlines() if row]
    assert set(roles(lines)) == {UNKNOWN}
