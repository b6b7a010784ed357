from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts import doctor

ROOT = Path(__file__).resolve().parents[2]


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "debrief"), "doctor"]
    base = {"PATH": "/usr/bin:/bin", "HOME": str(Path.home())}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=base | environment)


def test_a_whole_installation_lacks_nothing() -> None:
    result = run()
    assert result.returncode == 0, result.stdout
    assert "Everything needed is here." in result.stdout


def test_absent_weights_are_named_with_the_command(tmp_path: Path) -> None:
    result = run(DEBRIEF_WEIGHTS=str(tmp_path))
    assert result.returncode == 1
    assert "make weights" in result.stdout


def test_a_misspelt_setting_is_named() -> None:
    result = run(DEBRIEF_RECOGNISER__BEAM_SIZE="1")
    assert result.returncode == 1
    assert "DEBRIEF_RECOGNISER__BEAM_SIZE" in result.stdout


def test_a_package_in_another_version_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _name: "0.0.1")
    assert {finding.fine for finding in doctor.packages()} == {False}
