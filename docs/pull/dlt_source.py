"""Pull the feeds of Debrief into DuckDB with dlt: what changed since the last run, deletions too.

    pip install "dlt[duckdb]"
    DEBRIEF_URL=https://debrief.example.com DEBRIEF_KEY=dbr_... python dlt_source.py debrief.duckdb

The key needs the scope `feeds:read`. Kill it whenever you like: the next run goes on where it was.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import dlt
from dlt.sources.rest_api import rest_api_source

STREAMS = ("calls", "scores", "records", "deals")


def stream(name: str) -> dict[str, Any]:
    """Return a feed as dlt wants it: by the page, from the last `updated_at` on."""
    return {
        "name": name,
        "endpoint": {
            "path": f"/v1/feeds/{name}",
            "params": {"limit": 1000, "updated_since": "{incremental.start_value}"},
            "data_selector": "items",
            "incremental": {"cursor_path": "updated_at", "initial_value": "1970-01-01T00:00:00.000000Z"},
        },
    }


def main() -> None:
    """Pull every stream once."""
    source = rest_api_source(
        {
            "client": {
                "base_url": os.environ["DEBRIEF_URL"],
                "auth": {"type": "bearer", "token": os.environ["DEBRIEF_KEY"]},
                "paginator": {"type": "cursor", "cursor_path": "next", "cursor_param": "cursor"},
            },
            "resource_defaults": {
                "primary_key": "id",
                "write_disposition": "merge",
                "max_table_nesting": 0,
                "columns": {
                    "deleted": {"data_type": "bool", "hard_delete": True},
                    "updated_at": {"data_type": "timestamp", "precision": 6, "dedup_sort": "desc"},
                },
            },
            "resources": [stream(name) for name in STREAMS],
        }
    )
    pipeline = dlt.pipeline("debrief", destination=dlt.destinations.duckdb(sys.argv[1]), dataset_name="feeds")
    sys.stdout.write(f"{pipeline.run(source)}\n")


if __name__ == "__main__":
    main()
