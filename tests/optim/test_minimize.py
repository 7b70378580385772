"""optim.minimize: SciPy's methods with exact derivatives."""

import numpy as np
import pytest
from scipy import optimize

import autograd_engine as ag
from autograd_engine import nn, optim

from ..messages import exactly

GRADIENT = ["BFGS", "CG", "L-BFGS-B", "TNC", "SLSQP"]
PRODUCTS = ["Newton-CG", "trust-ncg", "trust-krylov"]
HESSIAN = ["dogleg", "trust-exact"]


trlib_warns = pytest.mark.filterwarnings("ignore:invalid value encountered in multiply:RuntimeWarning")
"""SciPy's trust-krylov does so with its own derivatives, too."""


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def start(*values, dtype=np.float64):
    return ag.tensor(np.array(values, dtype))


def recorded(monkeypatch):
    """What SciPy is given, and what it returns."""
    calls = {}
    true = optimize.minimize

    def record(fun, x0, **settings):
        calls.update(settings, fun=fun, x0=x0)
        calls["result"] = true(fun, x0, **settings)
        return optimize.OptimizeResult(calls["result"])

    monkeypatch.setattr(optimize, "minimize", record)
    return calls


@trlib_warns
@pytest.mark.parametrize("method", [*GRADIENT, *PRODUCTS, *HESSIAN, "trust-constr"])
def test_every_method_minimizes_rosenbrock(method):
    begin = start(-1.2, 1.0, 0.8) if method != "dogleg" else start(1.1, 1.2, 1.4)  # where the Hessian is positive
    options = {"maxfun": 2000} if method == "TNC" else {"maxiter": 1000}
    found = optim.minimize(rosenbrock, begin, method, tol=1e-10, options=options)
    assert isinstance(found, optimize.OptimizeResult)
    np.testing.assert_allclose(found.x, 1, rtol=1e-4)
    assert found.fun < 1e-8
    assert begin[0].item() in (-1.2, 1.1)


@pytest.mark.parametrize("method", ["Nelder-Mead", "Powell"])
def test_methods_without_derivatives_work_too(method):
    np.testing.assert_allclose(optim.minimize(rosenbrock, start(0.5, 0.5), method, tol=1e-8).x, 1, atol=1e-3)


@pytest.mark.parametrize("method", [*GRADIENT, *PRODUCTS, *HESSIAN])
def test_scipy_gets_the_derivatives_of_its_own_rosenbrock(method, monkeypatch):
    calls = recorded(monkeypatch)
    optim.minimize(rosenbrock, start(0.9, 0.8, 0.7), method)
    rng = np.random.default_rng(0)
    for _ in range(3):
        x, v = rng.normal(size=(2, 3))
        value, gradient = calls["fun"](x)
        np.testing.assert_allclose(value, optimize.rosen(x), rtol=1e-12)
        np.testing.assert_allclose(gradient, optimize.rosen_der(x), rtol=1e-10)
        if method in PRODUCTS:
            np.testing.assert_allclose(calls["hessp"](x, v), optimize.rosen_hess_prod(x, v), rtol=1e-10)
        if method in HESSIAN:
            np.testing.assert_allclose(calls["hess"](x), optimize.rosen_hess(x), rtol=1e-10, atol=1e-10)
    assert (calls["hessp"] is not None, calls["hess"] is not None) == (method in PRODUCTS, method in HESSIAN)


def test_the_path_is_scipys_with_the_derivatives_written_by_hand():
    x0 = np.array([-1.2, 1.0, 0.8])
    ours = optim.minimize(rosenbrock, ag.tensor(x0), "Newton-CG")
    theirs = optimize.minimize(
        optimize.rosen, x0, method="Newton-CG", jac=optimize.rosen_der, hessp=optimize.rosen_hess_prod
    )
    np.testing.assert_allclose(ours.x, theirs.x, rtol=1e-9)
    assert (ours.nit, ours.nfev) == (theirs.nit, theirs.nfev)


