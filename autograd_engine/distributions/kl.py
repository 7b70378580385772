"""kl_divergence(p, q): the expectation under p of log p - log q, where there is a closed form for the two kinds."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..ops.linear_algebra.triangular import solve_triangular
from ..tensor import Tensor
from .combined import HalfNormal, Independent, LogNormal, TransformedDistribution, summed
from .continuous import Cauchy, Exponential, Gumbel, Laplace, Normal, Uniform
from .counts import Bernoulli, Binomial, Categorical, Geometric, OneHotCategorical, Poisson
from .distribution import Distribution
from .gammas import Beta, Dirichlet, Gamma
from .multivariate import MultivariateNormal

__all__ = ["kl_divergence", "register_kl"]

Formula = Callable[[Any, Any], Tensor]

_FORMULAS: dict[tuple[type[Distribution], type[Distribution]], Formula] = {}


def register_kl(type_p: type[Distribution], type_q: type[Distribution]) -> Callable[[Formula], Formula]:
    """A decorator: this function computes `kl_divergence(p, q)` for distributions of these classes, and of classes
    derived from them."""

    def register(formula: Formula) -> Formula:
        _FORMULAS[type_p, type_q] = formula
        return formula

    return register


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """The Kullback-Leibler divergence from q to p: the expectation under p of log p(x) - log q(x).

    Raises:
        NotImplementedError: there is no closed form for the two.

    Example:
        >>> d = ag.distributions
        >>> d.kl_divergence(d.Normal(1.0, 1.0), d.Normal(0.0, 1.0))
        tensor(0.5000)
    """
    fitting = [
        (type(p).__mro__.index(a) + type(q).__mro__.index(b), formula)
        for (a, b), formula in _FORMULAS.items()
        if isinstance(p, a) and isinstance(q, b)
    ]
    if not fitting:
        raise NotImplementedError(
            f"kl_divergence: no closed form for {type(p).__name__} and {type(q).__name__}; average p.log_prob(x) - "
            "q.log_prob(x) over draws x of p, or register_kl a formula"
        )
    return min(fitting, key=lambda found: found[0])[1](p, q)


@register_kl(Normal, Normal)
def _normals(p: Normal, q: Normal) -> Tensor:
    ratio = (p.scale / q.scale) ** 2
    return (ratio + ((p.loc - q.loc) / q.scale) ** 2 - 1 - ratio.log()) / 2


@register_kl(HalfNormal, HalfNormal)
def _half_normals(p: HalfNormal, q: HalfNormal) -> Tensor:
    return _normals(p.base_dist, q.base_dist)


@register_kl(LogNormal, LogNormal)
def _log_normals(p: LogNormal, q: LogNormal) -> Tensor:
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(Laplace, Laplace)
def _laplaces(p: Laplace, q: Laplace) -> Tensor:
    ratio, distance = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + distance / q.scale + ratio * (-distance / p.scale).exp() - 1


@register_kl(Cauchy, Cauchy)
def _cauchys(p: Cauchy, q: Cauchy) -> Tensor:
    return (((p.scale + q.scale) ** 2 + (p.loc - q.loc) ** 2) / (4 * p.scale * q.scale)).log()


@register_kl(Gumbel, Gumbel)
def _gumbels(p: Gumbel, q: Gumbel) -> Tensor:
    ratio, shift = p.scale / q.scale, (q.loc - p.loc) / q.scale
    euler = 0.57721566490153286061
    return -ratio.log() - shift + ratio * euler + (shift + (1 + ratio).lgamma()).exp() - (1 + euler)


@register_kl(Uniform, Uniform)
def _uniforms(p: Uniform, q: Uniform) -> Tensor:
    found = ((q.high - q.low) / (p.high - p.low)).log()
    return found.masked_fill((q.low > p.low) | (q.high < p.high), math.inf)


@register_kl(Exponential, Exponential)
def _exponentials(p: Exponential, q: Exponential) -> Tensor:
    ratio = q.rate / p.rate
    return -ratio.log() + ratio - 1


@register_kl(Gamma, Gamma)
def _gammas(p: Gamma, q: Gamma) -> Tensor:
    a, b = p.concentration, q.concentration
    return (
        b * (p.rate / q.rate).log()
        + b.lgamma()
        - a.lgamma()
        + (a - b) * a.digamma()
        + (q.rate - p.rate) * a / p.rate
    )


@register_kl(Beta, Beta)
def _betas(p: Beta, q: Beta) -> Tensor:
    a, b, c, d = p.concentration1, p.concentration0, q.concentration1, q.concentration0
    norms = (a + b).lgamma() + c.lgamma() + d.lgamma() - (c + d).lgamma() - a.lgamma() - b.lgamma()
    return norms + (a - c) * a.digamma() + (b - d) * b.digamma() + (c + d - a - b) * (a + b).digamma()


@register_kl(Dirichlet, Dirichlet)
def _dirichlets(p: Dirichlet, q: Dirichlet) -> Tensor:
    a, b = p.concentration, q.concentration
    total = a.sum(-1)
    norms = total.lgamma() - b.sum(-1).lgamma() - (a.lgamma() - b.lgamma()).sum(-1)
    return norms + ((a - b) * (a.digamma() - total.digamma().unsqueeze(-1))).sum(-1)


@register_kl(Bernoulli, Bernoulli)
def _bernoullis(p: Bernoulli, q: Bernoulli) -> Tensor:
    def part(x: Tensor, y: Tensor) -> Tensor:
        return (x.xlogy(x) - x.xlogy(y)).masked_fill((x != 0) & (y == 0), math.inf)

    return part(p.probs, q.probs) + part(1 - p.probs, 1 - q.probs)


@register_kl(Binomial, Binomial)
def _binomials(p: Binomial, q: Binomial) -> Tensor:
    found = p.total_count * (p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p())
    return found.masked_fill(p.total_count > q.total_count, math.inf)


@register_kl(Geometric, Geometric)
def _geometrics(p: Geometric, q: Geometric) -> Tensor:
    return -p.entropy() - (-q.probs).log1p() / p.probs - q.logits


@register_kl(Poisson, Poisson)
def _poissons(p: Poisson, q: Poisson) -> Tensor:
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Categorical, Categorical)
def _categoricals(p: Categorical, q: Categorical) -> Tensor:
    each = p.probs * (p.logits - q.logits)
    impossible = (q.probs == 0) & (p.probs != 0)
    return each.masked_fill(impossible, math.inf).masked_fill(p.probs == 0, 0).sum(-1)


register_kl(OneHotCategorical, OneHotCategorical)(_categoricals)


@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariate_normals(p: MultivariateNormal, q: MultivariateNormal) -> Tensor:
    L, M = p.scale_tril, q.scale_tril
    dets = (M.diagonal(dim1=-2, dim2=-1).log() - L.diagonal(dim1=-2, dim2=-1).log()).sum(-1)
    spread = (solve_triangular(M, L, upper=False) ** 2).sum((-2, -1))
    distance = (solve_triangular(M, (q.loc - p.loc).unsqueeze(-1), upper=False) ** 2).sum((-2, -1))
    return dets + (spread + distance - p.event_shape[0]) / 2


@register_kl(Independent, Independent)
def _independents(p: Independent, q: Independent) -> Tensor:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError("kl_divergence: two Independent distributions must join equally many dimensions")
    return summed(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@register_kl(TransformedDistribution, TransformedDistribution)
def _transformed(p: TransformedDistribution, q: TransformedDistribution) -> Tensor:
    if [type(t) for t in p.transforms] != [type(t) for t in q.transforms]:
        raise NotImplementedError("kl_divergence: the two distributions are transformed differently")
    return kl_divergence(p.base_dist, q.base_dist)
