"""An environment for each client library: they pin what we pin otherwise."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def made(name: str, within: Path) -> Path:
    """Return the folder of programs of a client's environment, made where it is not there as it should be."""
    wanted = ROOT / "requirements" / f"copies-{name}.txt"
    folder = within / f"{name}-{hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]}"
    done = folder / "done"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "-r", str(wanted)]
        subprocess.run(pip, check=True)
        done.touch()
    return folder / "bin"
