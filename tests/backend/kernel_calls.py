"""What each kernel is called with in tests: arguments by a kernel's name, for a dtype and a size."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_engine import optim
from autograd_engine.backend import kernels
from autograd_engine.backend.kernels import pooling
from autograd_engine.backend.kernels.convolution import Geometry
from autograd_engine.backend.kernels.pooling import Windows

Calls = Callable[[np.random.Generator, Any], list[tuple[Any, ...]]]


def _numbers(random: np.random.Generator, dtype: Any, *shape: int) -> Any:
    return random.standard_normal(shape).astype(dtype)


def _edges(dtype: Any) -> Any:
    """What a formula may get wrong: zeros of both signs, infinities, NaN, huge and tiny numbers; and the points at
    which one of its branches ends."""
    tiny, huge = np.finfo(dtype).tiny, np.finfo(dtype).max
    extreme = [0.0, -0.0, np.inf, -np.inf, np.nan, huge, -huge, tiny, -tiny, 50, -50, 100, -100]
    return np.array([*extreme, 1, -1, 3, -3, 0.5, 1.5, 20], dtype)


def _elements(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """One array: of several dimensions, of edge cases, without elements."""
    return [(_numbers(random, dtype, 7, 11, 3) * 3,), (_edges(dtype),), (_numbers(random, dtype, 0, 3),)]


def _gradients(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """A gradient and one array."""
    return [(_numbers(random, dtype, *x.shape), x) for (x,) in _elements(random, dtype)]


_ACTIVATIONS: dict[str, list[tuple[float, ...]]] = {
    "gelu": [()],
    "gelu_tanh": [()],
    "hardsigmoid": [()],
    "hardswish": [()],
    "logsigmoid": [()],
    "mish": [()],
    "relu": [()],
    "sigmoid": [()],
    "silu": [()],
    "tanh": [()],
    "elu": [(1.0, 1.0, 1.0), (-0.5, 1.5, 0.7)],
    "hardtanh": [(-1.0, 0.5)],
    "leaky_relu": [(0.01,), (-0.5,)],
    "softplus": [(1.0, 20.0), (2.0, 3.0)],
}
"""The settings that each activation function and its gradient are called with."""


def _each(calls: Calls, settings: list[tuple[float, ...]]) -> Calls:
    return lambda random, dtype: [(*a, *s) for s in settings for a in calls(random, dtype)]


def _places(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """An array, and places along a dimension, some of which are named twice."""
    at = random.integers(0, 7, (5, 4))
    numbers = [_numbers(random, dtype, *shape) for shape in ((7, 3), (7,), (2, 7), (2, 7, 3))]
    return [(numbers[0], at), (numbers[1], at), (numbers[2], at, 1), (numbers[3], at, 1)]


def _additions(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """Slices to add, the same places, and what they are added to."""
    return [
        (_numbers(random, dtype, *x.shape[: sum(dim)], *at.shape, *x.shape[1 + sum(dim) :]), at, x, *dim)
        for x, at, *dim in _places(random, dtype)
    ]


def _indices(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """Indices along a dimension of a shape; the dtype has no part in it."""
    shapes = [((4, 6), (4, 7), 1), ((9, 7), (5, 7), 0), ((2, 9, 3), (2, 5, 3), 1)]
    return [(random.integers(0, shape[dim], size), shape, dim) for size, shape, dim in shapes]


def _gathered(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """An array, indices along a dimension of it, and the dimension."""
    return [(_numbers(random, dtype, *shape), at, dim) for at, shape, dim in _indices(random, dtype)]


def _scattered(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """What to add, and where."""
    return [(_numbers(random, dtype, *at.shape), at, x, dim) for x, at, dim in _gathered(random, dtype)]


def _rows(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """An array, a dimension, and whether to begin at its end."""
    given = [
        (_numbers(random, dtype, 7, 30), 1),
        (_numbers(random, dtype, 9, 5), 0),
        (_numbers(random, dtype, 2, 6, 3), 1),
    ]
    special = _numbers(random, dtype, 5, 4)
    special[1, 2], special[2, 1], special[3] = np.nan, np.inf, [np.inf, 0, -np.inf, 1]
    return [(x, dim, reverse) for x, dim in [*given, (special, 1)] for reverse in (False, True)]


def _draws(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    draws = random.random((7, 11), np.float32)
    draws[0, 0] = 0.25
    return [(draws, 0.25, 1 / 0.75, np.dtype(dtype)), (draws, 1.0, 0.0, np.dtype(dtype))]


NORMS = {
    "batch norm of columns": ((70, 67), (70, 67, 1), (70, 67, 1)),
    "batch norm of images": ((3, 5, 2, 9), (3, 5, 18), (3, 5, 18)),
    "layer norm": ((37, 129), (1, 37, 129), (37, 129, 1)),
    "group norm": ((3, 6, 2, 4), (1, 6, 24), (3, 6, 8)),
    "group norm of vectors": ((3, 6), (1, 6, 3), (3, 6, 1)),
    "instance norm": ((3, 5, 40), (1, 15, 40), (3, 5, 40)),
}
"""Shape, and the two views of it: with a mean each, and with a weight each."""


def _normalizations(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """All layouts, with and without weights and means, NaN and infinity in one group."""
    calls: list[tuple[Any, ...]] = []
    for shape, groups, channels in NORMS.values():
        x, bad = _numbers(random, dtype, *shape) + 1, _numbers(random, dtype, *shape)
        bad.flat[:2] = np.inf, np.nan
        weight, bias = _numbers(random, dtype, channels[1]), _numbers(random, dtype, channels[1])
        calls += [(x, weight, bias, groups, channels, 1e-5, True), (bad, None, bias, groups, channels, 1e-5, True)]
        if groups != channels:
            calls.append((x, weight, None, groups, channels, 1e-5, False))
    return calls


def _normalization_gradients(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """The same, and with a gradient in another layout, of which less is wanted."""
    calls: list[tuple[Any, ...]] = []
    for x, weight, bias, groups, channels, eps, center in _normalizations(random, dtype):
        with np.errstate(all="ignore"):
            _, means, _, scale = kernels.normalize.numpy(x, weight, bias, groups, channels, eps, center)
        wanted = (True, weight is not None, bias is not None)
        settings = (x, weight, means, scale, groups, channels, center)
        calls.append((_numbers(random, dtype, *x.shape), *settings, wanted))
        calls.append((_numbers(random, dtype, *x.shape[::-1]).T, *settings, (not wanted[1], True, False)))
    return calls


def _affines(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """Vectors and images."""
    shapes = (6, 5), (3, 5, 4, 2)
    return [(_numbers(random, dtype, *s), _numbers(random, dtype, 5), _numbers(random, dtype, 5)) for s in shapes]


def _affine_gradients(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    return [(_numbers(random, dtype, *x.shape), x, scale) for x, scale, _ in _affines(random, dtype)]


def _scores(random: np.random.Generator, dtype: Any) -> list[Any]:
    """Short rows and long ones, several dimensions; NaN, infinities, and differences that overflow."""
    bad = _numbers(random, dtype, 6, 70)
    bad.flat[[3, 75, 150, 220, 300]] = np.nan, np.inf, -np.inf, np.finfo(dtype).max, -np.finfo(dtype).max
    bad[5] = -np.inf
    return [_numbers(random, dtype, 3, 4, 5) * 9, _numbers(random, dtype, 7, 300) + 1000, bad]


def _softmaxes(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    return [(x, x.ndim - 1) for x in _scores(random, dtype)]


def _softmax_gradients(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """The second one with a gradient in another layout."""
    shapes = (3, 4, 5), (7, 300)
    g = _numbers(random, dtype, 3, 4, 5), _numbers(random, dtype, 300, 7).T
    return [(h, _numbers(random, dtype, *shape), len(shape) - 1) for h, shape in zip(g, shapes, strict=True)]


def _attended(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """Scores of heads, and the number of the first query where each sees the keys up to its own."""
    square = _numbers(random, dtype, 2, 3, 40, 41) * 5
    square[0, 0, 30, 5], square[1, 1, 7, 3], square[1, 2, 9], square[0, 1, 3, 2] = np.nan, -np.inf, -np.inf, np.inf
    scores = [(_numbers(random, dtype, 1, 9, 70) * 9, 61), (_numbers(random, dtype, 3, 4, 5), 0)]
    return [*((x, None) for x in _scores(random, dtype)), (square, 0), *scores]


def _attended_again(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    calls = []
    for scores, first in _attended(random, dtype):
        with np.errstate(all="ignore"):
            tops, _ = kernels.exponentials.numpy(scores.copy(), first)
        calls.append((scores, tops, first))
    return calls


def _attended_gradients(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    shapes = (3, 4, 5), (2, 3, 9, 70)
    return [tuple(_numbers(random, dtype, *s) for s in (shape, shape, shape[:-1])) for shape in shapes]


def _class_scores(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """Without NaN, where the loss is NaN, and the exponentials are only means to it."""
    scores = (np.where(np.isnan(x), dtype(1), x) for x in _scores(random, dtype)[1:])
    return [(x, random.integers(0, x.shape[1], len(x))) for x in scores]


def _class_gradients(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """With a gradient for the sum of the losses, and one for each."""
    exps, target = np.exp(_numbers(random, dtype, 7, 300)), random.integers(0, 300, 7)
    settings = (exps, exps.sum(1), target)
    return [(*settings, dtype(0.7)), (*settings, _numbers(random, dtype, 7))]


def _shares(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """Some are ignored, or all of them; with weights, and without."""
    target, weight, kept = random.integers(-1, 4, 70), random.random(4).astype(dtype), np.dtype(dtype)
    given = [(target, -1, w, kept, mean) for w in (None, weight) for mean in (False, True)]
    return [*given, (np.full(5, -1), -1, None, kept, True), (target % 4, -1, weight * 0, kept, True)]


def _scaled(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    losses, scale = _numbers(random, dtype, 70), _numbers(random, dtype, 70)
    losses[3], scale[3] = np.nan, 0
    return [(losses, scale)]


def _soft_scores(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    return [
        (x, _numbers(random, dtype, *x.shape)) for x in (_numbers(random, dtype, 7, 300), _scores(random, dtype)[2])
    ]


def _soft_gradients(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    logs, target = _numbers(random, dtype, 7, 300), _numbers(random, dtype, 7, 300)
    return [(logs, target, dtype(0.7)), (logs, target, _numbers(random, dtype, 7))]


def _updates(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """Steps of optimizers: several arrays at once, edge cases; one formula with a state, one with choices."""
    calls: list[tuple[Any, ...]] = []
    for kind, names, numbers in (
        (optim.Adam, ("exp_avg", "exp_avg_sq"), (0.99, 0.0, 1.0, 0.9, 0.99, 1e-8, 1e-3, 0.0)),
        (optim.Rprop, ("prev", "step_size"), (1.0, 0.1, -1.0, 0.5, 1.2, 1e-6, 50.0)),
    ):
        read = kind._formula(names).read(numbers)
        assert read is not None
        for values in ([_numbers(random, dtype, n) for n in (5000, 0, 7, 1024)], [_edges(dtype)]):
            gradients = [_numbers(random, dtype, *p.shape) for p in values]
            states = [(_numbers(random, dtype, *p.shape), _numbers(random, dtype, *p.shape) ** 2) for p in values]
            calls += [(values, gradients, states, *read), ([p.copy() for p in gradients], values, states, *read)]
    return calls


def _beside(x: Any) -> Any:
    """The same numbers with the channels of each place side by side in memory."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 1, -1)), -1, 1)


