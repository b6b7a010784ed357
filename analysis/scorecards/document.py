"""Scorecards as YAML, to keep, to edit and to hand on; the shipped ones are such files."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import yaml
from pydantic import ValidationError
from typing_extensions import override

from analysis.scorecards.check import problems
from core.errors import Rejected
from models.scorecard import SCORECARD, Scorecard

FOLDER = Path(__file__).parent / "shipped"
LONGEST = 200_000
"""Characters of a file; a scorecard of a hundred items has some 40,000."""
WIDTH = 110


def read(text: str, trackers: Collection[str]) -> Scorecard:
    """Return the scorecard that a YAML text holds; raises `Rejected` with everything that is wrong."""
    if len(text) > LONGEST:
        _refuse([f"It is longer than {LONGEST:,} characters."])
    try:
        plain = yaml.load(text, _Plain)  # noqa: S506 - a safe loader
        return checked(SCORECARD.validate_python(plain), trackers)
    except yaml.YAMLError as error:
        _refuse([" ".join(str(error).split())])
    except ValidationError as error:
        _refuse([f"{_place(one['loc'])}: {one['msg']}." for one in error.errors()])


def checked(card: Scorecard, trackers: Collection[str]) -> Scorecard:
    """Return a scorecard that can be used; raises `Rejected` with everything that is wrong with it."""
    found = problems(card, trackers)
    if found:
        _refuse(found)
    return card


def write(card: Scorecard) -> str:
    """Return a scorecard as YAML, without what goes without saying; `read` gives the same back."""
    plain = SCORECARD.dump_python(card, mode="json", exclude_defaults=True)
    for section, of in zip(plain["sections"], card.sections, strict=True):
        section["items"] = [
            {"kind": item.kind, **one} for one, item in zip(section["items"], of.items, strict=True)
        ]
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=WIDTH)


@cache
def shipped() -> tuple[Scorecard, ...]:
    """Return the scorecards that come with Debrief, by name."""
    found = [
        SCORECARD.validate_python(yaml.safe_load(path.read_text("utf-8"))) for path in FOLDER.glob("*.yaml")
    ]
    return tuple(sorted(found, key=lambda card: card.name))


class _Plain(yaml.SafeLoader):
    """Reads YAML without aliases, with which a few lines stand for gigabytes."""

    @override
    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("a scorecard must be written out, without aliases")
        return super().compose_node(parent, index)


def _place(location: tuple[int | str, ...]) -> str:
    """Return where something is, counted from 1."""
    return " ".join(str(step + 1) if isinstance(step, int) else step for step in location) or "the file"


def _refuse(found: Collection[str]) -> NoReturn:
    raise Rejected(
        "scorecard", "The scorecard cannot be used: " + " ".join(found), "Put that right and try again."
    )
