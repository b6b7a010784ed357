"""The generated documents: `python -m scripts.docs` writes them, `--check` fails where one is stale."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from scripts import (
    access_docs,
    configuration_docs,
    feeds_docs,
    metrics_docs,
    openapi,
    report_schema,
    review_docs,
    scorecard_schema,
    webhook_docs,
    webhook_schema,
    weights_docs,
)

ROOT = Path(__file__).resolve().parents[1]

DOCUMENTS: dict[Path, Callable[[], str]] = {
    access_docs.PATH: access_docs.render,
    configuration_docs.PATH: configuration_docs.render,
    feeds_docs.PATH: feeds_docs.render,
    metrics_docs.PATH: metrics_docs.render,
    openapi.PATH: openapi.render,
    report_schema.PATH: report_schema.published,
    review_docs.PATH: review_docs.render,
    scorecard_schema.PATH: scorecard_schema.render,
    webhook_docs.PATH: webhook_docs.render,
    webhook_schema.PATH: webhook_schema.render,
    weights_docs.PATH: weights_docs.render,
}


def stale(root: Path = ROOT) -> list[Path]:
    """Return the documents that are not what their source says."""
    return [
        p for p, render in DOCUMENTS.items() if not (root / p).is_file() or (root / p).read_text() != render()
    ]


def main(arguments: list[str]) -> int:
    """Write or check every document; return the exit code."""
    if "--check" in arguments:
        for path in stale():
            print(f"{path} is stale. Run: make docs")
        return 1 if stale() else 0
    for path, render in DOCUMENTS.items():
        (ROOT / path).write_text(render())
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
