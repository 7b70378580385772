"""Wrong shapes, dims, dtypes, indices and settings: each error names the operator and the offending values."""

import functools
import re

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.nn import functional as F

from .messages import each, exactly

X = ag.ones(3, 4)
V = ag.arange(3.0)
FIVE = ag.ones(5)
CUBE = ag.ones(1, 2, 3)
EMPTY = ag.ones(0, 3)
SCALAR = ag.tensor(1.0)
WHOLE = ag.tensor([1, 2])
AT = ag.tensor([0, 5])
AT_2D = ag.tensor([[0, 9], [1, 1]])
IN_2D = ag.zeros(2, 2, dtype=ag.int64)
DOUBLES = ag.ones(3, 4, dtype=ag.float64)

ELEMENTWISE = {
    RuntimeError: {
        "add_: the result has shape (3, 4), which does not fit in place of (4,)": lambda: ag.ones(4).add_(X),
        "add_: a result of dtype float32 cannot be stored in int64": lambda: WHOLE.clone().add_(0.5),
    },
    TypeError: {
        "add: expected a tensor, an array or a number, got str (called with float32[3, 4], 'a')": lambda: ag.add(
            X, "a"
        ),
        "exp: expected a tensor, an array or a number, got str (called with 'a')": lambda: ag.exp("a"),
        "sigmoid: expected a tensor, an array or a number, got list (called with [1.0])": lambda: ag.sigmoid([1.0]),
        "add: alpha=0.5 must be an integer for operands whose common dtype is int64": lambda: ag.add(
            WHOLE, 1, alpha=0.5
        ),
        (
            "masked_fill: the mask must hold booleans, not float32 (called with float32[3, 4], float32[3, 4], 1.0)"
        ): lambda: X.masked_fill(X, 1.0),
        "bitwise_left_shift: ... (called with float32[3, 4], 1)": lambda: X << 1,
        "bitwise_and: ... (called with float32[3, 4], 1)": lambda: X & 1,
        "gcd: ... (called with float32[3, 4], 2)": lambda: ag.gcd(X, 2),
    },
    ValueError: {
        "add: ...(3,4) (5,)  (called with float32[3, 4], float32[5])": lambda: X + FIVE,
        "div: rounding_mode must be None, 'floor' or 'trunc', not 'up'": lambda: ag.div(X, X, rounding_mode="up"),
        "atan2: ...(3,4) (5,)  (called with float32[3, 4], float32[5])": lambda: ag.atan2(X, FIVE),
        "lerp: ...(5,) (3,4)  (called with float32[3, 4], float32[5], 0.5)": lambda: ag.lerp(X, FIVE, 0.5),
        "maximum: ...(3,4) (5,)  (called with float32[3, 4], float32[5])": lambda: ag.maximum(X, FIVE),
        "where: ...(3,4) (5,)  (called with bool[3, 4], float32[3, 4], float32[5])": lambda: ag.where(
            X > 0, X, FIVE
        ),
        "clamp: at least one of min and max must be given (called with float32[3, 4], None, None)": lambda: (
            ag.clamp(X)
        ),
        "masked_fill: ...(3,4) (5,)  (called with float32[3, 4], bool[5], 1.0)": lambda: X.masked_fill(
            FIVE > 0, 1.0
        ),
        (
            "masked_fill: the value must be a number or 0-d, not of shape (3,) (called with float32[3, 4], "
            "bool[3, 4], float32[3])"
        ): lambda: X.masked_fill(X > 0, V),
    },
}

