"""Changing a tensor in place: x[i] = v, x += y, and the methods that end in an underscore.

`operation_(x, ...)` is `operation(x, ...)` and one of the two; so a line of the table at the end is all that
it takes for an operation to have its in-place method.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from ..backend.arrays import form_of, is_floating
from ..backend.random import Generator, resolve, uniform
from ..engine.graph import Leaf, Value
from ..engine.inplace import check_changeable, check_unshared, in_place, replace, writable
from ..engine.modes import grad_mode
from ..engine.writes import written
from ..ops import (
    arithmetic,
    bits,
    comparison,
    diagonal,
    index,
    math,
    piecewise,
    rounding,
    scan,
    scatter,
    shape,
    special,
)
from ..ops.linear_algebra import distances, products

__all__ = ["InPlace"]


def _new_view(operation: Callable[..., Any]) -> Callable[..., Any]:
    """The method that makes the tensor a view of itself in another shape."""
    name = f"{operation.__name__}_"

    def change(self: InPlace, *args: Any, **kwargs: Any) -> Any:
        check_changeable(self, name)
        if self.node is not None and grad_mode() is False and self.node.__class__ is not Leaf:
            raise RuntimeError(f"{name}: the shape of a recorded result cannot change under no_grad()")
        result = operation(self, *args, **kwargs)
        self.array = result.array
        if self.node.__class__ is Leaf:
            self.node.form = form_of(self.array)
        else:
            self.node = result.node
        return self

    change.__name__ = name
    change.__doc__ = f"Like `{operation.__name__}`, in place: the tensor itself takes the new shape."
    return change


class InPlace(Value):
    """The part of a tensor that can be changed."""

    __slots__ = ()

    def __setitem__(self, key: Any, value: Any) -> None:
        self._set("setitem", key, value)

    def _set(self, name: str, key: Any, value: Any) -> Self:
        check_changeable(self, name)
        recorded = self.node is not None or (isinstance(value, Value) and value.node is not None)
        if recorded and grad_mode() is not False:
            if not is_floating(self.array.dtype):
                raise RuntimeError(f"{name}: cannot record a gradient through a tensor of dtype {self.array.dtype}")
            check_unshared(self, name)
            result = index.setitem(self, key, value)
            self.array, self.node = result.array, result.node
        else:
            index.write(writable(self), key, value.array if isinstance(value, Value) else value)
            written(self.array)
        return self

    # ------------------------------------------------------------------------------------ filling

    def zero_(self) -> Self:
        """Fill the tensor with zeros."""
        return self._set("zero_", ..., 0)

    def fill_(self, value: Any) -> Self:
        """Fill the tensor with one value."""
        return self._set("fill_", ..., value)

    def copy_(self, source: Any) -> Self:
        """Copy the values of `source`, broadcast to this shape and cast to this dtype."""
        return self._set("copy_", ..., source)

    def fill_diagonal_(self, value: Any, wrap: bool = False) -> Self:
        """Write one value on the main diagonal; of three dimensions and more, where all indices agree.

        Args:
            value: a number.
            wrap: in a matrix with more rows than columns, start over below each square block.

        Raises:
            ValueError: fewer than 2 dimensions, or more than 2 that are not of equal size.
        """
        sizes = self.array.shape
        if len(sizes) < 2 or (len(sizes) > 2 and len(set(sizes)) > 1):
            raise ValueError(f"fill_diagonal_: no main diagonal in shape {sizes}; a matrix or equal sizes have one")
        columns = sizes[-1]
        step = 1 + sum(columns**i for i in range(1, len(sizes)))
        stop = self.array.size if wrap or len(sizes) > 2 else min(sizes) * columns
        return self._set("fill_diagonal_", np.unravel_index(np.arange(0, stop, step), sizes), value)

    # ------------------------------------------------------------------------------------- random

    def uniform_(self, low: float = 0.0, to: float = 1.0, *, generator: Generator | None = None) -> Self:
        """Draw every element from the uniform distribution on [low, to)."""
        if low > to:
            raise ValueError(f"uniform_: the interval [{low}, {to}) is empty")
        self._check_floating("uniform_")
        drawn = uniform(generator, self.array.shape, self.array.dtype)
        return self._set("uniform_", ..., drawn * (to - low) + low)

    def normal_(self, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None) -> Self:
        """Draw every element from the normal distribution of this mean and standard deviation."""
        self._check_floating("normal_")
        return self._set("normal_", ..., resolve(generator).normal(mean, std, self.array.shape))

    def log_normal_(self, mean: float = 1.0, std: float = 2.0, *, generator: Generator | None = None) -> Self:
        """Draw every element as e^z, z from the normal distribution of this mean and standard deviation."""
        self._check_floating("log_normal_")
        return self._set("log_normal_", ..., resolve(generator).lognormal(mean, std, self.array.shape))

    def exponential_(self, lambd: float = 1.0, *, generator: Generator | None = None) -> Self:
        """Draw every element from the exponential distribution of rate `lambd`: density l e^(-l x)."""
        if not lambd > 0:
            raise ValueError(f"exponential_: the rate must be positive, not {lambd}")
        self._check_floating("exponential_")
        return self._set("exponential_", ..., resolve(generator).exponential(1 / lambd, self.array.shape))

    def cauchy_(self, median: float = 0.0, sigma: float = 1.0, *, generator: Generator | None = None) -> Self:
        """Draw every element from the Cauchy distribution: density 1 / (pi s (1 + ((x - m) / s)^2))."""
        self._check_floating("cauchy_")
        drawn = resolve(generator).standard_cauchy(self.array.shape)
        return self._set("cauchy_", ..., median + sigma * drawn)

    def geometric_(self, p: float, *, generator: Generator | None = None) -> Self:
        """Draw every element as the number of trials up to the first success: P(k) = (1 - p)^(k-1) p."""
        if not 0 < p <= 1:
            raise ValueError(f"geometric_: p must be a probability above 0, not {p}")
        return self._set("geometric_", ..., resolve(generator).geometric(p, self.array.shape))

    def bernoulli_(self, p: Any = 0.5, *, generator: Generator | None = None) -> Self:
        """Make every element 1 with probability `p`, a number or a tensor of this shape, else 0."""
        p = np.asarray(p.array if isinstance(p, Value) else p)
        if not np.all((p >= 0) & (p <= 1)):
            raise ValueError("bernoulli_: p must hold probabilities, between 0 and 1")
        return self._set("bernoulli_", ..., resolve(generator).random(self.array.shape) < p)

    def random_(self, low: int = 0, to: int | None = None, *, generator: Generator | None = None) -> Self:
        """Draw every element from the integers low, ..., to - 1.

        With one argument from 0 up to it; with none from all that the dtype holds exactly, from 0 on.
        """
        dtype = self.array.dtype
        if to is None and low:
            low, to = 0, low
        if to is None:
            to = 1 + (
                2 ** (np.finfo(dtype).nmant + 1)
                if is_floating(dtype)
                else int(dtype.kind == "b" or np.iinfo(dtype).max)
            )
        if low >= to:
            raise ValueError(f"random_: there is no integer from {low} up to but not including {to}")
        drawn = resolve(generator).integers(low, to - 1, self.array.shape, endpoint=True)
        return self._set("random_", ..., drawn)

    def _check_floating(self, name: str) -> None:
        if not is_floating(self.array.dtype):
            raise TypeError(f"{name}: real numbers do not fit in a tensor of dtype {self.array.dtype}")

    def polygamma_(self, n: int) -> Self:
        """Like `polygamma`, in place: the result replaces the tensor's own values."""
        return replace(self, special.polygamma(n, self), "polygamma_")

    # ------------------------------------------------------------------------- shapes, in place

    squeeze_ = _new_view(shape.squeeze)
    swapaxes_ = swapdims_ = _new_view(shape.swapaxes)
    t_ = _new_view(shape.t)
    transpose_ = _new_view(shape.transpose)
    unsqueeze_ = _new_view(shape.unsqueeze)

    # ------------------------------------------------------------------- operations, in place

    abs_ = absolute_ = in_place(arithmetic.abs)
    acos_ = arccos_ = in_place(math.acos)
    acosh_ = arccosh_ = in_place(math.acosh)
    add_ = in_place(arithmetic.add)
    addbmm_ = in_place(products.addbmm)
    addcdiv_ = in_place(arithmetic.addcdiv)
    addcmul_ = in_place(arithmetic.addcmul)
    addmm_ = in_place(products.addmm)
    addmv_ = in_place(products.addmv)
    addr_ = in_place(products.addr)
    asin_ = arcsin_ = in_place(math.asin)
    asinh_ = arcsinh_ = in_place(math.asinh)
    atan_ = arctan_ = in_place(math.atan)
    atan2_ = arctan2_ = in_place(math.atan2)
    atanh_ = arctanh_ = in_place(math.atanh)
    baddbmm_ = in_place(products.baddbmm)
    bitwise_and_ = in_place(bits.bitwise_and)
    bitwise_left_shift_ = in_place(bits.bitwise_left_shift)
    bitwise_not_ = in_place(bits.bitwise_not)
    bitwise_or_ = in_place(bits.bitwise_or)
    bitwise_right_shift_ = in_place(bits.bitwise_right_shift)
    bitwise_xor_ = in_place(bits.bitwise_xor)
    ceil_ = in_place(rounding.ceil)
    clamp_ = clip_ = in_place(piecewise.clamp)
    clamp_max_ = in_place(piecewise.clamp_max)
    clamp_min_ = in_place(piecewise.clamp_min)
    copysign_ = in_place(piecewise.copysign)
    cos_ = in_place(math.cos)
    cosh_ = in_place(math.cosh)
    cumprod_ = in_place(scan.cumprod)
    cumsum_ = in_place(scan.cumsum)
    deg2rad_ = in_place(arithmetic.deg2rad)
    digamma_ = in_place(special.digamma)
    div_ = divide_ = true_divide_ = in_place(arithmetic.div)
    eq_ = in_place(comparison.eq)
    erf_ = in_place(special.erf)
    erfc_ = in_place(special.erfc)
    erfinv_ = in_place(special.erfinv)
    exp_ = in_place(math.exp)
    exp2_ = in_place(math.exp2)
    expm1_ = in_place(math.expm1)
    float_power_ = in_place(arithmetic.float_power)
    floor_ = in_place(rounding.floor)
    floor_divide_ = in_place(rounding.floor_divide)
    fmod_ = in_place(arithmetic.fmod)
    frac_ = in_place(rounding.frac)
    gcd_ = in_place(bits.gcd)
    ge_ = greater_equal_ = in_place(comparison.ge)
    gt_ = greater_ = in_place(comparison.gt)
    heaviside_ = in_place(rounding.heaviside)
    hypot_ = in_place(arithmetic.hypot)
    i0_ = in_place(special.i0)
    index_add_ = in_place(scatter.index_add)
    index_copy_ = in_place(scatter.index_copy)
    index_fill_ = in_place(scatter.index_fill)
    index_put_ = in_place(scatter.index_put)
    index_reduce_ = in_place(scatter.index_reduce)
    lcm_ = in_place(bits.lcm)
    ldexp_ = in_place(math.ldexp)
    le_ = less_equal_ = in_place(comparison.le)
    lerp_ = in_place(arithmetic.lerp)
    lgamma_ = in_place(special.lgamma)
    log_ = in_place(math.log)
    log10_ = in_place(math.log10)
    log1p_ = in_place(math.log1p)
    log2_ = in_place(math.log2)
    logical_and_ = in_place(comparison.logical_and)
    logical_not_ = in_place(comparison.logical_not)
    logical_or_ = in_place(comparison.logical_or)
    logical_xor_ = in_place(comparison.logical_xor)
    logit_ = in_place(special.logit)
    lt_ = less_ = in_place(comparison.lt)
    masked_fill_ = in_place(piecewise.masked_fill)
    masked_scatter_ = in_place(scatter.masked_scatter)
    mul_ = multiply_ = in_place(arithmetic.mul)
    mvlgamma_ = in_place(special.mvlgamma)
    nan_to_num_ = in_place(piecewise.nan_to_num)
    ne_ = not_equal_ = in_place(comparison.ne)
    neg_ = negative_ = in_place(arithmetic.neg)
    nextafter_ = in_place(piecewise.nextafter)
    pow_ = in_place(arithmetic.pow)
    put_ = in_place(scatter.put)
    rad2deg_ = in_place(arithmetic.rad2deg)
    reciprocal_ = in_place(arithmetic.reciprocal)
    relu_ = in_place(piecewise.relu)
    remainder_ = in_place(arithmetic.remainder)
    renorm_ = in_place(distances.renorm)
    round_ = in_place(rounding.round)
    rsqrt_ = in_place(math.rsqrt)
    scatter_ = in_place(scatter.scatter)
    scatter_add_ = in_place(scatter.scatter_add)
    scatter_reduce_ = in_place(scatter.scatter_reduce)
    sigmoid_ = in_place(math.sigmoid)
    sign_ = sgn_ = in_place(rounding.sign)
    sin_ = in_place(math.sin)
    sinc_ = in_place(math.sinc)
    sinh_ = in_place(math.sinh)
    sqrt_ = in_place(math.sqrt)
    square_ = in_place(arithmetic.square)
    sub_ = subtract_ = in_place(arithmetic.sub)
    tan_ = in_place(math.tan)
    tanh_ = in_place(math.tanh)
    tril_ = in_place(diagonal.tril)
    triu_ = in_place(diagonal.triu)
    trunc_ = fix_ = in_place(rounding.trunc)
    xlogy_ = in_place(special.xlogy)

    __iadd__, __isub__, __imul__, __itruediv__, __ipow__ = add_, sub_, mul_, div_, pow_
    __ifloordiv__, __imod__ = floor_divide_, remainder_
    __ilshift__, __irshift__ = bitwise_left_shift_, bitwise_right_shift_
    __iand__, __ior__, __ixor__ = bitwise_and_, bitwise_or_, bitwise_xor_
