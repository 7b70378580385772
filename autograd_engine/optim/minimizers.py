"""SciPy's minimizers with exact derivatives, for functions of tensors.

SciPy sees a function of one vector. Here it is cut into the tensors that the user's function takes, and the
functional transforms write the gradient, Hessian-vector products, Hessians and the Jacobians of constraints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from ..backend.kinds import kind_of
from ..engine.graph import raw
from ..engine.modes import no_grad
from ..func import hessian, hvp, jacobian, value_and_grad
from ..func.structure import pairs_of, replaced, tensors_of
from ..tensor import Tensor
from ..tensor.creation import from_numpy

__all__ = ["minimize"]

_NO_GRADIENT = ("nelder-mead", "powell", "cobyla", "cobyqa")
_PRODUCTS = ("newton-cg", "trust-ncg", "trust-krylov", "trust-constr")
_HESSIAN = ("dogleg", "trust-exact")


class _Layout:
    """How a structure of tensors lies in one vector."""

    def __init__(self, structure: Any) -> None:
        self.structure = structure
        self.tensors = tensors_of(structure)
        if not self.tensors:
            raise TypeError("minimize: there is no tensor in params")
        stops = [0, *accumulate(t.numel() for t in self.tensors)]
        self.slices = [slice(i, j) for i, j in pairwise(stops)]

    def vector(self) -> Any:
        """The values of the tensors."""
        return np.concatenate([kind_of(t.array).read(t.array).astype(np.float64) for t in self.tensors], axis=None)

    def cut(self, vector: Tensor) -> Any:
        """The structure with the parts of a vector in the places of its tensors, as recorded operations."""
        parts = zip(self.slices, self.tensors, strict=True)
        return replaced(self.structure, [vector[s].reshape(t.shape) for s, t in parts])

    def copied(self, vector: Any) -> Any:
        """The structure with new tensors, of the dtypes of the old, that hold the values of an array."""
        parts = zip(self.slices, self.tensors, strict=True)
        return replaced(self.structure, [from_numpy(vector[s].reshape(t.shape).astype(t.dtype)) for s, t in parts])

    def bounds(self, given: Any) -> Any:
        """SciPy's bounds for (low, high) of each tensor."""
        from scipy.optimize import Bounds

        if given is None or isinstance(given, Bounds):
            return given
        if isinstance(self.structure, Tensor) and isinstance(given, list):
            return given  # SciPy's own form: a pair for each element
        lows: list[Any] = []
        highs: list[Any] = []
        for where, tensor, pair in pairs_of("bounds", self.structure, given):
            if not isinstance(tensor, Tensor):
                continue
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise TypeError(f"{where} must be a pair (low, high), not {pair!r}")
            for limits, limit, none in ((lows, pair[0], -np.inf), (highs, pair[1], np.inf)):
                values = none if limit is None else raw(limit)
                limits.append(np.broadcast_to(values, tensor.shape).ravel())
        return Bounds(np.concatenate(lows), np.concatenate(highs))


def minimize(
    fn: Callable[[Any], Tensor],
    params: Any,
    method: str = "BFGS",
    *,
    bounds: Any = None,
    constraints: Any = (),
    tol: float | None = None,
    callback: Callable[[Any], Any] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Any:
    """Minimize a function of tensors by one of SciPy's methods, with exact derivatives.

    BFGS, CG, L-BFGS-B, TNC and SLSQP get the gradient; Newton-CG, trust-ncg, trust-krylov and trust-constr also
    Hessian-vector products, which cost a few times as much as the function whatever the number of
    parameters; dogleg and trust-exact the whole Hessian.

    Args:
        fn: returns the value to be minimized, a 0-d tensor. It is called with float64 tensors, because line
            searches need the digits; a model's parameters are best passed as a dict by name.
        params: where to begin: a tensor, or a dict, list or tuple of tensors, nested to any depth. They stay as
            they are.
        method: the name of SciPy's method.
        bounds: a pair (low, high) for each tensor in the structure of `params`, each end None, a number or an
            array; or, for the vector of all elements, SciPy's `Bounds`.
        constraints: SciPy's; in a dictionary {"type": "eq" or "ineq", "fun": f} the function is one of
            the tensors, too, and its Jacobian is written if there is no "jac".
        tol, options: see `scipy.optimize.minimize`.
        callback: called after each iteration with the structure of tensors; may raise StopIteration.

    Returns:
        SciPy's `OptimizeResult` (`success`, `message`, `fun`, `nit`, ...) in which `x` and `jac` are structures of
        new tensors, in the form and the dtypes of `params`.

    Raises:
        TypeError: `params` holds no tensor, or `fn` returned none; bounds that are no pairs.
        RuntimeError: the value is no scalar, a tensor is not floating, bounds of another structure.
        ValueError: SciPy does not know the method.

    Example:
        >>> def rosenbrock(p):
        ...     return (1 - p["x"]) ** 2 + 100 * (p["y"] - p["x"] ** 2) ** 2
        >>> found = optim.minimize(rosenbrock, {"x": tensor(-1.2), "y": tensor(1.0)}, method="trust-ncg")
        >>> found.x
        {'x': tensor(1.0000), 'y': tensor(1.0000)}
    """
    from scipy import optimize

    layout = _Layout(params)
    known = method.lower()

    def flat(vector: Tensor) -> Tensor:
        return fn(layout.cut(vector))

    both = value_and_grad(flat)

    def value(x: Any) -> float:
        with no_grad():
            return float(flat(_tensor(x)))

    def value_and_gradient(x: Any) -> tuple[float, Any]:
        with no_grad():
            found, gradient = both(_tensor(x))
        return float(found), gradient.array

    def product(x: Any, v: Any) -> Any:
        with no_grad():
            return hvp(flat, _tensor(x), _tensor(v))[1].array

    def matrix(x: Any) -> Any:
        with no_grad():
            return hessian(flat)(_tensor(x)).array

    def report(x: Any, *_: Any) -> Any:
        assert callback is not None
        return callback(layout.copied(x))

    gradient_free = known in _NO_GRADIENT
    listed = [constraints] if isinstance(constraints, Mapping) else constraints
    search: Callable[..., Any] = optimize.minimize
    result = search(
        value if gradient_free else value_and_gradient,
        layout.vector(),
        method=method,
        jac=None if gradient_free else True,
        hessp=product if known in _PRODUCTS else None,
        hess=matrix if known in _HESSIAN else None,
        bounds=layout.bounds(bounds),
        constraints=[_constraint(layout, c) for c in listed] if isinstance(listed, list | tuple) else listed,
        tol=tol,
        callback=None if callback is None else report,
        options=options,
    )
    if np.shape(result.get("jac")) == result.x.shape:  # trust-constr calls the constraints' Jacobians so
        result.jac = layout.copied(result.jac)
    result.x = layout.copied(result.x)
    return result


def _tensor(x: Any) -> Tensor:
    return from_numpy(np.array(x, np.float64))


def _constraint(layout: _Layout, given: Any) -> Any:
    """A constraint in SciPy's terms: functions of the vector."""
    if not isinstance(given, Mapping):
        return given

    def flat(vector: Tensor) -> Any:
        return given["fun"](layout.cut(vector)).reshape(-1)

    def value(x: Any) -> Any:
        with no_grad():
            return flat(_tensor(x)).array

    def slope(x: Any) -> Any:
        with no_grad():
            return jacobian(flat)(_tensor(x)).array

    return {"jac": slope, **given, "fun": value}
