"""Products of matrices by cublasLt: transposed ones and parts of others without a copy, batches, and what is added.

BLAS counts along columns, and NumPy's memory lies along rows. A matrix in rows is, read along columns, its
transpose; so BLAS is asked for out^T = y^T x^T, and its matrices A and B are y and x as they lie.

What a product is made of (descriptors, and the algorithm that cublasLt's heuristics choose) is kept for its shapes.
A call then finds addresses, the stream and these, and hands them over: it costs the host little more than a launch.
The stream is CuPy's current one, and each has memory of its own to work in, so a product is captured into a CUDA
graph like a kernel.

Source: NVIDIA, cuBLAS documentation, "Using the cuBLASLt API", for CUDA 13; numbers of names as in cublasLt.h.
"""

from __future__ import annotations

import ctypes
import functools
import threading
import weakref
from typing import Any

import numpy as np

from .. import gpu
from ..kinds import kind_of
from .matrices import Lie, Product, described
from .trust import Library, functions

__all__ = ["library", "multiply"]

_P, _I, _N = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t
_ATTRIBUTE = (_P, _I, _P, _N)

SIGNATURES = {
    "cublasLtCreate": (_P,),
    "cublasLtGetStatusName": (_I,),
    "cublasLtGetVersion": (),
    "cublasLtMatmul": (_P, _P, _P, _P, _P, _P, _P, _P, _P, _P, _P, _P, _P, _P, _N, _P),
    "cublasLtMatmulAlgoGetHeuristic": (_P, _P, _P, _P, _P, _P, _P, _I, _P, _P),
    "cublasLtMatmulDescCreate": (_P, _I, _I),
    "cublasLtMatmulDescDestroy": (_P,),
    "cublasLtMatmulDescSetAttribute": _ATTRIBUTE,
    "cublasLtMatmulPreferenceCreate": (_P,),
    "cublasLtMatmulPreferenceDestroy": (_P,),
    "cublasLtMatmulPreferenceSetAttribute": _ATTRIBUTE,
    "cublasLtMatrixLayoutCreate": (_P, _I, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_int64),
    "cublasLtMatrixLayoutDestroy": (_P,),
    "cublasLtMatrixLayoutSetAttribute": _ATTRIBUTE,
}
"""The functions that are called, with the types of their arguments; each returns a status but for two."""

RESULTS = {"cublasLtGetStatusName": ctypes.c_char_p, "cublasLtGetVersion": ctypes.c_size_t}

REAL_16, REAL_32, REAL_64 = 2, 0, 1
COMPUTE_32, COMPUTE_64 = 68, 70
COMPUTE = {"float32": 68, "tf32": 77, "float16": 74, "bfloat16": 75}
"""To what factors of float32 are rounded, and how cublasLt calls it."""
TYPES = {"e": (REAL_16, REAL_32), "f": (REAL_32, REAL_32), "d": (REAL_64, REAL_64)}
"""The types of matrices, and of the numbers that they are multiplied by, for the letters of dtypes; what is
multiplied in float16 is added up in float32."""

TRANSA, TRANSB, EPILOGUE, BIAS_POINTER = 3, 4, 7, 8  # of a product
EPILOGUE_BIAS = 4
BATCH_COUNT, STRIDED_BATCH_OFFSET = 5, 6  # of a matrix
MAX_WORKSPACE_BYTES, MIN_ALIGNMENT_BYTES = 1, (5, 6, 7, 8)  # of a preference

WORKSPACE = 32 << 20
"""How many bytes a product may work in; NVIDIA asks for so many on its newer cards."""
_ALIGNED = 256
"""Addresses are told apart by what they are a multiple of, up to this number of bytes."""


class HeuristicResult(ctypes.Structure):
    """An algorithm, as cublasLt's heuristics give it."""

    _fields_ = (
        ("algorithm", ctypes.c_uint64 * 8),
        ("workspace", ctypes.c_size_t),
        ("status", ctypes.c_int),
        ("waves", ctypes.c_float),
        ("reserved", ctypes.c_int * 4),
    )