CONVOLUTIONS = {
    "few channels, 3 by 3": ((3, 2, 5, 6), 5, (3, 3), Geometry((1, 1), (1, 0), (1, 2), (1, 1), 1)),
    "few channels, 5 by 5": ((2, 3, 9, 40), 3, (5, 5), Geometry((1, 1), (2, 0), (2, 0), (1, 1), 1)),
    "one image": ((1, 2, 40, 31), 7, (2, 3), Geometry((1, 1), (0, 1), (1, 1), (1, 1), 1)),
    "signals of few channels": ((3, 4, 20), 6, (3,), Geometry((1,), (1,), (1,), (1,), 1)),
    "each channel alone": ((3, 6, 7, 8), 6, (3, 2), Geometry((2, 1), (1, 0), (1, 1), (1, 2), 6)),
    "signals, each channel alone": ((2, 5, 9), 5, (4,), Geometry((1,), (2,), (1,), (1,), 5)),
    "tiles": ((3, 17, 9, 8), 18, (3, 3), Geometry((1, 1), (1, 1), (1, 1), (1, 1), 1)),
    "tiles, an uneven frame": ((2, 19, 6, 11), 21, (3, 3), Geometry((1, 1), (0, 2), (1, 0), (1, 1), 1)),
}
"""The shape of the input, how many filters there are, the window, and how it moves."""
if not os.environ.get("NUMBA_DISABLE_JIT"):  # in plain Python it would take too long
    CONVOLUTIONS["tiles of a large image"] = ((1, 17, 64, 62), 18, *CONVOLUTIONS["tiles"][2:])


