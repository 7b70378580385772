"""NumPy's functions whose arguments differ from those of our operators, each with the one that answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...backend.arrays import Array, unboxed
from ...engine.graph import raw
from ...engine.results import make_tensor
from ...ops import (
    arrange,
    comparison,
    diagonal,
    gather,
    grids,
    masks,
    piecewise,
    reduce,
    rounding,
    scan,
    shape,
    sort,
    stacks,
    statistics,
)
from ...ops.operands import as_array
from . import extra


def unrecorded(name: str) -> TypeError:
    """The error for np.<name>, which has no counterpart here."""
    return TypeError(
        f"np.{name} is not recorded on tensors, and one was given that requires a gradient; pass x.detach() if no "
        "gradient is needed"
    )


def _var(a: Array, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Array:
    return statistics.var(a, axis, correction=ddof, keepdim=keepdims)


def _std(a: Array, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Array:
    return statistics.std(a, axis, correction=ddof, keepdim=keepdims)


def _line(a: Array, axis: int | None) -> tuple[Array, int]:
    """The array and axis; without an axis all elements as one line, as many of NumPy's functions take them."""
    return (shape.ravel(a), 0) if axis is None else (a, axis)


def _quantile(
    a: Array, q: Any, axis: int | None = None, *, method: str = "linear", keepdims: bool = False
) -> Array:
    return sort.quantile(a, q, axis, keepdims, interpolation=method)


def _nanquantile(
    a: Array, q: Any, axis: int | None = None, *, method: str = "linear", keepdims: bool = False
) -> Array:
    return sort.nanquantile(a, q, axis, keepdims, interpolation=method)


def _flip(m: Array, axis: Any = None) -> Array:
    return shape.flip(m, range(len(m.shape)) if axis is None else (axis,) if isinstance(axis, int) else axis)


