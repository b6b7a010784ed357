"""Write `docs/report.schema.json`: `python -m scripts.report_schema [--check]`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from report.files import write_whole
from report.schema import json_schema

PATH = Path(__file__).resolve().parents[1] / "docs" / "report.schema.json"


def published() -> str:
    """Return the schema as the text of the published file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when the file is written, or with `--check` when it is up to date; 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the file is up to date")
    if not parser.parse_args(arguments).check:
        write_whole(PATH, published())
        return 0
    if PATH.is_file() and PATH.read_text(encoding="utf-8") == published():
        return 0
    print(f"{PATH.name} is out of date. Run: python -m scripts.report_schema", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
