"""Efficient channel attention (Q. Wang et al., ECA-Net, CVPR 2020): channels weigh each other, few weights for all."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import conv1d


def attention_width(channels: int) -> int:
    """Return k, the odd number near (log2 C + 1) / 2, as the public code rounds: 3 for 16 to 64 channels, 5 to 512."""
    width = int((math.log2(channels) + 1) / 2)
    return width + 1 - width % 2


class ChannelAttention(nn.Module):
    """s = sigmoid(g * w): g is the mean of every channel, w runs along the channels, no bias, 0 beyond them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        width = attention_width(channels)
        bound = 1 / math.sqrt(width)
        self.weight = nn.Parameter(torch.empty(width).uniform_(-bound, bound))

    def forward(self, means: Tensor) -> Tensor:
        """Return what each channel is multiplied by, (tiles, channels), of the channels' means."""
        along = conv1d(means.unsqueeze(1), self.weight.view(1, 1, -1), padding=len(self.weight) // 2)
        return along.squeeze(1).sigmoid()
