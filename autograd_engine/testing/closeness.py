"""assert_close: two results are nearly the same, or an error says where they differ the most."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..engine.graph import raw
from ..tensor import Tensor

__all__ = ["assert_close"]

_TOLERANCES = {"float16": (1e-3, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}
"""The relative and the absolute one, by dtype; PyTorch's. Of integers and booleans they are 0."""


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """Raise unless |actual - expected| <= atol + rtol |expected| everywhere, and shapes and dtypes are the same.

    Args:
        actual, expected: tensors, arrays or numbers, or sequences and mappings of such.
        allow_subclasses: whether two tensors of different classes may be compared.
        rtol, atol: the tolerances; both or none. By default those of the dtype: 1.3e-6 and 1e-5 for float32, 1e-7
            and 1e-7 for float64, 1e-3 and 1e-5 for float16, 0 for integers.
        equal_nan: whether NaN equals NaN.
        check_dtype: whether the dtypes must be the same.
        check_stride: whether the order in memory must be.
        check_device, check_layout: always so.
        msg: what the error says instead, or a function of what it would say.

    Raises:
        AssertionError: they differ; the message says where, and by how much.
        ValueError: one tolerance without the other.

    Example:
        >>> testing.assert_close(tensor([1.0, 2.0]), tensor([1.0, 2.5]))
        Traceback (most recent call last):
        ...
        AssertionError: 1 of 2 elements differ; the most at (1,): 2.0 and 2.5, by 0.5, where 1.325e-05 is allowed
    """
    if (rtol is None) != (atol is None):
        raise ValueError("assert_close: give both rtol and atol, or none of them")

    def fail(words: str) -> None:
        raise AssertionError(msg(words) if callable(msg) else msg or words)

    if isinstance(expected, Mapping):
        if not isinstance(actual, Mapping) or actual.keys() != expected.keys():
            got = [*actual] if isinstance(actual, Mapping) else actual
            fail(f"expected a mapping with keys {[*expected]}, got {got}")
        pairs = [(actual[key], expected[key], f"[{key!r}]") for key in expected]
    elif isinstance(expected, Sequence) and not isinstance(expected, str):
        if not isinstance(actual, Sequence) or len(actual) != len(expected):
            fail(f"expected a sequence of length {len(expected)}, got {actual!r:.100}")
        pairs = [(a, e, f"[{i}]") for i, (a, e) in enumerate(zip(actual, expected, strict=True))]
    else:
        words = _difference(actual, expected, rtol, atol, equal_nan, check_dtype, check_stride, allow_subclasses)
        if words:
            fail(words)
        return
    settings = {"allow_subclasses": allow_subclasses, "rtol": rtol, "atol": atol, "equal_nan": equal_nan}
    for a, e, place in pairs:
        try:
            assert_close(a, e, check_dtype=check_dtype, check_stride=check_stride, **settings)  # type: ignore[arg-type]
        except AssertionError as error:
            fail(f"{place}: {error}")


def _difference(
    actual: Any,
    expected: Any,
    rtol: float | None,
    atol: float | None,
    equal_nan: bool,
    check_dtype: bool,
    check_stride: bool,
    allow_subclasses: bool,
) -> str:
    """What is wrong; empty if nothing is."""
    if isinstance(actual, Tensor) != isinstance(expected, Tensor) or (
        not allow_subclasses and type(actual) is not type(expected)
    ):
        return f"a {type(actual).__name__} and a {type(expected).__name__} are not compared"
    a, e = np.asarray(raw(actual)), np.asarray(raw(expected))
    if a.shape != e.shape:
        return f"the shapes differ: {a.shape} and {e.shape}"
    tensors = hasattr(actual, "dtype") and hasattr(expected, "dtype")
    if check_dtype and tensors and a.dtype != e.dtype:
        return f"the dtypes differ: {a.dtype} and {e.dtype}"
    if check_stride and a.strides != e.strides:
        return f"the strides differ, in bytes: {a.strides} and {e.strides}"
    if rtol is None or atol is None:
        known = [_TOLERANCES.get(x.dtype.name, (0.0, 0.0)) for x in (a, e)]
        rtol, atol = max(r for r, _ in known), max(t for _, t in known)
    with np.errstate(all="ignore"):
        distance = np.abs(a.astype(np.float64) - e.astype(np.float64))
        allowed = atol + rtol * np.abs(e.astype(np.float64))
    fine = (a == e) | (np.isfinite(e) & (distance <= allowed))
    if equal_nan:
        fine |= (a != a) & (e != e)
    if fine.all():
        return ""
    worst = np.unravel_index(int(np.argmax(np.where(fine, -1, np.nan_to_num(distance, nan=np.inf)))), a.shape)
    place = tuple(map(int, worst))
    return (
        f"{int((~fine).sum())} of {fine.size} elements differ; the most at {place}: {a[place]} and {e[place]}, by "
        f"{distance[place]:.4g}, where {allowed[place]:.4g} is allowed"
    )