@pytest.mark.parametrize("method", ["BFGS", "Newton-CG", "trust-exact"])
def test_structures_come_back_in_their_form_and_dtypes(method):
    params = {
        "w": start(3.0, -1.0, dtype=np.float32),
        "rest": [ag.tensor(np.array(2.0)), (ag.zeros(2, 2, dtype=ag.float64), "kept")],
    }
    params["w"].requires_grad_()
    target = np.array([[1.0, 2.0], [3.0, 4.0]])

    def fn(p):
        assert p["w"].dtype == np.float64
        assert p["rest"][1][1] == "kept"
        w, (b, (m, _)) = p["w"], p["rest"]
        return ((w - 2) ** 2).sum() + (b - w[0] * 3) ** 2 + ((m - ag.tensor(target)) ** 2).sum()

    found = optim.minimize(fn, params, method)
    assert found.x.keys() == params.keys()
    assert found.x["rest"][1][1] == "kept"
    assert found.x["w"].dtype == np.float32
    assert not found.x["w"].requires_grad
    assert params["w"].tolist() == [3, -1]
    assert params["w"].grad is None
    np.testing.assert_allclose(found.x["w"], 2, rtol=1e-5)
    np.testing.assert_allclose(found.x["rest"][0], 6, rtol=1e-5)
    np.testing.assert_allclose(found.x["rest"][1][0], target, rtol=1e-5, atol=1e-6)
    assert found.jac["rest"][1][0].shape == (2, 2)


def test_a_tuple_is_one_argument():
    found = optim.minimize(lambda p: (p[0] - p[1]) ** 2 + p[1] ** 2, (ag.tensor(1.0), ag.tensor(2.0)), "trust-ncg")
    np.testing.assert_allclose([x.item() for x in found.x], 0, atol=1e-5)


