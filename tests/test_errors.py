"""Wrong shapes, dims, dtypes, indices and settings: each error names the operator and the offending values."""

import re

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.nn import functional as F

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
    "add shapes": (lambda: X + FIVE, ValueError, "add", "[3, 4]", "[5]"),
    "add text": (lambda: ag.add(X, "a"), TypeError, "add", "str"),
    "add alpha": (lambda: ag.add(WHOLE, 1, alpha=0.5), TypeError, "add", "0.5", "int64"),
    "div": (lambda: ag.div(X, X, rounding_mode="up"), ValueError, "div", "'up'"),
    "atan2": (lambda: ag.atan2(X, FIVE), ValueError, "atan2", "[3, 4]", "[5]"),
    "lerp": (lambda: ag.lerp(X, FIVE, 0.5), ValueError, "lerp", "[3, 4]", "[5]"),
    "maximum": (lambda: ag.maximum(X, FIVE), ValueError, "maximum", "[3, 4]", "[5]"),
    "where": (lambda: ag.where(X > 0, X, FIVE), ValueError, "where", "[3, 4]", "[5]"),
    "clamp": (lambda: ag.clamp(X), ValueError, "clamp", "min", "max"),
    "masked_fill": (lambda: X.masked_fill(FIVE > 0, 1.0), ValueError, "masked_fill", "bool[5]"),
    "masked_fill mask": (lambda: X.masked_fill(X, 1.0), TypeError, "masked_fill", "float32"),
    "masked_fill value": (lambda: X.masked_fill(X > 0, V), ValueError, "masked_fill", "(3,)"),
    "bitwise_left_shift": (lambda: X << 1, TypeError, "bitwise_left_shift", "float32"),
    "bitwise_and": (lambda: X & 1, TypeError, "bitwise_and", "float32"),
    "gcd": (lambda: ag.gcd(X, 2), TypeError, "gcd", "float32"),
    "add_": (lambda: ag.ones(4).add_(X), RuntimeError, "add_", "(3, 4)", "(4,)"),
    "add_ dtype": (lambda: WHOLE.clone().add_(0.5), RuntimeError, "add_", "float32", "int64"),
}

REDUCTIONS = {
    "sum": (lambda: X.sum(2), IndexError, "sum", "dim 2", "2 dimensions"),
    "sum twice": (lambda: X.sum((0, -2)), ValueError, "sum", "(0, -2)"),
    "mean": (lambda: WHOLE.mean(), TypeError, "mean", "int64"),
    "nanmean": (lambda: ag.nanmean(WHOLE), TypeError, "nanmean", "int64"),
    "prod": (lambda: X.prod(3), IndexError, "prod", "dim 3"),
    "max": (lambda: X.max(5), IndexError, "max", "dim 5"),
    "max empty": (lambda: EMPTY.max(0), IndexError, "max", "dim 0", "(0, 3)"),
    "min": (lambda: X.min(-3), IndexError, "min", "dim -3"),
    "amax": (lambda: ag.ones(0).amax(), ValueError, "amax", "[0]"),
    "argmax": (lambda: EMPTY.argmax(0), ValueError, "argmax", "[0, 3]"),
    "aminmax": (lambda: ag.aminmax(X, dim=3), IndexError, "aminmax", "dim 3"),
    "all": (lambda: X.all(2), IndexError, "all", "dim 2"),
    "count_nonzero": (lambda: X.count_nonzero(3), IndexError, "count_nonzero", "dim 3"),
    "softmax": (lambda: ag.softmax(X, 2), IndexError, "softmax", "dim 2"),
    "logsumexp": (lambda: ag.logsumexp(X, -3), IndexError, "logsumexp", "dim -3"),
    "var": (lambda: X.var(4), IndexError, "var", "dim 4"),
    "norm": (lambda: ag.norm(X, "two"), ValueError, "norm", "'two'"),
    "dist": (lambda: ag.dist(X, FIVE), ValueError, "dist", "(3, 4)", "(5,)"),
    "cdist": (lambda: ag.cdist(X, V), ValueError, "cdist", "(3, 4)", "(3,)"),
    "renorm": (lambda: ag.renorm(V, 2, 0, 1.0), ValueError, "renorm", "got 1"),
    "renorm p": (lambda: ag.renorm(X, -1, 0, 1.0), ValueError, "renorm", "-1", "1.0"),
    "cov": (lambda: ag.cov(CUBE), ValueError, "cov", "(1, 2, 3)"),
    "cov weights": (lambda: ag.cov(X, fweights=WHOLE), ValueError, "cov", "fweights", "(2,)", "4 observations"),
    "trace": (lambda: ag.trace(V), ValueError, "trace", "(3,)"),
}

