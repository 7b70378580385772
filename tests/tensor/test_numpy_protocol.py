"""NumPy's own functions on tensors: the same values, recorded, or refused."""

import io

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.testing import gradcheck

from ..messages import exactly

A = np.linspace(0.5, 2.0, 12).reshape(3, 4)

CASES = {
    "sum": lambda x: np.sum(x, axis=0),
    "sum-dtype": lambda x: np.sum(x, 1, np.float64, keepdims=True),
    "mean": lambda x: np.mean(x, axis=(0, 1)),
    "prod": lambda x: np.prod(x, axis=1),
    "max": lambda x: np.max(x, axis=1) + np.amax(x),
    "min": lambda x: np.min(x, 0, keepdims=True) + np.amin(x),
    "var": lambda x: np.var(x, axis=0) + np.var(x, ddof=1),
    "std": lambda x: np.std(x, axis=1, keepdims=True),
    "cumsum": lambda x: np.cumsum(x)[3] + np.cumsum(x, axis=1).sum(),
    "cumprod": lambda x: np.cumprod(x)[3] + np.cumprod(x, axis=1).sum(),
    "diff": lambda x: np.diff(x, axis=0) + np.diff(x, 2, 0),
    "trapezoid": lambda x: np.trapezoid(x, dx=0.5) + np.trapezoid(x, x * x),
    "sort": lambda x: np.sort(-x)[:, 0] * np.sort(x, axis=0)[:, 1] + np.sort(-x, None)[1],
    "argsort": lambda x: x[0][np.argsort(-x[0])] + x[0][np.argsort(-x, axis=None)[:4] % 4],
    "median": lambda x: np.median(x) + np.median(x, axis=1, keepdims=True),
    "quantile": lambda x: np.quantile(x, 0.3, axis=0) + np.quantile(x, [0.2, 0.7], method="linear")[0],
    "nansum": lambda x: np.nansum(x, axis=0) * np.nanmean(x, 0, keepdims=True),
    "transpose": lambda x: np.transpose(x) @ np.transpose(x, (0, 1)),
    "expand_dims": lambda x: np.expand_dims(x, 1),
    "reshape": lambda x: np.reshape(x, (4, 3)) * np.reshape(x, -1)[:3],
    "ravel": np.ravel,
    "squeeze": lambda x: np.squeeze(np.expand_dims(x, 0), axis=0),
    "flip": lambda x: np.flip(x) + np.flip(x, 0) * np.flip(x, (0, 1)),
    "split": lambda x: np.split(x, 2, axis=1)[0] + np.split(x, [1, 3], axis=1)[1],
    "concatenate": lambda x: np.concatenate([x, A, x * 2], axis=1),
    "stack": lambda x: np.stack([x, A], axis=-1),
    "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "moveaxis": lambda x: np.moveaxis(x, 0, 1),
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 3, 4)),
    "dot": lambda x: np.dot(x, A.T) + np.dot(x, A[0])[:, None] + np.dot(2.0 * x[0], x[1]),
    "dot-3d": lambda x: np.dot(x, np.stack([A.T, A.T])),
    "einsum": lambda x: np.einsum("ij,kj->ik", x, A),
    "inner": lambda x: np.inner(x, A),
    "outer": lambda x: np.outer(x, A[0]),
    "ufunc-outer": lambda x: np.multiply.outer(x[0], x[1]),
    "reduce": lambda x: np.add.reduce(x) + np.maximum.reduce(x, axis=0),
    "accumulate": lambda x: np.add.accumulate(x, axis=1),
    "where": lambda x: np.where(A > 1, x, 2 * x),
    "clip": lambda x: np.clip(x, 0.7, 1.8),
    "take": lambda x: np.take(x, [1, 1, 5]) + np.take(x, np.array([0, 2, 2]), axis=1).sum(),
    "take_along_axis": lambda x: np.take_along_axis(x, np.array([[1], [0], [3]]), axis=1),
    "arctan2": lambda x: np.arctan2(x, A) + np.power(x, 1.5) - np.hypot(3, 4),
    "matmul": lambda x: A.T @ x,
    "repeat": lambda x: np.repeat(x, 2, axis=1) * np.repeat(x, 2).reshape(3, 8),
    "tile": lambda x: np.tile(x, (2, 1)).sum() + np.tile(x, 2),
    "roll": lambda x: np.roll(x, 1) * np.roll(x, (1, 2), axis=(0, 1)),
    "diag": lambda x: np.diag(x, 1) + np.diag(x[0]).sum() + np.diagonal(x),
    "triangles": lambda x: np.tril(x, 1) - np.triu(x) * np.trace(x),
    "stacks": lambda x: np.vstack([x, x]).sum() + np.hstack([x, A]) + np.dstack([x, x]).sum(),
    "kron": lambda x: np.kron(x, x[:1]),
    "append": lambda x: np.append(x, A, axis=0).sum() + np.append(x, [1.0, 2.0]),
    "around": lambda x: x * np.around(x, 1) + np.rint(x + 0.13),
    "array_split": lambda x: np.array_split(x, 3, axis=1)[0] + np.hsplit(x, 2)[0] * np.vsplit(x, 3)[1][:, 2:],
    "average": lambda x: np.average(x) * np.average(x, 1, weights=A[0]) + np.average(A, 0, weights=x).sum(),
    "average-returned": lambda x: (
        np.average(x, 0, weights=A, returned=True)[1] * np.average(x, returned=True)[1] * x
    ),
    "broadcast_arrays": lambda x: np.broadcast_arrays(x, A[None])[0],
    "cbrt": lambda x: np.cbrt(x) + np.cbrt(-x * x),
    "convolve": lambda x: np.convolve(x[0], x[1, :2]) * np.convolve(x[0, :3], x[1, :3]),
    "convolve-same": lambda x: np.convolve(x[0, :2], x[1], "same") + np.convolve(x[0], x[1, :2], "valid").sum(),
    "correlate": lambda x: np.correlate(x[0], x[1, :2]).sum() + np.correlate(x[0, :2], x[1], "full"),
    "correlate-same": lambda x: np.correlate(x[0], x[1, :2], "same") + np.correlate(x[0, :3], x[1], "same"),
    "cov": lambda x: np.cov(x * x) + np.cov(x.T * A.T, rowvar=False, bias=True),
    "cov-weights": lambda x: np.cov(x * x, ddof=0, fweights=np.array([1, 2, 1, 3])),
    "corrcoef": lambda x: np.corrcoef(np.sin(3 * x)) + np.corrcoef(np.sin(3 * x.T), rowvar=False),
    "copy": lambda x: np.copy(x) * np.conjugate(x),
    "delete": lambda x: np.delete(x, 1, axis=0).sum() + np.delete(x, [0, 3]),
    "diagflat": lambda x: np.diagflat(x[0], 1),
    "ediff1d": lambda x: np.ediff1d(x * x),
    "extract": lambda x: np.extract(A > 1, x),
    "flips": lambda x: np.fliplr(x) * np.flipud(x) + np.rot90(x, axes=(1, 0), k=-1).T,
    "gradient": lambda x: np.gradient(x * x)[0] + np.gradient(x * x, axis=1),
    "gradient-spacing": lambda x: np.gradient(x * x, 0.5, [0.0, 1.0, 3.0, 4.0])[1] + np.gradient(x, 2.0)[0],
    "interp": lambda x: np.interp(x, [0.6, 1.0, 1.9], [1.0, -1.0, 2.0]) * np.interp(0.97 * A, x[0], x[1]),
    "interp-ends": lambda x: (
        np.interp(x, [0.7, 1.2], x[0, :2], left=-1.0) + np.interp(x + 0.01, A[1], x[2], right=9.0)
    ),
    "like": lambda x: np.zeros_like(x) + np.ones_like(x) * x + np.full_like(x, 2.5) + 0 * np.empty_like(x),
    "matrix_transpose": lambda x: np.matrix_transpose(x) @ np.unstack(x, axis=1)[0],
    "meshgrid": lambda x: np.meshgrid(x[0], x[1])[0] * np.meshgrid(x[0], x[1], indexing="ij")[1],
    "nan-extremes": lambda x: np.nanmax(_gaps(x), 1) * np.nanmin(_gaps(x)) + np.nanmedian(_gaps(x), axis=0)[0],
    "nan-products": lambda x: np.nanprod(_gaps(x), axis=1, keepdims=True) * np.nancumprod(_gaps(x), axis=1),
    "nan-sums": lambda x: np.nancumsum(_gaps(x)) * np.nanvar(_gaps(x)) + np.nanstd(_gaps(x), 0, ddof=1)[0],
    "nanquantile": lambda x: np.nanquantile(_gaps(x), 0.3, axis=1) + np.nanpercentile(_gaps(x), 30),
    "pad": lambda x: np.pad(x, 1) * np.pad(x, ((1, 1), (0, 2)), constant_values=3.0)[:, :1],
    "percentile": lambda x: np.percentile(x, [25, 60], axis=0),
    "polyval": lambda x: np.polyval(x[0], x) + np.polyval([1.0, 2.0], x),
    "ptp": lambda x: np.ptp(x, axis=1) + np.ptp(x),
    "searchsorted": lambda x: x[0][np.searchsorted(x[0], A[0] - 0.01)] + x[0][np.digitize(A[0] + 0.01, x[0]) - 1],
    "where-one-argument": lambda x: x[np.where(x > 1)] * x[np.nonzero(x > 1)],
    "dot-0d": lambda x: np.dot(x, 2.0 * x[0, 0]),
    "tensordot": lambda x: np.tensordot(x, A, axes=([1], [1])) + np.tensordot(x, A.T, 1),
    "vdot": lambda x: np.vdot(x, A),
    "cross": lambda x: np.cross(x[:, :3], A[:, 1:]) + np.cross(x.T, A.T, axis=-1)[:3],
    "vander": lambda x: np.vander(x[0]) * np.vander(x[1], 4, increasing=True),
}

