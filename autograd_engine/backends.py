"""backends: the libraries that PyTorch computes with, for programs that switch one. Few of them are here.

`backends.cudnn.benchmark = True` may be set, and has no effect. Whether a library is available has the answer no,
but for the BLAS and the threads that NumPy computes with, and for CUDA's libraries where there is a GPU.
`backends.cuda.matmul.allow_tf32` has the effect that it has in PyTorch.
"""

from __future__ import annotations

from contextlib import nullcontext
from types import ModuleType
from typing import Any

from .backend import gpu as _gpu
from .backend.absent import names_missing as _names_missing
from .backend.aliases import also_as as _also_as

__all__ = ["cpu", "cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp"]


def _library(name: str, available: bool | None, **settings: Any) -> ModuleType:
    """A library's module: whether it is available, None for the question at each call, and the settings that
    programs read and write."""
    module = ModuleType(f"{__name__}.{name}", f"Settings of {name}, which have no effect unless it says so.")

    def is_available() -> bool:
        return _gpu.reason_without() is None if available is None else available

    is_available.__doc__ = f"Whether {name} is there to compute with."
    answers: dict[str, Any] = {"is_available": is_available, **settings}
    vars(module).update(answers, __all__=[*answers])
    return module


def _nothing(*args: Any, **kwargs: Any) -> None:
    """Change a setting. It has no effect."""


def _block(*args: Any, **kwargs: Any) -> nullcontext[None]:
    """A block with other settings. It has no effect."""
    return nullcontext()


def _no() -> bool:
    """Whether it is there: False."""
    return False


def _version() -> None:
    """The version: None, it is not there."""


def _is_built() -> bool:
    """Whether CUDA can be used: there is a GPU, and CuPy."""
    return _gpu.reason_without() is None


class _Products:
    """How matrices are multiplied on a GPU.

    Attributes:
        allow_fp16_reduced_precision_reduction: has no effect.
    """

    allow_fp16_reduced_precision_reduction = False

    @property
    def allow_tf32(self) -> bool:
        """Whether factors of float32 may be rounded to 10 bits (TF32); the same switch as
        `set_float32_matmul_precision("high")`."""
        return _gpu.is_tf32_allowed()

    @allow_tf32.setter
    def allow_tf32(self, wanted: bool) -> None:
        _gpu.allow_tf32(wanted)


def _capability() -> str:
    """The instructions that the CPU knows: not told here."""
    return "DEFAULT"


cpu = _library("cpu", True, get_cpu_capability=_capability)
cudnn = _library(
    "cudnn", False, enabled=False, benchmark=False, deterministic=True, allow_tf32=False, version=_version
)
cuda = _library(
    "cuda",
    None,
    is_built=_is_built,
    matmul=_Products(),
    enable_flash_sdp=_nothing,
    enable_math_sdp=_nothing,
    enable_mem_efficient_sdp=_nothing,
    flash_sdp_enabled=_no,
    mem_efficient_sdp_enabled=_no,
    sdp_kernel=_block,
)
mps = _library("mps", False, is_built=_no)
mkl = _library("mkl", False)
mkldnn = _library("mkldnn", False, enabled=False)
openmp = _library("openmp", True)

_also_as(__name__, cpu=cpu, cudnn=cudnn, cuda=cuda, mps=mps, mkl=mkl, mkldnn=mkldnn, openmp=openmp)


__getattr__ = _names_missing(__name__)
