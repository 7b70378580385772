"""Products of matrices inside of loops, by the BLAS that NumPy has loaded."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from . import inlined

__all__ = ["multiply", "multiply_turned"]

_ROWS, _AS_IT_IS, _TURNED = 101, 111, 112
"""CBLAS's numbers for matrices that lie row by row, for one as it is, and for one that is transposed."""


@intrinsic  # type: ignore[untyped-decorator]
def _sgemm(context: Any, address: Any, sizes: Any, a: Any, b: Any, c: Any, keep: Any) -> Any:
    """c = a b + keep c, for sizes (rows and columns of c, columns of a, the steps from row to row, a's number).

    A BLAS whose integers have 32 bits reads the lower half of these.
    """

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        code, real = ir.IntType(32), ir.FloatType()
        m, n, k, *steps, form = (builder.extract_value(given[1], i) for i in range(7))
        arrays = (
            context.make_array(kind)(context, builder, x).data
            for kind, x in zip(signature.args[2:5], given[2:5], strict=True)
        )
        (a, lda), (b, ldb), (c, ldc) = zip(arrays, steps, strict=True)
        fixed = [ir.Constant(code, _ROWS), builder.trunc(form, code), ir.Constant(code, _AS_IT_IS)]
        arguments = [*fixed, m, n, k, ir.Constant(real, 1.0), a, lda, b, ldb, given[5], c, ldc]
        kind = ir.FunctionType(ir.VoidType(), [x.type for x in arguments])
        builder.call(builder.inttoptr(given[0], kind.as_pointer()), arguments)
        return context.get_dummy_value()

    return types.none(types.int64, sizes, a, b, c, types.float32), build


@inlined
def _step(x: Any) -> Any:
    """From row to row. Where there is one row only, NumPy allows any step, and BLAS none below its length."""
    return max(x.shape[1], x.strides[0] // x.itemsize)


@inlined
def _multiply(address: int, a: Any, b: Any, out: Any, keep: Any) -> None:
    sizes = (a.shape[0], b.shape[1], a.shape[1], _step(a), _step(b), _step(out), _AS_IT_IS)
    _sgemm(address, sizes, a, b, out, keep)


@inlined
def _multiply_turned(address: int, a: Any, b: Any, out: Any) -> None:
    sizes = (a.shape[1], b.shape[1], a.shape[0], _step(a), _step(b), _step(out), _TURNED)
    _sgemm(address, sizes, a, b, out, out.dtype.type(0))


def _plain(address: int, a: Any, b: Any, out: Any, keep: Any) -> None:
    out = out[: len(a)]
    out[...] = a @ b + (out if keep else 0)


def _plain_turned(address: int, a: Any, b: Any, out: Any) -> None:
    np.matmul(a.T, b, out=out)


multiply: Any = _plain if numba.config.DISABLE_JIT else _multiply
"""multiply(address, a, b, out, keep): out = a b + keep out, for matrices of float32 whose rows are contiguous.

Args:
    address: of the product of matrices, see `blas.product_address`.
    out: may have more rows than `a`; those after stay as they are.
    keep: 0 or 1, of float32.
"""

multiply_turned: Any = _plain_turned if numba.config.DISABLE_JIT else _multiply_turned
"""multiply_turned(address, a, b, out): out = a^T b."""
