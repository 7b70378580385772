"""Initialization: fill a tensor in place so that signals neither vanish nor explode.

Xavier's rule keeps the variance of activations and gradients equal through a linear layer; Kaiming's
multiplies by a gain that makes up for what a nonlinearity takes away. Values come from the seedable generator, and
nothing here is recorded in a graph. `nn.utils.skip_init` makes modules without any of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from ..backend.random import Generator, resolve
from ..engine.modes import no_grad
from ..tensor import Tensor

__all__ = [
    "calculate_gain",
    "constant_",
    "dirac_",
    "eye_",
    "kaiming_normal_",
    "kaiming_uniform_",
    "normal_",
    "ones_",
    "orthogonal_",
    "sparse_",
    "trunc_normal_",
    "uniform_",
    "xavier_normal_",
    "xavier_uniform_",
    "zeros_",
]


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor by which weights must grow to make up for a nonlinearity.

    1 for "linear", "sigmoid" and convolutions, 5/3 for "tanh", sqrt(2) for "relu", 3/4 for "selu", and
    sqrt(2 / (1 + slope^2)) for "leaky_relu", whose slope (0.01) is `param`.

    Raises:
        ValueError: the nonlinearity is not one of these, or the slope is no number.
    """
    if nonlinearity == "leaky_relu":
        if isinstance(param, bool) or not isinstance(param, (int, float, type(None))):
            raise ValueError(f"the slope of leaky_relu must be a number, not {param!r}")
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    gains = {"sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4, "linear": 1.0}
    gains |= {f"conv{kind}{d}d": 1.0 for kind in ("", "_transpose") for d in (1, 2, 3)}
    if nonlinearity not in gains:
        raise ValueError(f"no gain is known for {nonlinearity!r}; known are leaky_relu, {', '.join(gains)}")
    return gains[nonlinearity]


skipped: ContextVar[bool] = ContextVar("skipped", default=False)
"""Whether tensors are left as they are."""

F = TypeVar("F", bound=Callable[..., Tensor])


def _unless_skipped(fill: F) -> F:
    """`fill`, which returns its tensor untouched where initialization is skipped. Those functions have it that
    write or draw many numbers; the others call them."""

    @wraps(fill)
    def filled(tensor: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return tensor if skipped.get() else fill(tensor, *args, **kwargs)

    return filled  # type: ignore[return-value]


@_unless_skipped
def _fill(tensor: Tensor, values: Any) -> Tensor:
    with no_grad():
        return tensor.copy_(values)


@_unless_skipped
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with draws from the uniform distribution on [a, b); returns the tensor."""
    with no_grad():
        return tensor.uniform_(a, b, generator=generator)


@_unless_skipped
def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with draws from the normal distribution N(mean, std^2); returns the tensor."""
    with no_grad():
        return tensor.normal_(mean, std, generator=generator)


@_unless_skipped
def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Fill with draws from N(mean, std^2) that fall into [a, b]; returns the tensor.

    Draws are rejected until they have the density wanted: normal ones, or where these would rarely fall into the
    interval, exponential ones (Robert, "Simulation of truncated normal variables", 1995).

    Raises:
        ValueError: the interval is empty, or std is not positive.

    Example:
        >>> trunc_normal_(empty(100), a=0, b=0.1).max().item() <= 0.1
        True
    """
    if not (a < b and std > 0):
        raise ValueError(f"trunc_normal_: a < b and a positive std are needed, not [{a}, {b}] and {std}")
    low, high, sign = (a - mean) / std, (b - mean) / std, 1
    if high < 0:
        low, high, sign = -high, -low, -1
    often = math.erf(high / math.sqrt(2)) - math.erf(low / math.sqrt(2)) > 0.5
    stream, tilt, width = resolve(generator), max(low, 0.0), high - low
    values = np.empty(tensor.shape)
    waiting = np.ones(tensor.shape, np.bool_)
    while count := np.count_nonzero(waiting):
        if often:
            drawn = stream.standard_normal(count)
            accepted = (low <= drawn) & (drawn <= high)
        else:
            # Draws of density exp(-tilt x) on [low, high]; exp(-(x - tilt)^2 / 2) of them, the normal ones, stay.
            drawn = stream.random(count)
            drawn = low + (-np.log1p(drawn * math.expm1(-tilt * width)) / tilt if tilt else drawn * width)
            accepted = np.log1p(-stream.random(count)) <= -((drawn - tilt) ** 2) / 2
        values[waiting] = drawn
        waiting[waiting] = ~accepted
    return _fill(tensor, np.clip(mean + sign * std * values, a, b))


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one value; returns the tensor."""
    return _fill(tensor, val)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros; returns the tensor."""
    return _fill(tensor, 0)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones; returns the tensor."""
    return _fill(tensor, 1)


def _needs(tensor: Tensor, ndims: tuple[int, ...], name: str) -> None:
    if tensor.ndim not in ndims:
        wanted = " or ".join(map(str, ndims))
        raise ValueError(f"{name}: the tensor must have {wanted} dimensions, got shape {tensor.shape}")


def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix with ones on the diagonal and zeros elsewhere: a linear layer with it returns its input.

    Raises:
        ValueError: not 2 dimensions.
    """
    _needs(tensor, (2,), "eye_")
    return _fill(tensor, np.eye(*tensor.shape))


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Fill the weight (out, in, ...) of a convolution so that it returns as many of its input channels as it can.

    Output channel i of a group is input channel i of the group: the kernel is 1 at its middle and 0 elsewhere.

    Raises:
        ValueError: not 3, 4 or 5 dimensions, or a number of outputs that `groups` does not divide.
    """
    _needs(tensor, (3, 4, 5), "dirac_")
    outputs, inputs, *kernel = tensor.shape
    if outputs % groups:
        raise ValueError(f"dirac_: {outputs} outputs cannot be divided into {groups} groups")
    values = np.zeros(tensor.shape)
    middle = tuple(n // 2 for n in kernel)
    for group in range(groups):
        for i in range(min(outputs // groups, inputs)):
            values[(group * (outputs // groups) + i, i, *middle)] = 1
    return _fill(tensor, values)


@_unless_skipped
def orthogonal_(tensor: Tensor, gain: float = 1, generator: Generator | None = None) -> Tensor:
    """Fill with a random (semi-)orthogonal matrix times `gain`; returns the tensor.

    All but the first dimension count as columns. The matrix comes from the QR decomposition of one of normal
    draws, with the signs that make it uniformly distributed (Saxe et al., 2013; Mezzadri, 2007).

    Raises:
        ValueError: fewer than 2 dimensions.

    Example:
        >>> w = orthogonal_(empty(2, 3))
        >>> (w @ w.T).allclose(eye(2), atol=1e-6)
        True
    """
    if tensor.ndim < 2:
        raise ValueError(f"orthogonal_: the tensor must have at least 2 dimensions, got shape {tensor.shape}")
    if 0 in tensor.shape:
        return tensor
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    drawn = resolve(generator).normal(size=(max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(drawn)
    q *= np.where(np.diagonal(r) < 0, -gain, gain)
    return _fill(tensor, (q.T if rows < columns else q).reshape(tensor.shape))


@_unless_skipped
def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None) -> Tensor:
    """Fill a matrix from N(0, std^2), but a fraction `sparsity` of each column with zeros (Martens, 2010).

    Raises:
        ValueError: not 2 dimensions, or a fraction outside [0, 1].
    """
    _needs(tensor, (2,), "sparse_")
    if not 0 <= sparsity <= 1:
        raise ValueError(f"sparse_: sparsity must lie in [0, 1], not {sparsity}")
    stream = resolve(generator)
    values = stream.normal(0, std, tensor.shape)
    rows = np.broadcast_to(np.arange(tensor.shape[0])[:, None], tensor.shape)
    values[stream.permuted(rows, axis=0) < math.ceil(sparsity * tensor.shape[0])] = 0
    return _fill(tensor, values)


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """How many inputs reach one output, and how many outputs one input, of a weight (out, in, ...)."""
    if tensor.ndim < 2:
        raise ValueError(f"fan in and fan out need a tensor of at least 2 dimensions, got shape {tensor.shape}")
    outputs, inputs, *kernel = tensor.shape
    return inputs * math.prod(kernel), outputs * math.prod(kernel)


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill uniformly on [-a, a] with a = gain sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio, 2010).

    Raises:
        ValueError: fewer than 2 dimensions.
    """
    bound = gain * math.sqrt(6 / sum(_calculate_fan_in_and_fan_out(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill from N(0, std^2) with std = gain sqrt(2 / (fan_in + fan_out)) (Glorot and Bengio, 2010).

    Raises:
        ValueError: fewer than 2 dimensions.
    """
    return normal_(tensor, 0.0, gain * math.sqrt(2 / sum(_calculate_fan_in_and_fan_out(tensor))), generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"mode must be 'fan_in' or 'fan_out', not {mode!r}")
    return calculate_gain(nonlinearity, a) / math.sqrt(_calculate_fan_in_and_fan_out(tensor)[mode == "fan_out"])


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill uniformly on [-b, b] with b = gain sqrt(3 / fan) (He et al., 2015).

    Args:
        a: the slope of the leaky ReLU that follows.
        mode: "fan_in" preserves the variance forward, "fan_out" backward.

    Raises:
        ValueError: fewer than 2 dimensions, or an unknown mode or nonlinearity.
    """
    if 0 in tensor.shape:
        return tensor
    bound = math.sqrt(3) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill from N(0, std^2) with std = gain / sqrt(fan); the arguments are those of `kaiming_uniform_`.

    Raises:
        ValueError: fewer than 2 dimensions, or an unknown mode or nonlinearity.
    """
    if 0 in tensor.shape:
        return tensor
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)
