"""autograd_engine: reverse-mode automatic differentiation with PyTorch's names.

A `Tensor` records the operations applied to it. `backward()` visits that graph in reverse and adds each partial
derivative into the `.grad` of the leaves.

The engine is read in a day, with its tensor in a weekend. Every module opens with its one idea, and
`docs/architecture.md` is the map.
"""

import importlib as _importlib
import typing as _typing
from math import e, inf, nan, pi

import autograd_engine.tensor.creation as _creation  # not `from .tensor`, where pyright takes the wrong `__all__`
import autograd_engine.tensor.legacy as _legacy
import autograd_engine.tensor.queries as _queries
import autograd_engine.tensor.random as _random

from . import autograd, func, linalg, nn, optim, special
from . import operators as _operators
from . import settings as _settings
from .backend.absent import missing as _missing
from .backend.arrays import set_default_dtype
from .backend.device import device
from .backend.dtypes import bfloat16, dtype
from .backend.dtypes import shown as _shown
from .backend.formats import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    layout,
    memory_format,
    preserve_format,
    sparse_coo,
    sparse_csr,
    strided,
)
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
from .settings import *
from .tensor import Tensor
from .tensor.creation import *
from .tensor.formatting import get_printoptions, printoptions, set_printoptions
from .tensor.legacy import *
from .tensor.queries import *
from .tensor.random import *
from .tensor.size import Size

float16 = half = _shown("float16")
float32 = float = _shown("float32")
float64 = double = _shown("float64")
int8 = _shown("int8")
int16 = short = _shown("int16")
int32 = int = _shown("int32")
int64 = long = _shown("int64")
uint8, uint16, uint32, uint64 = map(_shown, ("uint8", "uint16", "uint32", "uint64"))
bool = _shown("bool")

__version__ = "0.1.0"

__all__ = [
    "Function",
    "Generator",
    "Size",
    "Tensor",
    "autograd",
    "bfloat16",
    "bool",
    "broadcast_shapes",
    "channels_last",
    "channels_last_3d",
    "contiguous_format",
    "default_generator",
    "detect_anomaly",
    "device",
    "double",
    "dtype",
    "e",
    "enable_grad",
    "float16",
    "float32",
    "float64",
    "func",
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
    "layout",
    "linalg",
    "load",
    "long",
    "manual_seed",
    "memory_format",
    "nan",
    "nn",
    "no_grad",
    "optim",
    "pi",
    "preserve_format",
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
    "sparse_coo",
    "sparse_csr",
    "special",
    "strided",
    "testing",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "use_kernels",
    "viz",
]
__all__ += _creation.__all__
__all__ += _operators.__all__
__all__ += _queries.__all__
__all__ += _random.__all__
__all__ += _settings.__all__
__all__ += _legacy.__all__

keep_freed_memory()


if _typing.TYPE_CHECKING:
    from . import accelerator as accelerator
    from . import amp as amp
    from . import backends as backends
    from . import compiler as compiler
    from . import cuda as cuda
    from . import data as data
    from . import distributed as distributed
    from . import distributions as distributions
    from . import hub as hub
    from . import jit as jit
    from . import models as models
    from . import multiprocessing as multiprocessing
    from . import numpy as numpy
    from . import onnx as onnx
    from . import profiler as profiler
    from . import random as random
    from . import sparse as sparse
    from . import testing as testing
    from . import training as training
    from . import utils as utils
    from . import version as version
    from . import viz as viz
    from .amp import GradScaler as GradScaler
    from .amp import autocast as autocast
    from .compiler import compile as compile
    from .swap import as_torch as as_torch
    from .tensor.sparse import sparse_coo_tensor as sparse_coo_tensor
    from .tensor.sparse import spmm as spmm

_ON_FIRST_USE = (
    *("accelerator", "amp", "backends", "compiler", "cuda", "data", "distributed", "distributions", "hub", "jit"),
    *(
        "models",
        "multiprocessing",
        "numpy",
        "onnx",
        "profiler",
        "random",
        "sparse",
        "testing",
        "training",
        "utils",
        "version",
    ),
    "viz",
)
_HOMES = {
    "GradScaler": "amp",
    "as_torch": "swap",
    "autocast": "amp",
    "compile": "compiler",
    "sparse_coo_tensor": "tensor.sparse",
    "spmm": "tensor.sparse",
}
"""The functions and classes that are loaded on first use, and where from."""


def __getattr__(name: str) -> _typing.Any:
    """The rooms that training does without are loaded on first use."""
    if name in _ON_FIRST_USE:
        return _importlib.import_module(f"{__name__}.{name}")
    if name in _HOMES:
        return getattr(_importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise _missing(__name__, name)


def __dir__() -> list[str]:
    """The public names only: what else lies in this module are the rooms that they come from."""
    return sorted({*__all__, *_ON_FIRST_USE, *_HOMES, "__version__", "float", "int"})
