"""Distributions of real numbers that are drawn from normal, uniform or exponential ones by a formula.

So gradients flow through the draws: a normal number is loc + scale * e, and e does not depend on the parameters.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ..tensor import Tensor
from ..tensor.queries import finfo
from ..tensor.random import rand, randn
from . import constraints
from .constraints import Constraint
from .distribution import Distribution, broadcast_all

__all__ = [
    "Cauchy",
    "Exponential",
    "Gumbel",
    "Laplace",
    "Normal",
    "Uniform",
    "normal_like",
    "uniform_like",
]

EULER = 0.57721566490153286061


def normal_like(parameter: Tensor, shape: Any) -> Tensor:
    """Draws of the standard normal distribution, in the dtype of a parameter."""
    return randn(size=tuple(shape), dtype=parameter.dtype)


def uniform_like(parameter: Tensor, shape: Any) -> Tensor:
    """Draws of the uniform distribution between 0 and 1, neither included, in the dtype of a parameter."""
    eps = finfo(parameter.dtype).eps
    return rand(size=tuple(shape), dtype=parameter.dtype).clamp(eps, 1 - eps)


class _LocationScale(Distribution):
    """loc + scale * e, with a number e that has a distribution of its own."""

    arg_constraints: ClassVar = {"loc": constraints.real, "scale": constraints.positive}
    has_rsample = True
    loc: Tensor
    scale: Tensor

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def support(self) -> Constraint:
        """All real numbers."""
        return constraints.real

    def _standard(self, shape: Any) -> Tensor:
        """Draws of e."""
        raise NotImplementedError

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """loc + scale * e."""
        return self.loc + self.scale * self._standard(self._extended_shape(sample_shape))

    def _reduced(self, value: Any) -> Tensor:
        return (self._checked(value) - self.loc) / self.scale

    @property
    def mean(self) -> Tensor:
        """loc."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        """loc."""
        return self.loc


class Normal(_LocationScale):
    """The normal distribution: density exp(-((x - loc) / scale)^2 / 2) / (scale sqrt(2 pi)).

    Args:
        loc: the mean.
        scale: the standard deviation.

    Example:
        >>> ag.distributions.Normal(0.0, 1.0).log_prob(ag.tensor(0.0))
        tensor(-0.9189)
    """

    def _standard(self, shape: Any) -> Tensor:
        return normal_like(self.loc, shape)

    @property
    def variance(self) -> Tensor:
        """scale^2."""
        return self.scale**2

    def log_prob(self, value: Any) -> Tensor:
        """The logarithm of the density."""
        return -(self._reduced(value) ** 2) / 2 - self.scale.log() - math.log(math.sqrt(2 * math.pi))

    def cdf(self, value: Any) -> Tensor:
        """The probability of smaller draws."""
        return 0.5 * (1 + (self._reduced(value) / math.sqrt(2)).erf())

    def icdf(self, value: Any) -> Tensor:
        """The inverse of `cdf`."""
        return self.loc + self.scale * (2 * value - 1).erfinv() * math.sqrt(2)

    def entropy(self) -> Tensor:
        """1/2 + log(scale sqrt(2 pi))."""
        return 0.5 + 0.5 * math.log(2 * math.pi) + self.scale.log()


class Laplace(_LocationScale):
    """The Laplace distribution: density exp(-|x - loc| / scale) / (2 scale)."""

    def _standard(self, shape: Any) -> Tensor:
        u = uniform_like(self.loc, shape) - 0.5
        return -u.sign() * (-2 * u.abs()).log1p()

    @property
    def variance(self) -> Tensor:
        """2 scale^2."""
        return 2 * self.scale**2

    def log_prob(self, value: Any) -> Tensor:
        """The logarithm of the density."""
        return -(2 * self.scale).log() - self._reduced(value).abs()

    def cdf(self, value: Any) -> Tensor:
        """The probability of smaller draws."""
        z = self._reduced(value)
        return 0.5 - 0.5 * z.sign() * (-z.abs()).expm1()

    def icdf(self, value: Any) -> Tensor:
        """The inverse of `cdf`."""
        term = value - 0.5
        return self.loc - self.scale * term.sign() * (-2 * term.abs()).log1p()

    def entropy(self) -> Tensor:
        """1 + log(2 scale)."""
        return 1 + (2 * self.scale).log()


class Cauchy(_LocationScale):
    """The Cauchy distribution: density 1 / (pi scale (1 + ((x - loc) / scale)^2)). It has no mean."""

    def _standard(self, shape: Any) -> Tensor:
        return (math.pi * (uniform_like(self.loc, shape) - 0.5)).tan()

    @property
    def mean(self) -> Tensor:
        """There is none: NaN."""
        return self.loc * math.nan

    @property
    def variance(self) -> Tensor:
        """There is none: infinity."""
        return self.loc * 0 + math.inf

    def log_prob(self, value: Any) -> Tensor:
        """The logarithm of the density."""
        return -math.log(math.pi) - self.scale.log() - (self._reduced(value) ** 2).log1p()

    def cdf(self, value: Any) -> Tensor:
        """The probability of smaller draws."""
        return self._reduced(value).atan() / math.pi + 0.5

    def icdf(self, value: Any) -> Tensor:
        """The inverse of `cdf`."""
        return (math.pi * (value - 0.5)).tan() * self.scale + self.loc

    def entropy(self) -> Tensor:
        """log(4 pi scale)."""
        return math.log(4 * math.pi) + self.scale.log()


class Gumbel(_LocationScale):
    """The Gumbel distribution: cdf exp(-exp(-(x - loc) / scale))."""

    def _standard(self, shape: Any) -> Tensor:
        return -(-uniform_like(self.loc, shape).log()).log()

    @property
    def mean(self) -> Tensor:
        """loc + 0.5772.. scale."""
        return self.loc + self.scale * EULER

    @property
    def variance(self) -> Tensor:
        """(pi scale)^2 / 6."""
        return (math.pi * self.scale) ** 2 / 6

    def log_prob(self, value: Any) -> Tensor:
        """The logarithm of the density."""
        z = self._reduced(value)
        return -z - (-z).exp() - self.scale.log()

    def cdf(self, value: Any) -> Tensor:
        """The probability of smaller draws."""
        return (-(-self._reduced(value)).exp()).exp()

    def icdf(self, value: Any) -> Tensor:
        """The inverse of `cdf`."""
        return self.loc - self.scale * (-value.log()).log()

    def entropy(self) -> Tensor:
        """1 + 0.5772.. + log scale."""
        return self.scale.log() + (1 + EULER)


class Uniform(Distribution):
    """The uniform distribution on [low, high).

    Raises:
        ValueError: `low` is not below `high`.
    """

    arg_constraints: ClassVar = {"low": constraints.real, "high": constraints.real}
    has_rsample = True
    low: Tensor
    high: Tensor

    def __init__(self, low: Any, high: Any, validate_args: bool | None = None) -> None:
        self.low, self.high = broadcast_all(low, high)
        super().__init__(self.low.shape, validate_args=validate_args)
        if self._validate_args and not (self.low < self.high).all().item():
            raise ValueError(f"Uniform: low must be below high; got {self.low} and {self.high}")

    @property
    def support(self) -> Constraint:
        """From low to high."""
        return constraints.interval(self.low, self.high)

    @property
    def mean(self) -> Tensor:
        """In the middle."""
        return (self.high + self.low) / 2

    @property
    def variance(self) -> Tensor:
        """(high - low)^2 / 12."""
        return (self.high - self.low) ** 2 / 12

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """low + (high - low) u."""
        u = rand(size=tuple(self._extended_shape(sample_shape)), dtype=self.low.dtype)
        return self.low + u * (self.high - self.low)

    def log_prob(self, value: Any) -> Tensor:
        """-log(high - low) inside, -infinity outside."""
        value = self._checked(value)
        inside = ((self.low <= value) & (self.high > value)).to(self.low.dtype)
        return inside.log() - (self.high - self.low).log()

    def cdf(self, value: Any) -> Tensor:
        """The probability of smaller draws."""
        return ((self._checked(value) - self.low) / (self.high - self.low)).clamp(0, 1)

    def icdf(self, value: Any) -> Tensor:
        """The inverse of `cdf`."""
        return value * (self.high - self.low) + self.low

    def entropy(self) -> Tensor:
        """log(high - low)."""
        return (self.high - self.low).log()


class Exponential(Distribution):
    """The exponential distribution: density rate exp(-rate x)."""

    arg_constraints: ClassVar = {"rate": constraints.positive}
    has_rsample = True
    rate: Tensor

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        (self.rate,) = broadcast_all(rate)
        super().__init__(self.rate.shape, validate_args=validate_args)

    @property
    def support(self) -> Constraint:
        """Numbers from 0 on."""
        return constraints.nonnegative

    @property
    def mean(self) -> Tensor:
        """1 / rate."""
        return self.rate.reciprocal()

    @property
    def mode(self) -> Tensor:
        """0."""
        return self.rate * 0

    @property
    def variance(self) -> Tensor:
        """1 / rate^2."""
        return self.rate**-2

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """-log(u) / rate."""
        return -uniform_like(self.rate, self._extended_shape(sample_shape)).log() / self.rate

    def log_prob(self, value: Any) -> Tensor:
        """log(rate) - rate x."""
        return self.rate.log() - self.rate * self._checked(value)

    def cdf(self, value: Any) -> Tensor:
        """The probability of smaller draws."""
        return 1 - (-self.rate * self._checked(value)).exp()

    def icdf(self, value: Any) -> Tensor:
        """The inverse of `cdf`."""
        return -(1 - value).log() / self.rate

    def entropy(self) -> Tensor:
        """1 - log(rate)."""
        return 1 - self.rate.log()
