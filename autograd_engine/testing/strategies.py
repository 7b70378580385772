"""What to feed an operator: hypothesis strategies for shapes, arrays, indices and tensors.

Errors in derivatives live at the edges: 0-d and size-0 arrays, sizes that broadcast, memory that is
transposed, strided or reversed, equal elements, duplicate indices. These strategies go there often, and
shrink a failure to the smallest array that still fails.

`hypothesis` comes with `pip install "autograd_engine[test]"`; it is imported on first use.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec, Protocol

import numpy as np

from ..backend.extras import from_extra
from ..tensor import Tensor
from ..tensor.creation import from_numpy

__all__ = [
    "LAYOUTS",
    "arrays",
    "broadcastable_shapes",
    "hypothesis",
    "indices",
    "lay_out",
    "layouts",
    "shapes",
    "tensors",
]

P = ParamSpec("P")
Shape = tuple[int, ...]
Domain = tuple[float, float]

LAYOUTS = ("contiguous", "transposed", "strided", "reversed", "shifted")
"""Ways an array lies in memory, for `lay_out`."""

_GRID = 1000
"""Drawn values lie on a grid of this many points, so that equal values are likely when they are allowed."""


class Draw(Protocol):
    """What hypothesis gives to a composite strategy to draw from others."""

    def __call__(self, strategy: Any, label: Any = None) -> Any:
        """One value of `strategy`."""


def hypothesis() -> Any:
    """The hypothesis package.

    Raises:
        ImportError: it is not installed; says how to install it.
    """
    with from_extra("test", "property tests need hypothesis"):
        import hypothesis
        import hypothesis.extra.numpy
    return hypothesis


def _strategy(definition: Callable[Concatenate[Draw, P], Any]) -> Callable[P, Any]:
    """`hypothesis.strategies.composite`, with hypothesis imported on first use."""

    composite = functools.cache(lambda: hypothesis().strategies.composite(definition))

    @functools.wraps(definition)
    def make(*args: P.args, **kwargs: P.kwargs) -> Any:
        return composite()(*args, **kwargs)

    del make.__wrapped__  # the signature that users see starts after `draw`
    return make


def shapes(min_dims: int = 0, max_dims: int = 3, min_side: int = 0, max_side: int = 3) -> Any:
    """Shapes, with 0-d and size-0 ones among them.

    Example:
        >>> from hypothesis import given
        >>> @given(shapes())
        ... def test_sum_of_ones(shape):
        ...     assert ag.ones(shape).sum() == ag.ones(shape).numel()
    """
    st = hypothesis().strategies
    return st.lists(st.integers(min_side, max_side), min_size=min_dims, max_size=max_dims).map(tuple)


def broadcastable_shapes(count: int = 2, max_dims: int = 3, min_side: int = 0, max_side: int = 3) -> Any:
    """Tuples of `count` shapes that broadcast together: dimensions missing, of size 1, of size 0."""
    extra = hypothesis().extra.numpy
    return extra.mutually_broadcastable_shapes(
        num_shapes=count, max_dims=max_dims, min_side=min_side, max_side=max_side
    ).map(lambda drawn: tuple(drawn.input_shapes))


def lay_out(array: Any, layout: str) -> Any:
    """A writeable copy of `array` that lies in memory as `layout`, one of `LAYOUTS`, says.

    Example:
        >>> lay_out(np.zeros((2, 3)), "transposed").flags.c_contiguous
        False
    """
    array = np.asarray(array)
    if layout == "contiguous":
        return array.copy(order="C")
    if layout == "transposed":
        return array.T.copy(order="C").T
    if layout == "strided":
        memory = np.zeros(tuple(2 * n for n in array.shape), array.dtype)
        view = memory[(*(slice(None, None, 2),) * array.ndim, ...)]
    elif layout == "reversed":
        memory = np.zeros(array.shape, array.dtype)
        view = memory[(*(slice(None, None, -1),) * array.ndim, ...)]
    elif layout == "shifted":
        memory = np.zeros(tuple(n + 1 for n in array.shape), array.dtype)
        view = memory[(*(slice(1, None),) * array.ndim, ...)]
    else:
        raise ValueError(f"lay_out: no layout {layout!r}; there are {', '.join(LAYOUTS)}")
    view[...] = array
    return view


def layouts() -> Any:
    """Names of memory layouts for `lay_out`."""
    return hypothesis().strategies.sampled_from(LAYOUTS)


@_strategy
def arrays(
    draw: Draw,
    shape: Any = None,
    dtype: Any = np.float64,
    domain: Domain = (-2.0, 2.0),
    ties: bool = False,
    contiguous: bool = False,
) -> Any:
    """NumPy arrays of floating dtype.

    Args:
        shape: a shape or a strategy for one; `shapes()` by default.
        dtype: of the elements.
        domain: the open interval that the values lie in.
        ties: let values repeat, and do so often; otherwise all are different by at least 1e-5 of
            the interval, so that a maximum is smooth there.
        contiguous: row-major memory only; otherwise any of `LAYOUTS`.
    """
    st = hypothesis().strategies
    if shape is None:
        shape = draw(shapes())
    elif not isinstance(shape, tuple):
        shape = draw(shape)
    low, high = domain
    size = math.prod(shape)
    ranks = draw(st.lists(st.integers(1, 4 if ties else _GRID), min_size=size, max_size=size))
    points = np.asarray(ranks, np.float64) / (5 if ties else _GRID + 1)
    if not ties:
        # A part of a grid step of its own for each element.
        points += np.arange(size) / ((_GRID + 1) * (size + 1.0))
    values = (low + (high - low) * points).reshape(shape).astype(dtype)
    return lay_out(values, "contiguous" if contiguous else draw(layouts()))


@_strategy
def tensors(
    draw: Draw,
    shape: Any = None,
    dtype: Any = np.float64,
    domain: Domain = (-2.0, 2.0),
    ties: bool = False,
    requires_grad: bool = True,
) -> Tensor:
    """Tensors around what `arrays` draws, by default leaves that require gradients."""
    return from_numpy(draw(arrays(shape, dtype, domain, ties))).requires_grad_(requires_grad)


@_strategy
def indices(draw: Draw, shape: Sequence[int], kind: str | None = None) -> Any:
    """Indices into an array of `shape`.

    Args:
        shape: of the array that is indexed.
        kind: "basic" (integers, slices with any step, None, ...), "integer" (arrays of integers,
            negative and duplicate ones among them), "mask" (a boolean array of all dimensions),
            "mixed" (arrays, slices and None together); any of them by default.
    """
    st, extra = hypothesis().strategies, hypothesis().extra.numpy
    shape = tuple(shape)
    empty = 0 in shape
    kinds = ["basic", "mask"] + (["integer", "mixed"] if shape and not empty else [])
    if kind is None:
        kind = draw(st.sampled_from(kinds))
    if kind == "basic":
        return draw(extra.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True, max_dims=4))
    if kind == "mask":
        return draw(extra.arrays(np.bool_, shape))
    if not shape or empty:
        raise ValueError(f"indices: no {kind} index into an array of shape {shape}")
    reach = draw(st.integers(1, len(shape)))
    common = draw(shapes(max_dims=2, min_side=1))

    def positions(n: int) -> Any:
        return draw(extra.arrays(np.int64, common, elements=st.integers(-n, n - 1)))

    if kind == "integer":
        return tuple(positions(n) for n in shape[:reach])
    if kind != "mixed":
        raise ValueError(f"indices: kind must be 'basic', 'integer', 'mask' or 'mixed', not {kind!r}")
    items: list[Any] = []
    for n in shape[:reach]:
        if draw(st.booleans()):
            items.append(None)
        items.append(draw(st.slices(n)) if draw(st.booleans()) else positions(n))
    return tuple(items)
