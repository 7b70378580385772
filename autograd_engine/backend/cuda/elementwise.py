"""Kernels that work element by element: a formula of CUDA's, and a loop that is written around it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from . import REAL, launch

__all__ = ["elementwise"]

_HELPERS = """
static __device__ real sigmoid_of(real x) {
    const real small = exp(-fabs(x));
    return (x < 0 ? small : real(1)) / (1 + small);
}
static __device__ real softplus_of(real x) {
    return (x > 0 ? x : x != x ? x : real(0)) + log1p(exp(-fabs(x)));
}
"""


def elementwise(parameters: str, formula: str, settings: str = "") -> Callable[..., Any]:
    """A kernel that computes a formula for each element.

    Args:
        parameters: the names of the arrays, which are of one shape and dtype.
        formula: in CUDA, of these names, `real` being the type of the elements; it may use `sigmoid_of` and
            `softplus_of`, log(1 + e^x).
        settings: the names of the numbers that follow the arrays.
    """
    names, numbers = parameters.split(), settings.split()

    @cache
    def source(real: str) -> str:
        given = [f"const real *all_{name}" for name in names]
        given += ["real *out", *(f"double given_{name}" for name in numbers), "long long n"]
        lines = [f"typedef {real} real;", _HELPERS]
        lines.append(f'extern "C" __global__ void computed({", ".join(given)}) {{')
        lines.append("    long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x;")
        lines += [f"    const real {name} = real(given_{name});" for name in numbers]
        lines.append("    for (; i < n; i += (long long)gridDim.x * blockDim.x) {")
        lines += [f"        const real {name} = all_{name}[i];" for name in names]
        return "\n".join([*lines, f"        out[i] = {formula};", "    }", "}", ""])

    def run(*given: Any) -> Any:
        arrays, coefficients = given[: len(names)], given[len(names) :]
        first = arrays[0]
        if first.dtype not in REAL or not all(
            a.__class__ is first.__class__
            and (a.shape, a.dtype) == (first.shape, first.dtype)
            and a.flags.c_contiguous
            for a in arrays
        ):
            return NotImplemented
        out = np.empty_like(first)
        launch(source(REAL[first.dtype]), "computed", first.size, *arrays, out, *map(float, coefficients))
        return out

    return run
