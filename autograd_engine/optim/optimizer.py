"""Optimizer: one formula on flat arrays, applied to all parameters in as few calls as possible.

A subclass writes its update once, for a flat run of numbers: parameter, gradient, state, scratch. What all
formulas begin with, the sign of the gradient and the decay of weights, is done here, and so is the choice of
runs. A large parameter is cut, where it lies, into blocks small enough
that all passes of the formula stay in the processor's cache. Small parameters of one dtype are gathered into
one run, so that a hundred biases cost as many calls as one. The arrangement is made once and
kept while the same parameters have gradients and their arrays stay the same objects; a step allocates nothing
large. Vector updates go to BLAS, y += a x in one pass, where NumPy would take two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any, ClassVar, NamedTuple, TypedDict

import numpy as np

from ..engine.graph import raw
from ..engine.modes import enable_grad
from ..engine.writes import written
from ..tensor import Tensor
from ..tensor.creation import from_numpy

__all__ = ["Kernels", "Optimizer", "State", "Vectors", "array_of", "root", "settings", "writable"]


class Vectors(NamedTuple):
    """The two vector updates of BLAS for one dtype, in place on `y`.

    Attributes:
        axpy: `axpy(x, y, a=a)` adds a x to y.
        scal: `scal(a, y)` multiplies y by a.
    """

    axpy: Callable[..., Any]
    scal: Callable[..., Any]

    def average(self, x: Any, y: Any, keep: float) -> None:
        """Let the running mean y follow x: y <- keep y + (1 - keep) x."""
        self.scal(keep, y)
        self.axpy(x, y, a=1.0 - keep)

    def average_square(self, x: Any, y: Any, keep: float, scratch: Any) -> None:
        """Let the running mean y follow x^2."""
        np.multiply(x, x, out=scratch)
        self.average(scratch, y, keep)


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


def root(x: Any, eps: float, out: Any) -> None:
    """out <- sqrt(x) + eps, what the adaptive methods divide by."""
    np.sqrt(x, out=out)
    np.add(out, eps, out=out)


class Kernels(TypedDict, total=False):
    """PyTorch's choices among its kernels for one formula. Here there is one, so they are accepted and ignored."""

    foreach: bool | None
    fused: bool | None
    capturable: bool
    differentiable: bool


def settings(arguments: dict[str, Any]) -> dict[str, Any]:
    """The settings among the arguments of an optimizer's constructor.

    Raises:
        TypeError: an argument that does not exist, or `differentiable`, which would need other formulas.
    """
    for name, value in arguments["kernels"].items():
        if name not in Kernels.__annotations__:
            raise TypeError(f"{type(arguments['self']).__name__}() got an unexpected argument {name!r}")
        if value and name == "differentiable":
            raise TypeError("differentiable=True: steps are taken in place, and are not recorded in a graph")
    return {k: v for k, v in arguments.items() if k not in ("self", "params", "kernels", "__class__")}


class State:
    """What the optimizer remembers of one parameter: numbers, and arrays of its shape, by name."""

    __slots__ = ("arrays", "scalars")

    def __init__(self, scalars: dict[str, float], arrays: dict[str, Any] | None = None) -> None:
        self.scalars = scalars
        self.arrays: dict[str, Any] = {} if arrays is None else arrays


def array_of(value: Any) -> Any:
    """The array of a tensor, ours or PyTorch's, which may share its memory."""
    return np.asarray(raw(value))


