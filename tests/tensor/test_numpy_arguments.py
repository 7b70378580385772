"""Every optional argument of NumPy's functions is taken as NumPy takes it, and makes a difference.

A call that uses an argument proves nothing where the result would be the same without it. So each setting here
changes NumPy's own result, and each function of NumPy's that has an entry of its own has all its arguments here.
"""

import inspect

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.tensor.numpy_names import extra, linear_algebra, protocol, signatures

A = np.array([[0.5, -1.2, 2.0, 0.7], [1.9, 0.1, -0.4, 3.3], [-2.1, 1.6, 0.9, -0.3]])
M = A[:, :3]
TALL = A.T
GAPS = np.where(np.eye(3, 4, dtype=bool), np.nan, A)
LINE, SHORT = A[0], A[1, :2]
NEARLY_SINGULAR = np.diag([1.0, 0.1, 1e-4]) @ np.array([[1.0, 1, 0], [0, 1, 1], [1, 0, 1]])
HALVES = (A * 2).round() / 2
EXTREME = np.array([np.nan, np.inf, -np.inf, 1.0])

ROWS = {"axis": 0}
REDUCED = {"axis": 1, "keepdims": True}

SETTINGS = {
    "argsort": ((A,), ROWS),
    "average": ((A,), {"axis": 1, "weights": np.abs(A), "returned": True, "keepdims": True}),
    "append": ((A, A), {"axis": 1}),
    "clip": ((A,), {"min": 0.0, "max": 1.0}),
    "convolve": ((LINE, SHORT), {"mode": "same"}),
    "corrcoef": ((A,), {"rowvar": False}),
    "correlate": ((LINE, SHORT), {"mode": "full"}),
    "cov": ((A,), {"rowvar": False, "bias": True, "ddof": 0, "fweights": [1, 2, 1, 3], "aweights": [1.0, 2, 1, 3]}),
    "cross": ((M, M[::-1]), ROWS),
    "cumprod": ((A,), ROWS),
    "cumsum": ((A,), ROWS),
    "delete": ((A, 1), {"axis": 1}),
    "diag": ((M,), {"k": 1}),
    "diagflat": ((LINE,), {"k": -1}),
    "diff": ((A,), {"n": 2, "axis": 0}),
    "digitize": ((LINE, np.sort(LINE)), {"right": True}),
    "flip": ((A,), {"axis": 1}),
    "gradient": ((A,), {"axis": 1, "edge_order": 2}),
    "interp": ((A, [0.0, 1.0], [2.0, 5.0]), {"left": -1.0, "right": 9.0}),
    "linalg.cross": ((M, M[::-1]), ROWS),
    "linalg.lstsq": ((NEARLY_SINGULAR, M), {"rcond": 1e-2}),
    "linalg.matrix_norm": ((M,), {"keepdims": True, "ord": 1}),
    "linalg.matrix_rank": ((NEARLY_SINGULAR,), {"tol": 1e-2, "rtol": 1e-2}),
    "linalg.norm": ((A,), {"ord": 1, "axis": 1, "keepdims": True}),
    "linalg.pinv": ((NEARLY_SINGULAR,), {"rcond": 1e-2, "rtol": 1e-2}),
    "linalg.qr": ((TALL,), {"mode": "complete"}),
    "linalg.svd": ((TALL,), {"full_matrices": False, "compute_uv": False}),
    "linalg.tensordot": ((M, M), {"axes": 1}),
    "linalg.tensorsolve": ((M, LINE[:3]), {"axes": (0,)}),
    "linalg.trace": ((M,), {"offset": 1, "dtype": np.float32}),
    "linalg.vector_norm": ((A,), {"axis": 1, "keepdims": True, "ord": 1}),
    "max": ((A,), REDUCED),
    "mean": ((A,), {**REDUCED, "dtype": np.float32}),
    "median": ((A,), ROWS | {"keepdims": True}),
    "meshgrid": ((LINE, SHORT), {"indexing": "ij"}),
    "min": ((A,), REDUCED),
    "nan_to_num": ((EXTREME,), {"nan": 7.0, "posinf": 8.0, "neginf": 9.0}),
    "nancumprod": ((GAPS,), ROWS),
    "nancumsum": ((GAPS,), ROWS),
    "nanmax": ((GAPS,), REDUCED),
    "nanmean": ((GAPS,), {**REDUCED, "dtype": np.float32}),
    "nanmedian": ((GAPS,), ROWS | {"keepdims": True}),
    "nanmin": ((GAPS,), REDUCED),
    "nanpercentile": ((GAPS, 30), {"axis": 0, "method": "nearest", "keepdims": True}),
    "nanprod": ((GAPS,), ROWS | {"keepdims": True}),
    "nanquantile": ((GAPS, 0.3), {"axis": 0, "method": "nearest", "keepdims": True}),
    "nanstd": ((GAPS,), {**REDUCED, "ddof": 1}),
    "nansum": ((GAPS,), {**REDUCED, "dtype": np.float32}),
    "nanvar": ((GAPS,), {**REDUCED, "ddof": 1}),
    "pad": ((A, 1), {"constant_values": 3.0}),
    "percentile": ((A, 30), {"axis": 0, "method": "nearest", "keepdims": True}),
    "prod": ((A,), ROWS | {"keepdims": True}),
    "ptp": ((A,), {"axis": 0, "keepdims": True}),
    "quantile": ((A, 0.3), {"axis": 0, "method": "nearest", "keepdims": True}),
    "repeat": ((A, 2), ROWS),
    "roll": ((A, 1), ROWS),
    "rot90": ((A,), {"k": 2, "axes": (1, 0)}),
    "round": ((A,), {"decimals": 1}),
    "sort": ((A,), ROWS),
    "split": ((np.vstack([A, A[:1]]), 2), {"axis": 1}),
    "std": ((A,), {**REDUCED, "ddof": 1}),
    "sum": ((A,), {**REDUCED, "dtype": np.float32}),
    "take": ((A, np.array([1, 0])), ROWS),
    "tensordot": ((M, M), {"axes": 1}),
    "transpose": ((A,), {"axes": (0, 1)}),
    "trapezoid": ((A,), {"x": [0.0, 1.0, 3.0, 4.0], "dx": 0.5, "axis": 0}),
    "tril": ((A,), {"k": 1}),
    "triu": ((A,), {"k": 1}),
    "unique": ((HALVES,), {"return_inverse": True, "return_counts": True, "axis": 1}),
    "unstack": ((A,), {"axis": 1}),
    "var": ((A,), {**REDUCED, "ddof": 1}),
    "full_like": ((A, 2.5), {"dtype": np.float32}),
    "ones_like": ((A,), {"dtype": np.float32}),
    "zeros_like": ((A,), {"dtype": np.float32}),
}
"""Each function's arguments, and of each optional one a value; each is given alone."""

