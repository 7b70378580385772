"""backends: the libraries that PyTorch computes with, for programs that switch one. Few of them are here.

Whether a library is available has the answer no, but for the BLAS and the threads that NumPy computes with, and
for CUDA's libraries where there is a GPU. `backends.cuda.matmul.allow_tf32` has the effect that it has in
PyTorch, and so have `enabled`, `allow_tf32` and `deterministic` of `backends.cudnn`; its `benchmark` may be set,
and has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import ModuleType
from typing import Any

from .backend import gpu as _gpu
from .backend.absent import names_missing as _names_missing
from .backend.aliases import also_as as _also_as
from .backend.nvidia import convolution as _convolution
from .backend.nvidia import cublas as _cublas
from .backend.nvidia import cudnn as _cudnn
from .backend.nvidia import layers as _layers

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


class _Cudnn(ModuleType):
    """cuDNN, which computes convolutions and gated recurrent layers on a GPU.

    Attributes:
        enabled: whether it does, if it is found and computes rightly; else a warning has said why not.
        allow_tf32: whether factors of float32 may be rounded to 10 bits.
        deterministic: whether only algorithms are chosen that give the same bits each time.
        benchmark: has no effect.
    """

    __all__ = ("allow_tf32", "benchmark", "deterministic", "enabled", "flags", "is_available", "version")

    def __dir__(self) -> list[str]:
        return [*self.__all__]

    @property
    def enabled(self) -> bool:
        return _convolution.library.enabled

    @enabled.setter
    def enabled(self, wanted: bool) -> None:
        _convolution.library.enabled = _layers.library.enabled = wanted

    @property
    def allow_tf32(self) -> bool:
        return _cudnn.settings.allow_tf32

    @allow_tf32.setter
    def allow_tf32(self, wanted: bool) -> None:
        _cudnn.settings.allow_tf32 = wanted

    @property
    def deterministic(self) -> bool:
        return _cudnn.settings.deterministic

    @deterministic.setter
    def deterministic(self, wanted: bool) -> None:
        _cudnn.settings.deterministic = wanted

    @property
    def benchmark(self) -> bool:
        return _cudnn.settings.benchmark

    @benchmark.setter
    def benchmark(self, wanted: bool) -> None:
        _cudnn.settings.benchmark = wanted

    def is_available(self) -> bool:
        """Whether it is found and computes rightly on the current GPU. The first call tries it."""
        return _convolution.library.found() is not None

    def version(self) -> int | None:
        """Its version, such as 92801 for 9.28.1; None where it is not available."""
        return _convolution.library.version()

    @contextmanager
    def flags(
        self,
        enabled: bool = False,
        benchmark: bool = False,
        benchmark_limit: int = 10,
        deterministic: bool = False,
        allow_tf32: bool = True,
    ) -> Iterator[None]:
        """A block with these settings. `benchmark_limit` has no effect."""
        before = self.enabled, self.benchmark, self.deterministic, self.allow_tf32
        self.enabled, self.benchmark, self.deterministic, self.allow_tf32 = (
            enabled,
            benchmark,
            deterministic,
            allow_tf32,
        )
        try:
            yield
        finally:
            self.enabled, self.benchmark, self.deterministic, self.allow_tf32 = before


def _blas_library(backend: str | None = None) -> str:
    """Which library multiplies matrices on a GPU: "cublaslt", or "cublas", which CuPy calls. Another one is
    chosen by its name, and "default" is "cublaslt"; where that is not found, or computes wrongly, it is "cublas"
    anyway.

    Raises:
        ValueError: it is none of these.
    """
    if backend not in (None, "cublaslt", "cublas", "default"):
        raise ValueError(
            f"preferred_blas_library: expected one of 'cublaslt', 'cublas', 'default', not {backend!r}"
        )
    if backend is not None:
        _cublas.library.enabled = backend != "cublas"
    return "cublas" if _cublas.library.here() is None else "cublaslt"


def _capability() -> str:
    """The instructions that the CPU knows: not told here."""
    return "DEFAULT"


cpu = _library("cpu", True, get_cpu_capability=_capability)
cudnn = _Cudnn(f"{__name__}.cudnn", _Cudnn.__doc__)
cuda = _library(
    "cuda",
    None,
    is_built=_is_built,
    matmul=_Products(),
    preferred_blas_library=_blas_library,
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