REDUCTIONS = {
    IndexError: {
        "sum: dim 2 is out of range for a tensor of 2 dimensions": lambda: X.sum(2),
        "prod: dim 3 is out of range for a tensor of 2 dimensions": lambda: X.prod(3),
        "max: dim 5 is out of range for a tensor of 2 dimensions": lambda: X.max(5),
        "max: dim 0 of shape (0, 3) has no element to choose": lambda: EMPTY.max(0),
        "min: dim -3 is out of range for a tensor of 2 dimensions": lambda: X.min(-3),
        "aminmax: dim 3 is out of range for a tensor of 2 dimensions": lambda: ag.aminmax(X, dim=3),
        "all: dim 2 is out of range for a tensor of 2 dimensions": lambda: X.all(2),
        "count_nonzero: dim 3 is out of range for a tensor of 2 dimensions": lambda: X.count_nonzero(3),
        "softmax: dim 2 is out of range for a tensor of 2 dimensions": lambda: ag.softmax(X, 2),
        "logsumexp: dim -3 is out of range for a tensor of 2 dimensions": lambda: ag.logsumexp(X, -3),
        "var: dim 4 is out of range for a tensor of 2 dimensions": lambda: X.var(4),
    },
    TypeError: {
        "mean: needs a floating dtype, not int64; write mean(x, dtype=float32)": lambda: WHOLE.mean(),
        "nanmean: needs a floating dtype, not int64; write nanmean(x, dtype=float32)": lambda: ag.nanmean(WHOLE),
    },
    ValueError: {
        "sum: a dimension appears twice in (0, -2)": lambda: X.sum((0, -2)),
        "amax: ... (called with float32[0])": lambda: ag.ones(0).amax(),
        "argmax: ... (called with float32[0, 3])": lambda: EMPTY.argmax(0),
        "norm: p is a number, 'fro' or 'nuc', not 'two'": lambda: ag.norm(X, "two"),
        "dist: shapes (3, 4), (5,) do not broadcast": lambda: ag.dist(X, FIVE),
        "cdist: shapes (3, 4) and (3,) are not (..., n, m) and (..., k, m)": lambda: ag.cdist(X, V),
        "renorm: needs at least 2 dimensions, got 1": lambda: ag.renorm(V, 2, 0, 1.0),
        "renorm: p must be positive and maxnorm not negative, got -1 and 1.0": lambda: ag.renorm(X, -1, 0, 1.0),
        "cov: at most two dimensions, got shape (1, 2, 3)": lambda: ag.cov(CUBE),
        "cov: fweights of shape (2,) for 4 observations": lambda: ag.cov(X, fweights=WHOLE),
        "trace: expected a matrix, got shape (3,)": lambda: ag.trace(V),
    },
}

