"""What a worker measures of itself, for Prometheus."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from core.settings import WorkerSettings
from core.standard_webhooks import Outcome
from models.stages import Lane, StageName
from models.webhook import Disabled

SECONDS = (0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200)
FACTORS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Figures:
    """The measures of one worker, in a registry of its own."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "debrief_stage_seconds",
            "Seconds that a finished stage took.",
            ("stage",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._factor = Histogram(
            "debrief_stage_real_time_factor",
            "Seconds that a finished stage took for each second of sound.",
            ("stage",),
            buckets=FACTORS,
            registry=self.registry,
        )
        self._ended = Counter(
            "debrief_stage_tries",
            "Tries of stages, by how they ended.",
            ("stage", "end"),
            registry=self.registry,
        )
        self._reclaimed = Counter(
            "debrief_leases_reclaimed",
            "Stages taken back from workers that were not heard of any more.",
            ("lane",),
            registry=self.registry,
        )
        self._age = Gauge(
            "debrief_queue_age_seconds",
            "How long the stage has waited that waits longest, by lane.",
            ("lane",),
            registry=self.registry,
        )
        self._waiting = Gauge(
            "debrief_queue_stages", "Stages that could be taken up now.", ("lane",), registry=self.registry
        )
        self._attempts = Counter(
            "debrief_webhook_attempts",
            "Attempts to send a webhook, by what came of them.",
            ("outcome",),
            registry=self.registry,
        )
        self._disabled = Counter(
            "debrief_webhooks_disabled", "Webhooks disabled, by why.", ("reason",), registry=self.registry
        )
        self._undelivered = Gauge(
            "debrief_webhook_deliveries_waiting",
            "Deliveries that wait to be sent, for the first time or again.",
            registry=self.registry,
        )
        self._overdue = Gauge(
            "debrief_webhook_age_seconds",
            "How long the event or delivery has waited that could go out now and waits longest.",
            registry=self.registry,
        )

    def serve(self, settings: WorkerSettings) -> None:
        """Show the figures on the port that is set, if one is."""
        if settings.metrics_port:
            start_http_server(settings.metrics_port, settings.metrics_host, self.registry)

    def finished(self, stage: StageName, seconds: float, duration_s: float | None) -> None:
        """Count a finished stage."""
        self._seconds.labels(stage).observe(seconds)
        if duration_s:
            self._factor.labels(stage).observe(seconds / duration_s)

    def ended(self, stage: StageName, end: str) -> None:
        """Count how a try of a stage ended."""
        self._ended.labels(stage, end).inc()

    def reclaimed(self, lane: Lane) -> None:
        """Count a stage taken back."""
        self._reclaimed.labels(lane).inc()

    def waiting(self, ages: Mapping[Lane, timedelta], counts: Mapping[Lane, int]) -> None:
        """Note what waits now, by lane."""
        for lane in Lane:
            self._age.labels(lane).set(ages.get(lane, timedelta()).total_seconds())
            self._waiting.labels(lane).set(counts.get(lane, 0))

    def attempted(self, outcome: Outcome) -> None:
        """Count an attempt to send a webhook."""
        self._attempts.labels(outcome).inc()

    def disabled(self, reason: Disabled) -> None:
        """Count a webhook that is sent nothing any more."""
        self._disabled.labels(reason).inc()

    def undelivered(self, count: int, overdue: timedelta) -> None:
        """Note how many deliveries wait, and how long something has that could go out now."""
        self._undelivered.set(count)
        self._overdue.set(max(overdue.total_seconds(), 0.0))