def _split(ary: Array, indices_or_sections: Any, axis: int = 0) -> list[Array]:
    length = ary.shape[axis]
    if isinstance(indices_or_sections, int):
        if length % indices_or_sections:
            raise ValueError("array split does not result in an equal division")
        return list(shape.split(ary, length // indices_or_sections, axis))
    stops = [*indices_or_sections, length]
    return list(shape.split(ary, [b - a for a, b in zip([0, *stops[:-1]], stops, strict=True)], axis))


def _listed(function: Callable[..., Any]) -> Callable[..., list[Array]]:
    """The function with a list for a result, as in NumPy, instead of a tuple."""

    def listed(*args: Any, **kwargs: Any) -> list[Array]:
        return list(function(*args, **kwargs))

    return listed


def _whole(function: Callable[..., Any]) -> Callable[..., Any]:
    """NumPy's own function, for one that returns integers or booleans: they become tensors without a gradient."""

    def arrays(value: Any) -> Any:
        return type(value)(map(arrays, value)) if isinstance(value, (tuple, list)) else raw(value)

    def computed(*args: Any, **kwargs: Any) -> Any:
        found = function(*map(arrays, args), **{name: arrays(value) for name, value in kwargs.items()})
        results = found if isinstance(found, tuple) else (found,)
        tensors = tuple(make_tensor(unboxed(np.asarray(r)), None) for r in results)
        return tensors if isinstance(found, tuple) else tensors[0]

    return computed


def _cov(
    m: Array,
    *,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Any = None,
    aweights: Any = None,
) -> Array:
    m = m if rowvar else shape.t(m)
    correction = int(not bias) if ddof is None else ddof
    weights = {n: as_array(w) for n, w in (("fweights", fweights), ("aweights", aweights)) if w is not None}
    return statistics.cov(m, correction=correction, **weights)


def _clip(a: Array, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Array:
    return piecewise.clamp(a, a_min if min is None else min, a_max if max is None else max)


def _trapezoid(y: Array, x: Any = None, dx: float = 1.0, axis: int = -1) -> Array:
    return scan.trapezoid(y, dx=dx, dim=axis) if x is None else scan.trapezoid(y, as_array(x), dim=axis)


def _gradient(f: Array, *spacing: Any, axis: Any = None, edge_order: int = 1) -> Any:
    count = len(f.shape) if axis is None else len(axis) if isinstance(axis, tuple) else 1
    if len(spacing) not in (0, 1, count):
        raise TypeError(
            f"np.gradient takes no spacing, one, or one for each of {count} dimensions, not {len(spacing)}"
        )
    given = spacing if len(spacing) == count else spacing * count or (1.0,) * count
    given = tuple(np.asarray(h) if isinstance(h, list) else h for h in given)
    slopes = scan.gradient(f, spacing=given, dim=axis, edge_order=edge_order)
    return slopes[0] if len(slopes) == 1 else slopes


def _filled(value: int) -> Callable[..., Any]:
    def like(a: Array, dtype: Any = None) -> Array:
        return extra.full_like(a, value, dtype)

    return like


def _nan_to_num(x: Array, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Array:
    if not copy:
        raise unrecorded("nan_to_num with copy=False")
    return piecewise.nan_to_num(x, nan, posinf, neginf)


def _array_equal(a1: Array, a2: Array) -> bool:
    return comparison.equal(as_array(a1), as_array(a2))


def _take(a: Array, indices: Array, axis: int | None = None) -> Array:
    return gather.take(a, indices) if axis is None else a[(*(slice(None),) * axis, indices)]


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.argpartition: _whole(np.argpartition),
    np.argsort: lambda a, axis=-1: sort.argsort(*_line(a, axis)),
    np.array_equal: _array_equal,
    np.array_split: _listed(stacks.tensor_split),
    np.bincount: _whole(np.bincount),
    np.clip: _clip,
    np.corrcoef: lambda x, *, rowvar=True: statistics.corrcoef(x if rowvar else shape.t(x)),
    np.cov: _cov,
    np.cumprod: lambda a, axis=None: scan.cumprod(*_line(a, axis)),
    np.cumsum: lambda a, axis=None: scan.cumsum(*_line(a, axis)),
    np.diag: lambda v, k=0: diagonal.diag(v, k),
    np.diagflat: lambda v, k=0: diagonal.diagflat(v, k),
    np.diff: lambda a, n=1, axis=-1: scan.diff(a, n, axis),
    np.dsplit: _listed(stacks.dsplit),
    np.empty_like: _filled(0),
    np.expand_dims: lambda a, axis: shape.unsqueeze(a, axis),
    np.flatnonzero: _whole(np.flatnonzero),
    np.flip: _flip,
    np.gradient: _gradient,
    np.hsplit: _listed(stacks.hsplit),
    np.iscomplexobj: lambda x: False,
    np.isin: _whole(np.isin),
    np.isrealobj: lambda x: True,
    np.lexsort: _whole(np.lexsort),
    np.max: lambda a, axis=None, *, keepdims=False: reduce.amax(a, axis, keepdims),
    np.mean: lambda a, axis=None, dtype=None, *, keepdims=False: reduce.mean(a, axis, keepdims, dtype=dtype),
    np.median: lambda a, axis=None, *, keepdims=False: sort.quantile(a, 0.5, axis, keepdims),
    np.meshgrid: lambda *xi, indexing="xy": grids.meshgrid(*xi, indexing=indexing),
    np.min: lambda a, axis=None, *, keepdims=False: reduce.amin(a, axis, keepdims),
    np.nan_to_num: _nan_to_num,
    np.nanargmax: _whole(np.nanargmax),
    np.nanargmin: _whole(np.nanargmin),
    np.nanmean: lambda a, axis=None, dtype=None, *, keepdims=False: reduce.nanmean(a, axis, keepdims, dtype=dtype),
    np.nanmedian: lambda a, axis=None, *, keepdims=False: sort.nanquantile(a, 0.5, axis, keepdims),
    np.nanquantile: _nanquantile,
    np.nansum: lambda a, axis=None, dtype=None, *, keepdims=False: reduce.nansum(a, axis, keepdims, dtype=dtype),
    np.ndim: lambda a: len(a.shape),
    np.nonzero: lambda a: masks.nonzero(a, as_tuple=True),
    np.ones_like: _filled(1),
    np.prod: lambda a, axis=None, *, keepdims=False: reduce.prod(a, axis, keepdims),
    np.quantile: _quantile,
    np.repeat: lambda a, repeats, axis=None: arrange.repeat_interleave(a, repeats, axis),
    np.reshape: lambda a, shape: a.reshape(shape),
    np.roll: lambda a, shift, axis=None: arrange.roll(a, shift, axis),
    np.rot90: lambda m, k=1, axes=(0, 1): arrange.rot90(m, k, axes),
    np.round: lambda a, decimals=0: rounding.round(a, decimals=decimals),
    np.searchsorted: _whole(np.searchsorted),
    np.shape: lambda a: tuple(a.shape),
    np.size: lambda a: math.prod(a.shape),
    np.sort: lambda a, axis=-1: sort.sort(*_line(a, axis)).values,
    np.split: _split,
    np.std: _std,
    np.sum: lambda a, axis=None, dtype=None, *, keepdims=False: reduce.sum(a, axis, keepdims, dtype=dtype),
    np.take: _take,
    np.tile: lambda a, reps: arrange.tile(a, *(reps if isinstance(reps, Sequence) else (reps,))),
    np.transpose: lambda a, axes=None: shape.permute(a, *(range(len(a.shape))[::-1] if axes is None else axes)),
    np.trapezoid: _trapezoid,
    np.tril: lambda m, k=0: diagonal.tril(m, k),
    np.triu: lambda m, k=0: diagonal.triu(m, k),
    np.unstack: lambda x, *, axis=0: shape.unbind(x, axis),
    np.var: _var,
    np.vsplit: _listed(stacks.vsplit),
    np.zeros_like: _filled(0),
}
"""NumPy's functions, in NumPy's signatures, and ours behind them."""
FUNCTIONS[np.amax], FUNCTIONS[np.amin], FUNCTIONS[np.around] = (FUNCTIONS[f] for f in (np.max, np.min, np.round))
FUNCTIONS[np.cumulative_prod], FUNCTIONS[np.cumulative_sum] = FUNCTIONS[np.cumprod], FUNCTIONS[np.cumsum]
