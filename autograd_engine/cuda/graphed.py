"""A step of a training that runs as one CUDA graph, in a program that is written as if it did not."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from ..backend.captures import StaleGraphError
from ..backend.device import device_of, working_on
from ..backend.kinds import is_array, others
from ..backend.random import get_rng_state, set_rng_state
from ..engine.graph import Leaf, Node
from ..engine.modes import is_grad_enabled, no_grad, observing
from ..engine.results import make_tensor
from ..func.structure import map_structure, replaced, tensors_of
from ..ops.autocast import current
from ..tensor import Tensor
from .graphs import CUDAGraph, graph
from .memory import GraphPool

__all__ = ["GraphedStep"]

R = TypeVar("R")

_MOST = 4
"""A step that was captured so often, since it found its gradients elsewhere or its optimizer decided otherwise, is
left to run operation by operation."""


_FAULT = "cudaError"
"""What CUDA's own errors are called: of them a second capture may be free."""


class _Leaves:
    """An observer of backward passes: whose `.grad` they add to, and whether it was forgotten before."""

    def __init__(self) -> None:
        self.found: dict[int, Tensor] = {}
        self.before: dict[int, weakref.ref[Tensor]] = {}
        self.adds: set[int] = set()

    def recorded(self, node: Node, result: Any) -> None:
        """Nothing: of recording nothing is needed."""

    def ran(self, node: Node, contributions: Any) -> None:
        """The node's rules ran, and what they gave is about to be added."""
        for parent in node.parents or ():
            if parent.__class__ is Leaf and (tensor := parent.tensor()) is not None:
                key = id(tensor)
                if key not in self.found:
                    self.found[key] = tensor
                    before = self.before.get(key)
                    if before is not None and before() is not None:
                        self.adds.add(key)


class _Gradient(NamedTuple):
    """The `.grad` of a leaf around a captured step.

    Attributes:
        leaf: whose it is.
        before: the array that the step adds to; None if it forgets what was there.
        expects_none: whether it was captured without one, so that it is not known what it does with one.
        after: what the step leaves.
    """

    leaf: Tensor
    before: Any
    expects_none: bool
    after: Tensor | None

    def fits(self) -> bool:
        """Whether the step finds what it was captured with."""
        now = self.leaf._grad
        if self.before is not None:
            return now is not None and now.array is self.before
        return now is None or not self.expects_none


class _Captured(NamedTuple):
    """A captured step: the graph, the tensors that it reads and makes, and the gradients around it."""

    graph: CUDAGraph
    inputs: list[Tensor]
    outputs: Any
    gradients: list[_Gradient]


