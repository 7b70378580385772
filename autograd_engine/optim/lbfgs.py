"""L-BFGS: Newton's direction from the last few changes of the gradient, and a line search along it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..engine.modes import enable_grad
from ..engine.writes import written
from ..func.structure import map_structure
from ..tensor import Tensor
from ..tensor.creation import from_numpy
from .optimizer import Optimizer, State, array_of, writable

__all__ = ["LBFGS"]


class _Point(NamedTuple):
    """A point on the line x + t d.

    Attributes:
        t: how far along d.
        loss, gradient: of the objective there.
        slope: the derivative of the loss by t.
    """

    t: float
    loss: float
    gradient: Any
    slope: float


_DECREASE = 1e-4
"""The least part of the decrease promised by the slope that a step must bring (Armijo)."""

_CURVATURE = 0.9
"""The largest part of the slope that may remain after a step (strong Wolfe)."""


def _cubic_minimum(a: _Point, b: _Point, least: float, most: float) -> float:
    """Where the cubic with the losses and slopes of two points is smallest, within bounds; else their middle."""
    if a.t > b.t:
        a, b = b, a
    if a.t < b.t:
        u = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
        square = u * u - a.slope * b.slope
        if square >= 0:
            w = math.sqrt(square)
            divisor = b.slope - a.slope + 2 * w
            if divisor:
                return min(max(b.t - (b.t - a.t) * (b.slope + w - u) / divisor, least), most)
    return (least + most) / 2


def _strong_wolfe(
    evaluate: Callable[[float], _Point], start: _Point, t: float, length: float, tolerance: float, most: int
) -> _Point:
    """A point where the loss fell and the slope flattened enough, after at most `most` trials beyond the first.

    First the step grows until it brackets such a point, then the bracket shrinks.

    Args:
        evaluate: the point at t.
        start: the point at 0.
        t: the first trial.
        length: the largest coordinate of d.
        tolerance: the bracket's length, in coordinates, at which to give up.

    Source: Nocedal and Wright, "Numerical Optimization" (2006), algorithms 3.5 and 3.6.
    """

    def rose(point: _Point) -> bool:
        return point.loss > start.loss + _DECREASE * point.t * start.slope

    def flat(point: _Point) -> bool:
        return abs(point.slope) <= -_CURVATURE * start.slope

    trials = 0
    before, point = start, evaluate(t)
    bracket = None
    while trials < most and bracket is None:
        if rose(point) or (trials > 1 and point.loss >= before.loss):
            bracket = before, point
        elif flat(point):
            return point
        elif point.slope >= 0:
            bracket = before, point
        else:
            t = _cubic_minimum(before, point, point.t + 0.01 * (point.t - before.t), 10 * point.t)
            before, point = point, evaluate(t)
            trials += 1
    low, high = sorted(bracket or (start, point), key=lambda p: p.loss)
    stuck = False
    while trials < most and abs(high.t - low.t) * length >= tolerance:
        left, right = sorted((low.t, high.t))
        t = _cubic_minimum(low, high, left, right)
        margin = 0.1 * (right - left)
        near = min(right - t, t - left) < margin
        if near and (stuck or not left < t < right):
            t = right - margin if right - t < t - left else left + margin
            near = False
        stuck = near
        point = evaluate(t)
        trials += 1
        if rose(point) or point.loss >= low.loss:
            low, high = sorted((low, point), key=lambda p: p.loss)
        else:
            if flat(point):
                return point
            if point.slope * (high.t - low.t) >= 0:
                high = low
            low = point
    return low


class LBFGS(Optimizer):
    """L-BFGS (Liu and Nocedal, 1989): p <- p + t d with d = -H g, where H estimates the inverse Hessian from the
    last changes of parameters and gradient.

    One `step` takes up to `max_iter` such steps and calls its closure for each. For gradients of the whole
    data; `optim.minimize` has SciPy's methods for functions.

    Args:
        params: tensors; one group only.
        lr: the step t, or with a line search the first one tried.
        max_iter: the most iterations in a step.
        max_eval: the most calls of the closure in a step; 5/4 of max_iter by default.
        tolerance_grad: done when no derivative is larger.
        tolerance_change: done when neither loss nor parameters change more.
        history_size: how many changes to remember.
        line_search_fn: "strong_wolfe", or None for steps of size lr.

    Raises:
        ValueError: more than one group, or a setting out of range.

    Example:
        >>> w = tensor([1.0, 2.0], requires_grad=True)
        >>> optimizer = LBFGS([w], line_search_fn="strong_wolfe")
        >>> def closure():
        ...     optimizer.zero_grad()
        ...     loss = (w - tensor([3.0, 4.0])).pow(4).sum()
        ...     loss.backward()
        ...     return loss
        >>> optimizer.step(closure)
        tensor(32., grad_fn=<sum>)
        >>> closure().item() < 1e-6
        True
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        if self.param_groups:
            raise ValueError("LBFGS takes one group: it models how the gradients of all parameters change together")
        if group["line_search_fn"] not in (None, "strong_wolfe"):
            raise ValueError(f"line_search_fn must be 'strong_wolfe' or None, not {group['line_search_fn']!r}")

    def _gradient(self) -> Any:
        """The gradients of all parameters as one vector; zeros for those that have none."""
        params = self.param_groups[0]["params"]
        grads = [np.zeros(p.shape, p.dtype) if p.grad is None else p.grad.array for p in params]
        return np.concatenate(grads, axis=None)

    def _move(self, origin: list[Any], t: float, direction: Any) -> None:
        """Set the parameters to origin + t direction."""
        start = 0
        for p, values in zip(self.param_groups[0]["params"], origin, strict=True):
            array = writable(p)
            np.add(values, t * direction[start : start + array.size].reshape(array.shape), out=array)
            written(array)
            start += array.size

    def _take_step(self, closure: Callable[[], Any] | None) -> Any:
        if closure is None:
            raise TypeError("LBFGS.step() needs a closure that computes the loss and its gradients")
        group = self.param_groups[0]
        params = group["params"]
        memory = self._states.setdefault(params[0], State({})).arrays
        memory.setdefault("func_evals", 0)
        memory.setdefault("n_iter", 0)
        calls = 0

        def evaluate() -> tuple[Any, Any]:
            nonlocal calls
            with enable_grad():
                loss = closure()
            calls += 1
            memory["func_evals"] += 1
            return loss, self._gradient()

        first, g = evaluate()
        loss, calm, small = float(first), group["tolerance_grad"], group["tolerance_change"]
        if _largest(g) <= calm:
            return first
        for iteration in range(1, group["max_iter"] + 1):
            memory["n_iter"] += 1
            d = _newton_direction(memory, g, group["history_size"])
            t = float(group["lr"])
            if memory["n_iter"] == 1:
                t *= min(1.0, 1.0 / float(np.abs(g).sum()))
            memory.update(d=d, t=t, prev_flat_grad=g, prev_loss=loss)
            slope = float(g @ d)
            if slope > -small:
                break
            origin = [writable(p).copy() for p in params]
            if group["line_search_fn"]:

                def along(t: float, origin: list[Any] = origin, d: Any = d) -> _Point:
                    self._move(origin, t, d)
                    found, gradient = evaluate()
                    return _Point(t, float(found), gradient, float(gradient @ d))

                start = _Point(0.0, loss, g, slope)
                point = _strong_wolfe(along, start, t, _largest(d), small, group["max_eval"] - calls)
                memory["t"] = t = point.t
                loss, g = point.loss, point.gradient
            self._move(origin, t, d)
            if iteration == group["max_iter"]:
                break
            if not group["line_search_fn"]:
                found, g = evaluate()
                loss = float(found)
            if (
                calls >= group["max_eval"]
                or _largest(g) <= calm
                or _largest(d) * abs(t) <= small
                or abs(loss - memory["prev_loss"]) < small
            ):
                break
        return first

    def _described(self, state: State) -> dict[str, Any]:
        return map_structure(lambda x: from_numpy(x) if isinstance(x, np.ndarray) else x, state.arrays)

    def _restored(self, p: Tensor, number: int, group: dict[str, Any], entries: Mapping[str, Any]) -> State:
        known = {name: value for name, value in entries.items() if name != "al"}  # PyTorch's scratch
        return State({}, map_structure(_number_or_array, known))


