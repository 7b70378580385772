"""Programs of one operator: a call of the table with other shapes, dtypes, layouts, values and settings."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import numpy as np

from tests.table import TABLE
from tests.table.operators import Call, Input, Operator

from .deviations import NO_SPECIAL, NO_TIES, RANDOM, UNCHECKED
from .program import Program

FLOATS = ("float64", "float64", "float32", "float16")
ANY_DTYPE = ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")
SPECIAL = (0.0, -0.0, math.inf, -math.inf, math.nan, 1e-30, -1.0, 1.0, 300.0)

ROWS = [name for name, r in TABLE.items() if r.torch is not None and name not in UNCHECKED]


def written(values: Any) -> str:
    """An array as source, its elements in full but without more digits than it takes."""
    return repr(values.tolist()).replace("'", "")


def tensor(random: Random, values: Any, dtype: str, requires_grad: bool, layout: str = "contiguous") -> str:
    """Source of a tensor of these values."""
    grad = ".requires_grad_()" if requires_grad else ""
    if not values.size:
        return f"m.zeros({list(values.shape)}, dtype=m.{dtype}){grad}"
    if layout == "transposed" and values.ndim > 1:
        order = list(range(values.ndim))
        random.shuffle(order)
        back = [order.index(i) for i in range(values.ndim)]
        return f"m.tensor({written(values.transpose(order))}, dtype=m.{dtype}).permute({back}){grad}"
    if layout == "strided" and values.ndim:
        doubled = np.repeat(values, 2, -1)
        return f"m.tensor({written(doubled)}, dtype=m.{dtype})[..., ::2]{grad}"
    if layout == "expanded" and values.ndim and (values[:1] == values).all():
        return f"m.tensor({written(values[:1])}, dtype=m.{dtype}).expand({list(values.shape)}){grad}"
    return f"m.tensor({written(values)}, dtype=m.{dtype}{', requires_grad=True' if requires_grad else ''})"


def broadcast(random: Random, count: int) -> list[tuple[int, ...]]:
    """Shapes that broadcast together."""
    whole = [random.choice((1, 2, 3, 3, 2, 0)) for _ in range(random.randint(0, 3))]
    return [
        tuple(1 if random.random() < 0.25 else n for n in whole[random.randint(0, len(whole)) :])
        if random.random() < 0.6
        else tuple(whole)
        for _ in range(count)
    ]


class _Writer:
    """The lines that make the tensors of a call, and the call's own arguments as source."""

    def __init__(self, random: Random, row: Operator, call: Call) -> None:
        self.random, self.row, self.lines, self.leaves = random, row, [], 0
        self.sizes: dict[int, int] = {}
        inputs = _inputs(call)
        if not row.operands and random.random() < 0.5:
            self.sizes = {n: random.choice((n, n, 0, 1, 2, 3, 4)) for n in {n for i in inputs for n in i.shape}}
        self.dtypes = ("float64",)
        chance = random.random()
        if chance < 0.35 or row.name in NO_TIES:
            self.dtypes = (random.choice(FLOATS if chance < 0.35 else FLOATS[:1]),)
        elif chance < 0.55:
            self.dtypes = ANY_DTYPE
        self.special = random.random() < 0.15 and row.name not in NO_SPECIAL
        self.ties = random.random() < 0.2 and row.name not in NO_TIES
        layouts = ("contiguous", "contiguous", "transposed", "strided", "expanded")
        self.layout = random.choice(layouts[: 4 if row.name in NO_TIES else 5])

    def values(self, place: Input) -> tuple[Any, str, bool]:
        random = self.random
        low, high, _, kind = place.domain
        if place.values is not None:
            values = np.array(place.values)
            dtype = str(values.dtype)
            if dtype == "float64":
                floats = [d for d in self.dtypes if d.startswith("float")]
                dtype = random.choice(floats) if floats else dtype
            return values, dtype, place.differentiated and dtype.startswith("float") and random.random() < 0.9
        shape = tuple(self.sizes.get(n, n) for n in place.shape)
        if random.random() < 0.04:
            shape = random.choice([shape[1:], (*shape, 1), (2, *shape), shape[:-1]])
        size = math.prod(shape)
        if kind == "b":
            return np.array([random.random() < 0.5 for _ in range(size)], bool).reshape(shape), "bool", False
        if kind == "i":
            dtype = "int64" if random.random() < 0.8 else random.choice(("int32", "uint8", "int16"))
            whole = [random.randrange(int(low), int(high)) for _ in range(size)]
            return np.array(whole, np.int64).reshape(shape), dtype, False
        dtype = random.choice(self.dtypes)
        drawn = [float(f"{random.uniform(low, high):.4g}") for _ in range(size)]
        if self.ties:
            drawn = [min(max(round(2 * v) / 2, math.ceil(2 * low) / 2), math.floor(2 * high) / 2) for v in drawn]
        if self.layout == "expanded" and shape and shape[0]:
            drawn = drawn[: size // shape[0]] * shape[0]
        values = np.asarray(place.domain.moved(np.array(drawn, np.float64))).reshape(shape)
        if self.special and size and dtype.startswith("float"):
            values.reshape(-1)[random.randrange(size)] = random.choice(SPECIAL)
        if dtype == "bool":
            values = values > (low + high) / 2
        elif not dtype.startswith("float"):
            values = np.trunc(values).astype(np.int64)
            if dtype == "uint8":
                values = np.abs(values)
        grad = place.differentiated and dtype.startswith("float") and random.random() < 0.9
        return values, dtype, grad

    def source(self, value: Any) -> str:
        random = self.random
        if isinstance(value, Input):
            values, dtype, grad = self.values(value)
            name = f"x{len(self.lines)}"
            self.leaves += grad
            self.lines.append(f"{name} = {tensor(random, values, dtype, grad, self.layout)}")
            return name
        if type(value) in (tuple, list):
            inner = ", ".join(map(self.source, value))
            return f"[{inner}]" if type(value) is list else f"({inner}{',' * (len(value) == 1)})"
        if type(value) is bool:
            return repr(not value if random.random() < 0.15 else value)
        if type(value) is int and random.random() < 0.1:
            return repr(random.choice((value + 1, value - 1, -value, 0)))
        if value is Ellipsis or isinstance(value, slice) or value is None or isinstance(value, (int, float, str)):
            return repr(value)
        raise LookupError(f"{value!r} has no source")


def _inputs(call: Call) -> list[Input]:
    found: list[Input] = []
    call.filled(lambda place: found.append(place))
    return found


def program(random: Random, name: str = "") -> Program | None:
    """A random program of one operator; None for a call that has no source."""
    row = TABLE[name or random.choice(ROWS)]
    calls = [call for call in (*row.calls, *row.edges) if call.in_torch]
    call = random.choice(calls)
    if row.name not in RANDOM:
        for other in random.sample(calls, min(2, len(calls))):
            for key, value in other.settings.items():
                if random.random() < 0.25 and key not in call.settings and len(call.arguments) < 3:
                    call = call._replace(settings={**call.settings, key: value})
        if row.operands and random.random() < 0.8:
            shapes = broadcast(random, len(row.operands))
            call = Call(tuple(map(Input, shapes, row.operands)), {})
    writer = _Writer(random, row, call)
    if row.name in RANDOM:
        writer.dtypes, writer.sizes, writer.special = ("float64", "float32"), {}, False
    try:
        arguments = [writer.source(v) for v in call.arguments]
        arguments += [f"{key}={writer.source(v)}" for key, v in call.settings.items()]
    except LookupError:
        return None
    if isinstance(row.torch, str) and row.function is row.operator:
        function = f"m.{row.torch}"
    else:
        function = f"row({row.name!r})"
    lines = [*writer.lines, f"v0 = {function}({', '.join(arguments)})"]
    if row.order and writer.leaves:
        second = random.random() < 0.25 and call not in row.edges and not writer.special and not writer.ties
        lines += differentiated(second, [line.split()[0] for line in writer.lines if "requires_grad" in line])
    return Program(tuple(lines), row.name)


def differentiated(second: bool, leaves: list[str]) -> list[str]:
    """Lines that run the backward pass of `v0`, or of the squares of its derivatives."""
    outputs = "r = [r for r in (v0 if isinstance(v0, (tuple, list)) else [v0]) if r.requires_grad]"
    if not second:
        return [outputs, "m.autograd.backward(r, [weights(t) for t in r])"]
    inputs = ", ".join(leaves)
    return [
        outputs,
        f"g = m.autograd.grad(r, [{inputs}], [weights(t) for t in r], create_graph=True, allow_unused=True)",
        "s = sum((d.double() ** 2).sum() for d in g if d is not None)",
        "s.backward() if getattr(s, 'requires_grad', False) else None",
    ]
