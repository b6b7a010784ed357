"""A small set of tensors that turns the shared text encoder into a classifier.

A low-rank update for each linear layer (Hu et al. 2021, arXiv:2106.09685), a difference for each
bias and layer norm (Ben Zaken et al. 2022, arXiv:2106.10199), and a linear head. All of it is
added to the encoder's own weights once, at load, so that judging costs one plain forward pass.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from core.errors import NotReady

DOWN, UP, DELTA = ".down", ".up", ".delta"
"""Endings of tensor names: the two factors of an update (rank, in) and (out, rank), a difference."""
FOLDER = Path(__file__).parent / "adapters"
"""Where the adapters lie that come with the program."""


@dataclass(frozen=True, slots=True)
class Card:
    """What the adapter answers and how: the part of its card that running it needs."""

    labels: tuple[str, ...]
    languages: tuple[str, ...]
    max_tokens: int
    temperature: float
    encoder_sha256: str


@dataclass(frozen=True, slots=True)
class Adapter:
    """A card and its tensors, by name."""

    card: Card
    tensors: dict[str, Tensor]


def paths(name: str, folder: Path = FOLDER) -> tuple[Path, Path]:
    """Return the card and the tensor file of an adapter."""
    return folder / f"{name}.json", folder / f"{name}.safetensors"


def load(name: str, folder: Path = FOLDER) -> Adapter:
    """Return an adapter from its folder; raises `NotReady` where its files are missing."""
    card, tensors = paths(name, folder)
    if not (card.is_file() and tensors.is_file()):
        raise NotReady(f"The adapter '{name}' is not at {folder}.", f"python -m scripts.train.{name}")
    fields = json.loads(card.read_text(encoding="utf-8"))
    return Adapter(
        Card(
            labels=tuple(fields["labels"]),
            languages=tuple(fields["languages"]),
            max_tokens=int(fields["max_tokens"]),
            temperature=float(fields["temperature"]),
            encoder_sha256=str(fields["encoder_sha256"]),
        ),
        load_file(tensors),
    )


@torch.no_grad()
def merge(encoder: nn.Module, adapter: Adapter) -> None:
    """Add the adapter's updates to the encoder's weights in place."""
    parameters = dict(encoder.named_parameters())
    for name, tensor in adapter.tensors.items():
        if name.endswith(UP):
            layer = name.removesuffix(UP)
            parameters[f"{layer}.weight"].add_(tensor.float() @ adapter.tensors[layer + DOWN].float())
        elif name.endswith(DELTA):
            parameters[name.removesuffix(DELTA)].add_(tensor.float())


def head(adapter: Adapter) -> nn.Linear:
    """Return the linear head over pooled features."""
    weight, bias = adapter.tensors["head.weight"], adapter.tensors["head.bias"]
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.load_state_dict({"weight": weight.float(), "bias": bias.float()})
    return layer.eval()
