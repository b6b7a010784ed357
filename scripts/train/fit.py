"""The training loop both commands share: augmented views, batches of like length, AdamW."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from typing_extensions import override

from analysis.engines.classifier import pad
from analysis.engines.encoder import PooledClassifier, load_encoder
from scripts.train.lowrank import attach

View = Callable[[str, random.Random], str]
"""How a text is shown this time."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Hyper-parameters: low-rank updates of all layers but the first `frozen` ones.

    `rate` is the peak learning rate of updates and head; biases and norms take half of it.
    It would fall to zero at `horizon` epochs, of which `epochs` are run; `warmup` is the share of the
    horizon it takes to rise. `auxiliary` is the weight of the finer labels.
    """

    epochs: int
    horizon: int
    batch: int
    rank: int
    scale: float
    rate: float
    weight_decay: float
    warmup: float
    dropout: float
    max_tokens: int
    seed: int
    auxiliary: float
    frozen: int


@dataclass(frozen=True, slots=True)
class Row:
    """One text to learn: index of its label (-1: none), weight, and auxiliary 0/1 targets or none."""

    text: str
    label: int
    weight: float = 1.0
    auxiliary: tuple[int, ...] = ()


class Trainee(nn.Module):
    """The classifier in training, with a second head for finer labels that is thrown away."""

    def __init__(self, encoder: Any, labels: int, auxiliary: int, dropout: float) -> None:
        super().__init__()
        width = 2 * encoder.config.hidden_size
        self.main = PooledClassifier(encoder, nn.Identity())
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, labels)
        self.auxiliary = nn.Linear(width, max(auxiliary, 1))

    @override
    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits of labels and of auxiliary labels."""
        features = self.dropout(self.main(ids, mask))
        return self.head(features), self.auxiliary(features)


@dataclass(frozen=True, slots=True)
class Trained:
    """What `fit` leaves: the model, and the small parameters of its encoder as they were."""

    model: Trainee
    before: dict[str, Tensor]
    seconds: float


def fit(
    rows: Sequence[Row],
    labels: int,
    view: View,
    encoder_folder: Path,
    recipe: Recipe,
) -> Trained:
    """Return the trained model; the same for one seed, thread count, torch version and processor."""
    rng = random.Random(recipe.seed)  # noqa: S311 - augmentation, not a secret
    tokenizer, encoder = load_encoder(encoder_folder)
    torch.manual_seed(recipe.seed)
    before = _prepare(encoder, recipe)
    model = Trainee(encoder, labels, max(len(row.auxiliary) for row in rows), recipe.dropout)
    steps = -(-len(rows) // recipe.batch)
    optimiser, schedule = _optimiser(model, recipe, recipe.horizon * steps)
    started, losses = time.monotonic(), list[float]()
    for _epoch in range(recipe.epochs):
        tokens = _encode(tokenizer, [view(row.text, rng) for row in rows], recipe.max_tokens)
        for chosen in _batches([len(ids) for ids in tokens], recipe.batch, rng):
            value = _loss(model, [tokens[i] for i in chosen], [rows[i] for i in chosen], recipe)
            optimiser.zero_grad()
            value.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            losses.append(value.item())
            _report(losses, recipe.epochs * steps, time.monotonic() - started)
    return Trained(model, before, time.monotonic() - started)


def _prepare(encoder: Any, recipe: Recipe) -> dict[str, Tensor]:
    """Put low-rank updates into the encoder; returns its trainable small parameters as they were."""
    for module in encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0  # an epoch of low rank does not overfit; lets torch fuse the attention
    return attach(encoder, recipe.rank, recipe.scale, recipe.frozen)


def _report(losses: Sequence[float], steps: int, seconds: float) -> None:
    """Print a line every hundred steps."""
    if len(losses) % 100 == 0:
        print(f"step {len(losses)}/{steps}, loss {np.mean(losses[-100:]):.4f}, {seconds:.0f} s", flush=True)


def _optimiser(
    model: Trainee, recipe: Recipe, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """Return AdamW and a linear warm-up and decay over `steps`."""
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(
        [
            {
                "params": [p for p in trainable if p.ndim > 1],
                "lr": recipe.rate,
                "weight_decay": recipe.weight_decay,
            },
            {"params": [p for p in trainable if p.ndim == 1], "lr": recipe.rate / 2, "weight_decay": 0.0},
        ]
    )
    warm = max(int(recipe.warmup * steps), 1)
    return optimiser, torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, max(steps - step, 0) / max(steps - warm, 1))
    )


def _batches(lengths: Sequence[int], size: int, rng: random.Random) -> Iterator[list[int]]:
    """Yield shuffled batches of indexes, each of texts about equally long."""
    order = list(range(len(lengths)))
    rng.shuffle(order)
    pools = [order[i : i + 40 * size] for i in range(0, len(order), 40 * size)]
    batches = [
        ranked[i : i + size]
        for pool in pools
        for ranked in [sorted(pool, key=lambda index: lengths[index])]
        for i in range(0, len(ranked), size)
    ]
    rng.shuffle(batches)
    yield from batches


def _loss(model: Trainee, tokens: Sequence[list[int]], rows: Sequence[Row], recipe: Recipe) -> Tensor:
    """Return cross entropy of labels plus weighted binary cross entropy of auxiliary targets."""
    logits, fine = model(*pad(tokens, 0))
    target = torch.tensor([row.label for row in rows])
    weight = torch.tensor([row.weight if row.label >= 0 else 0.0 for row in rows])
    each = nn.functional.cross_entropy(logits, target.clamp_min(0), reduction="none")
    value = (each * weight).sum() / weight.sum().clamp_min(1e-6)
    marked = [index for index, row in enumerate(rows) if row.auxiliary]
    if recipe.auxiliary and marked:
        wanted = torch.tensor([rows[index].auxiliary for index in marked], dtype=torch.float32)
        value = (
            value
            + recipe.auxiliary
            * nn.functional.binary_cross_entropy_with_logits(fine[marked], wanted, reduction="none")
            .sum(1)
            .mean()
        )
    return value


def _encode(tokenizer: Any, texts: Sequence[str], max_tokens: int) -> list[list[int]]:
    """Return token ids of each text, cut at `max_tokens`."""
    ids: list[list[int]] = tokenizer(list(texts), truncation=True, max_length=max_tokens)["input_ids"]
    return ids
