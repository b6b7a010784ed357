"""Where, when and from what a figure was measured."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from core import clock

ROOT = Path(__file__).resolve().parents[1]

LIBRARIES = (
    "faster-whisper",
    "ctranslate2",
    "pyannote.audio",
    "torch",
    "transformers",
    "numpy",
    "meeteval",
    "pyannote.metrics",
)


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine and the libraries on it."""

    cpu: str
    cores: int
    memory_gb: float
    system: str
    python: str
    libraries: tuple[tuple[str, str], ...]

    @property
    def line(self) -> str:
        """Return the machine in one line."""
        return f"{self.cpu}, {self.cores} cores, {self.memory_gb:.0f} GB, {self.system}, Python {self.python}"


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a table needs to be made again: machine, commit, command, time, settings."""

    machine: Machine
    commit: str
    command: str
    at: str
    settings: str


def machine() -> Machine:
    """Return this machine; cores are those this process may use."""
    return Machine(
        cpu=_cpu_name(),
        cores=_cores(),
        memory_gb=round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        libraries=tuple((name, found) for name in LIBRARIES if (found := _version(name)) is not None),
    )


def provenance(command: str, settings: str) -> Provenance:
    """Return where and from what this run's figures come; `settings` is their fingerprint."""
    return Provenance(machine(), commit(), command, clock.now().isoformat(timespec="seconds"), settings)


def commit() -> str:
    """Return the short commit, with `+changes` when tracked files differ from it; `unknown` without git."""
    head = _git("rev-parse", "--short", "HEAD")
    if not head:
        return "unknown"
    return f"{head}+changes" if _git("status", "--porcelain", "--untracked-files=no") else head


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _git(*arguments: str) -> str:
    """Return git's answer about this tree, empty when there is none."""
    try:
        found = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""


def _cpu_name() -> str:
    """Return the processor's name; Linux keeps it in /proc/cpuinfo, elsewhere platform knows."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _cores() -> int:
    """Return the number of cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _version(name: str) -> str | None:
    """Return the installed version of a library, None when it is not there."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None
