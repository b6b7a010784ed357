"""The measures in the words of the people who are measured; the exact formulas stay in the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """Measures read together."""

    TALK = "Share of talk"
    EXCHANGE = "Exchange"
    QUESTIONS = "Questions"
    LISTENING = "Listening"
    MANNER = "Manner of speaking"
    SILENCE = "Silence"
    OTHER = "Other measures"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a measure says; `key` ones are shown at once, the others unfold."""

    group: Group
    text: str
    key: bool = False


UNEXPLAINED = Meaning(Group.OTHER, "", key=True)

MEANINGS: Mapping[str, Meaning] = {
    "talk_share": Meaning(
        Group.TALK, "Part of all speech that is this side's; silence does not count.", key=True
    ),
    "longest_monologue": Meaning(
        Group.TALK,
        "Longest stretch the rep talks without the customer coming in; a “yeah” does not end it.",
        key=True,
    ),
    "longest_customer_story": Meaning(
        Group.TALK, "Longest stretch the customer talks without a break.", key=True
    ),
    "median_turn": Meaning(Group.TALK, "Half of this side's turns are longer than this."),
    "talk_share_of_call": Meaning(
        Group.TALK, "Speech of this side against the whole call, silence included."
    ),
    "talk_listen_ratio": Meaning(Group.TALK, "Seconds the rep talks for each second the customer does."),
    "talk_seconds": Meaning(Group.TALK, "Time this side speaks."),
    "call_seconds": Meaning(Group.TALK, "From the first word to the last."),
    "voiced_seconds": Meaning(Group.TALK, "Time in which anybody speaks."),
    "switches_per_minute": Meaning(
        Group.EXCHANGE, "How often the floor changes hands; listening sounds do not count.", key=True
    ),
    "patience": Meaning(
        Group.EXCHANGE, "Typical pause the rep leaves before answering the customer.", key=True
    ),
    "post_objection_pause": Meaning(
        Group.EXCHANGE, "Typical pause the rep leaves after an objection.", key=True
    ),
    "interruptions": Meaning(
        Group.EXCHANGE,
        "Times this side cuts in and the other stops; listening sounds do not count.",
        key=True,
    ),
    "interruptions_per_10_min": Meaning(Group.EXCHANGE, "Interruptions for every ten minutes of call."),
    "overlap_attempts_per_10_min": Meaning(Group.EXCHANGE, "Times this side cuts in and the other talks on."),
    "overlap_seconds": Meaning(Group.EXCHANGE, "Time both speak after this side cuts in."),
    "overtalk_share": Meaning(Group.EXCHANGE, "Part of the call in which two people speak at once."),
    "speaker_switches": Meaning(Group.EXCHANGE, "Times the floor changes hands."),
    "turn_entropy": Meaning(Group.EXCHANGE, "100 % when everybody takes equally many turns."),
    "response_latency_median": Meaning(
        Group.EXCHANGE, "Typical time to this side's reply; below zero it starts before the other ends."
    ),
    "response_latency_p90": Meaning(Group.EXCHANGE, "Nine of ten replies come faster than this."),
    "questions": Meaning(Group.QUESTIONS, "Questions asked, found by how the sentence is built.", key=True),
    "open_question_share": Meaning(
        Group.QUESTIONS, "Part of the questions that invite a story: how, what, why, tell me.", key=True
    ),
    "follow_up_share": Meaning(
        Group.QUESTIONS, "Part of the questions that build on what the other side has just said.", key=True
    ),
    "questions_per_hour": Meaning(Group.QUESTIONS, "Questions for every hour of call."),
    "backchannel_rate": Meaning(
        Group.LISTENING, "“Mm-hm”, “yeah”, “right” for every minute the other side talks.", key=True
    ),
    "listening_tokens": Meaning(Group.LISTENING, "How many such listening sounds there are."),
    "lsm": Meaning(Group.LISTENING, "How alike the two sides use small words such as “we”, “but”, “not”."),
    "words_per_minute": Meaning(Group.MANNER, "Words for every minute this side speaks.", key=True),
    "characters_per_minute": Meaning(
        Group.MANNER, "Characters for every minute this side speaks, in Mandarin.", key=True
    ),
    "filler_rate": Meaning(
        Group.MANNER,
        "“Um”, “you know” for every minute of talk. Recognisers drop many: read it as “at least”.",
    ),
    "silence_share": Meaning(
        Group.SILENCE, "Part of the call in silences longer than three seconds.", key=True
    ),
    "longest_silence": Meaning(Group.SILENCE, "Longest time nobody speaks.", key=True),
    "silence_seconds": Meaning(Group.SILENCE, "All silences longer than three seconds together."),
    "silence_share_of_file": Meaning(
        Group.SILENCE, "The same with the silence before the first and after the last word."
    ),
    "announced_hold_seconds": Meaning(Group.SILENCE, "Silence after words such as “hold on”."),
}


def meaning_of(name: str) -> Meaning:
    """Return what a measure says, nothing for one this report does not know."""
    return MEANINGS.get(name, UNEXPLAINED)


PARTS: Mapping[str, str] = {
    "balance": "How near the rep's share of talk is to what is usual for this kind of call.",
    "exchange": "Whether the floor changes hands as often as in a living talk.",
    "customer_elaboration": "How long the customer talks at a stretch, typically and at the longest.",
    "rep_responsiveness": "How many of the rep's replies take up what the customer has just said.",
    "questions": "How many questions are open or follow up on an answer.",
    "customer_initiative": "Whether the customer asks, and whether the customer's topics are taken up.",
    "listening": "Listening sounds of the rep, less interruptions that cut the customer off.",
}
"""What each part of the interaction depth says."""

INPUTS: Mapping[str, tuple[str, str]] = {
    "talk_share": ("share of talk", "ratio"),
    "band_low": ("", ""),
    "band_high": ("", ""),
    "talk_share_distance": ("outside the usual by", "ratio"),
    "switches_per_minute": ("changes of floor", "per minute"),
    "median_customer_turn_s": ("typical turn", "s"),
    "longest_customer_turn_s": ("longest turn", "s"),
    "substantive_reply_share": ("replies that respond", "ratio"),
    "open_questions_per_15_min": ("open questions", "per 15 min"),
    "follow_up_questions_per_15_min": ("follow-up questions", "per 15 min"),
    "customer_questions_per_15_min": ("customer's questions", "per 15 min"),
    "customer_topics_per_15_min": ("customer's topics taken up", "per 15 min"),
    "listening_tokens_per_minute": ("listening sounds", "per minute"),
    "interruptions_per_minute": ("interruptions", "per minute"),
    "listening_balance": ("balance of the two", "per minute"),
}
"""Name and unit of what the parts are made from; those without a name are told by another."""


def input_of(name: str) -> tuple[str, str]:
    """Return name and unit of an input of the depth."""
    return INPUTS.get(name, (name.replace("_", " "), ""))
