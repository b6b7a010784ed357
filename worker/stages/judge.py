"""What each utterance does and which mood its text shows."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.judges import ActJudge, SentimentJudge
from analysis.sentiment import scorable
from core.progress import Progress, share
from models.review import ActJudgement, JudgedUtterance, Sentiment
from models.stages import StageName
from models.transcript import Transcript
from worker.case import Case, Product
from worker.products import Judged
from worker.stages.attribute import ATTRIBUTED

JUDGED = Product(StageName.JUDGE, Judged)


def run(case: Case, progress: Progress) -> Judged:
    """Return the judgements of every utterance; None where a text is too short or its language unknown."""
    transcript = case.get(ATTRIBUTED).transcript
    sentiment, acts = case.engines.sentiment, case.engines.acts
    moods = _moods(transcript, sentiment, share(progress, 0.0, 0.5))
    doings = _acts(transcript, acts, share(progress, 0.5, 1.0))
    utterances = tuple(
        JudgedUtterance(i, moods.get(i), doings.get(i)) for i in range(len(transcript.utterances))
    )
    return Judged(utterances, _warnings(transcript, sentiment))


def _moods(transcript: Transcript, judge: SentimentJudge, progress: Progress) -> dict[int, Sentiment]:
    if not judge.knows(transcript.language):
        return {}
    chosen = [i for i, u in enumerate(transcript.utterances) if scorable(u.text, transcript.language)]
    return dict(zip(chosen, judge.judge(_texts(transcript, chosen), progress), strict=True))


def _acts(transcript: Transcript, judge: ActJudge, progress: Progress) -> dict[int, ActJudgement]:
    if not judge.knows(transcript.language):
        return {}
    every = range(len(transcript.utterances))
    return dict(zip(every, judge.judge(_texts(transcript, every), progress), strict=True))


def _texts(transcript: Transcript, indexes: Sequence[int]) -> list[str]:
    return [transcript.utterances[i].text for i in indexes]


def _warnings(transcript: Transcript, judge: SentimentJudge) -> tuple[str, ...]:
    if not transcript.utterances or judge.knows(transcript.language):
        return ()
    return (f"The sentiment weights do not know the language '{transcript.language}': no mood is given.",)