SHAPES = {
    "trapezoid at a 0-d place": (lambda: ag.trapezoid(X, SCALAR), ValueError, "trapezoid", "4 samples", "()"),
    "cumulative_trapezoid at places of fewer dims": (
        lambda: ag.cumulative_trapezoid(CUBE, X, dim=0),
        ValueError,
        "cumulative_trapezoid",
        "1 samples",
        "(3, 4)",
    ),
    "reshape below -1": (lambda: X.reshape(-3, 4), ValueError, "reshape", "(-3, 4)"),
    "view below -1": (lambda: X.view(3, -2), ValueError, "view", "(3, -2)"),
    "reshape": (lambda: X.reshape(5), ValueError, "reshape", "(5,)", "[3, 4]"),
    "view": (lambda: X.t().view(12), ValueError, "view", "(12,)", "reshape()"),
    "expand": (lambda: X.expand(2, 4), ValueError, "expand", "(3, 4)", "(2, 4)"),
    "sum_to_size": (lambda: X.sum_to_size(2, 4), ValueError, "sum_to_size", "(3, 4)", "(2, 4)"),
    "permute": (lambda: X.permute(0, 0), ValueError, "permute", "(0, 0)"),
    "transpose": (lambda: X.transpose(0, 2), IndexError, "transpose", "dim 2"),
    "t": (lambda: CUBE.t(), ValueError, "t:", "(1, 2, 3)"),
    "movedim": (lambda: ag.movedim(X, (0, 1), (0,)), ValueError, "movedim", "2 dimensions to 1"),
    "flatten": (lambda: CUBE.flatten(2, 1), ValueError, "flatten", "start_dim 2", "end_dim 1"),
    "squeeze": (lambda: X.squeeze(3), IndexError, "squeeze", "dim 3"),
    "unsqueeze": (lambda: X.unsqueeze(4), IndexError, "unsqueeze", "2 dimensions", "4"),
    "flip": (lambda: X.flip(0, 0), ValueError, "flip", "(0, 0)"),
    "cat": (lambda: ag.cat([X, ag.ones(2, 5)]), ValueError, "cat", "(3, 4), (2, 5)", "dim 0"),
    "cat nothing": (lambda: ag.cat([]), ValueError, "cat", "at least one"),
    "cat dim": (lambda: ag.cat([X, X], 2), IndexError, "cat", "dim 2"),
    "stack": (lambda: ag.stack([X, V]), ValueError, "stack", "(3, 4), (3,)"),
    "split": (lambda: X.split([1, 1]), ValueError, "split", "(1, 1)", "3"),
    "chunk": (lambda: X.chunk(0), ValueError, "chunk", "0"),
    "unbind": (lambda: SCALAR.unbind(), ValueError, "unbind", "0-d"),
    "size": (lambda: X.size(3), IndexError, "size", "dim 3"),
    "stride": (lambda: X.stride(3), IndexError, "stride", "dim 3"),
    "repeat": (lambda: X.repeat(2), ValueError, "repeat", "(2,)", "2 dimensions"),
    "tile": (lambda: X.tile(-1), ValueError, "tile", "(-1,)"),
    "repeat_interleave": (lambda: X.repeat_interleave(WHOLE, 0), ValueError, "repeat_interleave", "3", "[1, 2]"),
    "repeat_interleave alone": (lambda: ag.repeat_interleave(AT_2D), ValueError, "repeat_interleave", "(2, 2)"),
    "unflatten": (lambda: X.unflatten(0, (2, 2)), ValueError, "unflatten", "(2, 2)", "3"),
    "hstack": (lambda: ag.hstack([X, IN_2D]), ValueError, "hstack", "(3, 4), (2, 2)"),
    "vstack": (lambda: ag.vstack([X, IN_2D]), ValueError, "vstack", "(3, 4), (2, 2)"),
    "dstack": (lambda: ag.dstack([X, V]), ValueError, "dstack", "(3, 4, 1), (1, 3, 1)"),
    "column_stack": (lambda: ag.column_stack([X, WHOLE]), ValueError, "column_stack", "(3, 4), (2, 1)"),
    "block_diag": (lambda: ag.block_diag(CUBE), ValueError, "block_diag", "(1, 2, 3)"),
    "tensor_split": (lambda: X.tensor_split(0), ValueError, "tensor_split", "0 sections"),
    "hsplit": (lambda: X.hsplit(3), ValueError, "hsplit", "4", "3 sections"),
    "vsplit": (lambda: V.vsplit(3), ValueError, "vsplit", "(3,)"),
    "dsplit": (lambda: X.dsplit(2), ValueError, "dsplit", "(3, 4)"),
    "fliplr": (lambda: V.fliplr(), ValueError, "fliplr", "(3,)"),
    "roll": (lambda: X.roll((1, 2), 0), ValueError, "roll", "2 shifts", "1 dim"),
    "rot90": (lambda: X.rot90(1, (0, 0)), ValueError, "rot90", "(0, 0)"),
    "meshgrid": (lambda: ag.meshgrid(X, V), ValueError, "meshgrid", "(3, 4)"),
    "cartesian_prod": (lambda: ag.cartesian_prod(X, V), ValueError, "cartesian_prod", "(3, 4)"),
    "combinations": (lambda: ag.combinations(X), ValueError, "combinations", "(3, 4)"),
    "broadcast_tensors": (lambda: ag.broadcast_tensors(X, FIVE), ValueError, "broadcast_tensors", "(3, 4), (5,)"),
    "broadcast_shapes": (lambda: ag.broadcast_shapes((3, 4), 5), ValueError, "broadcast_shapes", "(3, 4), (5,)"),
    "unfold": (lambda: V.unfold(0, 5, 1), ValueError, "unfold", "5", "(3,)"),
    "diagonal": (lambda: X.diagonal(0, 1, 1), ValueError, "diagonal", "1 and 1"),
    "diag": (lambda: ag.diag(CUBE), ValueError, "diag", "(1, 2, 3)"),
    "diagonal_scatter": (lambda: X.diagonal_scatter(ag.ones(4)), ValueError, "diagonal_scatter", "(4,)", "(3,)"),
    "tril": (lambda: V.tril(), ValueError, "tril", "(3,)"),
    "zeros": (lambda: ag.zeros(2, -1), ValueError, "zeros", "(2, -1)"),
    "randn": (lambda: ag.randn(-1), ValueError, "randn", "(-1,)"),
    "eye": (lambda: ag.eye(-1), ValueError, "eye", "-1"),
    "linspace": (lambda: ag.linspace(0, 1, -2), ValueError, "linspace", "-2"),
    "arange": (lambda: ag.arange(0, 5, -1), ValueError, "arange", "-1", "0", "5"),
}

