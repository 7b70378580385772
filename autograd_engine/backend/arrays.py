"""Raw arrays: their dtypes, and PyTorch's rules for combining them.

A raw array is what a tensor wraps: a NumPy array or, for a single number, a NumPy scalar. A scalar has the same
attributes as a 0-d array and computes five times faster, so 0-d results are kept as scalars.

NumPy 2 promotes int64 with float32 to float64, and lets a 0-d float64 widen a float32 array; PyTorch does neither.
`promote` applies PyTorch's rule: the category (bool < int < float < complex) decides first; inside a category,
arrays with dimensions outrank 0-d arrays, which outrank Python numbers. Source: "Type promotion" in PyTorch's
documentation of tensor attributes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

import numpy as np

from .kinds import kind_of

__all__ = [
    "Array",
    "ArrayT",
    "as_floating",
    "astype",
    "can_store",
    "default_dtype",
    "form_of",
    "is_floating",
    "numbers",
    "promote",
    "promote_wrapping",
    "result_dtype",
    "scalar_types",
    "set_default_dtype",
    "unboxed",
    "zeros",
]

Array: TypeAlias = Any
"""A raw array or a tensor: primitives accept either and return the same kind."""

ArrayT = TypeVar("ArrayT")
"""Which of the two the parts of a result are."""

numbers = (bool, int, float, complex)
"""The classes of Python's own numbers. Such a number never widens the dtype of an array of its category."""

scalar_types: frozenset[Any] = frozenset({*np.sctypeDict.values()})
"""The classes of NumPy scalars, which stand for 0-d arrays; the class alone tells dtype and shape."""


def form_of(x: Any) -> Any:
    """Shape and dtype of an array as one value to compare: the class of a scalar, else `(shape, dtype)`."""
    kind = x.__class__
    return kind if kind in scalar_types else (x.shape, x.dtype)


_CATEGORY = {"b": 0, "i": 1, "u": 1, "f": 2, "c": 3}

_default: np.dtype[Any] = np.dtype(np.float32)


def default_dtype() -> np.dtype[Any]:
    """The floating-point dtype of tensors made from Python floats; float32 unless `set_default_dtype` changed it.

    Example:
        >>> default_dtype()
        dtype('float32')
    """
    return _default


def set_default_dtype(dtype: Any) -> None:
    """Choose the floating-point dtype of tensors made from Python floats.

    Raises:
        TypeError: `dtype` is not a floating-point dtype.

    Example:
        >>> set_default_dtype(np.float64)
        >>> tensor(1.5).dtype
        float64
        >>> set_default_dtype(np.float32)
    """
    global _default
    dtype = np.dtype(dtype)
    if dtype.kind != "f":
        raise TypeError(f"set_default_dtype takes a floating-point dtype, not {dtype}")
    _default = dtype
    _promoted.cache_clear()


def is_floating(dtype: Any) -> bool:
    """Whether the dtype holds real floating-point numbers: only for these do gradients exist."""
    return bool(dtype.kind == "f")


def can_store(dtype: Any, into: Any) -> bool:
    """Whether a result of `dtype` may be written over values of dtype `into`. A float may not be written over
    integers, nor an integer over booleans."""
    return _CATEGORY[dtype.kind] <= _CATEGORY[into.kind]


def astype(x: Any, dtype: np.dtype[Any]) -> Any:
    """`x` in `dtype`, without a copy where it already is."""
    return x if x.dtype is dtype or x.dtype == dtype else x.astype(dtype)


def as_floating(x: Any) -> Any:
    """`x` itself when it is floating, else in the default dtype (`exp` of integers gives float32).

    Raises:
        TypeError: `x` is neither an array nor a number.
    """
    dtype = getattr(x, "dtype", None)
    if dtype is None:
        if isinstance(x, numbers):
            return x if isinstance(x, (float, complex)) else float(x)
        raise TypeError(f"expected a tensor, an array or a number, got {type(x).__name__}")
    return x if dtype.kind in "fc" else x.astype(_default)


