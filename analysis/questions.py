"""Questions found in text: sentence by sentence, by their form, with punctuation as one sign of several.

Recognisers drop and invent question marks, so English questions are found by fronted question words,
inversion, tags and asking phrases, and Mandarin ones by particles, question words and A-not-A. A bare
question mark, or a dialogue-act judgement, is weaker evidence; a confident judgement may overrule it.
How often this is right is in docs/metrics.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from analysis import tokens as text_tokens
from analysis.wordlists import english, mandarin
from models.review import Act, ActJudgement

LANGUAGES = frozenset({text_tokens.ENGLISH, text_tokens.CHINESE})
"""Languages whose questions are recognised."""

ACT_SURE = 0.8
"""Probability from which a dialogue-act judgement adds a question, or overrules a bare question mark."""
FRAGMENT_WORDS = 5
"""Longest fragment that counts for a question on its opening word alone: "what colour"."""
WH_REACH = 5
"""Words after `which` or `what kind of` among which the verb must come."""
NOUN_REACH = 4
"""Words after `what is` among which its noun comes: "your last name"."""
TAG_CONTEXT = 3
"""Words a statement needs before its last two can be a tag."""


_ASKING_STARTS = tuple(f"{phrase} " for phrase in (*english.INDIRECT, *english.OPEN_STARTS))


class QuestionKind(StrEnum):
    """Whether the answer is a story, or a fact or a yes."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Question:
    """One question, `sentence` being its index among the sentences given."""

    sentence: int
    text: str
    kind: QuestionKind


class _Evidence(StrEnum):
    """How surely a sentence asks, from its text alone."""

    FORM = "form"
    MARK = "mark"
    NONE = "none"


def find(sentences: Sequence[str], language: str, act: ActJudgement | None = None) -> tuple[Question, ...]:
    """Return the questions among the sentences of one utterance.

    `act` is the judgement of the whole utterance: QUESTION at `ACT_SURE` or more makes the last
    sentence one where no form was found; any other act that sure strikes sentences that have
    nothing but a question mark.
    """
    evidence = [_evidence(sentence, language) for sentence in sentences]
    asking = {i for i, found in enumerate(evidence) if found is _Evidence.FORM}
    marked = {i for i, found in enumerate(evidence) if found is _Evidence.MARK}
    if act is None or act.probability < ACT_SURE:
        asking |= marked
    elif act.act is Act.QUESTION:
        asking |= marked or ({len(sentences) - 1} if sentences and not asking else set())
    return tuple(Question(i, sentences[i], kind(sentences[i], language)) for i in sorted(asking))


def is_question(sentence: str, language: str) -> bool:
    """Return whether one sentence asks, by its form or its question mark."""
    return _evidence(sentence, language) is not _Evidence.NONE


def kind(question: str, language: str) -> QuestionKind:
    """Return whether a question invites a story (how, why, tell me) or a fact (which, do you)."""
    is_open = _open_mandarin(question) if language == text_tokens.CHINESE else _open_english(question)
    return QuestionKind.OPEN if is_open else QuestionKind.CLOSED


def _evidence(sentence: str, language: str) -> _Evidence:
    """Return what in the sentence says that it asks."""
    marked = sentence.rstrip().endswith(("?", "\N{FULLWIDTH QUESTION MARK}"))
    if language == text_tokens.CHINESE:
        asks = _asks_mandarin(sentence, marked=marked)
    else:
        asks = _asks_english(sentence, marked=marked)
    if asks:
        return _Evidence.FORM
    return _Evidence.MARK if marked and not _bare(sentence) else _Evidence.NONE


def _bare(sentence: str) -> bool:
    """Return whether nothing but listening or greeting stands before the question mark."""
    words = text_tokens.tokens(sentence)
    return all(w in english.LISTENING or w in {"hello", "sorry", "hi", "pardon"} for w in words)


# English ------------------------------------------------------------------------------------------


def _asks_english(sentence: str, *, marked: bool) -> bool:
    """Return whether an English sentence has the form of a question."""
    clauses = [_opening(_fluent(part)) for part in sentence.split(",")]
    if any(_fronted(c) or _inverted(c) or _phrase(c) for c in clauses if c):
        return True
    words = _fluent(sentence)
    return _inner(words) or _mentions(words, english.INDIRECT_ANYWHERE) or _tag(words, marked=marked)


def _mentions(words: tuple[str, ...], phrases: tuple[str, ...]) -> bool:
    """Return whether any of the phrases stands among the words."""
    text = f" {' '.join(words)} "
    return any(phrase in text and f" {phrase} " in text for phrase in phrases)


def _fluent(text: str) -> tuple[str, ...]:
    """Return the words without stutters: repeated words, single letters, and hesitation."""
    words = [
        w
        for w in text_tokens.tokens(text)
        if w not in english.FILLERS and (len(w) > 1 or w in {"a", "i"} or not w.isalpha())
    ]
    return tuple(w for i, w in enumerate(words) if i == 0 or w != words[i - 1])