INDICES = {
    "getitem": (lambda: X[5], IndexError, "getitem", "5", "[3, 4]"),
    "getitem many": (lambda: X[0, 0, 0], IndexError, "getitem", "too many", "[3, 4]"),
    "getitem dtype": (lambda: X[V], IndexError, "getitem", "float32"),
    "getitem mask": (lambda: X[FIVE > 0], IndexError, "getitem", "5"),
    "setitem": (lambda: ag.setitem(X, 7, 1.0), IndexError, "setitem", "7", "[3, 4]"),
    "setitem shape": (lambda: X.__setitem__(0, FIVE), ValueError, "setitem", "(5,)", "[3, 4]"),
    "setitem place": (lambda: X.__setitem__(5, 1.0), IndexError, "setitem", "5", "[3, 4]"),
    "gather": (lambda: X.gather(0, AT_2D), IndexError, "gather", "[0, 3)", "dim 0", "[0, 9]"),
    "gather negative": (lambda: X.gather(0, -AT_2D), IndexError, "gather", "[0, 3)", "dim 0", "[-9, 0]"),
    "gather dim": (lambda: X.gather(2, AT_2D), IndexError, "gather", "dim 2"),
    "gather ndim": (lambda: X.gather(0, AT), ValueError, "gather", "1 dim", "2"),
    "gather dtype": (lambda: X.gather(0, X), TypeError, "gather", "float32"),
    "gather size": (lambda: ag.ones(3, 1).gather(0, IN_2D), IndexError, "gather", "(2, 2)", "(3, 1)", "dim 1"),
    "take_along_dim": (lambda: ag.take_along_dim(X, AT_2D, 1), IndexError, "take_along_dim", "[-4, 4)", "[0, 9]"),
    "take_along_dim ndim": (lambda: ag.take_along_dim(X, AT, 1), ValueError, "take_along_dim", "1 dim"),
    "take_along_dim shape": (
        lambda: ag.take_along_dim(X, IN_2D, 1),
        ValueError,
        "take_along_dim",
        "(3, 1), (2, 1)",
    ),
    "index_select": (lambda: X.index_select(0, AT), IndexError, "index_select", "[-3, 3)", "[0, 5]"),
    "index_select ndim": (lambda: X.index_select(0, AT_2D), ValueError, "index_select", "not 2"),
    "take": (lambda: X.take(ag.tensor([-13])), IndexError, "take", "[-12, 12)", "-13"),
    "masked_select": (lambda: X.masked_select(FIVE > 0), ValueError, "masked_select", "(3, 4), (5,)"),
    "masked_select dtype": (lambda: X.masked_select(X), TypeError, "masked_select", "float32"),
    "select": (lambda: X.select(0, 7), IndexError, "select", "7", "dim 0", "(3, 4)"),
    "narrow": (lambda: X.narrow(0, 2, 5), IndexError, "narrow", "2", "5", "(3, 4)"),
    "one_hot": (lambda: ag.one_hot(AT, 3), ValueError, "one_hot", "[0, 5]", "3"),
    "one_hot dtype": (lambda: ag.one_hot(V), TypeError, "one_hot", "float32"),
    "one_hot empty": (lambda: ag.one_hot(IN_2D[:0]), ValueError, "one_hot", "num_classes", "(0, 2)"),
    "scatter": (lambda: X.scatter(0, AT_2D, 1.0), IndexError, "scatter", "[0, 3)", "[0, 9]"),
    "scatter size": (lambda: X.scatter(0, IN_2D, ag.ones(1, 1)), ValueError, "scatter", "(1, 1)", "(2, 2)"),
    "scatter dtype": (lambda: X.scatter(0, IN_2D, DOUBLES), TypeError, "scatter", "float64", "float32"),
    "scatter reduce": (lambda: X.scatter(0, IN_2D, 1.0, reduce="max"), ValueError, "scatter", "'max'"),
    "scatter nothing": (lambda: X.scatter(0, IN_2D), TypeError, "scatter", "src", "value"),
    "scatter_add": (lambda: X.scatter_add(0, IN_2D, DOUBLES), TypeError, "scatter_add", "float64", "float32"),
    "scatter_reduce": (lambda: X.scatter_reduce(0, IN_2D, X, "max"), ValueError, "scatter_reduce", "'max'", "amax"),
    "scatter_reduce dtype": (
        lambda: X.scatter_reduce(0, IN_2D, DOUBLES, "sum"),
        TypeError,
        "scatter_reduce",
        "float64",
    ),
    "index_add": (lambda: X.index_add(0, AT, ag.ones(2, 4)), IndexError, "index_add", "[-3, 3)", "[0, 5]"),
    "index_add shape": (lambda: X.index_add(0, WHOLE, X), ValueError, "index_add", "(3, 4)", "(2, 4)"),
    "index_add dtype": (lambda: X.index_add(0, WHOLE, DOUBLES[:2]), TypeError, "index_add", "float64"),
    "index_copy": (lambda: X.index_copy(0, WHOLE, X), ValueError, "index_copy", "(3, 4)", "(2, 4)"),
    "index_fill": (lambda: X.index_fill(0, WHOLE, V), ValueError, "index_fill", "(3,)"),
    "index_put": (lambda: X.index_put((WHOLE,), V), ValueError, "(3,)", "(2,4)"),
    "index_reduce": (lambda: X.index_reduce(0, AT, X, "sum"), ValueError, "index_reduce", "'sum'"),
    "put": (lambda: X.put(WHOLE, V), ValueError, "put", "2 indices", "3 elements"),
    "put place": (lambda: X.put(ag.tensor([99]), ag.ones(1)), IndexError, "put", "[-12, 12)", "99"),
    "masked_scatter": (lambda: X.masked_scatter(X > 0, V), ValueError, "masked_scatter", "12", "3"),
    "masked_scatter mask": (lambda: X.masked_scatter(X, X), TypeError, "masked_scatter", "float32"),
    "select_scatter": (lambda: X.select_scatter(V, 0, 0), ValueError, "select_scatter", "(3,)", "(4,)"),
    "slice_scatter": (lambda: X.slice_scatter(V), ValueError, "slice_scatter", "(3,)", "(3, 4)"),
    "where": (lambda: ag.where(X > 0, X), TypeError, "where", "both"),
}