class _Run:
    """A parameter that is updated where it lies.

    Attributes:
        params, arrays: the parameter, and its array when the run was made.
        blocks: for each block of the run its slice (None: all), parameter values, state arrays, scratch, and
            room for the direction to go.
    """

    def __init__(self, params: list[Tensor], states: list[State], slots: dict[str, float], scratch: Any) -> None:
        self.params = params
        self.states = states
        self.arrays = [p.array for p in params]
        self.dtype = self.arrays[0].dtype
        self.vectors = _vectors(self.dtype)
        self.size = sum(a.size for a in self.arrays)
        self.values = self._place()
        state = {name: self._slot(name, initial) for name, initial in slots.items()}
        count = -(-self.size // scratch.shape[1])
        stops = [self.size * i // count for i in range(count + 1)] if count else []
        self.blocks: list[tuple[slice | None, Any, dict[str, Any], list[Any], Any]] = [
            (
                slice(i, j) if count > 1 else None,
                self.values[i:j],
                {name: array[i:j] for name, array in state.items()},
                list(scratch[1:, : j - i]),
                scratch[0, : j - i],
            )
            for i, j in pairwise(stops)
        ]

    def _place(self) -> Any:
        """The flat array that the formula changes."""
        return self.arrays[0].reshape(-1)

    def _slot(self, name: str, initial: float) -> Any:
        """The flat array of the state `name`: the one there is, else a new one."""
        arrays, array = self.states[0].arrays, self.arrays[0]
        arrays[name] = (
            np.ascontiguousarray(arrays[name], self.dtype).reshape(array.shape)
            if name in arrays
            else _filled(array.shape, initial, self.dtype)
        )
        return arrays[name].reshape(-1)

    def collect(self) -> Any:
        """The flat gradient; None when the parameter has none or another array now."""
        p = self.params[0]
        grad = p._grad
        return None if grad is None or p.array is not self.arrays[0] else grad.array.ravel()

    def give_back(self) -> None:
        """Note that the parameter was written."""
        written(self.arrays[0])


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

    def _slot(self, name: str, initial: float) -> Any:
        flat = _filled(self.size, initial, self.dtype)
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
            written(array)


def writable(p: Tensor) -> Any:
    """The memory of a parameter.

    Raises:
        RuntimeError: it is read-only.
    """
    array = p._shared()
    if not array.flags.writeable:
        raise RuntimeError(f"a parameter of shape {p.shape} is read-only; give it an array of its own")
    return array


def _filled(shape: Any, value: float, dtype: Any) -> Any:
    return np.full(shape, value, dtype) if value else np.zeros(shape, dtype)


class _Arrangement(NamedTuple):
    """How the parameters of a group are updated.

    Attributes:
        slots: the names of the state arrays.
        cohorts: the parameters that have gradients.
        idle: the others.
    """

    slots: Collection[str]
    cohorts: list[_Cohort]
    idle: list[Tensor]


class _Cohort(NamedTuple):
    """Parameters of a group that went through the same steps.

    Attributes:
        scalars: the numbers in their states, one dictionary that all of them share.
        runs: the parameters.
    """

    scalars: dict[str, float]
    runs: list[_Run]


_NOT_YET = _Arrangement((), [], [])


class _First(NamedTuple):
    """What is done before the formula.

    Attributes:
        shrink: what the parameter is multiplied by.
        decay: how much of the parameter is added to the gradient.
        sign: which way to go along the gradient.
    """

    shrink: float
    decay: float
    sign: float


def _first(group: dict[str, Any]) -> _First | None:
    """What a group's settings ask for; None for nothing."""
    decay, maximize = group.get("weight_decay", 0.0), group.get("maximize", False)
    if not decay and not maximize:
        return None
    sign = -1.0 if maximize else 1.0
    if group.get("decoupled_weight_decay"):
        return _First(1.0 - float(group["lr"]) * decay, 0.0, sign)
    return _First(1.0, decay, sign)


def _descent(vectors: Vectors, p: Any, g: Any, direction: Any, first: _First) -> Any:
    """Shrink the parameter, and return the direction to go down: sign g + decay p."""
    shrink, decay, sign = first
    if shrink != 1.0:
        vectors.scal(shrink, p)
    if decay:
        np.multiply(p, decay, out=direction)
        vectors.axpy(g, direction, a=sign)
        return direction
    return g if sign > 0 else np.negative(g, out=direction)


class Optimizer:
    """The base of all optimizers: parameter groups, state, and the order of a step.

    A subclass says which state arrays a group needs (`_slots`), computes the step's coefficients from the
    group's settings (`_coefficients`), and applies its formula to flat arrays (`_update`). The settings
    "maximize", "weight_decay" and "decoupled_weight_decay" work in all of them: they are applied first.

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
    """Whether the number of steps is shown as part of the state."""

    _stepped: bool = False
    """Whether a step was taken; schedulers want to know."""

    param_groups: list[dict[str, Any]]

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise TypeError("an optimizer takes an iterable of tensors, not one tensor: pass [tensor]")
        if not isinstance(params, Iterable):
            raise TypeError(
                "an optimizer takes an iterable of tensors, such as model.parameters(), not a "
                f"{type(params).__name__}"
            )
        self.defaults = defaults
        self.param_groups = []
        self._states: dict[Tensor, State] = {}
        self._arranged: list[_Arrangement] = []
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
        self._arranged.append(_NOT_YET)

    # --------------------------------------------------------------------- what a subclass defines

    _nonnegative: ClassVar[tuple[str, ...]] = ("lr", "weight_decay", "momentum", "eps")
    """The settings that must be at least 0."""

    def _check(self, group: dict[str, Any]) -> None:
        """Raise ValueError for a setting out of range."""
        for name in self._nonnegative:
            if not float(group.get(name, 0.0)) >= 0.0:
                raise ValueError(f"{type(self).__name__}: {name} must be at least 0, not {group[name]}")

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        """The names of the state arrays, and what they are filled with at first."""
        raise NotImplementedError(f"{type(self).__name__} does not define _slots()")

    def _scalars(self, group: dict[str, Any]) -> dict[str, float]:
        """The numbers in the state before the first step: the steps taken, and others if need be."""
        return {"step": 0}

    def _coefficients(self, group: dict[str, Any], scalars: dict[str, float]) -> Any:
        """What `_update` needs to know in step number `scalars["step"]`, counted from 1.

        Scalars of the subclass's own are brought up to date here.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define _coefficients()")

    def _update(self, vectors: Vectors, p: Any, g: Any, state: dict[str, Any], scratch: list[Any], c: Any) -> None:
        """Apply the formula with coefficients `c` to `p` and the state in place; `g` must not be written.

        There are three scratch arrays.
        """
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
        self._stepped = True
        return self._take_step(closure)

    def _take_step(self, closure: Callable[[], Any] | None) -> Any:
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for i, group in enumerate(self.param_groups):
            slots = self._slots(group)
            gradients = self._collect(i, slots)
            if gradients is None:
                self._arrange(i, slots)
                gradients = self._collect(i, slots) or []
            rest = iter(gradients)
            first = _first(group)
            for scalars, runs in self._arranged[i].cohorts:
                if slots:
                    scalars["step"] += 1
                coefficients = self._coefficients(group, scalars)
                for run, gradient in zip(runs, rest, strict=False):
                    update, vectors = self._update, run.vectors
                    for part, p, state, scratch, direction in run.blocks:
                        g = gradient if part is None else gradient[part]
                        if first is not None:
                            g = _descent(vectors, p, g, direction, first)
                        update(vectors, p, g, state, scratch, coefficients)
                    run.give_back()
        return loss

    def _collect(self, i: int, slots: dict[str, float]) -> list[Any] | None:
        """The gradients of the runs of group i; None if the arrangement no longer fits."""
        arranged = self._arranged[i]
        if arranged.slots != slots.keys():
            return None
        gradients = []
        count = len(arranged.idle)
        for _, runs in arranged.cohorts:
            for run in runs:
                gradient = run.collect()
                if gradient is None:
                    return None
                count += len(run.params)
                gradients.append(gradient)
        fits = count == len(self.param_groups[i]["params"]) and all(p.grad is None for p in arranged.idle)
        return gradients if fits else None

    def _arrange(self, i: int, slots: dict[str, float]) -> None:
        """Divide the parameters that have gradients into cohorts, and these into runs of one dtype."""
        group = self.param_groups[i]
        cohorts: dict[tuple[float, ...], dict[Any, list[Tensor]]] = {}
        idle = []
        for p in group["params"]:
            if p.grad is None:
                idle.append(p)
                continue
            if p not in self._states:
                self._states[p] = State(self._scalars(group))
            state, array = self._states[p], writable(p)
            flags = array.flags
            for name, kept in state.arrays.items():
                if kept.shape != array.shape:
                    raise RuntimeError(
                        f"a parameter has shape {array.shape} and its {name} {kept.shape}: it changed its shape "
                        "after the optimizer's first step; make a new optimizer"
                    )
            in_place = array.size >= self._gather_below and flags.c_contiguous and flags.aligned
            place = (array.dtype, p if in_place else None)
            cohorts.setdefault(tuple(state.scalars.values()), {}).setdefault(place, []).append(p)
        self._arranged[i] = _Arrangement(
            slots.keys(), [self._cohort(places, slots) for places in cohorts.values()], idle
        )

    def _cohort(self, places: dict[Any, list[Tensor]], slots: dict[str, float]) -> _Cohort:
        runs = []
        scalars: dict[str, float] = {}
        scratch = {
            dtype: np.empty((4, self._block), dtype) for dtype, _ in places
        }  # one for all stays in the cache
        for (dtype, alone), params in places.items():
            states = [self._states[p] for p in params]
            scalars = scalars or dict(states[0].scalars)
            for state in states:
                state.scalars = scalars
            runs.append((_Gathered if alone is None else _Run)(params, states, slots, scratch[dtype]))
        return _Cohort(scalars, runs)

    # --------------------------------------------------------------------------- saving, copying

    @property
    def state(self) -> dict[Tensor, dict[str, Any]]:
        """What is remembered of each parameter, as tensors that share the optimizer's memory."""
        described = {p: self._described(state) for p, state in self._states.items()}
        return {p: entries for p, entries in described.items() if entries}

    def _described(self, state: State) -> dict[str, Any]:
        """A state in PyTorch's form."""
        scalars = {name: Tensor(np.float64(value)) for name, value in state.scalars.items()} if self._counts else {}
        return scalars | {name: from_numpy(array) for name, array in state.arrays.items()} if state.arrays else {}

    def _restored(self, p: Tensor, number: int, group: dict[str, Any], entries: Mapping[str, Any]) -> State:
        """The state that `entries` describe in PyTorch's form."""
        known = {name: array_of(value) for name, value in entries.items() if value is not None}
        scalars = self._scalars(group)
        for name in scalars.keys() & known.keys():
            scalars[name] = float(known.pop(name))
        arrays = {name: array.astype(p.dtype) for name, array in known.items()}
        for name, array in arrays.items():
            if array.shape != p.shape:
                raise ValueError(f"{name} of parameter {number} has shape {array.shape}, not {p.shape}")
        if not self._counts:
            scalars["step"] = int(bool(arrays))
        return State(scalars, arrays)

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
        states = {
            p: self._restored(p, number, saved, state_dict["state"].get(number, {}))
            for group, saved in zip(self.param_groups, groups, strict=True)
            for p, number in zip(group["params"], saved["params"], strict=True)
        }
        self._states = states
        self._arranged = [_NOT_YET for _ in groups]
        for group, saved in zip(self.param_groups, groups, strict=True):
            group.update({name: value for name, value in saved.items() if name != "params"})

    def __getstate__(self) -> dict[str, Any]:
        """Copies arrange their own runs: views of this one's arrays would not follow."""
        return {**self.__dict__, "_arranged": [_NOT_YET for _ in self.param_groups]}

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {name}: {group[name]}" for name in sorted(group) if name != "params"]
        return "\n".join([*lines, ")"])