def _convolutions(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """In both orders of memory, with and without a bias; and a large step with few filters."""
    calls: list[tuple[Any, ...]] = []
    for shape, filters, window, geometry in (
        *CONVOLUTIONS.values(),
        ((2, 3, 9, 8), 4, (3, 3), Geometry((2, 2), (1, 1), (1, 1), (1, 1), 1)),
    ):
        x, bias = _numbers(random, dtype, *shape), _numbers(random, dtype, filters)
        w = _numbers(random, dtype, filters, shape[1] // geometry.groups, *window)
        calls += [(x, w, bias, geometry), (_beside(x), w, None, geometry)]
    return calls


def _input_gradients(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """Of convolutions of each channel alone, and of one with a large step."""
    calls: list[tuple[Any, ...]] = []
    for x, w, _, geometry in _convolutions(random, dtype):
        if geometry.groups > 1 or set(geometry.stride) != {1}:
            g = _numbers(random, dtype, *kernels.convolve.numpy(x, w, None, geometry).shape)
            calls += [(g, w, _numbers(random, dtype, x.shape[1]), x.shape[2:], geometry)]
            calls += [(_beside(g), w, None, x.shape[2:], geometry)]
    return calls


def _weight_gradients(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    calls: list[tuple[Any, ...]] = []
    for x, w, bias, geometry in _convolutions(random, dtype)[:-2]:
        g = _numbers(random, dtype, *kernels.convolve.numpy(x, w, None, geometry).shape)
        calls.append((g if bias is None else _beside(g), x, w.shape[2:], geometry))
    return calls


def _pictures(random: np.random.Generator, dtype: Any) -> list[tuple[Any, Windows]]:
    """Signals and pictures in both orders of memory, with NaN and -inf; windows that overlap, reach out, and lie
    outside altogether."""
    calls: list[tuple[Any, Windows]] = []
    for shape in (2, 3, 9), (2, 3, 8, 11):
        for size, stride, padding, dilation in (
            (2, 2, 0, 1),
            (3, 2, 1, 1),
            (3, 1, 1, 2),
            (2, 3, 1, 1),
            (4, 1, 2, 3),
        ):
            dims = len(shape) - 2
            moves = [(n,) * dims for n in (size, stride, padding, dilation)]
            places = pooling.places_of(shape[2:], *moves, ceil_mode=True)
            if min(places) > 0:
                x = _numbers(random, dtype, *shape)
                x.flat[3], x.flat[8], x[1, 1] = np.nan, -np.inf, -np.inf
                windows = Windows(*moves, places)
                calls += [(x, windows), (_beside(x), windows)]
    return calls


def _chosen(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """Gradients in both orders of memory, winners in another or the same one."""
    calls: list[tuple[Any, ...]] = []
    for x, windows in _pictures(random, dtype):
        _, winner = pooling.largest.numpy(x, windows)
        winner = winner if x.flags.c_contiguous else _beside(winner)
        g = _numbers(random, dtype, *winner.shape)
        calls += [(g, winner, x.shape[2:], windows), (_beside(g), winner, x.shape[2:], windows)]
    return calls


def _winners(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    return [(x, pooling.largest.numpy(x, windows)[1], windows) for x, windows in _pictures(random, dtype)]


_MEANS = [(True, None), (False, None), (False, 5)]
"""Whether what lies outside counts, and what else sums are divided by."""


def _means(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    return [(*a, *m) for a in _pictures(random, dtype) if a[1].dilation[0] == 1 for m in _MEANS]


def _mean_gradients(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    calls: list[tuple[Any, ...]] = []
    for x, windows, *settings in _means(random, dtype):
        g = _numbers(random, dtype, *x.shape[:2], *windows.places)
        calls.append((g if x.flags.c_contiguous else _beside(g), x.shape[2:], windows, *settings))
    return calls


def _blank(shape: tuple[int, ...], dtype: Any) -> Any:
    return np.zeros(shape, dtype)


_SEQUENCES = [
    ((2, 2), 5, False),
    ((7, 3, 3, 1), 33, True),
    ((70, 70), 9, False),
    ((3, 3), 1, False),
    ((2, 2, 2), 20, False),
]
"""Sizes, width and direction: few sequences, of different lengths, as many as several threads take, of one unit,
edge cases."""


def _steps(gates: int, more: int) -> Calls:
    """What the inputs contribute, the weight of the states, the states at the beginning, and room for what is kept.

    Args:
        gates: to how many gates the state contributes.
        more: whether there is a cell, and the cells before each step are kept.
    """

    def calls(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
        found = []
        for sizes, width, reverse in _SEQUENCES:
            given = _numbers(random, dtype, sum(sizes), 4 * width)
            weight = (_numbers(random, dtype, gates * width, width) / width**0.5).T  # as it comes for few steps
            states = (_numbers(random, dtype, sizes[0], width) for _ in range(1 + more))
            kept = (_blank((sum(sizes), width), dtype) for _ in range(1 + more))
            found.append((given, weight, *states, *kept, sizes, reverse))
        found[-1][0][:, :20] = found[-1][0][:, 40:60] = _edges(dtype)
        return found

    return calls


def _after(steps: str, more: int) -> Calls:
    """Gradients of the states, what the steps left behind, and room for the gradients of the gates."""

    def calls(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
        found = []
        for arguments in CALLS[f"recurrence.{steps}"](random, dtype):
            with np.errstate(all="ignore"):
                getattr(kernels, steps).numpy(*arguments)
            gates, weight, hidden, *_, states, sizes, reverse = arguments
            before = arguments[4] if more else _numbers(random, dtype, *states.shape)
            given, *carried = (
                _numbers(random, dtype, *shape) for shape in (states.shape, *[hidden.shape] * (1 + more))
            )
            changes = _blank(gates.shape, dtype)
            found.append((given, gates, weight.T.copy(), *carried, before, changes, sizes, reverse))
        return found

    return calls


CALLS: dict[str, Calls] = {
    "attention.exponentials": _attended,
    "attention.exponentials_again": _attended_again,
    "attention.scores_gradient": _attended_gradients,
    "convolution.convolve": _convolutions,
    "convolution.convolve_input": _input_gradients,
    "convolution.convolve_weight": _weight_gradients,
    "layout.channels_to_last": lambda random, dtype: [
        (_numbers(random, dtype, *shape),) for shape in ((2, 19, 5, 7), (3, 9, 40))
    ],
    "pooling.averaged": _means,
    "pooling.averaged_input": _mean_gradients,
    "pooling.largest": _pictures,
    "pooling.of_winners": _winners,
    "pooling.to_winners": _chosen,
    "columns.column_sums": lambda random, dtype: [(_numbers(random, dtype, *s),) for s in ((70, 67), (5, 1))],
    "elements.kept": _draws,
    "recurrence.gru_steps": _steps(3, 0),
    "recurrence.gru_steps_gradient": _after("gru_steps", 0),
    "recurrence.lstm_steps": _steps(4, 1),
    "recurrence.lstm_steps_gradient": _after("lstm_steps", 1),
    "scans.running_sums": _rows,
    "places.add_at_places": _scattered,
    "places.add_rows": _additions,
    "places.flat_places": _indices,
    "places.gather": _gathered,
    "places.take": _places,
    **{f"activations.{name}": _each(_elements, settings) for name, settings in _ACTIVATIONS.items()},
    **{f"activations.{name}_gradient": _each(_gradients, settings) for name, settings in _ACTIVATIONS.items()},
    "norms.affine": _affines,
    "norms.affine_gradients": _affine_gradients,
    "norms.normalize": _normalizations,
    "norms.normalize_gradients": _normalization_gradients,
    "softmaxes.log_softmax": _softmaxes,
    "softmaxes.log_softmax_gradient": _softmax_gradients,
    "softmaxes.soft_nll": _soft_scores,
    "softmaxes.soft_nll_gradient": _soft_gradients,
    "softmaxes.softmax": _softmaxes,
    "softmaxes.softmax_gradient": _softmax_gradients,
    "softmaxes.softmax_nll": _class_scores,
    "softmaxes.softmax_nll_gradient": _class_gradients,
    "targets.scaled": _scaled,
    "targets.scaled_sum": _scaled,
    "targets.shares": _shares,
    "updates.update": _updates,
}
