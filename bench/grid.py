"""A table as a value, shown in the terminal or written as Markdown."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

NONE = "-"
"""What a cell shows where the reference does not allow the measure."""


PIPED = 200
"""Columns of a table that no screen bounds: room for every row on one line."""


def wide_console() -> Console:
    """Return a console for tables: as wide as the screen, wide enough where there is none."""
    made = Console()
    if not made.is_terminal:
        made.width = PIPED
    return made


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns and rows of ready text; the first column is a name, the others are figures."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def show(self, console: Console) -> None:
        """Print the table."""
        table = Table(
            title=self.title, title_justify="left", caption=self.note or None, caption_justify="left"
        )
        for place, column in enumerate(self.columns):
            table.add_column(column, justify="right" if place else "left", overflow="fold")
        for row in self.rows:
            table.add_row(*row)
        console.print(table)

    def markdown(self) -> str:
        """Return the table in Markdown, its title as a heading."""
        rule = ["---", *["---:"] * (len(self.columns) - 1)]
        lines = [" | ".join(cells) for cells in (self.columns, rule, *self.rows)]
        table = "\n".join(f"| {line} |" for line in lines)
        note = f"\n\n{self.note}" if self.note else ""
        return f"### {self.title}\n\n{table}{note}\n"


def percent(rate: float | None) -> str:
    """Return a rate in per cent with one decimal."""
    return NONE if rate is None else f"{100 * rate:.1f}"


def number(value: float | None, digits: int = 1) -> str:
    """Return a number with a fixed number of decimals."""
    return NONE if value is None else f"{value:.{digits}f}"
