"""Functions of at most 60 lines, modules of at most 400: a stage must fit on a page."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from scripts.lint.source import Complaint, Source

FUNCTION, MODULE = 60, 400


def check(source: Source) -> Iterator[Complaint]:
    """Yield what is too long."""
    lines = source.text.count("\n")
    if lines > MODULE:
        yield Complaint(source.path, 1, "length", f"the module has {lines} lines, {MODULE} are allowed")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION:
                yield Complaint(source.path, node.lineno, "length", f"{node.name} has {length} lines")
