"""The house holds: layers, its own lint rules, the generated documents."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from scripts import docs
from scripts.lint.__main__ import complaints
from scripts.lint.source import PACKAGES

ROOT = Path(__file__).resolve().parents[2]


def test_imports_keep_their_direction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS


def test_the_house_rules_hold() -> None:
    assert [complaint.show() for complaint in complaints(ROOT)] == []


def test_generated_documents_are_fresh() -> None:
    assert docs.stale() == []


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_of_ours_is_not_shadowed(package: str) -> None:
    origin = importlib.import_module(package).__file__
    assert origin is not None
    assert Path(origin).is_relative_to(ROOT)


@pytest.mark.parametrize(
    "module", ["scripts.debrief", "report.html", "report.document", "analysis.metrics", "api.app"]
)
def test_showing_and_measuring_load_no_inference_library(module: str) -> None:
    heavy = "'torch', 'transformers', 'ctranslate2'"
    code = f"import sys, {module}; print([m for m in ({heavy}) if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.strip() == "[]"


def test_no_registry_host_is_named() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    hosts = re.compile(rb"pypi\.org|pythonhosted\.org|npmjs\.(org|com)|deb\.debian\.org")
    me = Path(__file__).resolve()
    files = (ROOT / name for name in listed)
    assert [p for p in files if p.is_file() and p != me and hosts.search(p.read_bytes())] == []
