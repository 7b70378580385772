"""The operators and methods of a tensor: the functions in `ops`, one line each.

A function whose first parameter is an array is a method already.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from ..ops import arrange, count, index, math, piecewise, reduce, scan, shape, special, statistics
from ..ops import diagonal as diagonal_ops
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

    __add__ = math._add
    __radd__ = _reflected(math._add)
    __sub__ = math._sub
    __rsub__ = _reflected(math._sub)
    __mul__ = math.mul
    __rmul__ = _reflected(math.mul)
    __truediv__ = math._div
    __rtruediv__ = _reflected(math._div)
    __floordiv__ = piecewise.floor_divide
    __rfloordiv__ = _reflected(piecewise.floor_divide)
    __mod__ = math.remainder
    __rmod__ = _reflected(math.remainder)
    __pow__ = math.pow
    __rpow__ = _reflected(math.pow)
    __matmul__ = products.matmul
    __rmatmul__ = _reflected(products.matmul)
    __neg__ = math.neg
    __pos__ = math.positive
    __abs__ = math.abs
    __eq__ = _comparison(piecewise.eq)
    __ne__ = _comparison(piecewise.ne)
    __lt__ = _comparison(piecewise.lt)
    __le__ = _comparison(piecewise.le)
    __gt__ = _comparison(piecewise.gt)
    __ge__ = _comparison(piecewise.ge)
    __lshift__ = piecewise.bitwise_left_shift
    __rlshift__ = _reflected(piecewise.bitwise_left_shift)
    __rshift__ = piecewise.bitwise_right_shift
    __rrshift__ = _reflected(piecewise.bitwise_right_shift)
    __and__ = __rand__ = piecewise.bitwise_and
    __or__ = __ror__ = piecewise.bitwise_or
    __xor__ = __rxor__ = piecewise.bitwise_xor
    __invert__ = piecewise.bitwise_not
    __getitem__ = index.getitem

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return protocol.call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return protocol.call_function(function, args, kwargs)

    # ------------------------------------------------------------------------------------ methods

    allclose = piecewise.allclose
    bitwise_and = piecewise.bitwise_and
    bitwise_left_shift = piecewise.bitwise_left_shift
    bitwise_not = piecewise.bitwise_not
    bitwise_or = piecewise.bitwise_or
    bitwise_right_shift = piecewise.bitwise_right_shift
    bitwise_xor = piecewise.bitwise_xor
    ceil = piecewise.ceil
    clamp = piecewise.clamp
    clamp_max = piecewise.clamp_max
    clamp_min = piecewise.clamp_min
    clip = piecewise.clip
    copysign = piecewise.copysign
    eq = piecewise.eq
    equal = piecewise.equal
    fix = piecewise.fix
    floor = piecewise.floor
    floor_divide = piecewise.floor_divide
    fmax = piecewise.fmax
    fmin = piecewise.fmin
    frac = piecewise.frac
    gcd = piecewise.gcd
    ge = piecewise.ge
    greater = piecewise.greater
    greater_equal = piecewise.greater_equal
    gt = piecewise.gt
    heaviside = piecewise.heaviside
    isclose = piecewise.isclose
    isfinite = piecewise.isfinite
    isinf = piecewise.isinf
    isnan = piecewise.isnan
    isneginf = piecewise.isneginf
    isposinf = piecewise.isposinf
    isreal = piecewise.isreal
    lcm = piecewise.lcm
    le = piecewise.le
    less = piecewise.less
    less_equal = piecewise.less_equal
    logical_and = piecewise.logical_and
    logical_not = piecewise.logical_not
    logical_or = piecewise.logical_or
    logical_xor = piecewise.logical_xor
    lt = piecewise.lt
    masked_fill = piecewise.masked_fill
    maximum = piecewise.maximum
    minimum = piecewise.minimum
    nan_to_num = piecewise.nan_to_num
    ne = piecewise.ne
    nextafter = piecewise.nextafter
    not_equal = piecewise.not_equal
    round = piecewise.round
    sgn = piecewise.sgn
    sign = piecewise.sign
    signbit = piecewise.signbit
    trunc = piecewise.trunc

    abs = math.abs
    absolute = math.absolute
    acos = math.acos
    acosh = math.acosh
    add = math.add
    addcdiv = math.addcdiv
    addcmul = math.addcmul
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
    deg2rad = math.deg2rad
    div = math.div
    divide = math.divide
    exp = math.exp
    exp2 = math.exp2
    expm1 = math.expm1
    float_power = math.float_power
    fmod = math.fmod
    frexp = math.frexp
    hypot = math.hypot
    ldexp = math.ldexp
    lerp = math.lerp
    log = math.log
    log10 = math.log10
    log1p = math.log1p
    log2 = math.log2
    logaddexp = math.logaddexp
    logaddexp2 = math.logaddexp2
    mul = math.mul
    multiply = math.multiply
    neg = math.neg
    negative = math.negative
    positive = math.positive
    pow = math.pow
    rad2deg = math.rad2deg
    reciprocal = math.reciprocal
    relu = math.relu
    remainder = math.remainder
    rsqrt = math.rsqrt
    sigmoid = math.sigmoid
    sin = math.sin
    sinc = math.sinc
    sinh = math.sinh
    sqrt = math.sqrt
    square = math.square
    sub = math.sub
    subtract = math.subtract
    tan = math.tan
    tanh = math.tanh
    true_divide = math.true_divide

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

    argwhere = index.argwhere
    gather = index.gather
    index_select = index.index_select
    masked_select = index.masked_select
    narrow = index.narrow
    nonzero = index.nonzero
    select = index.select
    take = index.take
    take_along_dim = index.take_along_dim

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
    dsplit = arrange.dsplit
    fliplr = arrange.fliplr
    flipud = arrange.flipud
    hsplit = arrange.hsplit
    kron = arrange.kron
    repeat = arrange.repeat
    repeat_interleave = arrange.repeat_interleave
    roll = arrange.roll
    rot90 = arrange.rot90
    tensor_split = arrange.tensor_split
    tile = arrange.tile
    unflatten = arrange.unflatten
    unfold = arrange.unfold
    vsplit = arrange.vsplit

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
        return index.where(condition, self, other)

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