SHAPES = {
    IndexError: {
        "transpose: dim 2 is out of range for a tensor of 2 dimensions": lambda: X.transpose(0, 2),
        "squeeze: dim 3 is out of range for a tensor of 2 dimensions": lambda: X.squeeze(3),
        "unsqueeze: a tensor of 2 dimensions has no place 4 for a new one": lambda: X.unsqueeze(4),
        "cat: dim 2 is out of range for a tensor of 2 dimensions": lambda: ag.cat([X, X], 2),
        "size: dim 3 is out of range for a tensor of 2 dimensions": lambda: X.size(3),
        "stride: dim 3 is out of range for a tensor of 2 dimensions": lambda: X.stride(3),
    },
    ValueError: {
        "reshape: a size cannot be negative, but for one -1, got (-3, 4)": lambda: X.reshape(-3, 4),
        "view: a size cannot be negative, but for one -1, got (3, -2)": lambda: X.view(3, -2),
        "reshape: ... (5,) (called with float32[3, 4])": lambda: X.reshape(5),
        "trapezoid: 4 samples along dim 1 but coordinates of shape ()": lambda: ag.trapezoid(X, SCALAR),
        "cumulative_trapezoid: 1 samples along dim 0 but coordinates of shape (3, 4)": (
            lambda: ag.cumulative_trapezoid(CUBE, X, dim=0)
        ),
        "view: strides do not allow shape (6, 2) without a copy; use reshape() (called with float32[4, 3])": (
            lambda: X.t().view(6, 2)
        ),
        "expand: shape (3, 4) cannot be expanded to (2, 4) (called with float32[3, 4])": lambda: X.expand(2, 4),
        "sum_to_size: cannot sum shape (3, 4) to (2, 4) (called with float32[3, 4])": lambda: X.sum_to_size(2, 4),
        "permute: (0, 0) is not a permutation of the 2 dimensions": lambda: X.permute(0, 0),
        "t: expected at most 2 dimensions, got shape (1, 2, 3); use transpose() or mT": lambda: CUBE.t(),
        "movedim: 2 dimensions to 1 places": lambda: ag.movedim(X, (0, 1), (0,)),
        "flatten: start_dim 2 comes after end_dim 1": lambda: CUBE.flatten(2, 1),
        "flip: a dimension appears twice in (0, 0)": lambda: X.flip(0, 0),
        "cat: shapes (3, 4), (2, 5) do not fit together along dim 0": lambda: ag.cat([X, ag.ones(2, 5)]),
        "cat: expected at least one tensor": lambda: ag.cat([]),
        "stack: shapes (3, 4), (3,) are not equal": lambda: ag.stack([X, V]),
        "split: sizes (1, 1) do not add up to 3, the size of dim 0": lambda: X.split([1, 1]),
        "chunk: the number of chunks must be positive, not 0": lambda: X.chunk(0),
        "unbind: a 0-d tensor has no dimension to unbind": lambda: SCALAR.unbind(),
        "repeat: (2,) repetitions for a tensor of 2 dimensions": lambda: X.repeat(2),
        "tile: repetitions cannot be negative, got (-1,)": lambda: X.tile(-1),
        "repeat_interleave: 3 slices cannot be repeated [1, 2] times": lambda: X.repeat_interleave(WHOLE, 0),
        "repeat_interleave: expected repetitions of 1 dimension, got shape (2, 2)": lambda: ag.repeat_interleave(
            AT_2D
        ),
        "unflatten: sizes (2, 2) do not multiply to 3, the size of dim 0": lambda: X.unflatten(0, (2, 2)),
        "hstack: shapes (3, 4), (2, 2) do not fit together along dim 1": lambda: ag.hstack([X, IN_2D]),
        "vstack: shapes (3, 4), (2, 2) do not fit together along dim 0": lambda: ag.vstack([X, IN_2D]),
        "dstack: shapes (3, 4, 1), (1, 3, 1) do not fit together along dim 2": lambda: ag.dstack([X, V]),
        "column_stack: shapes (3, 4), (2, 1) do not fit together along dim 1": lambda: ag.column_stack([X, WHOLE]),
        "block_diag: takes matrices, got shapes [(1, 2, 3)]": lambda: ag.block_diag(CUBE),
        "tensor_split: 3, the size of dim 0, cannot be split into 0 sections": lambda: X.tensor_split(0),
        "hsplit: 4, the size of dim 1, cannot be split into 3 sections": lambda: X.hsplit(3),
        "vsplit: needs at least 2 dimensions, got shape (3,)": lambda: V.vsplit(3),
        "dsplit: needs at least 3 dimensions, got shape (3, 4)": lambda: X.dsplit(2),
        "fliplr: needs at least 2 dimensions, got shape (3,)": lambda: V.fliplr(),
        "roll: 2 shifts for 1 dimensions": lambda: X.roll((1, 2), 0),
        "rot90: a dimension appears twice in (0, 0)": lambda: X.rot90(1, (0, 0)),
        "meshgrid: takes vectors, got shapes [(3, 4), (3,)]": lambda: ag.meshgrid(X, V),
        "cartesian_prod: takes vectors, got shapes [(3, 4), (3,)]": lambda: ag.cartesian_prod(X, V),
        "combinations: takes a vector and r >= 0, got shape (3, 4) and r = 2": lambda: ag.combinations(X),
        "broadcast_tensors: shapes (3, 4), (5,) do not broadcast": lambda: ag.broadcast_tensors(X, FIVE),
        "broadcast_shapes: shapes (3, 4), (5,) do not broadcast": lambda: ag.broadcast_shapes((3, 4), 5),
        "unfold: windows of 5, 1 apart, in dim 0 of shape (3,)": lambda: V.unfold(0, 5, 1),
        "diagonal: needs two different dimensions, got 1 and 1 of 2": lambda: X.diagonal(0, 1, 1),
        "diag: takes a vector or a matrix, got shape (1, 2, 3)": lambda: ag.diag(CUBE),
        "diagonal_scatter: src has shape (4,), the diagonal (3,)": lambda: X.diagonal_scatter(ag.ones(4)),
        "tril: needs at least 2 dimensions, got shape (3,)": lambda: V.tril(),
        "zeros: a size cannot be negative, got (2, -1)": lambda: ag.zeros(2, -1),
        "randn: a size cannot be negative, got (-1,)": lambda: ag.randn(-1),
        "eye: a size cannot be negative, got (-1, -1)": lambda: ag.eye(-1),
        "linspace: a size cannot be negative, got (-2,)": lambda: ag.linspace(0, 1, -2),
        "arange: no step of -1 leads from 0 to 5": lambda: ag.arange(0, 5, -1),
    },
}

