"""A model as a table: its layers, what they put out, and what they cost.

The model runs once, and hooks on every module note the shapes and ask the module for its FLOPs (`Module._flops`:
a layer's cost is written in the layer). A row counts its module and all below it, as `du` does for folders, so
the first row is the total and leaving out the deep rows loses nothing.
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
from ..tensor.creation import rand, zeros
from .table import Table

__all__ = ["LayerRow", "Summary", "summary"]


@dataclass(frozen=True)
class LayerRow:
    """One module of a summary; counts are of the module and all below it, what is shared counted once.

    Attributes:
        name: dotted, "" for the model itself.
        type: the class.
        depth: how many modules it lies in.
        calls: how often the model called it.
        output_shape: of its last result: a shape; for several results a tuple of them; None if it was not called,
            or returned no tensor.
        parameters: the number of elements of its parameters; trainable_parameters: of those that require gradients.
        flops: floating-point operations of all calls.
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
        rows: for each module, in the order of the tree, what it is and costs.
        shown_depth: the rows below it are not printed; None prints all.
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
        """Floating-point operations of one run: two for each multiply-add."""
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

    The model runs once, in evaluation mode and without recording; its modes, gradients and hooks, and the random
    numbers that follow, stay what they were. With neither `inputs` nor `input_size` it does not run, and
    only parameters are counted.

    FLOPs count each multiply-add of a matrix product or convolution as two, as PyTorch's FlopCounterMode does;
    biases and elementwise work are not counted, nor is what a `forward` computes by other means than its
    submodules. A layer of your own counts by defining `_flops(inputs, output)`.

    Args:
        inputs: the arguments of the model.
        input_size: instead of them, the shape of the input, batch included; or a list of shapes.
        dtypes: of the inputs made for `input_size`; by default that of the model's parameters. Integers are zeros.
        depth: print only modules that lie in at most so many others.

    Raises:
        TypeError: not a module, or both `inputs` and `input_size`.

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
        _run(model, inputs, watch)
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
    """Whether it is an integer, or integers in tuples and lists."""
    return isinstance(given, int) or (isinstance(given, (tuple, list)) and all(map(_is_size, given)))


def _made_inputs(model: Module, size: Sequence[Any], dtypes: Sequence[Any] | None) -> tuple[Tensor, ...]:
    """Inputs of these shapes: small random numbers from a generator of their own."""
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
    """What is noted of the calls of one module."""

    def __init__(self) -> None:
        self.count = 0
        self.flops = 0
        self.output_shape: Any = None

    def note(self, module: Module, inputs: tuple[Any, ...], output: Any) -> None:
        """A forward hook."""
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


def _run(model: Module, inputs: tuple[Any, ...], watch: dict[Module, _Calls]) -> None:
    """Call the model, and leave it as it was."""
    modes = {module: module.training for module in watch}
    handles = [module.register_forward_hook(calls.note) for module, calls in watch.items()]
    try:
        model.eval()
        with no_grad():
            model(*inputs)
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in modes.items():
            module.training = mode
