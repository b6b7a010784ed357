"""Clients that keep a copy of the feeds, as their users run them, and what each has copied."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

from bench.copies import environments
from core.environment import inherited

DOCS = environments.ROOT / "docs" / "pull"
STREAMS = ("calls", "scores", "records", "deals")
Copy = Mapping[str, Mapping[str, str]]
"""Of every stream the `updated_at` of each thing that is there, by its id."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the feeds are, and the key that reads them."""

    address: str
    key: str


class Client(Protocol):
    """A program that copies what changed since its last run."""

    name: str

    def start(self) -> subprocess.Popen[str]:
        """Start a run."""

    def finish(self, process: subprocess.Popen[str]) -> int:
        """Wait until a run ended, by itself or killed; return its exit code."""

    def copy(self) -> Copy:
        """Return what it has."""

    @property
    def log(self) -> Path:
        """Return the file that its runs write to."""


@dataclass
class Airbyte:
    """`source-declarative-manifest` of airbyte-cdk, and a destination that appends and deduplicates by id.

    The destination keeps records as they come and a state once it is told one; a run that is killed begins
    at the last state that came.
    """

    server: Server
    programs: Path
    folder: Path
    name: str = "airbyte-cdk"
    kept: dict[str, dict[str, Any]] = field(default_factory=lambda: {name: {} for name in STREAMS})
    states: dict[str, Any] = field(default_factory=dict)
    reader: threading.Thread | None = None

    def start(self) -> subprocess.Popen[str]:
        """Start a run from the last state."""
        manifest = json.loads(self._as_json(DOCS / "airbyte.yaml"))
        config = {
            "url": self.server.address,
            "key": self.server.key,
            "__injected_declarative_manifest": manifest,
        }
        streams = [
            {
                "stream": {
                    "name": name,
                    "json_schema": {},
                    "supported_sync_modes": ["full_refresh", "incremental"],
                },
                "sync_mode": "incremental",
                "destination_sync_mode": "append_dedup",
                "cursor_field": ["updated_at"],
                "primary_key": [["id"]],
            }
            for name in STREAMS
        ]
        command = [str(self.programs / "source-declarative-manifest"), "read"]
        for option, value in (
            ("config", config),
            ("catalog", {"streams": streams}),
            ("state", list(self.states.values())),
        ):
            path = self.folder / f"{option}.json"
            path.write_text(json.dumps(value))
            command += [f"--{option}", str(path)]
        with self.log.open("a") as log:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        self.reader = threading.Thread(target=self.take, args=(process.stdout,))
        self.reader.start()
        return process

    def finish(self, process: subprocess.Popen[str]) -> int:
        """Wait until the run ended and all that it said is taken in."""
        code = process.wait()
        if self.reader is not None:
            self.reader.join()
        return code

    def copy(self) -> Copy:
        """Return what the destination has."""
        return {
            name: {key: row["updated_at"] for key, row in rows.items() if not row["deleted"]}
            for name, rows in self.kept.items()
        }

    @property
    def log(self) -> Path:
        """Return the file that its runs write errors to."""
        return self.folder / "log"

    def take(self, said: IO[str]) -> None:
        """Take in what a run says, line by line; the last may be cut short."""
        for line in said:
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if message["type"] == "RECORD":
                row = message["record"]["data"]
                self.kept[message["record"]["stream"]][row["id"]] = row
            elif message["type"] == "STATE":
                state = message["state"]
                self.states[state["stream"]["stream_descriptor"]["name"]] = state

    def _as_json(self, manifest: Path) -> str:
        """Return the manifest as JSON, read by the client's own YAML reader."""
        read = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))"
        python = [str(self.programs / "python"), "-c", read, str(manifest)]
        return subprocess.run(python, check=True, capture_output=True, text=True).stdout


READ_DUCKDB = """
import duckdb, json, sys
found = {}
with duckdb.connect(sys.argv[1], read_only=True) as database:
    for name in sys.argv[2:]:
        rows = database.execute(
            f"SELECT id, strftime(updated_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ') FROM feeds.{name}"
        )
        found[name] = dict(rows.fetchall())
print(json.dumps(found))
"""


@dataclass
class Dlt:
    """The script of the documentation, which merges into a DuckDB file."""

    server: Server
    programs: Path
    folder: Path
    name: str = "dlt"

    def start(self) -> subprocess.Popen[str]:
        """Start a run."""
        told = {
            "DEBRIEF_URL": self.server.address,
            "DEBRIEF_KEY": self.server.key,
            "DLT_DATA_DIR": str(self.folder / "dlt"),
            "RUNTIME__DLTHUB_TELEMETRY": "false",
        }
        with self.log.open("a") as log:
            return subprocess.Popen(
                [str(self.programs / "python"), str(DOCS / "dlt_source.py"), str(self._file)],
                env=inherited(**told),
                stdout=log,
                stderr=log,
                text=True,
            )

    def finish(self, process: subprocess.Popen[str]) -> int:
        """Wait until the run ended."""
        return process.wait()

    def copy(self) -> Copy:
        """Return what the DuckDB file has."""
        python = [str(self.programs / "python"), "-c", READ_DUCKDB, str(self._file), *STREAMS]
        found = subprocess.run(python, check=True, capture_output=True, text=True).stdout
        copied: Copy = json.loads(found)
        return copied

    @property
    def log(self) -> Path:
        """Return the file that its runs write to."""
        return self.folder / "log"

    @property
    def _file(self) -> Path:
        return self.folder / "debrief.duckdb"
