"""Train the sentiment adapter: `python -m scripts.train.sentiment --data FOLDER`.

GoEmotions comments, half of them made to look spoken, with spoken meeting segments that state,
ask or offer something as neutral: in calls most of what is said is neutral, in comments it is not.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.train import ami, goemotions
from scripts.train.calls import calls
from scripts.train.command import Task, run
from scripts.train.fit import Recipe, Row
from scripts.train.measure import Part
from scripts.train.spoken import plain, spoken

RECIPE = Recipe(
    epochs=1,
    horizon=2,
    batch=32,
    rank=16,
    scale=2.0,
    rate=1e-3,
    weight_decay=0.01,
    warmup=0.06,
    dropout=0.1,
    max_tokens=48,
    seed=7,
    auxiliary=0.15,
    frozen=2,
)
MEETING_SEGMENTS = 3000
MEETING_WEIGHT = 0.5
"""Meeting segments that join as neutral, and how much one counts: their mood was not labelled."""
MEETING_CODES = frozenset({"inf", "el.inf", "sug", "off", "stl"})
SAMPLING_SEED = 1
"""Which segments join is the same for every training seed."""


def rows(data: Path) -> list[Row]:
    """Return everything to learn: comments with all their emotions, then meeting segments."""
    comments = [
        Row(
            comment.text,
            goemotions.LABELS.index(comment.mood) if comment.mood else -1,
            1.0,
            tuple(int(emotion in comment.emotions) for emotion in range(len(goemotions.EMOTIONS))),
        )
        for comment in goemotions.read(data / "goemotions", "train")
    ]
    spoken_neutral = [
        segment
        for segment in ami.read(data / "ami-dialogue-acts")
        if ami.split(segment) == "train" and segment.code in MEETING_CODES and len(segment.text.split()) > 1
    ]
    rng = random.Random(SAMPLING_SEED)  # noqa: S311 - a sample, not a secret
    neutral = goemotions.LABELS.index("neutral")
    chosen = rng.sample(spoken_neutral, MEETING_SEGMENTS)
    return comments + [Row(segment.text, neutral, MEETING_WEIGHT) for segment in chosen]


def split(data: Path, name: str) -> tuple[Part, Part, Part]:
    """Return a split as it is, as plain words, and without comments of ambiguous emotion only."""
    every = [comment for comment in goemotions.read(data / "goemotions", name) if comment.mood]
    texts = tuple(comment.text for comment in every)
    moods = tuple(str(comment.mood) for comment in every)
    clear = [comment for comment in every if not comment.only_ambiguous]
    return (
        Part(f"GoEmotions {name}", texts, moods),
        Part(f"GoEmotions {name}, plain words", tuple(plain(text) or text for text in texts), moods),
        Part(
            f"GoEmotions {name}, ambiguous left out",
            tuple(comment.text for comment in clear),
            tuple(str(comment.mood) for comment in clear),
        ),
    )


def dev(data: Path) -> Part:
    """Return what sets the temperature: the dev split, every other comment as plain words."""
    written, words, _clear = split(data, "dev")
    mixed = tuple((written, words)[index % 2].texts[index] for index in range(len(written.texts)))
    return Part("GoEmotions dev, mixed", mixed, written.labels)


def test(data: Path) -> Sequence[Part]:
    """Return the views of the test split, and sentences as said in service calls."""
    return (*split(data, "test"), Part("service-call sentences", *calls("mood")))


TASK = Task(
    name="sentiment",
    labels=goemotions.LABELS,
    recipe=RECIPE,
    view=spoken,
    rows=rows,
    dev=dev,
    test=test,
    data=(
        *(f"goemotions/{name}.tsv" for name in ("train", "dev", "test")),
        "ami-dialogue-acts/ami_dialogue_acts.jsonl.gz",
    ),
    attribution=goemotions.ATTRIBUTION + ami.ATTRIBUTION,
)

if __name__ == "__main__":
    sys.exit(run(TASK))
