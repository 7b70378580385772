"""New tensors: from data, filled, spaced, or random."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend.arrays import default_dtype, is_floating, unboxed
from ..backend.device import check_device
from ..backend.kinds import is_array, kind_of
from ..backend.random import Generator, resolve, uniform
from ..engine.graph import Value, raw
from ..engine.sharing import memory_of
from ..ops.dims import size_of
from .nested import array_of
from .tensor import Tensor

__all__ = [
    "arange",
    "as_tensor",
    "bernoulli",
    "empty",
    "empty_like",
    "eye",
    "from_dlpack",
    "from_numpy",
    "full",
    "full_like",
    "linspace",
    "logspace",
    "multinomial",
    "normal",
    "ones",
    "ones_like",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "tensor",
    "tril_indices",
    "triu_indices",
    "zeros",
    "zeros_like",
]


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
    return _made(array_of(data, "tensor", dtype), None, device, requires_grad)


def _made(array: Any, dtype: Any, device: Any, requires_grad: bool) -> Tensor:
    """A tensor around a fresh array, without another copy."""
    check_device(device)
    result = Tensor.__new__(Tensor)
    if dtype is not None:
        array = array.astype(dtype, copy=False)
    result.array = unboxed(array)
    result.node = None
    return result.requires_grad_() if requires_grad else result


def _size(sizes: Any, name: str) -> tuple[int, ...]:
    """A size given as several integers or as one sequence of them, checked."""
    size = size_of(sizes, name)
    if any(n < 0 for n in size):
        raise ValueError(f"{name}: a size cannot be negative, got {size}")
    return size


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
        source: an object with `__dlpack__` on the CPU: an array or tensor of NumPy, PyTorch, JAX and others.

    Raises:
        TypeError: `source` has no such method, or does not hold numbers.

    Example:
        >>> from_dlpack(np.arange(3))
        tensor([0, 1, 2])
    """
    if not hasattr(source, "__dlpack__"):
        raise TypeError(f"from_dlpack takes an object with __dlpack__, which {type(source).__name__} does not have")
    return from_numpy(np.from_dlpack(source))


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """`data` as a tensor, which shares the memory of a tensor or an array unless the dtype changes."""
    if isinstance(data, Tensor):
        return data.to(dtype=dtype, device=device)
    if is_array(data) and not isinstance(data, np.generic):
        return _around(data).to(dtype=dtype, device=device)
    return tensor(data, dtype=dtype, device=device)


