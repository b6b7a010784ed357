"""What is taken out after training does, added at load, what training saw."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from transformers import BertConfig, BertModel

from analysis.engines import adapter
from scripts.train.calibration import Bin
from scripts.train.figures import diagram, put
from scripts.train.lowrank import attach, extract

CONFIG = BertConfig(
    vocab_size=30, hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=24
)


def encoder() -> BertModel:
    """Return the same small random encoder every time."""
    torch.manual_seed(2)
    return BertModel(CONFIG, add_pooling_layer=False).eval()


def test_an_adapter_merged_gives_what_was_trained(tmp_path: Path) -> None:
    trained, head = encoder(), nn.Linear(32, 3)
    before = attach(trained, rank=2, scale=2.0, frozen=1)
    with torch.no_grad():
        for parameter in trained.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter) * 0.05)
    card, tensors = adapter.paths("small", tmp_path)
    save_file(extract(trained, before, head), tensors)
    fields = {"labels": ["a"], "languages": [], "max_tokens": 9, "temperature": 1, "encoder_sha256": ""}
    card.write_text(json.dumps(fields), encoding="utf-8")
    plain = encoder()
    adapter.merge(plain, adapter.load("small", tmp_path))
    ids = torch.tensor([[1, 2, 3, 4]])
    with torch.no_grad():
        wanted, found = trained(input_ids=ids)[0], plain(input_ids=ids)[0]
        apart = (encoder()(input_ids=ids)[0] - wanted).abs().max()
    assert apart > 0.1
    assert torch.allclose(wanted, found, atol=2e-2)


def test_the_first_layers_and_embeddings_stay() -> None:
    trained = encoder()
    attach(trained, rank=2, scale=1.0, frozen=1)
    learning = {name for name, parameter in trained.named_parameters() if parameter.requires_grad}
    assert learning
    assert all(name.startswith(("encoder.layer.1.", "encoder.layer.2.")) for name in learning)


def test_figures_replace_what_stood_between_the_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("above\n<!-- begin x -->\nold\n<!-- end x -->\nbelow\n", encoding="utf-8")
    put(page, "x", "new")
    assert page.read_text(encoding="utf-8") == ("above\n<!-- begin x -->\nnew\n<!-- end x -->\nbelow\n")


def test_the_diagram_has_a_dot_per_bin() -> None:
    bins = (Bin(0.5, 0.6, 10, 0.55, 0.5), Bin(0.9, 1.0, 90, 0.95, 0.96))
    assert diagram(bins, "sentiment").count("<circle") == 2
