"""Print every complaint; exit 1 where there is one."""

from __future__ import annotations

import sys
from pathlib import Path

from scripts.lint import length, owners
from scripts.lint.source import Complaint, sources

RULES = (length.check, owners.check)


def complaints(root: Path) -> list[Complaint]:
    """Return what breaks a rule, in the order of files."""
    return [complaint for source in sources(root) for rule in RULES for complaint in rule(source)]


def main() -> int:
    """Return the exit code."""
    found = complaints(Path(__file__).resolve().parents[2])
    for complaint in found:
        print(complaint.show())
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
