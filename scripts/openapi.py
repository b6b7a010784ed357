"""api/openapi.json, out of the endpoints: `python -m scripts.openapi`."""

from __future__ import annotations

import json
from pathlib import Path

from api.app import create_app
from core.settings import Settings

PATH = Path("api/openapi.json")


def render() -> str:
    """Return the snapshot; every setting stays at its default, so that it says the same everywhere."""
    described = create_app(Settings.model_construct()).openapi()
    return json.dumps(described, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> None:
    """Write the snapshot."""
    (Path(__file__).resolve().parents[1] / PATH).write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
