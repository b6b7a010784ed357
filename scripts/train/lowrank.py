"""Low-rank updates of a frozen encoder: put in before training, taken out as small tensors."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from typing_extensions import override

from analysis.engines.adapter import DELTA, DOWN, UP


class LowRank(nn.Module):
    """A frozen linear layer plus `up @ down`, zero at first (arXiv:2106.09685)."""

    def __init__(self, base: nn.Linear, rank: int, scale: float) -> None:
        super().__init__()
        self.base = base
        self.scale = scale
        self.down = nn.Parameter(torch.randn(rank, base.in_features) / base.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(base.out_features, rank))

    @override
    def forward(self, features: Tensor) -> Tensor:
        """Return the layer's output with the update applied."""
        update = nn.functional.linear(nn.functional.linear(features, self.down), self.up)
        output: Tensor = self.base(features) + self.scale * update
        return output


def attach(encoder: Any, rank: int, scale: float, frozen: int) -> dict[str, Tensor]:
    """Freeze the encoder but for low-rank updates, biases and norms of all but its first layers.

    Returns the trainable biases and norms as they were, by name, for `extract`.
    """
    for parameter in encoder.parameters():
        parameter.requires_grad_(False)  # noqa: FBT003 - torch's own signature
    small: dict[str, nn.Parameter] = {}
    for index, layer in enumerate(encoder.encoder.layer):
        if index >= frozen:
            named = layer.named_parameters(prefix=f"encoder.layer.{index}")
            small |= {name: parameter for name, parameter in named if parameter.ndim == 1}
    for parameter in small.values():
        parameter.requires_grad_()
    before = {name: parameter.detach().clone() for name, parameter in small.items()}
    for layer in encoder.encoder.layer[frozen:]:
        _wrap(layer, rank, scale)
    return before


def _wrap(module: nn.Module, rank: int, scale: float) -> None:
    """Replace every linear layer below `module` by its low-rank form."""
    for name, child in module.named_children():
        if isinstance(child, nn.Linear):
            setattr(module, name, LowRank(child, rank, scale))
        else:
            _wrap(child, rank, scale)


@torch.no_grad()
def extract(encoder: Any, before: dict[str, Tensor], head: nn.Linear) -> dict[str, Tensor]:
    """Return the adapter's tensors in half precision, named as `analysis.engines.adapter` reads them."""
    tensors = {"head.weight": head.weight, "head.bias": head.bias}
    for name, module in encoder.named_modules():
        if isinstance(module, LowRank):
            tensors[name + DOWN] = module.down
            tensors[name + UP] = module.up * module.scale
    for name, parameter in encoder.named_parameters():
        plain = name.replace(".base.", ".")
        if plain in before:
            tensors[plain + DELTA] = parameter - before[plain]
    return {name: tensor.detach().half().contiguous() for name, tensor in sorted(tensors.items())}
