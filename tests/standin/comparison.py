"""One call of the table on both kinds of arrays: values and derivatives of both orders, to be compared."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_engine as ag
from autograd_engine.backend.kinds import kind_of
from autograd_engine.engine.graph import raw
from tests.table.operators import Call, Input, Operator

from .array import StandIn

__all__ = ["KINDS", "check_same", "draws_its_own", "on_device", "on_host", "outcomes"]


def on_host(values: Any) -> ag.Tensor:
    """A tensor of NumPy's kind, in the dtype that NumPy gives the values."""
    return ag.tensor(np.array(values))


def on_device(values: Any) -> ag.Tensor:
    """A tensor of the stand-in's kind."""
    return ag.as_tensor(StandIn(np.array(values)))


KINDS = {on_host: (np.ndarray, np.generic), on_device: StandIn}


def _tensors(results: Any) -> list[Any]:
    if isinstance(results, (tuple, list)):
        return [t for r in results for t in _tensors(r)]
    return [results]


def outcomes(row: Operator, call: Call, make: Any, dtype: Any, seed: int = 0) -> list[Any]:
    """The results of a call, the gradients, and the gradients of these. What the operator draws is drawn from
    `seed`; its inputs are always the same."""
    random = np.random.default_rng(0)
    leaves = []

    def fill(place: Input) -> Any:
        made = make(raw(place.random(random, dtype)))
        if place.differentiated and made.is_floating_point():
            leaves.append(made.requires_grad_())
        return made

    arguments, settings = call.filled(fill)
    ag.manual_seed(seed)
    results = _tensors(row.function(*arguments, **settings))
    found = list(results)
    for order in range(row.order):
        results = [r for r in results if isinstance(r, ag.Tensor) and r.requires_grad]
        if not results or not leaves:
            break
        cotangents = [make(np.asarray(random.uniform(0.5, 1.5, r.shape), r.dtype)) for r in results]
        results = ag.grad(results, leaves, cotangents, create_graph=order + 1 < row.order, allow_unused=True)
        found += results
    return found


def draws_its_own(row: Operator, call: Call) -> bool:
    """Whether a call draws from the device's stream, though it was told what to draw: attention's dropout does, for
    on the CPU each block of scores has a stream of its own."""
    return row.name == "scaled_dot_product_attention" and any(0 < p < 1 for p in call.arguments[4:5])


def values_of(result: Any, kinds: Any) -> Any:
    """A result as an array of NumPy's, after a look at its class."""
    if not isinstance(result, ag.Tensor):
        return result
    assert isinstance(result.array, kinds), f"a {type(result.array).__name__} where {kinds} belongs"
    return kind_of(result.array).read(result.array)


def check_same(found: list[Any], expected: list[Any], dtype: Any, factor: float = 64, kinds: Any = StandIn) -> None:
    """What was found on the device, in arrays of class `kinds`, and what is expected, computed on the host; they
    may differ by `factor` times the precision of the dtype."""
    assert len(found) == len(expected)
    near = factor * float(np.finfo(dtype).eps)
    for ours, theirs in zip(found, expected, strict=True):
        ours, theirs = values_of(ours, kinds), values_of(theirs, KINDS[on_host])
        if not hasattr(theirs, "dtype"):
            assert ours == theirs
            continue
        assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
        scale = float(np.abs(theirs[np.isfinite(theirs)]).max(initial=1.0)) if theirs.dtype.kind == "f" else 1.0
        np.testing.assert_allclose(ours, theirs, rtol=near, atol=near * scale)
