from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.machine import commit, machine, provenance, sha256
from bench.memory import PeakOfTree, peak_mb


def test_a_run_says_where_it_ran() -> None:
    here = machine()
    assert here.cores >= 1
    assert here.memory_gb > 0
    assert "Python" in here.line
    assert "numpy" in dict(here.libraries)
    source = provenance("./debrief eval calls", "settings@0")
    assert source.command == "./debrief eval calls"
    assert source.commit == commit()


def test_sha256_is_of_the_content(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    assert sha256(path) == hashlib.sha256(b"abc").hexdigest()


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_the_peak_holds_what_was_freed() -> None:
    with PeakOfTree() as tree:
        block = np.ones(30_000_000, dtype=np.float64)
        held = block.nbytes / 2**20
        del block
    assert tree.mb >= held
    assert (peak_mb() or 0.0) >= held
