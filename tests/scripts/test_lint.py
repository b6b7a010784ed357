from __future__ import annotations

from pathlib import Path

import pytest

from scripts.lint import length, owners
from scripts.lint.source import Source, read


def source(tmp_path: Path, text: str) -> Source:
    path = tmp_path / "module.py"
    path.write_text(text)
    return read(path, tmp_path)


def test_a_long_function_is_found(tmp_path: Path) -> None:
    text = "def f() -> None:\n" + "    x = 1\n" * length.FUNCTION
    assert [c.line for c in length.check(source(tmp_path, text))] == [1]


def test_a_function_of_the_allowed_length_is_not(tmp_path: Path) -> None:
    text = "def f() -> None:\n" + "    x = 1\n" * (length.FUNCTION - 1)
    assert list(length.check(source(tmp_path, text))) == []


def test_a_long_module_is_found(tmp_path: Path) -> None:
    assert [c.rule for c in length.check(source(tmp_path, "x = 1\n" * (length.MODULE + 1)))] == ["length"]


@pytest.mark.parametrize("line", ["os.environ['X']", "os.getenv('X')", "datetime.now()"])
def test_things_with_one_owner_are_found_elsewhere(tmp_path: Path, line: str) -> None:
    assert [c.rule for c in owners.check(source(tmp_path, f"y = {line}\n"))] == ["owners"]
