"""Where a random program may say something else here than in PyTorch, each with its reason."""

from __future__ import annotations

import re
from typing import NamedTuple

from tests.ops.test_nonfinite import INEXACT

from .program import Program

RANDOM = {"dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout", "rrelu"}
"""Operators that draw random numbers: other numbers than PyTorch's, unless everything is dropped."""

UNCHECKED = {"gru", "lstm", "rnn_relu", "rnn_tanh"}
"""Operators that are not called: PyTorch does not check their sizes, and dies of a segmentation fault."""

NO_TIES = {
    *("kthvalue", "topk", "sort", "argsort", "median", "nanmedian", "mode"),  # which of equal elements has no rule
    *("aminmax", "argmax", "argmin", "max", "min", "index_reduce", "scatter_reduce", "std", "std_mean"),
    *("norm", "linalg.norm", "linalg.matrix_norm", "linalg.cond", "linalg.svd", "linalg.svdvals", "linalg.eigh"),
    *("svd", "linalg.pinv", "pinverse", "linalg.householder_product", "linalg.qr", "qr"),
    *("linalg.matrix_power", "linalg.det"),
}
"""Operators that are not called on equal elements, or on matrices of low rank: there the result is not unique."""

NO_SPECIAL = INEXACT | {"matrix_exp", "linalg.matrix_exp", "linalg.svdvals", "svd", "linalg.svd"}
"""Operators that are not called on NaN and infinities, for the reasons in `tests/ops/test_nonfinite.py`."""


class Deviation(NamedTuple):
    """A difference that is meant.

    Attributes:
        reason: why.
        about: the operators, by their names in the table; all if empty.
        difference: a pattern of what `differences` says.
        source: a pattern of the program.
    """

    reason: str
    about: str = ""
    difference: str = ""
    source: str = ""


_EMPTY = r"m\.zeros\(\[(\d+, )*0"

