"""Gamma distributions and what is made of them: chi-squared, beta, Dirichlet, Student's t.

A gamma number is no simple formula of one that does not depend on the concentration a. But its cdf F(x; a) is
known, and a draw moves with a so that F stays the same: dx/da = -(dF/da) / p(x). So gradients flow through draws
(Figurnov, Mohamed and Mnih, "Implicit Reparameterization Gradients", 2018). dF/da is a difference quotient in
float64, precise to about 8 digits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ..backend.random import resolve
from ..engine.function import Function
from ..engine.graph import raw
from ..engine.modes import is_grad_enabled
from ..ops.special import xlog1py
from ..tensor import Tensor
from ..tensor.creation import as_tensor
from ..tensor.queries import finfo
from . import constraints
from .constraints import Constraint
from .continuous import normal_like
from .distribution import Distribution, broadcast_all

__all__ = ["Beta", "Chi2", "Dirichlet", "Gamma", "StudentT"]


def _slope(a: Any, x: Any) -> Any:
    """dx/da of a gamma number x with concentration a and rate 1."""
    from scipy import special

    a, x = np.asarray(a, np.float64), np.maximum(np.asarray(x, np.float64), 1e-300)
    h = 1e-3 * np.minimum(1.0, a)

    def cdf(at: Any) -> Any:
        upper = x > a  # where F is near 1, its complement has more digits
        return np.where(upper, -special.gammaincc(at, x), special.gammainc(at, x))

    first, second = (cdf(a + h) - cdf(a - h)) / (2 * h), (cdf(a + 2 * h) - cdf(a - 2 * h)) / (4 * h)
    log_density = (a - 1) * np.log(x) - x - special.gammaln(a)
    return -((4 * first - second) / 3) * np.exp(-log_density)


class _StandardGamma(Function):
    """Draws with rate 1."""

    @staticmethod
    def forward(ctx: Any, concentration: Tensor) -> Tensor:
        a = raw(concentration)
        drawn = np.asarray(resolve(None).standard_gamma(np.asarray(a, np.float64), np.shape(a)))
        x = as_tensor(np.maximum(drawn, finfo(concentration.dtype).tiny), dtype=concentration.dtype)
        ctx.save_for_backward(concentration, x)
        return x

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        if is_grad_enabled():
            raise RuntimeError("the gradient of a gamma draw cannot be differentiated again")
        a, x = ctx.saved_tensors
        return g * as_tensor(_slope(raw(a), raw(x)), dtype=a.dtype)


class Gamma(Distribution):
    """The gamma distribution: density rate^a x^(a-1) e^(-rate x) / gamma(a), a being the concentration.

    Example:
        >>> d = ag.distributions.Gamma(ag.tensor(2.0), ag.tensor(4.0))
        >>> d.mean, d.variance
        (tensor(0.5000), tensor(0.1250))
    """

    arg_constraints: ClassVar = {"concentration": constraints.positive, "rate": constraints.positive}
    has_rsample = True
    concentration: Tensor
    rate: Tensor

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        self.concentration, self.rate = broadcast_all(concentration, rate)
        super().__init__(self.concentration.shape, validate_args=validate_args)

    @property
    def support(self) -> Constraint:
        """Numbers from 0 on."""
        return constraints.nonnegative

    @property
    def mean(self) -> Tensor:
        """a / rate."""
        return self.concentration / self.rate

    @property
    def mode(self) -> Tensor:
        """(a - 1) / rate, or 0."""
        return ((self.concentration - 1) / self.rate).clamp(min=0)

    @property
    def variance(self) -> Tensor:
        """a / rate^2."""
        return self.concentration / self.rate**2

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draw so that gradients flow to both parameters; of the first order only."""
        drawn: Tensor = _StandardGamma.apply(self.concentration.expand(*self._extended_shape(sample_shape)))
        return drawn / self.rate

    def log_prob(self, value: Any) -> Tensor:
        """The logarithm of the density."""
        a, value = self.concentration, self._checked(value)
        return a.xlogy(self.rate) + (a - 1).xlogy(value) - self.rate * value - a.lgamma()

    def entropy(self) -> Tensor:
        """a - log(rate) + log gamma(a) + (1 - a) digamma(a)."""
        a = self.concentration
        return a - self.rate.log() + a.lgamma() + (1 - a) * a.digamma()


class Chi2(Gamma):
    """The chi-squared distribution of `df` degrees of freedom: Gamma(df / 2, 1 / 2)."""

    arg_constraints: ClassVar = {"df": constraints.positive}

    def __init__(self, df: Any, validate_args: bool | None = None) -> None:
        (self.df,) = broadcast_all(df)
        super().__init__(self.df / 2, 0.5, validate_args)


