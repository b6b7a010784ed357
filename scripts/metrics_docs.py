"""docs/metrics.md, out of the metric registry: `python -m scripts.metrics_docs [--check]`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.bands import BANDS, Band
from analysis.depth import CURVES, FULL_SPEECH_S, LEAST_WEIGHT, PARTS, VERSION, Part
from analysis.metrics import METRICS
from analysis.metrics.metric import SHORTEST_RATE_S, Metric
from analysis.metrics.sources import SOURCES
from models.review import Side

PATH = Path("docs/metrics.md")
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Figure:
    """How well questions are found: `marks` says whether the texts kept their punctuation."""

    texts: str
    marks: str
    reference: str
    precision: float
    recall: float
    positives: int


FIGURES = (
    Figure("AMI", "taken out", "labelled Elicit-*", 0.714, 0.455, 7384),
    Figure("AMI", "taken out", "labelled Elicit-* or written with “?”", 0.811, 0.413, 9234),
    Figure("AMI", "as written", "labelled Elicit-*", 0.677, 0.746, 7384),
    Figure("AMI", "as written", "labelled Elicit-* or written with “?”", 0.870, 0.766, 9234),
    Figure("CrossWOZ", "taken out", "Request act", 0.825, 0.736, 6658),
    Figure("CrossWOZ", "taken out", "written with “?”", 0.862, 0.950, 5385),
    Figure("CrossWOZ", "as written", "Request act", 0.819, 0.763, 6658),
)
"""Kept true by tests/analysis/test_question_figures.py, which measures them anew where the texts are."""

HEAD = f"""# Metrics

Generated from the registry by `make docs`; do not edit. Numbers such as [S31] name the sources at
the end; “MEASURES” is the chapter of the design notes that weighs them.

**Notation.** Side p speaks on the intervals S_p and T_p = |union of S_p|. D is the time from first to
last speech, V the time in which anybody speaks. A *turn* k is a maximal run of one side's speech, from
b_k to e_k, by side s_k; g_k = b_k - e_(k-1). Pauses of up to 0.5 s are joined; 10 s of silence end a
turn.

**Backchannels** are taken out before turns are made: speech of nothing but listening words (“yeah”,
“mm-hm”, 嗯, 对) of up to 4 words and 3 s, inside the other side's talk, or between two stretches of it
that lie within 3 s. The words decide: “no”, “stop” or “wait” never are backchannels, and “yes” after a
question is an answer. An unlisted utterance of up to 2 words that the dialogue-act classifier takes for
a backchannel (probability 0.6 and more) is one; sound that nobody could transcribe is one up to 1 s. On
the AMI meetings, 94 % of 12,554 utterances annotated as backchannels have such words and length; most
others are “no”. Speech that lies wholly inside the other side's takes no floor, so it makes no turn; it
can still be an attempt to interrupt.

**Not measurable is not zero.** Such a value is null and has a reason: no words, an unknown side, one
speaker, a separation that cannot hear overlap, a call under {SHORTEST_RATE_S:.0f} s for rates. Every
value carries the seconds that made it. Sides are rep, customer, or the whole call.
"""

BANDS_HEAD = """
## Bands

Where a value should lie depends on the type of call; no band means that nobody has published one.

"""

QUESTIONS = """
## How questions are found

Sentence by sentence, by form: English by a fronted question word with its verb before the subject,
inversion (“would you like”), tags (“isn't it”, or “right?” with its mark), asking phrases (“tell me
about”, “I was wondering whether”), also inside runs of words that the recogniser did not punctuate;
Mandarin by particles (吗), question words (什么, 怎么, 哪, 几, 多少 …, not in 没什么 or 这几个),
A-not-A forms (是不是, 能不能) and asking phrases (请问, 告诉我). A bare question mark counts unless the
dialogue-act classifier is sure (0.8) of something else; where there is no form, a QUESTION it is sure of
counts. Sentences end at punctuation, at a pause of 1.5 s, or where the other side takes a turn. Open
questions ask how, what or why, or for a story; the rest are closed.

Measured on human transcripts, without the classifier. *AMI*: 110,000 dialogue acts of spoken meetings.
Its Elicit labels mark what a speaker wants, not how it is put: 30 % have no question mark (“A ten plus
…”), and “can you go to the next slide?” is labelled Suggest; so form cannot reach full recall, and part
of the errors are questions. *CrossWOZ*: 16,934 Mandarin service turns; requests put as orders
(帮我推荐一家) are not questions here. The rules were written with samples of both at hand, so expect somewhat
less on other texts.

| texts | punctuation | counted as a question there | precision | recall | questions |
| --- | --- | --- | ---: | ---: | ---: |
"""

DEPTH = f"""
## Interaction depth, version {VERSION}

