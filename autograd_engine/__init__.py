"""autograd_engine: reverse-mode automatic differentiation with PyTorch's names.

A `Tensor` records the operations applied to it. `backward()` visits that graph in reverse and adds each partial
derivative into the `.grad` of the leaves.

The engine is read in a day, with its tensor in a weekend. Every module opens with its one idea, and
`docs/architecture.md` is the map.
"""

import importlib as _importlib
import typing as _typing
from math import e, inf, nan, pi

import numpy as _np

import autograd_engine.tensor.creation as _creation  # not `from .tensor`, where pyright takes the wrong `__all__`
import autograd_engine.tensor.queries as _queries

from . import autograd, cuda, func, linalg, nn, optim, special
from . import operators as _operators
from .backend.arrays import default_dtype as get_default_dtype
from .backend.arrays import set_default_dtype
from .backend.device import device
from .backend.kernels import use_kernels
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
from .operators import *
from .ops.dims import broadcast_shapes
from .serialization import load, save
from .tensor import Tensor
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
    "autograd",
    "bool",
    "broadcast_shapes",
    "cuda",
    "default_generator",
    "detect_anomaly",
    "device",
    "double",
    "e",
    "enable_grad",
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
    "inf",
    "inference_mode",
    "initial_seed",
    "int8",
    "int16",
    "int32",
    "int64",
    "is_grad_enabled",
    "keep_freed_memory",
    "linalg",
    "load",
    "long",
    "manual_seed",
    "nan",
    "nn",
    "no_grad",
    "optim",
    "pi",
    "primitive",
    "printoptions",
    "save",
    "seed",
    "set_default_dtype",
    "set_grad_enabled",
    "set_num_threads",
    "set_printoptions",
    "set_rng_state",
    "short",
    "special",
    "testing",
    "uint8",
    "use_kernels",
    "viz",
]
__all__ += _creation.__all__
__all__ += _operators.__all__
__all__ += _queries.__all__

keep_freed_memory()


if _typing.TYPE_CHECKING:
    from . import data as data
    from . import models as models
    from . import testing as testing
    from . import training as training
    from . import utils as utils
    from . import viz as viz

_ON_FIRST_USE = ("data", "models", "testing", "training", "utils", "viz")


def __getattr__(name: str) -> _typing.Any:
    """The rooms that training does without are loaded on first use."""
    if name in _ON_FIRST_USE:
        return _importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names only: what else lies in this module are the rooms that they come from."""
    return sorted({*__all__, *_ON_FIRST_USE, "__version__"})
