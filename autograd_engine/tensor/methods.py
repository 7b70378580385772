"""The operators and methods of a tensor: the functions in `ops`, one line each.

A function whose first parameter is an array is a method already.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from ..ops import (
    arithmetic,
    arrange,
    bits,
    comparison,
    count,
    grids,
    index,
    masks,
    math,
    piecewise,
    reduce,
    rounding,
    scan,
    shape,
    special,
    stacks,
    statistics,
    windows,
)
from ..ops import diagonal as diagonal_ops
from ..ops import gather as gather_ops
from ..ops import scatter as scatter_ops
from ..ops import softmax as softmax_ops
from ..ops import sort as sort_ops
from ..ops.linear_algebra import classic, distances, equations, matrix_functions, products, triangular
from .inplace import InPlace
from .numpy_names import protocol

__all__ = ["Methods"]


def _reflected(operation: Callable[..., Any]) -> Callable[..., Any]:
    def reflected(self: Methods, other: Any) -> Any:
        return operation(other, self)

    return reflected


def _comparison(operation: Callable[..., Any]) -> Callable[..., Any]:
    """A comparison that leaves what it does not know (None, strings) to Python."""

    def compare(self: Methods, other: Any) -> Any:
        try:
            return operation(self, other)
        except TypeError:
            return NotImplemented

    return compare


class Methods(InPlace):
    """The part of a tensor that computes."""

    __slots__ = ()

    # ----------------------------------------------------------------- operators, from ops

    __add__ = arithmetic._add
    __radd__ = _reflected(arithmetic._add)
    __sub__ = arithmetic._sub
    __rsub__ = _reflected(arithmetic._sub)
    __mul__ = arithmetic.mul
    __rmul__ = _reflected(arithmetic.mul)
    __truediv__ = arithmetic._div
    __rtruediv__ = _reflected(arithmetic._div)
    __floordiv__ = rounding.floor_divide
    __rfloordiv__ = _reflected(rounding.floor_divide)
    __mod__ = arithmetic.remainder
    __rmod__ = _reflected(arithmetic.remainder)
    __pow__ = arithmetic.pow
    __rpow__ = _reflected(arithmetic.pow)
    __matmul__ = products.matmul
    __rmatmul__ = _reflected(products.matmul)
    __neg__ = arithmetic.neg
    __pos__ = arithmetic.positive
    __abs__ = arithmetic.abs
    __eq__ = _comparison(comparison.eq)
    __ne__ = _comparison(comparison.ne)
    __lt__ = _comparison(comparison.lt)
    __le__ = _comparison(comparison.le)
    __gt__ = _comparison(comparison.gt)
    __ge__ = _comparison(comparison.ge)
    __lshift__ = bits.bitwise_left_shift
    __rlshift__ = _reflected(bits.bitwise_left_shift)
    __rshift__ = bits.bitwise_right_shift
    __rrshift__ = _reflected(bits.bitwise_right_shift)
    __and__ = __rand__ = bits.bitwise_and
    __or__ = __ror__ = bits.bitwise_or
    __xor__ = __rxor__ = bits.bitwise_xor
    __invert__ = bits.bitwise_not
    __getitem__ = index.getitem

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return protocol.call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return protocol.call_function(function, args, kwargs)

    # ------------------------------------------------------------------------------------ methods

    allclose = comparison.allclose
    bitwise_and = bits.bitwise_and
    bitwise_left_shift = bits.bitwise_left_shift
    bitwise_not = bits.bitwise_not
    bitwise_or = bits.bitwise_or
    bitwise_right_shift = bits.bitwise_right_shift
    bitwise_xor = bits.bitwise_xor
    ceil = rounding.ceil
    clamp = piecewise.clamp
    clamp_max = piecewise.clamp_max
    clamp_min = piecewise.clamp_min
    clip = piecewise.clip
    copysign = piecewise.copysign
    eq = comparison.eq
    equal = comparison.equal
    fix = rounding.fix
    floor = rounding.floor
    floor_divide = rounding.floor_divide
    fmax = piecewise.fmax
    fmin = piecewise.fmin
    frac = rounding.frac
    gcd = bits.gcd
    ge = comparison.ge
    greater = comparison.greater
    greater_equal = comparison.greater_equal
    gt = comparison.gt
    heaviside = rounding.heaviside
    isclose = comparison.isclose
    isfinite = comparison.isfinite
    isinf = comparison.isinf
    isnan = comparison.isnan
    isneginf = comparison.isneginf
    isposinf = comparison.isposinf
    isreal = comparison.isreal
    lcm = bits.lcm
    le = comparison.le
    less = comparison.less
    less_equal = comparison.less_equal
    logical_and = comparison.logical_and
    logical_not = comparison.logical_not
    logical_or = comparison.logical_or
    logical_xor = comparison.logical_xor
    lt = comparison.lt
    masked_fill = piecewise.masked_fill
    maximum = piecewise.maximum
    minimum = piecewise.minimum
    nan_to_num = piecewise.nan_to_num
    ne = comparison.ne
    nextafter = piecewise.nextafter
    not_equal = comparison.not_equal
    round = rounding.round
    sgn = rounding.sgn
    sign = rounding.sign
    signbit = comparison.signbit
    trunc = rounding.trunc

    abs = arithmetic.abs
    absolute = arithmetic.absolute
    acos = math.acos
    acosh = math.acosh
    add = arithmetic.add
    addcdiv = arithmetic.addcdiv
    addcmul = arithmetic.addcmul
    arccos = math.arccos
    arccosh = math.arccosh
    arcsin = math.arcsin
    arcsinh = math.arcsinh
    arctan = math.arctan
    arctan2 = math.arctan2
    arctanh = math.arctanh
    asin = math.asin
    asinh = math.asinh
    atan = math.atan
    atan2 = math.atan2
    atanh = math.atanh
    cos = math.cos
    cosh = math.cosh
    deg2rad = arithmetic.deg2rad
    div = arithmetic.div
    divide = arithmetic.divide
    exp = math.exp
    exp2 = math.exp2
    expm1 = math.expm1
    float_power = arithmetic.float_power
    fmod = arithmetic.fmod
    frexp = math.frexp
    hypot = arithmetic.hypot
    ldexp = math.ldexp
    lerp = arithmetic.lerp
    log = math.log
    log10 = math.log10
    log1p = math.log1p
    log2 = math.log2
    logaddexp = math.logaddexp
    logaddexp2 = math.logaddexp2
    mul = arithmetic.mul
    multiply = arithmetic.multiply
    neg = arithmetic.neg
    negative = arithmetic.negative
    positive = arithmetic.positive
    pow = arithmetic.pow
    rad2deg = arithmetic.rad2deg
    reciprocal = arithmetic.reciprocal
    relu = piecewise.relu
    remainder = arithmetic.remainder
    rsqrt = math.rsqrt
    sigmoid = math.sigmoid
    sin = math.sin
    sinc = math.sinc
    sinh = math.sinh
    sqrt = math.sqrt
    square = arithmetic.square
    sub = arithmetic.sub
    subtract = arithmetic.subtract
    tan = math.tan
    tanh = math.tanh
    true_divide = arithmetic.true_divide

    digamma = special.digamma
    erf = special.erf
    erfc = special.erfc
    erfinv = special.erfinv
    i0 = special.i0
    lgamma = special.lgamma
    logit = special.logit
    mvlgamma = special.mvlgamma
    xlogy = special.xlogy

    broadcast_to = shape.broadcast_to
    chunk = shape.chunk
    clone = shape.clone
    expand = shape.expand
    flatten = shape.flatten
    flip = shape.flip
    moveaxis = shape.moveaxis
    movedim = shape.movedim
    permute = shape.permute
    ravel = shape.ravel
    reshape = shape.reshape
    split = shape.split
    squeeze = shape.squeeze
    sum_to_size = shape.sum_to_size
    swapaxes = shape.swapaxes
    swapdims = shape.swapdims
    t = shape.t
    transpose = shape.transpose
    unbind = shape.unbind
    unsqueeze = shape.unsqueeze
    view = shape.view

    argwhere = masks.argwhere
    gather = gather_ops.gather
    index_select = gather_ops.index_select
    masked_select = masks.masked_select
    narrow = gather_ops.narrow
    nonzero = masks.nonzero
    select = gather_ops.select
    take = gather_ops.take
    take_along_dim = gather_ops.take_along_dim

    index_add = scatter_ops.index_add
    index_copy = scatter_ops.index_copy
    index_fill = scatter_ops.index_fill
    index_put = scatter_ops.index_put
    index_reduce = scatter_ops.index_reduce
    masked_scatter = scatter_ops.masked_scatter
    put = scatter_ops.put
    scatter = scatter_ops.scatter
    scatter_add = scatter_ops.scatter_add
    scatter_reduce = scatter_ops.scatter_reduce
    select_scatter = scatter_ops.select_scatter
    slice_scatter = scatter_ops.slice_scatter

    adjoint = arrange.adjoint
    dsplit = stacks.dsplit
    fliplr = arrange.fliplr
    flipud = arrange.flipud
    hsplit = stacks.hsplit
    kron = grids.kron
    repeat = arrange.repeat
    repeat_interleave = arrange.repeat_interleave
    roll = arrange.roll
    rot90 = arrange.rot90
    tensor_split = stacks.tensor_split
    tile = arrange.tile
    unflatten = arrange.unflatten
    unfold = windows.unfold
    vsplit = stacks.vsplit

    diag = diagonal_ops.diag
    diag_embed = diagonal_ops.diag_embed
    diagflat = diagonal_ops.diagflat
    diagonal = diagonal_ops.diagonal
    diagonal_scatter = diagonal_ops.diagonal_scatter
    trace = diagonal_ops.trace
    tril = diagonal_ops.tril
    triu = diagonal_ops.triu

    all = reduce.all
    amax = reduce.amax
    amin = reduce.amin
    aminmax = reduce.aminmax
    any = reduce.any
    argmax = reduce.argmax
    argmin = reduce.argmin
    count_nonzero = reduce.count_nonzero
    max = reduce.max
    mean = reduce.mean
    min = reduce.min
    nanmean = reduce.nanmean
    nansum = reduce.nansum
    prod = reduce.prod
    sum = reduce.sum

    corrcoef = statistics.corrcoef
    cov = statistics.cov
    dist = distances.dist
    norm = classic.norm
    renorm = distances.renorm
    std = statistics.std
    var = statistics.var

    log_softmax = softmax_ops.log_softmax
    logsumexp = softmax_ops.logsumexp
    softmax = softmax_ops.softmax

    cummax = scan.cummax
    cummin = scan.cummin
    cumprod = scan.cumprod
    cumsum = scan.cumsum
    diff = scan.diff
    logcumsumexp = scan.logcumsumexp

    argsort = sort_ops.argsort
    kthvalue = sort_ops.kthvalue
    median = sort_ops.median
    mode = sort_ops.mode
    msort = sort_ops.msort
    nanmedian = sort_ops.nanmedian
    nanquantile = sort_ops.nanquantile
    quantile = sort_ops.quantile
    sort = sort_ops.sort
    topk = sort_ops.topk

    bincount = count.bincount
    histc = count.histc
    unique = count.unique
    unique_consecutive = count.unique_consecutive

    addbmm = products.addbmm
    addmm = products.addmm
    addmv = products.addmv
    addr = products.addr
    baddbmm = products.baddbmm
    bmm = products.bmm
    dot = products.dot
    inner = products.inner
    matmul = products.matmul
    mm = products.mm
    mv = products.mv
    outer = products.outer
    vdot = products.vdot

    cholesky = triangular.cholesky
    cholesky_inverse = triangular.cholesky_inverse
    cholesky_solve = triangular.cholesky_solve
    cross = classic.cross
    det = equations.det
    inverse = equations.inv
    logdet = equations.logdet
    lu = classic.lu
    lu_solve = classic.lu_solve
    matrix_exp = matrix_functions.matrix_exp
    matrix_power = matrix_functions.matrix_power
    pinverse = classic.pinverse
    qr = classic.qr
    slogdet = equations.slogdet
    svd = classic.svd
    triangular_solve = classic.triangular_solve

    def where(self, condition: Any, other: Any) -> Self:
        """The elements of this tensor where the condition holds, else those of `other`."""
        return masks.where(condition, self, other)

    def polygamma(self, n: int) -> Self:
        """The n-th derivative of digamma at each element; see `special.polygamma`."""
        return special.polygamma(n, self)

    def view_as(self, other: Methods) -> Self:
        """The tensor as a view of the shape of `other`."""
        return shape.view(self, other.array.shape)

    def reshape_as(self, other: Methods) -> Self:
        """The tensor reshaped to the shape of `other`."""
        return shape.reshape(self, other.array.shape)

    def expand_as(self, other: Methods) -> Self:
        """The tensor expanded to the shape of `other`."""
        return shape.expand(self, other.array.shape)