REGULAR = A[:, :3] + 2 * np.diag([1.0, 2.0, 4.0])
STACK = np.stack([REGULAR, REGULAR.T + 0.3 * np.eye(3)])


def symmetric(x):
    return x @ np.matrix_transpose(x)


def projector(v):
    """What of an orthonormal basis depends on no signs."""
    return v * v


LINALG = {
    "cholesky": lambda x: np.linalg.cholesky(symmetric(x)) + np.linalg.cholesky(symmetric(x), upper=True),
    "cond": lambda x: np.linalg.cond(x) + np.linalg.cond(x, "fro") + np.linalg.cond(x, p=-2),
    "cross": lambda x: np.linalg.cross(x, A[:, 1:]) + np.linalg.cross(x, x * x, axis=-2),
    "det": lambda x: np.linalg.det(x),
    "diagonal": lambda x: np.linalg.diagonal(x)[..., :2] + np.linalg.diagonal(x, offset=-1),
    "eigh": lambda x: projector(np.linalg.eigh(symmetric(x)).eigenvectors) + np.linalg.eigh(symmetric(x), "U")[0],
    "eigvalsh": lambda x: np.linalg.eigvalsh(symmetric(x)) + np.linalg.eigvalsh(symmetric(x), UPLO="U"),
    "inv": np.linalg.inv,
    "lstsq": lambda x: np.linalg.lstsq(x[..., :2], A)[0] + np.linalg.lstsq(x[..., :2], A, rcond=-1)[1],
    "lstsq-vector": lambda x: np.linalg.lstsq(x[:, :2], A[:, 0])[1] + np.linalg.lstsq(x[:, :2], A[:, 0])[3],
    "matmul": lambda x: np.linalg.matmul(x, A),
    "matrix_norm": lambda x: np.linalg.matrix_norm(x) + np.linalg.matrix_norm(x, keepdims=True, ord="nuc"),
    "matrix_power": lambda x: np.linalg.matrix_power(x, 3) + np.linalg.matrix_power(x, -2),
    "matrix_transpose": lambda x: np.linalg.matrix_transpose(x) * np.matrix_transpose(x),
    "multi_dot": lambda x: np.linalg.multi_dot([x[..., 0], x, A]),
    "norm": lambda x: (
        np.linalg.norm(x) + np.linalg.norm(x, axis=1) + np.linalg.norm(x[0], 1) + np.linalg.norm(x, 2)
    ),
    "norm-matrix": lambda x: np.linalg.norm(x, "nuc", (0, 1), keepdims=True) + np.linalg.norm(x, ord="fro"),
    "outer": lambda x: np.linalg.outer(x[0], x[1]),
    "pinv": lambda x: (
        np.linalg.pinv(x[..., :2]) + np.linalg.pinv(x[..., :2], 1e-3) + np.linalg.pinv(x.T[:2].T, rtol=None)
    ),
    "qr": lambda x: projector(np.linalg.qr(x).Q) + projector(np.linalg.qr(x, mode="r")),
    "slogdet": lambda x: np.linalg.slogdet(x).logabsdet + np.linalg.slogdet(x)[1],
    "solve": lambda x: np.linalg.solve(x, A) + np.linalg.solve(x, A[:, 0])[..., None],
    "svd": lambda x: projector(np.linalg.svd(x, full_matrices=False).U) + projector(np.linalg.svd(x)[2]),
    "svd-values": lambda x: np.linalg.svd(x, compute_uv=False) + np.linalg.svdvals(x),
    "tensorinv": lambda x: np.linalg.tensorinv(x, ind=1),
    "tensorsolve": lambda x: np.linalg.tensorsolve(x, A[:, 0]) + np.linalg.tensorsolve(x, A[:, 0], axes=(0,)),
    "tensordot": lambda x: np.linalg.tensordot(x, A, axes=1),
    "trace": lambda x: np.linalg.trace(x) + np.linalg.trace(x, offset=1, dtype=np.float64),
    "vecdot": lambda x: np.linalg.vecdot(x, A[:, 1:]) + np.linalg.vecdot(x, x, axis=-2) + np.vecdot(x, x),
    "vector_norm": lambda x: np.linalg.vector_norm(x) + np.linalg.vector_norm(x, axis=-1, ord=3, keepdims=True),
}
"""np.linalg of a regular matrix; sums of calls, so that every argument is used."""


