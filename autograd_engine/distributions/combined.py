"""Distributions made of others: transformed, side by side as one, mixed; and those that are a transformed one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Self

from ..ops.softmax import logsumexp
from ..tensor import Tensor
from . import constraints
from .constraints import Constraint
from .continuous import Cauchy, Exponential, Normal
from .distribution import Distribution, broadcast_all
from .transforms import AffineTransform, ExpTransform, PowerTransform, Transform

__all__ = [
    "HalfCauchy",
    "HalfNormal",
    "Independent",
    "LogNormal",
    "MixtureSameFamily",
    "TransformedDistribution",
    "Weibull",
    "summed",
]


def summed(x: Tensor, dims: int) -> Tensor:
    """The sum over the last dimensions."""
    return x.sum(tuple(range(x.ndim - dims, x.ndim))) if dims else x


class TransformedDistribution(Distribution):
    """The distribution of T(x), where x has another one.

    Args:
        base_distribution: that of x.
        transforms: T, or several, the first applied first.

    Example:
        >>> d = ag.distributions
        >>> d.TransformedDistribution(d.Normal(0.0, 1.0), [d.ExpTransform()]).log_prob(ag.tensor(1.0))
        tensor(-0.9189)
    """

    def __init__(
        self,
        base_distribution: Distribution,
        transforms: Transform | Sequence[Transform],
        validate_args: bool | None = None,
    ) -> None:
        self.transforms = [transforms] if isinstance(transforms, Transform) else list(transforms)
        widest = max((t.event_dim for t in self.transforms), default=0)
        extra = widest - len(base_distribution.event_shape)
        self.base_dist = Independent(base_distribution, extra) if extra > 0 else base_distribution
        super().__init__(self.base_dist.batch_shape, self.base_dist.event_shape, validate_args)
        self.has_rsample = self.base_dist.has_rsample  # type: ignore[misc]

    @property
    def support(self) -> Constraint:
        """What the last transform gives."""
        return self.transforms[-1].codomain if self.transforms else self.base_dist.support

    def expand(self, batch_shape: Sequence[int]) -> Any:
        """The same distributions, repeated to fill `batch_shape`."""
        return TransformedDistribution(self.base_dist.expand(batch_shape), self.transforms)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """T of a draw of x, without a gradient."""
        return self._image(self.base_dist.sample(sample_shape)).detach()

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """T of a draw of x."""
        return self._image(self.base_dist.rsample(sample_shape))

    def _image(self, x: Tensor) -> Tensor:
        for transform in self.transforms:
            x = transform(x)
        return x

    def log_prob(self, value: Any) -> Tensor:
        """log p(x) - log |dy/dx|, at the x of which T makes the value."""
        y, events = self._checked(value), len(self.event_shape)
        log_det: Any = 0.0
        for transform in reversed(self.transforms):
            x = transform._inverse(y)
            log_det = log_det + summed(transform.log_abs_det_jacobian(x, y), events - transform.event_dim)
            y = x
        return self.base_dist.log_prob(y) - log_det

    def _sign(self) -> Any:
        return math.prod(transform.sign for transform in self.transforms)

    def cdf(self, value: Any) -> Tensor:
        """The probability of smaller draws."""
        y = self._checked(value)
        for transform in reversed(self.transforms):
            y = transform._inverse(y)
        sign = self._sign()
        return sign * (self.base_dist.cdf(y) - 0.5) + 0.5

    def icdf(self, value: Any) -> Tensor:
        """The inverse of `cdf`."""
        sign = self._sign()
        return self._image(self.base_dist.icdf(sign * (value - 0.5) + 0.5))


class Independent(Distribution):
    """Several distributions side by side as one: the last dimensions of the batch belong to a draw.

    Args:
        base_distribution: the distributions.
        reinterpreted_batch_ndims: how many of the batch's last dimensions.

    Example:
        >>> d = ag.distributions.Independent(ag.distributions.Normal(ag.zeros(3), ag.ones(3)), 1)
        >>> d.batch_shape, d.event_shape, d.log_prob(ag.zeros(3))
        ((), (3,), tensor(-2.7568))
    """

    def __init__(
        self, base_distribution: Distribution, reinterpreted_batch_ndims: int, validate_args: bool | None = None
    ) -> None:
        batch, n = base_distribution.batch_shape, reinterpreted_batch_ndims
        if not 0 <= n <= len(batch):
            raise ValueError(f"Independent: {n} dimensions of a batch of shape {batch}")
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, n
        whole = batch + base_distribution.event_shape
        super().__init__(whole[: len(batch) - n], whole[len(batch) - n :], validate_args)
        self.has_rsample = base_distribution.has_rsample  # type: ignore[misc]

    def expand(self, batch_shape: Sequence[int]) -> Any:
        """The same distributions, repeated to fill `batch_shape`."""
        own = self.event_shape[: self.reinterpreted_batch_ndims]
        return Independent(self.base_dist.expand((*batch_shape, *own)), self.reinterpreted_batch_ndims)

    @property
    def support(self) -> Constraint:
        """That of the distributions, for all of a draw."""
        base = self.base_dist.support

        def check(value: Tensor) -> Tensor:
            held = base.check(value)
            return held.flatten(held.ndim - self.reinterpreted_batch_ndims).all(-1) if held.ndim else held

        if not self.reinterpreted_batch_ndims:
            return base
        return Constraint(base.name, check, base.event_dim + self.reinterpreted_batch_ndims)

    @property
    def mean(self) -> Tensor:
        """Their means."""
        return self.base_dist.mean

    @property
    def mode(self) -> Tensor:
        """Their modes."""
        return self.base_dist.mode

    @property
    def variance(self) -> Tensor:
        """Their variances."""
        return self.base_dist.variance

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """A draw of each."""
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """A draw of each."""
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value: Any) -> Tensor:
        """The sum of their log densities."""
        return summed(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self) -> Tensor:
        """The sum of their entropies."""
        return summed(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def __repr__(self) -> str:
        return f"Independent({self.base_dist!r}, {self.reinterpreted_batch_ndims})"


class MixtureSameFamily(Distribution):
    """One of several distributions of a kind, chosen at random for each draw.

    Args:
        mixture_distribution: a `Categorical` that chooses.
        component_distribution: the distributions, along the last dimension of its batch.
    """

    def __init__(
        self, mixture_distribution: Any, component_distribution: Distribution, validate_args: bool | None = None
    ) -> None:
        count = component_distribution.batch_shape[-1]
        if mixture_distribution.probs.shape[-1] != count:
            raise ValueError(
                f"MixtureSameFamily: {mixture_distribution.probs.shape[-1]} probabilities for {count} components"
            )
        self.mixture_distribution, self.component_distribution = mixture_distribution, component_distribution
        super().__init__(component_distribution.batch_shape[:-1], component_distribution.event_shape, validate_args)

    @property
    def support(self) -> Constraint:
        """That of the components."""
        return self.component_distribution.support

    def _weights(self) -> Tensor:
        probs: Tensor = self.mixture_distribution.probs
        return probs.reshape(*probs.shape, *(1 for _ in self.event_shape))

    @property
    def mean(self) -> Tensor:
        """The mean of the components' means."""
        return (self._weights() * self.component_distribution.mean).sum(-1 - len(self.event_shape))

    @property
    def variance(self) -> Tensor:
        """The mean of their variances, and the variance of their means."""
        dim, weights = -1 - len(self.event_shape), self._weights()
        spread = (self.component_distribution.mean - self.mean.unsqueeze(dim)) ** 2
        return (weights * (self.component_distribution.variance + spread)).sum(dim)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """A draw of the component that was chosen."""
        chosen = self.mixture_distribution.sample(sample_shape)
        drawn, events = self.component_distribution.sample(sample_shape), len(self.event_shape)
        dim = drawn.ndim - events - 1
        place = chosen.reshape(*chosen.shape, *(1 for _ in range(events + 1)))
        place = place.expand(*drawn.shape[:dim], 1, *drawn.shape[dim + 1 :])
        return drawn.gather(dim, place).squeeze(dim)

    def log_prob(self, value: Any) -> Tensor:
        """log sum w_k p_k."""
        value = self._checked(value)
        events = len(self.event_shape)
        each = self.component_distribution.log_prob(value.unsqueeze(value.ndim - events))
        return logsumexp(each + self.mixture_distribution.logits, -1)

    def cdf(self, value: Any) -> Tensor:
        """The probability of smaller draws."""
        return (
            self.component_distribution.cdf(self._checked(value).unsqueeze(-1)) * self.mixture_distribution.probs
        ).sum(-1)


