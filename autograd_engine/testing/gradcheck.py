"""Compare derivatives from the backward pass with finite differences of the function.

Derivatives from the backward pass (analytic) and from finite differences (numeric) have only the forward
computation in common, so if they agree, both are right. For small problems the whole Jacobian J is compared, entry
by entry. For large ones u^T J v is compared for random u and v, which takes two evaluations, and a wrong entry is
found by bisection. Where the function has a kink or a jump there is no derivative to compare with, and the error
says so.

Second derivatives are the first derivatives of the backward pass, so `gradgradcheck` is `gradcheck` of a function
that calls `grad`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Unpack

import numpy as np

from ..backend.arrays import is_floating
from ..engine.backward import grad
from ..engine.graph import raw
from ..engine.modes import enable_grad
from ..tensor import Tensor
from ..tensor.creation import tensor
from .options import Options, check_options

FULL_JACOBIAN_LIMIT = 4096
"""With `fast_mode=None`, all entries are compared if the Jacobian has at most so many."""

COMPLEX_STEP = 1e-20
"""The imaginary step. Its square is lost in rounding, and nothing is subtracted, so no digits cancel."""


class GradcheckError(RuntimeError):
    """A derivative differs from finite differences; the message says which entry, and by how much."""


class NotSmoothError(GradcheckError):
    """The function has a kink or a jump within the step, or is not finite there, so it has no derivative to
    check."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Tensor | Sequence[Any],
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    *,
    nondet_tol: float = 0.0,
    fast_mode: bool | None = None,
    method: str = "central",
    **options: Unpack[Options],
) -> bool:
    """Whether the derivatives of `func` at `inputs` are right: |analytic - numeric| <= atol + rtol |numeric|.

    The numeric derivative is the central difference (f(x + h) - f(x - h)) / 2h, whose error is of the order of
    h^2 + 1e-16 / h. With `method="complex"` it is the complex step Im f(x + ih) / h, which is exact to the last
    digits. `func` is then called with raw complex arrays and must be analytic: made of operations such as + * exp
    sin matmul sum, and not of abs, max or comparisons.

    The check also makes sure that two backward passes give the same gradients, and that gradients are linear in the
    gradient of the result.

    Args:
        func: takes `inputs`, returns a tensor or a tuple of tensors.
        inputs: one argument, or several in a list or tuple. Tensors that require gradients must be float64 and are
            checked; all other arguments are passed on unchanged.
        eps: the step h of the central difference.
        atol, rtol: the absolute and the relative tolerance.
        raise_exception: whether to raise an error if a derivative is wrong; otherwise return False.
        nondet_tol: how much two backward passes may differ.
        fast_mode: True compares random projections, False every entry; None decides by the size of the Jacobian.
        method: "central" or "complex".
        options: PyTorch's further arguments; see `Options`.

    Returns:
        True if all derivatives agree; False if not and `raise_exception` is False.

    Raises:
        GradcheckError: a derivative is wrong.
        NotSmoothError: the function has no derivative at this point (a subclass).
        ValueError: no input requires gradients, one that does is not float64, the method is unknown, or an option
            asks for a check of forward mode or of batched gradients.

    Example:
        >>> x = ag.tensor([0.5, 1.5], dtype=ag.float64, requires_grad=True)
        >>> gradcheck(ag.sin, x)
        True

    Sources:
        W. Squire and G. Trapp, "Using complex variables to estimate derivatives of real functions",
        SIAM Review 40 (1998) 110-112. J. R. R. A. Martins, P. Sturdza and J. J. Alonso, "The
        complex-step derivative approximation", ACM TOMS 29 (2003) 245-262. The interface, and the
        projections of `fast_mode`, are those of torch.autograd.gradcheck.
    """
    check_options("gradcheck", options)
    return _verdict(
        lambda: _Check(func, inputs, eps, atol, rtol, nondet_tol, method, "derivative").compare(fast_mode),
        raise_exception,
    )


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Tensor | Sequence[Any],
    grad_outputs: Tensor | Sequence[Tensor] | None = None,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    *,
    nondet_tol: float = 0.0,
    fast_mode: bool | None = None,
    **options: Unpack[Options],
) -> bool:
    """Whether the second derivatives of `func` are right: the derivatives of its backward pass.

    The backward pass is a function of the inputs and of the gradients of the results. Its derivatives with respect
    to both are compared with central differences, as in `gradcheck`.

    Args:
        func, inputs, eps, atol, rtol, raise_exception, nondet_tol, fast_mode, options: as in `gradcheck`.
        grad_outputs: the gradients of the results that the first backward pass starts from; random by default.

    Raises:
        GradcheckError: a second derivative is wrong.
        NotSmoothError: the first derivative has a kink or a jump at this point.
        ValueError: as in `gradcheck`.

    Example:
        >>> x = ag.tensor([0.5, 1.5], dtype=ag.float64, requires_grad=True)
        >>> gradgradcheck(ag.exp, x)
        True
    """
    check_options("gradgradcheck", options)
    arguments = _listed(inputs)
    count = len(arguments)

    def backward_pass(*given: Any) -> tuple[Tensor, ...]:
        values, cotangents = given[:count], given[count:]
        results = _recorded(func(*values))
        wanted = [t for t in values if isinstance(t, Tensor) and t.requires_grad]
        if not results:
            return ()
        return grad(results, wanted, cotangents, create_graph=True, materialize_grads=True)

    def check() -> None:
        if grad_outputs is None:
            random = np.random.default_rng(0)
            with enable_grad():
                results = _recorded(func(*arguments))
            cotangents = [
                tensor(random.uniform(0.5, 1.5, r.shape), dtype=r.dtype, requires_grad=True) for r in results
            ]
        else:
            given = _listed(grad_outputs)
            cotangents = [g if g.requires_grad else tensor(g, requires_grad=True) for g in given]
        comparison = _Check(
            backward_pass, (*arguments, *cotangents), eps, atol, rtol, nondet_tol, "central", "second derivative"
        )
        comparison.names = [f"input {i}" for i in range(count)]
        comparison.names += [f"grad_outputs {i}" for i in range(len(cotangents))]
        comparison.compare(fast_mode)

    return _verdict(check, raise_exception)


