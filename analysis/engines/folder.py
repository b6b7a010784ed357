"""A Hugging Face text-classification folder as a mood classifier: local files, no foreign code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from analysis.engines.classifier import Classifier
from core.errors import NotReady
from models.review import SentimentLabel

LONGEST = 512
"""Tokens in one pass where the folder allows more; longer texts are windowed."""
MOODS = (SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE)
_MAPPING = "export DEBRIEF_JUDGE__SENTIMENT_LABELS='{}'"
_BUILTIN = "export DEBRIEF_JUDGE__SENTIMENT=builtin"


def moods(labels: tuple[str, ...], mapping: Mapping[str, str], folder: Path) -> tuple[SentimentLabel, ...]:
    """Return our mood for each of the folder's labels; several may share one (star ratings).

    Names that are already ours need no mapping, in any case. Raises `NotReady`, naming the labels
    found, for one without a mood, for a mapped name that does not exist, and where no label is
    negative or none positive.
    """
    known = {mood.value: mood for mood in MOODS}
    given = {name.lower(): known[mood] for name, mood in mapping.items()}
    found = [given.get(label.lower(), known.get(label.lower())) for label in labels]
    strange = sorted(set(given) - {label.lower() for label in labels})
    missing = [label for label, mood in zip(labels, found, strict=True) if mood is None]
    if strange or missing or not {SentimentLabel.NEGATIVE, SentimentLabel.POSITIVE} <= set(found):
        example = {
            label: (mood or SentimentLabel.NEUTRAL).value for label, mood in zip(labels, found, strict=True)
        }
        raise NotReady(
            f"The sentiment weights at {folder} answer {', '.join(labels)}: each needs one of negative, "
            f"neutral, positive, and both poles must occur (no mood: {', '.join(missing) or 'none'}; "
            f"no such label: {', '.join(strange) or 'none'}).",
            _MAPPING.format(json.dumps(example, ensure_ascii=False)),
        )
    return tuple(mood for mood in found if mood is not None)


def load(folder: Path, device: torch.device, threads: int) -> Classifier:
    """Return the folder's classifier, labels as the folder names them.

    Raises `NotReady` for a folder that is missing, holds no safetensors, needs code of its own, or
    does not choose one label of several.
    """
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    if not any(folder.glob("*.safetensors")):
        raise NotReady(f"No sentiment weights in safetensors form are at {folder}.", _BUILTIN)
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **options)
        network = AutoModelForSequenceClassification.from_pretrained(folder, use_safetensors=True, **options)
    except (OSError, ValueError, KeyError) as error:
        raise NotReady(f"The sentiment weights at {folder} cannot be read: {error}", _BUILTIN) from error
    _check(network.config, tokenizer, folder)
    network.eval().to(device)

    def forward(ids: Tensor, mask: Tensor) -> Tensor:
        logits: Tensor = network(input_ids=ids, attention_mask=mask).logits
        return logits

    labels = tuple(str(network.config.id2label[index]) for index in range(network.config.num_labels))
    return Classifier(tokenizer, forward, labels, _longest(network.config, tokenizer), 1.0, device, threads)


def _check(config: Any, tokenizer: Any, folder: Path) -> None:
    """Raise `NotReady` for a network that does not choose one label, or a tokenizer we cannot batch."""
    if (
        config.problem_type in {"regression", "multi_label_classification"}
        or config.num_labels < len(MOODS) - 1
    ):
        raise NotReady(f"The sentiment weights at {folder} do not choose one label of several.", _BUILTIN)
    if tokenizer.pad_token_id is None or not tokenizer.is_fast:
        raise NotReady(f"The tokenizer at {folder} has no padding token or no fast form.", _BUILTIN)


def _longest(config: Any, tokenizer: Any) -> int:
    """Return tokens in one pass: positions the network has, less the two RoBERTa keeps for padding."""
    positions = int(getattr(config, "max_position_embeddings", LONGEST)) - 2
    return max(min(LONGEST, positions, int(tokenizer.model_max_length)), 4)
