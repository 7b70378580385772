"""Formulas: computations element by element, read by running them once with symbols in the place of arrays.

A formula is a function of arrays and numbers, written as on paper. Read, it is a list of operations, of which a
program is made that takes fewer passes over memory than the function itself would: calls of NumPy's that reuse
buffers (`kernels.updates`), or one compiled loop (`compiled.updates`).

Numbers may differ from step to step, so they are symbols too. Where the function branches on one (`if momentum:`),
what was decided becomes a condition of the reading; when it no longer holds, the function is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from .kinds import Kind, register

__all__ = ["Formula", "Operation", "Reading", "Readings"]

_COMPARISONS = {
    np.less: "{} < {}",
    np.less_equal: "{} <= {}",
    np.greater: "{} > {}",
    np.greater_equal: "{} >= {}",
    np.equal: "{} == {}",
    np.not_equal: "{} != {}",
}
_ARITHMETIC = {
    np.add: "{} + {}",
    np.subtract: "{} - {}",
    np.multiply: "{} * {}",
    np.divide: "{} / {}",
    np.negative: "-{}",
    np.square: "{0} * {0}",
    np.absolute: "abs({})",
    np.sqrt: "sqrt({})",
    np.sign: "sign({})",
    np.maximum: "maximum({}, {})",
    np.minimum: "minimum({}, {})",
    np.exp: "exp({})",
    np.expm1: "expm1({})",
    np.log1p: "log1p({})",
    np.tanh: "tanh({})",
}
_LOGIC = {
    np.bitwise_or: "{} or {}",
    np.bitwise_and: "{} and {}",
    np.invert: "not {}",
}
_WHERE = "{1} if {0} else {2}"

FUNCTIONS = {
    name: getattr(np, name) for name in ("sqrt", "sign", "maximum", "minimum", "exp", "expm1", "log1p", "tanh")
}
"""What the source of operations names besides Python's own functions."""


class Operation(NamedTuple):
    """One operation on elements.

    Attributes:
        result: the name of its result.
        function: its name in NumPy, such as "multiply".
        operands: the names of arrays, of earlier results, and of numbers.
        source: the operation in Python, on one element.
        is_mask: whether the result is a truth value.
    """

    result: str
    function: str
    operands: tuple[str, ...]
    source: str
    is_mask: bool


@dataclass(frozen=True, eq=False)
class Reading:
    """What a formula does, for numbers that lead to the same decisions as those it was read with.

    Attributes:
        arrays: the names of the arrays, in the order in which they are given; of an update "p", "g", and those of
            the state.
        numbers: the names of the numbers that the operations use.
        operations: what is done with each element, in order.
        results: for the name of each array that is written, the name of its new value.
        prepare: computes `numbers` of the formula's; None where they lead to other decisions.
    """

    arrays: tuple[str, ...]
    numbers: tuple[str, ...]
    operations: tuple[Operation, ...]
    results: dict[str, str]
    prepare: Callable[..., tuple[float, ...] | None]


class _Real:
    """The dtype of symbols, a floating one that is chosen later."""

    kind = "f"
    itemsize = 8
    type = staticmethod(lambda value: value)


