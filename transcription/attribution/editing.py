"""New edits, checked against what they are to change: a person is told why one cannot be done. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.errors import Rejected
from models.correction import Edit, Merge, Reassign, Reword
from models.transcript import UNKNOWN_SPEAKER, Role
from transcription.attribution.correct import Spoken, apply
from transcription.attribution.written import cut

AFTER_END_S = 0.01
"""Times are rounded where they are shown: so far may a stretch reach past the end."""
MOST_LETTERS_A_SECOND, LETTERS_MORE = 40, 60
"""Nobody says more letters in a second; some more for words whose time was cut too short."""
_LABEL = re.compile(r"S([0-9]+)")


def edited(spoken: Spoken, edit: Edit, labels: frozenset[str], length_s: float) -> tuple[Edit, Spoken]:
    """Return an edit with the text that it takes the place of, and what is said after it.

    `labels` are those that speakers had before, and the next free one. Raises `Rejected` where there is no
    such speaker or nothing there, and for a stretch or a text that cannot be meant.
    """
    _speaks(edit.speaker, spoken.speakers)
    if isinstance(edit, Merge):
        _another(edit.speaker, edit.into)
        _speaks(edit.into, spoken.speakers - {UNKNOWN_SPEAKER})
    else:
        _within(edit, length_s)
    if isinstance(edit, Reassign):
        _another(edit.speaker, edit.to)
        _speaks(edit.to, (spoken.speakers | labels) - {UNKNOWN_SPEAKER})
    after = apply(spoken, edit)
    if after is None:
        raise Rejected(
            "nothing_said",
            f"Nothing that {edit.speaker} says is there.",
            "Give a stretch with words in it; GET the call's words for their times.",
        )
    return (_worded(spoken, edit) if isinstance(edit, Reword) else edit), after


def next_label(labels: Iterable[str]) -> str:
    """Return the label of a new speaker: one above the highest that was ever given."""
    numbers = (int(found[1]) for label in labels if (found := _LABEL.fullmatch(label)))
    return f"S{max(numbers, default=0) + 1}"


def swapped(spoken: Spoken, roles: Mapping[str, Role]) -> dict[str, Role]:
    """Return the sides of the two who speak most, exchanged.

    Raises `Rejected` where fewer than two speak, or where it is not known of either which side they are on.
    """
    people = sorted(spoken.speakers - {UNKNOWN_SPEAKER})
    main = sorted(people, key=spoken.talk_s, reverse=True)[:2]
    if len(main) < 2:  # noqa: PLR2004 - a pair
        raise Rejected("no_pair", "Fewer than two people speak in the call.", "Say which side each is on.")
    one, other = (roles.get(label, Role.UNKNOWN) for label in main)
    after = _opposite(one) or other, _opposite(other) or one
    if set(after) != {Role.REP, Role.CUSTOMER}:
        raise Rejected(
            "no_sides",
            f"{main[0]} and {main[1]} are not known as rep and customer.",
            "Say which side each speaker is on.",
        )
    return dict(zip(main, after, strict=True))


def _opposite(role: Role) -> Role | None:
    return {Role.REP: Role.CUSTOMER, Role.CUSTOMER: Role.REP}.get(role)


def _speaks(label: str, known: frozenset[str]) -> None:
    if label not in known:
        raise Rejected(
            "no_such_speaker",
            f"The call has no speaker {label}.",
            f"It has {', '.join(sorted(known)) or 'none'}.",
        )


def _another(label: str, other: str) -> None:
    if label == other:
        raise Rejected("same_speaker", f"{label} is {label} already.", "Name two speakers.")


def _within(edit: Reassign | Reword, length_s: float) -> None:
    if edit.end < edit.start or (isinstance(edit, Reassign) and edit.end == edit.start):
        raise Rejected("empty_range", "The stretch ends before it begins.", "Give an end after the start.")
    if edit.start < 0 or edit.end > length_s + AFTER_END_S:
        raise Rejected(
            "outside_call", "The stretch reaches out of the call.", f"The call lasts {length_s:.1f} s."
        )


def _worded(spoken: Spoken, edit: Reword) -> Reword:
    """Return an edit of words with the text that was there."""
    text, before = " ".join(edit.text.split()), spoken.text(edit)
    most = LETTERS_MORE + MOST_LETTERS_A_SECOND * (edit.end - edit.start)
    if text and not cut(text):
        raise Rejected("no_words", "The text has no words.", "Send an empty text to strike words out.")
    if len(text) > most:
        raise Rejected(
            "text_too_long",
            f"Nobody says {len(text)} letters in {edit.end - edit.start:.1f} s.",
            f"Give at most {most:.0f}, or a longer stretch.",
        )
    if text == before:
        raise Rejected("unchanged", "That is what is written there already.", "Send what is to change.")
    return replace(edit, text=text, before=before)
