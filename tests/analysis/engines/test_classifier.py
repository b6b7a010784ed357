"""Batching and padding: nothing lost, nothing too large."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from analysis.engines.classifier import batches, device, pad
from core.errors import NotReady


@given(st.lists(st.integers(1, 600), max_size=80), st.integers(1, 4096))
def test_every_text_is_in_exactly_one_batch(lengths: list[int], tokens: int) -> None:
    groups = list(batches(lengths, tokens))
    assert sorted(index for group in groups for index in group) == list(range(len(lengths)))


@given(st.lists(st.integers(1, 600), max_size=80), st.integers(1, 4096))
def test_a_padded_batch_stays_within_its_bound(lengths: list[int], tokens: int) -> None:
    for group in batches(lengths, tokens):
        assert group
        assert len(group) == 1 or len(group) * max(lengths[index] for index in group) <= tokens


def test_padding_is_masked() -> None:
    ids, mask = pad([(5, 6, 7), (8,)], 0)
    assert ids.tolist() == [[5, 6, 7], [8, 0, 0]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_gpu_that_is_not_there_is_said() -> None:
    with pytest.raises(NotReady, match="CUDA"):
        device("cuda")
    assert device("auto").type == device("cpu").type == "cpu"
