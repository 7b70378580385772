"""autograd_engine: reverse-mode automatic differentiation with PyTorch's names.

A `Tensor` records the operations applied to it. `backward()` visits that graph in reverse and adds each partial
derivative into the `.grad` of the leaves.

The engine is read in a day, with its tensor in a weekend. Every module opens with its one idea, and
`docs/architecture.md` is the map.
"""

import importlib as _importlib
from math import e, inf, nan, pi
from typing import Any as _Any

import numpy as _np

from . import autograd, cuda, func, linalg, nn, optim, special
from .backend.arrays import default_dtype as get_default_dtype
from .backend.arrays import set_default_dtype
from .backend.device import device
from .backend.memory import keep_freed_memory
from .backend.random import (
    Generator,
    default_generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)
from .backend.threads import get_num_threads, set_num_threads
from .engine.anomaly import detect_anomaly
from .engine.backward import grad
from .engine.function import Function
from .engine.modes import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from .engine.primitive import primitive
from .ops import arrange as _arrange
from .ops import count as _count
from .ops import diagonal as _diagonal
from .ops import index as _index
from .ops import math as _math
from .ops import piecewise as _piecewise
from .ops import reduce as _reduce
from .ops import scan as _scan
from .ops import scatter as _scatter
from .ops import shape as _shape
from .ops import softmax as _softmax
from .ops import sort as _sort
from .ops import statistics as _statistics
from .ops.arrange import *
from .ops.count import *
from .ops.diagonal import *
from .ops.dims import broadcast_shapes
from .ops.index import *
from .ops.linear_algebra import classic as _classic
from .ops.linear_algebra import contraction as _contraction
from .ops.linear_algebra import products as _linalg
from .ops.linear_algebra.classic import *
from .ops.linear_algebra.contraction import *
from .ops.linear_algebra.distances import cdist, cosine_similarity, dist, pairwise_distance, renorm
from .ops.linear_algebra.equations import det, logdet, slogdet
from .ops.linear_algebra.equations import inv as inverse
from .ops.linear_algebra.matrix_functions import matrix_exp, matrix_power
from .ops.linear_algebra.products import *
from .ops.linear_algebra.triangular import cholesky, cholesky_inverse, cholesky_solve
from .ops.math import *
from .ops.network.activation import celu, hardshrink, prelu, rrelu, selu, silu, softplus, threshold
from .ops.network.dropout import alpha_dropout, dropout, feature_alpha_dropout
from .ops.network.resample import channel_shuffle, pixel_shuffle, pixel_unshuffle
from .ops.piecewise import *
from .ops.reduce import *
from .ops.scan import *
from .ops.scatter import *
from .ops.shape import *
from .ops.softmax import *
from .ops.sort import *
from .ops.special import digamma, erf, erfc, erfinv, i0, lgamma, logit, mvlgamma, polygamma, xlogy
from .ops.statistics import *
from .serialization import load, save
from .tensor import Tensor
from .tensor import creation as _creation
from .tensor import queries as _queries
from .tensor.creation import *
from .tensor.formatting import get_printoptions, printoptions, set_printoptions
from .tensor.queries import *

Size: type[tuple[int, ...]] = tuple
float16 = half = _np.dtype(_np.float16)
float32 = _np.dtype(_np.float32)
float64 = double = _np.dtype(_np.float64)
int8 = _np.dtype(_np.int8)
int16 = short = _np.dtype(_np.int16)
int32 = _np.dtype(_np.int32)
int64 = long = _np.dtype(_np.int64)
uint8 = _np.dtype(_np.uint8)
bool = _np.dtype(_np.bool_)

__version__ = "0.1.0"

__all__ = [
    "Function",
    "Generator",
    "Size",
    "Tensor",
    "alpha_dropout",
    "autograd",
    "bool",
    "broadcast_shapes",
    "cdist",
    "celu",
    "channel_shuffle",
    "cholesky",
    "cholesky_inverse",
    "cholesky_solve",
    "cosine_similarity",
    "cuda",
    "default_generator",
    "det",
    "detect_anomaly",
    "device",
    "digamma",
    "dist",
    "double",
    "dropout",
    "e",
    "enable_grad",
    "erf",
    "erfc",
    "erfinv",
    "feature_alpha_dropout",
    "float16",
    "float32",
    "float64",
    "func",
    "get_default_dtype",
    "get_num_threads",
    "get_printoptions",
    "get_rng_state",
    "grad",
    "half",
    "hardshrink",
    "i0",
    "inf",
    "inference_mode",
    "initial_seed",
    "int8",
    "int16",
    "int32",
    "int64",
    "inverse",
    "is_grad_enabled",
    "keep_freed_memory",
    "lgamma",
    "linalg",
    "load",
    "logdet",
    "logit",
    "long",
    "manual_seed",
    "matrix_exp",
    "matrix_power",
    "mvlgamma",
    "nan",
    "nn",
    "no_grad",
    "optim",
    "pairwise_distance",
    "pi",
    "pixel_shuffle",
    "pixel_unshuffle",
    "polygamma",
    "prelu",
    "primitive",
    "printoptions",
    "renorm",
    "rrelu",
    "save",
    "seed",
    "selu",
    "set_default_dtype",
    "set_grad_enabled",
    "set_num_threads",
    "set_printoptions",
    "set_rng_state",
    "short",
    "silu",
    "slogdet",
    "softplus",
    "special",
    "testing",
    "threshold",
    "uint8",
    "viz",
    "xlogy",
]
__all__ += _arrange.__all__
__all__ += _classic.__all__
__all__ += _contraction.__all__
__all__ += _creation.__all__
__all__ += _queries.__all__
__all__ += _count.__all__
__all__ += _diagonal.__all__
__all__ += _index.__all__
__all__ += _linalg.__all__
__all__ += _math.__all__
__all__ += _piecewise.__all__
__all__ += _reduce.__all__
__all__ += _scan.__all__
__all__ += _scatter.__all__
__all__ += _shape.__all__
__all__ += _softmax.__all__
__all__ += _sort.__all__
__all__ += _statistics.__all__

keep_freed_memory()


_ON_FIRST_USE = ("data", "models", "testing", "training", "utils", "viz")


def __getattr__(name: str) -> _Any:
    """The rooms that training does without are loaded on first use."""
    if name in _ON_FIRST_USE:
        return _importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names only: what else lies in this module are the rooms that they come from."""
    return sorted({*__all__, *_ON_FIRST_USE, "__version__"})
