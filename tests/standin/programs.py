"""Whole trainings as users write them, for any device: a perceptron, a convolutional network, an LSTM, a GPT."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import autograd_engine as ag
from autograd_engine import models, nn, optim
from autograd_engine.nn import functional as F

__all__ = ["PROGRAMS", "Trained", "trained"]


def perceptron() -> Any:
    return nn.Sequential(
        nn.Linear(6, 16), nn.ReLU(), nn.Dropout(0.0), nn.Linear(16, 16), nn.GELU(), nn.Linear(16, 3)
    )


def convolutional() -> Any:
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 4, 3), nn.SiLU(), nn.AvgPool2d(2, 1, padding=1, count_include_pad=False),
        nn.Flatten(), nn.Linear(36, 3),
    )  # fmt: skip


class Recurrent(nn.Module):
    """The last state of an LSTM, classified."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(5, 4)
        self.layer = nn.LSTM(4, 6, 2, batch_first=True)
        self.norm = nn.LayerNorm(6)
        self.head = nn.Linear(6, 3)

    def forward(self, x: Any) -> Any:
        states, _ = self.layer(self.embedding(x))
        return self.head(self.norm(states[:, -1]))


class Program(NamedTuple):
    """A network and what it learns from.

    Attributes:
        build: makes the network.
        inputs: makes a batch of inputs from a generator of random numbers.
        targets: the same for targets, which are classes.
    """

    build: Callable[[], Any]
    inputs: Callable[[Any], Any]
    targets: Callable[[Any], Any]


def classes(random: Any) -> Any:
    return random.integers(0, 3, 5)


PROGRAMS = {
    "perceptron": Program(perceptron, lambda r: r.normal(size=(5, 6)), classes),
    "convolutional": Program(convolutional, lambda r: r.normal(size=(5, 1, 8, 8)), classes),
    "recurrent": Program(Recurrent, lambda r: r.integers(0, 5, (5, 7)), classes),
    "gpt": Program(
        lambda: models.GPT(7, 8, layers=2, heads=2, width=8),
        lambda r: r.integers(0, 7, (3, 8)),
        lambda r: r.integers(0, 7, (3, 8)),
    ),
}


class Trained(NamedTuple):
    """What a training left.

    Attributes:
        losses: of each step, on its device.
        model, optimizer: after the last.
    """

    losses: list[Any]
    model: Any
    optimizer: Any


def trained(
    program: Program,
    device: Any,
    dtype: Any,
    optimizer: str = "AdamW",
    steps: int = 3,
    watch: Callable[[Callable[[], Any]], Any] = lambda step: step(),
) -> Trained:
    """A few steps on a device. All but the first, which makes state and constants, run as `watch(step)`."""
    ag.manual_seed(0)
    random = np.random.default_rng(0)
    model = program.build().to(dtype).to(device)
    rule = getattr(optim, optimizer)(model.parameters(), lr=0.01)
    schedule = optim.lr_scheduler.StepLR(rule, 2, 0.5)
    losses = []
    for number in range(steps):
        inputs = program.inputs(random)
        x = ag.tensor(inputs, dtype=dtype if inputs.dtype.kind == "f" else None).to(device)
        y = ag.tensor(program.targets(random)).to(device)

        def step(x: Any = x, y: Any = y) -> Any:
            rule.zero_grad()
            scores = model(x)
            loss = F.cross_entropy(scores.reshape(-1, scores.shape[-1]), y.reshape(-1))
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            rule.step()
            schedule.step()
            return loss.detach()

        losses.append(watch(step) if number else step())
    return Trained(losses, model, rule)