@pytest.mark.parametrize("case", LINALG.values(), ids=LINALG)
def test_numpys_linear_algebra_is_recorded(case):
    x = ag.tensor(REGULAR, requires_grad=True)
    result = case(x)
    assert isinstance(result, ag.Tensor)
    np.testing.assert_allclose(result.detach().numpy(), case(REGULAR), rtol=1e-12)
    assert gradcheck(case, [x])


def test_stacks_of_matrices_in_numpys_linear_algebra():
    """A 2-d right-hand side of a stack is a matrix to NumPy, and a stack of vectors to PyTorch."""
    right = A[:2, :3]
    square = np.ones((3, 3)) + right[0]
    x = ag.tensor(np.stack([REGULAR] * 3), requires_grad=True)
    np.testing.assert_allclose(np.linalg.solve(x, square).detach(), np.linalg.solve(x.detach().numpy(), square))
    x = ag.tensor(STACK, requires_grad=True)
    for function in (np.linalg.det, np.linalg.inv, np.linalg.trace, np.linalg.svdvals, np.linalg.matrix_norm):
        np.testing.assert_allclose(function(x).detach().numpy(), function(STACK), rtol=1e-12)


def test_results_of_numpys_linear_algebra_have_its_layout():
    x = ag.tensor(REGULAR, requires_grad=True)
    for function in (np.linalg.svd, np.linalg.qr, np.linalg.eigh, np.linalg.slogdet):
        assert type(function(x))._fields == type(function(REGULAR))._fields
    ours, theirs = (np.linalg.lstsq(m[:, :2], A[:, 0]) for m in (x, REGULAR))
    assert len(ours) == len(theirs)
    assert ours[2] == theirs[2]
    assert ours[1].shape == theirs[1].shape
    rank = np.linalg.matrix_rank(x * np.array([1.0, 0.0, 1.0]))
    assert (rank.item(), rank.requires_grad) == (2, False)
    assert np.linalg.matrix_rank(x, 3.0).item() == np.linalg.matrix_rank(REGULAR, 3.0)