def _largest(x: Any) -> float:
    return float(np.abs(x).max(initial=0.0))


def _number_or_array(x: Any) -> Any:
    array = array_of(x)
    return array.copy() if array.ndim else array.item()


def _newton_direction(memory: dict[str, Any], g: Any, history_size: int) -> Any:
    """-H g, after H has learned from the last step; by Nocedal's two loops, without forming H."""
    if memory["n_iter"] == 1:
        memory.update(old_dirs=[], old_stps=[], ro=[], H_diag=1.0)
        return -g
    changes, steps, ro = memory["old_dirs"], memory["old_stps"], memory["ro"]
    y, s = g - memory["prev_flat_grad"], memory["d"] * memory["t"]
    curvature = float(y @ s)
    if curvature > 1e-10:
        for kept, new in ((changes, y), (steps, s), (ro, 1.0 / curvature)):
            kept.append(new)
            del kept[:-history_size]
        memory["H_diag"] = curvature / float(y @ y)
    pairs = list(zip(changes, steps, ro, strict=True))
    d, shares = -g, []
    for y, s, r in reversed(pairs):
        shares.append(float(s @ d) * r)
        d -= shares[-1] * y
    d *= memory["H_diag"]
    for (y, s, r), share in zip(pairs, reversed(shares), strict=True):
        d += (share - float(y @ d) * r) * s
    return d
