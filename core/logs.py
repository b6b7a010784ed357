"""Logs: one JSON object a line on standard error, named `area.thing_happened`; never a word of a call."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, MutableMapping
from types import TracebackType
from typing import Any

import structlog

from core.traces import trace

Entry = MutableMapping[str, Any]
Cause = tuple[type[BaseException], BaseException, TracebackType | None]
QUIET = (
    "arq",
    "faster_whisper",
    "transformers",
    "httpx2",
    "httpcore2",
    "alembic",
    "speechbrain",
    "lightning",
)
"""Libraries that tell every step; what they warn of is kept."""


def configure(**bound: str) -> None:
    """Send what this process logs, by structlog or the standard library, to standard error.

    `bound` is on every line.
    """
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared(),
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.captureWarnings(capture=True)
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(**bound)


def _shared() -> list[Callable[[Any, str, Entry], Any]]:
    """Return what is added to every line."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_exception),
    ]


def _exception(exc_info: Cause) -> str:
    return trace(exc_info[1])
