"""AMI dialogue acts (Carletta et al. 2005; CC BY 4.0): spoken meeting segments to our acts.

Split by meeting, dev and test series as the corpus's published partition for speech recognition
names them: a series (the same people, `ES2002a` to `d`) stays in one split, so that no speaker is
both learnt from and tested on.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

ACTS = {
    "el.inf": "question",
    "el.ass": "question",
    "el.sug": "question",
    "el.und": "question",
    "bck": "backchannel",
    "und": "backchannel",
    "inf": "inform",
    "sug": "suggest",
    "off": "offer",
    "ass": "assess",
    "be.pos": "social",
    "be.neg": "social",
    "stl": "other",
    "fra": "other",
    "oth": "other",
}
"""AMI's label to our act. Comments about understanding ("okay", "I see") acknowledge: backchannel."""
ATTRIBUTION = ("AMI Meeting Corpus dialogue acts, University of Edinburgh and partners, CC BY 4.0",)
LABELS = ("question", "backchannel", "inform", "suggest", "offer", "assess", "social", "other")
DEV = frozenset(
    {"ES2003", "ES2011", "IS1008", "TS3004", "IB4001", "IB4002", "IB4003", "IB4004", "IB4010", "IB4011"}
)
TEST = frozenset({"ES2004", "ES2014", "IS1009", "TS3003", "TS3007", "EN2002"})


@dataclass(frozen=True, slots=True)
class Segment:
    """One act of a meeting as transcribed by hand."""

    meeting: str
    text: str
    act: str
    code: str


def read(folder: Path) -> tuple[Segment, ...]:
    """Return all labelled segments with words."""
    with gzip.open(folder / "ami_dialogue_acts.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return tuple(
        Segment(row["meeting"], row["text"], ACTS[row["da"]], row["da"])
        for row in rows
        if row["da"] in ACTS and row["text"].strip()
    )


def split(segment: Segment) -> str:
    """Return the segment's part of the corpus: `train`, `dev` or `test`."""
    series = segment.meeting[:6]
    return "test" if series in TEST else "dev" if series in DEV else "train"
