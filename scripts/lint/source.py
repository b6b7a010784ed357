"""A parsed source file, and a complaint about a place in it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

PACKAGES = (
    "core",
    "models",
    "ingest",
    "transcription",
    "analysis",
    "report",
    "worker",
    "api",
    "scripts",
    "bench",
)


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: its path from the root, its text and its tree."""

    path: Path
    text: str
    tree: ast.Module


@dataclass(frozen=True, slots=True)
class Complaint:
    """What breaks which rule, where."""

    path: Path
    line: int
    rule: str
    message: str

    def show(self) -> str:
        """Return the complaint as `path:line: rule: message`."""
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


def read(path: Path, root: Path) -> Source:
    """Return a file parsed; raises SyntaxError where it is not Python."""
    text = path.read_text(encoding="utf-8")
    return Source(path.relative_to(root), text, ast.parse(text))


def sources(root: Path) -> tuple[Source, ...]:
    """Return every source file of our packages; tests and what alembic wrote are left out."""
    paths = (path for package in PACKAGES for path in sorted((root / package).rglob("*.py")))
    return tuple(read(path, root) for path in paths if path.parent.name != "versions")
