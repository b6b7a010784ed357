from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import logging, structlog
from core.logs import configure
configure(process="test")
structlog.get_logger().info("area.thing_happened", call_id="7")
logging.getLogger("somebody").warning("disk %s", "full")
logging.getLogger("arq.worker").info("a step")
try:
    {}["what was said"]
except KeyError:
    logging.getLogger("asyncio").exception("never retrieved")
"""


def lines() -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not done.stdout
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_every_line_is_json_on_standard_error_whoever_wrote_it() -> None:
    ours, theirs, broken = lines()
    assert (ours["event"], ours["call_id"], ours["process"]) == ("area.thing_happened", "7", "test")
    assert (theirs["event"], theirs["level"]) == ("disk full", "warning")
    assert ours["timestamp"].endswith("Z")
    assert "KeyError" in broken["exception"]
    assert "what was said'" not in broken["exception"].splitlines()[-1]
