"""`docs/quality.md`: measured figures with what they were measured on. Written by `./debrief bench`."""

from __future__ import annotations

from collections.abc import Sequence

from bench import normalise, tables
from bench.grid import Grid
from bench.machine import Provenance

HEAD = """# Quality: what is measured

This page is written by `./debrief bench --markdown docs/quality.md`; do not edit it by hand. Every
figure is of one run on one machine. The reference stack is what one gets by putting the libraries
together: faster-whisper's batched pipeline with its defaults, pyannote.audio's diarization called as
its documentation says, each word to whoever speaks at its middle; same files, same weights, same run.
Where the reference has two speakers pyannote is told that there are at most two, which our pipeline is
not: without it the reference stack hears three on `commercial_mono` and its DER is 20.7 instead of 3.2 %.
How well moods are judged is in [judges.md](judges.md).
"""

METHOD = """## How it is measured

- **WER** compares words in time order after {normaliser}: no case, no punctuation, numbers as digits,
  contractions in full, `uh`, `um`, `hmm`, `mm` dropped. Rates are of words pooled over recordings.
- Words that a reference has in brackets are optional: they cost nothing whether found or not.
  Where figures are compared with published ones that leave them out of the reference, so do we (said there).
- Words are scored over the scored region and all of the reference's own text, whichever reaches further.
  Words with times (`.words.ctm`) are put in order of time; where two people speak at once that order
  decides what WER says, and cpWER is the better measure. Ordering one meeting (EN2009b) by the ends of
  its segments instead moves the reference stack's WER from 17.7 to 24.2 %.
- **cpWER** pairs speakers in the best way and charges each speaker's words separately; **tcpWER** also
  demands that a word is within 5 s of its place (meeteval). Lines whose speaker the reference doubts go
  where they fit best.
- **DER** is pyannote.metrics' with overlap scored, inside the scored region, with collar 0 and with
  0.25 s on each side of a boundary.
- **Side right**: share of talk time put on the right side of the call, of the talk time for which a
  side was named; `no side` is the share for which none was.
- **Talk ratio off**: distance of the rep's share of talk from the reference's, speakers paired as for DER.
- **Invented**: words that were not said, in recordings with speech in less than 5 % of their time.
- Short recordings give coarse rates: one word of a 30 s clip is about one point of WER.

## Whose recordings

- Meetings: AMI Meeting Corpus, CC BY 4.0 (https://groups.inf.ed.ac.uk/ami/corpus/); the first 30 s each.
- Clips of single speakers, mixed: LibriSpeech, CC BY 4.0 (Panayotov et al. 2015).
- `commercial_mono`: Google, python-docs-samples, Apache-2.0; expected transcript from the Cloud Speech
  documentation, CC BY 4.0.
- `auto_repairs_40`: Amazon Web Services, amazon-transcribe-live-call-analytics, Apache-2.0.
- `telephone_two_women` and the sample call: pyannote.audio repository, MIT.
- `stereo_diarization`: SYSTRAN, faster-whisper, MIT.
- English spellings for scoring: openai/whisper, MIT.
"""


def page(source: Provenance, grids: Sequence[Grid]) -> str:
    """Return the whole page in Markdown."""
    method = METHOD.format(normaliser=f"`{normalise.fingerprint()}`")
    made = "## This run\n\n" + tables.source_lines(source)
    return "\n".join([HEAD, made, "## Figures\n", *(grid.markdown() for grid in grids), method])
