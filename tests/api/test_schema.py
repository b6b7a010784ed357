"""What the schema says is so: requests made up from it, sent to a real server, all answered as described."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from pydantic import SecretStr

from core.settings import DatabaseSettings, Settings, WebSettings
from tests.factories.databases import copied_sqlite
from tests.factories.reviews import sales_call
from tests.factories.serving import serving
from tests.factories.worlds import EVERYTHING, made

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = 4
"""Requests an operation and phase, on top of those that cover every border of every parameter."""
LEFT_OUT = (
    *("--exclude-tag", "events"),  # streams that never end
    *(
        "--exclude-tag",
        "uploads",
    ),  # tus has media types of its own; `test_uploads` has a client
    *("--exclude-operation-id", "clients-revoke_client"),  # would revoke the caller itself
    *(
        "--exclude-checks",
        "ignored_auth",
    ),  # takes a right key beside a wrong cookie to be wrong
)
"""What is left out, and who looks at it instead."""


def test_every_made_up_request_is_answered_as_described(
    sqlite_template: Path, tmp_path: Path, password_hash: str
) -> None:
    settings = Settings(
        data=tmp_path,
        web=WebSettings(requests_per_minute=10**6, sign_ins_per_minute=10**6),
        database=DatabaseSettings(url=SecretStr(copied_sqlite(sqlite_template, tmp_path))),
    )
    world = asyncio.run(made(settings, password_hash))
    key = world.client(*EVERYTHING)
    for _ in range(3):
        world.reviewed("rep", sales_call())
    with serving(settings) as address:
        run = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)),
                *("run", f"{address}/openapi.json"),
                *("--header", f"Authorization: Bearer {key}"),
                *("--max-examples", str(EXAMPLES), "--seed", "1"),
                *("--request-timeout", "20", "--no-color", "--workers", "1"),
                *LEFT_OUT,
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2000:]