INDICES = {
    IndexError: {
        "getitem: index 5 ... (called with float32[3, 4])": lambda: X[5],
        "getitem: too many indices ... (called with float32[3, 4])": lambda: X[0, 0, 0],
        "getitem: an index must hold integers or booleans, not float32": lambda: X[V],
        "getitem: boolean index ... (called with float32[3, 4])": lambda: X[FIVE > 0],
        "setitem: index 7 ... (called with float32[3, 4], 1.0)": lambda: ag.setitem(X, 7, 1.0),
        "setitem: index 5 ... (in a tensor float32[3, 4], the value of shape ())": lambda: X.__setitem__(5, 1.0),
        "gather: indices must lie in [0, 3) along dim 0, not in [0, 9]": lambda: X.gather(0, AT_2D),
        "gather: indices must lie in [0, 3) along dim 0, not in [-9, 0]": lambda: X.gather(0, -AT_2D),
        "gather: dim 2 is out of range for a tensor of 2 dimensions": lambda: X.gather(2, AT_2D),
        "gather: index shape (2, 2) exceeds (3, 1) in dim 1": lambda: ag.ones(3, 1).gather(0, IN_2D),
        "take_along_dim: indices must lie in [-4, 4) along dim 1, not in [0, 9]": lambda: ag.take_along_dim(
            X, AT_2D, 1
        ),
        "index_select: indices must lie in [-3, 3) along dim 0, not in [0, 5]": lambda: X.index_select(0, AT),
        "take: indices must lie in [-12, 12) of the flattened tensor, not in [-13, -13]": lambda: X.take(
            ag.tensor([-13])
        ),
        "select: index 7 is out of range in dim 0 of shape (3, 4)": lambda: X.select(0, 7),
        "narrow: start 2, length 5 reach outside dim 0 of shape (3, 4)": lambda: X.narrow(0, 2, 5),
        "scatter: indices must lie in [0, 3) along dim 0, not in [0, 9]": lambda: X.scatter(0, AT_2D, 1.0),
        "index_add: indices must lie in [-3, 3) along dim 0, not in [0, 5]": lambda: X.index_add(
            0, AT, ag.ones(2, 4)
        ),
        "put: indices must lie in [-12, 12) of the flattened tensor, not in [99, 99]": lambda: X.put(
            ag.tensor([99]), ag.ones(1)
        ),
    },
    TypeError: {
        "gather: the index must hold integers, not float32": lambda: X.gather(0, X),
        "masked_select: the mask must hold booleans, not float32": lambda: X.masked_select(X),
        "one_hot: the index must hold integers, not float32": lambda: ag.one_hot(V),
        "scatter: the source has dtype float64, the tensor float32; convert one of them": lambda: X.scatter(
            0, IN_2D, DOUBLES
        ),
        "scatter: give either src or value": lambda: X.scatter(0, IN_2D),
        "scatter_add: the source has dtype float64, the tensor float32; convert one of them": lambda: X.scatter_add(
            0, IN_2D, DOUBLES
        ),
        "scatter_reduce: the source has dtype float64, the tensor float32; convert one of them": lambda: (
            X.scatter_reduce(0, IN_2D, DOUBLES, "sum")
        ),
        "index_add: the source has dtype float64, the tensor float32; convert one of them": lambda: X.index_add(
            0, WHOLE, DOUBLES[:2]
        ),
        "masked_scatter: the mask must hold booleans, not float32": lambda: X.masked_scatter(X, X),
        "where: give both x and y, or neither": lambda: ag.where(X > 0, X),
    },
    ValueError: {
        "setitem: ... (in a tensor float32[3, 4], the value of shape (5,))": lambda: X.__setitem__(0, FIVE),
        "gather: the index has 1 dimensions, the tensor 2": lambda: X.gather(0, AT),
        "take_along_dim: the index has 1 dimensions, the tensor 2": lambda: ag.take_along_dim(X, AT, 1),
        "take_along_dim: shapes (3, 1), (2, 1) do not broadcast": lambda: ag.take_along_dim(X, IN_2D, 1),
        "index_select: the index must have at most 1 dimension, not 2": lambda: X.index_select(0, AT_2D),
        "masked_select: shapes (3, 4), (5,) do not broadcast": lambda: X.masked_select(FIVE > 0),
        "one_hot: class numbers in [0, 5] for num_classes=3": lambda: ag.one_hot(AT, 3),
        "one_hot: give num_classes, an empty tensor of shape (0, 2) has no largest class": lambda: ag.one_hot(
            IN_2D[:0]
        ),
        "scatter: src of shape (1, 1) is smaller than the index of shape (2, 2)": lambda: X.scatter(
            0, IN_2D, ag.ones(1, 1)
        ),
        "scatter: reduce is 'add' or 'multiply', not 'max'": lambda: X.scatter(0, IN_2D, 1.0, reduce="max"),
        "scatter_reduce: reduce is one of sum, prod, mean, amax, amin, not 'max'": lambda: X.scatter_reduce(
            0, IN_2D, X, "max"
        ),
        "index_add: the source has shape (3, 4), expected (2, 4)": lambda: X.index_add(0, WHOLE, X),
        "index_copy: the source has shape (3, 4), expected (2, 4)": lambda: X.index_copy(0, WHOLE, X),
        "index_fill: the value must be a number or 0-d, not of shape (3,)": lambda: X.index_fill(0, WHOLE, V),
        "setitem: ... (called with float32[3, 4], float32[3])": lambda: X.index_put((WHOLE,), V),
        "index_reduce: reduce is one of prod, mean, amax, amin, not 'sum'": lambda: X.index_reduce(0, AT, X, "sum"),
        "put: 2 indices for a source of 3 elements": lambda: X.put(WHOLE, V),
        "masked_scatter: 12 elements to replace by 3 of the source": lambda: X.masked_scatter(X > 0, V),
        "select_scatter: src has shape (3,), expected (4,)": lambda: X.select_scatter(V, 0, 0),
        "slice_scatter: src has shape (3,), expected (3, 4)": lambda: X.slice_scatter(V),
    },
}

