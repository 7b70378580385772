"""Substitutes for NVIDIA's libraries: C functions that compute with NumPy from what they are handed over.

They are called as those of the libraries are, by their addresses, and know nothing but addresses, attributes and
numbers. A leading dimension, a transposition or an address that is wrong gives wrong numbers.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd_engine.backend.nvidia import convolution, cublas, layers, trust

from . import cudnn
from .array import Device, counts, machine
from .streams import CudaStream, launched

__all__ = ["CublasLt", "Functions", "found", "lt"]

P, I, N, U, L = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t, ctypes.c_uint64, ctypes.c_int64
OK, INVALID, UNSUPPORTED = 0, 7, 15

NUMBERS = {0: np.dtype(np.float32), 1: np.dtype(np.float64), 2: np.dtype(np.float16)}
"""The types of numbers, by the values of cudaDataType."""

SIZES = {
    "MatmulDesc": {3: 4, 4: 4, 7: 4, 8: 8},
    "MatrixLayout": {1: 4, 5: 4, 6: 8},
    "MatmulPreference": {1: 8, 5: 4, 6: 4, 7: 4, 8: 4},
}
"""How many bytes each attribute has."""


class _Thing:
    """What a function has created, with its values and attributes."""

    def __init__(self, kind: str, *values: Any) -> None:
        self.kind, self.values, self.attributes = kind, values, dict[int, int]()

    def __getitem__(self, attribute: int) -> int:
        return self.attributes.get(attribute, {7: 1, 5: 1}.get(attribute, 0))


def _rounded(values: Any, kept: int) -> Any:
    """Numbers of float32 with so many bits behind the first, as tensor cores take them."""
    bits = values.astype(np.float32).view(np.uint32)
    drop = 23 - kept
    return (bits + np.uint32((1 << drop - 1) - 1) + (bits >> drop & 1) & np.uint32(2**32 - (1 << drop))).view(
        np.float32
    )


ROUNDED: dict[int, Callable[[Any], Any]] = {
    77: functools.partial(_rounded, kept=10),
    75: functools.partial(_rounded, kept=7),
    74: lambda values: values.astype(np.float16).astype(np.float32),
}
"""How each type of computation rounds factors."""


class Functions:
    """C functions by their names, each of which calls one of Python's, and the things that they create."""

    def __init__(self) -> None:
        self._things: dict[int, _Thing] = {}
        self._number = 1000
        self._functions: dict[str, Any] = {}
        self._text = ctypes.create_string_buffer(b"STATUS_OF_THE_SUBSTITUTE")

    def _add(self, name: str, function: Any, *types: Any, result: Any = I) -> None:
        self._functions[name] = ctypes.CFUNCTYPE(result, *types)(function)

    def __getitem__(self, name: str) -> Any:
        return self._functions[name]

    def _new(self, kind: str, place: int, *values: Any) -> int:
        self._number += 8
        self._things[self._number] = _Thing(kind, *values)
        P.from_address(place).value = self._number
        return OK

    def _destroy(self, thing: int) -> int:
        return OK if self._things.pop(thing, None) else INVALID

    def _name(self, status: int) -> int:
        """What a status means."""
        return ctypes.addressof(self._text)


