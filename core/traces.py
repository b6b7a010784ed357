"""Errors as text for a log, without what people said in a call."""

from __future__ import annotations

from collections.abc import Iterator
from traceback import StackSummary, extract_tb

from core.errors import DebriefError

SHOWN = (OSError, MemoryError, ImportError, RuntimeError, DebriefError)
"""Errors whose words come from programs; others may quote the value that broke them, words of a call too."""
WITHHELD = "(its words are withheld: they may quote a call)"


def trace(error: BaseException) -> str:
    """Return where an error and its causes arose, root first, with the words of those that quote nothing."""
    return "\n".join(f"{_stack(one)}{_said(one)}" for one in reversed(tuple(_chain(error))))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, then what it came from."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        yield cause
        seen.add(id(cause))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def _stack(error: BaseException) -> str:
    stack: StackSummary = extract_tb(error.__traceback__)
    return "".join(stack.format())


def _said(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    return f"{kind}: {error if isinstance(error, SHOWN) else WITHHELD}"
