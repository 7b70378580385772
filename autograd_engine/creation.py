"""New tensors: from data, filled, spaced, or random."""

from __future__ import annotations

from typing import Any

import numpy as np

from .backend.arrays import default_dtype, is_floating
from .backend.device import check_device
from .backend.random import Generator, resolve
from .ops.dims import size_of
from .tensor import Tensor

__all__ = [
    "arange",
    "as_tensor",
    "empty",
    "empty_like",
    "eye",
    "from_numpy",
    "full",
    "full_like",
    "linspace",
    "ones",
    "ones_like",
    "rand",
    "rand_like",
    "randint",
    "randn",
    "randn_like",
    "randperm",
    "tensor",
    "zeros",
    "zeros_like",
]


def tensor(data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor with a copy of `data`: numbers, nested sequences, a NumPy array or a tensor.

    Python floats become the default dtype (float32), Python ints int64; NumPy arrays keep theirs.

    Raises:
        RuntimeError: `requires_grad` for a dtype that is not floating.
        TypeError: the data are not numbers.

    Example:
        >>> tensor([[1.0, 2.0], [3.0, 4.0]])
        tensor([[1., 2.],
                [3., 4.]])
    """
    check_device(device)
    return Tensor(data, dtype, requires_grad)


def _made(array: Any, dtype: Any, device: Any, requires_grad: bool) -> Tensor:
    """A tensor around a fresh array, without another copy."""
    check_device(device)
    result = Tensor.__new__(Tensor)
    if dtype is not None:
        array = array.astype(dtype, copy=False)
    result.array = array if array.ndim else array[()]
    result.node = None
    return result.requires_grad_() if requires_grad else result


def from_numpy(array: Any) -> Tensor:
    """A tensor that shares the memory of a NumPy array.

    Raises:
        TypeError: not a NumPy array.
    """
    if not isinstance(array, np.ndarray):
        raise TypeError(f"from_numpy takes a NumPy array, not {type(array).__name__}; use tensor(data)")
    result = Tensor.__new__(Tensor)
    result.array = array
    result.node = None
    return result


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """`data` as a tensor, sharing its memory where it can."""
    if isinstance(data, Tensor):
        return data.to(dtype=dtype, device=device)
    if isinstance(data, np.ndarray):
        return from_numpy(data).to(dtype=dtype, device=device)
    return tensor(data, dtype=dtype, device=device)


def full(
    size: Any, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of `size` with one value everywhere; the dtype is that of the value."""
    if dtype is None:
        dtype = Tensor(fill_value).dtype
    return _made(np.full(size_of((size,)), fill_value, dtype), None, device, requires_grad)


def zeros(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of zeros, of the default dtype."""
    return _made(np.zeros(size_of(size), dtype or default_dtype()), None, device, requires_grad)


def ones(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of ones, of the default dtype."""
    return _made(np.ones(size_of(size), dtype or default_dtype()), None, device, requires_grad)


def empty(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor whose values are whatever the memory held."""
    return _made(np.empty(size_of(size), dtype or default_dtype()), None, device, requires_grad)


def zeros_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros in the shape and dtype of `input`."""
    return zeros(input.shape, dtype=dtype or input.dtype, device=device, requires_grad=requires_grad)


def ones_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones in the shape and dtype of `input`."""
    return ones(input.shape, dtype=dtype or input.dtype, device=device, requires_grad=requires_grad)


def empty_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Unset values in the shape and dtype of `input`."""
    return empty(input.shape, dtype=dtype or input.dtype, device=device, requires_grad=requires_grad)


def full_like(
    input: Tensor, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """One value in the shape and dtype of `input`."""
    dtype = dtype or input.dtype
    return full(input.shape, fill_value, dtype=dtype, device=device, requires_grad=requires_grad)


def eye(
    n: int, m: int | None = None, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """The n by m matrix with ones on its diagonal."""
    return _made(np.eye(n, m, dtype=dtype or default_dtype()), None, device, requires_grad)


def arange(
    start: Any,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """start, start + step, ... below `end`; with one argument, from 0. Integers give int64."""
    if end is None:
        start, end = 0, start
    if dtype is None and any(isinstance(v, float) for v in (start, end, step)):
        dtype = default_dtype()
    return _made(np.arange(start, end, step), dtype, device, requires_grad)


def linspace(
    start: float,
    end: float,
    steps: int,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """`steps` evenly spaced values from `start` to `end`, both included."""
    return _made(np.linspace(start, end, steps), dtype or default_dtype(), device, requires_grad)


# ---------------------------------------------------------------------------------------- random


def _draw_dtype(dtype: Any) -> np.dtype[Any]:
    dtype = np.dtype(dtype or default_dtype())
    if not is_floating(dtype):
        raise TypeError(f"random real numbers need a floating dtype, not {dtype}; for integers use randint")
    return dtype


def rand(
    *size: Any,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Independent draws from the uniform distribution on [0, 1)."""
    drawn = np.asarray(resolve(generator).random(size_of(size)))
    return _made(drawn, _draw_dtype(dtype), device, requires_grad)


def randn(
    *size: Any,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Independent draws from the standard normal distribution."""
    drawn = np.asarray(resolve(generator).standard_normal(size_of(size)))
    return _made(drawn, _draw_dtype(dtype), device, requires_grad)


def rand_like(input: Tensor, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Uniform draws in the shape and dtype of `input`."""
    return rand(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def randn_like(input: Tensor, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Standard normal draws in the shape and dtype of `input`."""
    return randn(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def randint(
    low: int,
    high: Any = None,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
) -> Tensor:
    """Independent integers from low (0 if left out) up to but not including high, as int64."""
    if size is None:
        low, high, size = 0, low, high
    return _made(np.asarray(resolve(generator).integers(low, high, size_of((size,)))), dtype, device, False)


def randperm(n: int, *, generator: Generator | None = None, dtype: Any = None, device: Any = None) -> Tensor:
    """A random order of 0, ..., n - 1, as int64."""
    return _made(resolve(generator).permutation(n), dtype, device, False)
