"""NumPy's functions of arrays whose arguments differ from our operator's, and ours behind them."""

from __future__ import annotations

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
from . import extra

__all__ = ["FUNCTIONS", "unrecorded"]


def unrecorded(name: str) -> TypeError:
    """The error that np.<name> has no equal here."""
    return TypeError(f"np.{name} is not recorded on tensors; pass x.detach().numpy() if no gradient is needed")


def _sum(a: Array, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Array:
    return reduce.sum(a, axis, keepdims, dtype=dtype)


def _mean(a: Array, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Array:
    return reduce.mean(a, axis, keepdims, dtype=dtype)


def _prod(a: Array, axis: int | None = None, *, keepdims: bool = False) -> Array:
    return reduce.prod(a, axis, keepdims)


def _amax(a: Array, axis: Any = None, *, keepdims: bool = False) -> Array:
    return reduce.amax(a, axis, keepdims)


def _amin(a: Array, axis: Any = None, *, keepdims: bool = False) -> Array:
    return reduce.amin(a, axis, keepdims)


def _var(a: Array, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Array:
    return statistics.var(a, axis, correction=ddof, keepdim=keepdims)


def _std(a: Array, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Array:
    return statistics.std(a, axis, correction=ddof, keepdim=keepdims)


def _cumsum(a: Array, axis: int | None = None) -> Array:
    return scan.cumsum(shape.ravel(a) if axis is None else a, 0 if axis is None else axis)


def _cumprod(a: Array, axis: int | None = None) -> Array:
    return scan.cumprod(shape.ravel(a) if axis is None else a, 0 if axis is None else axis)


def _diff(a: Array, n: int = 1, axis: int = -1) -> Array:
    return scan.diff(a, n, axis)


def _trapezoid(y: Array, x: Array | None = None, dx: float = 1.0, axis: int = -1) -> Array:
    return scan.trapezoid(y, x, dx=dx if x is None else None, dim=axis)


def _sort(a: Array, axis: int | None = -1) -> Array:
    return sort.sort(shape.ravel(a) if axis is None else a, 0 if axis is None else axis).values


def _argsort(a: Array, axis: int | None = -1) -> Array:
    return sort.argsort(shape.ravel(a) if axis is None else a, 0 if axis is None else axis)


def _quantile(
    a: Array, q: Any, axis: int | None = None, *, method: str = "linear", keepdims: bool = False
) -> Array:
    return sort.quantile(a, q, axis, keepdims, interpolation=method)


def _median(a: Array, axis: int | None = None, *, keepdims: bool = False) -> Array:
    return sort.quantile(a, 0.5, axis, keepdims)


def _nanquantile(
    a: Array, q: Any, axis: int | None = None, *, method: str = "linear", keepdims: bool = False
) -> Array:
    return sort.nanquantile(a, q, axis, keepdims, interpolation=method)


def _nanmedian(a: Array, axis: int | None = None, *, keepdims: bool = False) -> Array:
    return sort.nanquantile(a, 0.5, axis, keepdims)


def _nansum(a: Array, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Array:
    return reduce.nansum(a, axis, keepdims, dtype=dtype)


def _nanmean(a: Array, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Array:
    return reduce.nanmean(a, axis, keepdims, dtype=dtype)


def _transpose(a: Array, axes: Sequence[int] | None = None) -> Array:
    return shape.permute(a, *(range(len(a.shape))[::-1] if axes is None else axes))


def _expand_dims(a: Array, axis: int) -> Array:
    return shape.unsqueeze(a, axis)


def _reshape(a: Array, newshape: Any) -> Array:
    return shape.reshape(a, newshape)


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
    """A function whose tuple NumPy gives as a list."""

    def listed(*args: Any, **kwargs: Any) -> list[Array]:
        return list(function(*args, **kwargs))

    return listed


def _whole(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of integers that NumPy computes: their constant tensors, through which no gradient flows."""

    def arrays(value: Any) -> Any:
        return type(value)(map(arrays, value)) if isinstance(value, (tuple, list)) else raw(value)

    def computed(*args: Any, **kwargs: Any) -> Any:
        found = function(*map(arrays, args), **{name: arrays(value) for name, value in kwargs.items()})
        results = found if isinstance(found, tuple) else (found,)
        tensors = tuple(make_tensor(unboxed(np.asarray(r)), None) for r in results)
        return tensors if isinstance(found, tuple) else tensors[0]

    return computed


def _round(a: Array, decimals: int = 0) -> Array:
    return rounding.round(a, decimals=decimals)


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
    return statistics.cov(m, correction=correction, fweights=fweights, aweights=aweights)


def _corrcoef(x: Array, *, rowvar: bool = True) -> Array:
    return statistics.corrcoef(x if rowvar else shape.t(x))


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


def _meshgrid(*xi: Array, indexing: str = "xy") -> tuple[Array, ...]:
    return grids.meshgrid(*xi, indexing=indexing)


def _filled(value: int) -> Callable[..., Any]:
    def like(a: Array, dtype: Any = None) -> Array:
        return extra.full_like(a, value, dtype)

    return like


def _clip(a: Array, a_min: Any = None, a_max: Any = None) -> Array:
    return piecewise.clamp(a, a_min, a_max)


def _nan_to_num(x: Array, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Array:
    if not copy:
        raise unrecorded("nan_to_num with copy=False")
    return piecewise.nan_to_num(x, nan, posinf, neginf)


def _array_equal(a1: Array, a2: Array) -> bool:
    return comparison.equal(*(a if hasattr(a, "shape") else np.asarray(a) for a in (a1, a2)))


def _take(a: Array, indices: Array, axis: int | None = None) -> Array:
    return gather.take(a, indices) if axis is None else a[(*(slice(None),) * axis, indices)]


def _repeat(a: Array, repeats: Any, axis: int | None = None) -> Array:
    return arrange.repeat_interleave(a, repeats, axis)


def _tile(a: Array, reps: Any) -> Array:
    return arrange.tile(a, *(reps if isinstance(reps, Sequence) else (reps,)))


def _roll(a: Array, shift: Any, axis: Any = None) -> Array:
    return arrange.roll(a, shift, axis)


def _diag(v: Array, k: int = 0) -> Array:
    return diagonal.diag(v, k)


def _diagflat(v: Array, k: int = 0) -> Array:
    return diagonal.diagflat(v, k)


def _rot90(m: Array, k: int = 1, axes: Any = (0, 1)) -> Array:
    return arrange.rot90(m, k, axes)


def _unstack(x: Array, *, axis: int = 0) -> tuple[Array, ...]:
    return shape.unbind(x, axis)


def _tril(m: Array, k: int = 0) -> Array:
    return diagonal.tril(m, k)


def _triu(m: Array, k: int = 0) -> Array:
    return diagonal.triu(m, k)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.amax: _amax,
    np.amin: _amin,
    np.append: extra.append,
    np.argpartition: _whole(np.argpartition),
    np.argsort: _argsort,
    np.around: _round,
    np.array_equal: _array_equal,
    np.array_split: _listed(stacks.tensor_split),
    np.average: extra.average,
    np.bincount: _whole(np.bincount),
    np.clip: _clip,
    np.convolve: extra.convolve,
    np.corrcoef: _corrcoef,
    np.correlate: extra.correlate,
    np.cov: _cov,
    np.cumprod: _cumprod,
    np.cumsum: _cumsum,
    np.cumulative_prod: _cumprod,
    np.cumulative_sum: _cumsum,
    np.delete: extra.delete,
    np.diag: _diag,
    np.diagflat: _diagflat,
    np.diff: _diff,
    np.digitize: extra.digitize,
    np.dsplit: _listed(stacks.dsplit),
    np.ediff1d: extra.ediff1d,
    np.empty_like: _filled(0),
    np.expand_dims: _expand_dims,
    np.extract: extra.extract,
    np.flatnonzero: _whole(np.flatnonzero),
    np.flip: _flip,
    np.full_like: extra.full_like,
    np.gradient: _gradient,
    np.hsplit: _listed(stacks.hsplit),
    np.interp: extra.interp,
    np.iscomplexobj: lambda x: False,
    np.isin: _whole(np.isin),
    np.isrealobj: lambda x: True,
    np.lexsort: _whole(np.lexsort),
    np.max: _amax,
    np.mean: _mean,
    np.median: _median,
    np.meshgrid: _meshgrid,
    np.min: _amin,
    np.nan_to_num: _nan_to_num,
    np.nanargmax: _whole(np.nanargmax),
    np.nanargmin: _whole(np.nanargmin),
    np.nancumprod: extra.nancumprod,
    np.nancumsum: extra.nancumsum,
    np.nanmax: extra.nanmax,
    np.nanmean: _nanmean,
    np.nanmedian: _nanmedian,
    np.nanmin: extra.nanmin,
    np.nanpercentile: extra.nanpercentile,
    np.nanprod: extra.nanprod,
    np.nanquantile: _nanquantile,
    np.nanstd: extra.nanstd,
    np.nansum: _nansum,
    np.nanvar: extra.nanvar,
    np.ndim: lambda a: len(a.shape),
    np.nonzero: lambda a: masks.nonzero(a, as_tuple=True),
    np.ones_like: _filled(1),
    np.pad: extra.pad,
    np.percentile: extra.percentile,
    np.polyval: extra.polyval,
    np.prod: _prod,
    np.ptp: extra.ptp,
    np.quantile: _quantile,
    np.repeat: _repeat,
    np.reshape: _reshape,
    np.roll: _roll,
    np.rot90: _rot90,
    np.round: _round,
    np.searchsorted: _whole(np.searchsorted),
    np.shape: lambda a: tuple(a.shape),
    np.size: lambda a: int(np.prod(a.shape, dtype=int)),
    np.sort: _sort,
    np.split: _split,
    np.std: _std,
    np.sum: _sum,
    np.take: _take,
    np.tile: _tile,
    np.transpose: _transpose,
    np.trapezoid: _trapezoid,
    np.tril: _tril,
    np.triu: _triu,
    np.unique: extra.unique,
    np.unstack: _unstack,
    np.var: _var,
    np.vsplit: _listed(stacks.vsplit),
    np.zeros_like: _filled(0),
}
"""NumPy's functions and ours."""