@trlib_warns
def test_a_quadratic_is_solved_like_its_linear_system():
    rng = np.random.default_rng(0)
    m = rng.normal(size=(6, 6))
    a, b = ag.tensor(m @ m.T + np.eye(6)), ag.tensor(rng.normal(size=6))
    for method in ("CG", "trust-krylov", "Newton-CG"):
        found = optim.minimize(lambda x: x @ a @ x / 2 - b @ x, ag.zeros(6, dtype=ag.float64), method, tol=1e-10)
        np.testing.assert_allclose(found.x, np.linalg.solve(a.numpy(), b.numpy()), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("method", ["L-BFGS-B", "trust-ncg"])
def test_logistic_regression_is_scikit_learns(method):
    linear_model = pytest.importorskip("sklearn.linear_model")
    from sklearn.datasets import load_iris

    x, y = load_iris(return_X_y=True)
    inputs, target = ag.tensor(x), ag.tensor(y)

    def loss(p):
        scores = nn.functional.linear(inputs, p["weight"], p["bias"])
        return nn.functional.cross_entropy(scores, target, reduction="sum") + (p["weight"] ** 2).sum() / 2

    begin = {"weight": ag.zeros(3, 4, dtype=ag.float64), "bias": ag.zeros(3, dtype=ag.float64)}
    found = optim.minimize(loss, begin, method, tol=1e-13 if method == "L-BFGS-B" else 1e-7)
    model = linear_model.LogisticRegression(tol=1e-10, max_iter=5000).fit(x, y)
    np.testing.assert_allclose(found.x["weight"], model.coef_, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(nn.functional.linear(inputs, **found.x).argmax(1), model.predict(x))


# ------------------------------------------------------------------------------ bounds and constraints


@pytest.mark.parametrize(
    "bounds",
    [
        {"a": (None, 0.5), "b": (np.array([2.0, -1.0]), 5)},
        {"a": (None, 0.5), "b": (ag.tensor([2.0, -1.0]), None)},
        optimize.Bounds([-np.inf, 2, -1], [0.5, 5, 5]),
    ],
)
def test_bounds_of_each_tensor(bounds):
    def fn(p):
        return (p["a"] - 1) ** 2 + (p["b"] ** 2).sum()

    begin = {"a": ag.tensor(0.0), "b": ag.tensor([3.0, 3.0])}
    found = optim.minimize(fn, begin, "L-BFGS-B", bounds=bounds)
    np.testing.assert_allclose(found.x["a"], 0.5)
    np.testing.assert_allclose(found.x["b"], [2, 0], atol=1e-6)


@pytest.mark.parametrize("bounds", [(None, 0.5), [(None, 0.5), (0, 0.5)]])
def test_bounds_of_one_tensor_are_a_pair_or_scipys_list(bounds):
    found = optim.minimize(lambda x: ((x - 1) ** 2).sum(), start(0.0, 0.0), "L-BFGS-B", bounds=bounds)
    np.testing.assert_allclose(found.x, 0.5)


@pytest.mark.parametrize("method", ["SLSQP", "trust-constr"])
@pytest.mark.parametrize(
    "constraints",
    [
        {"type": "eq", "fun": lambda p: p["a"] ** 2 + p["b"] ** 2 - 2},
        [
            {"type": "ineq", "fun": lambda p: 2 - p["a"] ** 2 - p["b"] ** 2},
            {"type": "ineq", "fun": lambda p: 9 - p["a"] ** 2, "jac": lambda x: np.array([-2 * x[0], 0.0])},
        ],
        {
            "type": "ineq",
            "fun": lambda p: ag.stack([9 - p["a"] ** 2, 2 - p["a"] ** 2 - p["b"] ** 2]).reshape(2, 1),
        },
        optimize.NonlinearConstraint(lambda x: x @ x, 0, 2),
    ],
)
def test_constraints_on_tensors_have_exact_jacobians(method, constraints):
    begin = {"a": ag.tensor(np.array(-0.5)), "b": ag.tensor(np.array(-0.6))}
    found = optim.minimize(lambda p: p["a"] + p["b"], begin, method, constraints=constraints, tol=1e-9)
    np.testing.assert_allclose([found.x["a"].item(), found.x["b"].item()], -1, atol=1e-4)


def test_the_jacobian_of_a_constraint(monkeypatch):
    calls = recorded(monkeypatch)
    circle = {"type": "eq", "fun": lambda x: (x**2).sum() - 1}
    optim.minimize(lambda x: x.sum(), start(1.0, 0.5), "SLSQP", constraints=circle)
    np.testing.assert_allclose(calls["constraints"][0]["jac"](np.array([3.0, -2.0])), [[6, -4]])


# -------------------------------------------------------------------------------- callbacks, refusals


def test_the_callback_sees_the_structure_and_may_stop():
    seen = []

    def callback(p):
        seen.append(p["x"])
        if len(seen) == 3:
            raise StopIteration

    found = optim.minimize(lambda p: rosenbrock(p["x"]), {"x": start(-1.2, 1.0)}, "BFGS", callback=callback)
    assert len(seen) == 3
    np.testing.assert_array_equal(found.x["x"], seen[-1])
    assert found.nit == 3


def test_what_the_function_captured_is_left_alone():
    scale = ag.tensor(2.0, requires_grad=True)
    found = optim.minimize(lambda x: ((x - 1) ** 2).sum() * scale, start(0.0, 3.0))
    assert scale.grad is None
    np.testing.assert_allclose(found.x, 1, rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: optim.minimize(rosenbrock, [1.0, 2.0]),
            TypeError,
            exactly("minimize: there is no tensor in params"),
        ),
        (
            lambda: optim.minimize(lambda x: x * 2, start(1.0, 2.0)),
            RuntimeError,
            exactly(
                "value_and_grad: the function returned a tensor of shape (2,), expected a scalar "
                "(0-d); reduce it with sum() or mean(), or use vjp or jacobian"
            ),
        ),
        (
            lambda: optim.minimize(lambda x: 3.0, start(1.0, 2.0)),
            TypeError,
            exactly("value_and_grad: the function returned a float, expected a tensor"),
        ),
        (
            lambda: optim.minimize(rosenbrock, start(1.0, 2.0), "Newton"),
            ValueError,
            exactly("...Newton..."),
        ),
        (
            lambda: optim.minimize(rosenbrock, start(1.0, 2.0), "TNC", bounds=(1, 2, 3)),
            TypeError,
            exactly("bounds must be a pair (low, high), not (1, 2, 3)"),
        ),
        (
            lambda: optim.minimize(lambda p: p["x"], {"x": ag.ones(())}, "TNC", bounds={"y": (0, 1)}),
            RuntimeError,
            exactly("bounds is a dict with keys ['y'], expected a dict with keys ['x']"),
        ),
    ],
)
def test_bad_arguments_are_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_bounds_pass_over_what_is_no_tensor():
    params = {"a": start(3.0), "n": 2, "b": start(5.0, -4.0)}
    found = optim.minimize(
        lambda p: ((p["a"] - 1) ** p["n"]).sum() + (p["b"] ** 2).sum(),
        params,
        "L-BFGS-B",
        bounds={"a": (2.0, None), "n": None, "b": (None, -1.0)},
    )
    assert found.x["n"] == 2
    assert found.x["a"].tolist() == [2.0]
    assert found.x["b"].tolist() == [-1.0, -1.0]
