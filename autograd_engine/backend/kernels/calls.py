"""A formula that was read, written as a Python function that calls NumPy and BLAS as seldom as it can.

Each operation writes into the memory of an operand that is needed no more, a state's own array if possible, and a
multiple that is added costs no pass over memory of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from ..formulas import Operation, Reading
from ..kinds import kind_of
from .elements import choose

__all__ = ["calls_of"]


def _where(mask: Any, x: Any, y: Any, like: Any) -> Any:
    """np.where of arrays and numbers, as an array of another's dtype."""
    asarray = kind_of(like).asarray
    return choose(mask, asarray(x, like.dtype), asarray(y, like.dtype))


@cache
def calls_of(reading: Reading) -> Callable[..., None]:
    """What was read, as a function of `scal` and `axpy`, and then of the arguments of `updates.update`."""
    _, _, *state = reading.arrays
    source = "\n".join(
        [
            "def calls(scal, axpy, values, gradients, states, numbers):",
            f"    {_tuple(reading.numbers)} = numbers",
            f"    for p, g, {_tuple(state)} in zip(values, gradients, states, strict=True):",
            *(f"        {line}" for line in _Writer(reading).lines),
        ]
    )
    namespace: dict[str, Any] = {o.function: getattr(np, o.function) for o in reading.operations}
    namespace |= {"multiply": np.multiply, "copyto": np.copyto, "where": _where}
    exec(source, namespace)
    return namespace["calls"]


def _tuple(names: Sequence[str]) -> str:
    return f"({''.join(f'{name}, ' for name in names)})"


class _Writer:
    """Writes the calls that do what was read.

    Attributes:
        lines: the calls.
    """

    def __init__(self, reading: Reading) -> None:
        self.lines: list[str] = ["pass"]
        self._results = reading.results
        self._uses = Counter(name for o in reading.operations for name in o.operands)
        self._uses.update(reading.results.values())  # never used up
        self._memory = {name: name for name in reading.arrays}  # the variable in whose memory a value lies
        # What nothing may be written over: arrays that do not change, and truth values.
        self._lasting = set(reading.arrays) - reading.results.keys()
        self._lasting.update(o.result for o in reading.operations if o.is_mask)
        self._multiples: dict[str, tuple[str, str]] = {}  # products with a number, which wait for their sum
        numbers = set(reading.numbers)
        waiting = {name for o in reading.operations if o.function in ("add", "subtract") for name in o.operands}
        for o in reading.operations:
            if o.function == "multiply" and numbers.intersection(o.operands):
                number, factor = sorted(o.operands, key=numbers.__contains__, reverse=True)
                self._multiples[o.result] = number, factor
                if self._uses[o.result] > 1 or o.result not in waiting:
                    self._multiply(o.result)
            elif o.function not in ("add", "subtract") or not self._add_multiple(o):
                self._call(o)
        self._copy_results()

    def _used(self, name: str) -> str:
        """The variable of an operand, which is used once less from now on."""
        self._uses[name] -= 1
        return self._memory.get(name, name)

    def _is_free(self, memory: str) -> bool:
        """Whether no value that is still needed lies in a variable's memory."""
        return not any(m == memory and self._uses[name] for name, m in self._memory.items())

    def _place(self, result: str, operands: Sequence[str]) -> str | None:
        """Where to write a result: the array that it belongs into, or the memory of an operand that is needed no
        more; None for new memory."""
        own = [array for array, name in self._results.items() if name == result]
        spent = [self._memory[name] for name in operands if name in self._memory and name not in self._lasting]
        return next((memory for memory in own + spent if self._is_free(memory)), None)

    def _write(self, result: str, call: str, out: str | None) -> None:
        self._memory[result] = out or result
        self.lines.append(f"{call}, out={out})" if out else f"{result} = {call})")

    def _call(self, o: Operation) -> None:
        for name in o.operands:
            if name in self._multiples:
                self._multiply(name)
        operands = ", ".join([self._used(name) for name in o.operands])
        if o.function == "where":
            self._write(o.result, f"where({operands}, p", None)
        else:
            self._write(
                o.result, f"{o.function}({operands}", None if o.is_mask else self._place(o.result, o.operands)
            )

    def _multiply(self, result: str) -> None:
        number, factor = self._multiples.pop(result)
        memory = self._used(factor)
        out = self._place(result, [factor])
        if out == memory:
            self.lines.append(f"scal({number}, {memory})")
            self._memory[result] = memory
        else:
            self._write(result, f"multiply({memory}, {number}", out)

    def _add_multiple(self, o: Operation) -> bool:
        """Add a multiple of one array to the memory of the other operand, if that may be overwritten."""
        x, y = o.operands
        orders = [(x, y, "-" if o.function == "subtract" else "")] + [(y, x, "")] * (o.function == "add")
        orders = [order for order in orders if order[1] in self._multiples and self._rank(order[0], o.result)]
        if not orders:
            return False
        base, multiple, sign = max(orders, key=lambda order: self._rank(order[0], o.result))
        if base in self._multiples:
            self._multiply(base)
        number, factor = self._multiples.pop(multiple)
        memory = self._used(base)
        self.lines.append(f"axpy({self._used(factor)}, {memory}, a={sign}{number})")
        self._memory[o.result] = memory
        return True

    def _rank(self, base: str, result: str) -> int:
        """How well a sum would lie in the memory of an operand: 0 if it cannot."""
        name = self._multiples[base][1] if base in self._multiples else base
        if name not in self._memory or name in self._lasting or self._uses[name] > 1:
            return int(base in self._multiples)  # the multiple is written into new memory
        return 3 if self._results.get(self._memory[name]) == result else 2

    def _copy_results(self) -> None:
        """Copy what lies elsewhere into the arrays that it belongs into."""
        moves = {array: self._memory[name] for array, name in self._results.items() if self._memory[name] != array}
        for array, memory in moves.items():
            if memory in moves:  # and would be overwritten
                self.lines.append(f"{array}_new = {memory}.copy()")
                moves[array] = f"{array}_new"
        self.lines += [f"copyto({array}, {memory})" for array, memory in moves.items()]
