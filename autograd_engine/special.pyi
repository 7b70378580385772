"""Written by `python -m tests.stubs`."""

from autograd_engine.ops.math import exp2 as exp2
from autograd_engine.ops.math import expm1 as expm1
from autograd_engine.ops.math import log1p as log1p
from autograd_engine.ops.math import sigmoid as expit
from autograd_engine.ops.math import sinc as sinc
from autograd_engine.ops.rounding import round as round
from autograd_engine.ops.softmax import log_softmax as log_softmax
from autograd_engine.ops.softmax import logsumexp as logsumexp
from autograd_engine.ops.softmax import softmax as softmax
from autograd_engine.ops.special import digamma as digamma
from autograd_engine.ops.special import digamma as psi
from autograd_engine.ops.special import entr as entr
from autograd_engine.ops.special import erf as erf
from autograd_engine.ops.special import erfc as erfc
from autograd_engine.ops.special import erfcx as erfcx
from autograd_engine.ops.special import erfinv as erfinv
from autograd_engine.ops.special import i0 as i0
from autograd_engine.ops.special import i0e as i0e
from autograd_engine.ops.special import i1 as i1
from autograd_engine.ops.special import i1e as i1e
from autograd_engine.ops.special import lgamma as gammaln
from autograd_engine.ops.special import log_ndtr as log_ndtr
from autograd_engine.ops.special import logit as logit
from autograd_engine.ops.special import mvlgamma as multigammaln
from autograd_engine.ops.special import ndtr as ndtr
from autograd_engine.ops.special import ndtri as ndtri
from autograd_engine.ops.special import polygamma as polygamma
from autograd_engine.ops.special import xlog1py as xlog1py
from autograd_engine.ops.special import xlogy as xlogy

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
]
