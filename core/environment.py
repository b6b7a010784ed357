"""The process environment that third-party libraries read: set once, before they are imported."""

from __future__ import annotations

import ctypes
import os

OFFLINE = {
    "PYANNOTE_METRICS_ENABLED": "0",  # on by default: sends duration and speaker count of every call
    "HF_HUB_OFFLINE": "1",  # a wrong path fails at once instead of asking the network
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",  # warns after every fork otherwise
    # How long a waiting thread spins before it sleeps. Measured on 2 cores, diarizing 245 s of sound: idle
    # machine 4.5 s, as with endless spinning, and 10 s beside two busy processes, where endless spinning
    # took minutes; sleeping at once (OMP_WAIT_POLICY=PASSIVE) took 13 s on the idle machine.
    "GOMP_SPINCOUNT": "1000",
}


def seal() -> None:
    """Keep libraries from the network; call before the first import of an engine."""
    os.environ.update(OFFLINE)


M_ARENA_MAX = -8
"""Number of the parameter in glibc's malloc.h."""
ARENAS = 2
"""Heaps that threads share. Each thread that allocates gets one of its own otherwise, and what is freed in
it is kept: after 12 minutes of sound were written down the process held 1.6 GB, at its peak 2.1; with two
heaps 1.0 to 1.7 and 1.7 to 1.9 GB, in the same time."""


def share_heaps() -> None:
    """Let threads share few heaps, where the C library is glibc; call before threads start."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, ARENAS)


def inherited(**changes: str) -> dict[str, str]:
    """Return the environment for a child process: ours with some variables changed."""
    return {**os.environ, **changes}