class _Transformed(TransformedDistribution):
    """A transformed distribution that has parameters of its own."""

    def expand(self, batch_shape: Sequence[int]) -> Self:
        """The same distributions, repeated to fill `batch_shape`."""
        return Distribution.expand(self, batch_shape)


class LogNormal(_Transformed):
    """The distribution of e^x, where x is normal with mean `loc` and standard deviation `scale`."""

    arg_constraints: ClassVar = {"loc": constraints.real, "scale": constraints.positive}

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(loc, scale, validate_args)
        self.loc, self.scale = base.loc, base.scale
        super().__init__(base, ExpTransform(), validate_args)

    @property
    def mean(self) -> Tensor:
        """exp(loc + scale^2 / 2)."""
        return (self.loc + self.scale**2 / 2).exp()

    @property
    def mode(self) -> Tensor:
        """exp(loc - scale^2)."""
        return (self.loc - self.scale**2).exp()

    @property
    def variance(self) -> Tensor:
        """(exp(scale^2) - 1) exp(2 loc + scale^2)."""
        squared = self.scale**2
        return squared.expm1() * (2 * self.loc + squared).exp()

    def entropy(self) -> Tensor:
        """That of x, and loc."""
        return self.base_dist.entropy() + self.loc


class Weibull(_Transformed):
    """The Weibull distribution: cdf 1 - exp(-(x / scale)^concentration)."""

    arg_constraints: ClassVar = {"scale": constraints.positive, "concentration": constraints.positive}

    def __init__(self, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.scale, self.concentration = broadcast_all(scale, concentration)
        base = Exponential(self.scale * 0 + 1, validate_args)
        power = PowerTransform(self.concentration.reciprocal())
        super().__init__(base, [power, AffineTransform(0.0, self.scale)], validate_args)

    @property
    def support(self) -> Constraint:
        """Positive numbers."""
        return constraints.positive

    def _sign(self) -> Any:
        return 1

    @property
    def mean(self) -> Tensor:
        """scale gamma(1 + 1 / concentration)."""
        return self.scale * (1 + self.concentration.reciprocal()).lgamma().exp()

    @property
    def variance(self) -> Tensor:
        """scale^2 (gamma(1 + 2 / c) - gamma(1 + 1 / c)^2)."""
        inverse = self.concentration.reciprocal()
        return self.scale**2 * ((1 + 2 * inverse).lgamma().exp() - (2 * (1 + inverse).lgamma()).exp())


class _Half(Distribution):
    """The distribution of |x|, where x has one that is symmetric about 0."""

    arg_constraints: ClassVar = {"scale": constraints.positive}
    has_rsample = True
    whole: Any
    scale: Tensor

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        (self.scale,) = broadcast_all(scale)
        self.base_dist = self.whole(self.scale * 0, self.scale)
        super().__init__(self.scale.shape, validate_args=validate_args)

    @property
    def support(self) -> Constraint:
        """Numbers from 0 on."""
        return constraints.nonnegative

    @property
    def mode(self) -> Tensor:
        """0."""
        return self.scale * 0

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """|x|."""
        return self.base_dist.rsample(sample_shape).abs()

    def log_prob(self, value: Any) -> Tensor:
        """log 2, and the log density of x."""
        return self.base_dist.log_prob(self._checked(value)) + math.log(2)

    def cdf(self, value: Any) -> Tensor:
        """The probability of smaller draws."""
        return 2 * self.base_dist.cdf(self._checked(value)) - 1

    def icdf(self, value: Any) -> Tensor:
        """The inverse of `cdf`."""
        return self.base_dist.icdf((value + 1) / 2)

    def entropy(self) -> Tensor:
        """That of x, less log 2."""
        return self.base_dist.entropy() - math.log(2)


class HalfNormal(_Half):
    """The distribution of |x|, where x is normal with mean 0 and standard deviation `scale`."""

    whole = Normal

    @property
    def mean(self) -> Tensor:
        """scale sqrt(2 / pi)."""
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def variance(self) -> Tensor:
        """scale^2 (1 - 2 / pi)."""
        return self.scale**2 * (1 - 2 / math.pi)


class HalfCauchy(_Half):
    """The distribution of |x|, where x has a Cauchy distribution about 0."""

    whole = Cauchy

    @property
    def mean(self) -> Tensor:
        """There is none: infinity."""
        return self.scale * math.inf

    @property
    def variance(self) -> Tensor:
        """There is none: infinity."""
        return self.scale * math.inf