class GraphedStep(Generic[R]):
    """A step of a training that runs as one CUDA graph: forward pass, backward pass and the optimizer's step.

    The first calls run operation by operation. Then one call is captured, and from then on each copies its
    arguments to where the graph reads them and replays it. So the GPU is given one thing instead of some hundred,
    which makes the step of a small network several times as fast. The results are copies, and stay what they are.

    What cannot be captured runs operation by operation, as it would without this class; `reason` says why, and the
    log does so once. On the CPU the step just runs, so that a program is the same everywhere.

    - A step must not read a value (`item`, `float`, `if loss > 1`), nor send something to the GPU.
    - Python runs once, while the step is captured. A replay does what the GPU was given then: what the step does
      with Python's variables, counters or print is not repeated.
    - Optimizers count their steps, and learning rates may change from call to call: a scheduler steps outside,
      after the call. Dropout draws other numbers at each call, from the generator that `manual_seed` seeds.
    - Gradients may be forgotten inside the step or outside, or be added up over several calls.
    - Arguments of another shape, such as the last batch's, run operation by operation.

    Args:
        step: takes tensors, or lists, tuples and dictionaries of them, and returns such. What else is among its
            arguments must be the same at each call.
        warmup: how many calls run before one is captured; at least 1, which makes the optimizer's state.

    Attributes:
        reason: why the last call ran operation by operation; None if it was a replay, and while it warms up.

    Example:
        >>> w = tensor([1.0, 2.0], requires_grad=True)
        >>> optimizer = SGD([w], lr=0.1)
        >>> def step(x):
        ...     optimizer.zero_grad()
        ...     loss = (w * x).sum()
        ...     loss.backward()
        ...     optimizer.step()
        ...     return loss.detach()
        >>> graphed = cuda.GraphedStep(step)
        >>> graphed(tensor([1.0, 1.0]))
        tensor(3.)
        >>> graphed.reason
        'no argument lies on a GPU'
    """

    def __init__(self, step: Callable[..., R], warmup: int = 3) -> None:
        if warmup < 1:
            raise ValueError(
                f"warmup must be at least 1, for the optimizer's state is made in a step; got {warmup}"
            )
        self._step = step
        self._warmup = warmup
        self.reset()

    def reset(self) -> None:
        """Forget what was captured, and begin anew."""
        self.reason: str | None = None
        self._calls = self._captures = 0
        self._has_failed = False
        self._told: set[str] = set()
        self._form: Any = None
        self._refused: str | None = None
        self._captured: list[_Captured] = []
        self._leaves: dict[int, Tensor] = {}
        self._pool: GraphPool | None = None

    @property
    def is_captured(self) -> bool:
        """Whether there is a graph to replay."""
        return bool(self._captured)

    def __call__(self, *args: Any, **kwargs: Any) -> R:
        """A step."""
        given = tensors_of((args, kwargs))
        reason = self._reason((args, kwargs), given)
        if reason is not None:
            self._tell(reason)
            return self._step(*args, **kwargs)
        with working_on(device_of(given[0].array)):
            return self._on_gpu(args, kwargs, given)

    def _on_gpu(self, args: Any, kwargs: Any, given: list[Tensor]) -> R:
        """A call whose arguments lie on the current GPU."""
        self.reason = None
        if self._calls < self._warmup:
            self._calls += 1
            return self._watched(args, kwargs)
        for captured in self._captured:
            if all(gradient.fits() for gradient in captured.gradients):
                try:
                    return self._replayed(captured, given)
                except StaleGraphError:
                    self._captured.remove(captured)
                    return self._watched(args, kwargs)
        if self._captures == _MOST:
            self._refused = f"the step was captured {_MOST} times, and never was what it is now"
        else:
            self._captures += 1
            try:
                captured = self._capture(args, kwargs, given)
            except (RuntimeError, MemoryError) as error:
                reason, self._pool = str(error), None
                if _FAULT in reason and not self._has_failed:
                    self._has_failed = True  # perhaps a kernel was loaded meanwhile, which it need not be again
                    self._tell(reason)
                    return self._step(*args, **kwargs)
                self._refused = reason
            else:
                self._captured.append(captured)
                return self._replayed(captured, given)
        self._tell(self._refused)
        return self._step(*args, **kwargs)

    def _reason(self, arguments: Any, given: list[Tensor]) -> str | None:
        """Why a call is no matter for a graph; None if it is."""
        if self._refused is not None:
            return self._refused
        if not any(t.array.__class__ in others for t in given):
            return "no argument lies on a GPU"
        places = {str(device_of(t.array)) for t in given}
        if len(places) > 1 or _has_arrays(arguments):
            places |= {"cpu"} if _has_arrays(arguments) else set()
            return f"arguments lie on {' and '.join(sorted(places))}; move all to one GPU before the call"
        if any(t.node is not None for t in given):
            return "an argument requires gradients; give detached tensors, or let the step make them"
        mixed = current()
        form = (map_structure(_form_of, arguments), is_grad_enabled(), mixed and mixed.dtype)
        if self._form is None:
            self._form = form
        if form != self._form:
            return f"the step was captured for other arguments: {self._form[0]}, not {form[0]}"
        return None

    def _tell(self, reason: str) -> None:
        """Note why a call runs operation by operation, and say it in the log once."""
        if reason not in self._told:
            self._told.add(reason)
            import logging  # here, so that importing the package takes no longer

            level = logging.DEBUG if reason == "no argument lies on a GPU" else logging.WARNING
            logging.getLogger("autograd_engine").log(level, "GraphedStep runs operation by operation: %s", reason)
        self.reason = reason

    def _watched(self, args: Any, kwargs: Any) -> R:
        """The step as it is, with a look at whose gradients it computes."""
        leaves = _Leaves()
        with observing(leaves):
            result = self._step(*args, **kwargs)
        self._leaves |= leaves.found
        return result

    def _capture(self, args: Any, kwargs: Any, given: list[Tensor]) -> _Captured:
        inputs = [make_tensor(t.array.copy(), None) for t in given]
        self._pool = self._pool or GraphPool()
        made, leaves, state = CUDAGraph(), _Leaves(), get_rng_state()
        known = list(self._leaves.values())
        before = [leaf._grad for leaf in known]
        for leaf in known:  # each gets another tensor of the same array, which lives until the step forgets it
            if leaf._grad is not None:
                leaf._grad = make_tensor(leaf._grad.array, None)
                leaves.before[id(leaf)] = weakref.ref(leaf._grad)
        try:
            with graph(made, self._pool), observing(leaves):
                args, kwargs = replaced((args, kwargs), inputs)
                outputs = map_structure(_detached, self._step(*args, **kwargs))
            if not leaves.found.keys() <= self._leaves.keys():
                raise RuntimeError("the step computes gradients of other tensors than before")
        except BaseException:
            for leaf, gradient in zip(known, before, strict=True):
                leaf._grad = gradient
            set_rng_state(state)
            raise
        gradients = []
        for leaf, gradient in zip(known, before, strict=True):
            key, now = id(leaf), leaf._grad
            stays = key in leaves.adds or (now is not None and key in leaves.before and now is leaves.before[key]())
            array = gradient.array if gradient is not None and stays else None
            gradients.append(_Gradient(leaf, array, gradient is None, now))
            leaf._grad = gradient
        return _Captured(made, inputs, outputs, gradients)

    def _replayed(self, captured: _Captured, given: list[Tensor]) -> R:
        with no_grad():
            for there, tensor in zip(captured.inputs, given, strict=True):
                if there.array is not tensor.array:
                    np.copyto(there.array, tensor.array)
            captured.graph.replay()
            for gradient in captured.gradients:
                gradient.leaf._grad = gradient.after
            return map_structure(lambda x: x.clone() if isinstance(x, Tensor) else x, captured.outputs)


def _form_of(item: Any) -> Any:
    """What must be the same at each call."""
    return f"{item.dtype}{list(item.shape)}" if isinstance(item, Tensor) else item


def _detached(item: Any) -> Any:
    return item.detach() if isinstance(item, Tensor) else item


def _has_arrays(arguments: Any) -> bool:
    found: list[bool] = []
    map_structure(lambda item: found.append(is_array(item)), arguments)
    return any(found)
