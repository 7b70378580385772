"""Optimizer: one formula on flat arrays, applied to all parameters in as few calls as possible.

A subclass writes its update once, for a flat run of numbers: parameter, gradient, state, scratch. This
module decides what the runs are. A large parameter is cut, where it lies, into blocks small enough
that all passes of the formula stay in the processor's cache. Small parameters of one dtype are gathered into
one run, so that a hundred biases cost as many calls as one. The arrangement is made once and
kept while the same parameters have gradients and their arrays stay the same objects; a step allocates nothing
large. Vector updates go to BLAS, y += a x in one pass, where NumPy would take two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any, ClassVar, NamedTuple

import numpy as np

from .. import graph
from ..autograd import enable_grad
from ..creation import from_numpy
from ..tensor import Tensor

__all__ = ["Optimizer", "Vectors"]


class Vectors(NamedTuple):
    """The two vector updates of BLAS for one dtype, in place on `y`.

    Attributes:
        axpy: `axpy(x, y, a=a)` adds a x to y.
        scal: `scal(a, y)` multiplies y by a.
    """

    axpy: Callable[..., Any]
    scal: Callable[..., Any]


def _axpy(x: Any, y: Any, *, a: float) -> None:
    y += a * x


def _scal(a: float, y: Any) -> None:
    y *= a


_ONE_THREAD = 10_000
"""The longest vectors that OpenBLAS adds without sharing the work between threads."""


def _piecewise(axpy: Callable[..., Any]) -> Callable[..., Any]:
    """BLAS's axpy in pieces that keep to one thread.

    SciPy and NumPy bring a BLAS each. Where both run threads, those that wait for more work take the cores from
    those that have some: on 2 cores the matrix products of the next forward pass took 5 times as long.
    """

    def add(x: Any, y: Any, *, a: float) -> None:
        size = y.size
        if size <= _ONE_THREAD:
            axpy(x, y, a=a)
            return
        for i in range(0, size, _ONE_THREAD):
            axpy(x, y, min(_ONE_THREAD, size - i), a, i, 1, i, 1)

    return add


@lru_cache
def _vectors(dtype: np.dtype[Any]) -> Vectors:
    """BLAS for float32 and float64; NumPy for the dtypes that BLAS does not know."""
    from scipy.linalg import blas

    if dtype == np.float32:
        return Vectors(_piecewise(blas.saxpy), blas.sscal)
    if dtype == np.float64:
        return Vectors(_piecewise(blas.daxpy), blas.dscal)
    return Vectors(_axpy, _scal)


class _State:
    """What the optimizer remembers of one parameter: steps taken, and arrays of its shape by name."""

    __slots__ = ("arrays", "steps")

    def __init__(self, steps: int = 0, arrays: dict[str, Any] | None = None) -> None:
        self.steps = steps
        self.arrays: dict[str, Any] = {} if arrays is None else arrays


class _Run:
    """A parameter that is updated where it lies.

    Attributes:
        params, arrays: the parameter, and its array when the run was made.
        steps: how often the formula was applied.
        blocks: for each block of the run its slice (None: all), parameter values, state arrays and scratch.
    """

    def __init__(self, params: list[Tensor], states: list[_State], slots: tuple[str, ...], block: int) -> None:
        self.params = params
        self.states = states
        self.slots = slots
        self.steps = states[0].steps
        self.arrays = [p.array for p in params]
        self.dtype = self.arrays[0].dtype
        self.vectors = _vectors(self.dtype)
        self.size = sum(a.size for a in self.arrays)
        self.values = self._place()
        state = [self._slot(name) for name in slots]
        count = max(1, -(-self.size // block))
        stops = [self.size * i // count for i in range(count + 1)]
        scratch = np.empty(-(-self.size // count), self.dtype)
        self.blocks: list[tuple[slice | None, Any, list[Any], Any]] = [
            (slice(i, j) if count > 1 else None, self.values[i:j], [s[i:j] for s in state], scratch[: j - i])
            for i, j in pairwise(stops)
            if i < j
        ]

    def _place(self) -> Any:
        """The flat array that the formula changes."""
        return self.arrays[0].reshape(-1)

    def _slot(self, name: str) -> Any:
        """The flat array of the state `name`: the one there is, else zeros."""
        arrays, array = self.states[0].arrays, self.arrays[0]
        arrays[name] = (
            np.ascontiguousarray(arrays[name], self.dtype).reshape(array.shape)
            if name in arrays
            else np.zeros(array.shape, self.dtype)
        )
        return arrays[name].reshape(-1)

    def collect(self) -> Any:
        """The flat gradient; None when the parameter has none or another array now."""
        p = self.params[0]
        grad = p._grad
        return None if grad is None or p.array is not self.arrays[0] else grad.array.ravel()

    def give_back(self) -> None:
        """Note that the parameter was written."""
        graph.written(self.arrays[0])


class _Gathered(_Run):
    """Parameters copied into one flat array for the update, and back."""

    def _place(self) -> Any:
        self.gradient = np.empty(self.size, self.dtype)
        values = np.empty(self.size, self.dtype)
        self.views = self._views(values)
        return values

    def _views(self, flat: Any) -> list[Any]:
        """The part of each parameter, in its shape."""
        stops = [0, *accumulate(a.size for a in self.arrays)]
        parts = zip(pairwise(stops), self.arrays, strict=True)
        return [flat[i:j].reshape(array.shape) for (i, j), array in parts]

    def _slot(self, name: str) -> Any:
        flat = np.zeros(self.size, self.dtype)
        for view, state in zip(self._views(flat), self.states, strict=True):
            if name in state.arrays:
                view[...] = state.arrays[name]
            state.arrays[name] = view
        return flat

    def collect(self) -> Any:
        grads = []
        for p, array in zip(self.params, self.arrays, strict=True):
            grad = p._grad
            if grad is None or p.array is not array:
                return None
            grads.append(grad.array)
        np.concatenate(grads, axis=None, out=self.gradient)
        np.concatenate(self.arrays, axis=None, out=self.values)
        return self.gradient

    def give_back(self) -> None:
        for array, view in zip(self.arrays, self.views, strict=True):
            np.copyto(array, view)
            graph.written(array)


class Optimizer:
    """The base of all optimizers: parameter groups, state, and the order of a step.

    A subclass says which state arrays a group needs (`_slots`), computes the step's coefficients from the
    group's settings (`_coefficients`), and applies its formula to flat arrays (`_update`).

    Args:
        params: tensors to optimize, such as `model.parameters()`, or dictionaries with "params" and
            settings of their own, one per group.
        defaults: the settings of groups that do not choose their own.

    Attributes:
        param_groups: a dictionary per group: "params", and the settings, which may be changed between
            steps (`group["lr"] *= 0.1`).

    Raises:
        TypeError: `params` is not an iterable of tensors.
        ValueError: no parameters, one given twice, one that is not a leaf, or a setting out of range.
    """

    _block: ClassVar[int] = 40_000
    """How many numbers the formula is applied to at once: all arrays of a block stay in the L2 cache."""

    _gather_below: ClassVar[int] = 0
    """Parameters with fewer elements are gathered into one run."""

    _counts: ClassVar[bool] = True
    """Whether the number of steps is part of the state."""

    param_groups: list[dict[str, Any]]

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise TypeError("an optimizer takes an iterable of tensors, not one tensor: pass [tensor]")
        self.defaults = defaults
        self.param_groups = []
        self._states: dict[Tensor, _State] = {}
        self._runs: list[tuple[list[_Run], list[Tensor]]] = []
        given = list(params)
        if not given:
            raise ValueError(f"{type(self).__name__} got no parameters; was model.parameters() already used up?")
        for group in given if isinstance(given[0], Mapping) else [{"params": given}]:
            self.add_param_group(group)

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Optimize further parameters, with settings of their own where given.

        Raises:
            TypeError: not a dictionary, or a parameter is not a tensor.
            ValueError: a parameter is not a leaf or already there, or a setting is out of range.
        """
        if not isinstance(param_group, Mapping) or "params" not in param_group:
            raise TypeError('a parameter group is a dictionary with "params" and, if wanted, settings')
        given = param_group["params"]
        params = [given] if isinstance(given, Tensor) else list(given)
        known = {id(p) for group in self.param_groups for p in group["params"]}
        for i, p in enumerate(params):
            if not isinstance(p, Tensor):
                raise TypeError(f"parameter {i} is a {type(p).__name__}; an optimizer takes tensors")
            if not p.is_leaf:
                raise ValueError(f"parameter {i}, of shape {p.shape}, is a result; only leaves can be optimized")
            if id(p) in known:
                raise ValueError(f"parameter {i}, of shape {p.shape}, is already being optimized")
            known.add(id(p))
        group = {"params": params, **self.defaults, **{k: v for k, v in param_group.items() if k != "params"}}
        self._check(group)
        self.param_groups.append(group)
        self._runs.append(([], []))

    # --------------------------------------------------------------------- what a subclass defines

    def _check(self, group: dict[str, Any]) -> None:
        """Raise ValueError for a setting out of range."""
        for name in ("lr", "weight_decay", "momentum", "eps"):
            if not float(group.get(name, 0.0)) >= 0.0:
                raise ValueError(f"{type(self).__name__}: {name} must be at least 0, not {group[name]}")

    def _slots(self, group: dict[str, Any]) -> tuple[str, ...]:
        """The names of the state arrays, in the order in which `_update` gets them."""
        raise NotImplementedError(f"{type(self).__name__} does not define _slots()")

    def _coefficients(self, group: dict[str, Any], steps: int) -> tuple[Any, ...]:
        """What `_update` needs to know in step number `steps`, counted from 1."""
        raise NotImplementedError(f"{type(self).__name__} does not define _coefficients()")

    def _update(self, vectors: Vectors, p: Any, g: Any, state: list[Any], scratch: Any, c: tuple[Any, ...]) -> None:
        """Apply the formula with coefficients `c` to `p` and the state in place; `g` must not be written."""
        raise NotImplementedError(f"{type(self).__name__} does not define _update()")

    # ------------------------------------------------------------------------------------- a step

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients, or fill them with zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p._grad = None
                elif p.grad is not None:
                    p.grad.detach_().zero_()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient, in place.

        Args:
            closure: computes the loss, and its gradients, again; its result is returned.

        Raises:
            RuntimeError: a parameter is read-only, or changed its shape.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for i, group in enumerate(self.param_groups):
            slots = self._slots(group)
            runs, gradients = self._runs[i][0], self._collect(i, group["params"], slots)
            if gradients is None:
                runs = self._arrange(i, group["params"], slots)
                gradients = [run.collect() for run in runs]
            known, coefficients = 0, ()
            for run, gradient in zip(runs, gradients, strict=True):
                run.steps += 1
                if run.steps != known:
                    known, coefficients = run.steps, self._coefficients(group, run.steps)
                update, vectors = self._update, run.vectors
                for part, p, state, scratch in run.blocks:
                    update(vectors, p, gradient if part is None else gradient[part], state, scratch, coefficients)
                run.give_back()
        return loss

    def _collect(self, i: int, params: list[Tensor], slots: tuple[str, ...]) -> list[Any] | None:
        """The gradients of the runs of group i; None if the runs no longer fit."""
        runs, idle = self._runs[i]
        gradients = []
        count = len(idle)
        for run in runs:
            gradient = run.collect()
            if gradient is None or run.slots != slots:
                return None
            count += len(run.params)
            gradients.append(gradient)
        return gradients if count == len(params) and all(p.grad is None for p in idle) else None

    def _arrange(self, i: int, params: list[Tensor], slots: tuple[str, ...]) -> list[_Run]:
        """Divide the parameters that have gradients into runs of one dtype and one number of steps."""
        self._note_steps()
        runs: list[_Run] = []
        gathered: dict[Any, list[Tensor]] = {}
        for p in params:
            if p.grad is None:
                continue
            state = self._states.setdefault(p, _State())
            array = p._shared()
            if not array.flags.writeable:
                raise RuntimeError(f"a parameter of shape {p.shape} is read-only; give it an array of its own")
            for name, kept in state.arrays.items():
                if kept.shape != array.shape:
                    raise RuntimeError(
                        f"a parameter has shape {array.shape} and its {name} {kept.shape}: it changed its shape "
                        "after the optimizer's first step; make a new optimizer"
                    )
            flags = array.flags
            if array.size < self._gather_below or not (flags.c_contiguous and flags.aligned):
                gathered.setdefault((array.dtype, state.steps), []).append(p)
            else:
                runs.append(_Run([p], [state], slots, self._block))
        for group in gathered.values():
            runs.append(_Gathered(group, [self._states[p] for p in group], slots, self._block))
        active = {p for run in runs for p in run.params}
        self._runs[i] = runs, [p for p in params if p not in active]
        return runs

    def _note_steps(self) -> None:
        """Write the steps that the runs counted into the state of their parameters."""
        for runs, _ in self._runs:
            for run in runs:
                for state in run.states:
                    state.steps = run.steps if run.slots else state.steps

    # --------------------------------------------------------------------------- saving, copying

    @property
    def state(self) -> dict[Tensor, dict[str, Any]]:
        """What is remembered of each parameter, as tensors that share the optimizer's memory."""
        self._note_steps()
        return {p: self._described(state) for p, state in self._states.items() if state.arrays}

    def _described(self, state: _State) -> dict[str, Any]:
        arrays = {name: from_numpy(array) for name, array in state.arrays.items()}
        return {"step": Tensor(float(state.steps)), **arrays} if self._counts else arrays

    def state_dict(self) -> dict[str, Any]:
        """The state and the groups' settings, in PyTorch's layout: parameters are numbered in the order of
        the groups. The tensors share the optimizer's memory.

        Example:
            >>> w = tensor([1.0], requires_grad=True)
            >>> SGD([w], lr=0.1).state_dict()["param_groups"][0]["params"]
            [0]
        """
        params = [p for group in self.param_groups for p in group["params"]]
        numbers = {p: i for i, p in enumerate(params)}
        known = self.state
        groups = [{**group, "params": [numbers[p] for p in group["params"]]} for group in self.param_groups]
        return {"state": {numbers[p]: known[p] for p in params if p in known}, "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from a `state_dict()` of an optimizer of parameters of the same shapes, ours or PyTorch's.

        Raises:
            ValueError: the groups, their sizes or the shapes differ; nothing was loaded.
        """
        groups = state_dict["param_groups"]
        sizes, own = [len(g["params"]) for g in groups], [len(g["params"]) for g in self.param_groups]
        if sizes != own:
            raise ValueError(f"the state has groups of {sizes} parameters, the optimizer of {own}")
        params = [p for group in self.param_groups for p in group["params"]]
        numbers = [number for group in groups for number in group["params"]]
        states = {}
        for p, number in zip(params, numbers, strict=True):
            entries = dict(state_dict["state"].get(number, {}))
            steps = entries.pop("step", None)
            arrays = {
                name: np.asarray(value.array if isinstance(value, Tensor) else value).astype(p.dtype)
                for name, value in entries.items()
                if value is not None
            }
            for name, array in arrays.items():
                if array.shape != p.shape:
                    raise ValueError(f"{name} of parameter {number} has shape {array.shape}, not {p.shape}")
            states[p] = _State(int(bool(arrays)) if steps is None else int(steps), arrays)
        self._states = states
        self._runs = [([], []) for _ in groups]
        for group, saved in zip(self.param_groups, groups, strict=True):
            group.update({name: value for name, value in saved.items() if name != "params"})

    def __getstate__(self) -> dict[str, Any]:
        """Copies arrange their own runs: views of this one's arrays would not follow."""
        self._note_steps()
        return {**self.__dict__, "_runs": [([], []) for _ in self.param_groups]}

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {name}: {group[name]}" for name in sorted(group) if name != "params"]
        return "\n".join([*lines, ")"])


def descent(vectors: Vectors, p: Any, g: Any, scratch: Any, weight_decay: float, maximize: bool) -> Any:
    """The gradient of the objective to be minimized: g + weight_decay p, of -g when maximizing."""
    if weight_decay:
        np.multiply(p, weight_decay, out=scratch)
        vectors.axpy(g, scratch, a=-1.0 if maximize else 1.0)
        return scratch
    return np.negative(g, out=scratch) if maximize else g