ORDER = {
    IndexError: {
        "sort: dim 2 is out of range for a tensor of 2 dimensions": lambda: X.sort(2),
        "argsort: dim -3 is out of range for a tensor of 2 dimensions": lambda: X.argsort(-3),
        "median: dim 0 of shape (0, 3) has no element to choose": lambda: EMPTY.median(0),
        "mode: dim 2 is out of range for a tensor of 2 dimensions": lambda: X.mode(2),
        "unique: dim 3 is out of range for a tensor of 2 dimensions": lambda: X.unique(dim=3),
        "cumsum: dim 2 is out of range for a tensor of 2 dimensions": lambda: X.cumsum(2),
        "cumprod: dim 2 is out of range for a tensor of 2 dimensions": lambda: X.cumprod(2),
        "cummax: dim 2 is out of range for a tensor of 2 dimensions": lambda: X.cummax(2),
        "logcumsumexp: dim 2 is out of range for a tensor of 2 dimensions": lambda: X.logcumsumexp(2),
    },
    TypeError: {
        "quantile: needs a floating dtype, not int64": lambda: WHOLE.quantile(0.5),
    },
    ValueError: {
        "topk: k is 9, but dim 1 has 4 elements": lambda: X.topk(9),
        "kthvalue: k is 0, but dim 1 has 4 elements, counted from 1": lambda: X.kthvalue(0),
        "quantile: q must lie in [0, 1], got 2.0": lambda: X.quantile(2.0),
        "quantile: interpolation is one of linear, lower, higher, midpoint, nearest, not 'no'": lambda: X.quantile(
            0.5, interpolation="no"
        ),
        "searchsorted: a sequence of shape (3, 4) does not fit values of shape (3,)": lambda: ag.searchsorted(X, V),
        'searchsorted: side is "left" or "right", not \'up\'': lambda: ag.searchsorted(V, V, side="up"),
        "bucketize: boundaries must be 1-D, not of shape (3, 4)": lambda: ag.bucketize(V, X),
        "histc: expected bins >= 1 and min <= max, got 0 bins in [2, 1]": lambda: ag.histc(V, 0, 2, 1),
        "bincount: expected one dimension of integers that are not negative, got float32[3]": lambda: ag.bincount(
            V
        ),
        "bincount: weights of shape (3,) for 2 integers": lambda: ag.bincount(WHOLE, V),
        "diff: a 0-d tensor has no neighbours": lambda: SCALAR.diff(),
        "diff: n must not be negative, got -1": lambda: X.diff(-1),
        "diff: prepend of shape (3,) does not fit (3, 4)": lambda: X.diff(prepend=V),
        "diff: shapes (3, 4), (2, 1) do not fit together along dim 1": lambda: X.diff(append=ag.ones(2, 1)),
        "gradient: dim 0 has 1 samples, edge_order 1 needs 2": lambda: ag.gradient(V[:1]),
        "gradient: 1 spacings for 2 dimensions": lambda: ag.gradient(X, spacing=[1.0]),
        "trapezoid: 4 samples along dim 1 but coordinates of shape (1, 3)": lambda: ag.trapezoid(X, V),
        "trapezoid: 4 samples along dim 1 but coordinates of shape ()": lambda: ag.trapezoid(X, SCALAR),
        "cumulative_trapezoid: 1 samples along dim 0 but coordinates of shape (3, 4)": (
            lambda: ag.cumulative_trapezoid(CUBE, X, dim=0)
        ),
        "cumulative_trapezoid: a 0-d tensor has no samples": lambda: ag.cumulative_trapezoid(SCALAR),
    },
}