ORDER = {
    "sort": (lambda: X.sort(2), IndexError, "sort", "dim 2"),
    "argsort": (lambda: X.argsort(-3), IndexError, "argsort", "dim -3"),
    "topk": (lambda: X.topk(9), ValueError, "topk", "9", "dim 1", "4"),
    "kthvalue": (lambda: X.kthvalue(0), ValueError, "kthvalue", "0", "dim 1", "4"),
    "median": (lambda: EMPTY.median(0), IndexError, "median", "dim 0", "(0, 3)"),
    "mode": (lambda: X.mode(2), IndexError, "mode", "dim 2"),
    "quantile": (lambda: X.quantile(2.0), ValueError, "quantile", "2.0"),
    "quantile dtype": (lambda: WHOLE.quantile(0.5), TypeError, "quantile", "int64"),
    "quantile rule": (lambda: X.quantile(0.5, interpolation="no"), ValueError, "quantile", "'no'", "nearest"),
    "searchsorted": (lambda: ag.searchsorted(X, V), ValueError, "searchsorted", "(3, 4)", "(3,)"),
    "searchsorted side": (lambda: ag.searchsorted(V, V, side="up"), ValueError, "searchsorted", "'up'"),
    "bucketize": (lambda: ag.bucketize(V, X), ValueError, "bucketize", "(3, 4)"),
    "histc": (lambda: ag.histc(V, 0, 2, 1), ValueError, "histc", "0 bins", "[2, 1]"),
    "bincount": (lambda: ag.bincount(V), ValueError, "bincount", "float32[3]"),
    "bincount weights": (lambda: ag.bincount(WHOLE, V), ValueError, "bincount", "(3,)", "2"),
    "unique": (lambda: X.unique(dim=3), IndexError, "unique", "dim 3"),
    "cumsum": (lambda: X.cumsum(2), IndexError, "cumsum", "dim 2"),
    "cumprod": (lambda: X.cumprod(2), IndexError, "cumprod", "dim 2"),
    "cummax": (lambda: X.cummax(2), IndexError, "cummax", "dim 2"),
    "logcumsumexp": (lambda: X.logcumsumexp(2), IndexError, "logcumsumexp", "dim 2"),
    "diff": (lambda: SCALAR.diff(), ValueError, "diff", "0-d"),
    "diff n": (lambda: X.diff(-1), ValueError, "diff", "-1"),
    "diff prepend": (lambda: X.diff(prepend=V), ValueError, "diff", "prepend", "(3,)", "(3, 4)"),
    "diff append": (lambda: X.diff(append=ag.ones(2, 1)), ValueError, "diff", "(3, 4), (2, 1)", "dim 1"),
    "gradient": (lambda: ag.gradient(V[:1]), ValueError, "gradient", "dim 0", "1 samples"),
    "gradient spacing": (lambda: ag.gradient(X, spacing=[1.0]), ValueError, "gradient", "1 spacings", "2 dim"),
    "trapezoid": (lambda: ag.trapezoid(X, V), ValueError, "trapezoid", "4", "(1, 3)"),
    "cumulative_trapezoid": (lambda: ag.cumulative_trapezoid(SCALAR), ValueError, "cumulative_trapezoid", "0-d"),
}

