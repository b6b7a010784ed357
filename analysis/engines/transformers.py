"""The judges on transformers: moods and dialogue acts of utterances, from text alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.engines import adapter, folder
from analysis.engines.classifier import Classifier, device
from analysis.engines.encoder import WEIGHTS_FILE, PooledClassifier, load_encoder
from core.errors import NotReady
from core.fingerprint import fingerprint
from core.progress import Progress
from core.settings import Settings
from core.weights import folder as weights_folder
from models.review import Act, ActJudgement, Sentiment, SentimentLabel

ENCODER = "minilm-l6-v2"
"""Name in the weights manifest of the encoder that the adapters were trained on."""


@dataclass(frozen=True, slots=True)
class TransformerSentiment:
    """Moods by a text classifier. `moods` are ours, one per label of the classifier."""

    classifier: Classifier
    moods: tuple[SentimentLabel, ...]
    languages: tuple[str, ...]
    abstain_below: float
    fingerprint: str

    def knows(self, language: str) -> bool:
        """Return whether the classifier was trained on this language; no list means any."""
        return not self.languages or language in self.languages

    def judge(self, texts: Sequence[str], progress: Progress) -> tuple[Sentiment, ...]:
        """Return one sentiment per text, in order; texts without a word are uncertain."""
        rows = self.classifier.probabilities(texts, progress)
        return tuple(self._sentiment(text, row) for text, row in zip(texts, rows, strict=True))

    def _sentiment(self, text: str, row: NDArray[np.float64]) -> Sentiment:
        """Return the sentiment of one text from the classifier's probabilities."""
        if not _worded(text):
            row = np.full(len(self.moods), 1.0 / len(self.moods))
        chances = {
            mood: float(sum(p for p, owner in zip(row, self.moods, strict=True) if owner is mood))
            for mood in folder.MOODS
        }
        best = max(chances, key=lambda mood: chances[mood])
        sure = _worded(text) and chances[best] >= self.abstain_below
        return Sentiment(
            label=best if sure else SentimentLabel.UNCERTAIN,
            score=chances[SentimentLabel.POSITIVE] - chances[SentimentLabel.NEGATIVE],
            probabilities={mood.value: chance for mood, chance in chances.items()},
        )


@dataclass(frozen=True, slots=True)
class TransformerActs:
    """Dialogue acts by a text classifier whose labels are ours."""

    classifier: Classifier
    languages: tuple[str, ...]
    fingerprint: str

    def knows(self, language: str) -> bool:
        """Return whether the classifier was trained on this language."""
        return language in self.languages

    def judge(self, texts: Sequence[str], progress: Progress) -> tuple[ActJudgement, ...]:
        """Return one act per text, in order; texts without a word are no act in particular."""
        rows = self.classifier.probabilities(texts, progress)
        return tuple(
            self._judgement(row) if _worded(text) else ActJudgement(Act.OTHER, 1.0)
            for text, row in zip(texts, rows, strict=True)
        )

    def _judgement(self, row: NDArray[np.float64]) -> ActJudgement:
        """Return the likeliest act and its probability."""
        best = int(row.argmax())
        return ActJudgement(Act(self.classifier.labels[best]), float(row[best]))


def load_sentiment(settings: Settings, weights_root: Path) -> TransformerSentiment:
    """Return the configured sentiment judge: the built-in one, or a folder's.

    Raises `NotReady` for weights that are missing, of another origin than the adapter's, or (of a
    folder) whose labels are not mapped.
    """
    if settings.judge.sentiment != "builtin":
        return _from_folder(settings, Path(settings.judge.sentiment).expanduser())
    ours = builtin("sentiment", settings, weights_root)
    return TransformerSentiment(
        ours.classifier,
        tuple(SentimentLabel(label) for label in ours.classifier.labels),
        ours.languages,
        settings.judge.abstain_below,
        fingerprint("sentiment-minilm", weights=ours.sha256, abstain_below=settings.judge.abstain_below),
    )


def load_acts(settings: Settings, weights_root: Path) -> TransformerActs:
    """Return the built-in act judge; raises `NotReady` as `load_sentiment` does."""
    ours = builtin("acts", settings, weights_root)
    return TransformerActs(ours.classifier, ours.languages, fingerprint("acts-minilm", weights=ours.sha256))


@dataclass(frozen=True, slots=True)
class Builtin:
    """The encoder with an adapter merged in, the languages it knows, and one hash of both."""

    classifier: Classifier
    languages: tuple[str, ...]
    sha256: str


def builtin(name: str, settings: Settings, root: Path, adapters: Path = adapter.FOLDER) -> Builtin:
    """Return a built-in classifier from the weights folder and an adapter's folder.

    Raises `NotReady` for missing files and for an encoder that the adapter was not trained on.
    """
    home = weights_folder(root, ENCODER)
    wanted = adapter.load(name, adapters)
    tokenizer, encoder = load_encoder(home)
    if _sha256([home / WEIGHTS_FILE]) != wanted.card.encoder_sha256:
        raise NotReady(
            f"The encoder at {home} is not the one the '{name}' adapter belongs to.", "make weights"
        )
    adapter.merge(encoder, wanted)
    place = device(settings.device)
    classifier = Classifier(
        tokenizer=tokenizer,
        forward=PooledClassifier(encoder, adapter.head(wanted)).eval().to(place),
        labels=wanted.card.labels,
        max_tokens=wanted.card.max_tokens,
        temperature=wanted.card.temperature,
        device=place,
        threads=settings.threads,
    )
    files = [home / WEIGHTS_FILE, *adapter.paths(name, adapters)]
    return Builtin(classifier, wanted.card.languages, _sha256(files))


def _from_folder(settings: Settings, home: Path) -> TransformerSentiment:
    """Return the sentiment judge of a Hugging Face text-classification folder."""
    classifier = folder.load(home, device(settings.device), settings.threads)
    moods = folder.moods(classifier.labels, settings.judge.sentiment_labels, home)
    files = sorted(
        path for kind in ("*.safetensors", "*.json", "*.txt", "*.model") for path in home.glob(kind)
    )
    return TransformerSentiment(
        classifier,
        moods,
        settings.judge.sentiment_languages,
        settings.judge.abstain_below,
        fingerprint(
            "sentiment-folder",
            weights=_sha256(files),
            labels=dict(zip(classifier.labels, (mood.value for mood in moods), strict=True)),
            abstain_below=settings.judge.abstain_below,
        ),
    )


def _worded(text: str) -> bool:
    """Return whether the text has a letter or digit to judge."""
    return any(character.isalnum() for character in text)


def _sha256(files: Sequence[Path]) -> str:
    """Return the hash of a file, or one hash over several files' hashes in order; hex."""
    hashes = [_digest(path) for path in files]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


def _digest(path: Path) -> str:
    """Return a file's SHA-256, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
