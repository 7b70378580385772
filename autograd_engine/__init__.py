"""autograd_engine: reverse-mode automatic differentiation with PyTorch's names, small enough to read.

A `Tensor` records the operations applied to it; `backward()` visits that graph in reverse and adds
each partial derivative into the `.grad` of the leaves. Every module opens with its one idea, and
`docs/architecture.md` is the map.
"""

import importlib as _importlib
from typing import Any as _Any

import numpy as _np

from . import autograd, func, nn, optim
from . import creation as _creation
from .autograd import (
    Function,
    detect_anomaly,
    enable_grad,
    grad,
    inference_mode,
    is_grad_enabled,
    no_grad,
    primitive,
    set_grad_enabled,
)
from .backend.arrays import default_dtype as get_default_dtype
from .backend.arrays import set_default_dtype
from .backend.device import device
from .backend.memory import keep_freed_memory
from .backend.random import Generator, default_generator, initial_seed, manual_seed
from .creation import *
from .ops import index as _index
from .ops import linalg as _linalg
from .ops import math as _math
from .ops import reduce as _reduce
from .ops import shape as _shape
from .ops.index import *
from .ops.linalg import *
from .ops.math import *
from .ops.reduce import *
from .ops.shape import *
from .serialization import load, save
from .tensor import Tensor

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
    "Tensor",
    "autograd",
    "bool",
    "default_generator",
    "detect_anomaly",
    "device",
    "double",
    "enable_grad",
    "float16",
    "float32",
    "float64",
    "func",
    "get_default_dtype",
    "grad",
    "half",
    "inference_mode",
    "initial_seed",
    "int8",
    "int16",
    "int32",
    "int64",
    "is_grad_enabled",
    "keep_freed_memory",
    "load",
    "long",
    "manual_seed",
    "nn",
    "no_grad",
    "optim",
    "primitive",
    "save",
    "set_default_dtype",
    "set_grad_enabled",
    "short",
    "testing",
    "uint8",
    "viz",
]
__all__ += _creation.__all__
__all__ += _index.__all__
__all__ += _linalg.__all__
__all__ += _math.__all__
__all__ += _reduce.__all__
__all__ += _shape.__all__

keep_freed_memory()


def __getattr__(name: str) -> _Any:
    """The rooms that training does without are loaded on first use."""
    if name in ("testing", "viz"):
        return _importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
