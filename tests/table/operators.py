"""One operator of the table: what it is called here and in PyTorch, and calls that exercise it.

A call is written as the user would write it, with a shape where an array goes:

    op(shape.permute, call(real(2, 3), 1, 0))
    elementwise(math.log, POSITIVE)

`real(2, 3)` becomes a float64 tensor that requires gradients when the call is filled, with random numbers for
a plain test or with what hypothesis draws for a property test.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from autograd_engine.backend.arrays import is_floating
from autograd_engine.tensor.creation import from_numpy
from autograd_engine.testing.strategies import Draw, arrays, broadcastable_shapes, hypothesis, lay_out, layouts

__all__ = [
    "ABOVE_ONE",
    "ANY",
    "BITS",
    "MASK",
    "NONZERO",
    "POSITIVE",
    "UNIT",
    "Call",
    "Domain",
    "Input",
    "Operator",
    "call",
    "constant",
    "elementwise",
    "given",
    "integers",
    "mask",
    "op",
    "ours",
    "real",
    "reduction",
    "without_eps",
]

Shape = tuple[int, ...]


class Domain(NamedTuple):
    """Where the values of an input lie: in (low, high), and at least `gap` away from 0.

    `kind` is NumPy's letter for the dtype: "f" real numbers, "i" integers below `high`, "b" booleans.
    """

    low: float
    high: float
    gap: float = 0.0
    kind: str = "f"

    def moved(self, values: Any) -> Any:
        """Real `values` moved away from 0 by the gap."""
        return values + np.copysign(self.gap, values) if self.gap else values


ANY = Domain(-2.0, 2.0)
POSITIVE = Domain(0.3, 3.0)
NONZERO = Domain(-2.0, 2.0, gap=0.4)
UNIT = Domain(-0.9, 0.9)
ABOVE_ONE = Domain(1.2, 4.0)
BITS = Domain(0, 8, kind="i")
MASK = Domain(0, 2, kind="b")


@dataclass(frozen=True)
class Input:
    """The place of an array in a call.

    Attributes:
        shape, domain: of the array.
        differentiated: whether it is an input to differentiate by, rather than a constant.
        values: the values themselves, where a call is about particular ones.
    """

    shape: Shape
    domain: Domain = ANY
    differentiated: bool = True
    values: Any = None

    def random(self, random: np.random.Generator, dtype: Any = np.float64, layout: str = "contiguous") -> Any:
        """A tensor of random numbers."""
        low, high, _, kind = self.domain
        if self.values is not None:
            values = np.array(self.values)
        elif kind == "f":
            values = self.domain.moved(np.asarray(random.uniform(low, high, self.shape)))
        else:
            values = np.asarray(random.integers(int(low), int(high), self.shape)).astype(
                np.bool_ if kind == "b" else np.int64
            )
        if is_floating(values.dtype):
            values = values.astype(dtype)
        return self.tensor(lay_out(values, layout))

    def drawn(self, draw: Draw, contiguous: bool = False) -> Any:
        """A tensor of values that hypothesis draws, in any layout unless `contiguous`."""
        low, high, _, kind = self.domain
        if self.values is not None:
            values = np.array(self.values)
        elif kind == "f":
            values = self.domain.moved(draw(arrays(self.shape, domain=(low, high), contiguous=True)))
        else:
            st = hypothesis().strategies
            size = math.prod(self.shape)
            listed = draw(st.lists(st.integers(int(low), int(high) - 1), min_size=size, max_size=size))
            values = np.array(listed, np.bool_ if kind == "b" else np.int64).reshape(self.shape)
        return self.tensor(lay_out(values, "contiguous" if contiguous else draw(layouts())))

    def tensor(self, values: Any) -> Any:
        """A tensor around `values`."""
        return from_numpy(values).requires_grad_(self.differentiated and is_floating(values.dtype))


def real(*shape: int, domain: Domain = ANY) -> Input:
    """An array of real numbers, to differentiate by."""
    return Input(shape, domain)


def constant(*shape: int, domain: Domain = ANY) -> Input:
    """An array of real numbers that stays constant."""
    return Input(shape, domain, differentiated=False)


def integers(*shape: int, below: int) -> Input:
    """An array of integers in [0, below)."""
    return Input(shape, Domain(0, below, kind="i"))


def mask(*shape: int) -> Input:
    """An array of booleans."""
    return Input(shape, MASK)


def given(values: Any) -> Input:
    """These very values; to differentiate by, if they are real numbers."""
    return Input(np.shape(values), values=values)


class Call(NamedTuple):
    """The arguments of one call, with an `Input` where a tensor goes."""

    arguments: tuple[Any, ...]
    settings: dict[str, Any]
    in_torch: bool = True

    def filled(self, make: Callable[[Input], Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments and keyword arguments, with `make(input)` for each input."""

        def fill(value: Any) -> Any:
            if isinstance(value, Input):
                return make(value)
            if type(value) in (tuple, list):
                return type(value)(fill(v) for v in value)
            return value

        return fill(self.arguments), {name: fill(value) for name, value in self.settings.items()}

    def __str__(self) -> str:
        def text(value: Any) -> str:
            if isinstance(value, Input):
                return f"{value.domain.kind if value.values is None else 'given'}{list(value.shape)}"
            if type(value) in (tuple, list):
                return f"({', '.join(map(text, value))})"
            return getattr(value, "__name__", str(value))

        return ", ".join([*map(text, self.arguments), *(f"{k}={text(v)}" for k, v in self.settings.items())])