Depth = 100 x sum(w_i s_i) / sum(w_i) over the measurable parts; null when those have less than
{LEAST_WEIGHT:.0%} of the weight. A part's score is the mean over its inputs, each read off a clipped
piecewise-linear curve. Its confidence is the least of: confidence of the separation of speakers, of the
roles (weighted by talk), minutes of speech / {FULL_SPEECH_S / 60:.0f}, and 1 - 2 x share of overlap.
Language style matching is reported, not weighted. This is a published proposal; no claim is made that
it predicts an outcome until it has been calibrated on results. Counts per 15 min take a call under 5
min for one of 5 min.

| part | weight | what it reads |
| --- | ---: | --- |
"""

SOURCES_HEAD = """
## Sources

"""

SENTIMENT = """
## Sentiment

Read from text only, never from a voice. An utterance is scorable from 4 words (Han: 6 characters) on,
backchannels left out; its score is P(positive) - P(negative). Scores of a side are means weighted by
words, over the call and over each quarter between first and last speech (by the utterance's middle). A
quarter, or a call, with fewer than 3 scorable utterances of the side has no score. *Trend* is the
least-squares slope over the quarters that have one (two at least), *change* the last quarter less the
first, and the *movers* are the three utterances without which the mean would differ most. Source:
MEASURES 3.10 [S20, S24].
"""


def render() -> str:
    """Return the whole document."""
    body = "".join(
        [
            HEAD,
            "\n## The metrics\n",
            *(_metric(m) for m in METRICS),
            BANDS_HEAD,
            *_bands(),
            QUESTIONS,
            *(_figure(f) for f in FIGURES),
            DEPTH,
            *(_part(p) for p in PARTS),
            "\n| input | unit | knots (input: score) | source |\n| --- | --- | --- | --- |\n",
            *(_curve(name) for p in PARTS for name in p.curves),
            SENTIMENT,
        ]
    )
    return body + SOURCES_HEAD + "".join(_sources(body))


def _sources(body: str) -> Iterator[str]:
    """Return the sources that the document cites."""
    cited = set(re.findall(r"\bS\d+b?\b", body))
    yield from (f"- S{key}: {text}\n" for key, text in SOURCES.items() if f"S{key}" in cited)


def _metric(metric: Metric) -> str:
    """Return one metric."""
    sides = ", ".join(side.value for side in metric.sides)
    return (
        f"\n### {metric.label} `{metric.name}`\n\n{metric.formula}\n\n"
        f"Unit: {metric.unit}. Sides: {sides}. Better: {_better(metric)}. "
        f"Version {metric.version}. Source: {metric.source}.\n"
    )


def _better(metric: Metric) -> str:
    """Return which way is better, in words."""
    words = {"band": "inside the band of the call type", "none": "neither way by itself"}
    return words.get(metric.better.value, metric.better.value)


def _bands() -> Iterator[str]:
    """Return the table of bands, calls with the same band on one line."""
    yield "| metric | side | band | calls | source |\n| --- | --- | --- | --- | --- |\n"
    grouped: dict[tuple[str, Side, Band], list[str]] = {}
    for (name, side, kind), band in BANDS.items():
        grouped.setdefault((name, side, band), []).append(kind.value)
    for (name, side, band), kinds in grouped.items():
        yield f"| `{name}` | {side.value} | {_range(band)} | {', '.join(kinds)} | {band.source} |\n"


def _range(band: Band) -> str:
    """Return a band in words."""
    if band.low is None:
        return f"at most {band.high:g}"
    return f"at least {band.low:g}" if band.high is None else f"{band.low:g} to {band.high:g}"


def _figure(figure: Figure) -> str:
    """Return one line of the table of figures."""
    return (
        f"| {figure.texts} | {figure.marks} | {figure.reference} "
        f"| {figure.precision:.2f} | {figure.recall:.2f} | {figure.positives:,} |\n"
    )


def _part(part: Part) -> str:
    """Return one part of depth."""
    return f"| {part.label} `{part.name}` | {part.weight:.2f} | {part.meaning} |\n"


def _curve(name: str) -> str:
    """Return one curve."""
    curve = CURVES[name]
    knots = ", ".join(f"{x:g}: {y:g}" for x, y in curve.knots)
    return f"| `{name}` | {curve.unit} | {knots} | {curve.source} |\n"


def main(arguments: list[str]) -> int:
    """Write the document, or with `--check` say whether it is stale; return the exit code."""
    path = ROOT / PATH
    if "--check" in arguments:
        fresh = path.is_file() and path.read_text(encoding="utf-8") == render()
        if not fresh:
            print(f"{PATH} is stale. Run: python -m scripts.metrics_docs")
        return 0 if fresh else 1
    path.write_text(render(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
