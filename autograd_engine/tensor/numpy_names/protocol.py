"""NumPy's protocols: which of NumPy's functions are which of ours.

`np.sin(t)` and `np.concatenate([t, u])` arrive here through `__array_ufunc__` and `__array_function__`, in NumPy's
names and order of arguments, and leave as our operations, recorded. What has no entry is refused: a
result that silently lost its gradient would be worse.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...backend.arrays import Array, unboxed
from ...engine.graph import Value
from ...engine.primitive import make_tensor
from ...ops import (
    arithmetic,
    arrange,
    bits,
    comparison,
    diagonal,
    gather,
    grids,
    masks,
    math,
    piecewise,
    reduce,
    rounding,
    scan,
    shape,
    sort,
    special,
    stacks,
    statistics,
)
from ...ops.linear_algebra import products
from . import extra, linear_algebra

__all__ = ["call_function", "call_ufunc"]

_UFUNCS: dict[str, Callable[..., Any]] = {
    "absolute": arithmetic.abs,
    "add": arithmetic.add,
    "arccos": math.acos,
    "arccosh": math.acosh,
    "arcsin": math.asin,
    "arcsinh": math.asinh,
    "arctan": math.atan,
    "arctan2": math.atan2,
    "arctanh": math.atanh,
    "bitwise_and": bits.bitwise_and,
    "bitwise_or": bits.bitwise_or,
    "bitwise_xor": bits.bitwise_xor,
    "cbrt": extra.cbrt,
    "ceil": rounding.ceil,
    "conjugate": shape.clone,
    "copysign": piecewise.copysign,
    "cos": math.cos,
    "cosh": math.cosh,
    "deg2rad": arithmetic.deg2rad,
    "degrees": arithmetic.rad2deg,
    "divide": arithmetic.div,
    "entr": special.entr,
    "equal": comparison.eq,
    "erf": special.erf,
    "erfc": special.erfc,
    "erfcx": special.erfcx,
    "erfinv": special.erfinv,
    "exp": math.exp,
    "exp2": math.exp2,
    "expit": math.sigmoid,
    "expm1": math.expm1,
    "fabs": arithmetic.abs,
    "float_power": arithmetic.float_power,
    "floor": rounding.floor,
    "floor_divide": rounding.floor_divide,
    "fmax": piecewise.fmax,
    "fmin": piecewise.fmin,
    "fmod": arithmetic.fmod,
    "frexp": math.frexp,
    "gammaln": special.lgamma,
    "gcd": bits.gcd,
    "greater": comparison.gt,
    "greater_equal": comparison.ge,
    "heaviside": rounding.heaviside,
    "hypot": arithmetic.hypot,
    "i0": special.i0,
    "i0e": special.i0e,
    "i1": special.i1,
    "i1e": special.i1e,
    "invert": bits.bitwise_not,
    "isfinite": comparison.isfinite,
    "isinf": comparison.isinf,
    "isnan": comparison.isnan,
    "lcm": bits.lcm,
    "ldexp": math.ldexp,
    "left_shift": bits.bitwise_left_shift,
    "less": comparison.lt,
    "less_equal": comparison.le,
    "log": math.log,
    "log10": math.log10,
    "log1p": math.log1p,
    "log2": math.log2,
    "log_ndtr": special.log_ndtr,
    "logaddexp": math.logaddexp,
    "logaddexp2": math.logaddexp2,
    "logical_and": comparison.logical_and,
    "logical_not": comparison.logical_not,
    "logical_or": comparison.logical_or,
    "logical_xor": comparison.logical_xor,
    "logit": special.logit,
    "matmul": products.matmul,
    "maximum": piecewise.maximum,
    "minimum": piecewise.minimum,
    "multiply": arithmetic.mul,
    "ndtr": special.ndtr,
    "ndtri": special.ndtri,
    "negative": arithmetic.neg,
    "nextafter": piecewise.nextafter,
    "not_equal": comparison.ne,
    "positive": arithmetic.positive,
    "power": arithmetic.pow,
    "psi": special.digamma,
    "rad2deg": arithmetic.rad2deg,
    "radians": arithmetic.deg2rad,
    "reciprocal": arithmetic.reciprocal,
    "remainder": arithmetic.remainder,
    "right_shift": bits.bitwise_right_shift,
    "rint": rounding.round,
    "sign": rounding.sign,
    "signbit": comparison.signbit,
    "sin": math.sin,
    "sinh": math.sinh,
    "sqrt": math.sqrt,
    "square": arithmetic.square,
    "subtract": arithmetic.sub,
    "tan": math.tan,
    "tanh": math.tanh,
    "trunc": rounding.trunc,
    "vecdot": products.vecdot,
    "xlog1py": special.xlog1py,
    "xlogy": special.xlogy,
}

_REDUCTIONS: dict[str, Callable[..., Any]] = {
    "add": reduce.sum,
    "maximum": reduce.amax,
    "minimum": reduce.amin,
    "multiply": reduce.prod,
}


def call_ufunc(ufunc: Any, method: str, inputs: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """np.<ufunc>(*inputs) with a tensor among the inputs; np.<ufunc>.reduce and np.add.accumulate too.

    Raises:
        TypeError: there is no such operation on tensors.
    """
    name = ufunc.__name__
    if method == "__call__" and name in _UFUNCS and not kwargs:
        return _UFUNCS[name](*inputs)
    if method == "reduce" and name in _REDUCTIONS and not kwargs.keys() - {"axis", "keepdims"}:
        return _REDUCTIONS[name](*inputs, **{"axis": 0, **kwargs})
    if method == "accumulate" and name == "add" and not kwargs.keys() - {"axis"}:
        return scan.cumsum(*inputs, **{"axis": 0, **kwargs})
    if method == "outer" and name in _UFUNCS and not kwargs:
        x, y = inputs
        return _UFUNCS[name](shape.reshape(x, (*x.shape, *(1,) * len(y.shape))), y)
    settings = f" with {', '.join(kwargs)}" if kwargs else ""
    raise _unknown(f"{name}{'' if method == '__call__' else '.' + method}{settings}")


def _unknown(name: str) -> TypeError:
    return TypeError(f"np.{name} is not recorded on tensors; pass x.detach().numpy() if no gradient is needed")


def call_function(function: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """np.<function>(*args, **kwargs) with a tensor among the arguments.

    Raises:
        TypeError: there is no such operation on tensors, or not with these arguments.
    """
    operation = _FUNCTIONS.get(function)
    if operation is None:
        raise _unknown(".".join([*function.__module__.split(".")[1:], function.__name__]))
    try:
        return operation(*args, **kwargs)
    except TypeError:
        try:
            inspect.signature(operation).bind(*args, **kwargs)
        except TypeError as mismatch:
            raise TypeError(f"{_unknown(function.__name__)}: {mismatch}") from None
        raise


# ---------------------------------------------------- NumPy's signatures, where they are not ours


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

    def raw(value: Any) -> Any:
        if isinstance(value, (tuple, list)):
            return type(value)(map(raw, value))
        return value.array if isinstance(value, Value) else value

    def computed(*args: Any, **kwargs: Any) -> Any:
        found = function(*map(raw, args), **{name: raw(value) for name, value in kwargs.items()})
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
        raise _unknown("nan_to_num with copy=False")
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


_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    **linear_algebra.FUNCTIONS,
    np.all: reduce.all,
    np.allclose: comparison.allclose,
    np.amax: _amax,
    np.amin: _amin,
    np.any: reduce.any,
    np.append: extra.append,
    np.argmax: reduce.argmax,
    np.argmin: reduce.argmin,
    np.argpartition: _whole(np.argpartition),
    np.argsort: _argsort,
    np.argwhere: masks.argwhere,
    np.around: _round,
    np.array_equal: _array_equal,
    np.array_split: _listed(stacks.tensor_split),
    np.atleast_1d: stacks.atleast_1d,
    np.atleast_2d: stacks.atleast_2d,
    np.atleast_3d: stacks.atleast_3d,
    np.average: extra.average,
    np.bincount: _whole(np.bincount),
    np.broadcast_arrays: arrange.broadcast_tensors,
    np.broadcast_to: shape.broadcast_to,
    np.clip: _clip,
    np.column_stack: stacks.column_stack,
    np.concatenate: shape.cat,
    np.convolve: extra.convolve,
    np.copy: shape.clone,
    np.corrcoef: _corrcoef,
    np.correlate: extra.correlate,
    np.count_nonzero: reduce.count_nonzero,
    np.cov: _cov,
    np.cumprod: _cumprod,
    np.cumsum: _cumsum,
    np.cumulative_prod: _cumprod,
    np.cumulative_sum: _cumsum,
    np.delete: extra.delete,
    np.diag: _diag,
    np.diagflat: _diagflat,
    np.diagonal: diagonal.diagonal,
    np.diff: _diff,
    np.digitize: extra.digitize,
    np.dsplit: _listed(stacks.dsplit),
    np.dstack: stacks.dstack,
    np.ediff1d: extra.ediff1d,
    np.empty_like: _filled(0),
    np.expand_dims: _expand_dims,
    np.extract: extra.extract,
    np.fix: rounding.trunc,
    np.flatnonzero: _whole(np.flatnonzero),
    np.flip: _flip,
    np.fliplr: arrange.fliplr,
    np.flipud: arrange.flipud,
    np.full_like: extra.full_like,
    np.gradient: _gradient,
    np.hsplit: _listed(stacks.hsplit),
    np.hstack: stacks.hstack,
    np.i0: special.i0,
    np.interp: extra.interp,
    np.isclose: comparison.isclose,
    np.iscomplexobj: lambda x: False,
    np.isin: _whole(np.isin),
    np.isneginf: comparison.isneginf,
    np.isposinf: comparison.isposinf,
    np.isreal: comparison.isreal,
    np.isrealobj: lambda x: True,
    np.kron: grids.kron,
    np.lexsort: _whole(np.lexsort),
    np.max: _amax,
    np.mean: _mean,
    np.median: _median,
    np.meshgrid: _meshgrid,
    np.min: _amin,
    np.moveaxis: shape.movedim,
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
    np.ravel: shape.ravel,
    np.repeat: _repeat,
    np.reshape: _reshape,
    np.roll: _roll,
    np.rot90: _rot90,
    np.round: _round,
    np.searchsorted: _whole(np.searchsorted),
    np.shape: lambda a: tuple(a.shape),
    np.sinc: math.sinc,
    np.size: lambda a: int(np.prod(a.shape, dtype=int)),
    np.sort: _sort,
    np.split: _split,
    np.squeeze: shape.squeeze,
    np.stack: shape.stack,
    np.std: _std,
    np.sum: _sum,
    np.swapaxes: shape.swapaxes,
    np.take: _take,
    np.take_along_axis: gather.take_along_dim,
    np.tile: _tile,
    np.trace: diagonal.trace,
    np.transpose: _transpose,
    np.trapezoid: _trapezoid,
    np.tril: _tril,
    np.triu: _triu,
    np.unique: extra.unique,
    np.unstack: _unstack,
    np.var: _var,
    np.vsplit: _listed(stacks.vsplit),
    np.vstack: stacks.vstack,
    np.where: masks.where,
    np.zeros_like: _filled(0),
}
"""NumPy's functions of arrays and ours."""