def full(
    size: Any, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of `size` with one value everywhere; the dtype is that of the value."""
    if dtype is None:
        dtype = array_of(fill_value, "full").dtype
    return _made(np.full(_size((size,), "full"), fill_value, dtype), None, device, requires_grad)


def zeros(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of zeros, of the default dtype."""
    return _made(np.zeros(_size(size, "zeros"), dtype or default_dtype()), None, device, requires_grad)


def ones(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of ones, of the default dtype."""
    return _made(np.ones(_size(size, "ones"), dtype or default_dtype()), None, device, requires_grad)


def empty(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor whose values are whatever the memory held."""
    return _made(np.empty(_size(size, "empty"), dtype or default_dtype()), None, device, requires_grad)


def zeros_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros in the shape and dtype of `input`, and in its order in memory."""
    return _made(np.zeros_like(raw(input), dtype or input.dtype), None, device, requires_grad)


def ones_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones in the shape and dtype of `input`, and in its order in memory."""
    return _made(np.ones_like(raw(input), dtype or input.dtype), None, device, requires_grad)


def empty_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor in the shape, dtype and order in memory of `input` whose values are whatever the memory held."""
    return _made(np.empty_like(raw(input), dtype or input.dtype), None, device, requires_grad)


def full_like(
    input: Tensor, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """One value in the shape and dtype of `input`, and in its order in memory."""
    return _made(np.full_like(raw(input), fill_value, dtype or input.dtype), None, device, requires_grad)


def eye(
    n: int, m: int | None = None, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """The n by m matrix with ones on its diagonal."""
    columns = n if m is None else m
    return _made(np.eye(*_size((n, columns), "eye"), dtype=dtype or default_dtype()), None, device, requires_grad)


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
    return _made(np.arange(start, end, step), dtype, device, requires_grad)


def linspace(
    start: float, end: float, steps: int, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """`steps` evenly spaced values from `start` to `end`, both included."""
    return _made(
        np.linspace(start, end, *_size((steps,), "linspace")), dtype or default_dtype(), device, requires_grad
    )


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
    array = np.logspace(start, end, *_size((steps,), "logspace"), base=base)
    return _made(array, dtype or default_dtype(), device, requires_grad)


def tril_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The places on and below a diagonal of a row by col matrix, as int64 of shape (2, n): rows, then columns.

    Args:
        offset: 0 for the main diagonal, positive for one above it, negative for one below.
    """
    return _made(np.stack(np.tril_indices(row, offset, col)), dtype, device, False)


def triu_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The places on and above a diagonal of a row by col matrix, as int64 of shape (2, n): rows, then columns.

    Args:
        offset: 0 for the main diagonal, positive for one above it, negative for one below.
    """
    return _made(np.stack(np.triu_indices(row, offset, col)), dtype, device, False)


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
    """Independent draws from the uniform distribution on [0, 1).

    Raises:
        TypeError: the dtype is not floating.
    """
    return _made(uniform(generator, _size(size, "rand"), _draw_dtype(dtype)), None, device, requires_grad)


def randn(
    *size: Any,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Independent draws from the standard normal distribution.

    Raises:
        TypeError: the dtype is not floating.
    """
    drawn = np.asarray(resolve(generator).standard_normal(_size(size, "randn")))
    return _made(drawn, _draw_dtype(dtype), device, requires_grad)


def rand_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Uniform draws in the shape and dtype of `input`."""
    drawn = uniform(None, input.shape, _draw_dtype(dtype or input.dtype), raw(input))
    return _made(drawn, None, device, requires_grad)


def randn_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Standard normal draws in the shape and dtype of `input`."""
    like = raw(input)
    drawn = kind_of(like).asarray(resolve(None, like).standard_normal(input.shape))
    return _made(drawn, _draw_dtype(dtype or input.dtype), device, requires_grad)


def randint(
    low: int,
    high: Any = None,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Independent integers from low (0 if left out) up to but not including high, as int64.

    Raises:
        ValueError: there is no integer in that range.
    """
    if size is None:
        low, high, size = 0, low, high
    return _integers(low, high, _size((size,), "randint"), generator, None, dtype, device, requires_grad)


def _integers(
    low: int,
    high: Any,
    shape: tuple[int, ...],
    generator: Generator | None,
    beside: Any,
    dtype: Any,
    device: Any,
    requires_grad: bool,
) -> Tensor:
    if low >= high:
        raise ValueError(f"randint: there is no integer from {low} up to but not including {high}")
    drawn = kind_of(beside).asarray(resolve(generator, beside).integers(low, high, shape))
    return _made(drawn, dtype, device, requires_grad)


def randint_like(
    input: Tensor,
    low: int,
    high: int | None = None,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Integers from low (0 if left out) up to but not including high, in the shape and dtype of `input`."""
    low, high = (0, low) if high is None else (low, high)
    return _integers(low, high, input.shape, None, raw(input), dtype or input.dtype, device, requires_grad)


def randperm(n: int, *, generator: Generator | None = None, dtype: Any = None, device: Any = None) -> Tensor:
    """A random order of 0, ..., n - 1, as int64."""
    return _made(resolve(generator).permutation(*_size((n,), "randperm")), dtype, device, False)


def normal(
    mean: Any,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Independent draws from normal distributions.

    Args:
        mean: a number, or a tensor with the mean of each element.
        std: a number, or a tensor with the standard deviation of each element.
        size: with two numbers, the shape of the result; else it is that of the tensors, broadcast.

    Raises:
        ValueError: a standard deviation is negative, or a size is given beside a tensor.
        TypeError: there is no size beside two numbers, or the dtype is not floating.

    Example:
        >>> normal(5.0, 0.1, (2, 3)).shape
        (2, 3)
    """
    tensors = [v for v in (mean, std) if isinstance(v, Value)]
    if size is None and not tensors:
        raise TypeError("normal: mean and std are numbers, so the size must be given")
    if size is not None and tensors:
        raise ValueError("normal: the size is that of the tensors mean and std; leave it out")
    mean, std = (kind_of(raw(v)).read(raw(v)) for v in (mean, std))
    if (std < 0).any():
        raise ValueError(f"normal: a standard deviation cannot be negative, the smallest is {std.min()}")
    shape = np.broadcast_shapes(mean.shape, std.shape) if size is None else size_of((size,), "normal")
    dtype = _draw_dtype(dtype or (tensors[0].array.dtype if tensors else None))
    return _made(np.asarray(resolve(generator).normal(mean, std, shape)), dtype, device, requires_grad)


def bernoulli(input: Tensor, p: float | None = None, *, generator: Generator | None = None) -> Tensor:
    """Ones and zeros in the shape and dtype of `input`: 1 with the probability that the element states.

    Args:
        input: the probabilities.
        p: one probability for all instead.

    Raises:
        ValueError: a probability lies outside [0, 1].
    """
    return input.bernoulli(p, generator=generator)


def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Draw categories by weight: `num_samples` indices into each row, as int64.

    Args:
        input: the weights of the categories, not negative, shape (n,) or (rows, n); they need not add up to 1.
        num_samples: how many indices to draw for each row.
        replacement: whether a category can be drawn more than once.

    Returns:
        Shape (num_samples,) or (rows, num_samples). Without replacement the indices stand in the order of drawing:
        index i comes first with probability w_i / sum(w). Sorting by E_i / w_i, with E_i exponentially distributed,
        gives this order (Efraimidis and Spirakis, 2006).

    Raises:
        ValueError: the weights are negative, not finite or all 0; there are fewer positive weights than samples to
            draw without replacement; the number of dimensions is wrong; or `num_samples` is not positive.

    Example:
        >>> multinomial(tensor([0.0, 1.0, 0.0]), 4, replacement=True)
        tensor([1, 1, 1, 1])
    """
    return input.multinomial(num_samples, replacement, generator=generator)