def _verdict(check: Callable[[], None], raise_exception: bool) -> bool:
    try:
        check()
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def _listed(x: Any) -> list[Any]:
    return list(x) if isinstance(x, (tuple, list)) else [x]


def _recorded(results: Any) -> list[Tensor]:
    """The results through which gradients flow."""
    return [r for r in _listed(results) if isinstance(r, Tensor) and r.requires_grad]


class _Check:
    """The check of one function at one point: its numeric and analytic derivatives, and the error if they
    differ."""

    def __init__(
        self,
        func: Callable[..., Any],
        inputs: Tensor | Sequence[Any],
        eps: float,
        atol: float,
        rtol: float,
        nondet_tol: float,
        method: str,
        order: str,
    ) -> None:
        if method not in ("central", "complex"):
            raise ValueError(f"gradcheck: method must be 'central' or 'complex', not {method!r}")
        self.func, self.arguments = func, _listed(inputs)
        self.eps, self.atol, self.rtol, self.nondet_tol = eps, atol, rtol, nondet_tol
        self.method, self.order = method, order
        self.names = [f"input {i}" for i in range(len(self.arguments))]
        self.places = [i for i, t in enumerate(self.arguments) if isinstance(t, Tensor) and t.requires_grad]
        if not self.places:
            raise ValueError("gradcheck: no input requires gradients; make one with requires_grad=True")
        for i in self.places:
            if self.arguments[i].dtype != np.float64:
                raise ValueError(
                    f"gradcheck: input {i} is {self.arguments[i].dtype}, too coarse for differences of "
                    f"{eps}; use float64: tensor(data, dtype=float64, requires_grad=True)"
                )
        self.point = {i: np.array(self.arguments[i].array) for i in self.places}
        self.random = np.random.default_rng(0)

    # -------------------------------------------------------------------------- evaluating func

    def leaves(self, moved: dict[int, Any]) -> list[Any]:
        """The arguments, with new leaves for those that are checked; `moved` has other values for some of them."""
        return [
            tensor(moved.get(i, self.point[i]), requires_grad=True) if i in self.point else a
            for i, a in enumerate(self.arguments)
        ]

    def evaluate(self, moved: dict[int, Any]) -> list[Any]:
        """The values of the floating-point results."""
        if self.method == "complex":
            arrays = [
                np.array(moved.get(i, self.point[i]), np.complex128)[()] if i in self.point else raw(a)
                for i, a in enumerate(self.arguments)
            ]
            values = [np.asarray(r) for r in _listed(self.func(*arrays))]
            return [v for v in values if v.dtype.kind in "fc"]
        with enable_grad():
            results = _listed(self.func(*self.leaves(moved)))
        return [np.array(r.array) for r in results if is_floating(r.dtype)]

    def numeric(self, place: int, direction: Any) -> list[Any]:
        """The derivative of every result along `direction` in one input, by differences."""
        x = self.point[place]
        if self.method == "complex":
            results = self.evaluate({place: x + 1j * COMPLEX_STEP * direction})
            if any(r.dtype.kind != "c" for r in results):
                raise ValueError(
                    "gradcheck: method='complex' needs a function that computes with complex arrays, "
                    "this one returned a real result; use method='central'"
                )
            return [r.imag / COMPLEX_STEP for r in results]
        above = self.evaluate({place: x + self.eps * direction})
        below = self.evaluate({place: x - self.eps * direction})
        return [(a - b) / (2 * self.eps) for a, b in zip(above, below, strict=True)]

    def pull(self, cotangents: Sequence[Any]) -> list[Any]:
        """u^T J for each checked input, from one forward and one backward pass."""
        with enable_grad():
            leaves = self.leaves({})
            results = [r for r in _listed(self.func(*leaves)) if is_floating(r.dtype)]
            pairs = [(r, tensor(u)) for r, u in zip(results, cotangents, strict=True) if r.requires_grad]
            if not pairs:
                return [np.zeros_like(self.point[i]) for i in self.places]
            outputs, gradients = zip(*pairs, strict=True)
            wanted = [leaves[i] for i in self.places]
            found = grad(list(outputs), wanted, list(gradients), materialize_grads=True)
        return [np.array(g.array) for g in found]

    # ---------------------------------------------------------------------------- comparing

    def close(self, analytic: Any, numeric: Any, share: float = 1.0) -> Any:
        """Where the two agree, with `share` of the relative tolerance; NaN agrees with nothing."""
        with np.errstate(invalid="ignore"):
            return np.abs(analytic - numeric) <= self.atol + self.rtol * share * np.abs(numeric)

    def compare(self, fast_mode: bool | None) -> None:
        """Compare all derivatives, and raise on the first difference."""
        shapes = [r.shape for r in self.evaluate({})]
        cotangents = [np.asarray(self.random.uniform(0.5, 1.5, s)) for s in shapes]
        pulled = self.pull(cotangents)
        for i, first, second in zip(self.places, pulled, self.pull(cotangents), strict=True):
            if np.any(np.abs(first - second) > self.nondet_tol):
                raise GradcheckError(
                    f"the {self.order} is not deterministic: two backward passes gave gradients of "
                    f"{self.names[i]} that differ by {np.abs(first - second).max():.3g}"
                )
        entries = sum(int(np.prod(s)) for s in shapes) * sum(self.point[i].size for i in self.places)
        if fast_mode or (fast_mode is None and entries > FULL_JACOBIAN_LIMIT):
            self.compare_projections(cotangents, pulled)
        else:
            self.compare_jacobians(shapes, cotangents, pulled)

    def compare_projections(self, cotangents: list[Any], pulled: list[Any]) -> None:
        """Compare u^T J v from the backward pass with u^T J v from differences, for random u and v."""

        def difference(place: int, gradient: Any, direction: Any) -> tuple[float, float, bool]:
            numeric = sum(
                float((u * d).sum()) for u, d in zip(cotangents, self.numeric(place, direction), strict=True)
            )
            analytic = float((gradient * direction).sum())
            # One wrong entry among n is a small part of the sum, so the relative tolerance shrinks with n.
            return analytic, numeric, bool(self.close(analytic, numeric, 1 / np.sqrt(max(1, gradient.size))))

        for place, gradient in zip(self.places, pulled, strict=True):
            direction = np.asarray(self.random.uniform(-1.0, 1.0, gradient.shape))
            if difference(place, gradient, direction)[2]:
                continue
            # Bisection: keep that half of the entries whose projection is further off.
            suspects = np.arange(gradient.size)
            while len(suspects) > 1:
                halves = np.array_split(suspects, 2)
                masks = [np.isin(np.arange(gradient.size), h).reshape(gradient.shape) for h in halves]
                found = [difference(place, gradient, direction * m) for m in masks]
                errors = [np.inf if np.isnan(a - n) else abs(a - n) for a, n, _ in found]
                suspects = halves[int(errors[1] > errors[0])]
            entry = np.unravel_index(int(suspects[0]), gradient.shape)
            unit = np.zeros_like(gradient)
            unit[entry] = 1.0
            analytic, numeric, _ = difference(place, gradient, unit)
            self.fail(place, entry, None, None, analytic, numeric)

    def compare_jacobians(self, shapes: list[Any], cotangents: list[Any], pulled: list[Any]) -> None:
        """Compare every entry of the Jacobian from the backward pass with the same entry from differences."""
        rows: list[list[list[Any]]] = []
        for k, shape in enumerate(shapes):
            rows.append([])
            for j in np.ndindex(shape):
                units = [np.zeros(s) for s in shapes]
                units[k][j] = 1.0
                rows[k].append(self.pull(units))
        for n, place in enumerate(self.places):
            analytic = [
                np.array([row[n] for row in block]).reshape((*shape, *self.point[place].shape))
                for block, shape in zip(rows, shapes, strict=True)
            ]
            for entry in np.ndindex(self.point[place].shape):
                unit = np.zeros_like(self.point[place])
                unit[entry] = 1.0
                for k, column in enumerate(self.numeric(place, unit)):
                    expected = analytic[k][(..., *entry)]
                    wrong = ~self.close(expected, column)
                    if wrong.any():
                        j = tuple(int(i) for i in np.argwhere(wrong)[0])
                        self.fail(place, entry, k, j, float(expected[j]), float(column[j]))
            combined = sum(np.tensordot(u, a, u.ndim) for u, a in zip(cotangents, analytic, strict=True))
            same = np.asarray(np.isclose(pulled[n], combined, rtol=1e-8, atol=1e-8 + self.nondet_tol))
            if not same.all():
                entry = tuple(int(i) for i in np.argwhere(~same)[0])
                raise GradcheckError(
                    f"the {self.order} is not linear in the gradient of the result: entry {_index(entry)} of "
                    f"{self.names[place]} is {np.asarray(pulled[n])[entry]:.10g} for a random gradient, and "
                    f"{np.asarray(combined)[entry]:.10g} as a sum over unit gradients"
                )

    # ------------------------------------------------------------------------------ reporting

    def fail(
        self, place: int, entry: Any, output: int | None, output_entry: Any, analytic: float, numeric: float
    ) -> None:
        """Raise the error for one entry: NotSmoothError if it has no derivative here, else GradcheckError."""
        x = self.point[place][entry]
        where = f"{self.names[place]}, entry {_index(entry)} (value {x:.6g})"
        if self.method == "central" and (problem := self.not_smooth(place, entry)):
            raise NotSmoothError(
                f"no {self.order} to check with respect to {where}: the function {problem} within {self.eps:g} of "
                "this point; check it elsewhere"
            )
        of = "a random combination of the results" if output is None else f"output {output}"
        if output_entry:
            of += f", entry {_index(output_entry)}"
        raise GradcheckError(
            f"wrong {self.order} of {of} with respect to {where}: analytic {analytic:.10g}, numeric {numeric:.10g} "
            f"(difference {abs(analytic - numeric):.3g}, allowed {self.atol + self.rtol * abs(numeric):.3g})"
        )

    def not_smooth(self, place: int, entry: Any) -> str | None:
        """Why the function has no derivative along one entry; None if it has one.

        Where a derivative exists, the gap between the slopes to the left and to the right halves when the step is
        halved, and their mean stays. At a kink the gap stays; close to a kink the mean changes. At a jump the gap
        or the mean doubles.
        """
        x = self.point[place]
        unit = np.zeros_like(x)
        unit[entry] = 1.0
        middle = self.evaluate({})
        gaps, means = [], []
        for step in (self.eps, self.eps / 2):
            above, below = self.evaluate({place: x + step * unit}), self.evaluate({place: x - step * unit})
            if not all(np.isfinite(v).all() for v in (*above, *middle, *below)):
                return "is not finite"
            gaps.append([np.abs(a - 2 * m + b) / step for a, m, b in zip(above, middle, below, strict=True)])
            means.append([(a - b) / (2 * step) for a, b in zip(above, below, strict=True)])
        for wide, narrow, mean, closer, m in zip(*gaps, *means, middle, strict=True):
            noise = self.atol + 1e-14 * (1 + np.abs(m)) / self.eps
            kink = (wide > noise) & (narrow > 0.75 * wide)
            jump = np.abs(closer - mean) > noise + 0.01 * np.abs(mean)
            if kink.any() or jump.any():
                return "has a kink or a jump"
        return None


def _index(entry: Any) -> str:
    """An index as a user writes it."""
    return str(tuple(int(i) for i in entry)) if len(entry) != 1 else f"[{int(entry[0])}]"
