"""The application as a whole: what it tells a collector of traces."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from core.settings import DatabaseSettings, Settings, TraceSettings
from core.telemetry import QUERY, REQUEST_ID
from tests.api.conftest import running
from tests.factories.collector import collector
from tests.factories.databases import copied_sqlite


def test_requests_are_traced_without_what_was_searched(
    sqlite_template: Path, tmp_path: Path, password_hash: str
) -> None:
    url = SecretStr(copied_sqlite(sqlite_template, tmp_path))
    with collector() as collected:
        settings = Settings(
            data=tmp_path,
            database=DatabaseSettings(url=url),
            trace=TraceSettings(endpoint=f"{collected.endpoint}/v1/traces"),
        )
        with running(settings, password_hash) as here:
            answer = here.signed("rep").get("/v1/calls", params={"q": "heartbroken"})
    (span,) = (span for span in collected.spans if span.get("http.route") == "/v1/calls")
    assert (span["service"], span["name"]) == ("debrief-api", "GET /v1/calls")
    assert span[REQUEST_ID] == answer.headers["x-request-id"]
    assert span[QUERY] == "REDACTED"
    assert "heartbroken" not in str(collected.spans)
