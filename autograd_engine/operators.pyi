"""Written by `python -m tests.stubs`."""

from autograd_engine.backend.random import Generator
from autograd_engine.ops.count import HistogramResult
from autograd_engine.ops.linear_algebra.classic import SVDResult
from autograd_engine.ops.linear_algebra.classic import TriangularSolveResult
from autograd_engine.ops.linear_algebra.equations import LUFactorResult
from autograd_engine.ops.linear_algebra.equations import SlogdetResult
from autograd_engine.ops.linear_algebra.triangular import QRResult
from autograd_engine.ops.math import Frexp
from autograd_engine.ops.network.convolution import Size
from autograd_engine.ops.network.dropout import Source
from autograd_engine.ops.reduce import Dim
from autograd_engine.ops.reduce import Extreme
from autograd_engine.ops.reduce import MinMax
from autograd_engine.ops.scan import Extremes
from autograd_engine.ops.sort import Ordered
from autograd_engine.tensor.tensor import Tensor
from collections.abc import Sequence
from typing import Any
from typing import Literal
from typing import overload
def signbit(x: Any) -> Tensor:
    """Whether x is negative or -0.0, elementwise."""
def eq(x: Any, y: Any) -> Tensor:
    """x == y, elementwise."""
def ne(x: Any, y: Any) -> Tensor:
    """x != y, elementwise."""
def not_equal(x: Any, y: Any) -> Tensor:
    """x != y, elementwise."""
def lt(x: Any, y: Any) -> Tensor:
    """x < y, elementwise."""
def less(x: Any, y: Any) -> Tensor:
    """x < y, elementwise."""
def le(x: Any, y: Any) -> Tensor:
    """x <= y, elementwise."""
def less_equal(x: Any, y: Any) -> Tensor:
    """x <= y, elementwise."""
def gt(x: Any, y: Any) -> Tensor:
    """x > y, elementwise."""
def greater(x: Any, y: Any) -> Tensor:
    """x > y, elementwise."""
def ge(x: Any, y: Any) -> Tensor:
    """x >= y, elementwise."""
def greater_equal(x: Any, y: Any) -> Tensor:
    """x >= y, elementwise."""
