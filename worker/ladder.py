"""What is tried when memory ran out: smaller, then without the GPU. A policy of plain values."""

from __future__ import annotations

from core.settings import Settings
from models.stages import StageName


def rungs(settings: Settings, stage: StageName) -> tuple[Settings, ...]:
    """Return the settings to try in turn in fresh processes after a stage ran out of memory.

    Batches count only where speech is written down: there they are halved down to 1. Any other stage is
    tried once more as it was, since in a fresh process it has the memory to itself. Then the processor.
    """
    first = _smaller(settings) if stage is StageName.TRANSCRIBE else (settings,)
    return (*first, *_off_gpu((settings, *first)[-1]))


def _smaller(settings: Settings) -> tuple[Settings, ...]:
    """Return the settings with the batch halved, again and again, down to 1."""
    batch = settings.recognizer.batch_size // 2
    if not batch:
        return ()
    recognizer = settings.recognizer.model_copy(update={"batch_size": batch})
    smaller = settings.model_copy(update={"recognizer": recognizer})
    return (smaller, *_smaller(smaller))


def _off_gpu(settings: Settings) -> tuple[Settings, ...]:
    """Return the settings for the processor, where they are not that already."""
    return () if settings.device == "cpu" else (settings.model_copy(update={"device": "cpu"}),)
