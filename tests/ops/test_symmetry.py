"""Far from zero and near to it: an operator with a symmetry keeps it, in its values and in its gradients.

The table says which operators do not change, or change in a known way, when a number is added to their inputs or
their inputs are multiplied by one. The inputs are moved without rounding, so that what is lost is lost in the
operator: cancelled in a sum, or squared out of the range of the dtype.
"""

import numpy as np
import pytest

import autograd_engine as ag
from tests.ops.oracle import flat
from tests.table import TABLE

GRID = 2.0**-10
"""Inputs are multiples of this."""

SHIFTS = [("float32", 2.0**10), ("float32", -(2.0**10)), ("float64", 2.0**10), ("float64", 2.0**20)]
EXPONENTS = [("float32", 100), ("float32", -100), ("float64", 500), ("float64", -500)]

CASES = [
    pytest.param(row, symmetry, id=f"{row.name}-{i}")
    for row in TABLE.values()
    for i, symmetry in enumerate(row.symmetries)
]
SHIFTED = [case for case in CASES if case.values[1].shift is not None]
SCALED = [case for case in CASES if case.values[1].degree is not None]

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def each(known, count):
    """One number for each result."""
    return list(known[:count]) if isinstance(known, tuple) else [known] * count


def outcome(row, call, symmetry, dtype, move):
    """The results and the gradients of those arguments that `move` is applied to."""
    random, moving = np.random.default_rng(0), []
    at = {id(place): n for n, value in enumerate(call.arguments) for place in flat([value])}

    def make(place):
        tensor = place.random(random, dtype)
        if tensor.dtype.kind != "f":
            return tensor
        moves = at.get(id(place)) in symmetry.moving
        array = np.round(np.asarray(tensor.array) / GRID) * GRID if place.values is None else np.array(tensor.array)
        array = np.asarray(move(array) if moves else array, dtype)
        made = ag.from_numpy(array).requires_grad_(tensor.requires_grad)
        if moves:
            moving.append(made)
        return made

    given = [
        move(v) if n in symmetry.moving and type(v) in (int, float) else v for n, v in enumerate(call.arguments)
    ]
    arguments, settings = call._replace(arguments=tuple(given)).filled(make)
    results = [r for r in flat(row.function(*arguments, **settings)) if isinstance(r, ag.Tensor)]
    differentiable = [r for r in results if r.requires_grad]
    gradients = []
    inputs = [t for t in moving if t.requires_grad]
    if differentiable and inputs and row.order:
        weights = [np.asarray(random.uniform(0.5, 1.5, r.shape), r.dtype) for r in differentiable]
        gradients = [
            ag.grad([r], inputs, [ag.from_numpy(w)], retain_graph=True, materialize_grads=True)
            for r, w in zip(differentiable, weights, strict=True)
        ]
    return moving, results, [[np.asarray(g.array, np.float64) for g in listed] for listed in gradients]


@pytest.mark.parametrize(("dtype", "shift"), SHIFTS)
@pytest.mark.parametrize(("row", "symmetry"), SHIFTED)
def test_shifted_inputs(row, symmetry, dtype, shift):
    tolerance = 64 * np.finfo(dtype).eps * abs(shift)
    tried = 0
    for call in filter(symmetry.calls, row.calls):
        moving, near, near_gradients = outcome(row, call, symmetry, dtype, lambda x: x)
        _, far, far_gradients = outcome(row, call, symmetry, dtype, lambda x: x + shift)
        for r, s, known in zip(near, far, each(symmetry.shift, len(near)), strict=True):
            wanted = np.asarray(r.array, np.float64) + known * shift
            np.testing.assert_allclose(np.asarray(s.array), wanted, tolerance, tolerance, err_msg=str(call))
        for g, h in zip(near_gradients, far_gradients, strict=True):
            for a, b in zip(g, h, strict=True):
                np.testing.assert_allclose(b, a, tolerance, tolerance, err_msg=f"gradient of {call}")
        tried += bool(moving and any(t.numel() for t in moving))
    assert tried


@pytest.mark.parametrize(("dtype", "exponent"), EXPONENTS)
@pytest.mark.parametrize(("row", "symmetry"), SCALED)
def test_scaled_inputs(row, symmetry, dtype, exponent):
    tolerance = 4 * np.finfo(dtype).eps * abs(exponent)  # as powers, e^(p log x), round
    tried = 0
    for call in filter(symmetry.calls, row.calls):
        moving, near, near_gradients = outcome(row, call, symmetry, dtype, lambda x: x)
        degrees = each(symmetry.degree, len(near))
        # Neither the results nor their gradients may leave the range.
        scale = 2.0 ** (exponent // max(1, *(abs(d) for d in degrees), *(abs(d - 1) for d in degrees)))
        _, far, far_gradients = outcome(row, call, symmetry, dtype, lambda x, scale=scale: x * scale)
        for r, s, degree in zip(near, far, degrees, strict=True):
            values = np.asarray(s.array, np.float64) * scale**-degree if degree else np.asarray(s.array)
            np.testing.assert_allclose(values, np.asarray(r.array), tolerance, tolerance, err_msg=str(call))
        known = [d for d, r in zip(degrees, near, strict=True) if r.requires_grad]
        for g, h, degree in zip(near_gradients, far_gradients, known[: len(near_gradients)], strict=True):
            for a, b in zip(g, h, strict=True):
                b = b * scale ** (1 - degree)
                np.testing.assert_allclose(b, a, tolerance, tolerance, err_msg=f"gradient of {call}")
        tried += bool(moving and any(t.numel() for t in moving))
    assert tried
