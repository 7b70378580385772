"""What the stand-in's library has: the functions of NumPy's that CuPy 14 has too, with the arguments that it takes.

Everything that is not here is refused. `python -c "import cupy"` and `inspect.signature` were asked what there is.
"""

from __future__ import annotations

__all__ = [
    "ACCUMULATED",
    "ADDED_AT",
    "DRAWN",
    "FUNCTIONS",
    "LINEAR_ALGEBRA",
    "MISSING_UFUNCS",
    "PLAIN",
    "SPECIAL",
    "SYNCHRONOUS",
]


def _listed(text: str) -> dict[str, tuple[str, ...]]:
    """The names of functions, each with the names of its parameters in their order."""
    found = {}
    for line in text.strip().splitlines():
        names, _, parameters = line.partition(":")
        found.update(dict.fromkeys(names.split(), tuple(parameters.split())))
    return found


FUNCTIONS = _listed("""
all amax amin any max min: a axis out keepdims
argmax argmin: a axis out keepdims
argpartition partition: a kth axis
argsort sort: a axis kind
argwhere flatnonzero nonzero: a
around round: a decimals out
array_equal: a1 a2 equal_nan
array_split split: ary indices_or_sections axis
hsplit vsplit dsplit: ary indices_or_sections
bincount: x weights minlength
broadcast_to: array shape
clip: a a_min a_max out
concatenate: arrays axis out dtype casting
copy: a order
copyto: dst src casting where
count_nonzero: a axis
cov: m y rowvar bias ddof fweights aweights dtype
corrcoef: x y rowvar bias ddof dtype
cross: a b axisa axisb axisc axis
cumprod cumsum: a axis dtype out
diag diagflat: v k
diagonal: a offset axis1 axis2
diff: a n axis prepend append
digitize: x bins right
dot: a b out
empty_like ones_like zeros_like: a dtype order subok shape
expand_dims: a axis
flip: m axis
full_like: a fill_value dtype order subok shape
isreal: x
isclose allclose: a b rtol atol equal_nan
isin: element test_elements assume_unique invert
kron: a b
lexsort: keys
matrix_transpose: x
may_share_memory shares_memory: a b max_work
mean: a axis dtype out keepdims
median: a axis out overwrite_input keepdims
moveaxis rollaxis: a source destination
nan_to_num: x copy nan posinf neginf
nanargmax nanargmin: a axis out keepdims
nanmax nanmin nanmedian: a axis out keepdims
nansum nanmean nanprod prod sum: a axis dtype out keepdims
ndim shape: a
outer: a b out
pad: array pad_width mode
put_along_axis: arr indices values axis
quantile percentile: a q axis out overwrite_input method keepdims
ravel: a order
repeat: a repeats axis
reshape: a shape order copy
roll: a shift axis
rot90: m k axes
searchsorted: a v side sorter
sinc i0: x
size: a axis
squeeze: a axis
stack: arrays axis out dtype casting
std var: a axis dtype out ddof keepdims
swapaxes: a axis1 axis2
take: a indices axis out
take_along_axis: arr indices axis
tensordot: a b axes
tile: A reps
trace: a offset axis1 axis2 dtype out
transpose: a axes
trapezoid: y x dx axis
tril triu: m k
unique: ar return_index return_inverse return_counts axis equal_nan
unravel_index: indices shape order
vander: x N increasing
vdot: a b
where: condition x y
can_cast: from_ to casting
result_type: a b c
einsum: subscripts operands optimize
hstack vstack: tup dtype casting
column_stack dstack: tup
sliding_window_view: x window_shape axis
""")
"""Functions of NumPy's. `einsum` and `result_type` take any number of arrays."""

LINEAR_ALGEBRA = _listed("""
cholesky det inv slogdet eigvals eig: a
cond: x p
cross: x1 x2 axis
eigh eigvalsh: a UPLO
lstsq: a b rcond
matrix_power: a n
matrix_rank: A tol
norm: x ord axis keepdims
pinv: a rcond
qr: a mode
solve: a b
svd: a full_matrices compute_uv
tensorinv: a ind
tensorsolve: a b axes
matmul: x1 x2
matrix_transpose: x
""")

SYNCHRONOUS = frozenset({"argwhere", "flatnonzero", "nonzero", "unique", "bincount", "histogram"})
"""Functions that read a value back, the size of their result."""

PLAIN = frozenset({"ndim", "shape", "size", "can_cast", "result_type", "may_share_memory", "shares_memory"})
"""Functions whose results are no arrays."""

IN_PLACE = frozenset({"copyto", "put_along_axis"})
"""Functions that change their first argument."""

PRODUCTS = frozenset({"matmul", "dot", "vdot", "inner", "tensordot", "einsum", "outer", "kron", "cov", "corrcoef"})
"""What CuPy leaves to cuBLAS, which it does not call while a stream captures."""

LAUNCHED = frozenset({"norm", "cross", "matrix_transpose"})
"""Functions of linear algebra that CuPy does not leave to cuSOLVER."""

MISSING_UFUNCS = frozenset({"vecdot", "matvec", "vecmat", "spacing", "isnat"})

ACCUMULATED = {
    "add": {"reduce": "sum", "accumulate": "cumsum"},
    "multiply": {"reduce": "prod", "accumulate": "cumprod"},
}
"""The ufuncs that reduce and accumulate."""

ADDED_AT = frozenset({"add", "subtract", "maximum", "minimum", "bitwise_and", "bitwise_or", "bitwise_xor"})
"""The ufuncs with a method `at`."""

DRAWN = frozenset(
    [
        *("beta", "binomial", "chisquare", "dirichlet", "exponential", "f", "gamma", "geometric", "hypergeometric"),
        *("integers", "logseries", "poisson", "power", "random", "standard_exponential", "standard_gamma"),
        *("standard_normal", "uniform"),
    ]
)
"""What a generator of random numbers draws."""

SPECIAL = frozenset(
    [
        "entr",
        "erf",
        "erfc",
        "erfcx",
        "erfinv",
        "erfcinv",
        "expit",
        "gammaln",
        "i0",
        "i0e",
        "i1",
        "i1e",
        "k0",
        "k1",
        "log_ndtr",
        "logit",
        "ndtr",
        "ndtri",
        "polygamma",
        "psi",
        "xlog1py",
        "xlogy",
        "zeta",
    ]
)
"""The functions of SciPy's that it has, which answer to SciPy's names too."""
