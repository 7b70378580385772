"""New tensors: from data, filled or spaced. Random ones stand in `random`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..backend import gpu
from ..backend.arrays import default_dtype, unboxed
from ..backend.device import check_device, device_of, kind_at, settled, working_on
from ..backend.formats import takes_formats
from ..backend.kinds import is_array
from ..engine.graph import raw
from ..engine.sharing import memory_of
from ..ops.dims import size_of
from .nested import array_of
from .tensor import Tensor

__all__ = [
    "arange",
    "as_tensor",
    "empty",
    "empty_like",
    "eye",
    "from_dlpack",
    "from_numpy",
    "full",
    "full_like",
    "linspace",
    "logspace",
    "ones",
    "ones_like",
    "tensor",
    "tril_indices",
    "triu_indices",
    "zeros",
    "zeros_like",
]


@takes_formats
def tensor(data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor with a copy of `data`: numbers, nested sequences, a NumPy array or a tensor.

    Python floats become the default dtype (float32), Python ints int64; NumPy arrays keep theirs.

    Raises:
        RuntimeError: `requires_grad` is set for a dtype that is not floating.
        TypeError: an element is no number.
        ValueError: lists of one depth differ in length, or an integer does not fit in the dtype.

    Example:
        >>> tensor([[1.0, 2.0], [3.0, 4.0]])
        tensor([[1., 2.],
                [3., 4.]])
    """
    if device is None and isinstance(data, Tensor):
        device = data.device
    return made(array_of(data, "tensor", dtype), None, device, requires_grad)


def made(array: Any, dtype: Any, device: Any, requires_grad: bool) -> Tensor:
    """A tensor around a fresh array, without another copy if it lies on the device, or where new tensors go."""
    result = Tensor.__new__(Tensor)
    if dtype is not None:
        array = array.astype(dtype, copy=False)
    result.array = unboxed(settled(array, device))
    result.node = None
    return result.requires_grad_() if requires_grad else result


def _made_there(make: str, arguments: Any, dtype: Any, device: Any, requires_grad: bool) -> Tensor:
    """`made` of what a function gives, named by its `make`, of the kind of arrays that lie on the device."""
    where = check_device(device)
    with working_on(where):
        return made(getattr(kind_at(where), make)(*arguments), dtype, where, requires_grad)


def size_given(sizes: Any, name: str, size: Any = None) -> tuple[int, ...]:
    """A size given as several integers, as one sequence of them, or by the keyword `size`; checked.

    Raises:
        TypeError: it is given twice, or is no sequence of integers.
        ValueError: a size is negative.
    """
    if size is not None:
        if sizes:
            raise TypeError(f"{name}: the size is given twice, as {sizes} and as size={size}")
        sizes = (size,)
    found = size_of(sizes, name)
    if any(n < 0 for n in found):
        raise ValueError(f"{name}: a size cannot be negative, got {found}")
    return found


def from_numpy(array: Any) -> Tensor:
    """A tensor that shares the memory of a NumPy array: writing to either changes both.

    Raises:
        TypeError: `array` is not a NumPy array of numbers or booleans.

    Example:
        >>> array = np.zeros(2)
        >>> shared = from_numpy(array)
        >>> array[0] = 1
        >>> shared
        tensor([1., 0.], dtype=float64)
    """
    if not isinstance(array, np.ndarray):
        raise TypeError(f"from_numpy takes a NumPy array, not {type(array).__name__}; use tensor(data)")
    if array.dtype.kind not in "biuf":
        raise TypeError(f"from_numpy takes an array of numbers or booleans, not of {array.dtype}")
    return _around(array)


def _around(array: Any) -> Tensor:
    """A tensor that shares the memory of a raw array."""
    result = Tensor.__new__(Tensor)
    result.array = array
    result.node = None
    memory_of(result).exported = True
    return result


def from_dlpack(source: Any) -> Tensor:
    """A tensor that shares the memory of another library's array, by the DLPack protocol.

    Args:
        source: an object with `__dlpack__`, on the CPU or a GPU: an array or tensor of NumPy, CuPy, PyTorch, JAX
            and others.

    Raises:
        TypeError: `source` has no such method, or does not hold numbers.
        ValueError: it lies on a GPU, and CuPy is not installed.

    Example:
        >>> from_dlpack(np.arange(3))
        tensor([0, 1, 2])
    """
    if not hasattr(source, "__dlpack__"):
        raise TypeError(f"from_dlpack takes an object with __dlpack__, which {type(source).__name__} does not have")
    if source.__dlpack_device__()[0] in _OF_GPUS:
        return _around(gpu.library().from_dlpack(source))
    return from_numpy(np.from_dlpack(source))


