"""Nodes of a graph as statements about named variables, such as `u1 = x · w`, and terms of the chain rule as
text."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend.arrays import unboxed
from ..engine.graph import Leaf, Node, Output
from .reading import Names, Operand, count, nearest, operands_of, roots_of, settings_of
from .text import array_text, number_text

TEXTBOOK: dict[str, tuple[str, dict[str, str]]] = {
    "abs": ("|{x}|", {"x": "sign({x})"}),
    "add": ("{x} + {y}", {"x": "1", "y": "1"}),
    "cos": ("cos({x})", {"x": "(-sin({x}))"}),
    "cosh": ("cosh({x})", {"x": "sinh({x})"}),
    "div": ("{x} / {y}", {"x": "1/{y}", "y": "(-{out}/{y})"}),
    "exp": ("exp({x})", {"x": "{out}"}),
    "log": ("log({x})", {"x": "1/{x}"}),
    "log1p": ("log(1 + {x})", {"x": "1/(1 + {x})"}),
    "matmul": ("{x} @ {y}", {}),
    "maximum": ("max({x}, {y})", {"x": "[{x} > {y}]", "y": "[{y} > {x}]"}),
    "minimum": ("min({x}, {y})", {"x": "[{x} < {y}]", "y": "[{y} < {x}]"}),
    "mul": ("{x} · {y}", {"x": "{y}", "y": "{x}"}),
    "neg": ("-{x}", {"x": "(-1)"}),
    "pow": ("{x}^{y}", {"x": "{power}", "y": "{out} log({x})"}),
    "reciprocal": ("1/{x}", {"x": "(-{out}^2)"}),
    "relu": ("relu({x})", {"x": "[{x} > 0]"}),
    "sigmoid": ("sigmoid({x})", {"x": "{out}(1 - {out})"}),
    "sin": ("sin({x})", {"x": "cos({x})"}),
    "sinh": ("sinh({x})", {"x": "cosh({x})"}),
    "softplus": ("softplus({x})", {"x": "sigmoid({x})"}),
    "sqrt": ("sqrt({x})", {"x": "1/(2 {out})"}),
    "square": ("{x}^2", {"x": "2 {x}"}),
    "sub": ("{x} - {y}", {"x": "1", "y": "(-1)"}),
    "sum": ("sum({x})", {"x": "1"}),
    "tan": ("tan({x})", {"x": "(1 + {out}^2)"}),
    "tanh": ("tanh({x})", {"x": "(1 - {out}^2)"}),
}
"""How operations and their local derivatives are written. All others are written as function calls."""


class Script:
    """The nodes that led to `y`, as statements about named variables.

    Args:
        y: a tensor with a recorded graph.
        names: the names that the caller gave.
        max_rows: how many nodes are taken at most.
        caller: the function to name in errors.

    Raises:
        TypeError: `y` is not one tensor.
        RuntimeError: nothing was recorded for `y`.
    """

    def __init__(self, y: Any, names: Any, max_rows: int, caller: str) -> None:
        tensors = roots_of(y, caller)
        if len(tensors) > 1:
            raise TypeError(f"{caller} takes one tensor, got {len(tensors)}")
        (tensor,) = tensors
        self.root = tensor.node
        self.seed = unboxed(np.ones(tensor.array.shape, tensor.array.dtype))
        self.names = Names(names)
        self.names.values.setdefault(self.root, tensor.array)
        self.nodes = nearest([self.root], max_rows)
        hidden = count([self.root])[0] - len(self.nodes)
        self.note = f"… {hidden:,} earlier statements not shown." if hidden else ""
        self.called: dict[Node, str] = {}
        self._constants: dict[int, str] = {}
        self._name_all()

    def _name_all(self) -> None:
        given = {n: self.names.of(n) for n in self.nodes}
        taken = {n for n in given.values() if n is not None}
        counters = {"u": 0, "p": 0}

        def fresh(letter: str) -> str:
            while True:
                counters[letter] += 1
                if (name := f"{letter}{counters[letter]}") not in taken:
                    return name

        for node in self.nodes:
            name = given[node]
            if name is None and node is self.root and "y" not in taken:
                name = "y"
            if name is None and isinstance(node, Output):
                source = (node.parents or (None,))[0]
                name = f"{self.called[source]}[{node.index}]" if source in self.called else None
            self.called[node] = name or fresh("p" if isinstance(node, Leaf) else "u")

    def by_name(self, found: dict[Node, Any]) -> dict[str, Any]:
        """The arrays by the names of their nodes."""
        return {self.called[n]: a for n, a in found.items() if not isinstance(a, list)}

    def term(self, operand: Operand) -> str:
        """The name of an operand, or its value if it is a constant number."""
        if operand.node is not None:
            return self.called.get(operand.node, "…")
        array = operand.array
        if array is None:
            return "const"
        if (name := self.names.of(None, array)) is not None:
            return name
        if not isinstance(array, np.ndarray):
            return number_text(array)
        return self._constants.setdefault(id(array), f"c{len(self._constants) + 1}")

    def statement(self, node: Node) -> str:
        """The node as text, `u = x · y`; a parameter as its name."""
        name = self.called[node]
        if isinstance(node, Leaf):
            return name
        if isinstance(node, Output):
            source = self.called.get(node.parents[0], "…") if node.parents and node.parents[0] else "…"
            return name if name == f"{source}[{node.index}]" else f"{name} = {source}[{node.index}]"
        operands = operands_of(node)
        template = TEXTBOOK.get(node.name)
        if template is not None and all(f"{{{o.name}}}" in template[0] for o in operands):
            return f"{name} = {template[0].format(**self._terms(operands))}"
        settings = settings_of(node)
        if "index" in settings and len(operands) == 1:
            return f"{name} = {self.term(operands[0])}[…]"
        return f"{name} = {node.name}({', '.join(self.term(o) for o in operands)})"

    def _terms(self, operands: list[Operand]) -> dict[str, str]:
        terms = {o.name: self.term(o) for o in operands}
        exponent = next((o.array for o in operands if o.name == "y" and o.node is None), None)
        terms["power"] = _power_rule(terms.get("x", ""), terms.get("y", ""), exponent)
        return terms

    def d(self, node: Node) -> str:
        """The derivative of the result with respect to the node as text, `dJ/dx`."""
        return f"d{self.called[self.root]}/d{self.called[node]}"

    def first_row(self, version: str) -> tuple[str, ...]:
        """The first row of a backward table: the derivative of the result with respect to itself."""
        one = array_text(self.seed)
        return f"{self.d(self.root)} = 1", one, one

    def product(self, node: Node, operand: Operand) -> str:
        """One term of the chain rule as text, `dJ/dt · cos(x)`."""
        _, locals_ = TEXTBOOK.get(node.name, ("", {}))
        out = self.called[node]
        text = locals_.get(operand.name)
        if text is None:
            return f"{self.d(node)} · d{out}/d{self.term(operand)}"
        return f"{self.d(node)} · {text.format(**self._terms(operands_of(node)), out=out)}"


def _power_rule(x: str, y: str, exponent: Any) -> str:
    """The derivative of x^y with respect to x as text, `y x^(y - 1)`; `3 x^2` if the exponent is the number 3."""
    if exponent is None or np.ndim(exponent):
        return f"{y} {x}^({y} - 1)"
    return f"{y} {x}" if exponent == 2 else f"{y} {x}^{number_text(exponent - 1)}"
