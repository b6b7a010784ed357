from __future__ import annotations

import pytest

from analysis.depth import CURVES
from analysis.metrics import METRICS
from scripts import metrics_docs


def test_the_document_is_fresh() -> None:
    assert metrics_docs.main(["--check"]) == 0


def test_every_metric_and_curve_is_in_the_document() -> None:
    text = metrics_docs.render()
    assert all(f"`{m.name}`" in text and m.formula in text for m in METRICS)
    assert all(f"`{name}`" in text for name in CURVES)


def test_a_stale_document_fails_the_check(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(metrics_docs, "ROOT", tmp_path)
    assert metrics_docs.main(["--check"]) == 1
    assert "stale" in capsys.readouterr().out
