"""A model as a table of its layers: output shapes, numbers of parameters, and FLOPs.

The model is called once, and hooks on every module note the shapes of the results and ask the module for its FLOPs
(`Module._flops`, which each layer defines). A row counts its module together with all modules inside it, as `du`
does for folders. So the first row is the total, and rows of inner modules can be left out without changing the
others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..backend.arrays import default_dtype, is_floating
from ..backend.random import Generator
from ..engine.modes import no_grad
from ..nn import Module
from ..tensor import Tensor
from ..tensor.creation import zeros
from ..tensor.random import rand
from .table import Table
from .watching import watching


@dataclass(frozen=True)
class LayerRow:
    """One module of a summary. Counts include all modules inside it; a shared parameter is counted once.

    Attributes:
        name: the dotted name; "" for the model itself.
        type: the name of the class.
        depth: how many modules it lies inside of.
        calls: how often it was called.
        output_shape: the shape of its last result, or a tuple of shapes for several results; None if it was not
            called or returned no tensor.
        parameters: the number of elements of its parameters.
        trainable_parameters: the same, of those parameters that require gradients.
        flops: the floating-point operations of all calls.
    """

    name: str
    type: str
    depth: int
    calls: int
    output_shape: Any
    parameters: int
    trainable_parameters: int
    flops: int


@dataclass(frozen=True)
class Summary:
    """What `summary` found; prints as a table, and shows itself in a notebook.

    Attributes:
        rows: one for each module, in the order of `model.named_modules()`.
        shown_depth: modules deeper than this are not printed; None prints all.
    """

    rows: tuple[LayerRow, ...]
    shown_depth: int | None = None

    @property
    def total_parameters(self) -> int:
        """The number of elements of all parameters."""
        return self.rows[0].parameters

    @property
    def trainable_parameters(self) -> int:
        """The number of elements of the parameters that require gradients."""
        return self.rows[0].trainable_parameters

    @property
    def total_flops(self) -> int:
        """The floating-point operations of one call of the model: two for each multiply-add."""
        return self.rows[0].flops

    def table(self) -> Table:
        """The table that is printed."""
        shown = [r for r in self.rows if self.shown_depth is None or r.depth <= self.shown_depth]
        names = [f"{'  ' * r.depth}{r.name.rpartition('.')[2]}{': ' * bool(r.name)}{r.type}" for r in shown]
        columns = {
            "layer": [n + f" (called {r.calls} times)" * (r.calls > 1) for n, r in zip(names, shown, strict=True)],
            "output shape": ["-" if r.output_shape is None else str(r.output_shape) for r in shown],
            "parameters": _aligned("parameters", (r.parameters for r in shown)),
            "trainable": _aligned("trainable", (r.trainable_parameters for r in shown)),
            "FLOPs": _aligned("FLOPs", (r.flops for r in shown)),
        }
        fixed = self.total_parameters - self.trainable_parameters
        note = (
            f"parameters: {self.total_parameters:,}, of which {self.trainable_parameters:,} are trainable and "
            f"{fixed:,} fixed\nFLOPs: {self.total_flops:,}, two for each multiply-add of a matrix product or "
            "convolution; nothing else is counted"
        )
        return Table(list(columns), list(zip(*columns.values(), strict=True)), {}, note)

    def __str__(self) -> str:
        return str(self.table())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def _aligned(title: str, numbers: Iterable[int]) -> list[str]:
    texts = [f"{n:,}" for n in numbers]
    width = max(map(len, [title, *texts]))
    return [text.rjust(width) for text in texts]


def summary(
    model: Module,
    *inputs: Any,
    input_size: Sequence[Any] | None = None,
    dtypes: Sequence[Any] | None = None,
    depth: int | None = None,
) -> Summary:
    """The layers of a model as a table: output shapes, parameters, and FLOPs for these inputs.

    The model is called once, in evaluation mode and without recording. Its modes, gradients, hooks and the state of
    the random generator are afterwards what they were before. With neither `inputs` nor `input_size` the model is
    not called, and only parameters are counted.

    FLOPs count each multiply-add of a matrix product or convolution as two, as PyTorch's FlopCounterMode does. Not
    counted are biases, elementwise operations, and what a `forward` computes without submodules. A layer of your
    own is counted if it defines `_flops(inputs, output)`.

    Args:
        model: the module.
        inputs: the arguments to call it with.
        input_size: the shape of the input, batch included, or a list of shapes; instead of `inputs`, which are then
            made of random numbers, or of zeros if integers are asked for.
        dtypes: the dtypes of inputs made for `input_size`; by default that of the first floating-point parameter.
        depth: print only modules that lie inside of at most so many others.

    Raises:
        TypeError: `model` is not a module, or both `inputs` and `input_size` are given.

    Example:
        >>> summary(nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10)), input_size=(1, 64))
        layer        output shape  parameters  trainable  FLOPs
        -----------  ------------  ----------  ---------  ------
        Sequential   (1, 10)            9,610      9,610  18,944
          0: Linear  (1, 128)           8,320      8,320  16,384
          1: ReLU    (1, 128)               0          0       0
          2: Linear  (1, 10)            1,290      1,290   2,560
        parameters: 9,610, of which 9,610 are trainable and 0 fixed
        FLOPs: 18,944, two for each multiply-add of a matrix product or convolution; nothing else is counted
    """
    if not isinstance(model, Module):
        raise TypeError(f"summary takes a Module, not a {type(model).__name__}")
    if inputs and input_size is not None:
        raise TypeError("summary: give either the inputs themselves or their input_size")
    if inputs and _is_size(inputs[0]):
        raise TypeError(f"summary: {inputs[0]!r} is no input; a shape is given as input_size={inputs[0]!r}")
    if input_size is not None:
        inputs = _made_inputs(model, input_size, dtypes)
    watch = {module: _Calls() for module in model.modules()}
    if inputs:
        with watching(model, lambda module, args, output: watch[module].note(module, args, output)), no_grad():
            model(*inputs)
    rows = []
    for name, module in model.named_modules():
        calls, parameters = watch[module], list(module.parameters())
        rows.append(
            LayerRow(
                name,
                type(module).__name__,
                name.count(".") + bool(name),
                calls.count,
                calls.output_shape,
                sum(p.numel() for p in parameters),
                sum(p.numel() for p in parameters if p.requires_grad),
                sum(watch[below].flops for below in module.modules()),
            )
        )
    return Summary(tuple(rows), depth)


def _is_size(given: Any) -> bool:
    """Whether it is an integer, or a nested tuple or list of integers."""
    return isinstance(given, int) or (isinstance(given, (tuple, list)) and all(map(_is_size, given)))


def _made_inputs(model: Module, size: Sequence[Any], dtypes: Sequence[Any] | None) -> tuple[Tensor, ...]:
    """Inputs of these shapes, random numbers from [0, 1) drawn by a generator of their own, or zeros."""
    sizes = [tuple(s) for s in size] if size and not isinstance(size[0], int) else [tuple(size)]
    if dtypes is None:
        floating = (p.dtype for p in model.parameters() if p.is_floating_point())
        dtypes = [next(floating, default_dtype())] * len(sizes)
    generator = Generator().manual_seed(0)
    return tuple(
        rand(s, generator=generator, dtype=d) if is_floating(np.dtype(d)) else zeros(s, dtype=d)
        for s, d in zip(sizes, dtypes, strict=True)
    )


class _Calls:
    """What the hook notes of the calls of one module."""

    def __init__(self) -> None:
        self.count = 0
        self.flops = 0
        self.output_shape: Any = None

    def note(self, module: Module, inputs: tuple[Any, ...], output: Any) -> None:
        """Note one call; registered as a forward hook."""
        self.count += 1
        self.flops += module._flops(inputs, output)
        self.output_shape = _shape_of(output)


def _shape_of(output: Any) -> Any:
    if isinstance(output, Tensor):
        return output.shape
    if isinstance(output, (tuple, list)):
        return tuple(map(_shape_of, output))
    if isinstance(output, dict):
        return {name: _shape_of(value) for name, value in output.items()}
    return None
