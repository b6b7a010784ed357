from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import NotReady
from core.weights import WEIGHTS, checked, folder


def test_every_set_of_weights_is_whole_in_the_manifest() -> None:
    names = [w.name for w in WEIGHTS]
    assert len(names) == len(set(names))
    for weights in WEIGHTS:
        assert weights.licence
        assert weights.origin
        assert bool(weights.members) != bool(weights.hub)
        assert all(len(member.sha256) == 64 for member in weights.members)


def test_absent_weights_name_the_command_that_brings_them(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="make weights"):
        folder(tmp_path, "whisper-base")


def test_absent_hub_weights_name_repository_and_revision(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"mobiuslabsgmbh.*0a363e9161cb"):
        folder(tmp_path, "whisper-large-v3-turbo")


def test_unknown_weights_list_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="whisper-base"):
        folder(tmp_path, "whisper-gigantic")


def test_a_checkpoint_that_is_not_the_pinned_one_is_not_handed_out(tmp_path: Path) -> None:
    (tmp_path / "segmentation-3.0").mkdir()
    (tmp_path / "segmentation-3.0" / "pytorch_model.bin").write_bytes(b"something else")
    with pytest.raises(NotReady, match="pinned"):
        checked(tmp_path, "segmentation-3.0", "pytorch_model.bin")


def test_the_pinned_checkpoint_is_handed_out(weights: Path) -> None:
    assert checked(weights, "segmentation-3.0", "pytorch_model.bin").is_file()
