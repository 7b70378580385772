"""NumPy's own functions on tensors: the same values, recorded, or refused."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.testing import gradcheck

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
    "norm": lambda x: np.linalg.norm(x) + np.linalg.norm(x, axis=1) + np.linalg.norm(x[0], 1),
    "det": lambda x: np.linalg.det(x[:, :3] @ x[:, :3].T + np.eye(3)),
    "solve": lambda x: np.linalg.solve(x[:, :3] + 2 * np.eye(3), x) + np.linalg.inv(x[:, :3] + 2 * np.eye(3)).sum(),
    "slogdet": lambda x: np.linalg.slogdet(x[:, :3] + 2 * np.eye(3))[1],
    "cholesky": lambda x: np.linalg.cholesky(x @ x.T + np.eye(3)),
}


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
    assert not np.round(x).requires_grad


@pytest.mark.parametrize(
    ("use", "name"),
    [
        (np.spacing, "spacing"),
        (lambda x: np.linalg.lstsq(x, x), "lstsq"),
        (lambda x: np.add(x, 1, out=np.zeros(12)), "add with out"),
        (np.bitwise_or.reduce, "bitwise_or.reduce"),
        (np.where, "where with one argument"),
    ],
)
def test_what_is_not_recorded_is_refused(use, name):
    x = ag.tensor(np.ravel(A), requires_grad=True)
    with pytest.raises(TypeError, match=rf"np\.{name} is not recorded on tensors; pass x\.detach\(\)\.numpy\(\)"):
        use(x)


def test_an_uneven_split_is_refused():
    with pytest.raises(ValueError, match="equal division"):
        np.split(ag.ones(5), 2)