ELSEWHERE = {
    "clip a_min": "NumPy asks for both; in test_numpy_protocol",
    "clip a_max": "NumPy asks for both; in test_numpy_protocol",
    "empty_like dtype": "that of zeros_like",
    "linalg.matrix_rank hermitian": "another algorithm for the same",
    "linalg.pinv hermitian": "another algorithm for the same",
    "linalg.svd hermitian": "another algorithm for the same",
    "nan_to_num copy": "False is refused",
    "pad mode": "only one is recorded",
    "unique return_index": "refused",
}
"""What may be given and is not tried here."""


def function(name):
    """NumPy's function of that name."""
    room, _, own = name.rpartition(".")
    return getattr(np.linalg if room else np, own)


def parts(result):
    return list(result) if isinstance(result, (tuple, list)) else [result]


def as_numpy(name, *args, **settings):
    """What NumPy gives, as a list of arrays."""
    return list(map(np.asarray, parts(function(name)(*args, **settings))))


def same(a, b):
    return len(a) == len(b) and all(
        x.dtype == y.dtype and x.shape == y.shape and np.array_equal(x, y, equal_nan=True)
        for x, y in zip(a, b, strict=True)
    )


@pytest.mark.parametrize(
    ("name", "args", "setting"),
    [
        pytest.param(name, args, {key: value}, id=f"{name}-{key}")
        for name, (args, settings) in SETTINGS.items()
        for key, value in settings.items()
    ],
)
def test_a_setting_means_what_it_means_to_numpy(name, args, setting):
    expected, without = as_numpy(name, *args, **setting), as_numpy(name, *args)
    assert not same(expected, without), "this value of the argument changes nothing"
    first, *others = args
    found = parts(function(name)(ag.tensor(first), *others, **setting))
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        ours = np.asarray(ours)
        assert (ours.shape, ours.dtype.kind) == (theirs.shape, theirs.dtype.kind)
        assert theirs.dtype.kind != "f" or ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-6 if theirs.dtype == np.float32 else 1e-12, atol=1e-12)


OTHER_DEFAULTS = {"cross axis": "NumPy has three more axes, which are the last ones, and its None stands for these"}

ENTRIES = {
    f"{theirs.__module__.removeprefix('numpy').lstrip('.')}.{theirs.__name__}".lstrip("."): (theirs, ours)
    for theirs, ours in protocol._FUNCTIONS.items()
    if ours in (*linear_algebra.FUNCTIONS.values(), *signatures.FUNCTIONS.values(), *vars(extra).values())
}


def test_every_optional_argument_has_a_setting():
    known = {f"{name} {key}" for name, (_, settings) in SETTINGS.items() for key in settings}
    there = {
        f"{name} {key}"
        for name, (_, ours) in ENTRIES.items()
        if name not in ("amax", "amin", "around", "cumulative_prod", "cumulative_sum")  # other names of the same
        for key, parameter in inspect.signature(ours).parameters.items()
        if parameter.default is not parameter.empty
    }
    assert there == known | set(ELSEWHERE)


@pytest.mark.parametrize("entry", ENTRIES)
def test_arguments_stand_where_numpy_has_them_and_have_its_defaults(entry):
    """Where NumPy's default has no name, ours is that of the function behind it, which the settings above show."""
    theirs, ours = ENTRIES[entry]
    expected = inspect.signature(theirs).parameters
    for place, (name, parameter) in enumerate(inspect.signature(ours).parameters.items()):
        if name in expected:
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
                assert list(expected).index(name) == place
            known = isinstance(expected[name].default, (type(None), bool, int, float, str, tuple))
            assert not known or (parameter.default == expected[name].default) != (
                f"{entry} {name}" in OTHER_DEFAULTS
            )
