"""Things with one owner: the environment belongs to settings, the wall clock to the clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from scripts.lint.source import Complaint, Source

OWNERS = {
    "os.environ": ("core/settings.py", "core/environment.py"),
    "os.getenv": ("core/settings.py",),
    "datetime.now": ("core/clock.py",),
    "datetime.utcnow": ("core/clock.py",),
}
"""Dotted name to the files that may use it."""


def check(source: Source) -> Iterator[Complaint]:
    """Yield uses outside the owner."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            name = f"{node.value.id}.{node.attr}"
            owners = OWNERS.get(name)
            if owners is not None and source.path.as_posix() not in owners:
                yield Complaint(source.path, node.lineno, "owners", f"{name} belongs to {owners[0]}")
