"""Make torchaudio import beside a torch without CUDA: `python scripts/torchaudio_cpu.py`.

The registry's torchaudio is built against CUDA and its native extension cannot load there, while
pyannote.audio needs only its pure-Python parts (`compliance.kaldi`, `functional.resample`), which
import cleanly when the native libraries are absent. With a CUDA torch nothing is touched.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path


def imports(module: str) -> bool:
    """Return whether a fresh interpreter can import a module."""
    return (
        subprocess.run(
            [sys.executable, "-c", f"import {module}"], capture_output=True, check=False
        ).returncode
        == 0
    )


def main() -> int:
    """Set the native libraries aside where they cannot load; return the exit code."""
    import torch

    if torch.version.cuda is not None or imports("torchaudio"):
        return 0
    spec = importlib.util.find_spec("torchaudio")
    if spec is None or spec.origin is None:
        return 0
    native = Path(spec.origin).parent / "lib"
    if native.is_dir():
        native.rename(native.with_name("lib.needs-cuda"))
    if imports("torchaudio"):
        return 0
    print("torchaudio does not import beside this torch. Run: rm -rf .venv && make env", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
