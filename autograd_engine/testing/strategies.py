"""Hypothesis strategies that draw arguments for operators: shapes, arrays, tensors and indices.

Derivatives are most often wrong in special cases: 0-d and size-0 arrays, sizes that broadcast, memory that is
transposed, strided or reversed, equal elements, duplicate indices. These strategies draw such cases often. If a
test fails, hypothesis shrinks the arguments to a small case that still fails.

`hypothesis` comes with `pip install "autograd_engine[test]"`; it is imported on first use. Source: D. R. MacIver et
al., Hypothesis: A new approach to property-based testing, Journal of Open Source Software 4, 2019.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec, Protocol

import numpy as np

from ..backend.extras import from_extra
from ..tensor import Tensor
from ..tensor.creation import from_numpy

P = ParamSpec("P")
Shape = tuple[int, ...]
Domain = tuple[float, float]

LAYOUTS = ("contiguous", "transposed", "strided", "reversed", "shifted")
"""The layouts in memory that `lay_out` knows."""

_GRID = 1000
"""Drawn values lie near a grid of this many points in their interval."""


class Draw(Protocol):
    """The type of the function with which a composite strategy draws from other strategies."""

    def __call__(self, strategy: Any, label: Any = None) -> Any:
        """One value of `strategy`."""


def hypothesis() -> Any:
    """The hypothesis package.

    Raises:
        ImportError: it is not installed; the message says how to install it.
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

    signature = inspect.signature(definition)
    users = [p for name, p in signature.parameters.items() if name != "draw"]
    make.__signature__ = signature.replace(parameters=users)  # type: ignore[attr-defined]
    return make


def shapes(min_dims: int = 0, max_dims: int = 3, min_side: int = 0, max_side: int = 3) -> Any:
    """Shapes, tuples of integers, with those of 0-d and size-0 arrays among them.

    Args:
        min_dims, max_dims: the smallest and the largest number of dimensions.
        min_side, max_side: the smallest and the largest size of a dimension.

    Example:
        >>> from hypothesis import given
        >>> @given(shapes())
        ... def test_sum_of_ones(shape):
        ...     assert ag.ones(shape).sum() == ag.ones(shape).numel()
    """
    st = hypothesis().strategies
    return st.lists(st.integers(min_side, max_side), min_size=min_dims, max_size=max_dims).map(tuple)


def broadcastable_shapes(count: int = 2, max_dims: int = 3, min_side: int = 0, max_side: int = 3) -> Any:
    """Tuples of `count` shapes that broadcast together: with missing dimensions, and sizes 1 and 0.

    Args:
        count: how many shapes.
        max_dims, min_side, max_side: as for `shapes`.

    Example:
        >>> broadcastable_shapes(2).example()  # doctest: +SKIP
        ((3, 1), (2,))
    """
    extra = hypothesis().extra.numpy
    return extra.mutually_broadcastable_shapes(
        num_shapes=count, max_dims=max_dims, min_side=min_side, max_side=max_side
    ).map(lambda drawn: tuple(drawn.input_shapes))


def lay_out(array: Any, layout: str) -> Any:
    """A writeable copy of `array` with another layout in memory, one of `LAYOUTS`.

    Raises:
        ValueError: there is no such layout.

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
    """NumPy arrays of a floating-point dtype.

    Args:
        shape: a shape, or a strategy that draws one; `shapes()` by default.
        dtype: the dtype.
        domain: the open interval (low, high) that the values lie in.
        ties: let values repeat, and often; otherwise any two values differ by at least 1e-5 of the interval, so
            that the maximum has a derivative.
        contiguous: draw row-major arrays only; otherwise any of `LAYOUTS`.

    Example:
        >>> from hypothesis import given
        >>> @given(arrays((2, 3), domain=(0.0, 1.0)))
        ... def test_log_is_negative(x):
        ...     assert (np.log(x) < 0).all()
        >>> test_log_is_negative()
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
        # Each element is moved by another part of a grid step, so that no two are equal.
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
    """Tensors of what `arrays` draws, by default leaves that require gradients.

    Args:
        shape, dtype, domain, ties: as for `arrays`.
        requires_grad: whether the tensors require gradients.
    """
    return from_numpy(draw(arrays(shape, dtype, domain, ties))).requires_grad_(requires_grad)


@_strategy
def indices(draw: Draw, shape: Sequence[int], kind: str | None = None) -> Any:
    """Indices into an array of `shape`.

    Args:
        shape: the shape of the array that is indexed.
        kind: "basic" (integers, slices with any step, None and Ellipsis), "integer" (arrays of integers, with
            negative and duplicate ones), "mask" (a boolean array with the shape of the array), or "mixed" (arrays,
            slices and None together); by default any of these.

    Raises:
        ValueError: the kind is unknown, or an array of this shape has no such index.
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
