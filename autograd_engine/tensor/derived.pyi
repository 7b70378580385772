"""Written by `python -m tests.stubs`."""

from autograd_engine.engine.graph import Value
from autograd_engine.ops.count import HistogramResult
from autograd_engine.ops.linear_algebra.classic import SVDResult
from autograd_engine.ops.linear_algebra.classic import TriangularSolveResult
from autograd_engine.ops.linear_algebra.equations import LUFactorResult
from autograd_engine.ops.linear_algebra.equations import SlogdetResult
from autograd_engine.ops.linear_algebra.triangular import QRResult
from autograd_engine.ops.math import Frexp
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

__all__ = ["Derived"]

class Derived(Value):
    def signbit(self) -> Tensor:
        """Whether x is negative or -0.0, elementwise."""
    def eq(self, y: Any) -> Tensor:
        """x == y, elementwise."""
    def eq_(self, y: Any) -> Tensor:
        """Like `eq`, in place: the result replaces the tensor's own values."""
    def ne(self, y: Any) -> Tensor:
        """x != y, elementwise."""
    def not_equal(self, y: Any) -> Tensor:
        """x != y, elementwise."""
    def ne_(self, y: Any) -> Tensor:
        """Like `ne`, in place: the result replaces the tensor's own values."""
    def not_equal_(self, y: Any) -> Tensor:
        """Like `ne`, in place: the result replaces the tensor's own values."""
    def lt(self, y: Any) -> Tensor:
        """x < y, elementwise."""
    def less(self, y: Any) -> Tensor:
        """x < y, elementwise."""
    def lt_(self, y: Any) -> Tensor:
        """Like `lt`, in place: the result replaces the tensor's own values."""
    def less_(self, y: Any) -> Tensor:
        """Like `lt`, in place: the result replaces the tensor's own values."""
    def le(self, y: Any) -> Tensor:
        """x <= y, elementwise."""
    def less_equal(self, y: Any) -> Tensor:
        """x <= y, elementwise."""
    def le_(self, y: Any) -> Tensor:
        """Like `le`, in place: the result replaces the tensor's own values."""
    def less_equal_(self, y: Any) -> Tensor:
        """Like `le`, in place: the result replaces the tensor's own values."""
    def gt(self, y: Any) -> Tensor:
        """x > y, elementwise."""
    def greater(self, y: Any) -> Tensor:
        """x > y, elementwise."""
    def gt_(self, y: Any) -> Tensor:
        """Like `gt`, in place: the result replaces the tensor's own values."""
    def greater_(self, y: Any) -> Tensor:
        """Like `gt`, in place: the result replaces the tensor's own values."""
    def ge(self, y: Any) -> Tensor:
        """x >= y, elementwise."""
    def greater_equal(self, y: Any) -> Tensor:
        """x >= y, elementwise."""
    def ge_(self, y: Any) -> Tensor:
        """Like `ge`, in place: the result replaces the tensor's own values."""
    def greater_equal_(self, y: Any) -> Tensor:
        """Like `ge`, in place: the result replaces the tensor's own values."""
    def isclose(self, y: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
        """Whether |x - y| <= atol + rtol |y|, elementwise; infinities are close to themselves."""
    def allclose(self, y: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
        """Whether `isclose` holds for all elements, as a Python bool."""
    def equal(self, y: Any) -> bool:
        """Whether x and y have the same shape and the same elements, as a Python bool."""
    def logical_and(self, y: Any) -> Tensor:
        """Whether both are nonzero, elementwise."""
    def logical_and_(self, y: Any) -> Tensor:
        """Like `logical_and`, in place: the result replaces the tensor's own values."""
    def logical_or(self, y: Any) -> Tensor:
        """Whether either is nonzero, elementwise."""
    def logical_or_(self, y: Any) -> Tensor:
        """Like `logical_or`, in place: the result replaces the tensor's own values."""
    def logical_xor(self, y: Any) -> Tensor:
        """Whether exactly one is nonzero, elementwise."""
    def logical_xor_(self, y: Any) -> Tensor:
        """Like `logical_xor`, in place: the result replaces the tensor's own values."""
    def logical_not(self) -> Tensor:
        """Whether x is zero, elementwise."""
    def logical_not_(self) -> Tensor:
        """Like `logical_not`, in place: the result replaces the tensor's own values."""
    def isnan(self) -> Tensor:
        """Whether x is NaN, elementwise."""
    def isinf(self) -> Tensor:
        """Whether x is infinite, elementwise."""
    def isfinite(self) -> Tensor:
        """Whether x is neither NaN nor infinite, elementwise."""
    def isposinf(self) -> Tensor:
        """Whether x is positive infinity, elementwise."""
    def isneginf(self) -> Tensor:
        """Whether x is negative infinity, elementwise."""
    def isreal(self) -> Tensor:
        """Whether x is a real number, elementwise: always, since there are no complex tensors."""
    def sign(self) -> Tensor:
        """-1, 0 or 1, with derivative 0. Booleans are their own sign."""
    def sgn(self) -> Tensor:
        """-1, 0 or 1, with derivative 0. Booleans are their own sign."""
    def sign_(self) -> Tensor:
        """Like `sign`, in place: the result replaces the tensor's own values."""
    def sgn_(self) -> Tensor:
        """Like `sign`, in place: the result replaces the tensor's own values."""
    def heaviside(self, values: Any) -> Tensor:
        """The unit step: 0 where x < 0 or NaN, `values` where x = 0, else 1; no gradient flows through it."""
    def heaviside_(self, values: Any) -> Tensor:
        """Like `heaviside`, in place: the result replaces the tensor's own values."""
    def floor(self) -> Tensor:
        """The largest integer not above x, with derivative 0."""
    def floor_(self) -> Tensor:
        """Like `floor`, in place: the result replaces the tensor's own values."""
    def ceil(self) -> Tensor:
        """The smallest integer not below x, with derivative 0."""
    def ceil_(self) -> Tensor:
        """Like `ceil`, in place: the result replaces the tensor's own values."""
    def trunc(self) -> Tensor:
        """x without its fraction, with derivative 0."""
    def fix(self) -> Tensor:
        """x without its fraction, with derivative 0."""
    def trunc_(self) -> Tensor:
        """Like `trunc`, in place: the result replaces the tensor's own values."""
    def fix_(self) -> Tensor:
        """Like `trunc`, in place: the result replaces the tensor's own values."""
    def frac(self) -> Tensor:
        """x - trunc(x), the fraction with the sign of x; derivative 1 everywhere."""
    def frac_(self) -> Tensor:
        """Like `frac`, in place: the result replaces the tensor's own values."""
    def round(self, *, decimals: int = 0) -> Tensor:
        """x rounded to `decimals` places, halves to even, with derivative 0."""
    def round_(self, *, decimals: int = 0) -> Tensor:
        """Like `round`, in place: the result replaces the tensor's own values."""
    def floor_divide(self, y: Any) -> Tensor:
        """floor(x / y); no gradient flows through it."""
    def floor_divide_(self, y: Any) -> Tensor:
        """Like `floor_divide`, in place: the result replaces the tensor's own values."""
    def maximum(self, y: Any) -> Tensor:
        """The larger of x and y, NaN if either is; the gradient of a tie is shared."""
    def minimum(self, y: Any) -> Tensor:
        """The smaller of x and y, NaN if either is; the gradient of a tie is shared."""
    def fmax(self, y: Any) -> Tensor:
        """The larger of x and y, or the other one if one is NaN; the gradient of a tie goes to x."""
    def fmin(self, y: Any) -> Tensor:
        """The smaller of x and y, or the other one if one is NaN; the gradient of a tie goes to x."""
    def copysign(self, y: Any) -> Tensor:
        """|x| with the sign of y (of -0.0 too); derivative 0 at x = 0, and everywhere with respect to y."""
    def copysign_(self, y: Any) -> Tensor:
        """Like `copysign`, in place: the result replaces the tensor's own values."""
    def nextafter(self, y: Any) -> Tensor:
        """The floating-point number next to x in the direction of y."""
    def nextafter_(self, y: Any) -> Tensor:
        """Like `nextafter`, in place: the result replaces the tensor's own values."""
    def masked_fill(self, mask: Any, value: Any) -> Tensor:
        """`value`, a number or 0-d tensor, where the mask holds, else x."""
    def masked_fill_(self, mask: Any, value: Any) -> Tensor:
        """Like `masked_fill`, in place: the result replaces the tensor's own values."""
    def clamp(self, min: Any = None, max: Any = None) -> Tensor:
        """x limited to [min, max], either of which may be None; derivative 1 at the bounds."""
    def clip(self, min: Any = None, max: Any = None) -> Tensor:
        """x limited to [min, max], either of which may be None; derivative 1 at the bounds."""
    def clamp_(self, min: Any = None, max: Any = None) -> Tensor:
        """Like `clamp`, in place: the result replaces the tensor's own values."""
    def clip_(self, min: Any = None, max: Any = None) -> Tensor:
        """Like `clamp`, in place: the result replaces the tensor's own values."""
    def clamp_min(self, min: Any) -> Tensor:
        """x, at least `min`; derivative 1 at the bound."""
    def clamp_min_(self, min: Any) -> Tensor:
        """Like `clamp_min`, in place: the result replaces the tensor's own values."""
    def clamp_max(self, max: Any) -> Tensor:
        """x, at most `max`; derivative 1 at the bound."""
    def clamp_max_(self, max: Any) -> Tensor:
        """Like `clamp_max`, in place: the result replaces the tensor's own values."""
    def nan_to_num(self, nan: float | None = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
        """x with NaN and infinities replaced; the gradient there is 0."""
    def nan_to_num_(self, nan: float | None = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
        """Like `nan_to_num`, in place: the result replaces the tensor's own values."""
    def relu(self) -> Tensor:
        """max(x, 0), with derivative 0 at 0, and 1 at NaN."""
    def relu_(self) -> Tensor:
        """Like `relu`, in place: the result replaces the tensor's own values."""
    def sqrt(self) -> Tensor:
        """The square root."""
    def sqrt_(self) -> Tensor:
        """Like `sqrt`, in place: the result replaces the tensor's own values."""
    def rsqrt(self) -> Tensor:
        """1 / sqrt(x)"""
    def rsqrt_(self) -> Tensor:
        """Like `rsqrt`, in place: the result replaces the tensor's own values."""
    def exp(self) -> Tensor:
        """e^x"""
    def exp_(self) -> Tensor:
        """Like `exp`, in place: the result replaces the tensor's own values."""
    def exp2(self) -> Tensor:
        """2^x"""
    def exp2_(self) -> Tensor:
        """Like `exp2`, in place: the result replaces the tensor's own values."""
    def expm1(self) -> Tensor:
        """e^x - 1, accurate near 0."""
    def expm1_(self) -> Tensor:
        """Like `expm1`, in place: the result replaces the tensor's own values."""
    def log(self) -> Tensor:
        """The natural logarithm."""
    def log_(self) -> Tensor:
        """Like `log`, in place: the result replaces the tensor's own values."""
    def log2(self) -> Tensor:
        """The logarithm to base 2."""
    def log2_(self) -> Tensor:
        """Like `log2`, in place: the result replaces the tensor's own values."""
    def log10(self) -> Tensor:
        """The logarithm to base 10."""
    def log10_(self) -> Tensor:
        """Like `log10`, in place: the result replaces the tensor's own values."""
    def log1p(self) -> Tensor:
        """log(1 + x), accurate near 0."""
    def log1p_(self) -> Tensor:
        """Like `log1p`, in place: the result replaces the tensor's own values."""
    def logaddexp(self, y: Any) -> Tensor:
        """log(e^x + e^y), which does not overflow."""
    def logaddexp2(self, y: Any) -> Tensor:
        """log2(2^x + 2^y), which does not overflow."""
    def ldexp(self, other: Any) -> Tensor:
        """x 2^other"""
    def ldexp_(self, other: Any) -> Tensor:
        """Like `ldexp`, in place: the result replaces the tensor's own values."""
    def frexp(self) -> Frexp[Tensor]:
        """x as `(mantissa, exponent)`: mantissa 2^exponent, with 1/2 <= |mantissa| < 1 and an int32 exponent."""
    def sin(self) -> Tensor:
        """The sine; x in radians."""
    def sin_(self) -> Tensor:
        """Like `sin`, in place: the result replaces the tensor's own values."""
    def cos(self) -> Tensor:
        """The cosine; x in radians."""
    def cos_(self) -> Tensor:
        """Like `cos`, in place: the result replaces the tensor's own values."""
    def tan(self) -> Tensor:
        """The tangent; x in radians."""
    def tan_(self) -> Tensor:
        """Like `tan`, in place: the result replaces the tensor's own values."""
    def asin(self) -> Tensor:
        """The inverse sine, in radians."""
    def arcsin(self) -> Tensor:
        """The inverse sine, in radians."""
    def asin_(self) -> Tensor:
        """Like `asin`, in place: the result replaces the tensor's own values."""
    def arcsin_(self) -> Tensor:
        """Like `asin`, in place: the result replaces the tensor's own values."""
    def acos(self) -> Tensor:
        """The inverse cosine, in radians."""
    def arccos(self) -> Tensor:
        """The inverse cosine, in radians."""
    def acos_(self) -> Tensor:
        """Like `acos`, in place: the result replaces the tensor's own values."""
    def arccos_(self) -> Tensor:
        """Like `acos`, in place: the result replaces the tensor's own values."""
    def atan(self) -> Tensor:
        """The inverse tangent, in radians."""
    def arctan(self) -> Tensor:
        """The inverse tangent, in radians."""
    def atan_(self) -> Tensor:
        """Like `atan`, in place: the result replaces the tensor's own values."""
    def arctan_(self) -> Tensor:
        """Like `atan`, in place: the result replaces the tensor's own values."""
    def atan2(self, y: Any) -> Tensor:
        """The angle of the point (y, x) in radians, in [-pi, pi]: the inverse tangent of x / y, in the quadrant of the
        point. The derivative at the origin is 0."""
    def arctan2(self, y: Any) -> Tensor:
        """The angle of the point (y, x) in radians, in [-pi, pi]: the inverse tangent of x / y, in the quadrant of the
        point. The derivative at the origin is 0."""
    def atan2_(self, y: Any) -> Tensor:
        """Like `atan2`, in place: the result replaces the tensor's own values."""
    def arctan2_(self, y: Any) -> Tensor:
        """Like `atan2`, in place: the result replaces the tensor's own values."""
    def sinh(self) -> Tensor:
        """(e^x - e^-x) / 2"""
    def sinh_(self) -> Tensor:
        """Like `sinh`, in place: the result replaces the tensor's own values."""
    def cosh(self) -> Tensor:
        """(e^x + e^-x) / 2"""
    def cosh_(self) -> Tensor:
        """Like `cosh`, in place: the result replaces the tensor's own values."""
    def tanh(self) -> Tensor:
        """The hyperbolic tangent."""
    def tanh_(self) -> Tensor:
        """Like `tanh`, in place: the result replaces the tensor's own values."""
    def asinh(self) -> Tensor:
        """The inverse hyperbolic sine."""
    def arcsinh(self) -> Tensor:
        """The inverse hyperbolic sine."""
    def asinh_(self) -> Tensor:
        """Like `asinh`, in place: the result replaces the tensor's own values."""
    def arcsinh_(self) -> Tensor:
        """Like `asinh`, in place: the result replaces the tensor's own values."""
    def acosh(self) -> Tensor:
        """The inverse hyperbolic cosine."""
    def arccosh(self) -> Tensor:
        """The inverse hyperbolic cosine."""
    def acosh_(self) -> Tensor:
        """Like `acosh`, in place: the result replaces the tensor's own values."""
    def arccosh_(self) -> Tensor:
        """Like `acosh`, in place: the result replaces the tensor's own values."""
    def atanh(self) -> Tensor:
        """The inverse hyperbolic tangent."""
    def arctanh(self) -> Tensor:
        """The inverse hyperbolic tangent."""
    def atanh_(self) -> Tensor:
        """Like `atanh`, in place: the result replaces the tensor's own values."""
    def arctanh_(self) -> Tensor:
        """Like `atanh`, in place: the result replaces the tensor's own values."""
    def sinc(self) -> Tensor:
        """sin(pi x) / (pi x), 1 at 0."""
    def sinc_(self) -> Tensor:
        """Like `sinc`, in place: the result replaces the tensor's own values."""
    def sigmoid(self) -> Tensor:
        """1 / (1 + e^-x), computed from e^-|x| so that nothing overflows."""
    def sigmoid_(self) -> Tensor:
        """Like `sigmoid`, in place: the result replaces the tensor's own values."""
    def add(self, y: Any, *, alpha: float = 1) -> Tensor:
        """x + alpha y"""
    def add_(self, y: Any, *, alpha: float = 1) -> Tensor:
        """Like `add`, in place: the result replaces the tensor's own values."""
    def sub(self, y: Any, *, alpha: float = 1) -> Tensor:
        """x - alpha y"""
    def subtract(self, y: Any, *, alpha: float = 1) -> Tensor:
        """x - alpha y"""
    def sub_(self, y: Any, *, alpha: float = 1) -> Tensor:
        """Like `sub`, in place: the result replaces the tensor's own values."""
    def subtract_(self, y: Any, *, alpha: float = 1) -> Tensor:
        """Like `sub`, in place: the result replaces the tensor's own values."""
    def mul(self, y: Any) -> Tensor:
        """x * y"""
    def multiply(self, y: Any) -> Tensor:
        """x * y"""
    def mul_(self, y: Any) -> Tensor:
        """Like `mul`, in place: the result replaces the tensor's own values."""
    def multiply_(self, y: Any) -> Tensor:
        """Like `mul`, in place: the result replaces the tensor's own values."""
    def div(self, y: Any, *, rounding_mode: str | None = None) -> Tensor:
        """x / y; integers give floats."""
    def divide(self, y: Any, *, rounding_mode: str | None = None) -> Tensor:
        """x / y; integers give floats."""
    def true_divide(self, y: Any, *, rounding_mode: str | None = None) -> Tensor:
        """x / y; integers give floats."""
    def div_(self, y: Any, *, rounding_mode: str | None = None) -> Tensor:
        """Like `div`, in place: the result replaces the tensor's own values."""
    def divide_(self, y: Any, *, rounding_mode: str | None = None) -> Tensor:
        """Like `div`, in place: the result replaces the tensor's own values."""
    def true_divide_(self, y: Any, *, rounding_mode: str | None = None) -> Tensor:
        """Like `div`, in place: the result replaces the tensor's own values."""
    def pow(self, y: Any) -> Tensor:
        """x ** y. d/dx = y x^(y-1), which is 0 at y = 0; d/dy = x^y log x, which is 0 at x = 0 for y >= 0."""
    def pow_(self, y: Any) -> Tensor:
        """Like `pow`, in place: the result replaces the tensor's own values."""
    def neg(self) -> Tensor:
        """-x"""
    def negative(self) -> Tensor:
        """-x"""
    def neg_(self) -> Tensor:
        """Like `neg`, in place: the result replaces the tensor's own values."""
    def negative_(self) -> Tensor:
        """Like `neg`, in place: the result replaces the tensor's own values."""
    def positive(self) -> Tensor:
        """+x: the same numbers in the same memory."""
    def abs(self) -> Tensor:
        """|x|, with derivative 0 at 0."""
    def absolute(self) -> Tensor:
        """|x|, with derivative 0 at 0."""
    def abs_(self) -> Tensor:
        """Like `abs`, in place: the result replaces the tensor's own values."""
    def absolute_(self) -> Tensor:
        """Like `abs`, in place: the result replaces the tensor's own values."""
    def reciprocal(self) -> Tensor:
        """1 / x"""
    def reciprocal_(self) -> Tensor:
        """Like `reciprocal`, in place: the result replaces the tensor's own values."""
    def square(self) -> Tensor:
        """x * x"""
    def square_(self) -> Tensor:
        """Like `square`, in place: the result replaces the tensor's own values."""
    def remainder(self, y: Any) -> Tensor:
        """x - y floor(x / y), with the sign of y (Python's %)."""
    def remainder_(self, y: Any) -> Tensor:
        """Like `remainder`, in place: the result replaces the tensor's own values."""
    def fmod(self, y: Any) -> Tensor:
        """x - y trunc(x / y), with the sign of x (C's fmod)."""
    def fmod_(self, y: Any) -> Tensor:
        """Like `fmod`, in place: the result replaces the tensor's own values."""
    def hypot(self, y: Any) -> Tensor:
        """sqrt(x^2 + y^2), which does not overflow; the derivatives at (0, 0) are NaN."""
    def hypot_(self, y: Any) -> Tensor:
        """Like `hypot`, in place: the result replaces the tensor's own values."""
    def float_power(self, y: Any) -> Tensor:
        """x ** y in float64, whatever the dtypes."""
    def float_power_(self, y: Any) -> Tensor:
        """Like `float_power`, in place: the result replaces the tensor's own values."""
    def lerp(self, end: Any, weight: Any) -> Tensor:
        """x + weight (end - x), which is exactly `end` at weight 1. The weight is a number or a tensor."""
    def lerp_(self, end: Any, weight: Any) -> Tensor:
        """Like `lerp`, in place: the result replaces the tensor's own values."""
    def addcmul(self, tensor1: Any, tensor2: Any, *, value: float = 1) -> Tensor:
        """x + value tensor1 tensor2"""
    def addcmul_(self, tensor1: Any, tensor2: Any, *, value: float = 1) -> Tensor:
        """Like `addcmul`, in place: the result replaces the tensor's own values."""
    def addcdiv(self, tensor1: Any, tensor2: Any, *, value: float = 1) -> Tensor:
        """x + value tensor1 / tensor2"""
    def addcdiv_(self, tensor1: Any, tensor2: Any, *, value: float = 1) -> Tensor:
        """Like `addcdiv`, in place: the result replaces the tensor's own values."""
    def deg2rad(self) -> Tensor:
        """Degrees in radians."""
    def deg2rad_(self) -> Tensor:
        """Like `deg2rad`, in place: the result replaces the tensor's own values."""
    def rad2deg(self) -> Tensor:
        """Radians in degrees."""
    def rad2deg_(self) -> Tensor:
        """Like `rad2deg`, in place: the result replaces the tensor's own values."""
    def clone(self) -> Tensor:
        """A copy of `x`, through which gradients flow."""
    def expand(self, *sizes: Any) -> Tensor:
        """`x` repeated along its size-1 and new leading dimensions, without a copy; -1 keeps a size."""
    def broadcast_to(self, *sizes: Any) -> Tensor:
        """`x` repeated along its size-1 and new leading dimensions, without a copy; -1 keeps a size."""
    def sum_to_size(self, *sizes: Any) -> Tensor:
        """The adjoint of `expand`: sum `x` over the dimensions that broadcasting `sizes` would repeat."""
    def reshape(self, *shape: Any) -> Tensor:
        """The elements of `x` in row-major order in another shape, a view if possible; one size may be -1."""
    def view(self, *shape: Any) -> Tensor:
        """The elements of `x` in another shape that shares its memory; one size may be -1."""
    def permute(self, *dims: Any) -> Tensor:
        """`x` with its dimensions in the order `dims`, without a copy."""
    def transpose(self, dim0: int, dim1: int) -> Tensor:
        """`x` with two dimensions exchanged, without a copy."""
    def swapaxes(self, dim0: int, dim1: int) -> Tensor:
        """`x` with two dimensions exchanged, without a copy."""
    def swapdims(self, dim0: int, dim1: int) -> Tensor:
        """`x` with two dimensions exchanged, without a copy."""
    def t(self) -> Tensor:
        """The transpose of a matrix; a tensor of fewer dimensions stays as it is."""
    def movedim(self, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
        """`x` with the dimensions `source` moved to `destination`; the others keep their order."""
    def moveaxis(self, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
        """`x` with the dimensions `source` moved to `destination`; the others keep their order."""
    def ravel(self) -> Tensor:
        """`x` as one dimension."""
    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        """`x` with the dimensions `start_dim` to `end_dim` merged into one; a 0-d tensor becomes a vector."""
    def squeeze(self, dim: int | Sequence[int] | None = None, *, axis: int | Sequence[int] | None = ...) -> Tensor:
        """`x` without its size-1 dimensions, or without those among `dim` that have size 1."""
    def unsqueeze(self, dim: int = ..., *, axis: int = ...) -> Tensor:
        """`x` with a dimension of size 1 inserted at `dim`."""
    def flip(self, *dims: Any) -> Tensor:
        """`x` with the order of its elements reversed along `dims`."""
    def split(self, split_size_or_sections: int | Sequence[int], dim: int = 0, *, axis: int = ...) -> tuple[Tensor, ...]:
        """Views of `x` along `dim`: of a given size (the last may be smaller), or of the given sizes."""
    def chunk(self, chunks: int, dim: int = 0, *, axis: int = ...) -> tuple[Tensor, ...]:
        """At most `chunks` views of `x` along `dim`, of equal size but for the last."""
    def unbind(self, dim: int = 0, *, axis: int = ...) -> tuple[Tensor, ...]:
        """The slices of `x` along `dim`, views without that dimension."""
    def gather(self, dim: int, index: Any) -> Tensor:
        """out[i][j] = x[index[i][j]][j] for dim 0, x[i][index[i][j]] for dim 1, and so on."""
    def take_along_dim(self, indices: Any, dim: int | None = None, *, axis: int | None = ...) -> Tensor:
        """Like `gather`, with `x` and `indices` broadcast against each other outside `dim`. Negative indices count from
        the end. Without `dim`, both are flattened, and the result has one dimension."""
    def index_select(self, dim: int, index: Any) -> Tensor:
        """The slices of `x` along `dim` that the 1-d `index` names, in its order."""
    def take(self, index: Any) -> Tensor:
        """The elements of the flattened `x` at `index`, in the shape of `index`. Negative ones count from the end."""
    def select(self, dim: int, index: int) -> Tensor:
        """The slice `index` of `x` along `dim`, a view without that dimension."""
    def narrow(self, dim: int, start: int, length: int) -> Tensor:
        """The `length` slices of `x` along `dim` from `start` on, as a view."""
    def repeat(self, *sizes: Any) -> Tensor:
        """`x` repeated sizes[d] times along dimension d; more sizes than dimensions add dimensions in front."""
    def tile(self, *dims: Any) -> Tensor:
        """Like `repeat`, but there may be fewer repetitions than dimensions; they then belong to the last dimensions."""
    def repeat_interleave(self, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None, axis: int | None = ...) -> Tensor:
        """Each slice of `x` along `dim` repeated in place; without `dim`, each element of the flattened `x`."""
    def unflatten(self, dim: int, sizes: Sequence[int]) -> Tensor:
        """`x` with dimension `dim` split into dimensions of `sizes`, one of which may be -1."""
    def fliplr(self) -> Tensor:
        """`x` with the order of its columns (dimension 1) reversed."""
    def flipud(self) -> Tensor:
        """`x` with the order of its rows (dimension 0) reversed."""
    def roll(self, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> Tensor:
        """`x` shifted along `dims`: what falls off one end comes in at the other."""
    def rot90(self, k: int = 1, dims: Sequence[int] = ...) -> Tensor:
        """`x` turned k times by 90 degrees in the plane of two dimensions, from the first towards the second."""
    def adjoint(self) -> Tensor:
        """The matrix, or each matrix of a batch, transposed (all numbers are real)."""
    def bitwise_and(self, y: Any) -> Tensor:
        """The bits set in both; for booleans, the logical and."""
    def bitwise_and_(self, y: Any) -> Tensor:
        """Like `bitwise_and`, in place: the result replaces the tensor's own values."""
    def bitwise_or(self, y: Any) -> Tensor:
        """The bits set in either; for booleans, the logical or."""
    def bitwise_or_(self, y: Any) -> Tensor:
        """Like `bitwise_or`, in place: the result replaces the tensor's own values."""
    def bitwise_xor(self, y: Any) -> Tensor:
        """The bits set in exactly one."""
    def bitwise_xor_(self, y: Any) -> Tensor:
        """Like `bitwise_xor`, in place: the result replaces the tensor's own values."""
    def bitwise_left_shift(self, y: Any) -> Tensor:
        """x 2^y of integers: the bits of x moved up by y places."""
    def bitwise_left_shift_(self, y: Any) -> Tensor:
        """Like `bitwise_left_shift`, in place: the result replaces the tensor's own values."""
    def bitwise_right_shift(self, y: Any) -> Tensor:
        """floor(x / 2^y) of integers: the bits of x moved down by y places; the sign stays."""
    def bitwise_right_shift_(self, y: Any) -> Tensor:
        """Like `bitwise_right_shift`, in place: the result replaces the tensor's own values."""
    def gcd(self, y: Any) -> Tensor:
        """The greatest common divisor of integers, which is never negative."""
    def gcd_(self, y: Any) -> Tensor:
        """Like `gcd`, in place: the result replaces the tensor's own values."""
    def lcm(self, y: Any) -> Tensor:
        """The least common multiple of integers, which is never negative."""
    def lcm_(self, y: Any) -> Tensor:
        """Like `lcm`, in place: the result replaces the tensor's own values."""
    def bitwise_not(self) -> Tensor:
        """The bits of x inverted; for booleans, the logical not."""
    def bitwise_not_(self) -> Tensor:
        """Like `bitwise_not`, in place: the result replaces the tensor's own values."""
    def histc(self, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
        """How many elements fall into each of `bins` equal parts of [min, max], in the dtype of `x`."""
    def histogram(self, bins: int | Any, *, range: Sequence[float] | None = None, weight: Any | None = None, density: bool = False) -> HistogramResult[Tensor]:
        """How many elements fall into each bin, and the edges of the bins; both in the dtype of `x`."""
    def bincount(self, weights: Any | None = None, minlength: int = 0) -> Tensor:
        """How often each integer 0, 1, ... occurs in the 1-D `x`; with `weights`, the sum of those at its places."""
    @overload
    def unique(self, sorted: bool = True, return_inverse: Literal[False] = False, return_counts: Literal[False] = False, dim: int | None = None, *, axis: int | None = ...) -> Tensor:
        """The distinct elements, or the distinct slices along `dim`; in order, `sorted` or not. No gradient flows."""
    @overload
    def unique(self, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None, *, axis: int | None = ...) -> Tensor | tuple[Tensor, ...]:
        """The distinct elements, or the distinct slices along `dim`; in order, `sorted` or not. No gradient flows."""
    @overload
    def unique_consecutive(self, return_inverse: Literal[False] = False, return_counts: Literal[False] = False, dim: int | None = None, *, axis: int | None = ...) -> Tensor:
        """The first of every run of equal elements, or of equal slices along `dim`. No gradient flows."""
    @overload
    def unique_consecutive(self, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None, *, axis: int | None = ...) -> Tensor | tuple[Tensor, ...]:
        """The first of every run of equal elements, or of equal slices along `dim`. No gradient flows."""
    def sum(self, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
        """The sum over `dim` (all dimensions by default). Booleans and integers sum to int64."""
    def mean(self, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
        """The arithmetic mean over `dim` (all dimensions by default); NaN where there is nothing."""
    def prod(self, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None, axis: int | None = ..., keepdims: bool = ...) -> Tensor:
        """The product over one dimension, or of all elements. The gradient is right at zeros too."""
    def amax(self, dim: Dim = None, keepdim: bool = False, *, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
        """The largest element over `dim`; equal ones share the gradient."""
    def amin(self, dim: Dim = None, keepdim: bool = False, *, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
        """The smallest element over `dim`; equal ones share the gradient."""
    def argmax(self, dim: int | None = None, keepdim: bool = False, *, axis: int | None = ..., keepdims: bool = ...) -> Tensor:
        """The index (int64) of the first largest element along `dim`, or in the flattened tensor."""
    def argmin(self, dim: int | None = None, keepdim: bool = False, *, axis: int | None = ..., keepdims: bool = ...) -> Tensor:
        """The index (int64) of the first smallest element along `dim`, or in the flattened tensor."""
    def aminmax(self, *, dim: int | None = None, keepdim: bool = False, axis: int | None = ..., keepdims: bool = ...) -> MinMax[Tensor]:
        """The smallest and the largest element over `dim`, `(min, max)`; equal ones share the gradient."""
    @overload
    def max(self, dim: None = None, keepdim: bool = False, *, axis: None = ..., keepdims: bool = ...) -> Tensor:
        """The largest element; along a dimension, `(values, indices)`; with a tensor for `dim`, `maximum` of both."""
    @overload
    def max(self, dim: int = ..., keepdim: bool = False, *, axis: int = ..., keepdims: bool = ...) -> Extreme[Tensor]:
        """The largest element; along a dimension, `(values, indices)`; with a tensor for `dim`, `maximum` of both."""
    @overload
    def max(self, dim: Any = ..., *, axis: Any = ...) -> Tensor:
        """The largest element; along a dimension, `(values, indices)`; with a tensor for `dim`, `maximum` of both."""
    @overload
    def min(self, dim: None = None, keepdim: bool = False, *, axis: None = ..., keepdims: bool = ...) -> Tensor:
        """The smallest element, or `(values, indices)` along `dim`, or `minimum`; all else is as for `max`."""
    @overload
    def min(self, dim: int = ..., keepdim: bool = False, *, axis: int = ..., keepdims: bool = ...) -> Extreme[Tensor]:
        """The smallest element, or `(values, indices)` along `dim`, or `minimum`; all else is as for `max`."""
    @overload
    def min(self, dim: Any = ..., *, axis: Any = ...) -> Tensor:
        """The smallest element, or `(values, indices)` along `dim`, or `minimum`; all else is as for `max`."""
    def nansum(self, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
        """The sum over `dim` of the elements that are not NaN."""
    def nanmean(self, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
        """The mean over `dim` of the elements that are not NaN; NaN where there are none."""
    def all(self, dim: Dim = None, keepdim: bool = False, *, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
        """Whether every element over `dim` is nonzero."""
    def any(self, dim: Dim = None, keepdim: bool = False, *, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
        """Whether some element over `dim` is nonzero."""
    def count_nonzero(self, dim: Dim = None, *, axis: Dim = ...) -> Tensor:
        """How many elements over `dim` are not zero."""
    def matmul(self, y: Any) -> Tensor:
        """The matrix product x @ y, batched over leading dimensions."""
    def mm(self, y: Any) -> Tensor:
        """The product of two matrices."""
    def bmm(self, y: Any) -> Tensor:
        """The products of two batches of matrices."""
    def mv(self, y: Any) -> Tensor:
        """The product of a matrix and a vector."""
    def dot(self, y: Any) -> Tensor:
        """The inner product of two vectors."""
    def inner(self, y: Any) -> Tensor:
        """The inner products over the last dimensions: out[i..., j...] = sum_k x[i..., k] y[j..., k]."""
    def outer(self, y: Any) -> Tensor:
        """The products of the elements of two vectors: out[i, j] = x[i] y[j]."""
    def vdot(self, y: Any) -> Tensor:
        """The inner product of two vectors: `dot`, since there are no complex tensors."""
    def addmm(self, mat1: Any, mat2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
        """beta * input + alpha * (mat1 @ mat2)."""
    def addmm_(self, mat1: Any, mat2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
        """Like `addmm`, in place: the result replaces the tensor's own values."""
    def addmv(self, mat: Any, vec: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
        """beta * input + alpha * (mat @ vec)."""
    def addmv_(self, mat: Any, vec: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
        """Like `addmv`, in place: the result replaces the tensor's own values."""
    def addr(self, vec1: Any, vec2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
        """beta * input + alpha * outer(vec1, vec2)."""
    def addr_(self, vec1: Any, vec2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
        """Like `addr`, in place: the result replaces the tensor's own values."""
    def addbmm(self, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
        """beta * input + alpha * sum_b batch1[b] @ batch2[b]."""
    def addbmm_(self, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
        """Like `addbmm`, in place: the result replaces the tensor's own values."""
    def baddbmm(self, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
        """beta * input + alpha * (batch1 @ batch2)."""
    def baddbmm_(self, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
        """Like `baddbmm`, in place: the result replaces the tensor's own values."""
    def cholesky(self, *, upper: bool = False) -> Tensor:
        """The lower triangular L with A = L L^T of symmetric positive definite A; L^T where `upper`."""
    def cholesky_solve(self, L: Any, upper: bool = False) -> Tensor:
        """X with A X = B, given the Cholesky factor `L` of A = L L^T (A = L^T L where `upper`)."""
    def cholesky_inverse(self, upper: bool = False) -> Tensor:
        """The inverse of A, given its Cholesky factor `L`."""
    def inverse(self) -> Tensor:
        """The inverse of square matrices: A inv(A) = 1. Derivative: -A^-T g A^-T."""
    def det(self) -> Tensor:
        """The determinant of square matrices. Derivative: det(A) A^-T, right for singular matrices too."""
    def slogdet(self) -> SlogdetResult[Tensor]:
        """The sign of det(A) and log |det(A)|, which does not overflow where det does. Derivative of the latter: A^-T."""
    def logdet(self) -> Tensor:
        """log(det(A)): NaN where the determinant is negative, -inf where it is 0."""
    def dist(self, other: Any, p: float = 2) -> Tensor:
        """The p-norm of x - other, over all elements; its gradient is 0 where the two are equal."""
    def renorm(self, p: float, dim: int, maxnorm: float) -> Tensor:
        """`x`, in which each slice x[..., i, ...] along `dim` whose p-norm exceeds `maxnorm` is scaled down to it."""
    def renorm_(self, p: float, dim: int, maxnorm: float) -> Tensor:
        """Like `renorm`, in place: the result replaces the tensor's own values."""
    def diagonal(self, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
        """The elements x[i, i + offset] of two dimensions, as the last dimension of the result; a view."""
    def diag_embed(self, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
        """Matrices of zeros with the last dimension of `x` on their diagonals: the adjoint of `diagonal`."""
    def diag(self, diagonal: int = 0) -> Tensor:
        """The diagonal of a matrix; of a vector, the matrix that has it on its diagonal."""
    def diagflat(self, offset: int = 0) -> Tensor:
        """The matrix with the flattened `x` on its diagonal."""
    def diagonal_scatter(self, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
        """A copy of `x` whose diagonal is `src`."""
    def tril(self, diagonal: int = 0) -> Tensor:
        """The lower triangle of each matrix: x[i, j] where j <= i + diagonal, else 0."""
    def tril_(self, diagonal: int = 0) -> Tensor:
        """Like `tril`, in place: the result replaces the tensor's own values."""
    def triu(self, diagonal: int = 0) -> Tensor:
        """The upper triangle of each matrix: x[i, j] where j >= i + diagonal, else 0."""
    def triu_(self, diagonal: int = 0) -> Tensor:
        """Like `triu`, in place: the result replaces the tensor's own values."""
    def trace(self) -> Tensor:
        """The sum of the diagonal of a matrix."""
    def matrix_power(self, n: int) -> Tensor:
        """A^n: the product of n factors A, or for negative n of -n factors A^-1, by repeated squaring."""
    def matrix_exp(self) -> Tensor:
        """The exponential 1 + A + A A / 2 + A A A / 6 + ... of square matrices."""
    def norm(self, p: Any = 'fro', dim: Any = None, keepdim: bool = False, dtype: Any = None, *, axis: Any = ..., keepdims: bool = ...) -> Tensor:
        """The p-norm (sum |x|^p)^(1/p) over `dim` (all dimensions by default); its gradient is 0 where the norm is 0."""
    def cross(self, y: Any, dim: int | None = None, *, axis: int | None = ...) -> Tensor:
        """`linalg.cross`, by default along the first dimension of size 3 rather than along the last dimension."""
    def qr(self, some: bool = True) -> QRResult[Tensor]:
        """`linalg.qr` in the mode "reduced" if `some`, else "complete"."""
    def svd(self, some: bool = True) -> SVDResult[Tensor]:
        """`linalg.svd` with V, rather than its transpose; U and V are square unless `some`."""
    def lu(self, pivot: bool = True) -> LUFactorResult[Tensor]:
        """`linalg.lu_factor`: both factors in one matrix, and the row exchanges."""
    def lu_solve(self, LU: Any, pivots: Any) -> Tensor:
        """`linalg.lu_solve` with the right-hand sides first."""
    def triangular_solve(self, A: Any, upper: bool = True, transpose: bool = False, unitriangular: bool = False) -> TriangularSolveResult[Tensor]:
        """X with A X = b, or with A^T X = b where `transpose`: `linalg.solve_triangular` with other arguments."""
    def pinverse(self, rcond: float = 1e-15) -> Tensor:
        """`linalg.pinv` where singular values below rcond * the largest count as 0."""
    def erf(self) -> Tensor:
        """The error function 2/sqrt(pi) int_0^x e^(-t^2) dt; for large float32 arrays to a relative 4e-7."""
    def erf_(self) -> Tensor:
        """Like `erf`, in place: the result replaces the tensor's own values."""
    def erfc(self) -> Tensor:
        """1 - erf(x), accurate where that is tiny."""
    def erfc_(self) -> Tensor:
        """Like `erfc`, in place: the result replaces the tensor's own values."""
    def erfinv(self) -> Tensor:
        """The inverse of erf: infinite at -1 and 1, NaN outside."""
    def erfinv_(self) -> Tensor:
        """Like `erfinv`, in place: the result replaces the tensor's own values."""
    def lgamma(self) -> Tensor:
        """log |gamma(x)|; infinite at 0, -1, -2, ..."""
    def lgamma_(self) -> Tensor:
        """Like `lgamma`, in place: the result replaces the tensor's own values."""
    def digamma(self) -> Tensor:
        """The derivative of log gamma(x), also called psi; -inf at 0, NaN at -1, -2, ..."""
    def digamma_(self) -> Tensor:
        """Like `digamma`, in place: the result replaces the tensor's own values."""
    def mvlgamma(self, p: int) -> Tensor:
        """The log of the multivariate gamma function: p(p-1)/4 log(pi) + sum_(k<p) lgamma(x - k/2), for x > (p-1)/2."""
    def mvlgamma_(self, p: int) -> Tensor:
        """Like `mvlgamma`, in place: the result replaces the tensor's own values."""
    def i0(self) -> Tensor:
        """The modified Bessel function of the first kind of order 0."""
    def i0_(self) -> Tensor:
        """Like `i0`, in place: the result replaces the tensor's own values."""
    def xlogy(self, y: Any) -> Tensor:
        """x log(y), 0 where x is 0 unless y is NaN; d/dx = log y, which is 0 at x = 0 for y <= 0."""
    def xlogy_(self, y: Any) -> Tensor:
        """Like `xlogy`, in place: the result replaces the tensor's own values."""
    def logit(self, eps: float | None = None) -> Tensor:
        """log(x / (1 - x)), the inverse of sigmoid: infinite at 0 and 1, NaN outside."""
    def logit_(self, eps: float | None = None) -> Tensor:
        """Like `logit`, in place: the result replaces the tensor's own values."""
    def prelu(self, weight: Any) -> Tensor:
        """x where x > 0, else weight x, with a weight that is learned."""
    def hardshrink(self, lambd: float = 0.5) -> Tensor:
        """x, but 0 where |x| <= lambd."""
    def logsumexp(self, dim: Dim = None, keepdim: bool = False, *, axis: Dim = ..., keepdims: bool = ...) -> Tensor:
        """log sum e^x over `dim` (all dimensions by default), which does not overflow."""
    def softmax(self, dim: int = ..., *, dtype: Any = None, axis: int = ...) -> Tensor:
        """e^x / sum e^x along `dim`, which does not overflow; `x` is first converted to `dtype`, if that is given."""
    def log_softmax(self, dim: int = ..., *, dtype: Any = None, axis: int = ...) -> Tensor:
        """log softmax(x) along `dim`: x - logsumexp(x), which does not overflow; `dtype` is as for `softmax`."""
    def masked_select(self, mask: Any) -> Tensor:
        """The elements of `x` where the mask holds, as one dimension; the mask broadcasts to the shape of `x`."""
    def argwhere(self) -> Tensor:
        """The indices of the elements that are not 0: one row each, in row-major order; int64."""
    @overload
    def nonzero(self, *, as_tuple: Literal[False] = False) -> Tensor:
        """The indices of the elements that are not 0: one row each, or with `as_tuple` one 1-d tensor per
        dimension, with which x[nonzero(x, as_tuple=True)] reads those elements."""
    @overload
    def nonzero(self, *, as_tuple: Literal[True]) -> tuple[Tensor, ...]:
        """The indices of the elements that are not 0: one row each, or with `as_tuple` one 1-d tensor per
        dimension, with which x[nonzero(x, as_tuple=True)] reads those elements."""
    def scatter(self, dim: int, index: Any, src: Any = None, *, value: float | None = None, reduce: str | None = None) -> Tensor:
        """A copy of `x` with x[index[i][j]][j] = src[i][j] for dim 0, and so on; `src` may be a number."""
    def scatter_(self, dim: int, index: Any, src: Any = None, *, value: float | None = None, reduce: str | None = None) -> Tensor:
        """Like `scatter`, in place: the result replaces the tensor's own values."""
    def scatter_add(self, dim: int, index: Any, src: Any) -> Tensor:
        """`x` plus src[i][j] at x[index[i][j]][j] for dim 0, and so on: the adjoint of `gather`."""
    def scatter_add_(self, dim: int, index: Any, src: Any) -> Tensor:
        """Like `scatter_add`, in place: the result replaces the tensor's own values."""
    def scatter_reduce(self, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True) -> Tensor:
        """`x` with src[i][j] written where `scatter_add` would add it; what meets at one place is combined by `reduce`."""
    def scatter_reduce_(self, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True) -> Tensor:
        """Like `scatter_reduce`, in place: the result replaces the tensor's own values."""
    def index_add(self, dim: int, index: Any, source: Any, *, alpha: float = 1) -> Tensor:
        """`x` with alpha * source[i] added to its slice index[i] along `dim`: the adjoint of `index_select`."""
    def index_add_(self, dim: int, index: Any, source: Any, *, alpha: float = 1) -> Tensor:
        """Like `index_add`, in place: the result replaces the tensor's own values."""
    def index_copy(self, dim: int, index: Any, source: Any) -> Tensor:
        """`x` with its slice index[i] along `dim` replaced by source[i]; of several copies the last counts."""
    def index_copy_(self, dim: int, index: Any, source: Any) -> Tensor:
        """Like `index_copy`, in place: the result replaces the tensor's own values."""
    def index_fill(self, dim: int, index: Any, value: Any) -> Tensor:
        """`x` with its slices `index` along `dim` filled with `value`, a number or 0-d tensor."""
    def index_fill_(self, dim: int, index: Any, value: Any) -> Tensor:
        """Like `index_fill`, in place: the result replaces the tensor's own values."""
    def index_reduce(self, dim: int, index: Any, source: Any, reduce: str, *, include_self: bool = True) -> Tensor:
        """`x` with source[i] written where `index_add` would add it; what meets in one slice is combined by `reduce`."""
    def index_reduce_(self, dim: int, index: Any, source: Any, reduce: str, *, include_self: bool = True) -> Tensor:
        """Like `index_reduce`, in place: the result replaces the tensor's own values."""
    def index_put(self, indices: Sequence[Any], values: Any, accumulate: bool = False) -> Tensor:
        """`x` with x[indices] = values; with `accumulate`, x[indices] += values, where repeated indices add up."""
    def index_put_(self, indices: Sequence[Any], values: Any, accumulate: bool = False) -> Tensor:
        """Like `index_put`, in place: the result replaces the tensor's own values."""
    def put(self, index: Any, source: Any, accumulate: bool = False) -> Tensor:
        """`x` with `source` in the place of the elements at `index`, counted in row-major order; with `accumulate`,
        `source` is added to them."""
    def put_(self, index: Any, source: Any, accumulate: bool = False) -> Tensor:
        """Like `put`, in place: the result replaces the tensor's own values."""
    def masked_scatter(self, mask: Any, source: Any) -> Tensor:
        """`x` with the elements where the mask holds replaced by the first elements of `source`, in order."""
    def masked_scatter_(self, mask: Any, source: Any) -> Tensor:
        """Like `masked_scatter`, in place: the result replaces the tensor's own values."""
    def select_scatter(self, src: Any, dim: int, index: int) -> Tensor:
        """A copy of `x` whose slice `index` along `dim` is `src`: it writes what `select` reads."""
    def slice_scatter(self, src: Any, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1, *, axis: int = ...) -> Tensor:
        """A copy of `x` whose slices start:end:step along `dim` are `src`."""
    def kron(self, y: Any) -> Tensor:
        """The Kronecker product: in every dimension, out[i * m + j] = x[i] * y[j] with m the size of y."""
    def cumsum(self, dim: int = ..., *, dtype: Any = None, axis: int = ...) -> Tensor:
        """The running sum along `dim`: out[k] = x[0] + ... + x[k]. Booleans and integers sum to int64."""
    def cumsum_(self, dim: int, *, dtype: Any = None) -> Tensor:
        """Like `cumsum`, in place: the result replaces the tensor's own values."""
    def cumprod(self, dim: int = ..., *, dtype: Any = None, axis: int = ...) -> Tensor:
        """The running product along `dim`: out[k] = x[0] ... x[k]. Its derivatives are right at zeros too."""
    def cumprod_(self, dim: int, *, dtype: Any = None) -> Tensor:
        """Like `cumprod`, in place: the result replaces the tensor's own values."""
    def cummax(self, dim: int = ..., *, axis: int = ...) -> Extremes[Tensor]:
        """The largest element so far along `dim`, `(values, indices)`; of equal ones the last is named."""
    def cummin(self, dim: int = ..., *, axis: int = ...) -> Extremes[Tensor]:
        """The smallest element so far along `dim`, `(values, indices)`; of equal ones the last is named."""
    def logcumsumexp(self, dim: int = ..., *, axis: int = ...) -> Tensor:
        """log(e^x[0] + ... + e^x[k]) along `dim`, which does not overflow."""
    def diff(self, n: int = 1, dim: int = -1, prepend: Any | None = None, append: Any | None = None, *, axis: int = ...) -> Tensor:
        """The `n`-th differences of neighbours along `dim`, after joining `prepend` and `append` to its ends."""
    def argsort(self, dim: int = -1, descending: bool = False, stable: bool = False, *, axis: int = ...) -> Tensor:
        """The indices (int64) that sort `x` along `dim`. Equal elements always keep their order, `stable` or not."""
    def sort(self, dim: int = -1, descending: bool = False, stable: bool = False, *, axis: int = ...) -> Ordered[Tensor]:
        """The elements in order along `dim`, `(values, indices)`. Equal elements always keep their order."""
    def msort(self) -> Tensor:
        """The elements in order along the first dimension."""
    def topk(self, k: int, dim: int = -1, largest: bool = True, sorted: bool = True, *, axis: int = ...) -> Ordered[Tensor]:
        """The `k` largest (or smallest) elements along `dim`, `(values, indices)`, in order, `sorted` or not."""
    def kthvalue(self, k: int, dim: int = -1, keepdim: bool = False, *, axis: int = ..., keepdims: bool = ...) -> Ordered[Tensor]:
        """The `k`-th smallest element along `dim`, counted from 1: `(values, indices)`."""
    @overload
    def median(self, dim: None = None, keepdim: bool = False, *, axis: None = ..., keepdims: bool = ...) -> Tensor:
        """The median of all elements; along `dim`, `(values, indices)`. Of two middle ones it is the lower. NaN where
        any element is NaN."""
    @overload
    def median(self, dim: int = ..., keepdim: bool = False, *, axis: int = ..., keepdims: bool = ...) -> Ordered[Tensor]:
        """The median of all elements; along `dim`, `(values, indices)`. Of two middle ones it is the lower. NaN where
        any element is NaN."""
    @overload
    def nanmedian(self, dim: None = None, keepdim: bool = False, *, axis: None = ..., keepdims: bool = ...) -> Tensor:
        """`median` of the elements that are not NaN; NaN where there are none."""
    @overload
    def nanmedian(self, dim: int = ..., keepdim: bool = False, *, axis: int = ..., keepdims: bool = ...) -> Ordered[Tensor]:
        """`median` of the elements that are not NaN; NaN where there are none."""
    def mode(self, dim: int = -1, keepdim: bool = False, *, axis: int = ..., keepdims: bool = ...) -> Ordered[Tensor]:
        """The most frequent element along `dim`, of several the smallest: `(values, indices)`."""
    def quantile(self, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = 'linear', axis: int | None = ..., keepdims: bool = ...) -> Tensor:
        """The q-th quantiles along `dim` (of everything by default); NaN where any element is NaN."""
    def nanquantile(self, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = 'linear', axis: int | None = ..., keepdims: bool = ...) -> Tensor:
        """`quantile` of the elements that are not NaN; NaN where there are none. Errors are those of `quantile`."""
    def tensor_split(self, indices_or_sections: Any, dim: int = 0, *, axis: int = ...) -> tuple[Tensor, ...]:
        """Views of `x` along `dim`: so many of nearly equal size, or with several indices, cut before each of them."""
    def hsplit(self, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """Split along dimension 1, vectors along dimension 0: into equal sections, or before the given indices."""
    def vsplit(self, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """Split along dimension 0 of at least two: into equal sections, or before the given indices."""
    def dsplit(self, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """Split along dimension 2 of at least three: into equal sections, or before the given indices."""
    def var(self, dim: Dim | bool = None, unbiased: bool = True, keepdim: bool = False, *, correction: float | None = None, axis: Dim | bool = ..., keepdims: bool = ...) -> Tensor:
        """The variance over `dim`: sum (x - mean)^2 / (n - correction); NaN where n <= correction."""
    def std(self, dim: Dim | bool = None, unbiased: bool = True, keepdim: bool = False, *, correction: float | None = None, axis: Dim | bool = ..., keepdims: bool = ...) -> Tensor:
        """The standard deviation over `dim`, the root of `var`. Where the deviation is 0, so is the gradient."""
    def cov(self, *, correction: int = 1, fweights: Any | None = None, aweights: Any | None = None) -> Tensor:
        """The covariance matrix of variables (rows) over observations (columns)."""
    def corrcoef(self) -> Tensor:
        """The correlation coefficients of variables (rows) over observations (columns), within [-1, 1]."""
    def unfold(self, dimension: int, size: int, step: int) -> Tensor:
        """All windows of `size` along a dimension, `step` apart; their elements are the last dimension."""
    def as_strided(self, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None) -> Tensor:
        """The elements of `x` that lie so far from each other: out[i, j, ..] is element offset + i s_0 + j s_1 + .. of
        `x`. They may overlap. The result looks into the memory of `x`."""
    def __eq__(self, other: Any) -> Tensor:  # type: ignore[override]
        ...
    def __ne__(self, other: Any) -> Tensor:  # type: ignore[override]
        ...
    def __lt__(self, other: Any) -> Tensor:
        ...
    def __le__(self, other: Any) -> Tensor:
        ...
    def __gt__(self, other: Any) -> Tensor:
        ...
    def __ge__(self, other: Any) -> Tensor:
        ...
    def __floordiv__(self, other: Any) -> Tensor:
        ...
    def __rfloordiv__(self, other: Any) -> Tensor:
        ...
    def __ifloordiv__(self, other: Any) -> Tensor:
        ...
    def __add__(self, other: Any) -> Tensor:
        ...
    def __radd__(self, other: Any) -> Tensor:
        ...
    def __iadd__(self, other: Any) -> Tensor:
        ...
    def __sub__(self, other: Any) -> Tensor:
        ...
    def __rsub__(self, other: Any) -> Tensor:
        ...
    def __isub__(self, other: Any) -> Tensor:
        ...
    def __mul__(self, other: Any) -> Tensor:
        ...
    def __rmul__(self, other: Any) -> Tensor:
        ...
    def __imul__(self, other: Any) -> Tensor:
        ...
    def __truediv__(self, other: Any) -> Tensor:
        ...
    def __rtruediv__(self, other: Any) -> Tensor:
        ...
    def __itruediv__(self, other: Any) -> Tensor:
        ...
    def __pow__(self, other: Any) -> Tensor:
        ...
    def __rpow__(self, other: Any) -> Tensor:
        ...
    def __ipow__(self, other: Any) -> Tensor:
        ...
    def __neg__(self) -> Tensor:
        """-x"""
    def __pos__(self) -> Tensor:
        """+x: the same numbers in the same memory."""
    def __abs__(self) -> Tensor:
        """|x|, with derivative 0 at 0."""
    def __mod__(self, other: Any) -> Tensor:
        ...
    def __rmod__(self, other: Any) -> Tensor:
        ...
    def __imod__(self, other: Any) -> Tensor:
        ...
    def __getitem__(self, other: Any) -> Tensor:
        ...
    def __and__(self, other: Any) -> Tensor:
        ...
    def __rand__(self, other: Any) -> Tensor:
        ...
    def __iand__(self, other: Any) -> Tensor:
        ...
    def __or__(self, other: Any) -> Tensor:
        ...
    def __ror__(self, other: Any) -> Tensor:
        ...
    def __ior__(self, other: Any) -> Tensor:
        ...
    def __xor__(self, other: Any) -> Tensor:
        ...
    def __rxor__(self, other: Any) -> Tensor:
        ...
    def __ixor__(self, other: Any) -> Tensor:
        ...
    def __lshift__(self, other: Any) -> Tensor:
        ...
    def __rlshift__(self, other: Any) -> Tensor:
        ...
    def __ilshift__(self, other: Any) -> Tensor:
        ...
    def __rshift__(self, other: Any) -> Tensor:
        ...
    def __rrshift__(self, other: Any) -> Tensor:
        ...
    def __irshift__(self, other: Any) -> Tensor:
        ...
    def __invert__(self) -> Tensor:
        """The bits of x inverted; for booleans, the logical not."""
    def __matmul__(self, other: Any) -> Tensor:
        ...
    def __rmatmul__(self, other: Any) -> Tensor:
        ...
