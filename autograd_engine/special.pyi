"""Written by `python -m tests.stubs`."""

from autograd_engine.ops.reduce import Dim
from autograd_engine.tensor.tensor import Tensor
from typing import Any
def round(x: Any, *, decimals: int = 0) -> Tensor:
    """x rounded to `decimals` places, halves to even, with derivative 0."""
def exp2(x: Any) -> Tensor:
    """2^x"""
def expm1(x: Any) -> Tensor:
    """e^x - 1, accurate near 0."""
def log1p(x: Any) -> Tensor:
    """log(1 + x), accurate near 0."""
def sinc(x: Any) -> Tensor:
    """sin(pi x) / (pi x), 1 at 0."""
def expit(x: Any) -> Tensor:
    """1 / (1 + e^-x), computed from e^-|x| so that nothing overflows."""
def erf(x: Any) -> Tensor:
    """The error function 2/sqrt(pi) int_0^x e^(-t^2) dt; for large float32 arrays to a relative 4e-7."""
def erfc(x: Any) -> Tensor:
    """1 - erf(x), accurate where that is tiny."""
def erfcx(x: Any) -> Tensor:
    """e^(x^2) erfc(x), which falls like 1/x where erfc underflows."""
def erfinv(x: Any) -> Tensor:
    """The inverse of erf: infinite at -1 and 1, NaN outside."""
def ndtr(x: Any) -> Tensor:
    """The probability that a standard normal variable lies below x; for large float32 arrays to a relative 6e-6."""
def ndtri(x: Any) -> Tensor:
    """The inverse of ndtr, the normal quantile: infinite at 0 and 1, NaN outside."""
def log_ndtr(x: Any) -> Tensor:
    """log(ndtr(x)), accurate far below 0, where ndtr underflows."""
def gammaln(x: Any) -> Tensor:
    """log |gamma(x)|; infinite at 0, -1, -2, ..."""
def digamma(x: Any) -> Tensor:
    """The derivative of log gamma(x), also called psi; -inf at 0, NaN at -1, -2, ..."""
def psi(x: Any) -> Tensor:
    """The derivative of log gamma(x), also called psi; -inf at 0, NaN at -1, -2, ..."""
def polygamma(n: int, x: Any) -> Tensor:
    """The n-th derivative of digamma: (-1)^(n+1) n! sum_k 1/(x + k)^(n+1) over k = 0, 1, ..."""
def zeta(x: Any, q: Any) -> Tensor:
    """The Hurwitz zeta function, sum_k 1/(q + k)^x over k = 0, 1, ...; zeta(x, 1) is Riemann's. Derivative by q:
    -x zeta(x + 1, q)."""
def multigammaln(x: Any, p: int) -> Tensor:
    """The log of the multivariate gamma function: p(p-1)/4 log(pi) + sum_(k<p) lgamma(x - k/2), for x > (p-1)/2."""
def i0(x: Any) -> Tensor:
    """The modified Bessel function of the first kind of order 0."""
def i1(x: Any) -> Tensor:
    """The modified Bessel function of the first kind of order 1."""
def i0e(x: Any) -> Tensor:
    """e^(-|x|) i0(x), which does not overflow; derivative 0 at 0."""
def i1e(x: Any) -> Tensor:
    """e^(-|x|) i1(x), which does not overflow."""
def entr(x: Any) -> Tensor:
    """-x log(x), which is 0 at 0 and -inf below."""
def xlogy(x: Any, y: Any) -> Tensor:
    """x log(y), 0 where x is 0 unless y is NaN; d/dx = log y, which is 0 at x = 0 for y <= 0."""
def xlog1py(x: Any, y: Any) -> Tensor:
    """x log(1 + y), 0 where x is 0 unless y is NaN; d/dx = log(1 + y), which is 0 at x = 0 for y <= -1."""
def logit(x: Any, eps: float | None = None) -> Tensor:
    """log(x / (1 - x)), the inverse of sigmoid: infinite at 0 and 1, NaN outside."""
def logsumexp(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
    """log sum e^x over `dim` (all dimensions by default), which does not overflow."""
def softmax(x: Any, dim: int = ..., *, dtype: Any = None, axis: int = ...) -> Tensor:
    """e^x / sum e^x along `dim`, which does not overflow; `x` is first converted to `dtype`, if that is given."""
def log_softmax(x: Any, dim: int = ..., *, dtype: Any = None, axis: int = ...) -> Tensor:
    """log softmax(x) along `dim`: x - logsumexp(x), which does not overflow; `dtype` is as for `softmax`."""

__all__ = [
    "digamma",
    "entr",
    "erf",
    "erfc",
    "erfcx",
    "erfinv",
    "exp2",
    "expit",
    "expm1",
    "gammaln",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "log1p",
    "log_ndtr",
    "log_softmax",
    "logit",
    "logsumexp",
    "multigammaln",
    "ndtr",
    "ndtri",
    "polygamma",
    "psi",
    "round",
    "sinc",
    "softmax",
    "xlog1py",
    "xlogy",
    "zeta",
]