def call(*arguments: Any, **settings: Any) -> Call:
    """A call, as the user would write it."""
    return Call(arguments, settings)


def ours(*arguments: Any, **settings: Any) -> Call:
    """A call that PyTorch has no equal for, such as a slice with a negative step."""
    return Call(arguments, settings, in_torch=False)


def without_eps(call: Call) -> bool:
    """Whether a call says eps=0: an eps stays what it is where inputs are scaled."""
    return call.settings.get("eps") == 0


@dataclass(frozen=True)
class Symmetry:
    """What becomes of the results when inputs are shifted or scaled.

    Attributes:
        shift: f(x + c) = f(x) + shift c, one number for all results or one for each; None where nothing is known.
        degree: f(c x) = c^degree f(x) for c > 0, likewise.
        moving: the positions of the arguments that are shifted and scaled together.
        calls: for which calls it holds.
    """

    shift: float | tuple[float, ...] | None = None
    degree: float | tuple[float, ...] | None = None
    moving: tuple[int, ...] = (0,)
    calls: Callable[[Call], bool] = lambda call: True


@dataclass(frozen=True)
class Operator:
    """One row of the table.

    Attributes:
        name: of the function.
        function: takes tensors or raw arrays.
        of: the operator it is about: the function itself, but where that has no derivatives by itself, and the
            row calls it on symmetric matrices, say, or asks for what does not depend on signs.
        calls: at points where the derivatives exist.
        edges: calls where they do not, or are a matter of convention (ties, zeros, infinities), to be
            compared with PyTorch.
        torch: the counterpart below `torch`, such as "nn.functional.silu"; or a function that takes
            the torch module and then the arguments; None if there is none.
        order: derivatives that exist: 2, or 0 for an operator through which no gradient flows.
        operands: the domain of each operand, for elementwise operators that broadcast.
        analytic: whether the forward computes with complex arrays, for the complex step.
        contiguous: whether the inputs have to be contiguous in memory.
        symmetries: what shifts and scales of the inputs do; the test moves the inputs far from zero and near to it.
    """

    name: str
    function: Callable[..., Any]
    calls: tuple[Call, ...]
    edges: tuple[Call, ...] = ()
    torch: str | Callable[..., Any] | None = None
    order: int = 2
    operands: tuple[Domain, ...] = ()
    analytic: bool = True
    contiguous: bool = False
    of: Callable[..., Any] | None = None
    symmetries: tuple[Symmetry, ...] = ()

    def under(self, **symmetry: Any) -> Operator:
        """The row with one more symmetry; see `Symmetry`."""
        return replace(self, symmetries=(*self.symmetries, Symmetry(**symmetry)))

    @property
    def operator(self) -> Callable[..., Any]:
        """The operator that the row tests."""
        return self.of or self.function

    def __str__(self) -> str:
        return self.name

    def drawn(self) -> Any:
        """A strategy for filled calls: `(arguments, settings)`."""
        st = hypothesis().strategies
        if self.operands:
            chosen = broadcastable_shapes(len(self.operands), max_dims=3).map(
                lambda drawn: Call(tuple(map(Input, drawn, self.operands)), {})
            )
        else:
            chosen = st.sampled_from(self.calls)

        def fill(draw: Draw) -> Any:
            return draw(chosen).filled(lambda place: place.drawn(draw, self.contiguous))

        return st.composite(fill)()


