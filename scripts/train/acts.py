"""Train the dialogue-act adapter: `python -m scripts.train.acts --data FOLDER`.

AMI meeting segments, punctuation taken away from half of them. A word like "yeah" carries five
different acts in the corpus; at most twenty of each text keep that spread without drowning the
rest. Comments that only ask or only thank join, because calls do both more often than meetings.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from scripts.train import ami, goemotions
from scripts.train.calls import calls
from scripts.train.command import Task, run
from scripts.train.fit import Recipe, Row
from scripts.train.measure import Part
from scripts.train.spoken import plain

RECIPE = Recipe(
    epochs=1,
    horizon=1,
    batch=32,
    rank=16,
    scale=2.0,
    rate=1.2e-3,
    weight_decay=0.01,
    warmup=0.06,
    dropout=0.1,
    max_tokens=48,
    seed=7,
    auxiliary=0.0,
    frozen=2,
)
COPIES = 20
"""Most segments of equal words."""
INFORM_KEPT = 0.5
"""Share of statements kept, each counted the inverse: half of all segments inform."""
SAMPLING_SEED = 1
_QUESTION_WORDS = range(3, 15)
_THANKS_WORDS = 8
_SECOND_SENTENCE = re.compile(r"[.!?].*[.!?]$|\[")


def rows(data: Path) -> list[Row]:
    """Return everything to learn: sampled segments, then questions and thanks from comments."""
    return _segments(data) + _comments(data)


def _segments(data: Path) -> list[Row]:
    """Return meeting segments, at most `COPIES` of a text, statements thinned and weighted up."""
    rng = random.Random(SAMPLING_SEED)  # noqa: S311 - a sample, not a secret
    segments = [s for s in ami.read(data / "ami-dialogue-acts") if ami.split(s) == "train"]
    rng.shuffle(segments)
    seen: Counter[str] = Counter()
    kept: list[Row] = []
    for segment in segments:
        words = plain(segment.text)
        seen[words] += 1
        informs = segment.act == "inform"
        if seen[words] > COPIES or (informs and rng.random() < 1 - INFORM_KEPT):
            continue
        kept.append(Row(segment.text, ami.LABELS.index(segment.act), 1 / INFORM_KEPT if informs else 1.0))
    return kept


def _comments(data: Path) -> list[Row]:
    """Return comments of one sentence that asks, and short ones that only thank."""
    kept: list[Row] = []
    for comment in goemotions.read(data / "goemotions", "train"):
        length = len(comment.text.split())
        single = not _SECOND_SENTENCE.search(comment.text)
        if single and comment.text.endswith("?") and length in _QUESTION_WORDS:
            kept.append(Row(comment.text, ami.LABELS.index("question")))
        elif comment.names == {"gratitude"} and length <= _THANKS_WORDS:
            kept.append(Row(comment.text, ami.LABELS.index("social")))
    return kept


def view(text: str, rng: random.Random) -> str:
    """Return the text as plain words half of the time: recognisers punctuate unreliably."""
    return (plain(text) or text) if rng.random() < 0.5 else text  # noqa: PLR2004 - half


def split(data: Path, name: str) -> tuple[Part, Part]:
    """Return a split as plain words, and as transcribed by hand with punctuation."""
    every = [s for s in ami.read(data / "ami-dialogue-acts") if ami.split(s) == name]
    acts = tuple(segment.act for segment in every)
    return (
        Part(f"AMI {name} meetings, plain words", tuple(plain(s.text) or s.text for s in every), acts),
        Part(f"AMI {name} meetings, with punctuation", tuple(s.text for s in every), acts),
    )


def dev(data: Path) -> Part:
    """Return what sets the temperature: a third of the dev meetings, half of it as plain words."""
    words, written = split(data, "dev")
    chosen = range(0, len(written.texts), 3)
    mixed = tuple((written, words)[index % 2].texts[index] for index in chosen)
    return Part("AMI dev meetings, mixed", mixed, tuple(written.labels[index] for index in chosen))


def test(data: Path) -> Sequence[Part]:
    """Return both views of the test meetings, and sentences as said in service calls."""
    return (*split(data, "test"), Part("service-call sentences", *calls("act")))


TASK = Task(
    name="acts",
    labels=ami.LABELS,
    recipe=RECIPE,
    view=view,
    rows=rows,
    dev=dev,
    test=test,
    data=("ami-dialogue-acts/ami_dialogue_acts.jsonl.gz", "goemotions/train.tsv"),
    attribution=ami.ATTRIBUTION + goemotions.ATTRIBUTION,
)

if __name__ == "__main__":
    sys.exit(run(TASK))