_OF_GPUS = (2, 13)
"""The numbers that DLPack gives to the memory of GPUs, and to memory that CUDA moves between them and the host."""


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """`data` as a tensor, which shares the memory of a tensor or an array unless its dtype or device changes."""
    if isinstance(data, Tensor):
        return data.to(dtype=dtype, device=device)
    if hasattr(data, "__cuda_array_interface__"):
        data = gpu.library().asarray(data)
    if is_array(data) and not isinstance(data, np.generic):
        return _around(data).to(dtype=dtype, device=device)
    return tensor(data, dtype=dtype, device=device)


@takes_formats
def full(
    size: Any, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of `size` with one value everywhere; the dtype is that of the value."""
    if dtype is None:
        dtype = array_of(fill_value, "full").dtype
    return _made_there("full", (size_given((size,), "full"), fill_value, dtype), None, device, requires_grad)


@takes_formats
def zeros(
    *sizes: Any, size: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of zeros, of the default dtype."""
    shape = size_given(sizes, "zeros", size)
    return _made_there("zeros", (shape, dtype or default_dtype()), None, device, requires_grad)


@takes_formats
def ones(
    *sizes: Any, size: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of ones, of the default dtype."""
    shape = size_given(sizes, "ones", size)
    return _made_there("ones", (shape, dtype or default_dtype()), None, device, requires_grad)


@takes_formats
def empty(
    *sizes: Any, size: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A tensor whose values are whatever the memory held."""
    shape = size_given(sizes, "empty", size)
    return _made_there("empty", (shape, dtype or default_dtype()), None, device, requires_grad)


def _like(make: Callable[..., Any], input: Tensor, dtype: Any, *values: Any) -> Any:
    """A new array beside another one, where that lies."""
    array = raw(input)
    if not gpu.state.several:
        return make(array, *values, dtype or array.dtype)
    with working_on(device_of(array)):
        return make(array, *values, dtype or array.dtype)


@takes_formats
def zeros_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros in the shape and dtype of `input`, and in its order in memory."""
    return made(_like(np.zeros_like, input, dtype), None, device or input.device, requires_grad)


@takes_formats
def ones_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones in the shape and dtype of `input`, and in its order in memory."""
    return made(_like(np.ones_like, input, dtype), None, device or input.device, requires_grad)


@takes_formats
def empty_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor in the shape, dtype and order in memory of `input` whose values are whatever the memory held."""
    return made(_like(np.empty_like, input, dtype), None, device or input.device, requires_grad)


@takes_formats
def full_like(
    input: Tensor, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """One value in the shape and dtype of `input`, and in its order in memory."""
    return made(_like(np.full_like, input, dtype, fill_value), None, device or input.device, requires_grad)


@takes_formats
def eye(
    n: int, m: int | None = None, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """The n by m matrix with ones on its diagonal."""
    columns = n if m is None else m
    sizes = size_given((n, columns), "eye")
    return _made_there("eye", (*sizes, 0, dtype or default_dtype()), None, device, requires_grad)


@takes_formats
def arange(
    start: Any,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """The numbers start, start + step, ... up to but not including `end`; with one argument, from 0 to it.

    Integers give int64, floats the default dtype.

    Raises:
        ValueError: `step` is 0 or leads away from `end`.
    """
    if end is None:
        start, end = 0, start
    start, end, step = (v.item() if isinstance(v, (Tensor, np.generic)) else v for v in (start, end, step))
    if not step or (end - start) / step < 0:
        raise ValueError(f"arange: no step of {step} leads from {start} to {end}")
    if dtype is None and any(isinstance(v, float) for v in (start, end, step)):
        dtype = default_dtype()
    return _made_there("arange", (start, end, step), dtype, device, requires_grad)


@takes_formats
def linspace(
    start: float, end: float, steps: int, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """`steps` evenly spaced values from `start` to `end`, both included."""
    return made(
        np.linspace(start, end, *size_given((steps,), "linspace")), dtype or default_dtype(), device, requires_grad
    )


@takes_formats
def logspace(
    start: float,
    end: float,
    steps: int,
    base: float = 10.0,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """`steps` values base^start ... base^end, both included, whose exponents are evenly spaced."""
    array = np.logspace(start, end, *size_given((steps,), "logspace"), base=base)
    return made(array, dtype or default_dtype(), device, requires_grad)


def tril_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The places on and below a diagonal of a row by col matrix, as int64 of shape (2, n): rows, then columns.

    Args:
        offset: 0 for the main diagonal, positive for one above it, negative for one below.
    """
    return made(np.stack(np.tril_indices(row, offset, col)), dtype, device, False)


def triu_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The places on and above a diagonal of a row by col matrix, as int64 of shape (2, n): rows, then columns.

    Args:
        offset: 0 for the main diagonal, positive for one above it, negative for one below.
    """
    return made(np.stack(np.triu_indices(row, offset, col)), dtype, device, False)
