"""Optimizer: one formula, applied to all parameters in as few calls and passes over memory as possible.

A subclass writes its update once, as on paper: new values of the parameter and the state from the old ones and the
gradient. How it is computed is the business of `backend.kernels.updates`; which arrays it is applied to is decided
here, for all formulas. The arrangement is made once and kept while the same parameters have gradients and their
arrays stay the same objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeVar, overload

import numpy as np

from ..backend.captures import current
from ..backend.device import device_of, working_on
from ..backend.formulas import Formula
from ..backend.gpu import following
from ..backend.gpu import state as gpus
from ..backend.kernels.updates import apply, many_cost_one
from ..backend.kinds import kind_of
from ..engine.graph import raw
from ..engine.modes import enable_grad
from ..tensor import Handle, Tensor
from ..tensor.creation import as_tensor, tensor
from .arrangement import NOT_YET, Arrangement, Cohort, Part, StepNumbers
from .descent import Descent, descend, descent_of
from .flat import Flat, Gathered, State, writable

R = TypeVar("R")

Follow = Callable[[Any], None] | None
"""What makes the GPU of an array the current one, where there are several: see `gpu.following`."""


def array_of(value: Any) -> Any:
    """The array of a tensor, ours or PyTorch's, which may share its memory."""
    value = raw(value)
    return kind_of(value).asarray(value)