class _Handle:
    """What its functions need on one GPU.

    Attributes:
        calls: the functions.
        address: of cublasLt's own handle.
    """

    def __init__(self) -> None:
        self.calls, made = functions("cublasLt", SIGNATURES, RESULTS), ctypes.c_void_p()
        self.check("cublasLtCreate", self.calls.cublasLtCreate(ctypes.byref(made)))
        self.address = made.value
        self._workspaces: dict[int, Any] = {}

    def check(self, function: str, status: int) -> None:
        if status:
            raise RuntimeError(f"{function}: {self.name(status)}")

    def version(self) -> int:
        """131000 for 13.10.0."""
        return int(self.calls.cublasLtGetVersion())

    def name(self, status: int) -> str:
        """What a status means."""
        return str(self.calls.cublasLtGetStatusName(status).decode())

    def workspace(self, stream: int) -> int:
        """The address of the memory in which products on a stream work, one after the other."""
        try:
            return int(self._workspaces[stream].data.ptr)
        except KeyError:
            self._workspaces[stream] = gpu.library().empty(WORKSPACE, np.uint8)
            return self.workspace(stream)


class _Plan:
    """A product for which all but the addresses is settled.

    Attributes:
        is_possible: whether cublasLt has an algorithm for it.
    """

    def __init__(self, handle: _Handle, product: Product, letter: str, compute: int, alignment: int) -> None:
        self._handle, self._calls = handle, handle.calls
        self._made: list[tuple[Any, Any]] = []
        weakref.finalize(self, _destroyed, self._made).atexit = False  # when CUDA has gone already
        kind, scale = TYPES[letter]
        number = ctypes.c_double if scale == REAL_64 else ctypes.c_float
        self._numbers = number(1), number(product.plus is not None)
        self._one, self._beta = map(ctypes.addressof, self._numbers)
        self._product = self._new("MatmulDesc", compute, scale)
        for attribute, factor in ((TRANSA, product.y), (TRANSB, product.x)):
            self._set("MatmulDesc", self._product, attribute, ctypes.c_int32(factor.turned))
        self._lock, self._bias = threading.Lock(), 0
        if product.has_bias:
            self._set("MatmulDesc", self._product, EPILOGUE, ctypes.c_uint32(EPILOGUE_BIAS))
            self._add(alignment)  # an address of which only the alignment matters so far
        n, k, m = product.n, product.k, product.m
        matrices = [
            (product.y, k, m),
            (product.x, n, k),
            (product.out if product.plus is None else product.plus, n, m),
            (product.out, n, m),
        ]
        self._a, self._b, self._c, self._d = (self._matrix(kind, *each, product.batch) for each in matrices)
        preference = self._new("MatmulPreference")
        self._set("MatmulPreference", preference, MAX_WORKSPACE_BYTES, ctypes.c_uint64(WORKSPACE))
        for attribute in MIN_ALIGNMENT_BYTES:
            self._set("MatmulPreference", preference, attribute, ctypes.c_uint32(alignment))
        self._found, count = HeuristicResult(), ctypes.c_int()
        status = self._calls.cublasLtMatmulAlgoGetHeuristic(
            handle.address,
            self._product,
            self._a,
            self._b,
            self._c,
            self._d,
            preference,
            1,
            ctypes.byref(self._found),
            ctypes.byref(count),
        )
        self.is_possible = not status and count.value == 1 and not self._found.status
        self._algorithm = ctypes.addressof(self._found.algorithm)

    def _new(self, what: str, *values: Any) -> Any:
        made, name = ctypes.c_void_p(), f"cublasLt{what}Create"
        self._handle.check(name, getattr(self._calls, name)(ctypes.byref(made), *values))
        self._made.append((getattr(self._calls, f"cublasLt{what}Destroy"), made.value))
        return made.value

    def _set(self, what: str, of: Any, attribute: int, value: Any) -> None:
        name = f"cublasLt{what}SetAttribute"
        status = getattr(self._calls, name)(of, attribute, ctypes.byref(value), ctypes.sizeof(value))
        self._handle.check(name, status)

    def _matrix(self, kind: int, lies: Lie, rows: int, columns: int, batch: int) -> Any:
        """A description of matrices, as they are read along columns."""
        sizes = (rows, columns) if lies.turned else (columns, rows)
        made = self._new("MatrixLayout", kind, *sizes, lies.apart)
        if batch > 1:
            self._set("MatrixLayout", made, BATCH_COUNT, ctypes.c_int32(batch))
            self._set("MatrixLayout", made, STRIDED_BATCH_OFFSET, ctypes.c_int64(lies.step))
        return made

    def _add(self, bias: int) -> None:
        """Add to each row what lies at this address."""
        self._set("MatmulDesc", self._product, BIAS_POINTER, ctypes.c_void_p(bias))
        self._bias = bias

    def run(self, x: int, y: int, plus: int, out: int, bias: int, stream: int) -> int:
        """Begin the product of what lies at these addresses; the status."""
        with self._lock:
            if bias != self._bias:
                self._add(bias)
            return int(
                self._calls.cublasLtMatmul(
                    self._handle.address,
                    self._product,
                    self._one,
                    y,
                    self._a,
                    x,
                    self._b,
                    self._beta,
                    plus,
                    self._c,
                    out,
                    self._d,
                    self._algorithm,
                    self._handle.workspace(stream),
                    WORKSPACE,
                    stream,
                )
            )


