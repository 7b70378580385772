"""Special functions: the error function, the gamma function, Bessel functions and their kin.

The values are SciPy's, which is loaded on first use; only `erf` and `ndtr` of large float32 arrays are not, which
is faster. The derivatives stand here. Each family is closed under differentiation, so that every order exists: erf
leads to exp, digamma to polygamma(1) to polygamma(2), i1 to i0. Formulas: Abramowitz and Stegun, chapters 6, 7, 9
and 26.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from ..backend import kernels
from ..backend.arrays import Array, unboxed
from ..backend.kernels.special import evaluate
from ..engine.primitive import primitive
from .arithmetic import add, sub
from .comparison import logical_not
from .math import exp, log
from .names import operator
from .piecewise import clamp, masked, where
from .rounding import sign

# ----------------------------------------------------------------- the error function and the normal curve


@operator("torch Tensor special numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, x: g * (exp(-x * x) * (2 / math.sqrt(math.pi))))
def erf(x: Array) -> Array:
    """The error function 2/sqrt(pi) int_0^x e^(-t^2) dt; for large float32 arrays to a relative 4e-7."""
    return kernels.erf(x)


@operator("torch Tensor special numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, x: g * (exp(-x * x) * (-2 / math.sqrt(math.pi))))
def erfc(x: Array) -> Array:
    """1 - erf(x), accurate where that is tiny."""
    return evaluate("erfc", x)


@operator("special numpy")
@primitive(floating=True, x=lambda g, x, out: g * (2 * x * out - 2 / math.sqrt(math.pi)))
def erfcx(x: Array) -> Array:
    """e^(x^2) erfc(x), which falls like 1/x where erfc underflows."""
    return evaluate("erfcx", x)


@operator("torch Tensor special numpy", in_place="Tensor")
@primitive(floating=True, x=lambda g, out: g * (exp(out * out) * (math.sqrt(math.pi) / 2)))
def erfinv(x: Array) -> Array:
    """The inverse of erf: infinite at -1 and 1, NaN outside."""
    return evaluate("erfinv", x)


@operator("special numpy")
@primitive(floating=True, x=lambda g, x: g * (exp(x * x * -0.5) / math.sqrt(2 * math.pi)))
def ndtr(x: Array) -> Array:
    """The probability that a standard normal variable lies below x; for large float32 arrays to a relative 6e-6."""
    return kernels.ndtr(x)


@operator("special numpy")
@primitive(floating=True, x=lambda g, out: g * (exp(out * out * 0.5) * math.sqrt(2 * math.pi)))
def ndtri(x: Array) -> Array:
    """The inverse of ndtr, the normal quantile: infinite at 0 and 1, NaN outside."""
    return evaluate("ndtri", x)


def _log_ndtr_rule(g: Array, x: Array, out: Array) -> Array:
    """g e^(-x^2/2) / (sqrt(2 pi) ndtr(x)); below 0 by way of erfcx, where nothing underflows or cancels."""
    below = math.sqrt(2 / math.pi) / erfcx(clamp(x, max=0) * -math.sqrt(0.5))
    positive = clamp(x, min=0)
    above = exp(positive * positive * -0.5 - clamp(out, min=-1)) / math.sqrt(2 * math.pi)
    return g * where(x < 0, below, above)


@operator("special numpy")
@primitive(floating=True, x=_log_ndtr_rule)
def log_ndtr(x: Array) -> Array:
    """log(ndtr(x)), accurate far below 0, where ndtr underflows."""
    return evaluate("log_ndtr", x)


# ----------------------------------------------------------------------------- the gamma function


@operator("torch Tensor", in_place="Tensor", special="gammaln", numpy="gammaln")
@primitive(floating=True, x=lambda g, x: g * digamma(x))
def lgamma(x: Array) -> Array:
    """log |gamma(x)|; infinite at 0, -1, -2, ..."""
    return unboxed(np.where(x == -np.inf, -x, evaluate("gammaln", x)))  # SciPy's has the other sign at -inf


@operator("torch Tensor", in_place="Tensor", special="digamma psi", numpy="psi")
@primitive(floating=True, x=lambda g, x: g * _polygamma(x, n=1))
def digamma(x: Array) -> Array:
    """The derivative of log gamma(x), also called psi; -inf at 0, NaN at -1, -2, ..."""
    return evaluate("psi", x)


@primitive(floating=True, x=lambda g, x, n: g * _polygamma(x, n=n + 1))
def _polygamma(x: Array, *, n: int) -> Array:
    """(-1)^(n+1) n! zeta(n + 1, x), for n > 0."""
    return evaluate("zeta", float(n + 1), x) * float((-1) ** (n + 1) * math.factorial(n))


@operator("torch special")
def polygamma(n: int, x: Array) -> Array:
    """The n-th derivative of digamma: (-1)^(n+1) n! sum_k 1/(x + k)^(n+1) over k = 0, 1, ...

    Raises:
        ValueError: n is negative.

    Example:
        >>> polygamma(1, ag.tensor([1.0]))
        tensor([1.6449])
    """
    if n < 0:
        raise ValueError(f"polygamma: n must not be negative, got {n}")
    return _polygamma(x, n=n) if n else digamma(x)


def _by_order(g: Array) -> Array:
    raise NotImplementedError("zeta: no formula is known for the derivative by x; pass x.detach()")


@operator(special="zeta", numpy="zeta")
@primitive(promote=True, floating=True, x=_by_order, q=lambda g, x, q: -g * x * zeta(x + 1, q))
def zeta(x: Array, q: Array) -> Array:
    """The Hurwitz zeta function, sum_k 1/(q + k)^x over k = 0, 1, ...; zeta(x, 1) is Riemann's. Derivative by q:
    -x zeta(x + 1, q).

    Raises:
        NotImplementedError: in the backward pass, x requires a gradient: no formula is known.

    Example:
        >>> ag.special.zeta(tensor([2.0, 4.0]), 1.0)
        tensor([1.6449, 1.0823])
    """
    return evaluate("zeta", x, q)


@operator("torch Tensor", in_place="Tensor", special="multigammaln")
def mvlgamma(x: Array, p: int) -> Array:
    """The log of the multivariate gamma function: p(p-1)/4 log(pi) + sum_(k<p) lgamma(x - k/2), for x > (p-1)/2.

    Raises:
        ValueError: p is not positive.
    """
    if p < 1:
        raise ValueError(f"mvlgamma: p must be at least 1, got {p}")
    return add(
        functools.reduce(add, (lgamma(sub(x, k / 2)) for k in range(p))), p * (p - 1) / 4 * math.log(math.pi)
    )


# ------------------------------------------------------- modified Bessel functions of the first kind


def _without_tiny(x: Array) -> tuple[Array, Array]:
    """x with its tiny values moved away from 0, and where they were."""
    eps = float(np.finfo(x.dtype).eps)
    tiny = (x <= eps) & (x >= -eps)
    return where(tiny, eps, x), tiny


def _i1_rule(g: Array, x: Array) -> Array:
    x, tiny = _without_tiny(x)
    return g * where(tiny, 0.5, i0(x) - i1(x) / x)


def _i1e_rule(g: Array, x: Array) -> Array:
    x, tiny = _without_tiny(x)
    return g * where(tiny, 0.5, i0e(x) - i1e(x) * (sign(x) + 1 / x))


@operator("torch Tensor special numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, x: g * i1(x))
def i0(x: Array) -> Array:
    """The modified Bessel function of the first kind of order 0."""
    return evaluate("i0", x)


@operator("special numpy")
@primitive(floating=True, x=_i1_rule)
def i1(x: Array) -> Array:
    """The modified Bessel function of the first kind of order 1."""
    return evaluate("i1", x)


@operator("special numpy")
@primitive(floating=True, x=lambda g, x, out: g * (i1e(x) - sign(x) * out))
def i0e(x: Array) -> Array:
    """e^(-|x|) i0(x), which does not overflow; derivative 0 at 0."""
    return evaluate("i0e", x)


@operator("special numpy")
@primitive(floating=True, x=_i1e_rule)
def i1e(x: Array) -> Array:
    """e^(-|x|) i1(x), which does not overflow."""
    return evaluate("i1e", x)


# ------------------------------------------------------------------------- logarithms of probabilities


@operator("special numpy")
@primitive(floating=True, x=lambda g, x: -g * (log(x) + 1))
def entr(x: Array) -> Array:
    """-x log(x), which is 0 at 0 and -inf below."""
    return evaluate("entr", x)


@operator("torch Tensor special numpy", in_place="torch Tensor")
@primitive(
    promote=True,
    floating=True,
    x=lambda g, x, y: masked(xlogy(g, y), logical_not((x == 0) & (y <= 0))),
    y=lambda g, x, y: g * x / y,
)
def xlogy(x: Array, y: Array) -> Array:
    """x log(y), 0 where x is 0 unless y is NaN; d/dx = log y, which is 0 at x = 0 for y <= 0."""
    return evaluate("xlogy", x, y)


@operator("special numpy")
@primitive(
    promote=True,
    floating=True,
    x=lambda g, x, y: masked(xlog1py(g, y), logical_not((x == 0) & (y <= -1))),
    y=lambda g, x, y: g * x / (y + 1),
)
def xlog1py(x: Array, y: Array) -> Array:
    """x log(1 + y), 0 where x is 0 unless y is NaN; d/dx = log(1 + y), which is 0 at x = 0 for y <= -1."""
    return evaluate("xlog1py", x, y)


@primitive(floating=True, x=lambda g, x: g * where((x < 0) | (x > 1), np.nan, 1 / (x * (1 - x))))
def _logit(x: Array) -> Array:
    return evaluate("logit", x)


@operator("torch Tensor special numpy", in_place="torch Tensor")
def logit(x: Array, eps: float | None = None) -> Array:
    """log(x / (1 - x)), the inverse of sigmoid: infinite at 0 and 1, NaN outside.

    Args:
        x: probabilities.
        eps: limit x to [eps, 1 - eps] first.
    """
    return _logit(x if eps is None else where(x == x, clamp(x, eps, 1 - eps), x))
