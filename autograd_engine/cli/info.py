"""What the package runs on here: versions, threads, BLAS, devices, and which kernels are compiled.

It is what a report of a bug or of a slow program should begin with.
"""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from ..backend import gpu
from ..backend.kernels import choice
from ..backend.nvidia import convolution, cublas, layers
from ..backend.threads import get_num_threads

PACKAGES = (
    "numpy",
    "scipy",
    "numba",
    "cupy-cuda13x",
    "nvidia-cublas",
    "nvidia-cudnn-cu13",
    "nvidia-cudnn-frontend",
    "safetensors",
    "graphviz",
    "graphviz-pure",
    "matplotlib",
    "scikit-learn",
)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _blas() -> str:
    found: Any = np.show_config(mode="dicts")
    blas = found["Build Dependencies"]["blas"]
    return f"{blas['name']} {blas['version']}"


def _devices() -> list[str]:
    """The CPU and the GPUs; without a GPU, the reason."""
    if reason := gpu.reason_without():
        return ["cpu", f"no GPU ({reason})"]
    names = [gpu.library().cuda.runtime.getDeviceProperties(i)["name"].decode() for i in range(gpu.count())]
    return ["cpu", *(f"cuda:{i} ({name})" for i, name in enumerate(names))]


def _libraries() -> list[str]:
    """NVIDIA's libraries and their versions; or why one is not used. Nothing where there is no GPU."""
    if not gpu.count():
        return []
    return [
        f"{library.name} {library.version()}"
        if (reason := library.reason_without()) is None
        else f"{library.name} is not used: {reason}"
        for library in (cublas.library, convolution.library, layers.library)
    ]


def _kernels() -> list[str]:
    tier = choice.current_tier().value
    if reason := choice.reason_without(np.ndarray):
        return [f"kernels: NumPy's alone; {reason}"]
    compiled = {name for name, made in choice.KERNELS.items() if choice.implementation(made.numpy, np.ndarray)}
    active = {
        "numpy": "NumPy's alone, as AUTOGRAD_ENGINE_KERNELS or use_kernels says",
        "auto": f"compiled for arrays from {choice.LARGE:,} elements on",
        "compiled": "compiled, for small arrays too",
        "cuda": f"compiled for arrays from {choice.LARGE:,} elements on; on a GPU, CUDA's source",
    }[tier]
    rows = [f"  {name:<32} {'compiled' if name in compiled else 'numpy'}" for name in sorted(choice.KERNELS)]
    return [f"kernels: {active}", *rows]


def lines() -> list[str]:
    """What to print."""
    package = __name__.partition(".")[0]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return [
        f"{package} {sys.modules[package].__version__}",
        f"{platform.python_implementation()} {platform.python_version()}, {platform.platform()}",
        *(f"{name} {_version(name)}" for name in PACKAGES),
        f"BLAS: {_blas()}",
        f"threads: {get_num_threads()}, on {cores} cores",
        f"devices: {', '.join(_devices())}",
        *_libraries(),
        *_kernels(),
    ]


def show(options: Any) -> int:
    """The command."""
    print("\n".join(lines()))
    return 0