class Optimizer:
    """The base of all optimizers: parameter groups, state, and the order of a step.

    A subclass says which state arrays a group needs (`_slots`), computes the step's coefficients from the
    group's settings (`_coefficients`), and has a formula (`_update`). The settings "maximize", "weight_decay" and
    "decoupled_weight_decay" work in all of them: they are applied first.

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

    _gather_below: ClassVar[int] = 0
    """Parameters with fewer elements are gathered into one flat array."""

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
        self._arranged: list[Arrangement] = []
        self._hooks_before: dict[int, Any] = {}
        self._hooks_after: dict[int, Any] = {}
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
        names = None
        if params and all(isinstance(p, tuple) for p in params):  # model.named_parameters()
            names, params = [name for name, _ in params], [p for _, p in params]
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
        if names is not None:
            group["param_names"] = names
        self._check(group)
        self.param_groups.append(group)
        self._arranged.append(NOT_YET)

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

    @classmethod
    def _update(cls, p: Any, g: Any, state: dict[str, Any], c: Any) -> Any:
        """The formula: the new values of parameters `p` with gradients `g`, in a step with coefficients `c`.

        `state` holds the arrays that `_slots` named, and gets the new ones. The function depends on nothing but its
        arguments, and changes no array. It is read once, with symbols for arrays and coefficients, and then runs
        as one compiled loop or as few calls of NumPy's. So it should compute each element by itself, with sums,
        products, `np.sqrt`, `np.maximum`, `np.where` and the like (`backend.formulas` has the list); it may branch
        on coefficients, and on which names `state` has. What cannot be read works too, more slowly: it is applied
        to arrays of one dimension, one for each parameter.

        Example:
            >>> class SignDescent(Optimizer):
            ...     def __init__(self, params, lr):
            ...         super().__init__(params, {"lr": lr})
            ...
            ...     def _slots(self, group):
            ...         return {"mean": 0.0}
            ...
            ...     def _coefficients(self, group, scalars):
            ...         return (group["lr"],)
            ...
            ...     @classmethod
            ...     def _update(cls, p, g, state, c):
            ...         (lr,) = c
            ...         mean = state["mean"] = 0.9 * state["mean"] + 0.1 * g
            ...         return p - lr * np.sign(mean)
            >>> w = tensor([1.0, 2.0], requires_grad=True)
            >>> optimizer = SignDescent([w], lr=0.1)
            >>> (w * w).sum().backward()
            >>> optimizer.step()
            >>> w
            tensor([0.9000, 1.9000], requires_grad=True)
        """
        raise NotImplementedError(f"{cls.__name__} does not define _update()")

    _formulas: ClassVar[dict[tuple[str, ...], Formula]]
    """What was read of `_update`, by the names of the state."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._formulas = {}

    @classmethod
    def _formula(cls, names: tuple[str, ...]) -> Formula:
        """`_update` after the decay of weights, whose numbers come before the coefficients."""

        def update(p: Any, g: Any, state: dict[str, Any], numbers: tuple[Any, ...]) -> Any:
            descent, c = Descent(*numbers[:3]), numbers[3:]
            return cls._update(*descend(p, g, descent), state, c)

        if names not in cls._formulas:
            cls._formulas[names] = Formula(update, names)
        return cls._formulas[names]

    # ------------------------------------------------------------------------------------- a step

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients, or fill them with zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p._grad = None
                elif p.grad is not None:
                    p.grad.detach_().zero_()

    @overload
    def step(self, closure: None = None) -> None: ...

    @overload
    def step(self, closure: Callable[[], R]) -> R: ...

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient, in place.

        Args:
            closure: computes the loss, and its gradients, again; its result is returned.

        Raises:
            RuntimeError: a parameter is read-only, or changed its shape.
        """
        self._stepped = True
        if not (self._hooks_before or self._hooks_after):
            return self._take_step(closure)
        for hook in tuple(self._hooks_before.values()):
            changed = hook(self, () if closure is None else (closure,), {})
            if changed is not None:
                ((closure,), _) = changed
        result = self._take_step(closure)
        for hook in tuple(self._hooks_after.values()):
            hook(self, () if closure is None else (closure,), {})
        return result

    def register_step_pre_hook(self, hook: Callable[[Optimizer, Any, Any], Any]) -> Handle:
        """Call `hook(optimizer, args, kwargs)` before every step. It may return other (args, kwargs)."""
        return Handle(self._hooks_before, hook)

    def register_step_post_hook(self, hook: Callable[[Optimizer, Any, Any], None]) -> Handle:
        """Call `hook(optimizer, args, kwargs)` after every step."""
        return Handle(self._hooks_after, hook)

    def _take_step(self, closure: Callable[[], Any] | None) -> Any:
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        if gpus.several:
            with following() as follow:
                self._step_groups(follow)
        else:
            self._step_groups(None)
        return loss

    def _step_groups(self, follow: Follow) -> None:
        for i, group in enumerate(self.param_groups):
            slots = self._slots(group)
            gradients = self._collect(i, slots, follow)
            if gradients is None:
                self._arrange(i, slots, follow)
                gradients = self._collect(i, slots, follow) or []
            formula, cohorts, _ = arrangement = self._arranged[i]
            rest, capture = iter(gradients), current()
            for cohort in cohorts:
                scalars, parts = cohort
                if capture is None:
                    numbers = self._numbers(group, scalars, bool(slots))
                else:
                    numbers = capture.numbers_of(StepNumbers(self, i, arrangement, cohort))
                for flats, values, states in parts:
                    if follow is not None:
                        follow(values)
                    apply(formula, values, next(rest), states, numbers)
                    for flat in flats:
                        flat.give_back()

    def _numbers(self, group: dict[str, Any], scalars: dict[str, float], counts: bool) -> tuple[Any, ...]:
        """The numbers of the formula in the next step of a cohort, which this counts."""
        if counts:
            scalars["step"] += 1
        return *descent_of(group), *self._coefficients(group, scalars)

    def _collect(self, i: int, slots: dict[str, float], follow: Follow) -> list[list[Any]] | None:
        """The flat gradients of group i, part by part; None if the arrangement no longer fits."""
        formula, cohorts, idle = self._arranged[i]
        if formula is None or formula.names != tuple(slots):
            return None
        gradients = []
        count = len(idle)
        for _, parts in cohorts:
            for flats, values, _ in parts:
                if follow is not None:
                    follow(values)
                of_part = []
                for flat in flats:
                    gradient = flat.collect()
                    if gradient is None:
                        return None
                    count += len(flat.params)
                    of_part.append(gradient)
                gradients.append(of_part)
        fits = count == len(self.param_groups[i]["params"]) and all(p.grad is None for p in idle)
        return gradients if fits else None

    def _arrange(self, i: int, slots: dict[str, float], follow: Follow) -> None:
        """Divide the parameters that have gradients into cohorts, and these into flat arrays of one dtype and
        device."""
        if current() is not None:
            raise RuntimeError(
                f"{type(self).__name__}: other parameters have gradients than in the step before, and a captured "
                "graph would make their state anew at each replay; take such a step before the capture"
            )
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
            kind = kind_of(array)
            for name, stored in state.arrays.items():
                if stored.shape != array.shape:
                    raise RuntimeError(
                        f"a parameter has shape {array.shape} and its {name} {stored.shape}: it changed its shape "
                        "after the optimizer's first step; make a new optimizer"
                    )
            is_large = array.size >= self._gather_below or many_cost_one(array)
            in_place = is_large and array.flags.c_contiguous and kind.is_aligned(array)
            place = (kind.index_of(array), array.dtype, p if in_place else None)
            cohorts.setdefault(tuple(state.scalars.values()), {}).setdefault(place, []).append(p)
        self._arranged[i] = Arrangement(
            self._formula(tuple(slots)), [self._cohort(places, slots, follow) for places in cohorts.values()], idle
        )

    def _cohort(self, places: dict[Any, list[Tensor]], slots: dict[str, float], follow: Follow) -> Cohort:
        parts: dict[Any, Part] = {}
        scalars: dict[str, float] = {}
        for (index, dtype, alone), params in places.items():
            if follow is not None:
                follow(params)
            states = [self._states[p] for p in params]
            scalars = scalars or dict(states[0].scalars)
            for state in states:
                state.scalars = scalars
            flat = (Gathered if alone is None else Flat)(params, states, slots)
            part = parts.setdefault((index, dtype), Part([], [], []))
            part.flats.append(flat)
            part.values.append(flat.values)
            part.states.append(flat.state)
        return Cohort(scalars, list(parts.values()))

    # --------------------------------------------------------------------------- saving, copying

    @property
    def state(self) -> dict[Tensor, dict[str, Any]]:
        """What is remembered of each parameter, as tensors that share the optimizer's memory."""
        described = {p: self._described(state) for p, state in self._states.items()}
        return {p: entries for p, entries in described.items() if entries}

    def _described(self, state: State) -> dict[str, Any]:
        """A state in PyTorch's form."""
        counts = state.scalars.items() if self._counts else ()
        scalars = {name: tensor(np.float64(value), device="cpu") for name, value in counts}
        return scalars | {name: as_tensor(array) for name, array in state.arrays.items()} if state.arrays else {}

    def _restored(self, p: Tensor, number: int, group: dict[str, Any], entries: Mapping[str, Any]) -> State:
        """The state that `entries` describe in PyTorch's form."""
        known = {name: array_of(value) for name, value in entries.items() if value is not None}
        scalars = self._scalars(group)
        for name in scalars.keys() & known.keys():
            scalars[name] = float(known.pop(name))
        sent = kind_of(p.array).sent
        with working_on(device_of(p.array)):
            arrays = {name: sent(array).astype(p.dtype) for name, array in known.items()}
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
        self._arranged = [NOT_YET for _ in groups]
        for group, saved in zip(self.param_groups, groups, strict=True):
            group.update({name: value for name, value in saved.items() if name != "params"})

    def __getstate__(self) -> dict[str, Any]:
        """A copy makes its own arrangement: views of this one's arrays would not follow."""
        return {**self.__dict__, "_arranged": [NOT_YET for _ in self.param_groups]}

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {name}: {group[name]}" for name in sorted(group) if name != "params"]
        return "\n".join([*lines, ")"])