def _opening(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without hesitation and connectives at the front."""
    i = 0
    while i < len(words):
        if words[i : i + 2] in {("you", "know"), ("i", "mean"), ("i", "see"), ("got", "it")}:
            i += 2
        elif words[i] in english.HESITATION:
            i += 1
        else:
            break
    return words[i:]


def _phrase(words: tuple[str, ...]) -> bool:
    """Return whether the clause opens with a phrase that asks."""
    return f"{' '.join(words)} ".startswith(_ASKING_STARTS)


def _fronted(words: tuple[str, ...]) -> bool:
    """Return whether a question word leads and its verb comes before its subject."""
    if words[0] not in english.WH:
        return False
    if len(words) == 1:
        return words[0] == "why"
    rest = words[1:]
    if _contracted(words[0]):
        return not _cleft(words)
    if rest[0] in english.AUXILIARIES:
        return len(rest) > 1 and not _cleft(words)
    if words[0] in {"what", "which", "how", "whose"}:
        return _reached(rest)
    return words[0] == "who" and not _is_subject(rest[0])


def _is_subject(word: str) -> bool:
    """Return whether a clause's subject may begin here, contracted or not: we, we're, the."""
    return word in english.SUBJECTS or word.split("'", maxsplit=1)[0] in english.PRONOUNS


def _contracted(word: str) -> bool:
    """Return whether the verb is inside the question word: what's, how're."""
    return word.endswith(("'s", "'re", "'d")) or word in {"whats", "hows"}


def _cleft(words: tuple[str, ...]) -> bool:
    """Return whether a statement begins here: "which is", "what is important is"."""
    if words[0] == "which":
        return words[1] in english.AUXILIARIES
    return words[0].startswith("what") and bool({"is", "was"}.intersection(words[3:]))


def _reached(rest: tuple[str, ...]) -> bool:
    """Return whether a verb comes before any subject: "what kind of budget do you have"."""
    if _is_subject(rest[0]) or rest[0] in english.RELATIVE_NEXT or _subject_clause(rest):
        return False
    for i, word in enumerate(rest[:WH_REACH]):
        if word.split("'", maxsplit=1)[0] in english.PRONOUNS:
            return False
        if word in english.AUXILIARIES:
            return i + 1 < len(rest)
    return len(rest) < FRAGMENT_WORDS


def _subject_clause(rest: tuple[str, ...]) -> bool:
    """Return whether `what` and its verb are the subject of a statement: "what matters is"."""
    return rest[0].endswith("s") and rest[1:2] in {("is",), ("was",)}


def _inverted(words: tuple[str, ...]) -> bool:
    """Return whether an auxiliary leads and a subject follows it."""
    if len(words) < 3 or words[0] not in english.AUXILIARIES:  # noqa: PLR2004 - verb, subject, rest
        return False
    return words[1] in english.BARE_SUBJECTS.get(words[0], english.SUBJECTS)


def _inner(words: tuple[str, ...]) -> bool:
    """Return whether a question begins inside a run of words that nobody punctuated."""
    return any(
        words[i - 1] in english.INNER_FREE
        and words[i] in english.INNER_VERBS
        and words[i + 1] in english.INNER_SUBJECTS & english.BARE_SUBJECTS.get(words[i], english.SUBJECTS)
        for i in range(1, len(words) - 2)
    )


def _tag(words: tuple[str, ...], *, marked: bool) -> bool:
    """Return whether the sentence ends in a tag: "isn't it", or with a mark "right?"."""
    if len(words) <= TAG_CONTEXT:
        return False
    if marked and any(words[-len(t) :] == t for t in (tuple(tag.split()) for tag in english.TAGS)):
        return True
    verb, subject = words[-2], words[-1]
    inverted = verb in english.AUXILIARIES and subject in english.PRONOUNS
    return inverted and verb.endswith("n't") and words[-3] not in english.SPOKEN_TAG_BLOCKERS


def _open_english(question: str) -> bool:
    """Return whether the question begins with how, what, why or an order to tell."""
    return any(_open_clause(_opening(text_tokens.tokens(part))) for part in question.split(","))


def _open_clause(words: tuple[str, ...]) -> bool:
    """Return whether a clause asks for more than a fact."""
    if _mentions(words, english.OPEN_STARTS):
        return True
    if not words or len(words) < 2:  # noqa: PLR2004 - a lone "what" asks for a repetition
        return words == ("why",)
    lead = words[0].removesuffix("'s").removesuffix("'re").removesuffix("'d")
    if lead == "why":
        return True
    if lead == "how":
        return words[1] not in english.NARROW_HOW
    return lead == "what" and not _one_fact(words[1:])


def _one_fact(rest: tuple[str, ...]) -> bool:
    """Return whether `what` asks for a name, a number or the like: "what time", "what was your last name"."""
    if rest[0] in {"is", "was", "are", "were"}:
        rest = rest[1:]
    reach = NOUN_REACH if rest[:1] and rest[0] in english.POSSESSIVES else 1
    return not english.NARROW_WHAT.isdisjoint(rest[:reach])


# Mandarin -----------------------------------------------------------------------------------------


def _asks_mandarin(sentence: str, *, marked: bool) -> bool:
    """Return whether a Mandarin sentence has the form of a question."""
    text = sentence.strip().rstrip("?\N{FULLWIDTH QUESTION MARK}。.!\N{FULLWIDTH EXCLAMATION MARK} ")
    if mandarin.ENDINGS.search(text) or (marked and mandarin.TAG.search(text)):
        return True
    if mandarin.A_NOT_A.search(mandarin.A_NOT_A_BLOCKED.sub("", text)):
        return True
    plain = mandarin.WH_INDEFINITE.sub("", text)
    return bool(mandarin.WH.search(plain) or mandarin.ASKING.search(text) or mandarin.CHOICE.search(text))


def _open_mandarin(question: str) -> bool:
    """Return whether a Mandarin question asks how, what or why, and not for one fact."""
    bare = mandarin.NARROW.sub("", question)
    return bool(mandarin.OPEN.search(bare))
