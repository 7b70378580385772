"""Nested data as an array: lists in lists, numbers, arrays and tensors, in the dtype that PyTorch gives them.

If the data cannot be made into a tensor, the error names the element that is the reason.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend import gpu
from ..backend.arrays import default_dtype
from ..backend.kinds import is_array, kind_of
from ..engine.graph import Value, raw

__all__ = ["array_of"]


def array_of(data: Any, name: str, dtype: Any = None) -> Any:
    """A new array of `data` for the function `name`.

    Without `dtype`, arrays, tensors and NumPy's numbers keep theirs; Python floats take the default dtype, Python
    ints int64. Of several dtypes the widest counts, and floats count before integers.

    Raises:
        TypeError: an element is no number.
        ValueError: lists of one depth differ in length, or an integer does not fit in the dtype.
    """
    if hasattr(data, "dtype"):
        data = raw(data)
        if not is_array(data) and hasattr(data, "__cuda_array_interface__"):
            data = gpu.library().asarray(data)
        array = kind_of(data).array(data, dtype)
    else:
        data = _without_tensors(data)
        try:
            array = np.array(data, dtype=dtype)
        except (ValueError, TypeError, OverflowError) as error:
            raise _explained(data, name, dtype, error) from None
        if dtype is None:
            array = _in_pytorchs_dtype(array, data, name)
    if array.dtype.kind not in "biuf":
        raise _explained(data, name, dtype, TypeError(f"numbers or booleans are needed, not {array.dtype}"))
    return array


def _without_tensors(data: Any) -> Any:
    """The data with the tensors in nested lists replaced by their arrays."""
    if isinstance(data, Value):
        return kind_of(data.array).read(data.array)
    if isinstance(data, (list, tuple)) and not set(map(type, data)) <= {bool, int, float}:
        return [_without_tensors(item) for item in data]
    return data


def _kinds(data: Any) -> set[Any]:
    """The dtypes of the elements that have one, and the classes of the others."""
    if hasattr(data, "dtype"):
        return {data.dtype}
    if not isinstance(data, (list, tuple)):
        return {type(data)}
    kinds: set[Any] = set(map(type, data))
    return kinds if kinds <= {bool, int, float} else set().union(*map(_kinds, data))


def _in_pytorchs_dtype(array: Any, data: Any, name: str) -> Any:
    if array.dtype.kind == "f":
        kinds = _kinds(data)
        if kinds and kinds <= {bool, int}:  # NumPy makes floats of integers that no single integer dtype holds
            raise _explained(data, name, None, ValueError("the integers do not fit in int64"))
        floating = [k for k in kinds if isinstance(k, np.dtype) and k.kind == "f"]
        if not floating or float in kinds:
            floating.append(default_dtype())
        return array.astype(np.result_type(*floating), copy=False)
    if array.dtype == np.uint64 and np.dtype(np.uint64) not in _kinds(data):
        raise ValueError(_too_large(name, int(array.max()), "int64"))
    return array


def _too_large(name: str, number: int, dtype: Any) -> str:
    return f"{name}: {number} does not fit in {dtype}; give a dtype that is wide enough, such as dtype=float64"


def _places(data: Any, at: str = "data") -> Any:
    """Each element that is no list, and the text that leads to it."""
    if isinstance(data, (list, tuple)):
        for i, item in enumerate(data):
            yield from _places(item, f"{at}[{i}]")
    else:
        yield at, data


def _uneven(data: Any, at: str = "data") -> str:
    """The text that says which lists differ in length; empty if none do."""
    if not isinstance(data, (list, tuple)) or not data:
        return ""

    def size(item: Any) -> str:
        if isinstance(item, (list, tuple)):
            return f"length {len(item)}"
        shape = np.shape(item)
        return f"shape {shape}" if shape else "no length: it is a number"

    for i, item in enumerate(data):
        if size(item) != size(data[0]):
            return f"{at}[0] has {size(data[0])}, {at}[{i}] has {size(item)}"
    return next(filter(None, (_uneven(item, f"{at}[{i}]") for i, item in enumerate(data))), "")


def _explained(data: Any, name: str, dtype: Any, error: Exception) -> Exception:
    """The error that names the culprit."""
    for at, item in _places(data):
        if isinstance(item, int) and not isinstance(item, bool):
            into = np.dtype(np.int64 if dtype is None else dtype)
            if into.kind in "iu" and not np.iinfo(into).min <= item <= np.iinfo(into).max:
                return ValueError(_too_large(name, item, into))
        elif not (hasattr(item, "dtype") and item.dtype.kind in "biuf") and not isinstance(item, float):
            what = f"{item.dtype}" if hasattr(item, "dtype") else f"{item!r:.40} ({type(item).__name__})"
            return TypeError(f"{name}: a tensor holds numbers or booleans, {at} is {what}")
    if uneven := _uneven(data):
        return ValueError(f"{name}: lists of one depth must be equally long: {uneven}; pad the shorter one")
    return type(error)(f"{name}: {error}")
