"""Differentiation under the names of `torch.autograd`: do it, switch it, watch it, check it, and add to it.

autograd.backward, autograd.grad         derivatives
no_grad, enable_grad, inference_mode     switches, as `with` blocks or decorators
functional                               Jacobians, Hessians and their products with vectors, at a point
detect_anomaly, set_detect_anomaly       find the operation that made a NaN
gradcheck, gradgradcheck                 compare derivatives with differences
Function                                 a new operation from a forward and a backward
primitive                                a new operation from a forward and one rule per input
Variable                                 the older name of a tensor
"""

import typing as _typing
from importlib import import_module as _import_module

from ..backend.absent import missing as _missing
from ..engine.anomaly import detect_anomaly, set_detect_anomaly
from ..engine.backward import backward, grad
from ..engine.function import Function, FunctionContext
from ..engine.modes import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from ..engine.plan import Accumulate, Increment, Jointly
from ..engine.primitive import primitive
from .variable import Variable, set_multithreading_enabled

__all__ = [
    "Accumulate",
    "Function",
    "FunctionContext",
    "Increment",
    "Jointly",
    "Variable",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "is_grad_enabled",
    "no_grad",
    "primitive",
    "set_detect_anomaly",
    "set_grad_enabled",
    "set_multithreading_enabled",
]

if _typing.TYPE_CHECKING:
    from ..testing import gradcheck, gradgradcheck
    from . import functional


def __getattr__(name: str) -> _typing.Any:
    """What training does without is loaded on first use."""
    if name == "functional":
        return _import_module(f"{__name__}.functional")
    if name in ("gradcheck", "gradgradcheck"):
        from .. import testing

        return getattr(testing, name)
    raise _missing(__name__, name)


def __dir__() -> list[str]:
    return __all__