LINEAR = ag.nn.Linear(4, 2)
NETWORKS = {
    "linear": (lambda: LINEAR(V), ValueError, "Linear(in_features=4", "last dimension is 4", "(3,)"),
    "linear list": (lambda: LINEAR([1.0] * 4), TypeError, "Linear(in_features=4", "a tensor", "not a list"),
    "linear none": (lambda: LINEAR(None), TypeError, "Linear", "not a NoneType"),
    "linear whole": (lambda: LINEAR(ag.ones(1, 4, dtype=ag.long)), TypeError, "int64", "float32", "convert"),
    "cosine_similarity": (lambda: ag.cosine_similarity(X, V), ValueError, "cosine_similarity", "(3, 4)", "(3,)"),
    "class of float": (lambda: F.cross_entropy(X, V), TypeError, "cross_entropy", "(3,)", "float32", "long()"),
    "cross_entropy whole": (lambda: F.cross_entropy(X.long(), V.long()), TypeError, "cross_entropy", "int64"),
    "nll_loss whole": (lambda: F.nll_loss(X.long(), V.long()), TypeError, "nll_loss", "int64", "float()"),
    "optimizer": (lambda: ag.optim.Adam(LINEAR), TypeError, "model.parameters()", "not a Linear"),
}

CASES = {
    f"{family}-{name}": case
    for family, cases in [
        ("elementwise", ELEMENTWISE),
        ("reductions", REDUCTIONS),
        ("shapes", SHAPES),
        ("indices", INDICES),
        ("order", ORDER),
        ("networks", NETWORKS),
    ]
    for name, case in cases.items()
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_error_names_the_operator_and_the_offending_values(case):
    call, kind, *fragments = case
    with pytest.raises(kind) as caught:
        call()
    message = str(caught.value)
    assert not re.search(r"\b(array|ndarray|dtype)\(", message)
    for fragment in fragments:
        assert fragment in message


def test_the_same_errors_while_recording():
    x = ag.ones(3, 4, requires_grad=True)
    y = x * 2
    with pytest.raises(IndexError, match=r"setitem: index 5 is out of bounds .* \(called with float32\[3, 4\]\)"):
        y[5] = 1.0
    with pytest.raises(ValueError, match="expand: shape"):
        y.expand(2, 4)
    np.testing.assert_array_equal(x.detach().numpy(), 1)