class _Symbol(np.lib.mixins.NDArrayOperatorsMixin):
    """A number or an array that is not there: what is done with it is written down.

    Whatever cannot be written down raises TypeError.

    Attributes:
        name: of the variable that holds it in a program.
        value: what it is while the formula is read, if it is a number.
        is_mask: whether it holds booleans, one for each element.
        dtype: what stands for that of all arrays.
    """

    dtype = _Real()

    def __init__(self, record: _Record, name: str, value: Any = None, is_mask: bool = False) -> None:
        self.record, self.name, self.value, self.is_mask = record, name, value, is_mask

    def __array_ufunc__(self, function: Any, method: str, *operands: Any, **settings: Any) -> _Symbol:
        source = _ARITHMETIC.get(function) or _COMPARISONS.get(function) or _LOGIC.get(function)
        if source is None or method != "__call__" or settings:
            raise TypeError(f"np.{function.__name__} is not among what formulas are read of")
        return self.record.note(function.__name__, source, operands, function not in _ARITHMETIC)

    def __array_function__(self, function: Any, types: Any, operands: Any, settings: Any) -> Any:
        if function is np.where and len(operands) == 3:
            condition, x, y = operands
            if not isinstance(condition, _Symbol) or condition.value is not None:
                return x if condition else y
            if condition.is_mask:
                return self.record.note("where", _WHERE, operands)
        if function is np.clip and len(operands) == 3 and not settings:
            x, least, most = operands
            return x.clip(least, most)
        raise TypeError(f"np.{function.__name__} is not among what formulas are read of")

    def astype(self, dtype: Any) -> _Symbol:
        """The same in the dtype that all arrays have: 1 where a truth value is true, else 0."""
        if dtype is not self.dtype:
            raise TypeError("a dtype of its own in a formula")
        return np.where(self, 1.0, 0.0) if self.is_mask else self

    def clip(self, least: Any, most: Any) -> Any:
        """The same, within these bounds."""
        return np.minimum(np.maximum(self, least), most)

    def __pow__(self, power: Any) -> Any:
        if isinstance(power, (int, float)) and power == 2:
            return np.square(self)
        raise TypeError("of powers, formulas are read of squares alone")

    def __bool__(self) -> bool:
        if self.value is None:
            raise TypeError("a decision that depends on the elements of an array")
        decided = bool(self.value)
        self.record.lines.append(f"if {'not ' * decided}{self.name}: return None")
        return decided


class _Record:
    """What was done with symbols so far.

    Attributes:
        lines: statements that compute numbers, and check what was decided.
        operations: those on elements.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.operations: list[Operation] = []
        self.names = count()

    def symbol(self, operand: Any) -> _Symbol:
        """The operand, as a symbol."""
        if isinstance(operand, _Symbol):
            return operand
        if not isinstance(operand, (bool, int, float, np.bool_, np.integer, np.floating)):
            raise TypeError(f"a {type(operand).__name__} among the operands of a formula")
        constant = float(operand)
        name = f"k{next(self.names)}"
        self.lines.append(f"{name} = {constant!r}" if np.isfinite(constant) else f'{name} = float("{constant}")')
        return _Symbol(self, name, constant)

    def note(self, function: str, source: str, operands: Sequence[Any], is_mask: bool = False) -> _Symbol:
        """Write down an operation; its result."""
        symbols = [self.symbol(operand) for operand in operands]
        masks = [symbol.is_mask for symbol in symbols]
        if getattr(np, function, None) in _LOGIC:
            if not all(masks):
                raise TypeError("logic with numbers")
        elif any(masks) and (function != "where" or any(masks[1:])):
            raise TypeError("arithmetic with truth values")
        statement = source.format(*(symbol.name for symbol in symbols))
        if all(symbol.value is not None for symbol in symbols):
            result = f"k{next(self.names)}"
            self.lines.append(f"{result} = {statement}")
            with np.errstate(all="ignore"):
                return _Symbol(self, result, getattr(np, function)(*(symbol.value for symbol in symbols)))
        result = f"t{next(self.names)}"
        self.operations.append(
            Operation(result, function, tuple(symbol.name for symbol in symbols), statement, is_mask)
        )
        return _Symbol(self, result, is_mask=is_mask)


class _SymbolKind(Kind):
    """Symbols as raw arrays: kernels take for them what is written for other arrays than NumPy's."""

    readable = False

    def asarray(self, values: Any, dtype: Any = None) -> Any:
        """The symbol itself."""
        return values

    def special(self, name: str) -> Any:
        """What writes down a function of `scipy.special`."""
        return lambda x: x.record.note(name, f"{name}({{}})", (x,))


register(_Symbol, _SymbolKind())

