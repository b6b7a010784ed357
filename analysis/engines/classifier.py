"""Any number of texts to calibrated probabilities, whatever network stands behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import NotReady
from core.progress import Progress

TOKENS_PER_BATCH = 2048
"""Padded tokens in one batch: long texts go through few at a time, short ones by the hundred."""
LOGIT_DECIMALS = 4
"""Logits are rounded so that the noise of batch shapes (1e-6 measured) does not reach an answer."""

Forward = Callable[[Tensor, Tensor], Tensor]
"""Token ids and mask, each (batch, tokens) int64, to logits (batch, labels)."""


@dataclass(frozen=True, slots=True)
class Window:
    """At most `max_tokens` token ids of text number `text`."""

    text: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Classifier:
    """A network with its tokenizer, its labels, and where and how it runs.

    `threads` 0 leaves torch's own choice, every core.
    """

    tokenizer: Any
    forward: Forward
    labels: tuple[str, ...]
    max_tokens: int
    temperature: float
    device: torch.device
    threads: int

    def probabilities(self, texts: Sequence[str], progress: Progress) -> NDArray[np.float64]:
        """Return (texts, labels), each row summing to 1, in the order given.

        A text longer than `max_tokens` is judged in windows, averaged by their tokens. Equal texts
        are judged once; half of a call's utterances are "yeah" and "okay".
        """
        unique = {text: index for index, text in enumerate(dict.fromkeys(texts))}
        if not unique:
            progress(1.0)
            return np.zeros((0, len(self.labels)))
        windows = self._windows(list(unique))
        with _threads(self.threads):
            each = self._run(windows, progress)
        weights = np.array([len(window.ids) for window in windows], dtype=np.float64)
        owner = np.array([window.text for window in windows])
        mean = np.zeros((len(unique), len(self.labels)))
        np.add.at(mean, owner, each * weights[:, None])
        mean /= mean.sum(1, keepdims=True)
        return mean[[unique[text] for text in texts]]

    def _windows(self, texts: list[str]) -> list[Window]:
        """Return each text's windows in order."""
        tokens = self.tokenizer(
            texts, truncation=True, max_length=self.max_tokens, return_overflowing_tokens=True
        )
        owners = tokens["overflow_to_sample_mapping"]
        return [Window(text, tuple(ids)) for text, ids in zip(owners, tokens["input_ids"], strict=True)]

    def _run(self, windows: list[Window], progress: Progress) -> NDArray[np.float64]:
        """Return probabilities of each window, shortest first through the network."""
        result = np.zeros((len(windows), len(self.labels)))
        done = 0
        for batch in batches([len(window.ids) for window in windows], TOKENS_PER_BATCH):
            result[batch] = self._softmax(self._logits([windows[index].ids for index in batch]))
            done += len(batch)
            progress(done / len(windows))
        return result

    @torch.inference_mode()
    def _logits(self, rows: Sequence[Sequence[int]]) -> NDArray[np.float64]:
        """Return logits of one batch."""
        ids, mask = pad(rows, self.tokenizer.pad_token_id)
        logits = self.forward(ids.to(self.device), mask.to(self.device))
        return np.asarray(logits.double().cpu().numpy())

    def _softmax(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return probabilities of rounded logits at the calibrated temperature."""
        scaled = np.round(logits, LOGIT_DECIMALS) / self.temperature
        raised = np.exp(scaled - scaled.max(1, keepdims=True))
        return np.asarray(raised / raised.sum(1, keepdims=True))


def batches(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Yield indexes by rising length, in groups of at most `tokens` once padded, never empty."""
    group: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: lengths[index]):
        if group and (len(group) + 1) * lengths[index] > tokens:
            yield group
            group = []
        group.append(index)
    if group:
        yield group


def pad(rows: Sequence[Sequence[int]], filler: int) -> tuple[Tensor, Tensor]:
    """Return token ids and mask, each (batch, longest), int64."""
    longest = max(len(row) for row in rows)
    ids = torch.tensor([[*row, *([filler] * (longest - len(row)))] for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    return ids, mask


def device(wanted: str) -> torch.device:
    """Return the device of `auto`, `cpu` or `cuda`; raises `NotReady` for a GPU that is not there."""
    if wanted == "cuda" and not torch.cuda.is_available():
        raise NotReady("No CUDA device can be used here.", "export DEBRIEF_DEVICE=auto")
    gpu = wanted == "cuda" or (wanted == "auto" and torch.cuda.is_available())
    return torch.device("cuda" if gpu else "cpu")


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Run with `count` threads (0: as it is), then put torch back as it was."""
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
