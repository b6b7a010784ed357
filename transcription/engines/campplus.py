"""CAM++ speaker embedding: frame features once for all masks, statistics pooled per mask.

Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware
Masking" (Interspeech 2023). Module names follow the published weights so that they load strictly.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812  the field's own name for it
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from typing_extensions import override

MELS = 80
DIMENSION = 192
CHANNELS = 512
"""Channels of the frame features; pooled mean and deviation make twice as many."""
SUBSAMPLING = 2
"""Filterbank frames (10 ms) to one frame of features (20 ms)."""
_GROWTH = 32
_BOTTLENECK = 128
_CONTEXT_FRAMES = 100
"""Frames of the segment context in the masking layer (section 2.3 of the paper)."""
_PIECE_FRAMES = 1000
_HALO_FRAMES = 10
"""Half the receptive field of the front convolutions: ten 3x3 ones one after the other."""


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with a shortcut; the stride is taken over frequency only."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, stride=(stride, 1), padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = nn.Sequential()
        if stride != 1:
            projection = nn.Conv2d(channels, channels, 1, stride=(stride, 1), bias=False)
            self.shortcut = nn.Sequential(projection, nn.BatchNorm2d(channels))

    @override
    def forward(self, x: Tensor) -> Tensor:
        """Return (batch, channels, frequency / stride, frames)."""
        out = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(out)) + self.shortcut(x))


class Head(nn.Module):
    """Front convolutions: (batch, mels, frames) to (batch, 320, frames)."""

    def __init__(self, channels: int = 32) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.layer1 = nn.Sequential(ResidualBlock(channels, 2), ResidualBlock(channels, 1))
        self.layer2 = nn.Sequential(ResidualBlock(channels, 2), ResidualBlock(channels, 1))
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=(2, 1), padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    @override
    def forward(self, x: Tensor) -> Tensor:
        """Return (batch, channels x frequency, frames).

        Done piece by piece with enough overlap to change nothing: pieces stay in the cache of the
        processor (0.36 s instead of 0.53 s of CPU for a minute of sound).
        """
        pieces = []
        for begin in range(0, x.shape[-1], _PIECE_FRAMES):
            first = max(begin - _HALO_FRAMES, 0)
            out = self._piece(x[..., first : begin + _PIECE_FRAMES + _HALO_FRAMES])
            pieces.append(out[..., begin - first : begin - first + _PIECE_FRAMES])
        return torch.cat(pieces, dim=-1)

    def _piece(self, x: Tensor) -> Tensor:
        """Return (batch, channels x frequency, frames) of one piece."""
        out = F.relu(self.bn1(self.conv1(x.unsqueeze(1))))
        out = self.layer2(self.layer1(out))
        out = F.relu(self.bn2(self.conv2(out)))
        return out.flatten(1, 2)


class Normalized(nn.Sequential):
    """Batch normalisation, then a rectifier unless told otherwise."""

    def __init__(self, channels: int, *, affine: bool = True, rectify: bool = True) -> None:
        super().__init__()
        self.add_module("batchnorm", nn.BatchNorm1d(channels, affine=affine))
        if rectify:
            self.add_module("relu", nn.ReLU(inplace=True))


class ContextMask(nn.Module):
    """A convolution gated by the mean of the whole input and of each 2 s of it."""

    def __init__(self, channels: int, out: int, dilation: int) -> None:
        super().__init__()
        self.linear_local = nn.Conv1d(channels, out, 3, padding=dilation, dilation=dilation, bias=False)
        self.linear1 = nn.Conv1d(channels, channels // 2, 1)
        self.linear2 = nn.Conv1d(channels // 2, out, 1)

    @override
    def forward(self, x: Tensor) -> Tensor:
        """Return (batch, out, frames); the gate is computed once a segment, as it is constant there."""
        segments = F.avg_pool1d(x, _CONTEXT_FRAMES, stride=_CONTEXT_FRAMES, ceil_mode=True)
        context = F.relu(self.linear1(x.mean(-1, keepdim=True) + segments))
        gate = torch.sigmoid(self.linear2(context)).repeat_interleave(_CONTEXT_FRAMES, dim=-1)
        local: Tensor = self.linear_local(x)
        return local * gate[..., : x.shape[-1]]


class DenseLayer(nn.Module):
    """A bottleneck and a context-masked convolution that add `_GROWTH` channels."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.nonlinear1 = Normalized(channels)
        self.linear1 = nn.Conv1d(channels, _BOTTLENECK, 1, bias=False)
        self.nonlinear2 = Normalized(_BOTTLENECK)
        self.cam_layer = ContextMask(_BOTTLENECK, _GROWTH, dilation)

    @override
    def forward(self, x: Tensor) -> Tensor:
        """Return the new channels, (batch, 32, frames)."""
        new: Tensor = self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(x))))
        return new


