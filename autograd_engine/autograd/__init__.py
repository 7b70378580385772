"""Differentiation under the names of `torch.autograd`: run it, switch it, watch it, and add to it.

autograd.backward, autograd.grad         derivatives
no_grad, enable_grad, inference_mode     switches, as `with` blocks or decorators
detect_anomaly, set_detect_anomaly       find the operation that made a NaN
Function                                 a new operation from a forward and a backward
primitive                                a new operation from a forward and one rule per input
"""

from ..engine.anomaly import detect_anomaly, set_detect_anomaly
from ..engine.backward import backward, grad
from ..engine.function import Function, FunctionContext
from ..engine.modes import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from ..engine.plan import Accumulate, Increment
from ..engine.primitive import primitive

__all__ = [
    "Accumulate",
    "Function",
    "FunctionContext",
    "Increment",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "grad",
    "inference_mode",
    "is_grad_enabled",
    "no_grad",
    "primitive",
    "set_detect_anomaly",
    "set_grad_enabled",
]
