from __future__ import annotations

from core.errors import Retryable
from core.traces import WITHHELD, trace


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    try:
        raise error from cause
    except type(error) as caught:
        return caught


def test_where_it_arose_is_told() -> None:
    shown = trace(raised(RuntimeError("shapes do not match")))
    assert "test_traces.py" in shown
    assert shown.endswith("builtins.RuntimeError: shapes do not match")


def test_words_that_may_quote_a_call_are_withheld() -> None:
    shown = trace(raised(ValueError("could not convert 'my mother is ill'")))
    assert "mother" not in shown
    assert shown.endswith(f"builtins.ValueError: {WITHHELD}")


def test_causes_come_first() -> None:
    shown = trace(raised(Retryable("later"), OSError(28, "No space left on device")))
    assert shown.index("No space left") < shown.index("core.errors.Retryable: later")


def test_errors_in_a_circle_end() -> None:
    one, two = RuntimeError("one"), RuntimeError("two")
    one.__cause__, two.__cause__ = two, one
    assert trace(one).count("one") == 1