def _gaps(x):
    """`x` with NaN in some places."""
    return np.where(np.eye(3, 4, dtype=bool), np.nan, x)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_plain_numpy_code_is_recorded(case):
    x = ag.tensor(A, requires_grad=True)
    result = case(x)
    assert isinstance(result, ag.Tensor)
    np.testing.assert_allclose(result.detach().numpy(), case(A), rtol=1e-12)
    assert gradcheck(case, [x])


def test_what_is_no_gradient_stays_plain():
    x = ag.tensor(A, requires_grad=True)
    assert np.shape(x) == (3, 4)
    assert (np.ndim(x), np.size(x)) == (2, 12)
    assert np.argmax(x).item() == 11
    assert np.argmin(x, axis=1).tolist() == [0, 0, 0]
    assert np.all(x > 0).item()
    assert np.any(x > 1, axis=0).tolist() == [True] * 4
    assert not np.signbit(x).requires_grad
    assert not np.unique(x).requires_grad
    values, places, counts = np.unique(x[0] > 0.7, return_inverse=True, return_counts=True)
    assert (values.tolist(), places.tolist(), counts.tolist()) == ([False, True], [0, 0, 1, 1], [2, 2])
    assert np.isin(x[0], A[0, :2]).tolist() == [True, True, False, False]
    assert np.count_nonzero(x > 1) == 8
    assert np.bincount(ag.tensor([0, 2, 2])).tolist() == [1, 0, 2]
    assert np.lexsort((x[0], -x[0])).tolist() == [3, 2, 1, 0]
    assert (np.isrealobj(x), np.iscomplexobj(x)) == (True, False)


