"""Optimizers on both tiers of kernels: formulas that are read and compiled, and others that cannot be read."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import optim
from autograd_engine.backend.kernels import choice

from .cases import OPTIONS, SETTINGS

PRECISION = {np.float32: 2e-6, np.float64: 1e-12}


@pytest.fixture
def threads():
    before = ag.get_num_threads()
    yield ag.set_num_threads
    ag.set_num_threads(before)


def steps(kind, settings, dtype=np.float32, tier="numpy", shapes=((2500,), (7, 5), (3,)), edges=True):
    """The parameters and the state after some steps with changing learning rates and gradients that have NaN."""
    random = np.random.default_rng(0)
    with ag.use_kernels(tier), np.errstate(all="ignore"):
        params = [ag.tensor(random.standard_normal(shape).astype(dtype), requires_grad=True) for shape in shapes]
        optimizer = kind(params, **settings)
        for step in range(8):
            for p in params:
                p.grad = ag.tensor(random.standard_normal(p.shape).astype(dtype))
                if step == 6 and edges:
                    p.grad[..., :3] = ag.tensor(np.array([np.nan, np.inf, -np.inf], dtype))
            optimizer.step()
            optimizer.param_groups[0]["lr"] *= 0.7
    states = [optimizer.state.get(p, {}) for p in params]
    return [p.detach().numpy() for p in params] + [x.numpy() for state in states for x in state.values()]


def check(found, expected, precision):
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == other.dtype
        finite = np.isfinite(other)
        np.testing.assert_array_equal(np.where(finite, 0, one), np.where(finite, 0, other))
        scale = np.abs(other[finite]).max(initial=0.0)
        np.testing.assert_allclose(one[finite], other[finite], rtol=precision, atol=precision * scale)


COMPILED = [(name, settings, np.float32) for name, settings in SETTINGS] + [
    pytest.param(name, settings[-1], np.float64, marks=() if name in ("SGD", "Adam") else pytest.mark.slow)
    for name, settings in OPTIONS.items()
]


@pytest.mark.parametrize(("name", "settings", "dtype"), COMPILED)
def test_compiled_steps_are_numpys(name, settings, dtype):
    pytest.importorskip("numba")
    kind = getattr(optim, name)
    check(steps(kind, settings, dtype, "compiled"), steps(kind, settings, dtype), PRECISION[dtype])


@pytest.mark.parametrize("tier", ["numpy", "compiled"])
@pytest.mark.parametrize("name", ["SGD", "Adam", "Rprop"])
def test_the_number_of_threads_changes_no_bit(name, tier, threads):
    if tier == "compiled":
        pytest.importorskip("numba")
    results = []
    for count in (1, 2, 3):
        threads(count)
        results.append(
            steps(getattr(optim, name), OPTIONS[name][-1], tier=tier, shapes=((90_001,), (11_000,), (3,)))
        )
    for other in results[1:]:
        for one, two in zip(other, results[0], strict=True):
            np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_every_formula_of_ours_is_read(name, settings):
    kind = getattr(optim, name)
    steps(kind, settings, shapes=((3,),), edges=False)
    assert all(formula._known for formula in kind._formulas.values())


def test_large_parameters_are_compiled_and_small_ones_are_not(monkeypatch):
    pytest.importorskip("numba")
    seen = []
    found = choice.implementation
    monkeypatch.setattr(choice, "implementation", lambda *a: seen.append(a[0].__name__) or found(*a))
    kernel = choice.kernel(many=True)(lambda arrays: None)
    del choice.KERNELS["test_tiers.<lambda>"]
    with ag.use_kernels("auto"):
        kernel([np.ones(choice.LARGE - 1)])
        assert seen == []
        kernel([np.ones(choice.LARGE - 1), np.ones(1)])
        assert len(seen) == 1


# -------------------------------------------------------------------------------- optimizers of users


class Own(optim.Optimizer):
    """An optimizer of a user's: heavy-ball descent whose momentum begins after three steps."""

    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    def _slots(self, group):
        return {"buffer": 0.0}

    def _coefficients(self, group, scalars):
        return group["lr"], 0.9 if scalars["step"] > 3 else 0.0

    @classmethod
    def _update(cls, p, g, state, c):
        lr, momentum = c
        buffer = state["buffer"] = momentum * state["buffer"] + g if momentum else g
        return p - lr * buffer


class Normalized(Own):
    """What cannot be read: each parameter's step has the length lr."""

    @classmethod
    def _update(cls, p, g, state, c):
        state["buffer"] = g / np.sqrt(np.sum(g * g))
        return p - c[0] * state["buffer"]


class InPlace(Own):
    """What cannot be read, as it changes arrays."""

    @classmethod
    def _update(cls, p, g, state, c):
        state["buffer"] *= c[1]
        state["buffer"] += g
        p -= c[0] * state["buffer"]
        return p


def expected_of(kind, shapes, dtype):
    random = np.random.default_rng(0)
    params = [random.standard_normal(shape).astype(dtype) for shape in shapes]
    buffers, lr = [np.zeros_like(p) for p in params], 0.1
    for step in range(1, 9):
        for i, p in enumerate(params):
            g = random.standard_normal(p.shape).astype(dtype)
            buffers[i] = g / np.sqrt(np.sum(g * g)) if kind is Normalized else (step > 3) * 0.9 * buffers[i] + g
            params[i] = p - lr * buffers[i]
        lr *= 0.7
    return params


@pytest.mark.parametrize("tier", ["numpy", "compiled"])
@pytest.mark.parametrize("kind", [Own, Normalized, InPlace])
def test_an_optimizer_of_the_users(kind, tier):
    if tier == "compiled":
        pytest.importorskip("numba")
    shapes = ((3000,), (41_000,), (6, 5))
    found = steps(kind, {"lr": 0.1}, np.float64, tier, shapes, edges=False)
    for one, other in zip(found[: len(shapes)], expected_of(kind, shapes, np.float64), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
    readings = kind._formulas[("buffer",)]._known
    assert readings is None if kind is not Own else len(readings) == 2


def test_a_subclass_reads_its_own_formula():
    class Twice(optim.SGD):
        @classmethod
        def _update(cls, p, g, state, c):
            return super()._update(p, 2 * g, state, c)

    results = []
    for kind in (optim.SGD, Twice):
        w = ag.tensor([1.0], requires_grad=True)
        w.grad = ag.tensor([1.0])
        kind([w], lr=0.25).step()
        results.append(w.item())
    assert results == [0.75, 0.5]
