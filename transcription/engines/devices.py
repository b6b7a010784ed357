"""Where torch runs."""

from __future__ import annotations

from typing import Literal

import torch

from core.errors import NotReady


def choose_device(wanted: Literal["auto", "cpu", "cuda"]) -> torch.device:
    """Return the device; `auto` takes a GPU when there is one, `cuda` without one is `NotReady`."""
    if wanted == "cuda" and not torch.cuda.is_available():
        raise NotReady(
            "The settings ask for a GPU and torch finds none.", "DEBRIEF_DEVICE=auto ./debrief doctor"
        )
    return torch.device("cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu")
