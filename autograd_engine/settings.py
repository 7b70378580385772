"""Switches at PyTorch's top level, for programs that set them.

Most change no result here. On the CPU every computation is deterministic, and matrices are multiplied in the
precision of their elements; so a program may ask for that, and has it. On a GPU sums of elements at places that are
named often (scatter, the gradient of an embedding) may come in any order.
"""

from __future__ import annotations

from typing import Any

from .backend import gpu
from .backend.arrays import set_default_dtype
from .backend.device import default_device as get_default_device
from .backend.device import set_default_device
from .backend.dtypes import bfloat16, dtype, shown
from .engine.modes import is_grad_enabled
from .ops import autocast
from .tensor.legacy import dtype_of_type

__all__ = [
    "are_deterministic_algorithms_enabled",
    "get_autocast_dtype",
    "get_autocast_gpu_dtype",
    "get_default_device",
    "get_deterministic_debug_mode",
    "get_float32_matmul_precision",
    "get_num_interop_threads",
    "is_autocast_enabled",
    "is_inference_mode_enabled",
    "set_default_device",
    "set_default_tensor_type",
    "set_deterministic_debug_mode",
    "set_float32_matmul_precision",
    "set_flush_denormal",
    "set_num_interop_threads",
    "use_deterministic_algorithms",
]

_precision = ["highest"]
"""What was asked for last; "high" and "medium" are one thing."""


def set_float32_matmul_precision(precision: str) -> None:
    """Allow fewer digits in products of float32 matrices on a GPU: "high" and "medium" round their factors to 10
    bits (TF32). On the CPU they have all digits, and this is only remembered.

    Raises:
        ValueError: the precision is not "highest", "high" or "medium".
    """
    if precision not in ("highest", "high", "medium"):
        raise ValueError(f"set_float32_matmul_precision takes highest, high or medium, not {precision!r}")
    _precision[0] = precision
    gpu.allow_tf32(precision != "highest")


def get_float32_matmul_precision() -> str:
    """What `set_float32_matmul_precision` was given; or "high" or "highest", as `backends.cuda.matmul.allow_tf32`
    was set since."""
    if (_precision[0] != "highest") == gpu.is_tf32_allowed():
        return _precision[0]
    return "high" if gpu.is_tf32_allowed() else "highest"


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Ask that the same program gives the same numbers. On the CPU it always does."""


def are_deterministic_algorithms_enabled() -> bool:
    """Whether the same program gives the same numbers: True."""
    return True


def set_deterministic_debug_mode(debug_mode: Any) -> None:
    """Say what to do where the same program may give other numbers. There is no such place."""


def get_deterministic_debug_mode() -> int:
    """What is done where the same program may give other numbers: 0, nothing."""
    return 0


def set_flush_denormal(mode: bool) -> bool:
    """Ask to compute with 0 for the smallest numbers. Returns whether that is so: False."""
    return False


def set_default_tensor_type(t: Any) -> None:
    """`set_default_dtype` in its older form, for `FloatTensor` or the text "torch.FloatTensor".

    Raises:
        TypeError: the type is not one of floating-point numbers.
    """
    set_default_dtype(dtype_of_type(t))


def set_num_interop_threads(num: int) -> None:
    """Choose how many operations run at once. One does."""


def get_num_interop_threads() -> int:
    """How many operations run at once: 1."""
    return 1


def is_inference_mode_enabled() -> bool:
    """Whether no operation is recorded, as inside `inference_mode()` and `no_grad()`, which are one here."""
    return not is_grad_enabled()


def is_autocast_enabled(device_type: str | None = None) -> bool:
    """Whether operators choose their precision here, inside of a block of `amp.autocast`; on the CPU never."""
    return autocast.current() is not None and device_type in (None, "cuda")


def get_autocast_dtype(device_type: str) -> dtype:
    """The lower precision of a block of `amp.autocast`: that of the block, or the one that it would have."""
    asked = autocast.current()
    if device_type == "cpu" or (asked is not None and asked.lower is None):
        return bfloat16
    return shown("float16")


def get_autocast_gpu_dtype() -> dtype:
    """`get_autocast_dtype("cuda")`, in its older place."""
    return get_autocast_dtype("cuda")
