"""The text encoder of the built-in judges: a local BERT, pooled, with a linear head."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import BertConfig, BertModel, BertTokenizerFast
from typing_extensions import override

from core.errors import NotReady

WEIGHTS_FILE = "model.safetensors"
"""The encoder's tensors inside its folder."""


def load_encoder(folder: Path) -> tuple[Any, Any]:
    """Return tokenizer and encoder (no pooler) from a local folder; raises `NotReady` where absent.

    Built from the configuration and filled from the file rather than by `from_pretrained`, which
    prints a progress bar and a report on the pooler that we leave out.
    """
    if not (folder / WEIGHTS_FILE).is_file():
        raise NotReady(f"The text encoder is not at {folder}.", "make weights")
    encoder = BertModel(BertConfig.from_pretrained(folder, local_files_only=True), add_pooling_layer=False)
    stored = load_file(folder / WEIGHTS_FILE)
    encoder.load_state_dict({name: stored[name] for name in encoder.state_dict()})
    return BertTokenizerFast.from_pretrained(folder, local_files_only=True), encoder.eval()


def pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Return (batch, 2 * width): mean and maximum over real tokens of (batch, tokens, width)."""
    kept = mask.unsqueeze(-1).to(hidden.dtype)
    mean = (hidden * kept).sum(1) / kept.sum(1).clamp_min(1.0)
    return torch.cat([mean, hidden.masked_fill(kept == 0, -torch.inf).amax(1)], dim=-1)


class PooledClassifier(nn.Module):
    """Encoder, pooling, head: (ids, mask), each (batch, tokens), to (batch, outputs)."""

    def __init__(self, encoder: Any, head: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head

    @override
    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return what the head makes of the pooled features."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        output: Tensor = self.head(pool(hidden, mask))
        return output