LINEAR = ag.nn.Linear(4, 2)


class Bare(ag.optim.Optimizer):
    """Defines nothing."""


NETWORKS = {
    TypeError: {
        "Linear(in_features=4, out_features=2, bias=True) takes a tensor or an array, not a list": lambda: LINEAR(
            [1.0] * 4
        ),
        "Linear(in_features=4, out_features=2, bias=True) takes a tensor or an array, not a NoneType": lambda: (
            LINEAR(None)
        ),
        (
            "linear: the input has dtype int64 and the weight float32; convert one of them (called with "
            "int64[1, 4], float32[2, 4], float32[2])"
        ): lambda: LINEAR(ag.ones(1, 4, dtype=ag.long)),
        (
            "cross_entropy: targets of shape (3,) for an input of shape (3, 4) are class indices and must "
            "be integers, not float32; convert them with long()"
        ): lambda: F.cross_entropy(X, V),
        "cross_entropy: the input must be of a floating dtype, not int64; convert it with float()": lambda: (
            F.cross_entropy(X.long(), V.long())
        ),
        "nll_loss: the input must be of a floating dtype, not int64; convert it with float()": lambda: F.nll_loss(
            X.long(), V.long()
        ),
        "an optimizer takes an iterable of tensors, such as model.parameters(), not a Linear": lambda: (
            ag.optim.Adam(LINEAR)
        ),
    },
    ValueError: {
        (
            "Linear(in_features=4, out_features=2, bias=True) takes inputs whose last dimension is 4, got "
            "shape (3,)"
        ): lambda: LINEAR(V),
        "cosine_similarity: shapes (3, 4) and (3,) do not broadcast": lambda: ag.cosine_similarity(X, V),
    },
}


MORE_SHAPES = {
    ValueError: {
        "flipud: needs at least 1 dimension": lambda: SCALAR.flipud(),
        "rot90: takes 2 dimensions, not (0, 1, 0)": lambda: X.rot90(1, (0, 1, 0)),
        "adjoint: needs at least 2 dimensions, got shape (3,)": lambda: V.adjoint(),
        "diag_embed: needs at least 1 dimension": lambda: ag.diag_embed(SCALAR),
        "meshgrid: indexing must be 'ij' or 'xy', not 'yx'": lambda: ag.meshgrid(V, V, indexing="yx"),
        "tensor_split: a 0-d tensor has no dimension to split": lambda: SCALAR.tensor_split(2),
        "quantile: q is a number or has one dimension, not shape (2, 2)": lambda: X.quantile(ag.zeros(2, 2)),
        "nanquantile: q is a number or has one dimension, not shape (2, 2)": lambda: ag.nanquantile(
            X, ag.zeros(2, 2)
        ),
        "multi_dot: expected two or more matrices (first and last may be vectors), got (3, 4)": lambda: (
            ag.linalg.multi_dot([X])
        ),
        (
            "multi_dot: expected two or more matrices (first and last may be vectors), got (3, 4), (1, 2, 3), (3,)"
        ): lambda: ag.linalg.multi_dot([X, CUBE, V]),
    },
    TypeError: {
        "cat: takes tensors, element 1 is of class int; use tensor(...)": lambda: ag.cat([V, 3]),
        "hstack: takes tensors, element 1 is of class NoneType; use tensor(...)": lambda: ag.hstack([V, None]),
    },
}

