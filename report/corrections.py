"""What people put right, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.figures import clock
from models.correction import Difference, Edit, Merge, Reassign, Reword, Told
from models.transcript import UNKNOWN_SPEAKER, Role

_SIDES: Mapping[str, str] = {
    Role.REP: "the rep",
    Role.CUSTOMER: "the customer",
    Role.OTHER: "on neither side",
    Role.UNKNOWN: "on a side that nobody knows",
}


def lines(found: Difference, restores: int | None = None) -> tuple[str, ...]:
    """Return a sentence for each thing that a version changes."""
    return tuple(_lines(found, restores))


def _lines(found: Difference, restores: int | None) -> Iterator[str]:
    if restores is not None:
        yield "As the machine had it." if restores == 0 else f"As in version {restores}."
    yield from (_side(told) for told in found.roles)
    yield from (_name(told) for told in found.names)
    yield from (f"Taken back: {_edit(edit)}" for edit in reversed(found.removed))
    yield from (_edit(edit) for edit in found.added)


def _side(told: Told) -> str:
    if told.after is None:
        return f"Which side {told.label} is on is left to the machine."
    was = "" if told.before is None else f", and not {_SIDES[told.before]}"
    return f"{told.label} is {_SIDES[told.after]}{was}."


def _name(told: Told) -> str:
    if told.after is None:
        return f"{told.label} is no longer called {told.before}."
    return f"{told.label} is called {told.after}{'' if told.before is None else f', and not {told.before}'}."


def _edit(edit: Edit) -> str:
    match edit:
        case Merge():
            return f"All that {_who(edit.speaker)} says is {edit.into}'s."
        case Reassign():
            when = f"from {clock(edit.start)} to {clock(edit.end)}"
            return f"What {_who(edit.speaker)} says {when} is {edit.to}'s."
        case Reword():
            at = f"{_who(edit.speaker)} at {clock(edit.start)}"
            if not edit.text:
                return f"{at}: {_quoted(edit.before)} is not said."
            return f"{at}: {_quoted(edit.before)} is {_quoted(edit.text)}."


def _who(label: str) -> str:
    return "nobody known" if label == UNKNOWN_SPEAKER else label


def _quoted(text: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK}"
