"""Padding: a frame around an array, of one value or of the array's own elements.

All of it is slices laid side by side, so the derivative is slices too: the gradient of a frame is added where its
elements came from. Several dimensions are padded one after the other, which fills the corners.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from operator import index
from typing import Any

from ...backend.arrays import Array
from ...backend.kinds import kind_of
from ...backend.sums import added_up
from ...engine.primitive import primitive
from ..dims import along
from ..index import _getitem
from ..names import operator

Widths = tuple[tuple[int, int], ...]


def _place(x_shape: tuple[int, ...], widths: Widths) -> tuple[Any, ...]:
    """Where the array lies inside its frame."""
    return (*(slice(before, before + n) for n, (before, _) in zip(x_shape, widths, strict=True)), ...)


@primitive(x=lambda g, x_shape, widths: _getitem(g, index=_place(x_shape, widths)))
def _framed(x: Array, *, widths: Widths, value: float) -> Array:
    """`x` with a frame of `value`."""
    shape = tuple(n + before + after for n, (before, after) in zip(x.shape, widths, strict=True))
    kind = kind_of(x)
    out = kind.full(shape, value, x.dtype) if value else kind.zeros(shape, x.dtype)
    out[_place(x.shape, widths)] = x
    return out


def _borders(n: int, dim: int, before: int, after: int, how: str) -> list[tuple[Any, Any]]:
    """For each border of a dimension of size n: its place in the result, and where its elements come from."""
    places = slice(0, before), slice(before + n, None)
    if how == "reflect":
        stop = n - 2 - after
        sources = slice(before, 0, -1), slice(n - 2, stop if stop >= 0 else None, -1)
    elif how == "circular":
        sources = slice(n - before, n), slice(0, after)
    else:
        sources = slice(0, 1), slice(n - 1, n)
    borders = zip((before, after), places, sources, strict=True)
    return [(along(dim, place), along(dim, source)) for width, place, source in borders if width]


@primitive(
    x=lambda g, dim, before, after, how: _unbordered(g, dim=dim, before=before, after=after, how=how),
)
def _bordered(x: Array, *, dim: int, before: int, after: int, how: str) -> Array:
    """`x` with elements of its own before and after it in one dimension."""
    n = x.shape[dim]
    out = kind_of(x).empty((*x.shape[:dim], before + n + after, *x.shape[dim + 1 :]), x.dtype)
    out[along(dim, slice(before, before + n))] = x
    for place, source in _borders(n, dim, before, after, how):
        out[place] = x[source]
    return out


@primitive(
    x=lambda g, dim, before, after, how: _bordered(g, dim=dim, before=before, after=after, how=how),
)
def _unbordered(x: Array, *, dim: int, before: int, after: int, how: str) -> Array:
    """The adjoint of `_bordered`: what lies in the borders is added to where it came from."""
    n = x.shape[dim] - before - after
    out = x[along(dim, slice(before, before + n))].copy()
    for place, source in _borders(n, dim, before, after, how):
        out[source] += added_up(x[place], dim, keepdims=True) if how == "replicate" else x[place]
    return out


_MOST: dict[str, Callable[[int], float]] = {
    "reflect": lambda n: n - 1,
    "circular": lambda n: n,
    "replicate": lambda n: math.inf if n else 0,
}
"""How many elements each mode can add to a side of a dimension of size n."""


def _check_fits(n: int, width: int, mode: str, dim: int) -> None:
    """Refuse a frame that needs more elements than a dimension of size n has."""
    most = _MOST[mode](n)
    if width > most:
        raise ValueError(f"pad: mode {mode!r} can add at most {max(most, 0)} to dim {dim} of size {n}, not {width}")


@operator("functional")
def pad(input: Array, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Array:
    """The input with elements added before and after it along its last dimensions.

    Args:
        input: any shape.
        pad: how many to add: before and after the last dimension, before and after the one before it, and so on.
            Negative numbers remove.
        mode: "constant" adds `value`; "reflect" mirrors the input at its first and last element, which are not
            repeated; "replicate" repeats those; "circular" goes on at the other end.
        value: what "constant" adds, 0 if left out.

    Raises:
        ValueError: the number of widths is odd, or there are more than the dimensions have; a width exceeds what
            the mode can provide, or removes more than there is; the mode is unknown; or a value is given for
            another mode than "constant".

    Example:
        >>> pad(ag.tensor([[1.0, 2.0, 3.0]]), (2, 1), "reflect")
        tensor([[3., 2., 1., 2., 3., 2.]])
    """
    given = [index(n) for n in pad]
    ndim, count = len(input.shape), len(given) // 2
    if len(given) % 2 or count > ndim:
        raise ValueError(
            f"pad: expected a width before and one after, for at most {ndim} dimensions, of an input of shape "
            f"{tuple(input.shape)}; got {tuple(given)}"
        )
    if mode != "constant" and mode not in _MOST:
        raise ValueError(f"pad: mode must be 'constant', 'reflect', 'replicate' or 'circular', not {mode!r}")
    if mode != "constant" and value:
        raise ValueError(f"pad: mode {mode!r} takes no value, got {value}")
    dims = range(ndim - 1, ndim - 1 - count, -1)
    widths = dict(zip(dims, zip(given[::2], given[1::2], strict=True), strict=True))
    if any(n < 0 for n in given):
        for dim, (before, after) in widths.items():
            if input.shape[dim] + before + after < 0:
                raise ValueError(
                    f"pad: widths {before}, {after} remove more than dim {dim}, of size {input.shape[dim]}"
                )
        cut = {d: slice(max(-a, 0), input.shape[d] - max(-b, 0)) for d, (a, b) in widths.items()}
        input = input[tuple(cut.get(d, slice(None)) for d in range(ndim))]
        widths = {d: (max(a, 0), max(b, 0)) for d, (a, b) in widths.items()}
    if mode == "constant":
        return _framed(input, widths=tuple(widths.get(d, (0, 0)) for d in range(ndim)), value=value or 0)
    for dim, (before, after) in widths.items():
        for width in (before, after):
            _check_fits(input.shape[dim], width, mode, dim)
        input = _bordered(input, dim=dim, before=before, after=after, how=mode)
    return input