NUMPY = {
    TypeError: {
        "np.unique with return_index is not recorded on tensors; pass x.detach().numpy()": lambda: np.unique(
            ag.rand(3, requires_grad=True), return_index=True
        ),
        "np.pad with mode 'wrap' or several constants is not recorded on tensors; use F.pad": lambda: np.pad(
            ag.rand(3, requires_grad=True), 1, "wrap"
        ),
        "np.pad with mode 'constant' or several constants is not recorded on tensors; use F.pad": lambda: np.pad(
            ag.rand(3, requires_grad=True), 1, constant_values=(1, 2)
        ),
        "np.gradient takes no spacing, one, or one for each of 2 dimensions, not 3": lambda: np.gradient(
            ag.ones(3, 4, requires_grad=True), 1.0, 2.0, 3.0
        ),
    },
    ValueError: {
        "average: weights of shape (3,) for (3, 4) and axis 1": lambda: np.average(X, axis=1, weights=V),
        "average: weights of shape (5,) for (3, 4) and axis (0, 1)": lambda: np.average(
            X, axis=(0, 1), weights=FIVE
        ),
        "convolve: takes two vectors with elements, got (3, 4) and (3,)": lambda: np.convolve(X, V),
        "convolve: takes two vectors with elements, got (3,) and (0,)": lambda: np.convolve(V, V[:0]),
        "convolve: mode is full, same or valid, not 'all'": lambda: np.convolve(V, FIVE, "all"),
    },
}

CREATION = {
    OverflowError: {"tensor: ...": lambda: ag.tensor([1e300], dtype=ag.int32)},
    ValueError: {
        (
            "tensor: 9223372036854775808 does not fit in int64; give a dtype that is wide enough, such as "
            "dtype=float64"
        ): lambda: ag.tensor([2**63]),
        "tensor: cannot convert float NaN to integer": lambda: ag.tensor(float("nan"), dtype=ag.int64),
    },
}

MORE_NETWORKS = {
    NotImplementedError: {
        "Bare does not define _slots()": lambda: Bare([ag.ones(1, requires_grad=True)], {}).step(),
    },
    TypeError: {
        "nll_loss: class targets must hold integers, not float32": lambda: F.nll_loss(X, V),
        "multi_margin_loss: class targets must hold integers, not float32": lambda: F.multi_margin_loss(X, V),
        "unflattened_size must be a tuple of integers, not 3": lambda: ag.nn.Unflatten(1, 3),
        "unflattened_size must be a tuple of integers, not (2, 1.5)": lambda: ag.nn.Unflatten(1, (2, 1.5)),
    },
    ValueError: {
        "cross_entropy: expected an input of at least one dimension, got a 0-d tensor": lambda: F.cross_entropy(
            SCALAR, ag.tensor(0)
        ),
        "celu: alpha divides x and must not be 0": lambda: F.celu(X, 0),
        "rrelu: lower 0.5 exceeds upper 0.25": lambda: F.rrelu(X, 0.5, 0.25),
        "hardtanh: min_val 2.0 exceeds max_val 1.0": lambda: F.hardtanh(X, 2.0, 1.0),
        "softshrink: lambd must not be negative, got -0.5": lambda: F.softshrink(X, -0.5),
        "gelu: approximate must be 'none' or 'tanh', not 'exact'": lambda: F.gelu(X, "exact"),
        "glu: the size of dim 1 must be a multiple of 2, in shape (5, 3)": lambda: F.glu(ag.ones(5, 3)),
        "maxout: the size of dim 1 must be a multiple of 3, in shape (3, 4)": lambda: F.maxout(X, 3),
        "group_norm: 6 channels do not divide into 4 groups": lambda: F.group_norm(ag.ones(2, 6, 3), 4),
        "group_norm: 6 channels do not divide into 0 groups": lambda: F.group_norm(ag.ones(2, 6, 3), 0),
        "in1_features must be positive, not 0": lambda: ag.nn.Bilinear(0, 2, 3),
        "the truth value of a tensor of shape (3, 4) is ambiguous; use any() or all()": lambda: X.is_nonzero(),
    },
}