def _destroyed(made: list[tuple[Any, Any]]) -> None:
    for destroy, address in made:
        destroy(address)


@functools.lru_cache(maxsize=4096)
def _plan(handle: _Handle, product: Product, letter: str, compute: int, alignment: int) -> _Plan:
    return _Plan(handle, product, letter, compute, alignment)


def multiply(x: Any, y: Any, plus: Any = None, out: Any = None) -> Any:
    """x y + plus, into `out` if that is given: `np.matmul`'s product, and a row that is added to all rows, or an
    array of the shape of the result, which may be `out`.

    Returns:
        The result; NotImplemented where cublasLt does not compute it: other dtypes than float16, float32 and
        float64, two dtypes, no elements, two GPUs.

    Raises:
        MemoryError: there is no memory for the result.
    """
    here, letter, kind = library.here(), x.dtype.char, x.__class__
    if here is None or letter not in TYPES or y.__class__ is not kind or y.dtype.char != letter:
        return NotImplemented
    if not all(a is None or (a.__class__ is kind and a.dtype.char == letter) for a in (plus, out)):
        return NotImplemented
    added, made = ((None if a is None else (a.shape, a.strides)) for a in (plus, out))
    product = described(x.itemsize, (x.shape, x.strides), (y.shape, y.strides), added, made)
    if not isinstance(product, Product):
        return NotImplemented if product is None else _copied(product, x, y, plus, out)
    index, handle = here
    if out is None:
        out = kind_of(x).empty(product.shape, x.dtype)
    places = [x.data, y.data, out.data] if plus is None else [x.data, y.data, out.data, plus.data]
    together = _ALIGNED
    for place in places:
        together |= place.ptr
        if place.device_id != index:
            return NotImplemented  # CuPy says which they are
    compute = COMPUTE[gpu.product_precision()] if letter == "f" else COMPUTE_64 if letter == "d" else COMPUTE_32
    plan = _plan(handle, product, letter, compute, together & -together)
    if not plan.is_possible:
        return NotImplemented
    other = places[-1].ptr
    status = plan.run(
        places[0].ptr,
        places[1].ptr,
        places[2].ptr if product.has_bias else other,
        places[2].ptr,
        other if product.has_bias else 0,
        gpu.library().cuda.get_current_stream().ptr,
    )
    if status:
        library.refuse(index, f"cublasLtMatmul: {handle.name(status)}, for {x.shape} by {y.shape}")
        return NotImplemented
    return out


def _copied(names: frozenset[str], x: Any, y: Any, plus: Any, out: Any) -> Any:
    """The product, after what lies as BLAS cannot take it has been copied."""
    batch = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])

    def copy(name: str, array: Any) -> Any:
        if name not in names:
            return array
        if array.flags.c_contiguous:
            array = np.broadcast_to(array, (*batch, *array.shape[-2:]))
        return kind_of(array).array(array, order="C")

    made = multiply(copy("x", x), copy("y", y), copy("plus", plus), None if "out" in names else out)
    if "out" in names and made is not NotImplemented:
        out[...] = made
        return out
    return made


def _try() -> None:
    """Compute a small product with a bias, of a turned matrix, for each of two.

    Raises:
        RuntimeError: CuPy's result is another one.
    """
    cupy = gpu.library()
    x = cupy.arange(24, dtype=np.float32).reshape(2, 3, 4) / 8
    y = cupy.arange(20, dtype=np.float32).reshape(5, 4).T / 4
    bias = cupy.arange(5, dtype=np.float32)
    found, expected = multiply(x, y, bias), (x[..., None] * y).sum(2) + bias
    if found is NotImplemented or not float(abs(found - expected).max()) < 0.1:
        raise RuntimeError("a product of two small matrices is wrong")


library = Library("cublasLt", _Handle, _try)
