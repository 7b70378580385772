"""L-BFGS: steps in Newton's direction, which is estimated from the last few changes of the gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from ..backend.kinds import is_array, kind_of
from ..engine.modes import enable_grad
from ..engine.writes import written
from ..func.structure import map_structure
from ..tensor import Tensor
from ..tensor.creation import as_tensor
from .flat import State, writable
from .line_search import Point, strong_wolfe
from .optimizer import Optimizer, array_of
from .settings import settings

__all__ = ["LBFGS"]


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
        max_eval = max_iter * 5 // 4 if max_eval is None else max_eval
        super().__init__(params, settings(locals()))

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        if self.param_groups:
            raise ValueError("LBFGS takes one group: it models how the gradients of all parameters change together")
        if group["line_search_fn"] not in (None, "strong_wolfe"):
            raise ValueError(f"line_search_fn must be 'strong_wolfe' or None, not {group['line_search_fn']!r}")

    def _gradient(self) -> Any:
        """The gradients of all parameters as one vector; zeros for those that have none."""
        params = self.param_groups[0]["params"]
        grads = [kind_of(p.array).zeros(p.shape, p.dtype) if p.grad is None else p.grad.array for p in params]
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

                def along(t: float, origin: list[Any] = origin, d: Any = d) -> Point:
                    self._move(origin, t, d)
                    found, gradient = evaluate()
                    return Point(t, float(found), gradient, float(gradient @ d))

                start = Point(0.0, loss, g, slope)
                point = strong_wolfe(along, start, t, _largest(d), small, group["max_eval"] - calls)
                memory["t"] = t = point.t
                loss, g = point.loss, point.gradient
            self._move(origin, t, d)
            if iteration < group["max_iter"] and not group["line_search_fn"]:
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
        return map_structure(lambda x: as_tensor(x) if is_array(x) else x, state.arrays)

    def _restored(self, p: Tensor, number: int, group: dict[str, Any], entries: Mapping[str, Any]) -> State:
        known = {name: value for name, value in entries.items() if name != "al"}  # PyTorch's scratch
        return State({}, map_structure(_number_or_array, known))


def _largest(x: Any) -> float:
    return float(kind_of(x).largest(np.abs(x), None, False, 0.0))


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
        for history, new in ((changes, y), (steps, s), (ro, 1.0 / curvature)):
            history.append(new)
            del history[:-history_size]
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