@pytest.mark.parametrize(
    ("use", "name"),
    [
        (np.spacing, "spacing"),
        (lambda x: np.linalg.eigvals(x.reshape(3, 4)[:, :3]), r"linalg\.eigvals"),
        (lambda x: np.add(x, 1, out=np.zeros(12)), "add with out"),
        (np.bitwise_or.reduce, "bitwise_or.reduce"),
        (np.histogram, "histogram"),
        (lambda x: np.sum(x, where=x > 1), "sum"),
        (lambda x: np.put_along_axis(x, np.array([0]), 1.0, 0), "put_along_axis"),
        (np.fft.fft, "fft.fft"),
    ],
)
def test_what_is_not_recorded_is_refused(use, name):
    x = ag.tensor(np.ravel(A), requires_grad=True)
    with pytest.raises(TypeError, match=rf"np\.{name} is not recorded on tensors, and one was given that requires"):
        use(x)


@pytest.mark.parametrize(
    "use",
    [
        np.spacing,
        lambda x: np.divmod(x, 2),
        np.histogram,
        np.bitwise_or.reduce,
        lambda x: np.polyfit(x, x, 1),
        lambda x: np.unique(x, return_index=True),
        lambda x: np.pad(x, 1, "wrap"),
        lambda x: np.sum(x, where=x > 1),
        lambda x: np.broadcast_arrays(x, [1]),
        lambda x: np.histogram(x, bins=x[:2] + 0),
        lambda x: np.savetxt(io.StringIO(), x),
    ],
)
def test_what_has_no_entry_takes_tensors_that_need_no_gradient_as_arrays(use):
    array = np.array([2, 2, 5])
    if use is np.spacing:
        array = array.astype(float)
    found, expected = use(ag.tensor(array)), use(array)
    for ours, theirs in zip(found, expected, strict=True) if isinstance(expected, tuple) else [(found, expected)]:
        assert type(ours) is type(theirs)
        np.testing.assert_array_equal(ours, theirs)


def test_a_tensor_goes_into_files_and_into_other_libraries():
    x, file = ag.tensor([[1.0, 2.0], [3.0, 5.0]]), io.BytesIO()
    np.savez(file, x=x)
    file.seek(0)
    assert np.load(file)["x"].tolist() == x.tolist()
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    np.testing.assert_allclose(preprocessing.StandardScaler().fit_transform(x), [[-1, -1], [1, 1]])
    plots = pytest.importorskip("matplotlib.figure").Figure().subplots()
    plots.bar(x[0], x[1])
    plots.hist(x[0])
    plots.plot(x)
    assert [bar.get_height() for bar in plots.patches[:2]] == [3, 5]


def test_an_uneven_split_is_refused():
    with pytest.raises(ValueError, match=exactly("array split does not result in an equal division")):
        np.split(ag.ones(5), 2)


NOT_RECORDED = {"bitwise_count", "divmod", "isnat", "matvec", "modf", "spacing", "vecmat"}


@pytest.mark.parametrize("name", sorted(n for n in dir(np) if isinstance(getattr(np, n), np.ufunc)))
def test_a_ufunc_gives_a_tensor_or_says_that_it_is_not_recorded(name):
    ufunc = getattr(np, name)
    real = any(kinds[0] in "efd" for kinds in ufunc.types)
    operands = [ag.full((2, 2), 1, dtype=ag.float64 if real else ag.int64)] * ufunc.nin
    if name in NOT_RECORDED:
        if name != "isnat":  # which is for dates
            assert not isinstance(ufunc(*operands), ag.Tensor)
        with pytest.raises(TypeError, match=rf"np\.{name} is not recorded on tensors"):
            ufunc(*(x.double().requires_grad_() for x in operands))
        return
    with np.errstate(all="ignore"):
        found = ufunc(*operands)
    for result in found if isinstance(found, tuple) else [found]:
        assert isinstance(result, ag.Tensor)