DEVIATIONS = (
    Deviation(
        "losses refuse shapes that would broadcast silently", "", "differ; reshape one of them, broadcasting"
    ),
    Deviation(
        "losses refuse targets outside their meaning", "", "the target must lie in|is the blank or out of range"
    ),
    Deviation(
        "losses refuse targets of another shape", "multi_margin_loss cosine_embedding_loss", "targets? of shape"
    ),
    Deviation("integers have no derivative, and a loss is for training", "", "must be of a floating dtype"),
    Deviation(
        "LAPACK knows neither float16 nor integers; PyTorch answers where there is nothing to compute",
        "",
        "float16 is unsupported|LAPACK does not compute|expected floating-point",
        _EMPTY,
    ),
    Deviation(
        "right-hand sides are real numbers",
        "linalg.solve_triangular triangular_solve",
        "expected floating-point right-hand sides",
    ),
    Deviation(
        "operands of several dtypes are promoted also where they are empty; PyTorch returns early",
        "",
        "values of .*dtype",
        _EMPTY,
    ),
    Deviation(
        "operands of several dtypes are promoted",
        "binary_cross_entropy_with_logits gaussian_nll_loss",
        "dtype|elements",
    ),
    Deviation(
        "an index has as many dimensions as the tensor, even one that is empty",
        "gather scatter scatter_add scatter_reduce",
        "the index has",
    ),
    Deviation(
        "the last columns of Q are arbitrary, so the call is refused, and not only its derivative",
        "linalg.qr qr",
        "is not differentiable",
    ),
    Deviation("an alignment that cannot be has the gradient 0; NaN in PyTorch", "ctc_loss", "NaN"),
    Deviation("n <= correction gives NaN; a division by 0 in PyTorch", "var std var_mean std_mean", "NaN"),
    Deviation("in PyTorch 2 to an integer power is an integer in the gradient", "ldexp", "grads"),
    Deviation("PyTorch's gradient forgets the row that an empty vector adds", "block_diag", "grads", _EMPTY),
    Deviation(
        "coordinates are as many as samples", "gradient trapezoid cumulative_trapezoid", "coordinates of shape"
    ),
    Deviation("an index lies inside the tensor; PyTorch reads past it", "take_along_dim", "must lie in"),
    Deviation("there is no integer for the median of nothing", "median nanmedian", "NaN to integer", _EMPTY),
    Deviation(
        "of several writes to one place only the last has a gradient",
        "index_put scatter put setitem",
        "grads|elements",
    ),
    Deviation(
        "the result is a new view, where PyTorch returns the tensor itself",
        "",
        "grads of \\[",
        r"(flatten|positive|atleast_1d|broadcast_tensors)[\s\S]*detach_",
    ),
    Deviation("the limits of float16 are infinite; PyTorch keeps NaN", "logsumexp", "NaN", "float16"),
    Deviation(
        "numbers written through .data do not count as a change, also where max compares with its result",
        "",
        "grads",
        r"max\(\)[\s\S]*(data\.|detach\(\)\.)",
    ),
    Deviation(
        "parameters and states have just their shapes; PyTorch lets some broadcast",
        "gru_cell lstm_cell rnn_relu_cell rnn_tanh_cell",
        "must have shape|states of 2 dimensions",
    ),
    Deviation("a rate is not negative", "poisson_nll_loss", "the rate must be at least 0"),
    Deviation(
        "a setting has the shape that it is for, also where nothing is normalized",
        "batch_norm instance_norm",
        "has shape",
        _EMPTY,
    ),
    Deviation(
        "an index lies inside the tensor, also where nothing is written",
        "",
        "out of bounds|indices must lie in",
        _EMPTY,
    ),
    Deviation("a softmax of integers is one of real numbers, also of none", "", "values of .*dtype", r"softmax\("),
    Deviation(
        "whether contiguous() copies depends on how a sort lays out its result",
        "",
        "grads|values",
        r"sort\(\)[\s\S]*contiguous",
    ),
    Deviation(
        "a leaf whose shape changed has a gradient of the old one; PyTorch says so of other shapes",
        "",
        "non-broadcastable output operand",
        r"with m\.no_grad\(\): x\d\.(un)?squeeze_|transpose_",
    ),
    Deviation("places are counted in the order of elements, not of memory", "as_strided", "row-major order"),
    Deviation("windows have at least one element", "local_response_norm", "size must be at least 1"),
    Deviation(
        "without running statistics there is nothing to normalize by",
        "batch_norm instance_norm",
        "needs running_mean",
    ),
    Deviation(
        "channels are dropped of inputs with 3 to 5 dimensions",
        "dropout1d dropout2d dropout3d",
        "expected an input of",
    ),
    Deviation("the classic form takes one vector", "vander", "expected a vector"),
    Deviation("booleans stay booleans", "square", "dtype", "bool"),
    Deviation("PyTorch keeps uint8, from when it had no booleans", "all any", "dtype", "uint8"),
    Deviation(
        "float16 is computed in float32, and rounded once",
        "linalg.matrix_exp normalize cosine_similarity",
        "",
        "float16",
    ),
    Deviation(
        "PyTorch computes losses in the dtype of its integers", "hinge_loss hinge_embedding_loss", "values", "int"
    ),
    Deviation(
        "an index lies inside the tensor, also where nothing is written",
        "index_fill index_copy index_add",
        "indices must lie in",
        _EMPTY,
    ),
    Deviation("PyTorch returns an empty tensor as it is", "pixel_shuffle pixel_unshuffle", "shape", _EMPTY),
    Deviation("blocks without dimensions count as matrices in the promotion", "block_diag", "dtype"),
    Deviation("PyTorch's averages of integers are integers", "local_response_norm", "elements", "int"),
    Deviation(
        "PyTorch reads joined targets that are not contiguous in the wrong places", "ctc_loss", "", r"::2\\]"
    ),
    Deviation(
        "output_size is the sum of the repeats", "repeat_interleave(repeats) repeat_interleave", "output_size"
    ),
    Deviation(
        "integers are not normalized", "batch_norm instance_norm group_norm layer_norm", "needs a floating dtype"
    ),
    Deviation(
        "the mean of nothing is NaN; PyTorch reads memory that nobody wrote", "multi_margin_loss", "NaN", _EMPTY
    ),
    Deviation("a graph that ran is freed, also where nothing was saved in it", "", "through a freed graph"),
    Deviation(
        "other arrays are saved for the derivative, so that other changes make it wrong",
        "",
        "only we raise .*changed in place since",
    ),
    Deviation(
        "a gradient would end in integers unnoticed", "", "cannot record a gradient through a tensor of dtype"
    ),
    Deviation(
        "elements that share memory are not written, even where there is only one of them",
        "",
        "several elements share one memory location",
    ),
    Deviation("under no_grad the shape of a recorded result stays", "", "the shape of a recorded result"),
    Deviation(
        "a view taken under no_grad requires no gradient; PyTorch's says that it does, and passes none on",
        "",
        "does not require gradients",
        "no_grad",
    ),
    Deviation(
        "gradients own their memory; PyTorch's gradient of a sum is one number seen many times",
        "",
        "values",
        r"autograd\.grad",
    ),
    Deviation("1 / (x (1 - x)) keeps the sign of zero", "logit", "grads", "float16"),
)


def excused(program: Program, difference: str) -> bool:
    """Whether a difference is one of those that are meant."""
    source = "\n".join(program.lines)
    return any(
        (not d.about or program.about in d.about.split())
        and re.search(d.difference, difference)
        and re.search(d.source, source)
        for d in DEVIATIONS
    )
