"""What really was said, and by whom: recordings with their reference files, as values.

A recording `NAME[.anything].wav` belongs to `NAME.rttm`, `NAME.uem`, `NAME.stm`,
`NAME.words.ctm`, `NAME.ref.txt` and `NAME.REF.txt`, whichever are beside it.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import formats
from bench.formats import Phrase, Span
from core.errors import Rejected
from models.transcript import Turn

SOUND = frozenset(
    {".aac", ".aif", ".aiff", ".amr", ".au", ".avi", ".flac", ".gsm", ".m4a", ".mka", ".mkv", ".mov"}
    | {".mp3", ".mp4", ".oga", ".ogg", ".opus", ".wav", ".webm", ".wma"}
)
"""Endings of files that may be recordings; what is in them is for the decoder to find out."""


READERS: tuple[tuple[str, Callable[[Path], tuple[Phrase, ...]]], ...] = (
    (".ref.txt", formats.ref_txt),
    (".words.ctm", formats.ctm),
    (".stm", formats.stm),
    (".REF.txt", formats.channel_txt),
)
"""Files with words; of several the first kind is taken: most marks first, then the finest times."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A recording and what is known of it; None where no file says it.

    `regions` are the scored seconds for who spoke when. `by_channel` says that `phrases` are
    the words of each channel (speakers `L` and `R`), in order but without times.
    """

    name: str
    recording: Path
    turns: tuple[Turn, ...] | None
    regions: tuple[Span, ...] | None
    phrases: tuple[Phrase, ...] | None
    by_channel: bool
    sources: tuple[Path, ...]

    def scored(self, duration_s: float) -> tuple[Span, ...]:
        """Return the scored seconds: those of the UEM file, else the whole recording."""
        return self.regions if self.regions is not None else ((0.0, duration_s),)


def find(folders: Iterable[Path], only: str | None = None) -> tuple[Reference, ...]:
    """Return the recordings below `folders` that have a reference, by path.

    `only` is a shell pattern on the file name. Raises `Rejected` for a folder that is none, for
    a reference file that cannot be read (naming its line), and where nothing is found.
    """
    found = tuple(reference for folder in folders for reference in _below(folder, only))
    if not found:
        raise Rejected(
            "no_references",
            "No recording with a reference was found.",
            "Put NAME.rttm, NAME.stm, NAME.words.ctm or NAME.ref.txt beside NAME.wav.",
        )
    return found


def _below(folder: Path, only: str | None) -> Iterator[Reference]:
    """Yield the references of one folder and the folders in it; a single recording is accepted too."""
    if not folder.exists():
        raise Rejected(
            "no_folder", f"{folder} does not exist.", "Name a folder with recordings and references."
        )
    paths = sorted(folder.rglob("*")) if folder.is_dir() else [folder]
    for path in paths:
        if path.suffix.lower() in SOUND and path.is_file() and fnmatch.fnmatch(path.name, only or "*"):
            reference = read(path)
            if reference is not None:
                yield reference


def read(recording: Path) -> Reference | None:
    """Return what the files beside a recording say of it; None where no file says who spoke or what."""
    beside = frozenset(path.name for path in recording.parent.iterdir())
    rttm, uem, *texts = (
        _beside(recording, beside, ending) for ending in (".rttm", ".uem", *(ending for ending, _ in READERS))
    )
    words = next((path for path in texts if path is not None), None)
    if rttm is None and words is None:
        return None
    return Reference(
        name=recording.name,
        recording=recording,
        turns=None if rttm is None else formats.rttm(rttm),
        regions=None if uem is None else formats.uem(uem),
        phrases=None if words is None else _phrases(words),
        by_channel=words is not None and words == texts[-1],
        sources=tuple(path for path in (rttm, uem, words) if path is not None),
    )


def _phrases(path: Path) -> tuple[Phrase, ...]:
    """Return the words of whichever kind of file it is."""
    return next(reader for ending, reader in READERS if path.name.endswith(ending))(path)


def _stems(recording: Path) -> Iterator[str]:
    """Yield the names references may have: `a.b.c.wav` gives a.b.c, a.b, a."""
    parts = recording.name.split(".")[:-1]
    for last in range(len(parts), 0, -1):
        yield ".".join(parts[:last])


def _beside(recording: Path, beside: frozenset[str], ending: str) -> Path | None:
    """Return the file of the longest matching name with this ending.

    Names are compared exactly: on file systems that ignore case `.ref.txt` and `.REF.txt`
    would otherwise be the same file.
    """
    return next((recording.parent / (s + ending) for s in _stems(recording) if s + ending in beside), None)
