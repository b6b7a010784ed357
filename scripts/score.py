"""`./debrief score`: reviews scored by scorecards, every point with its reason and its minute."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from analysis.depth import depth
from analysis.scorecards import document
from analysis.scorecards.score import score as score_of
from analysis.turns import conversation
from core.errors import Rejected
from core.figures import clock
from models.call import CallType
from models.review import Review
from models.scorecard import POINT, Score, Scorecard
from report.reading import read_json
from report.terminal import console
from scripts.analyze import MENDABLE, complain


def score(
    reviews: Annotated[list[Path], typer.Argument(help="Reviews as JSON, as `analyze --json` writes them.")],
    by: Annotated[
        str, typer.Option(help="A scorecard that comes with Debrief, by its key, or one as YAML; else all.")
    ] = "",
    call_type: Annotated[CallType | None, typer.Option(help="Take the calls for this kind.")] = None,
    minutes: Annotated[  # noqa: FBT002 - an option
        bool, typer.Option("--minutes", help="Show which minute earned and cost which points.")
    ] = False,
) -> None:
    """Score reviews: what each item earned and why. Items for people wait; trackers look for nothing here."""
    try:
        cards = _scorecards(by)
        found = [(path, _typed(read_json(path.read_bytes()), call_type)) for path in reviews]
    except (Rejected, OSError) as error:
        complain(str(error))
        raise typer.Exit(MENDABLE) from error
    except (ValidationError, ValueError) as error:
        complain("That is no review: `./debrief analyze call.wav --json review.json` writes one.")
        raise typer.Exit(MENDABLE) from error
    out = console()
    for path, review in found:
        for card in cards:
            _show(out, f"{path.name} by {card.name}", card, score_of(card, review, {}), minutes=minutes)


def _scorecards(by: str) -> tuple[Scorecard, ...]:
    """Return the scorecards meant; raises `Rejected` or `OSError` where there is none."""
    if not by:
        return document.shipped()
    known = {card.key: card for card in document.shipped()}
    return (known[by] if by in known else document.read(Path(by).read_text("utf-8"), ()),)


def _typed(review: Review, call_type: CallType | None) -> Review:
    """Return a review as that of another kind of call: only its depth hangs on that."""
    if call_type is None:
        return review
    talk = conversation(review.transcript, review.judged)
    return replace(review, call_type=call_type, depth=depth(talk, call_type))


def _show(out: Console, title: str, card: Scorecard, found: Score, *, minutes: bool) -> None:
    """Print a score: its items, and where wanted its minutes."""
    out.rule(title, align="left")
    points = f"{found.points / POINT:.1f} of 100" if found.points is not None else "No score"
    told = found.reason or f"{found.coverage:.0%} of the scorecard's weight is answered."
    out.print(f"{points}. {told}\n")
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    labels = {item.key: item.label for item in card.items}
    for one in found.items:
        table.add_row(_of(one.points, one.possible), labels[one.key], one.explanation)
    out.print(table)
    if minutes:
        out.print()
        for part in sorted(found.parts, key=lambda one: (one.minute is None, one.minute)):
            where = "the call" if part.minute is None else clock(60 * part.minute)
            out.print(
                f"{where:>8}  {part.points / POINT:+6.2f} {-part.lost / POINT:+6.2f}  "
                f"{labels[part.item]}  {part.words}".rstrip(),
                soft_wrap=True,
            )
    out.print()


def _of(points: int, possible: int) -> str:
    return f"{points / POINT:.1f} of {possible / POINT:.1f}" if possible else "-"
