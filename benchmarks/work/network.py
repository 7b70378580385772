"""micrograd's demonstration: a 2-16-16-1 network of single numbers, its hinge loss and the gradient.

Source: A. Karpathy, micrograd, demo.ipynb.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..case import Case, Task
from ..libraries import Library

__all__ = ["CASES"]

SIZES = (2, 16, 16, 1)
BATCH = 4


def predict(weights: Sequence[Any], inputs: Sequence[Any], relu: Callable[[Any], Any]) -> Any:
    """The output of the network for one point. `weights` holds the weights and the bias of each neuron in turn."""
    parameters = iter(weights)
    values: Sequence[Any] = inputs
    last = len(SIZES) - 2
    for layer, (n_in, n_out) in enumerate(pairwise(SIZES)):
        neurons = []
        for _ in range(n_out):
            own = [next(parameters) for _ in range(n_in)]
            total = sum((w * v for w, v in zip(own, values, strict=True)), next(parameters))
            neurons.append(total if layer == last else relu(total))
        values = neurons
    return values[0]


def scalar_network(library: Library) -> Task:
    rng = np.random.default_rng(0)
    count = sum((n_in + 1) * n_out for n_in, n_out in pairwise(SIZES))
    leaves = [library.scalar(w) for w in rng.uniform(-1, 1, count).tolist()]
    points = rng.uniform(-1, 1, (BATCH, SIZES[0])).tolist()
    labels = [1.0 if x * y > 0 else -1.0 for x, y in points]

    def hinge(weights: Sequence[Any]) -> Any:
        margins = [
            predict(weights, point, library.relu) * -label + 1.0
            for point, label in zip(points, labels, strict=True)
        ]
        return sum((library.relu(m) for m in margins[1:]), library.relu(margins[0])) * (1 / BATCH)

    return Task(lambda: library.record(hinge, leaves)())


CASES = (
    Case(
        "scalar-network",
        f"2-16-16-1 network on scalars, batch {BATCH}",
        scalar_network,
        per="forward and backward",
    ),
)
