"""Listening tokens: short speech that tells the other side to go on and takes no floor.

The words decide where there are words: "mm-hm" is one, "no" and "stop" never are, and "yes" after a
question is an answer. Only speech that nobody could transcribe is judged by its length.
"""

from __future__ import annotations

from analysis import tokens as text_tokens
from analysis.wordlists import english, mandarin
from models.review import Act, ActJudgement

MOST_WORDS = 4
"""Longest run of listening words that is still a token: "yeah, yeah, that's right" is more."""
MOST_HAN = 6
"""The same for Mandarin, in characters."""
MOST_SECONDS = 3.0
"""Longest backchannel with words; of the 12,554 AMI backchannels 99 % are shorter."""
MOST_SECONDS_WORDLESS = 1.0
"""Longest backchannel of which only the sound is known; 89 % of the AMI backchannels are shorter."""
ACT_SURE = 0.6
"""Probability from which a judged BACKCHANNEL of few words counts although its words are not listed."""
ACT_WORDS = 2
"""Most words of such an unlisted one."""
INTERJECTION_SECONDS = 2.0
INTERJECTION_WORDS = 3
"""MEASURES 3.2: other-side speech below both does not break a monologue."""


def is_token(text: str, duration_s: float, act: ActJudgement | None) -> bool:
    """Return whether speech of this text and length can be a backchannel, by itself.

    Whether it stands beside the other side's talk is the caller's to see.
    """
    words = text_tokens.tokens(text)
    if not words:
        return duration_s <= MOST_SECONDS_WORDLESS
    if duration_s > MOST_SECONDS:
        return False
    most = MOST_HAN if text_tokens.han_characters(text) else MOST_WORDS
    return (len(words) <= most and listens(text)) or (_judged(words, act) and not refuses(text))


def refuses(text: str) -> bool:
    """Return whether the text objects, halts or greets, and so takes the floor."""
    words = text_tokens.tokens(text)
    return bool(english.REFUSALS.intersection(words) or mandarin.REFUSALS.intersection(words))


def answers(text: str) -> bool:
    """Return whether the text, after a question, answers it."""
    words = text_tokens.tokens(text)
    if text_tokens.han_characters(text):
        return mandarin.ANSWERS.fullmatch("".join(words)) is not None
    return bool(words) and words[0] in english.ANSWERS


def is_interjection(text: str, duration_s: float) -> bool:
    """Return whether speech is too short to break a monologue, unless it refuses something."""
    words = text_tokens.tokens(text)
    limit = INTERJECTION_WORDS * (2 if text_tokens.han_characters(text) else 1)
    return duration_s < INTERJECTION_SECONDS and len(words) <= limit and not refuses(text)


def listens(text: str) -> bool:
    """Return whether nothing but listening words is said, however many."""
    words = text_tokens.tokens(text)
    if text_tokens.han_characters(text):
        return mandarin.LISTENING.fullmatch("".join(words)) is not None
    rest = f" {' '.join(words)} "
    for phrase in english.LISTENING_PHRASES:
        rest = rest.replace(f" {phrase} ", " ")
    return english.LISTENING.issuperset(rest.split())


def _judged(words: tuple[str, ...], act: ActJudgement | None) -> bool:
    """Return whether the classifier takes few unlisted words for a backchannel."""
    return (
        act is not None
        and act.act is Act.BACKCHANNEL
        and act.probability >= ACT_SURE
        and len(words) <= ACT_WORDS
    )
