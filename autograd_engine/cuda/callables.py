"""Functions and modules whose forward and backward passes are CUDA graphs, for a training written around them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from ..backend.kinds import others
from ..engine.backward import grad
from ..engine.function import Function
from ..engine.modes import enable_grad
from ..engine.results import make_tensor
from ..engine.writes import written
from ..func.structure import map_structure, replaced, tensors_of
from ..nn import Module
from ..tensor import Tensor
from .graphs import CUDAGraph, graph
from .memory import GraphPool

__all__ = ["make_graphed_callables"]

F = TypeVar("F")


class _Pair:
    """A function captured as two graphs, its forward and its backward pass, which share memory.

    Args:
        function: what is captured, of tensors; a module's parameters are among what it is differentiated by.
        sample: arguments, of the shapes that all later ones have.
        pool: the memory of both graphs.
        allow_unused: whether arguments may have no influence on the results.
    """

    def __init__(self, function: Callable[..., Any], sample: Any, pool: GraphPool, allow_unused: bool) -> None:
        self.function, self.pool, self.allow_unused = function, pool, allow_unused
        if not sample or not all(isinstance(t, Tensor) and t.array.__class__ in others for t in sample):
            raise TypeError("make_graphed_callables: sample_args is a tuple of tensors on a GPU")
        self.given = [make_tensor(t.array.copy(), None).requires_grad_(t.requires_grad) for t in sample]
        parameters = list(function.parameters()) if isinstance(function, Module) else []
        self.inputs = [*self.given, *parameters]
        self.wanted = [t for t in self.inputs if t.requires_grad]

    def _gradients(self, outputs: list[Tensor], cotangents: list[Tensor]) -> Any:
        if not (outputs and self.wanted):
            return ()
        return grad(outputs, self.wanted, cotangents, allow_unused=self.allow_unused)

    def warm_up(self, times: int) -> None:
        """Run both passes, so that all that is made once is made."""
        for _ in range(times):
            with enable_grad():
                outputs = [t for t in tensors_of(self.function(*self.given)) if t.requires_grad]
            self._gradients(outputs, [make_tensor(np.ones_like(t.array), None) for t in outputs])

    def capture_forward(self) -> None:
        """Capture the forward pass."""
        self.forward = CUDAGraph()
        with graph(self.forward, self.pool), enable_grad():
            self.structure = self.function(*self.given)
        self.outputs = tensors_of(self.structure)

    def capture_backward(self) -> None:
        """Capture the backward pass, from memory in which the gradients of the results will lie."""
        self.backward = CUDAGraph()
        results = [t for t in self.outputs if t.requires_grad]
        self.cotangents = [make_tensor(np.zeros_like(t.array), None) for t in results]
        with graph(self.backward, self.pool):
            self.found = self._gradients(results, self.cotangents)
        self.is_differentiated = [t.requires_grad for t in self.outputs]
        self.structure = map_structure(lambda x: x.detach() if isinstance(x, Tensor) else x, self.structure)
        self.outputs = tensors_of(self.structure)

    def called(self) -> Callable[..., Any]:
        """The function that replays both."""
        pair = self
        place = {id(t): i for i, t in enumerate(self.wanted)}

        class Graphed(Function):
            """The two graphs as one operation."""

            @staticmethod
            def forward(ctx: Any, *inputs: Any) -> Any:
                for there, tensor in zip(pair.given, inputs, strict=False):
                    _copy(there, tensor)
                pair.forward.replay()
                for output in pair.outputs:
                    written(output.array)
                outputs = tuple(make_tensor(output.array, None) for output in pair.outputs)
                constant = zip(outputs, pair.is_differentiated, strict=True)
                ctx.mark_non_differentiable(*(t for t, differentiated in constant if not differentiated))
                return outputs

            @staticmethod
            def backward(ctx: Any, *gradients: Any) -> Any:
                given = (g for g, wanted in zip(gradients, pair.is_differentiated, strict=True) if wanted)
                for there, gradient in zip(pair.cotangents, given, strict=True):
                    _copy(there, gradient)
                pair.backward.replay()
                at = [place.get(id(t)) for t in pair.inputs]
                return tuple(None if i is None else pair.found[i] for i in at)

        parameters = self.inputs[len(self.given) :]

        def call(*args: Any) -> Any:
            if len(args) != len(pair.given):
                raise TypeError(f"captured with {len(pair.given)} arguments, called with {len(args)}")
            return replaced(pair.structure, Graphed.apply(*args, *parameters))

        return call


def _copy(there: Tensor, tensor: Tensor) -> None:
    if (there.shape, there.dtype) != (tensor.shape, tensor.dtype):
        raise ValueError(
            f"captured with {there.dtype}{list(there.shape)}, called with {tensor.dtype}{list(tensor.shape)}"
        )
    if there.array is not tensor.array:
        np.copyto(there.array, tensor.array)


def make_graphed_callables(
    callables: F,
    sample_args: tuple[Any, ...],
    num_warmup_iters: int = 3,
    allow_unused_input: bool = False,
    pool: GraphPool | None = None,
) -> F:
    """Functions or modules whose forward and backward passes run as a CUDA graph each, for a training that is
    written in the usual way around them. `GraphedStep` captures a whole step, which gains more.

    Args:
        callables: a function of tensors, a module, or a tuple of these in the order in which they will be called. A
            module is returned itself, with another `forward`; in the other mode, of training and evaluation, than
            it is in now it runs as before.
        sample_args: a tuple of tensors on the GPU, or one for each, of the shapes of all later arguments, and
            requiring gradients where those will.
        num_warmup_iters: how often both passes run before they are captured.
        allow_unused_input: whether arguments may have no influence on the results.
        pool: memory to share with other graphs, of `graph_pool_handle`.

    Raises:
        TypeError: the samples are no tensors on a GPU.
        RuntimeError: something cannot be captured; see `graph`.
        ValueError: there is no GPU.
    """
    is_one = not isinstance(callables, tuple)
    functions: Any = (callables,) if is_one else callables
    samples = (sample_args,) if is_one else sample_args
    pool = pool or GraphPool()
    pairs = [_Pair(f, sample, pool, allow_unused_input) for f, sample in zip(functions, samples, strict=True)]
    for pair in pairs:
        pair.warm_up(num_warmup_iters)
    for pair in pairs:
        pair.capture_forward()
    for pair in reversed(pairs):
        pair.capture_backward()
    made: Any = tuple(map(_installed, functions, pairs))
    return made[0] if is_one else made


def _installed(function: Any, pair: _Pair) -> Any:
    """What is called in the place of the function; a module with another `forward`."""
    graphed = pair.called()
    if not isinstance(function, Module):
        return graphed
    plain, mode = function.forward, function.training

    def forward(*args: Any) -> Any:
        return (graphed if function.training == mode else plain)(*args)

    function.forward = forward  # type: ignore[method-assign]
    return function