def isclose(x: Any, y: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """Whether |x - y| <= atol + rtol |y|, elementwise; infinities are close to themselves."""
def allclose(x: Any, y: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Whether `isclose` holds for all elements, as a Python bool."""
def equal(x: Any, y: Any) -> bool:
    """Whether x and y have the same shape and the same elements, as a Python bool."""
def logical_and(x: Any, y: Any) -> Tensor:
    """Whether both are nonzero, elementwise."""
def logical_or(x: Any, y: Any) -> Tensor:
    """Whether either is nonzero, elementwise."""
def logical_xor(x: Any, y: Any) -> Tensor:
    """Whether exactly one is nonzero, elementwise."""
def logical_not(x: Any) -> Tensor:
    """Whether x is zero, elementwise."""
def isnan(x: Any) -> Tensor:
    """Whether x is NaN, elementwise."""
def isinf(x: Any) -> Tensor:
    """Whether x is infinite, elementwise."""
def isfinite(x: Any) -> Tensor:
    """Whether x is neither NaN nor infinite, elementwise."""
def isposinf(x: Any) -> Tensor:
    """Whether x is positive infinity, elementwise."""
def isneginf(x: Any) -> Tensor:
    """Whether x is negative infinity, elementwise."""
def isreal(x: Any) -> Tensor:
    """Whether x is a real number, elementwise: always, since there are no complex tensors."""
def sign(x: Any) -> Tensor:
    """-1, 0 or 1, with derivative 0. Booleans are their own sign."""
def sgn(x: Any) -> Tensor:
    """-1, 0 or 1, with derivative 0. Booleans are their own sign."""
def heaviside(x: Any, values: Any) -> Tensor:
    """The unit step: 0 where x < 0 or NaN, `values` where x = 0, else 1; no gradient flows through it."""
def floor(x: Any) -> Tensor:
    """The largest integer not above x, with derivative 0."""
def floor_(x: Any) -> Tensor:
    """Like `floor`, in place: the result replaces the tensor's own values."""
def ceil(x: Any) -> Tensor:
    """The smallest integer not below x, with derivative 0."""
def ceil_(x: Any) -> Tensor:
    """Like `ceil`, in place: the result replaces the tensor's own values."""
def trunc(x: Any) -> Tensor:
    """x without its fraction, with derivative 0."""
def fix(x: Any) -> Tensor:
    """x without its fraction, with derivative 0."""
def trunc_(x: Any) -> Tensor:
    """Like `trunc`, in place: the result replaces the tensor's own values."""
def fix_(x: Any) -> Tensor:
    """Like `trunc`, in place: the result replaces the tensor's own values."""
def frac(x: Any) -> Tensor:
    """x - trunc(x), the fraction with the sign of x; derivative 1 everywhere."""
def frac_(x: Any) -> Tensor:
    """Like `frac`, in place: the result replaces the tensor's own values."""
def round(x: Any, *, decimals: int = 0) -> Tensor:
    """x rounded to `decimals` places, halves to even, with derivative 0."""
def round_(x: Any, *, decimals: int = 0) -> Tensor:
    """Like `round`, in place: the result replaces the tensor's own values."""
def floor_divide(x: Any, y: Any) -> Tensor:
    """floor(x / y); no gradient flows through it."""
def maximum(x: Any, y: Any) -> Tensor:
    """The larger of x and y, NaN if either is; the gradient of a tie is shared."""
def minimum(x: Any, y: Any) -> Tensor:
    """The smaller of x and y, NaN if either is; the gradient of a tie is shared."""
def fmax(x: Any, y: Any) -> Tensor:
    """The larger of x and y, or the other one if one is NaN; the gradient of a tie goes to x."""
def fmin(x: Any, y: Any) -> Tensor:
    """The smaller of x and y, or the other one if one is NaN; the gradient of a tie goes to x."""
def copysign(x: Any, y: Any) -> Tensor:
    """|x| with the sign of y (of -0.0 too); derivative 0 at x = 0, and everywhere with respect to y."""
def nextafter(x: Any, y: Any) -> Tensor:
    """The floating-point number next to x in the direction of y."""
def masked_fill(x: Any, mask: Any, value: Any) -> Tensor:
    """`value`, a number or 0-d tensor, where the mask holds, else x."""
def clamp(x: Any, min: Any = None, max: Any = None) -> Tensor:
    """x limited to [min, max], either of which may be None; derivative 1 at the bounds."""
def clip(x: Any, min: Any = None, max: Any = None) -> Tensor:
    """x limited to [min, max], either of which may be None; derivative 1 at the bounds."""
def clamp_(x: Any, min: Any = None, max: Any = None) -> Tensor:
    """Like `clamp`, in place: the result replaces the tensor's own values."""
def clip_(x: Any, min: Any = None, max: Any = None) -> Tensor:
    """Like `clamp`, in place: the result replaces the tensor's own values."""
def clamp_min(x: Any, min: Any) -> Tensor:
    """x, at least `min`; derivative 1 at the bound."""
def clamp_min_(x: Any, min: Any) -> Tensor:
    """Like `clamp_min`, in place: the result replaces the tensor's own values."""
def clamp_max(x: Any, max: Any) -> Tensor:
    """x, at most `max`; derivative 1 at the bound."""
def clamp_max_(x: Any, max: Any) -> Tensor:
    """Like `clamp_max`, in place: the result replaces the tensor's own values."""
def nan_to_num(x: Any, nan: float | None = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    """x with NaN and infinities replaced; the gradient there is 0."""
def nan_to_num_(x: Any, nan: float | None = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    """Like `nan_to_num`, in place: the result replaces the tensor's own values."""
def relu(x: Any) -> Tensor:
    """max(x, 0), with derivative 0 at 0, and 1 at NaN."""
def relu_(x: Any) -> Tensor:
    """Like `relu`, in place: the result replaces the tensor's own values."""
def sqrt(x: Any) -> Tensor:
    """The square root."""
def sqrt_(x: Any) -> Tensor:
    """Like `sqrt`, in place: the result replaces the tensor's own values."""
def rsqrt(x: Any) -> Tensor:
    """1 / sqrt(x)"""
def rsqrt_(x: Any) -> Tensor:
    """Like `rsqrt`, in place: the result replaces the tensor's own values."""
def exp(x: Any) -> Tensor:
    """e^x"""
def exp_(x: Any) -> Tensor:
    """Like `exp`, in place: the result replaces the tensor's own values."""
def exp2(x: Any) -> Tensor:
    """2^x"""
def exp2_(x: Any) -> Tensor:
    """Like `exp2`, in place: the result replaces the tensor's own values."""
def expm1(x: Any) -> Tensor:
    """e^x - 1, accurate near 0."""
def expm1_(x: Any) -> Tensor:
    """Like `expm1`, in place: the result replaces the tensor's own values."""
def log(x: Any) -> Tensor:
    """The natural logarithm."""
def log_(x: Any) -> Tensor:
    """Like `log`, in place: the result replaces the tensor's own values."""
def log2(x: Any) -> Tensor:
    """The logarithm to base 2."""
def log2_(x: Any) -> Tensor:
    """Like `log2`, in place: the result replaces the tensor's own values."""
def log10(x: Any) -> Tensor:
    """The logarithm to base 10."""
def log10_(x: Any) -> Tensor:
    """Like `log10`, in place: the result replaces the tensor's own values."""
def log1p(x: Any) -> Tensor:
    """log(1 + x), accurate near 0."""
def log1p_(x: Any) -> Tensor:
    """Like `log1p`, in place: the result replaces the tensor's own values."""
def logaddexp(x: Any, y: Any) -> Tensor:
    """log(e^x + e^y), which does not overflow."""
def logaddexp2(x: Any, y: Any) -> Tensor:
    """log2(2^x + 2^y), which does not overflow."""
def ldexp(x: Any, other: Any) -> Tensor:
    """x 2^other"""
def ldexp_(x: Any, other: Any) -> Tensor:
    """Like `ldexp`, in place: the result replaces the tensor's own values."""
def frexp(x: Any) -> Frexp[Tensor]:
    """x as `(mantissa, exponent)`: mantissa 2^exponent, with 1/2 <= |mantissa| < 1 and an int32 exponent."""
def sin(x: Any) -> Tensor:
    """The sine; x in radians."""
def sin_(x: Any) -> Tensor:
    """Like `sin`, in place: the result replaces the tensor's own values."""
def cos(x: Any) -> Tensor:
    """The cosine; x in radians."""
def cos_(x: Any) -> Tensor:
    """Like `cos`, in place: the result replaces the tensor's own values."""
def tan(x: Any) -> Tensor:
    """The tangent; x in radians."""
def tan_(x: Any) -> Tensor:
    """Like `tan`, in place: the result replaces the tensor's own values."""
def asin(x: Any) -> Tensor:
    """The inverse sine, in radians."""
def arcsin(x: Any) -> Tensor:
    """The inverse sine, in radians."""
def asin_(x: Any) -> Tensor:
    """Like `asin`, in place: the result replaces the tensor's own values."""
def arcsin_(x: Any) -> Tensor:
    """Like `asin`, in place: the result replaces the tensor's own values."""
def acos(x: Any) -> Tensor:
    """The inverse cosine, in radians."""
def arccos(x: Any) -> Tensor:
    """The inverse cosine, in radians."""
def acos_(x: Any) -> Tensor:
    """Like `acos`, in place: the result replaces the tensor's own values."""
def arccos_(x: Any) -> Tensor:
    """Like `acos`, in place: the result replaces the tensor's own values."""
def atan(x: Any) -> Tensor:
    """The inverse tangent, in radians."""
def arctan(x: Any) -> Tensor:
    """The inverse tangent, in radians."""
def atan_(x: Any) -> Tensor:
    """Like `atan`, in place: the result replaces the tensor's own values."""
def arctan_(x: Any) -> Tensor:
    """Like `atan`, in place: the result replaces the tensor's own values."""
def atan2(x: Any, y: Any) -> Tensor:
    """The angle of the point (y, x) in radians, in [-pi, pi]: the inverse tangent of x / y, in the quadrant of the
    point. The derivative at the origin is 0."""
def arctan2(x: Any, y: Any) -> Tensor:
    """The angle of the point (y, x) in radians, in [-pi, pi]: the inverse tangent of x / y, in the quadrant of the
    point. The derivative at the origin is 0."""
def sinh(x: Any) -> Tensor:
    """(e^x - e^-x) / 2"""
def sinh_(x: Any) -> Tensor:
    """Like `sinh`, in place: the result replaces the tensor's own values."""
def cosh(x: Any) -> Tensor:
    """(e^x + e^-x) / 2"""
def cosh_(x: Any) -> Tensor:
    """Like `cosh`, in place: the result replaces the tensor's own values."""
def tanh(x: Any) -> Tensor:
    """The hyperbolic tangent."""
def tanh_(x: Any) -> Tensor:
    """Like `tanh`, in place: the result replaces the tensor's own values."""
def asinh(x: Any) -> Tensor:
    """The inverse hyperbolic sine."""
def arcsinh(x: Any) -> Tensor:
    """The inverse hyperbolic sine."""
def asinh_(x: Any) -> Tensor:
    """Like `asinh`, in place: the result replaces the tensor's own values."""
def arcsinh_(x: Any) -> Tensor:
    """Like `asinh`, in place: the result replaces the tensor's own values."""
def acosh(x: Any) -> Tensor:
    """The inverse hyperbolic cosine."""
def arccosh(x: Any) -> Tensor:
    """The inverse hyperbolic cosine."""
def acosh_(x: Any) -> Tensor:
    """Like `acosh`, in place: the result replaces the tensor's own values."""
def arccosh_(x: Any) -> Tensor:
    """Like `acosh`, in place: the result replaces the tensor's own values."""
def atanh(x: Any) -> Tensor:
    """The inverse hyperbolic tangent."""
def arctanh(x: Any) -> Tensor:
    """The inverse hyperbolic tangent."""
def atanh_(x: Any) -> Tensor:
    """Like `atanh`, in place: the result replaces the tensor's own values."""
def arctanh_(x: Any) -> Tensor:
    """Like `atanh`, in place: the result replaces the tensor's own values."""
def sinc(x: Any) -> Tensor:
    """sin(pi x) / (pi x), 1 at 0."""
def sinc_(x: Any) -> Tensor:
    """Like `sinc`, in place: the result replaces the tensor's own values."""
def sigmoid(x: Any) -> Tensor:
    """1 / (1 + e^-x), computed from e^-|x| so that nothing overflows."""
def sigmoid_(x: Any) -> Tensor:
    """Like `sigmoid`, in place: the result replaces the tensor's own values."""
def add(x: Any, y: Any, *, alpha: float = 1) -> Tensor:
    """x + alpha y"""
def rsub(x: Any, y: Any, *, alpha: float = 1) -> Tensor:
    """y - alpha * x."""
def sub(x: Any, y: Any, *, alpha: float = 1) -> Tensor:
    """x - alpha y"""
def subtract(x: Any, y: Any, *, alpha: float = 1) -> Tensor:
    """x - alpha y"""
def mul(x: Any, y: Any) -> Tensor:
    """x * y"""
def multiply(x: Any, y: Any) -> Tensor:
    """x * y"""
def div(x: Any, y: Any, *, rounding_mode: str | None = None) -> Tensor:
    """x / y; integers give floats."""
def divide(x: Any, y: Any, *, rounding_mode: str | None = None) -> Tensor:
    """x / y; integers give floats."""
def true_divide(x: Any, y: Any, *, rounding_mode: str | None = None) -> Tensor:
    """x / y; integers give floats."""
def pow(x: Any, y: Any) -> Tensor:
    """x ** y. d/dx = y x^(y-1), which is 0 at y = 0; d/dy = x^y log x, which is 0 at x = 0 for y >= 0."""
def neg(x: Any) -> Tensor:
    """-x"""
def negative(x: Any) -> Tensor:
    """-x"""
def neg_(x: Any) -> Tensor:
    """Like `neg`, in place: the result replaces the tensor's own values."""
def negative_(x: Any) -> Tensor:
    """Like `neg`, in place: the result replaces the tensor's own values."""
def positive(x: Any) -> Tensor:
    """+x: the same numbers in the same memory."""
def abs(x: Any) -> Tensor:
    """|x|, with derivative 0 at 0."""
def absolute(x: Any) -> Tensor:
    """|x|, with derivative 0 at 0."""
def abs_(x: Any) -> Tensor:
    """Like `abs`, in place: the result replaces the tensor's own values."""
def absolute_(x: Any) -> Tensor:
    """Like `abs`, in place: the result replaces the tensor's own values."""
def reciprocal(x: Any) -> Tensor:
    """1 / x"""
def reciprocal_(x: Any) -> Tensor:
    """Like `reciprocal`, in place: the result replaces the tensor's own values."""
def square(x: Any) -> Tensor:
    """x * x"""
def square_(x: Any) -> Tensor:
    """Like `square`, in place: the result replaces the tensor's own values."""
def remainder(x: Any, y: Any) -> Tensor:
    """x - y floor(x / y), with the sign of y (Python's %)."""
def fmod(x: Any, y: Any) -> Tensor:
    """x - y trunc(x / y), with the sign of x (C's fmod)."""
def hypot(x: Any, y: Any) -> Tensor:
    """sqrt(x^2 + y^2), which does not overflow; the derivatives at (0, 0) are NaN."""
def float_power(x: Any, y: Any) -> Tensor:
    """x ** y in float64, whatever the dtypes."""
def lerp(x: Any, end: Any, weight: Any) -> Tensor:
    """x + weight (end - x), which is exactly `end` at weight 1. The weight is a number or a tensor."""
def addcmul(x: Any, tensor1: Any, tensor2: Any, *, value: float = 1) -> Tensor:
    """x + value tensor1 tensor2"""
def addcdiv(x: Any, tensor1: Any, tensor2: Any, *, value: float = 1) -> Tensor:
    """x + value tensor1 / tensor2"""
def deg2rad(x: Any) -> Tensor:
    """Degrees in radians."""
def deg2rad_(x: Any) -> Tensor:
    """Like `deg2rad`, in place: the result replaces the tensor's own values."""
def rad2deg(x: Any) -> Tensor:
    """Radians in degrees."""
def rad2deg_(x: Any) -> Tensor:
    """Like `rad2deg`, in place: the result replaces the tensor's own values."""
def getitem(x: Any, index: Any) -> Tensor:
    """x[index], for every kind of index NumPy knows: integers, slices, None, ..., masks, arrays."""
def setitem(x: Any, index: Any, value: Any) -> Tensor:
    """A copy of `x` in which x[index] = value; of several writes to one element the last counts."""
def clone(x: Any) -> Tensor:
    """A copy of `x`, through which gradients flow."""
def expand(x: Any, *sizes: Any) -> Tensor:
    """`x` repeated along its size-1 and new leading dimensions, without a copy; -1 keeps a size."""
def broadcast_to(x: Any, *sizes: Any) -> Tensor:
    """`x` repeated along its size-1 and new leading dimensions, without a copy; -1 keeps a size."""
def sum_to_size(x: Any, *sizes: Any) -> Tensor:
    """The adjoint of `expand`: sum `x` over the dimensions that broadcasting `sizes` would repeat."""
def reshape(x: Any, *shape: Any) -> Tensor:
    """The elements of `x` in row-major order in another shape, a view if possible; one size may be -1."""
def view(x: Any, *shape: Any) -> Tensor:
    """The elements of `x` in another shape that shares its memory; one size may be -1."""
def permute(x: Any, *dims: Any) -> Tensor:
    """`x` with its dimensions in the order `dims`, without a copy."""
def transpose(x: Any, dim0: int, dim1: int) -> Tensor:
    """`x` with two dimensions exchanged, without a copy."""
def swapaxes(x: Any, dim0: int, dim1: int) -> Tensor:
    """`x` with two dimensions exchanged, without a copy."""
def swapdims(x: Any, dim0: int, dim1: int) -> Tensor:
    """`x` with two dimensions exchanged, without a copy."""
def t(x: Any) -> Tensor:
    """The transpose of a matrix; a tensor of fewer dimensions stays as it is."""
def movedim(x: Any, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """`x` with the dimensions `source` moved to `destination`; the others keep their order."""
def moveaxis(x: Any, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """`x` with the dimensions `source` moved to `destination`; the others keep their order."""
def ravel(x: Any) -> Tensor:
    """`x` as one dimension."""
def flatten(x: Any, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """`x` with the dimensions `start_dim` to `end_dim` merged into one; a 0-d tensor becomes a vector."""
def squeeze(x: Any, dim: int | Sequence[int] | None = None, *, axis: int | Sequence[int] | None = ...) -> Tensor:
    """`x` without its size-1 dimensions, or without those among `dim` that have size 1."""
def unsqueeze(x: Any, dim: int = ..., *, axis: int = ...) -> Tensor:
    """`x` with a dimension of size 1 inserted at `dim`."""
def flip(x: Any, *dims: Any) -> Tensor:
    """`x` with the order of its elements reversed along `dims`."""
def cat(tensors: Sequence[Any], dim: int = 0, *, axis: int = ...) -> Tensor:
    """`tensors` one after another along `dim`; the other sizes must agree."""
def concat(tensors: Sequence[Any], dim: int = 0, *, axis: int = ...) -> Tensor:
    """`tensors` one after another along `dim`; the other sizes must agree."""
def concatenate(tensors: Sequence[Any], dim: int = 0, *, axis: int = ...) -> Tensor:
    """`tensors` one after another along `dim`; the other sizes must agree."""
def stack(tensors: Sequence[Any], dim: int = 0, *, axis: int = ...) -> Tensor:
    """`tensors` of one shape put together along a new dimension `dim`."""
def split(x: Any, split_size_or_sections: int | Sequence[int], dim: int = 0, *, axis: int = ...) -> tuple[Tensor, ...]:
    """Views of `x` along `dim`: of a given size (the last may be smaller), or of the given sizes."""
def chunk(x: Any, chunks: int, dim: int = 0, *, axis: int = ...) -> tuple[Tensor, ...]:
    """At most `chunks` views of `x` along `dim`, of equal size but for the last."""
def unbind(x: Any, dim: int = 0, *, axis: int = ...) -> tuple[Tensor, ...]:
    """The slices of `x` along `dim`, views without that dimension."""
def gather(x: Any, dim: int, index: Any) -> Tensor:
    """out[i][j] = x[index[i][j]][j] for dim 0, x[i][index[i][j]] for dim 1, and so on."""
def take_along_dim(x: Any, indices: Any, dim: int | None = None, *, axis: int | None = ...) -> Tensor:
    """Like `gather`, with `x` and `indices` broadcast against each other outside `dim`. Negative indices count from
    the end. Without `dim`, both are flattened, and the result has one dimension."""
def index_select(x: Any, dim: int, index: Any) -> Tensor:
    """The slices of `x` along `dim` that the 1-d `index` names, in its order."""
def take(x: Any, index: Any) -> Tensor:
    """The elements of the flattened `x` at `index`, in the shape of `index`. Negative ones count from the end."""
def select(x: Any, dim: int, index: int) -> Tensor:
    """The slice `index` of `x` along `dim`, a view without that dimension."""
def narrow(x: Any, dim: int, start: int, length: int) -> Tensor:
    """The `length` slices of `x` along `dim` from `start` on, as a view."""
def repeat(x: Any, *sizes: Any) -> Tensor:
    """`x` repeated sizes[d] times along dimension d; more sizes than dimensions add dimensions in front."""
def tile(x: Any, *dims: Any) -> Tensor:
    """Like `repeat`, but there may be fewer repetitions than dimensions; they then belong to the last dimensions."""
def repeat_interleave(x: Any, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None, axis: int | None = ...) -> Tensor:
    """Each slice of `x` along `dim` repeated in place; without `dim`, each element of the flattened `x`."""
def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """The tensors, each expanded to the shape that an elementwise operation on all of them would have."""
def unflatten(x: Any, dim: int, sizes: Sequence[int]) -> Tensor:
    """`x` with dimension `dim` split into dimensions of `sizes`, one of which may be -1."""
def fliplr(x: Any) -> Tensor:
    """`x` with the order of its columns (dimension 1) reversed."""
def flipud(x: Any) -> Tensor:
    """`x` with the order of its rows (dimension 0) reversed."""
def roll(x: Any, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> Tensor:
    """`x` shifted along `dims`: what falls off one end comes in at the other."""
def rot90(x: Any, k: int = 1, dims: Sequence[int] = ...) -> Tensor:
    """`x` turned k times by 90 degrees in the plane of two dimensions, from the first towards the second."""
def adjoint(x: Any) -> Tensor:
    """The matrix, or each matrix of a batch, transposed (all numbers are real)."""
def bitwise_and(x: Any, y: Any) -> Tensor:
    """The bits set in both; for booleans, the logical and."""
def bitwise_or(x: Any, y: Any) -> Tensor:
    """The bits set in either; for booleans, the logical or."""
def bitwise_xor(x: Any, y: Any) -> Tensor:
    """The bits set in exactly one."""
def bitwise_left_shift(x: Any, y: Any) -> Tensor:
    """x 2^y of integers: the bits of x moved up by y places."""
def bitwise_right_shift(x: Any, y: Any) -> Tensor:
    """floor(x / 2^y) of integers: the bits of x moved down by y places; the sign stays."""
def gcd(x: Any, y: Any) -> Tensor:
    """The greatest common divisor of integers, which is never negative."""
def gcd_(x: Any, y: Any) -> Tensor:
    """Like `gcd`, in place: the result replaces the tensor's own values."""
def lcm(x: Any, y: Any) -> Tensor:
    """The least common multiple of integers, which is never negative."""
def lcm_(x: Any, y: Any) -> Tensor:
    """Like `lcm`, in place: the result replaces the tensor's own values."""
def bitwise_not(x: Any) -> Tensor:
    """The bits of x inverted; for booleans, the logical not."""
def searchsorted(sorted_sequence: Any, x: Any, *, out_int32: bool = False, right: bool = False, side: str | None = None, sorter: Any | None = None) -> Tensor:
    """Where each element of `x` would have to be inserted to keep the order: the first such place, or, with
    `right=True` or `side="right"`, the last."""
def bucketize(x: Any, boundaries: Any, *, out_int32: bool = False, right: bool = False) -> Tensor:
    """The bucket of each element: i where boundaries[i-1] < x <= boundaries[i], or with `right=True` where
    boundaries[i-1] <= x < boundaries[i]."""
def histc(x: Any, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements fall into each of `bins` equal parts of [min, max], in the dtype of `x`."""
def histogram(x: Any, bins: int | Any, *, range: Sequence[float] | None = None, weight: Any | None = None, density: bool = False) -> HistogramResult[Tensor]:
    """How many elements fall into each bin, and the edges of the bins; both in the dtype of `x`."""
def bincount(x: Any, weights: Any | None = None, minlength: int = 0) -> Tensor:
    """How often each integer 0, 1, ... occurs in the 1-D `x`; with `weights`, the sum of those at its places."""
def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each element is one of `test_elements`, or with `invert` whether it is none of them."""
@overload
def unique(x: Any, sorted: bool = True, return_inverse: Literal[False] = False, return_counts: Literal[False] = False, dim: int | None = None, *, axis: int | None = ...) -> Tensor:
    """The distinct elements, or the distinct slices along `dim`; in order, `sorted` or not. No gradient flows."""
@overload
def unique(x: Any, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None, *, axis: int | None = ...) -> Tensor | tuple[Tensor, ...]:
    """The distinct elements, or the distinct slices along `dim`; in order, `sorted` or not. No gradient flows."""
@overload
def unique_consecutive(x: Any, return_inverse: Literal[False] = False, return_counts: Literal[False] = False, dim: int | None = None, *, axis: int | None = ...) -> Tensor:
    """The first of every run of equal elements, or of equal slices along `dim`. No gradient flows."""
@overload
def unique_consecutive(x: Any, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None, *, axis: int | None = ...) -> Tensor | tuple[Tensor, ...]:
    """The first of every run of equal elements, or of equal slices along `dim`. No gradient flows."""
def sum(x: Any, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
    """The sum over `dim` (all dimensions by default). Booleans and integers sum to int64."""
def mean(x: Any, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
    """The arithmetic mean over `dim` (all dimensions by default); NaN where there is nothing."""
def prod(x: Any, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None, axis: int | None = ..., keepdims: bool = ...) -> Tensor:
    """The product over one dimension, or of all elements. The gradient is right at zeros too."""
def amax(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
    """The largest element over `dim`; equal ones share the gradient."""
def amin(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
    """The smallest element over `dim`; equal ones share the gradient."""
def argmax(x: Any, dim: int | None = None, keepdim: bool = False, *, axis: int | None = ..., keepdims: bool = ...) -> Tensor:
    """The index (int64) of the first largest element along `dim`, or in the flattened tensor."""
def argmin(x: Any, dim: int | None = None, keepdim: bool = False, *, axis: int | None = ..., keepdims: bool = ...) -> Tensor:
    """The index (int64) of the first smallest element along `dim`, or in the flattened tensor."""
def aminmax(x: Any, *, dim: int | None = None, keepdim: bool = False, axis: int | None = ..., keepdims: bool = ...) -> MinMax[Tensor]:
    """The smallest and the largest element over `dim`, `(min, max)`; equal ones share the gradient."""
@overload
def max(x: Any, dim: None = None, keepdim: bool = False, *, axis: None = ..., keepdims: bool = ...) -> Tensor:
    """The largest element; along a dimension, `(values, indices)`; with a tensor for `dim`, `maximum` of both."""
@overload
def max(x: Any, dim: int = ..., keepdim: bool = False, *, axis: int = ..., keepdims: bool = ...) -> Extreme[Tensor]:
    """The largest element; along a dimension, `(values, indices)`; with a tensor for `dim`, `maximum` of both."""
@overload
def max(x: Any, dim: Any = ..., *, axis: Any = ...) -> Tensor:
    """The largest element; along a dimension, `(values, indices)`; with a tensor for `dim`, `maximum` of both."""
@overload
def min(x: Any, dim: None = None, keepdim: bool = False, *, axis: None = ..., keepdims: bool = ...) -> Tensor:
    """The smallest element, or `(values, indices)` along `dim`, or `minimum`; all else is as for `max`."""
@overload
def min(x: Any, dim: int = ..., keepdim: bool = False, *, axis: int = ..., keepdims: bool = ...) -> Extreme[Tensor]:
    """The smallest element, or `(values, indices)` along `dim`, or `minimum`; all else is as for `max`."""
@overload
def min(x: Any, dim: Any = ..., *, axis: Any = ...) -> Tensor:
    """The smallest element, or `(values, indices)` along `dim`, or `minimum`; all else is as for `max`."""
def nansum(x: Any, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
    """The sum over `dim` of the elements that are not NaN."""
def nanmean(x: Any, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
    """The mean over `dim` of the elements that are not NaN; NaN where there are none."""
def all(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
    """Whether every element over `dim` is nonzero."""
def any(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
    """Whether some element over `dim` is nonzero."""
def count_nonzero(x: Any, dim: Dim = None, *, axis: Dim = ...) -> Tensor:
    """How many elements over `dim` are not zero."""
def matmul(x: Any, y: Any) -> Tensor:
    """The matrix product x @ y, batched over leading dimensions."""
def mm(x: Any, y: Any) -> Tensor:
    """The product of two matrices."""
def bmm(x: Any, y: Any) -> Tensor:
    """The products of two batches of matrices."""
def mv(x: Any, y: Any) -> Tensor:
    """The product of a matrix and a vector."""
def dot(x: Any, y: Any) -> Tensor:
    """The inner product of two vectors."""
def inner(x: Any, y: Any) -> Tensor:
    """The inner products over the last dimensions: out[i..., j...] = sum_k x[i..., k] y[j..., k]."""
def outer(x: Any, y: Any) -> Tensor:
    """The products of the elements of two vectors: out[i, j] = x[i] y[j]."""
def vdot(x: Any, y: Any) -> Tensor:
    """The inner product of two vectors: `dot`, since there are no complex tensors."""
def vecdot(x: Any, y: Any, *, dim: int = -1, axis: int = ...) -> Tensor:
    """The inner products of the vectors along `dim`; the other dimensions broadcast."""
def addmm(input: Any, mat1: Any, mat2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta * input + alpha * (mat1 @ mat2)."""
def addmv(input: Any, mat: Any, vec: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta * input + alpha * (mat @ vec)."""
def addmv_(input: Any, mat: Any, vec: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """Like `addmv`, in place: the result replaces the tensor's own values."""
def addr(input: Any, vec1: Any, vec2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta * input + alpha * outer(vec1, vec2)."""
def addbmm(input: Any, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta * input + alpha * sum_b batch1[b] @ batch2[b]."""
def baddbmm(input: Any, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta * input + alpha * (batch1 @ batch2)."""
def multi_dot(tensors: Sequence[Any]) -> Tensor:
    """The product of two or more matrices, in the order that needs the fewest multiplications."""
def chain_matmul(*matrices: Any) -> Tensor:
    """`multi_dot` of its arguments."""
def linear(x: Any, weight: Any, bias: Any = None) -> Tensor:
    """x weight^T + bias, in one node."""
def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Tensor:
    """out[..., o] = sum_ij input1[..., i] weight[o, i, j] input2[..., j] + bias[o]."""
def cholesky(A: Any, *, upper: bool = False) -> Tensor:
    """The lower triangular L with A = L L^T of symmetric positive definite A; L^T where `upper`."""
def cholesky_solve(B: Any, L: Any, upper: bool = False) -> Tensor:
    """X with A X = B, given the Cholesky factor `L` of A = L L^T (A = L^T L where `upper`)."""
def cholesky_inverse(L: Any, upper: bool = False) -> Tensor:
    """The inverse of A, given its Cholesky factor `L`."""
def inverse(A: Any) -> Tensor:
    """The inverse of square matrices: A inv(A) = 1. Derivative: -A^-T g A^-T."""
def det(A: Any) -> Tensor:
    """The determinant of square matrices. Derivative: det(A) A^-T, right for singular matrices too."""
def slogdet(A: Any) -> SlogdetResult[Tensor]:
    """The sign of det(A) and log |det(A)|, which does not overflow where det does. Derivative of the latter: A^-T."""
def logdet(A: Any) -> Tensor:
    """log(det(A)): NaN where the determinant is negative, -inf where it is 0."""
def dist(x: Any, other: Any, p: float = 2) -> Tensor:
    """The p-norm of x - other, over all elements; its gradient is 0 where the two are equal."""
def cdist(x1: Any, x2: Any, p: float = 2.0) -> Tensor:
    """The p-norm distances between the rows of `x1` and those of `x2`."""
def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-08, *, axis: int = ...) -> Tensor:
    """The cosine of the angle between the vectors along `dim`: x1 . x2 / (max(|x1|, eps) max(|x2|, eps))."""
def pairwise_distance(x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-06, keepdim: bool = False, *, keepdims: bool = ...) -> Tensor:
    """The p-norm of x1 - x2 + eps over the last dimension; eps keeps it differentiable where x1 = x2."""
def renorm(x: Any, p: float, dim: int, maxnorm: float) -> Tensor:
    """`x`, in which each slice x[..., i, ...] along `dim` whose p-norm exceeds `maxnorm` is scaled down to it."""
def diagonal(x: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The elements x[i, i + offset] of two dimensions, as the last dimension of the result; a view."""
def diag_embed(x: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Matrices of zeros with the last dimension of `x` on their diagonals: the adjoint of `diagonal`."""
def diag(x: Any, diagonal: int = 0) -> Tensor:
    """The diagonal of a matrix; of a vector, the matrix that has it on its diagonal."""
def diagflat(x: Any, offset: int = 0) -> Tensor:
    """The matrix with the flattened `x` on its diagonal."""
def diagonal_scatter(x: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A copy of `x` whose diagonal is `src`."""
def tril(x: Any, diagonal: int = 0) -> Tensor:
    """The lower triangle of each matrix: x[i, j] where j <= i + diagonal, else 0."""
def triu(x: Any, diagonal: int = 0) -> Tensor:
    """The upper triangle of each matrix: x[i, j] where j >= i + diagonal, else 0."""
def trace(x: Any) -> Tensor:
    """The sum of the diagonal of a matrix."""
def matrix_power(A: Any, n: int) -> Tensor:
    """A^n: the product of n factors A, or for negative n of -n factors A^-1, by repeated squaring."""
def matrix_exp(A: Any) -> Tensor:
    """The exponential 1 + A + A A / 2 + A A A / 6 + ... of square matrices."""
def norm(x: Any, p: Any = 'fro', dim: Any = None, keepdim: bool = False, dtype: Any = None, *, axis: Any = ..., keepdims: bool = ...) -> Tensor:
    """The p-norm (sum |x|^p)^(1/p) over `dim` (all dimensions by default); its gradient is 0 where the norm is 0."""
def cross(x: Any, y: Any, dim: int | None = None, *, axis: int | None = ...) -> Tensor:
    """`linalg.cross`, by default along the first dimension of size 3 rather than along the last dimension."""
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Tensor:
    """The powers of each element of a vector, the highest first unless `increasing`; see `linalg.vander`."""
def qr(x: Any, some: bool = True) -> QRResult[Tensor]:
    """`linalg.qr` in the mode "reduced" if `some`, else "complete"."""
def svd(x: Any, some: bool = True) -> SVDResult[Tensor]:
    """`linalg.svd` with V, rather than its transpose; U and V are square unless `some`."""
def lu(x: Any, pivot: bool = True) -> LUFactorResult[Tensor]:
    """`linalg.lu_factor`: both factors in one matrix, and the row exchanges."""
def lu_solve(b: Any, LU: Any, pivots: Any) -> Tensor:
    """`linalg.lu_solve` with the right-hand sides first."""
def triangular_solve(b: Any, A: Any, upper: bool = True, transpose: bool = False, unitriangular: bool = False) -> TriangularSolveResult[Tensor]:
    """X with A X = b, or with A^T X = b where `transpose`: `linalg.solve_triangular` with other arguments."""
def pinverse(A: Any, rcond: float = 1e-15) -> Tensor:
    """`linalg.pinv` where singular values below rcond * the largest count as 0."""
def tensordot(a: Any, b: Any, dims: Any = 2) -> Tensor:
    """The sum of products over pairs of dimensions, as one matrix product."""
def einsum(equation: Any, *operands: Any) -> Tensor:
    """Sums of products over named dimensions, as in `einsum("bij,bjk->bik", x, y)`."""
def erf(x: Any) -> Tensor:
    """The error function 2/sqrt(pi) int_0^x e^(-t^2) dt; for large float32 arrays to a relative 4e-7."""
def erf_(x: Any) -> Tensor:
    """Like `erf`, in place: the result replaces the tensor's own values."""
def erfc(x: Any) -> Tensor:
    """1 - erf(x), accurate where that is tiny."""
def erfc_(x: Any) -> Tensor:
    """Like `erfc`, in place: the result replaces the tensor's own values."""
def erfinv(x: Any) -> Tensor:
    """The inverse of erf: infinite at -1 and 1, NaN outside."""
def lgamma(x: Any) -> Tensor:
    """log |gamma(x)|; infinite at 0, -1, -2, ..."""
def digamma(x: Any) -> Tensor:
    """The derivative of log gamma(x), also called psi; -inf at 0, NaN at -1, -2, ..."""
def polygamma(n: int, x: Any) -> Tensor:
    """The n-th derivative of digamma: (-1)^(n+1) n! sum_k 1/(x + k)^(n+1) over k = 0, 1, ..."""
def mvlgamma(x: Any, p: int) -> Tensor:
    """The log of the multivariate gamma function: p(p-1)/4 log(pi) + sum_(k<p) lgamma(x - k/2), for x > (p-1)/2."""
def i0(x: Any) -> Tensor:
    """The modified Bessel function of the first kind of order 0."""
def i0_(x: Any) -> Tensor:
    """Like `i0`, in place: the result replaces the tensor's own values."""
def xlogy(x: Any, y: Any) -> Tensor:
    """x log(y), 0 where x is 0 unless y is NaN; d/dx = log y, which is 0 at x = 0 for y <= 0."""
def xlogy_(x: Any, y: Any) -> Tensor:
    """Like `xlogy`, in place: the result replaces the tensor's own values."""
def logit(x: Any, eps: float | None = None) -> Tensor:
    """log(x / (1 - x)), the inverse of sigmoid: infinite at 0 and 1, NaN outside."""
def logit_(x: Any, eps: float | None = None) -> Tensor:
    """Like `logit`, in place: the result replaces the tensor's own values."""
def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where x > 0, else alpha (e^(x/alpha) - 1), whose derivative is continuous for every alpha."""
def celu_(input: Any, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Like `celu`, in place: the result replaces the tensor's own values."""
def selu(input: Any, inplace: bool = False) -> Tensor:
    """1.0507 x where x > 0, else 1.0507 * 1.6733 (e^x - 1): deep layers keep mean 0 and variance 1."""
def selu_(input: Any, inplace: bool = False) -> Tensor:
    """Like `selu`, in place: the result replaces the tensor's own values."""
def prelu(input: Any, weight: Any) -> Tensor:
    """x where x > 0, else weight x, with a weight that is learned."""
def rrelu(input: Any, lower: float = 0.125, upper: float = 0.3333333333333333, training: bool = False, inplace: bool = False, *, generator: Generator | None = None) -> Tensor:
    """x where x > 0, else a x: in training, a is drawn from [lower, upper) for each element; else it is their mean."""
def rrelu_(input: Any, lower: float = 0.125, upper: float = 0.3333333333333333, training: bool = False, inplace: bool = False, *, generator: Generator | None = None) -> Tensor:
    """Like `rrelu`, in place: the result replaces the tensor's own values."""
def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """x where it exceeds `threshold`, else `value`; both are cast to the dtype of x."""
def threshold_(input: Any, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """Like `threshold`, in place: the result replaces the tensor's own values."""
def hardshrink(input: Any, lambd: float = 0.5) -> Tensor:
    """x, but 0 where |x| <= lambd."""
def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """log(1 + e^(beta x)) / beta, a smooth relu; x itself where beta x exceeds `threshold`."""
def silu(input: Any, inplace: bool = False) -> Tensor:
    """x sigmoid(x), also called swish."""
def conv1d(input: Any, weight: Any, bias: Any | None = None, stride: Size = 1, padding: Size | str = 0, dilation: Size = 1, groups: int = 1) -> Tensor:
    """out[n, o, p] = bias[o] + sum over c, k of weight[o, c, k] input[n, c, stride p + dilation k - padding]."""
def conv2d(input: Any, weight: Any, bias: Any | None = None, stride: Size = 1, padding: Size | str = 0, dilation: Size = 1, groups: int = 1) -> Tensor:
    """`conv1d` over the two dimensions of pictures."""
def conv3d(input: Any, weight: Any, bias: Any | None = None, stride: Size = 1, padding: Size | str = 0, dilation: Size = 1, groups: int = 1) -> Tensor:
    """`conv1d` over the three dimensions of volumes, or of pictures in time."""
def conv_transpose1d(input: Any, weight: Any, bias: Any | None = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0, groups: int = 1, dilation: Size = 1) -> Tensor:
    """The gradient of `conv1d` to its input, as an operation of its own: each element of the input adds its
    multiple of the kernel to the result."""
def conv_transpose2d(input: Any, weight: Any, bias: Any | None = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0, groups: int = 1, dilation: Size = 1) -> Tensor:
    """`conv_transpose1d` over the two dimensions of pictures."""
def conv_transpose3d(input: Any, weight: Any, bias: Any | None = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0, groups: int = 1, dilation: Size = 1) -> Tensor:
    """`conv_transpose1d` over three dimensions."""
@overload
def max_pool1d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1, ceil_mode: bool = False, return_indices: Literal[False] = False) -> Tensor:
    """The largest element of each window; the gradient flows to it alone, the first of equal ones."""
@overload
def max_pool1d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1, ceil_mode: bool = False, *, return_indices: Literal[True]) -> tuple[Tensor, Tensor]:
    """The largest element of each window; the gradient flows to it alone, the first of equal ones."""
@overload
def max_pool2d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1, ceil_mode: bool = False, return_indices: Literal[False] = False) -> Tensor:
    """`max_pool1d` over the windows of pictures, (N, C, H, W) or (C, H, W); the indices count in row-major order."""
@overload
def max_pool2d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1, ceil_mode: bool = False, *, return_indices: Literal[True]) -> tuple[Tensor, Tensor]:
    """`max_pool1d` over the windows of pictures, (N, C, H, W) or (C, H, W); the indices count in row-major order."""
@overload
def max_pool3d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1, ceil_mode: bool = False, return_indices: Literal[False] = False) -> Tensor:
    """`max_pool1d` over the windows of volumes, (N, C, D, H, W) or (C, D, H, W)."""
@overload
def max_pool3d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1, ceil_mode: bool = False, *, return_indices: Literal[True]) -> tuple[Tensor, Tensor]:
    """`max_pool1d` over the windows of volumes, (N, C, D, H, W) or (C, D, H, W)."""
def avg_pool1d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, ceil_mode: bool = False, count_include_pad: bool = True) -> Tensor:
    """The mean of each window."""
def adaptive_avg_pool1d(input: Any, output_size: Any) -> Tensor:
    """Means of windows of which there are as many as `output_size` says: window i reaches from i L / m, rounded
    down, to (i + 1) L / m, rounded up."""
@overload
def adaptive_max_pool1d(input: Any, output_size: Any, return_indices: Literal[False] = False) -> Tensor:
    """The largest elements of the windows of `adaptive_avg_pool1d`; with `return_indices` also where they lie."""
@overload
def adaptive_max_pool1d(input: Any, output_size: Any, *, return_indices: Literal[True]) -> tuple[Tensor, Tensor]:
    """The largest elements of the windows of `adaptive_avg_pool1d`; with `return_indices` also where they lie."""
def logsumexp(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
    """log sum e^x over `dim` (all dimensions by default), which does not overflow."""
def softmax(x: Any, dim: int = ..., *, dtype: Any = None, axis: int = ...) -> Tensor:
    """e^x / sum e^x along `dim`, which does not overflow; `x` is first converted to `dtype`, if that is given."""
def log_softmax(x: Any, dim: int = ..., *, dtype: Any = None, axis: int = ...) -> Tensor:
    """log softmax(x) along `dim`: x - logsumexp(x), which does not overflow; `dtype` is as for `softmax`."""
def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Source = None) -> Tensor:
    """In training, 0 with probability p for each element, else x / (1 - p); the input itself otherwise."""
def dropout_(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Source = None) -> Tensor:
    """Like `dropout`, in place: the result replaces the tensor's own values."""
def alpha_dropout(input: Any, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Source = None) -> Tensor:
    """Dropout for networks of `selu`: elements are set to its lowest value, -1.7581, and then all are moved and
    scaled so that mean 0 and variance 1 stay. By default `training` is false, as in PyTorch."""
def alpha_dropout_(input: Any, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Source = None) -> Tensor:
    """Like `alpha_dropout`, in place: the result replaces the tensor's own values."""
def feature_alpha_dropout(input: Any, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Source = None) -> Tensor:
    """`alpha_dropout` of whole channels. Shapes: (N, C, ...)."""
def feature_alpha_dropout_(input: Any, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Source = None) -> Tensor:
    """Like `feature_alpha_dropout`, in place: the result replaces the tensor's own values."""
def rnn_tanh(input: Any, hx: Any | None, params: Sequence[Any], has_biases: bool, num_layers: int, dropout: float, train: bool, bidirectional: bool, batch_first: bool) -> tuple[Tensor, Tensor]:
    """The outputs and final states of plain recurrent layers; see `nn.RNN`."""
def rnn_relu(input: Any, hx: Any | None, params: Sequence[Any], has_biases: bool, num_layers: int, dropout: float, train: bool, bidirectional: bool, batch_first: bool) -> tuple[Tensor, Tensor]:
    """`rnn_tanh` with relu in the place of tanh."""
def gru(input: Any, hx: Any | None, params: Sequence[Any], has_biases: bool, num_layers: int, dropout: float, train: bool, bidirectional: bool, batch_first: bool) -> tuple[Tensor, Tensor]:
    """The outputs and final states of gated recurrent units; see `nn.GRU`, and `rnn_tanh` for the arguments."""
def lstm(input: Any, hx: Sequence[Any] | None, params: Sequence[Any], has_biases: bool, num_layers: int, dropout: float, train: bool, bidirectional: bool, batch_first: bool) -> tuple[Tensor, Tensor, Tensor]:
    """The outputs, and the final states h and c, of long short-term memory; see `nn.LSTM`."""
def rnn_tanh_cell(input: Any, hx: Any | None, w_ih: Any, w_hh: Any, b_ih: Any | None = None, b_hh: Any | None = None) -> Tensor:
    """tanh(input w_ih^T + b_ih + hx w_hh^T + b_hh): one step of `rnn_tanh`."""
def rnn_relu_cell(input: Any, hx: Any | None, w_ih: Any, w_hh: Any, b_ih: Any | None = None, b_hh: Any | None = None) -> Tensor:
    """One step of `rnn_relu`; see `rnn_tanh_cell` for the arguments."""
def gru_cell(input: Any, hx: Any | None, w_ih: Any, w_hh: Any, b_ih: Any | None = None, b_hh: Any | None = None) -> Tensor:
    """One step of `gru`: the next state."""
def lstm_cell(input: Any, hx: Sequence[Any] | None, w_ih: Any, w_hh: Any, b_ih: Any | None = None, b_hh: Any | None = None) -> tuple[Tensor, Tensor]:
    """One step of `lstm`: the next h and c."""
def pixel_shuffle(input: Any, upscale_factor: int) -> Tensor:
    """Each r * r channels become r by r pixels: (..., C r^2, H, W) -> (..., C, H r, W r)."""
def pixel_unshuffle(input: Any, downscale_factor: int) -> Tensor:
    """The inverse of `pixel_shuffle`: (..., C, H r, W r) -> (..., C r^2, H, W)."""
def channel_shuffle(input: Any, groups: int) -> Tensor:
    """Channels dealt like cards: group 1's first, group 2's first, ..., group 1's second, and so on."""
def masked_select(x: Any, mask: Any) -> Tensor:
    """The elements of `x` where the mask holds, as one dimension; the mask broadcasts to the shape of `x`."""
def argwhere(x: Any) -> Tensor:
    """The indices of the elements that are not 0: one row each, in row-major order; int64."""
@overload
def nonzero(x: Any, *, as_tuple: Literal[False] = False) -> Tensor:
    """The indices of the elements that are not 0: one row each, or with `as_tuple` one 1-d tensor per
    dimension, with which x[nonzero(x, as_tuple=True)] reads those elements."""
@overload
def nonzero(x: Any, *, as_tuple: Literal[True]) -> tuple[Tensor, ...]:
    """The indices of the elements that are not 0: one row each, or with `as_tuple` one 1-d tensor per
    dimension, with which x[nonzero(x, as_tuple=True)] reads those elements."""
@overload
def where(condition: Any) -> tuple[Tensor, ...]:
    """x where the condition holds, else y. The side not chosen gets gradient 0, not NaN."""
@overload
def where(condition: Any, x: Any, y: Any) -> Tensor:
    """x where the condition holds, else y. The side not chosen gets gradient 0, not NaN."""
def one_hot(x: Any, num_classes: int = -1) -> Tensor:
    """The rows of an identity matrix (int64) that the integers `x` name, along a new last dimension."""
def scatter(x: Any, dim: int, index: Any, src: Any = None, *, value: float | None = None, reduce: str | None = None) -> Tensor:
    """A copy of `x` with x[index[i][j]][j] = src[i][j] for dim 0, and so on; `src` may be a number."""
def scatter_add(x: Any, dim: int, index: Any, src: Any) -> Tensor:
    """`x` plus src[i][j] at x[index[i][j]][j] for dim 0, and so on: the adjoint of `gather`."""
def scatter_reduce(x: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True) -> Tensor:
    """`x` with src[i][j] written where `scatter_add` would add it; what meets at one place is combined by `reduce`."""
def index_add(x: Any, dim: int, index: Any, source: Any, *, alpha: float = 1) -> Tensor:
    """`x` with alpha * source[i] added to its slice index[i] along `dim`: the adjoint of `index_select`."""
def index_copy(x: Any, dim: int, index: Any, source: Any) -> Tensor:
    """`x` with its slice index[i] along `dim` replaced by source[i]; of several copies the last counts."""
def index_fill(x: Any, dim: int, index: Any, value: Any) -> Tensor:
    """`x` with its slices `index` along `dim` filled with `value`, a number or 0-d tensor."""
def index_reduce(x: Any, dim: int, index: Any, source: Any, reduce: str, *, include_self: bool = True) -> Tensor:
    """`x` with source[i] written where `index_add` would add it; what meets in one slice is combined by `reduce`."""
def index_put(x: Any, indices: Sequence[Any], values: Any, accumulate: bool = False) -> Tensor:
    """`x` with x[indices] = values; with `accumulate`, x[indices] += values, where repeated indices add up."""
def index_put_(x: Any, indices: Sequence[Any], values: Any, accumulate: bool = False) -> Tensor:
    """Like `index_put`, in place: the result replaces the tensor's own values."""
def put(x: Any, index: Any, source: Any, accumulate: bool = False) -> Tensor:
    """`x` with `source` in the place of the elements at `index`, counted in row-major order; with `accumulate`,
    `source` is added to them."""
def masked_scatter(x: Any, mask: Any, source: Any) -> Tensor:
    """`x` with the elements where the mask holds replaced by the first elements of `source`, in order."""
def select_scatter(x: Any, src: Any, dim: int, index: int) -> Tensor:
    """A copy of `x` whose slice `index` along `dim` is `src`: it writes what `select` reads."""
def slice_scatter(x: Any, src: Any, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1, *, axis: int = ...) -> Tensor:
    """A copy of `x` whose slices start:end:step along `dim` are `src`."""
def kron(x: Any, y: Any) -> Tensor:
    """The Kronecker product: in every dimension, out[i * m + j] = x[i] * y[j] with m the size of y."""
def meshgrid(*tensors: Any, indexing: str = 'ij') -> tuple[Tensor, ...]:
    """The coordinates of a grid: each vector expanded over the dimensions of the others."""
def cartesian_prod(*tensors: Any) -> Tensor:
    """Every combination of one element of each vector, one per row; a single vector stays as it is."""
def combinations(x: Any, r: int = 2, with_replacement: bool = False) -> Tensor:
    """Every combination of `r` elements of a vector, one per row, in the order of itertools.combinations."""
def cumsum(x: Any, dim: int = ..., *, dtype: Any = None, axis: int = ...) -> Tensor:
    """The running sum along `dim`: out[k] = x[0] + ... + x[k]. Booleans and integers sum to int64."""
def cumprod(x: Any, dim: int = ..., *, dtype: Any = None, axis: int = ...) -> Tensor:
    """The running product along `dim`: out[k] = x[0] ... x[k]. Its derivatives are right at zeros too."""
def cummax(x: Any, dim: int = ..., *, axis: int = ...) -> Extremes[Tensor]:
    """The largest element so far along `dim`, `(values, indices)`; of equal ones the last is named."""
def cummin(x: Any, dim: int = ..., *, axis: int = ...) -> Extremes[Tensor]:
    """The smallest element so far along `dim`, `(values, indices)`; of equal ones the last is named."""
def logcumsumexp(x: Any, dim: int = ..., *, axis: int = ...) -> Tensor:
    """log(e^x[0] + ... + e^x[k]) along `dim`, which does not overflow."""
def diff(x: Any, n: int = 1, dim: int = -1, prepend: Any | None = None, append: Any | None = None, *, axis: int = ...) -> Tensor:
    """The `n`-th differences of neighbours along `dim`, after joining `prepend` and `append` to its ends."""
def gradient(x: Any, *, spacing: Any | Sequence[Any] = 1, dim: int | Sequence[int] | None = None, edge_order: int = 1, axis: int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
    """The derivatives of sampled values along each of `dim` (all by default), by finite differences."""
def trapezoid(y: Any, x: Any | None = None, *, dx: Any = None, dim: int = -1, axis: int = ...) -> Tensor:
    """The integral of samples along `dim` by the trapezoidal rule: sum (x[i+1] - x[i]) (y[i] + y[i+1]) / 2."""
def trapz(y: Any, x: Any | None = None, *, dx: Any = None, dim: int = -1, axis: int = ...) -> Tensor:
    """The integral of samples along `dim` by the trapezoidal rule: sum (x[i+1] - x[i]) (y[i] + y[i+1]) / 2."""
def cumulative_trapezoid(y: Any, x: Any | None = None, *, dx: Any = None, dim: int = -1, axis: int = ...) -> Tensor:
    """The running integral of samples along `dim` by the trapezoidal rule; it is shorter than `y` by one."""
def argsort(x: Any, dim: int = -1, descending: bool = False, stable: bool = False, *, axis: int = ...) -> Tensor:
    """The indices (int64) that sort `x` along `dim`. Equal elements always keep their order, `stable` or not."""
def sort(x: Any, dim: int = -1, descending: bool = False, stable: bool = False, *, axis: int = ...) -> Ordered[Tensor]:
    """The elements in order along `dim`, `(values, indices)`. Equal elements always keep their order."""
def msort(x: Any) -> Tensor:
    """The elements in order along the first dimension."""
def topk(x: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True, *, axis: int = ...) -> Ordered[Tensor]:
    """The `k` largest (or smallest) elements along `dim`, `(values, indices)`, in order, `sorted` or not."""
def kthvalue(x: Any, k: int, dim: int = -1, keepdim: bool = False, *, axis: int = ..., keepdims: bool = ...) -> Ordered[Tensor]:
    """The `k`-th smallest element along `dim`, counted from 1: `(values, indices)`."""
@overload
def median(x: Any, dim: None = None, keepdim: bool = False, *, axis: None = ..., keepdims: bool = ...) -> Tensor:
    """The median of all elements; along `dim`, `(values, indices)`. Of two middle ones it is the lower. NaN where
    any element is NaN."""
@overload
def median(x: Any, dim: int = ..., keepdim: bool = False, *, axis: int = ..., keepdims: bool = ...) -> Ordered[Tensor]:
    """The median of all elements; along `dim`, `(values, indices)`. Of two middle ones it is the lower. NaN where
    any element is NaN."""
@overload
def nanmedian(x: Any, dim: None = None, keepdim: bool = False, *, axis: None = ..., keepdims: bool = ...) -> Tensor:
    """`median` of the elements that are not NaN; NaN where there are none."""
@overload
def nanmedian(x: Any, dim: int = ..., keepdim: bool = False, *, axis: int = ..., keepdims: bool = ...) -> Ordered[Tensor]:
    """`median` of the elements that are not NaN; NaN where there are none."""
def mode(x: Any, dim: int = -1, keepdim: bool = False, *, axis: int = ..., keepdims: bool = ...) -> Ordered[Tensor]:
    """The most frequent element along `dim`, of several the smallest: `(values, indices)`."""
def quantile(x: Any, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = 'linear', axis: int | None = ..., keepdims: bool = ...) -> Tensor:
    """The q-th quantiles along `dim` (of everything by default); NaN where any element is NaN."""
def nanquantile(x: Any, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = 'linear', axis: int | None = ..., keepdims: bool = ...) -> Tensor:
    """`quantile` of the elements that are not NaN; NaN where there are none. Errors are those of `quantile`."""
@overload
def atleast_1d(tensors: Sequence[Any], /) -> tuple[Tensor, ...]:
    """0-d tensors as (1,), others as they are; several tensors give a tuple."""
@overload
def atleast_1d(tensor: Any, /) -> Tensor:
    """0-d tensors as (1,), others as they are; several tensors give a tuple."""
@overload
def atleast_1d(first: Any, second: Any, /, *tensors: Any) -> tuple[Tensor, ...]:
    """0-d tensors as (1,), others as they are; several tensors give a tuple."""
@overload
def atleast_2d(tensors: Sequence[Any], /) -> tuple[Tensor, ...]:
    """Tensors of fewer dimensions as (1, n), others as they are; several tensors give a tuple."""
@overload
def atleast_2d(tensor: Any, /) -> Tensor:
    """Tensors of fewer dimensions as (1, n), others as they are; several tensors give a tuple."""
@overload
def atleast_2d(first: Any, second: Any, /, *tensors: Any) -> tuple[Tensor, ...]:
    """Tensors of fewer dimensions as (1, n), others as they are; several tensors give a tuple."""
@overload
def atleast_3d(tensors: Sequence[Any], /) -> tuple[Tensor, ...]:
    """Tensors of fewer dimensions as (1, n, 1) or (n, m, 1), others as they are; several give a tuple."""
@overload
def atleast_3d(tensor: Any, /) -> Tensor:
    """Tensors of fewer dimensions as (1, n, 1) or (n, m, 1), others as they are; several give a tuple."""
@overload
def atleast_3d(first: Any, second: Any, /, *tensors: Any) -> tuple[Tensor, ...]:
    """Tensors of fewer dimensions as (1, n, 1) or (n, m, 1), others as they are; several give a tuple."""
def hstack(tensors: Sequence[Any]) -> Tensor:
    """Tensors side by side: joined along dimension 1, vectors along dimension 0."""
def vstack(tensors: Sequence[Any]) -> Tensor:
    """Tensors below each other: joined along dimension 0, vectors as rows."""
def row_stack(tensors: Sequence[Any]) -> Tensor:
    """Tensors below each other: joined along dimension 0, vectors as rows."""
def dstack(tensors: Sequence[Any]) -> Tensor:
    """Tensors behind each other: joined along dimension 2."""
def column_stack(tensors: Sequence[Any]) -> Tensor:
    """Tensors side by side: joined along dimension 1, vectors as columns."""
def block_diag(*tensors: Any) -> Tensor:
    """The matrix with the given matrices (vectors as rows) along its diagonal and zeros elsewhere."""
def tensor_split(x: Any, indices_or_sections: Any, dim: int = 0, *, axis: int = ...) -> tuple[Tensor, ...]:
    """Views of `x` along `dim`: so many of nearly equal size, or with several indices, cut before each of them."""
def hsplit(x: Any, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Split along dimension 1, vectors along dimension 0: into equal sections, or before the given indices."""
def vsplit(x: Any, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Split along dimension 0 of at least two: into equal sections, or before the given indices."""
def dsplit(x: Any, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Split along dimension 2 of at least three: into equal sections, or before the given indices."""
def var(x: Any, dim: Dim | bool = None, unbiased: bool = True, keepdim: bool = False, *, correction: float | None = None, axis: Dim | bool = ..., keepdims: bool = ...) -> Tensor:
    """The variance over `dim`: sum (x - mean)^2 / (n - correction); NaN where n <= correction."""
def std(x: Any, dim: Dim | bool = None, unbiased: bool = True, keepdim: bool = False, *, correction: float | None = None, axis: Dim | bool = ..., keepdims: bool = ...) -> Tensor:
    """The standard deviation over `dim`, the root of `var`. Where the deviation is 0, so is the gradient."""
def var_mean(x: Any, dim: Dim | bool = None, unbiased: bool = True, keepdim: bool = False, *, correction: float | None = None, axis: Dim | bool = ..., keepdims: bool = ...) -> tuple[Tensor, Tensor]:
    """The variance and the mean over `dim`; see `var`."""
def std_mean(x: Any, dim: Dim | bool = None, unbiased: bool = True, keepdim: bool = False, *, correction: float | None = None, axis: Dim | bool = ..., keepdims: bool = ...) -> tuple[Tensor, Tensor]:
    """The standard deviation and the mean over `dim`; see `std`."""
def cov(x: Any, *, correction: int = 1, fweights: Any | None = None, aweights: Any | None = None) -> Tensor:
    """The covariance matrix of variables (rows) over observations (columns)."""
def corrcoef(x: Any) -> Tensor:
    """The correlation coefficients of variables (rows) over observations (columns), within [-1, 1]."""
def unfold(x: Any, dimension: int, size: int, step: int) -> Tensor:
    """All windows of `size` along a dimension, `step` apart; their elements are the last dimension."""
def as_strided(x: Any, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None) -> Tensor:
    """The elements of `x` that lie so far from each other: out[i, j, ..] is element offset + i s_0 + j s_1 + .. of
    `x`. They may overlap. The result looks into the memory of `x`."""

__all__ = [
    "abs",
    "abs_",
    "absolute",
    "absolute_",
    "acos",
    "acos_",
    "acosh",
    "acosh_",
    "adaptive_avg_pool1d",
    "adaptive_max_pool1d",
    "add",
    "addbmm",
    "addcdiv",
    "addcmul",
    "addmm",
    "addmv",
    "addmv_",
    "addr",
    "adjoint",
    "all",
    "allclose",
    "alpha_dropout",
    "alpha_dropout_",
    "amax",
    "amin",
    "aminmax",
    "any",
    "arccos",
    "arccos_",
    "arccosh",
    "arccosh_",
    "arcsin",
    "arcsin_",
    "arcsinh",
    "arcsinh_",
    "arctan",
    "arctan2",
    "arctan_",
    "arctanh",
    "arctanh_",
    "argmax",
    "argmin",
    "argsort",
    "argwhere",
    "as_strided",
    "asin",
    "asin_",
    "asinh",
    "asinh_",
    "atan",
    "atan2",
    "atan_",
    "atanh",
    "atanh_",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "avg_pool1d",
    "baddbmm",
    "bilinear",
    "bincount",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "block_diag",
    "bmm",
    "broadcast_tensors",
    "broadcast_to",
    "bucketize",
    "cartesian_prod",
    "cat",
    "cdist",
    "ceil",
    "ceil_",
    "celu",
    "celu_",
    "chain_matmul",
    "channel_shuffle",
    "cholesky",
    "cholesky_inverse",
    "cholesky_solve",
    "chunk",
    "clamp",
    "clamp_",
    "clamp_max",
    "clamp_max_",
    "clamp_min",
    "clamp_min_",
    "clip",
    "clip_",
    "clone",
    "column_stack",
    "combinations",
    "concat",
    "concatenate",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "copysign",
    "corrcoef",
    "cos",
    "cos_",
    "cosh",
    "cosh_",
    "cosine_similarity",
    "count_nonzero",
    "cov",
    "cross",
    "cummax",
    "cummin",
    "cumprod",
    "cumsum",
    "cumulative_trapezoid",
    "deg2rad",
    "deg2rad_",
    "det",
    "diag",
    "diag_embed",
    "diagflat",
    "diagonal",
    "diagonal_scatter",
    "diff",
    "digamma",
    "dist",
    "div",
    "divide",
    "dot",
    "dropout",
    "dropout_",
    "dsplit",
    "dstack",
    "einsum",
    "eq",
    "equal",
    "erf",
    "erf_",
    "erfc",
    "erfc_",
    "erfinv",
    "exp",
    "exp2",
    "exp2_",
    "exp_",
    "expand",
    "expm1",
    "expm1_",
    "feature_alpha_dropout",
    "feature_alpha_dropout_",
    "fix",
    "fix_",
    "flatten",
    "flip",
    "fliplr",
    "flipud",
    "float_power",
    "floor",
    "floor_",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "frac",
    "frac_",
    "frexp",
    "gather",
    "gcd",
    "gcd_",
    "ge",
    "getitem",
    "gradient",
    "greater",
    "greater_equal",
    "gru",
    "gru_cell",
    "gt",
    "hardshrink",
    "heaviside",
    "histc",
    "histogram",
    "hsplit",
    "hstack",
    "hypot",
    "i0",
    "i0_",
    "index_add",
    "index_copy",
    "index_fill",
    "index_put",
    "index_put_",
    "index_reduce",
    "index_select",
    "inner",
    "inverse",
    "isclose",
    "isfinite",
    "isin",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "kron",
    "kthvalue",
    "lcm",
    "lcm_",
    "ldexp",
    "ldexp_",
    "le",
    "lerp",
    "less",
    "less_equal",
    "lgamma",
    "linear",
    "log",
    "log10",
    "log10_",
    "log1p",
    "log1p_",
    "log2",
    "log2_",
    "log_",
    "log_softmax",
    "logaddexp",
    "logaddexp2",
    "logcumsumexp",
    "logdet",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logit",
    "logit_",
    "logsumexp",
    "lstm",
    "lstm_cell",
    "lt",
    "lu",
    "lu_solve",
    "masked_fill",
    "masked_scatter",
    "masked_select",
    "matmul",
    "matrix_exp",
    "matrix_power",
    "max",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "maximum",
    "mean",
    "median",
    "meshgrid",
    "min",
    "minimum",
    "mm",
    "mode",
    "moveaxis",
    "movedim",
    "msort",
    "mul",
    "multi_dot",
    "multiply",
    "mv",
    "mvlgamma",
    "nan_to_num",
    "nan_to_num_",
    "nanmean",
    "nanmedian",
    "nanquantile",
    "nansum",
    "narrow",
    "ne",
    "neg",
    "neg_",
    "negative",
    "negative_",
    "nextafter",
    "nonzero",
    "norm",
    "not_equal",
    "one_hot",
    "outer",
    "pairwise_distance",
    "permute",
    "pinverse",
    "pixel_shuffle",
    "pixel_unshuffle",
    "polygamma",
    "positive",
    "pow",
    "prelu",
    "prod",
    "put",
    "qr",
    "quantile",
    "rad2deg",
    "rad2deg_",
    "ravel",
    "reciprocal",
    "reciprocal_",
    "relu",
    "relu_",
    "remainder",
    "renorm",
    "repeat",
    "repeat_interleave",
    "reshape",
    "rnn_relu",
    "rnn_relu_cell",
    "rnn_tanh",
    "rnn_tanh_cell",
    "roll",
    "rot90",
    "round",
    "round_",
    "row_stack",
    "rrelu",
    "rrelu_",
    "rsqrt",
    "rsqrt_",
    "rsub",
    "scatter",
    "scatter_add",
    "scatter_reduce",
    "searchsorted",
    "select",
    "select_scatter",
    "selu",
    "selu_",
    "setitem",
    "sgn",
    "sigmoid",
    "sigmoid_",
    "sign",
    "signbit",
    "silu",
    "sin",
    "sin_",
    "sinc",
    "sinc_",
    "sinh",
    "sinh_",
    "slice_scatter",
    "slogdet",
    "softmax",
    "softplus",
    "sort",
    "split",
    "sqrt",
    "sqrt_",
    "square",
    "square_",
    "squeeze",
    "stack",
    "std",
    "std_mean",
    "sub",
    "subtract",
    "sum",
    "sum_to_size",
    "svd",
    "swapaxes",
    "swapdims",
    "t",
    "take",
    "take_along_dim",
    "tan",
    "tan_",
    "tanh",
    "tanh_",
    "tensor_split",
    "tensordot",
    "threshold",
    "threshold_",
    "tile",
    "topk",
    "trace",
    "transpose",
    "trapezoid",
    "trapz",
    "triangular_solve",
    "tril",
    "triu",
    "true_divide",
    "trunc",
    "trunc_",
    "unbind",
    "unflatten",
    "unfold",
    "unique",
    "unique_consecutive",
    "unsqueeze",
    "vander",
    "var",
    "var_mean",
    "vdot",
    "vecdot",
    "view",
    "vsplit",
    "vstack",
    "where",
    "xlogy",
    "xlogy_",
]
