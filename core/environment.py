"""The process environment that third-party libraries read: set once, before they are imported."""

from __future__ import annotations

import os

OFFLINE = {
    "PYANNOTE_METRICS_ENABLED": "0",  # on by default: sends duration and speaker count of every call
    "HF_HUB_OFFLINE": "1",  # a wrong path fails at once instead of asking the network
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",  # warns after every fork otherwise
    # Torch's threads wait asleep: spinning, on 2 cores with other work, a call took 78 s instead of 12.
    "OMP_WAIT_POLICY": "PASSIVE",
}


def seal() -> None:
    """Keep libraries from the network; call before the first import of an engine."""
    os.environ.update(OFFLINE)


def inherited(**changes: str) -> dict[str, str]:
    """Return the environment for a child process: ours with some variables changed."""
    return {**os.environ, **changes}
