"""What this installation lacks, and the command that mends it: `./debrief doctor`.

Uses the standard library alone until the environment is known to be whole.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NEEDED_DISK_GB = 3
NEEDED_MEMORY_GB = 4


@dataclass(frozen=True)
class Finding:
    """One thing looked at: fine, worth knowing, or missing with the command that mends it."""

    name: str
    fine: bool
    detail: str
    command: str | None = None


def lacks(name: str, detail: str, command: str) -> Finding:
    """Return a finding of something missing."""
    return Finding(name, fine=False, detail=detail, command=command)


def has(name: str, detail: str) -> Finding:
    """Return a finding of something in order."""
    return Finding(name, fine=True, detail=detail)


def python() -> Iterator[Finding]:
    """Is the interpreter ours and new enough."""
    yield Finding(
        "python", sys.version_info >= (3, 11), platform.python_version(), "install Python 3.11 or newer"
    )
    inside = Path(sys.prefix) == ROOT / ".venv"
    yield Finding("environment", inside, str(ROOT / ".venv") if inside else "not made yet", "make env")


def packages() -> Iterator[Finding]:
    """Are the pinned packages installed in their pinned versions."""
    pins = dict(
        line.split("==", 1)
        for line in (ROOT / "requirements/constraints.txt").read_text().split()
        if "==" in line and not line.startswith("#")
    )
    wanted = [
        line for line in (ROOT / "requirements/runtime.txt").read_text().split("\n") if re.match(r"\w", line)
    ]
    for name in wanted:
        pinned = next(v for n, v in pins.items() if _canonical(n) == _canonical(name))
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield lacks(name, "not installed", "make env")
            continue
        if version.split("+")[0] != pinned:
            yield lacks(name, f"{version} is installed, {pinned} is pinned", "rm -rf .venv && make env")


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


TRY = """
import importlib, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except Exception as error:
        print(name, str(error).replace(chr(10), " ")[:120], sep=": ")
"""


def libraries() -> Iterator[Finding]:
    """Do the heavy libraries import; tried in a process of its own, since a crash is an answer too."""
    names = ("torch", "torchaudio", "ctranslate2", "faster_whisper", "pyannote.audio", "transformers", "av")
    command = [sys.executable, "-W", "ignore", "-c", TRY, *names]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    broken = run.stdout.splitlines() or [f"the interpreter died with {run.returncode}"] * bool(run.returncode)
    for line in broken:
        yield lacks("libraries", line, "rm -rf .venv && make env")
    if not broken:
        yield has("libraries", f"{len(names)} import")


def weights() -> Iterator[Finding]:
    """Are the weights there and the pinned ones."""
    from core.settings import Settings
    from scripts.weights import damaged, missing

    root = Settings().weights
    absent = [w.name for w in missing(root)]
    yield Finding(
        "weights", not absent, f"missing: {', '.join(absent)}" if absent else str(root), "make weights"
    )
    for path in damaged(root):
        yield lacks("weights", f"{path} is not the pinned file", f"rm {path} && make weights")


def settings() -> Iterator[Finding]:
    """Do the settings parse, and is every variable with our prefix one."""
    from core.settings import Settings, misspelt

    for name in misspelt():
        yield lacks("settings", f"{name} is no setting (docs/configuration.md lists them)", f"unset {name}")
    chosen = Settings()
    if chosen.diarizer.profile == "community-1":
        path = chosen.diarizer.community_path or chosen.weights / "community-1"
        yield Finding("community-1", path.is_dir(), str(path), "put a local clone of the pipeline there")


def device() -> Iterator[Finding]:
    """What inference runs on."""
    import ctranslate2
    import torch

    if torch.cuda.is_available():
        yield has("device", f"{torch.cuda.get_device_name(0)}, torch {torch.__version__}")
    else:
        seen = ctranslate2.get_cuda_device_count()
        detail = f"CPU, {os.cpu_count()} cores" + (
            f"; {seen} GPU seen, but torch is a CPU build" if seen else ""
        )
        yield has("device", detail)


def machine() -> Iterator[Finding]:
    """Is there room."""
    free = shutil.disk_usage(ROOT).free / 2**30
    yield Finding("disk", free >= NEEDED_DISK_GB, f"{free:.0f} GB free", f"free {NEEDED_DISK_GB} GB")
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        yield Finding(
            "memory",
            memory >= NEEDED_MEMORY_GB,
            f"{memory:.0f} GB",
            f"use a machine with {NEEDED_MEMORY_GB} GB",
        )


OUTSIDE = (python, machine)
INSIDE: tuple[Callable[[], Iterator[Finding]], ...] = (packages, libraries, settings, weights, device)


def findings() -> Iterator[Finding]:
    """Yield everything looked at; what needs the environment only where there is one."""
    whole = True
    for check in OUTSIDE:
        for finding in check():
            whole = whole and finding.fine
            yield finding
    for check in INSIDE if whole else ():
        found = list(check())
        yield from found
        if not all(finding.fine for finding in found):
            return


def main() -> int:
    """Print the findings; return 0 where nothing is missing, else 1."""
    bad = 0
    for finding in findings():
        mark = "ok     " if finding.fine else "MISSING"
        print(f"{mark} {finding.name:<14} {finding.detail}")
        if not finding.fine:
            bad += 1
            print(f"        mend with: {finding.command}")
    print("Everything needed is here." if not bad else f"{bad} to mend, first things first.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
