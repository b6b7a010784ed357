"""OpenTelemetry traces, where a collector is named: requests and stages, never a word of a call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NoOpTracerProvider, Status, StatusCode, get_current_span
from typing_extensions import override

from core.settings import TraceSettings

PATH = "/v1/traces"
QUERY = "url.query"
CALL_ID, STAGE, ATTEMPT, END = "debrief.call_id", "debrief.stage", "debrief.attempt", "debrief.end"
REQUEST_ID = "debrief.request_id"
WELL = frozenset({"done", "dropped"})
"""Ends of a stage that are no failure."""

_call: ContextVar[UUID | None] = ContextVar("call", default=None)


def provider(settings: TraceSettings, process: str) -> TracerProvider | None:
    """Return what makes and sends the spans of a process; None where no collector is named.

    Whoever asks for it shuts it down, which sends the rest. It is not made the process's own: libraries
    that would send what they see find none.
    """
    if not settings.endpoint:
        return None
    made = TracerProvider(
        resource=Resource.create({SERVICE_NAME: f"debrief-{process}"}), id_generator=_IdsOfCalls()
    )
    made.add_span_processor(_Discreet())
    made.add_span_processor(
        BatchSpanProcessor(OTLPSpanExporter(f"{settings.endpoint.rstrip('/').removesuffix(PATH)}{PATH}"))
    )
    return made


class StageSpans:
    """Spans of stages: those of one call are one trace, whose id is the call's without dashes."""

    def __init__(self, made: TracerProvider | None) -> None:
        """Take what makes spans; None makes none."""
        self._tracer = (made or NoOpTracerProvider()).get_tracer("debrief")

    @contextmanager
    def span(self, call_id: UUID, stage: str, attempt: int) -> Iterator[None]:
        """Note how long one try of a stage takes; `ended` says within how it ended."""
        token = _call.set(call_id)
        attributes: dict[str, str | int] = {CALL_ID: str(call_id), STAGE: stage, ATTEMPT: attempt}
        try:
            with self._tracer.start_as_current_span(
                f"stage {stage}",
                context=Context(),
                attributes=attributes,
                record_exception=False,
                set_status_on_exception=False,
            ):
                yield
        finally:
            _call.reset(token)


def ended(end: str) -> None:
    """Note on the span that is open how its stage ended."""
    span = get_current_span()
    span.set_attribute(END, end)
    if end not in WELL:
        span.set_status(Status(StatusCode.ERROR, end))


def answered(request_id: str) -> None:
    """Note on the span that is open which request it is of."""
    get_current_span().set_attribute(REQUEST_ID, request_id)


class _IdsOfCalls(RandomIdGenerator):
    """Gives a trace the id of the call it is of; other traces get one by chance."""

    @override
    def generate_trace_id(self) -> int:
        call_id = _call.get()
        return super().generate_trace_id() if call_id is None else call_id.int


class _Discreet(SpanProcessor):
    """Withholds the query of a request, which may hold words that somebody searched for."""

    @override
    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if span.attributes and QUERY in span.attributes:
            span.set_attribute(QUERY, "REDACTED")