_SHAPES: dict[int, tuple[tuple[Shape, ...], ...]] = {
    1: (((2, 3),), ((),), ((0, 3),), ((1,),)),
    2: (
        ((2, 3), (2, 3)),
        ((2, 3), (3,)),
        ((2, 1), (1, 3)),
        ((), (2,)),
        ((), ()),
        ((0, 3), (1, 3)),
        ((2, 1), (0,)),
    ),
    3: (((2, 3), (2, 3), (2, 3)), ((3,), (2, 1), ()), ((), (), ()), ((0, 1), (1, 2), (2,))),
}
"""Shapes of one, two and three operands: equal, broadcast, 0-d and size-0."""


def elementwise(
    function: Callable[..., Any],
    *operands: Domain,
    edges: Sequence[Call] = (),
    torch: str | Callable[..., Any] | None = "",
    order: int = 2,
    analytic: bool = True,
    more: Sequence[Call] = (),
) -> Operator:
    """An operator whose operands, one of each domain, broadcast; `more` are further calls, with settings."""
    calls = tuple(Call(tuple(map(Input, s, operands)), {}) for s in _SHAPES[len(operands)])
    return op(function, *calls, *more, edges=edges, torch=torch, order=order, analytic=analytic, operands=operands)


def reduction(
    function: Callable[..., Any],
    *,
    domain: Domain = ANY,
    whole: bool = True,
    several: bool = True,
    empty: bool = True,
    keepdim: bool = True,
    edges: Sequence[Call] = (),
    torch: str | Callable[..., Any] | None = "",
    order: int = 2,
    analytic: bool = True,
    more: Sequence[Call] = (),
) -> Operator:
    """An operator along dimensions.

    Args:
        domain: of the input.
        whole: without `dim` it reduces everything.
        several: `dim` may be a tuple.
        empty: it may reduce a dimension of size 0.
        keepdim: it takes `keepdim`.
        edges, torch, order, analytic: see `Operator`; `more` are further calls.
    """

    def x(*shape: int) -> Input:
        return Input(shape, domain)

    calls = [call(x(2, 3), 0), call(x(2, 3), dim=-1), call(x(2, 1, 3), 1), call(x(), 0), call(x(0, 3), 1)]
    if whole:
        calls += [call(x(2, 3)), call(x()), call(x(1))]
    if several:
        calls += [call(x(2, 3, 2), (0, -1)), call(x(2, 3), [1])]
    if empty:
        calls += [call(x(0, 3), 0), call(x(2, 0), -1)] + ([call(x(0))] if whole else [])
    if keepdim:
        calls += [call(x(2, 3), 1, True), call(x(2, 3), dim=0, keepdim=True)]
    if several and keepdim:
        calls += [call(x(2, 3, 2), (0, 2), keepdim=True)]
    return op(function, *calls, *more, edges=edges, torch=torch, order=order, analytic=analytic)


def op(
    function: Callable[..., Any],
    *calls: Call,
    edges: Sequence[Call] = (),
    torch: str | Callable[..., Any] | None = "",
    order: int = 2,
    analytic: bool = True,
    contiguous: bool = False,
    operands: tuple[Domain, ...] = (),
) -> Operator:
    """Any other operator, by its calls; by default PyTorch has it under the same name."""
    name = function.__name__
    if torch == "":
        torch = name
    return Operator(name, function, calls, tuple(edges), torch, order, operands, analytic, contiguous)
