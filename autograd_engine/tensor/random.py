"""New tensors of random numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend.arrays import default_dtype, is_floating
from ..backend.device import check_device, device_of, kind_at, working_on
from ..backend.formats import takes_formats
from ..backend.kinds import kind_of
from ..backend.random import Generator, resolve, uniform
from ..engine.graph import Value, raw
from ..ops.dims import size_of
from .creation import made, size_given
from .tensor import Tensor

__all__ = [
    "bernoulli",
    "multinomial",
    "normal",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
]


def _draw_dtype(dtype: Any) -> np.dtype[Any]:
    dtype = np.dtype(dtype or default_dtype())
    if not is_floating(dtype):
        raise TypeError(f"random real numbers need a floating dtype, not {dtype}; for integers use randint")
    return dtype


@takes_formats
def rand(
    *sizes: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Independent draws from the uniform distribution on [0, 1).

    Raises:
        TypeError: the dtype is not floating.
    """
    where, shape = check_device(device), size_given(sizes, "rand", size)
    with working_on(where):
        return made(uniform(generator, shape, _draw_dtype(dtype), kind_at(where)), None, where, requires_grad)


@takes_formats
def randn(
    *sizes: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Independent draws from the standard normal distribution.

    Raises:
        TypeError: the dtype is not floating.
    """
    where, shape = check_device(device), size_given(sizes, "randn", size)
    kind = kind_at(where)
    with working_on(where):
        drawn = kind.asarray(resolve(generator, kind).standard_normal(shape))
        return made(drawn, _draw_dtype(dtype), where, requires_grad)


@takes_formats
def rand_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Uniform draws in the shape and dtype of `input`."""
    return rand(input.shape, dtype=dtype or input.dtype, device=device or input.device, requires_grad=requires_grad)


@takes_formats
def randn_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Standard normal draws in the shape and dtype of `input`."""
    return randn(
        input.shape, dtype=dtype or input.dtype, device=device or input.device, requires_grad=requires_grad
    )


@takes_formats
def randint(
    low: int = 0,
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
    elif high is None:
        low, high = 0, low
    return _integers(low, high, size_given((size,), "randint"), generator, dtype, device, requires_grad)


def _integers(
    low: int,
    high: Any,
    shape: tuple[int, ...],
    generator: Generator | None,
    dtype: Any,
    device: Any,
    requires_grad: bool,
) -> Tensor:
    if low >= high:
        raise ValueError(f"randint: there is no integer from {low} up to but not including {high}")
    where = check_device(device)
    kind = kind_at(where)
    with working_on(where):
        return made(kind.asarray(resolve(generator, kind).integers(low, high, shape)), dtype, where, requires_grad)


@takes_formats
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
    return _integers(low, high, input.shape, None, dtype or input.dtype, device or input.device, requires_grad)


@takes_formats
def randperm(n: int, *, generator: Generator | None = None, dtype: Any = None, device: Any = None) -> Tensor:
    """A random order of 0, ..., n - 1, as int64."""
    return made(resolve(generator).permutation(*size_given((n,), "randperm")), dtype, device, False)


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
    device = device or (device_of(tensors[0].array) if tensors else None)
    return made(np.asarray(resolve(generator).normal(mean, std, shape)), dtype, device, requires_grad)


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