class Dirichlet(Distribution):
    """The Dirichlet distribution of vectors that add up to 1: density proportional to prod x_i^(a_i - 1).

    Args:
        concentration: a, along the last dimension.
    """

    arg_constraints: ClassVar = {"concentration": Constraint("positive", lambda a: (a > 0).all(-1), 1)}
    has_rsample = True
    concentration: Tensor

    def __init__(self, concentration: Tensor, validate_args: bool | None = None) -> None:
        if concentration.ndim < 1:
            raise ValueError("Dirichlet: concentration must be a tensor of one dimension or more")
        self.concentration = concentration
        super().__init__(concentration.shape[:-1], concentration.shape[-1:], validate_args)

    @property
    def support(self) -> Constraint:
        """Vectors that add up to 1."""
        return constraints.simplex

    @property
    def mean(self) -> Tensor:
        """a / sum a."""
        return self.concentration / self.concentration.sum(-1, keepdim=True)

    @property
    def variance(self) -> Tensor:
        """a (s - a) / (s^2 (s + 1)), s being the sum."""
        a, s = self.concentration, self.concentration.sum(-1, keepdim=True)
        return a * (s - a) / (s**2 * (s + 1))

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Gamma numbers, divided by their sum; gradients of the first order flow."""
        drawn: Tensor = _StandardGamma.apply(self.concentration.expand(*self._extended_shape(sample_shape)))
        return drawn / drawn.sum(-1, keepdim=True)

    def log_prob(self, value: Any) -> Tensor:
        """The logarithm of the density."""
        a = self.concentration
        return (a - 1).xlogy(self._checked(value)).sum(-1) + a.sum(-1).lgamma() - a.lgamma().sum(-1)

    def entropy(self) -> Tensor:
        """The expectation of -log_prob."""
        a, s, k = self.concentration, self.concentration.sum(-1), self.concentration.shape[-1]
        return a.lgamma().sum(-1) - s.lgamma() - (k - s) * s.digamma() - ((a - 1) * a.digamma()).sum(-1)


class Beta(Distribution):
    """The beta distribution: density proportional to x^(a-1) (1-x)^(b-1) on [0, 1].

    Args:
        concentration1, concentration0: a and b.
    """

    arg_constraints: ClassVar = {"concentration1": constraints.positive, "concentration0": constraints.positive}
    has_rsample = True
    concentration1: Tensor
    concentration0: Tensor

    def __init__(self, concentration1: Any, concentration0: Any, validate_args: bool | None = None) -> None:
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        super().__init__(self.concentration1.shape, validate_args=validate_args)

    @property
    def support(self) -> Constraint:
        """From 0 to 1."""
        return constraints.unit_interval

    @property
    def mean(self) -> Tensor:
        """a / (a + b)."""
        return self.concentration1 / (self.concentration1 + self.concentration0)

    @property
    def variance(self) -> Tensor:
        """a b / ((a + b)^2 (a + b + 1))."""
        a, b = self.concentration1, self.concentration0
        return a * b / ((a + b) ** 2 * (a + b + 1))

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Of two gamma numbers, the share of the first; gradients of the first order flow."""
        shape = self._extended_shape(sample_shape)
        x: Tensor = _StandardGamma.apply(self.concentration1.expand(*shape))
        y: Tensor = _StandardGamma.apply(self.concentration0.expand(*shape))
        return x / (x + y)

    def log_prob(self, value: Any) -> Tensor:
        """The logarithm of the density."""
        a, b, x = self.concentration1, self.concentration0, self._checked(value)
        return (a - 1).xlogy(x) + xlog1py(b - 1, -x) + (a + b).lgamma() - a.lgamma() - b.lgamma()

    def entropy(self) -> Tensor:
        """The expectation of -log_prob."""
        a, b = self.concentration1, self.concentration0
        beta = a.lgamma() + b.lgamma() - (a + b).lgamma()
        return beta - (a - 1) * a.digamma() - (b - 1) * b.digamma() + (a + b - 2) * (a + b).digamma()


class StudentT(Distribution):
    """Student's t distribution of `df` degrees of freedom, times `scale`, plus `loc`."""

    arg_constraints: ClassVar = {"df": constraints.positive, "loc": constraints.real, "scale": constraints.positive}
    has_rsample = True
    df: Tensor
    loc: Tensor
    scale: Tensor

    def __init__(self, df: Any, loc: Any = 0.0, scale: Any = 1.0, validate_args: bool | None = None) -> None:
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        self._chi2 = Chi2(self.df)
        super().__init__(self.df.shape, validate_args=validate_args)

    @property
    def support(self) -> Constraint:
        """All real numbers."""
        return constraints.real

    @property
    def mean(self) -> Tensor:
        """loc; NaN up to one degree of freedom."""
        return self.loc.masked_fill(self.df <= 1, math.nan)

    @property
    def mode(self) -> Tensor:
        """loc."""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """scale^2 df / (df - 2); infinite up to 2 degrees of freedom, NaN up to one."""
        found = self.scale**2 * self.df / (self.df - 2)
        return found.masked_fill(self.df <= 2, math.inf).masked_fill(self.df <= 1, math.nan)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """A normal number, divided by the root of a chi-squared one over df."""
        normal = normal_like(self.loc, self._extended_shape(sample_shape))
        return self.loc + self.scale * normal * (self._chi2.rsample(sample_shape) / self.df).rsqrt()

    def log_prob(self, value: Any) -> Tensor:
        """The logarithm of the density."""
        y, df = (self._checked(value) - self.loc) / self.scale, self.df
        norm = self.scale.log() + df.log() / 2 + math.log(math.pi) / 2 + (df / 2).lgamma() - ((df + 1) / 2).lgamma()
        return -(df + 1) / 2 * (y**2 / df).log1p() - norm

    def entropy(self) -> Tensor:
        """The expectation of -log_prob."""
        df = self.df
        beta = (df / 2).lgamma() + math.log(math.pi) / 2 - ((df + 1) / 2).lgamma()
        spread = (df + 1) / 2 * (((df + 1) / 2).digamma() - (df / 2).digamma())
        return self.scale.log() + spread + df.log() / 2 + beta
