"""Spans arrive at a collector as OTLP, those of one call as one trace."""

from __future__ import annotations

from uuid import uuid4

from opentelemetry import trace

from core import telemetry
from core.settings import TraceSettings
from core.telemetry import ATTEMPT, CALL_ID, END, STAGE, StageSpans
from tests.factories.collector import collector


def test_nothing_is_made_where_no_collector_is_named() -> None:
    assert telemetry.provider(TraceSettings(), "worker") is None
    with StageSpans(None).span(uuid4(), "judge", 1):
        telemetry.ended("done")


def test_the_tries_of_a_call_are_one_trace_named_after_it() -> None:
    call_id, other = uuid4(), uuid4()
    with collector() as collected:
        provider = telemetry.provider(TraceSettings(endpoint=collected.endpoint), "worker-cpu")
        assert provider is not None
        stages = StageSpans(provider)
        for of, end in ((call_id, "broken"), (call_id, "done"), (other, "dropped")):
            with stages.span(of, "judge", 2):
                telemetry.ended(end)
        provider.shutdown()
    broken, done, dropped = collected.spans
    assert broken["trace"] == done["trace"] == call_id.hex
    assert dropped["trace"] == other.hex
    assert [span["failed"] for span in collected.spans] == [True, False, False]
    assert done == {
        "service": "debrief-worker-cpu",
        "name": "stage judge",
        "trace": call_id.hex,
        "failed": False,
        CALL_ID: str(call_id),
        STAGE: "judge",
        ATTEMPT: 2,
        END: "done",
    }


def test_libraries_of_this_process_find_nothing_to_send_with() -> None:
    telemetry.provider(TraceSettings(endpoint="http://127.0.0.1:9"), "api")
    assert not trace.get_tracer_provider().get_tracer("library").start_span("their own").is_recording()