class DenseBlock(nn.Module):
    """Densely connected layers: each sees the output of all before it."""

    def __init__(self, layers: int, channels: int, dilation: int) -> None:
        super().__init__()
        for index in range(layers):
            self.add_module(f"tdnnd{index + 1}", DenseLayer(channels + index * _GROWTH, dilation))

    @override
    def forward(self, x: Tensor) -> Tensor:
        """Return (batch, channels + layers x 32, frames)."""
        for layer in self.children():
            x = torch.cat((x, layer(x)), dim=1)
        return x


class Unit(nn.Module):
    """A 1-D convolution and a normalisation, in the order that `before` says."""

    def __init__(self, linear: nn.Conv1d, nonlinear: Normalized, *, before: bool) -> None:
        super().__init__()
        self.linear = linear
        self.nonlinear = nonlinear
        self._before = before

    @override
    def forward(self, x: Tensor) -> Tensor:
        """Return (batch, channels out, frames out)."""
        out: Tensor = self.linear(self.nonlinear(x)) if self._before else self.nonlinear(self.linear(x))
        return out


class Embedder(nn.Module):
    """The TDNN part; `stats` of the published code has no weights and is `pool` here."""

    def __init__(self) -> None:
        super().__init__()
        tdnn = nn.Conv1d(MELS * 4, _BOTTLENECK, 5, stride=SUBSAMPLING, padding=2, bias=False)
        self.tdnn = Unit(tdnn, Normalized(_BOTTLENECK), before=False)
        channels = _BOTTLENECK
        for index, (layers, dilation) in enumerate(((12, 1), (24, 2), (16, 2)), start=1):
            self.add_module(f"block{index}", DenseBlock(layers, channels, dilation))
            channels += layers * _GROWTH
            halved = nn.Conv1d(channels, channels // 2, 1, bias=False)
            self.add_module(f"transit{index}", Unit(halved, Normalized(channels), before=True))
            channels //= 2
        self.out_nonlinear = Normalized(CHANNELS)
        dense = nn.Conv1d(CHANNELS * 2, DIMENSION, 1, bias=False)
        self.dense = Unit(dense, Normalized(DIMENSION, affine=False, rectify=False), before=False)


class CAMPPlus(nn.Module):
    """Filterbank features to a speaker embedding of `DIMENSION` numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.head = Head()
        self.xvector = Embedder()

    def frames(self, features: Tensor) -> Tensor:
        """Return frame features (batch, CHANNELS, frames / 2) of filterbanks (batch, frames, MELS)."""
        out: Tensor = self.head(features.transpose(1, 2))
        for name, part in self.xvector.named_children():
            if name != "dense":
                out = part(out)
        return out

    def project(self, pooled: Tensor) -> Tensor:
        """Return embeddings (batch, DIMENSION) of pooled mean and deviation (batch, 2 x CHANNELS)."""
        out: Tensor = self.xvector.dense(pooled.unsqueeze(-1)).squeeze(-1)
        return out

    @override
    def forward(self, features: Tensor) -> Tensor:
        """Return embeddings (batch, DIMENSION) of filterbanks (batch, frames, MELS), as published."""
        frames = self.frames(features)
        pooled = torch.cat((frames.mean(-1), frames.std(-1, unbiased=True)), dim=-1)
        return self.project(pooled)


def load_campplus(path: Path) -> CAMPPlus:
    """Return CAM++ with the weights of a state dict file, in evaluation mode, folded for speed."""
    network = CAMPPlus()
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True), strict=True)
    network.eval()
    for module in network.head.modules():
        _fold(module)
    network.head.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # absent from the stubs
    return network


def _fold(module: nn.Module) -> None:
    """Fold each normalisation after a front convolution into its weights: same output, less work."""
    for number in ("1", "2"):
        convolution = getattr(module, f"conv{number}", None)
        if isinstance(convolution, nn.Conv2d):
            setattr(module, f"conv{number}", fuse_conv_bn_eval(convolution, getattr(module, f"bn{number}")))
            setattr(module, f"bn{number}", nn.Identity())
    if isinstance(module, ResidualBlock) and len(module.shortcut) > 0:
        convolution, normalisation = module.shortcut
        if isinstance(convolution, nn.Conv2d) and isinstance(normalisation, nn.BatchNorm2d):
            module.shortcut = nn.Sequential(fuse_conv_bn_eval(convolution, normalisation))
