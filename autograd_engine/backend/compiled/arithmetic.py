"""Exponentials of numbers as polynomials, which the compiler can do for many numbers at once.

It cannot do so for the C library's. These are for float32, right to 2 units in the last place (`erf` to a relative
5e-7); float64 goes to the C library. Infinities and NaN come out as they should.

Source: the polynomials are those of Moshier, Cephes Mathematical Library (expf, tanhf). That of `erf` is the ratio
of two in x^2 nearest to erf(x) / x on [-4, 4], found by reweighted least squares.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, overload

from . import inlined

__all__ = ["erf", "exp", "expm1", "larger", "log1p", "sigmoid", "tanh", "wide"]

_f = np.float32
_i = np.int32


def exp(x: Any) -> Any:
    """e^x"""
    return np.exp(x)


def expm1(x: Any) -> Any:
    """e^x - 1, accurate near 0, for x below 88"""
    return np.expm1(x)


def log1p(x: Any) -> Any:
    """log(1 + x) for x in [0, 1]"""
    return np.log1p(x)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return np.tanh(x)


def erf(x: Any) -> Any:
    """The error function."""
    return type(x)(math.erf(x))


def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x)"""
    e = np.exp(-abs(x))
    return (x.dtype.type(1) if x >= 0 else e) / (1 + e)


@intrinsic  # type: ignore[untyped-decorator]
def _float_of_bits(context: Any, bits: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.FloatType())

    return types.float32(types.int32), build


@intrinsic  # type: ignore[untyped-decorator]
def _widen(context: Any) -> Any:

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        # llvmlite has a list of attributes, in which those of one processor are missing.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.none(), build


wide: Any = (lambda: None) if numba.config.DISABLE_JIT else _widen
"""`wide()`, called by the function of a loop, lets its vectors be as wide as the processor has them.

The compiler takes half of the 512 bits of some, for the sake of their clock. Long arithmetic gains more.
"""


@intrinsic  # type: ignore[untyped-decorator]
def _maximum(context: Any, a: Any, b: Any) -> Any:
    name = {types.float32: "llvm.maxnum.f32", types.float64: "llvm.maxnum.f64"}[a]

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number = arguments[0].type
        function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(number, [number] * 2), name)
        return builder.call(function, arguments)

    return a(a, a), build


larger: Any = np.fmax if numba.config.DISABLE_JIT else _maximum
"""The larger one of two numbers, or the one that is not NaN.

For the largest of a row: a loop that compares is not vectorized, since with NaN the order would matter.
"""


@inlined
def _power_of_two(n: Any) -> Any:
    return _float_of_bits((n + _i(127)) << _i(23))


@inlined
def _reduced(x: Any) -> Any:
    """n and e^r - 1, for x = n log(2) + r and |r| <= log(2) / 2."""
    n = np.floor(x * _f(1.44269504) + _f(0.5))
    r = (x - n * _f(0.693359375)) + n * _f(2.12194440e-4)
    p = _f(1.9875691500e-4) * r + _f(1.3981999507e-3)
    p = p * r + _f(8.3334519073e-3)
    p = p * r + _f(4.1665795894e-2)
    p = p * r + _f(1.6666665459e-1)
    p = p * r + _f(5.0000001201e-1)
    return _i(n), p * r * r + r


@inlined
def _exp(x: Any) -> Any:
    # Beyond these bounds the result is 0, or infinite. The comparison lets NaN through.
    n, p = _reduced(min(max(x, _f(-104)), _f(89)))
    # In two factors, as 2^n alone may leave the range where the result does not.
    half = n >> _i(1)
    power = (p + _f(1)) * _power_of_two(half) * _power_of_two(n - half)
    # A plain 0: the caller's factors must not come in between the two, as sums and products may be reordered.
    return _f(0) if x < _f(-104) else power


@inlined
def _expm1(x: Any) -> Any:
    n, p = _reduced(min(max(x, _f(-30)), _f(88)))
    power = _power_of_two(n)
    return p * power + (power - _f(1))


@inlined
def _log1p(x: Any) -> Any:
    # 2 atanh(s), whose series in s^2 <= 1/9 is cut off, and its last coefficient mended.
    s = x / (_f(2) + x)
    z = s * s
    p = _f(1 / 7) + z * (_f(1 / 9) + z * (_f(1 / 11) + z * (_f(1 / 13) + z * _f(1 / 14))))
    return _f(2) * s * (_f(1) + z * (_f(1 / 3) + z * (_f(1 / 5) + z * p)))


@inlined
def _tanh(x: Any) -> Any:
    size = abs(x)
    e = _exp(_f(-2) * size)
    far = math.copysign((_f(1) - e) / (_f(1) + e), x)
    z = x * x
    p = _f(-5.70498872745e-3) * z + _f(2.06390887954e-2)
    p = p * z + _f(-5.37397155531e-2)
    p = p * z + _f(1.33314422036e-1)
    p = p * z + _f(-3.33332819422e-1)
    return p * z * x + x if size < _f(0.625) else far


@inlined
def _erf(x: Any) -> Any:
    # From 3.92 on it is 1 to all digits.
    z = x * x
    p = _f(1.98676457e-6) * z + _f(2.84571514e-4)
    p = p * z + _f(3.88353629e-3)
    p = p * z + _f(5.31023344e-2)
    p = p * z + _f(1.93549368e-1)
    p = p * z + _f(1.12837914)
    q = _f(3.74202879e-5) * z + _f(1.18562038e-3)
    q = q * z + _f(1.52076317e-2)
    q = q * z + _f(1.15351799e-1)
    q = q * z + _f(5.04861215e-1)
    q = q * z + _f(1)
    return math.copysign(_f(1), x) if abs(x) > _f(3.92) else x * p / q


@inlined
def _sigmoid(x: Any) -> Any:
    return _f(1) / (_f(1) + _exp(-x))


@inlined
def _sigmoid_double(x: Any) -> Any:
    return 1.0 / (1.0 + math.exp(-x))


def _by_type(function: Callable[..., Any], single: Any, double: Any) -> None:
    """Let compiled loops that call `function` use one of these, according to the dtype."""

    def choose(x: Any) -> Any:
        chosen = single if x == types.float32 else double

        def apply(x: Any) -> Any:
            return chosen(x)

        return apply

    overload(function)(choose)


_by_type(exp, _exp, math.exp)
_by_type(expm1, _expm1, math.expm1)
_by_type(log1p, _log1p, math.log1p)
_by_type(tanh, _tanh, math.tanh)
_by_type(erf, _erf, math.erf)
_by_type(sigmoid, _sigmoid, _sigmoid_double)