_MOST_READINGS = 16
"""Functions that decide otherwise more often than this are not worth reading."""


class Readings:
    """What was read of a function, one reading for each way in which it decided on its numbers.

    Args:
        function: `function(arrays, numbers)` returns what is written, by the names of the arrays that it is written
            into. It uses nothing but its arguments and changes no array.
        arrays: the names of the arrays that are given.
    """

    def __init__(
        self, function: Callable[[Sequence[Any], tuple[Any, ...]], dict[str, Any]], arrays: tuple[str, ...]
    ) -> None:
        self._function, self._arrays = function, arrays
        self._known: list[Reading] | None = []

    def read(self, numbers: tuple[Any, ...]) -> tuple[Reading, tuple[float, ...]] | None:
        """What to do with these numbers, and the numbers to do it with.

        None if it cannot be told for each element by itself; then the function has to be applied to arrays.
        """
        known = self._known
        if known is None:
            return None
        for reading in known:
            try:
                prepared = reading.prepare(*numbers)
            except TypeError:  # not as many numbers as it was read with, or something else among them
                continue
            if prepared is not None:
                return reading, prepared
        try:
            known.append(_read(self._function, self._arrays, numbers))
        except Exception:
            # Whatever goes wrong with symbols: if it is a fault of the function's, arrays will show it.
            self._known = None
        if len(known) > _MOST_READINGS:
            self._known = None
        return self.read(numbers)


Update = Callable[[Any, Any, dict[str, Any], tuple[Any, ...]], Any]
"""`update(p, g, state, numbers)` returns the new value of p, and puts those of the state's arrays into `state`."""


class Formula(Readings):
    """The formula of an update.

    Args:
        update: a function of nothing but its arguments, which changes no array.
        names: those of the arrays of its state.
    """

    def __init__(self, update: Update, names: tuple[str, ...]) -> None:
        self.update = update
        self.names = names
        arrays = ("p", "g", *(f"s{i}" for i in range(len(names))))
        super().__init__(self._changes, arrays)

    def _changes(self, arrays: Sequence[Any], numbers: tuple[Any, ...]) -> dict[str, Any]:
        """The new values of the arrays that change."""
        p, g, *old = arrays
        state = dict(zip(self.names, old, strict=True))
        changed = self.update(p, g, state, numbers)
        if len(state) > len(self.names):
            raise TypeError("a state that was not asked for")
        new = [changed, *(state[name] for name in self.names)]
        pairs = zip((p, *old), new, strict=True)
        return {before.name: value for before, value in pairs if value is not before}


def _read(
    function: Callable[[Sequence[Any], tuple[Any, ...]], dict[str, Any]],
    arrays: tuple[str, ...],
    numbers: tuple[Any, ...],
) -> Reading:
    record = _Record()
    arguments = [f"c{i}" for i in range(len(numbers))]
    given = tuple(
        _Symbol(record, name, record.symbol(number).value) for name, number in zip(arguments, numbers, strict=True)
    )
    record.lines.clear()
    new = function([_Symbol(record, name) for name in arrays], given)
    results = {}
    for name, result in new.items():
        symbol = record.symbol(result)
        if symbol.value is not None or symbol.is_mask:
            raise TypeError("a number, or truth values, in the place of an array")
        results[name] = symbol.name
    used = set(results.values())
    operations: list[Operation] = []
    for operation in reversed(record.operations):
        if operation.result in used:
            used.update(operation.operands)
            operations.insert(0, operation)
    needed = tuple(sorted(name for name in used if name[0] in "ck"))
    body = [*record.lines, f"return ({''.join(f'float({name}), ' for name in needed)})"]
    source = "\n    ".join([f"def prepare({', '.join(arguments)}):", *body])
    namespace: dict[str, Any] = dict(FUNCTIONS)
    exec(source, namespace)
    return Reading(arrays, needed, tuple(operations), results, namespace["prepare"])
