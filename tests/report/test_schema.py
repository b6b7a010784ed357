"""The published schema is the one the code has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from scripts import report_schema


def test_the_published_schema_is_up_to_date() -> None:
    assert report_schema.main(["--check"]) == 0


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads(report_schema.published()))


def test_a_stale_file_is_noticed_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "report.schema.json"
    monkeypatch.setattr(report_schema, "PATH", path)
    assert report_schema.main(["--check"]) == 1
    assert "python -m scripts.report_schema" in capsys.readouterr().err
    assert report_schema.main([]) == 0
    assert report_schema.main(["--check"]) == 0