def unboxed(x: Any) -> Any:
    """A 0-d array of NumPy's as a scalar, anything else as it is."""
    return x[()] if x.ndim == 0 and isinstance(x, np.ndarray) else x


def zeros(shape: tuple[int, ...], dtype: Any, beside: Any) -> Any:
    """An array of zeros of the kind of `beside`, to write into; a NumPy scalar when 0-d."""
    kind = kind_of(beside)
    return kind.zeros(shape, dtype) if shape else kind.number(0, dtype)


@lru_cache(maxsize=1024)
def _promoted(x: Any, x_rank: int, y: Any, y_rank: int) -> np.dtype[Any]:
    """The common dtype of two operands, each given by its dtype and its rank among operands of one category: 2 for
    an array with dimensions, 1 for a 0-d array, 0 for a Python number."""
    if x_rank == y_rank == 0 and "f" in x.kind + y.kind:
        return _default
    if _CATEGORY[x.kind] == _CATEGORY[y.kind]:
        if x_rank != y_rank:
            return x if x_rank > y_rank else y
        return np.promote_types(x, y)
    dtype, rank = (x, x_rank) if _CATEGORY[x.kind] > _CATEGORY[y.kind] else (y, y_rank)
    return _default if rank == 0 and dtype.kind == "f" else dtype


_NUMBER_DTYPES = {
    bool: np.dtype(np.bool_),
    int: np.dtype(np.int64),
    float: np.dtype(np.float64),
    complex: np.dtype(np.complex128),
}


def _describe(x: Any) -> tuple[np.dtype[Any], int]:
    if hasattr(x, "dtype"):
        return x.dtype, 2 if x.ndim else 1
    dtype = _NUMBER_DTYPES.get(x.__class__)
    if dtype is None:
        raise TypeError(f"expected a tensor, an array or a number, got {type(x).__name__}")
    return dtype, 0


def result_dtype(x: Any, y: Any) -> np.dtype[Any]:
    """The dtype that PyTorch gives to a combination of `x` and `y`, arrays or Python numbers.

    Raises:
        TypeError: an operand is neither.

    Example:
        >>> result_dtype(np.zeros(2, np.int64), np.float32(1))
        dtype('float32')
    """
    return _promoted(*_describe(x), *_describe(y))


def promote(x: Any, y: Any) -> tuple[Any, Any]:
    """`x` and `y`, both in the dtype that PyTorch's promotion gives to their combination.

    A Python number beside a floating-point array is passed through: in NumPy too it does not change the dtype.
    So is a Python integer that the dtype cannot hold: NumPy compares it as a number and refuses to compute with it.

    Raises:
        TypeError: an operand is neither an array nor a number.
    """
    array, number = (x, y) if hasattr(x, "dtype") else (y, x)
    if (
        (number.__class__ is float or number.__class__ is int)
        and hasattr(array, "dtype")
        and array.dtype.kind == "f"
    ):
        return x, y
    dtype = result_dtype(x, y)
    return _convert(x, dtype), _convert(y, dtype)


def _convert(x: Any, dtype: np.dtype[Any]) -> Any:
    if hasattr(x, "dtype"):
        return astype(x, dtype)
    try:
        return dtype.type(x)
    except OverflowError:
        return x


def promote_wrapping(x: Any, y: Any) -> tuple[Any, Any]:
    """`promote` for arithmetic, in which a Python integer that the dtype cannot hold loses its upper bits, as in
    PyTorch and C.

    Raises:
        OverflowError: it takes more than 64 bits.

    Example:
        >>> promote_wrapping(np.array([1], np.uint8), 257)[1]
        np.uint8(1)
    """
    x, y = promote(x, y)
    if x.__class__ is int and y.dtype.kind in "iu":
        x = np.asarray(x).astype(y.dtype)[()]
    elif y.__class__ is int and x.dtype.kind in "iu":
        y = np.asarray(y).astype(x.dtype)[()]
    return x, y