PICTURE = ag.ones(1, 1, 4, 4)
LEAST_COMMON = {
    AttributeError: {
        "module 'autograd_engine.autograd' has no attribute 'gradchek': the nearest name is gradcheck": (
            lambda: ag.autograd.gradchek
        ),
    },
    RuntimeError: {
        (
            "the state does not fit this Linear; nothing was loaded\n  weight: the state holds a str that is no "
            "array of real numbers"
        ): lambda: ag.nn.Linear(1, 1).load_state_dict({"weight": "one", "bias": ag.ones(1)}),
    },
    TypeError: {
        f"{name}: LAPACK does not compute in float16; convert with .float() first": functools.partial(
            getattr(ag.linalg, name), ag.eye(2).half(), *([ag.eye(2).half()] if name in ("solve", "lstsq") else [])
        )
        for name in [
            "inv",
            "det",
            "slogdet",
            "cholesky",
            "eigh",
            "eigvalsh",
            "svd",
            "svdvals",
            "qr",
            "pinv",
            "matrix_rank",
            "solve",
            "lstsq",
            "lu",
        ]
    },
    ValueError: {
        "repeat_interleave: output_size 4, but the repeats add up to 3": lambda: ag.repeat_interleave(
            FIVE[:2], WHOLE, output_size=4
        ),
        "histc: from -inf to 1.0 there are no equal parts; give min and max (called with float32[2])": lambda: (
            ag.histc(ag.tensor([1.0, -np.inf]), 3)
        ),
        (
            "bilinear: expected inputs (..., in1) and (..., in2) with the same leading dimensions and a weight "
            "(out, in1, in2), got (3, 4), (3,), (1, 2, 3)"
        ): lambda: F.bilinear(X, V, CUBE),
        "prelu: weight of shape (5,) for an input of shape (3, 4); expected one number, or (4,) for its channels": (
            lambda: F.prelu(X, FIVE)
        ),
        "adaptive_avg_pool2d: the input of shape (1, 0, 3) has no elements to take means of": lambda: (
            F.adaptive_avg_pool2d(EMPTY[None], 2)
        ),
        "adaptive_max_pool2d: the input of shape (1, 0, 3) has no elements to choose from": lambda: (
            F.adaptive_max_pool2d(EMPTY[None], 2)
        ),
        "fractional_max_pool2d: expected samples of shape (1, 1, 2), got (1, 2, 3)": lambda: (
            F.fractional_max_pool2d(PICTURE, 2, 2, _random_samples=CUBE)
        ),
        "fractional_max_pool2d: output_ratio must lie between 0 and 1, not 1.5": lambda: F.fractional_max_pool2d(
            PICTURE, 2, output_ratio=1.5
        ),
        "fractional_max_pool2d: output_ratio must lie between 0 and 1, not (0.5, 0.5, 0.5)": lambda: (
            F.fractional_max_pool2d(PICTURE, 2, output_ratio=(0.5, 0.5, 0.5))
        ),
        "conv2d: the kernel of a weight of shape (3, 1, 0, 3) has no elements": lambda: F.conv2d(
            PICTURE, ag.ones(3, 1, 0, 3)
        ),
        "max_pool2d: expected an input (N, C, ...) of 4 dimensions, or one sample of 3, got shape (3, 4)": lambda: (
            F.max_pool2d(X, 2)
        ),
        "grid_sample: padding_mode must be zeros, border or reflection, not 'wrap'": lambda: F.grid_sample(
            PICTURE, ag.ones(1, 1, 1, 2), padding_mode="wrap"
        ),
        "grid_sample: an input of shape (1, 1, 0, 4) has no elements to read": lambda: F.grid_sample(
            PICTURE[:, :, :0], ag.ones(1, 1, 1, 2)
        ),
        "max_unpool1d: output_size must be less than the stride (2,) away from (4,), not (9,)": lambda: (
            F.max_unpool1d(CUBE[:, :1, :2], ag.zeros(1, 1, 2, dtype=ag.int64), 2, output_size=(9,))
        ),
        "set_num_threads: expected a positive whole number, not 0": lambda: ag.set_num_threads(0),
        "set_num_threads: expected a positive whole number, not 1.5": lambda: ag.set_num_threads(1.5),
    },
}


@each(
    LEAST_COMMON,
    ELEMENTWISE,
    REDUCTIONS,
    SHAPES,
    MORE_SHAPES,
    INDICES,
    ORDER,
    NETWORKS,
    MORE_NETWORKS,
    NUMPY,
    CREATION,
)
def test_an_error_names_the_operator_and_the_offending_values(kind, text, call):
    with pytest.raises(kind, match=exactly(text)) as caught:
        call()
    assert not re.search(r"\b(array|ndarray|dtype)\(", str(caught.value))


def test_the_same_errors_while_recording():
    x = ag.ones(3, 4, requires_grad=True)
    y = x * 2
    with pytest.raises(IndexError, match=r"setitem: index 5 is out of bounds .* \(called with float32\[3, 4\]\)"):
        y[5] = 1.0
    with pytest.raises(ValueError, match="expand: shape"):
        y.expand(2, 4)
    np.testing.assert_array_equal(x.detach().numpy(), 1)