class CublasLt(Functions):
    """cublasLt.

    Attributes:
        products: what was computed: the sizes (batch, n, k, m), the type of computation and the epilogue.
        broken: a status that each product returns, 0 for none.
        wrong: what each result is changed by.
    """

    def __init__(self) -> None:
        super().__init__()
        self.clear()
        new = self._new
        for kind, values in (("MatmulDesc", (I, I)), ("MatrixLayout", (I, U, U, L)), ("MatmulPreference", ())):
            self._add(f"cublasLt{kind}Create", functools.partial(new, kind), P, *values)
            self._add(f"cublasLt{kind}Destroy", self._destroy, P)
            self._add(f"cublasLt{kind}SetAttribute", self._set, P, I, P, N)
        self._add("cublasLtCreate", functools.partial(new, "handle"), P)
        self._add("cublasLtMatmulAlgoGetHeuristic", self._choose, P, P, P, P, P, P, P, I, P, P)
        self._add("cublasLtMatmul", self._multiply, P, P, P, P, P, P, P, P, P, P, P, P, P, P, N, P)
        self._add("cublasLtGetStatusName", self._name, I, result=P)
        self._add("cublasLtGetVersion", lambda: 130400, result=N)

    def clear(self) -> None:
        self.products: list[tuple[tuple[int, ...], int, int]] = []
        self.broken, self.wrong = 0, 0.0

    def _set(self, thing: int, attribute: int, value: int, size: int) -> int:
        it = self._things[thing]
        if SIZES[it.kind].get(attribute) != size:
            return INVALID
        it.attributes[attribute] = int.from_bytes(ctypes.string_at(value, size), "little", signed=True)
        return OK

    def _sizes(self, product: _Thing, a: _Thing, b: _Thing, c: _Thing, d: _Thing) -> tuple[int, ...] | None:
        """batch, n, k and m of out (n, m), in rows; None where the matrices do not fit."""
        (_, *rows_a), (_, *rows_b) = a.values[:3], b.values[:3]
        (m, k), (k_too, n) = rows_a[:: -1 if product[3] else 1], rows_b[:: -1 if product[4] else 1]
        fits = k == k_too and c.values[1:3] == d.values[1:3] == (m, n)
        fits = fits and len({x[5] for x in (a, b, c, d)}) == 1 and len({x.values[0] for x in (a, b, c, d)}) == 1
        fits = fits and all(x.values[3] >= x.values[1] for x in (a, b, c, d))
        return (d[5], n, k, m) if fits else None

    def _choose(
        self,
        handle: int,
        product: int,
        a: int,
        b: int,
        c: int,
        d: int,
        preference: int,
        count: int,
        found: int,
        made: int,
    ) -> int:
        things = [self._things[x] for x in (product, a, b, c, d)]
        wanted = self._things[preference]
        if self._sizes(*things) is None or self._things[handle].kind != "handle" or count < 1:
            return INVALID
        result = cublas.HeuristicResult.from_address(found)
        result.algorithm[0], result.workspace, result.status = wanted[5], wanted[1], OK
        I.from_address(made).value = 1
        return OK

    def _multiply(
        self, handle: int, product: int, alpha: int, pa: int, a: int, pb: int, b: int, beta: int, pc: int, c: int,
        pd: int, d: int, algorithm: int, workspace: int, size: int, stream: int | None,
    ) -> int:  # fmt: skip
        if self.broken:
            return self.broken
        things = [self._things[x] for x in (product, a, b, c, d)]
        how, (compute, scale) = things[0], things[0].values
        sizes = self._sizes(*things)
        aligned = ctypes.c_uint64.from_address(algorithm).value
        addresses = [pa, pb, pc, pd, *([how[8]] if how[7] == 4 else [])]
        if sizes is None or any(x % aligned for x in addresses) or not workspace or size != cublas.WORKSPACE:
            return INVALID
        if (stream or 0) != CudaStream.current.ptr or how[7] not in (1, 4):
            return INVALID
        dtype = NUMBERS[things[4].values[0]]
        wide = np.float64 if dtype == np.float64 else np.float32
        if (compute, scale) not in ({(70, 1)} if wide is np.float64 else {(x, 0) for x in (68, 74, 75, 77)}):
            return UNSUPPORTED
        number = ctypes.c_double if wide is np.float64 else ctypes.c_float
        x, y, plus, out = (_matrices(t, p) for t, p in zip(things[1:], (pa, pb, pc, pd), strict=True))
        x, y = (m.swapaxes(1, 2) if how[t] else m for m, t in ((x, 3), (y, 4)))
        rounded = ROUNDED.get(compute, lambda values: values)
        factor, more = number.from_address(alpha).value, number.from_address(beta).value
        bias = _vector(how[8], dtype, out.shape[1]) if how[7] == 4 else None

        def work() -> None:
            made = np.matmul(rounded(x.astype(wide)), rounded(y.astype(wide))) * factor
            if more != 0:
                made += more * plus.astype(wide)
            if bias is not None:
                made += bias.astype(wide)[:, None]
            out[...] = made + self.wrong

        launched(work)
        self.products.append((sizes, compute, how[7]))
        return OK


def _vector(address: int, dtype: Any, length: int) -> Any:
    memory = (ctypes.c_char * (length * dtype.itemsize)).from_address(address)
    return np.frombuffer(memory, dtype)


def _matrices(layout: _Thing, address: int) -> Any:
    """A batch of matrices, as they lie along columns."""
    kind, rows, columns, apart = layout.values
    dtype, batch, step = NUMBERS[kind], layout[5], layout[6]
    length = (batch - 1) * step + (columns - 1) * apart + rows
    size = dtype.itemsize
    return np.lib.stride_tricks.as_strided(
        _vector(address, dtype, length), (batch, rows, columns), (step * size, size, apart * size)
    )


lt = CublasLt()


@contextmanager
def found() -> Iterator[None]:
    """A context in which the package finds these libraries, which have been tried on both GPUs."""
    from .rnn import functions as recurrent

    loading, package = trust.load, sys.modules.get("cudnn")
    trust.load = {"cublasLt": lt, "nvrtc": None, "cudnn": recurrent}.__getitem__
    sys.modules["cudnn"] = cudnn.module
    try:
        for index in range(len(machine.taken)):
            with Device(index):
                for library in (cublas.library, convolution.library, layers.library):
                    library.here()
        machine.clear()
        counts.clear()
        for substitute in (lt, cudnn.done, recurrent):
            substitute.clear()
        yield
    finally:
        trust.load = loading
        if package is None:
            del sys.modules["cudnn"]
        else:
            sys.modules["cudnn"] = package
