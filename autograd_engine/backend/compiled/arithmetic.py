"""Exponentials of numbers as polynomials, which the compiler can do for many numbers at once.

It cannot do so for the C library's. These are for float32, right to 2 units in the last place (`erf` to 1e-7 of 1);
float64 goes to the C library. Infinities and NaN come out as they should.

Source: the polynomials are those of Moshier, Cephes Mathematical Library (expf, tanhf), and of Abramowitz and
Stegun, Handbook of Mathematical Functions, 1964, formula 7.1.26.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic, overload

from . import inlined

__all__ = ["erf", "exp", "sigmoid", "tanh"]

_f = np.float32
_i = np.int32


def exp(x: Any) -> Any:
    """e^x"""
    return np.exp(x)


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


@inlined
def _power_of_two(n: Any) -> Any:
    return _float_of_bits((n + _i(127)) << _i(23))


@inlined
def _exp(x: Any) -> Any:
    # Beyond these bounds the result is 0, or infinite. The comparison lets NaN through.
    y = min(max(x, _f(-104)), _f(89))
    n = math.floor(y * _f(1.44269504) + _f(0.5))
    r = (y - n * _f(0.693359375)) + n * _f(2.12194440e-4)
    p = _f(1.9875691500e-4) * r + _f(1.3981999507e-3)
    p = p * r + _f(8.3334519073e-3)
    p = p * r + _f(4.1665795894e-2)
    p = p * r + _f(1.6666665459e-1)
    p = p * r + _f(5.0000001201e-1)
    p = p * r * r + r + _f(1)
    # In two factors, as 2^n alone may leave the range where the result does not.
    whole = _i(n)
    half = whole >> _i(1)
    return p * _power_of_two(half) * _power_of_two(whole - half)


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
    size = abs(x)
    t = _f(1) / (_f(1) + _f(0.3275911) * size)
    p = _f(1.061405429) * t + _f(-1.453152027)
    p = p * t + _f(1.421413741)
    p = p * t + _f(-0.284496736)
    p = p * t + _f(0.254829592)
    return math.copysign(_f(1) - p * t * _exp(-size * size), x)


@inlined
def _sigmoid(x: Any) -> Any:
    e = _exp(-abs(x))
    return (_f(1) if x >= _f(0) else e) / (_f(1) + e)


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
_by_type(tanh, _tanh, math.tanh)
_by_type(erf, _erf, math.erf)
_by_type(sigmoid, _sigmoid, _sigmoid_double)
