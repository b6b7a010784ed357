"""The web process measured: a Prometheus registry of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from models.stages import Lane

MEDIA_TYPE = CONTENT_TYPE_LATEST
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)


class Measures:
    """What the web process counts of itself, and of the queue when asked."""

    def __init__(self) -> None:
        """Register everything in a registry of this application."""
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "debrief_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "debrief_request_seconds",
            "Time to answer a request.",
            ("method", "route"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.accepted = Counter(
            "debrief_recordings_accepted", "Recordings accepted.", ("source",), registry=self.registry
        )
        self.listeners = Gauge("debrief_event_listeners", "Open event streams.", registry=self.registry)
        self._queued = Gauge(
            "debrief_stages_queued", "Stages that could be claimed now.", ("lane",), registry=self.registry
        )
        self._oldest = Gauge(
            "debrief_queue_age_seconds", "Age of the oldest such stage.", ("lane",), registry=self.registry
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def queue(self, waiting: Mapping[Lane, int], oldest: Mapping[Lane, timedelta]) -> None:
        """Note how much waits in each lane, and for how long."""
        for lane in Lane:
            self._queued.labels(lane).set(waiting.get(lane, 0))
            self._oldest.labels(lane).set(oldest.get(lane, timedelta()).total_seconds())

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry)
