"""Pickles of plain values: a reader that runs no code, and takes no more time and memory than the file is worth.

Python's unpickler calls whatever a file names. It also grows its table of remembered values to any index in a
file, and hashes tuples of tuples that share their parts, which can take forever. This reader knows numbers, text,
lists, tuples, dictionaries and NumPy's arrays of bytes. Its table is a dictionary, and keys are numbers or strings.
The standard library's `pickletools` splits the file into operations and describes them.
"""

from __future__ import annotations

import pickletools
from typing import Any

import numpy as np

__all__ = ["read_pickle"]

_MOST = 2**21
"""How many operations a file may have; the largest of CIFAR-100 has some 300,000."""

_VALUES = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
    *("STRING", "BINSTRING", "SHORT_BINSTRING"),
    *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
    *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
}
"""The operations whose argument is itself the value."""

_NAMES = {
    f"{module} {name}": name
    for module in ("numpy", "numpy.core.multiarray", "numpy._core.multiarray")
    for name in ("_reconstruct", "ndarray", "dtype")
} | {"_codecs encode": "encode"}
"""The functions that a file may name: those that make an array of bytes."""


def read_pickle(content: bytes) -> Any:
    """The value in a pickle: numbers, strings, lists, tuples, dictionaries, and arrays of bytes.

    The strings of bytes that Python 2 wrote become text, in which each byte is a character.

    Raises:
        ValueError: the pickle is damaged, or holds values of other kinds.

    Example:
        >>> import pickle
        >>> read_pickle(pickle.dumps({"labels": [1, 2]}))
        {'labels': [1, 2]}
    """
    machine = _Machine(len(content))
    try:
        for count, (operation, argument, _) in enumerate(pickletools.genops(content)):
            if count == _MOST:
                raise ValueError(f"it has more than {_MOST:,} operations")
            machine.take(operation.name, argument)
        if len(machine.stack) != 1:
            raise ValueError(f"it ends with {len(machine.stack)} values, not one")
        (value,) = machine.stack
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"the pickle cannot be read: {error}") from error
    return value.content if isinstance(value, _Array) else value


class _Name:
    """One of `_NAMES`."""

    def __init__(self, name: str) -> None:
        self.name = name


class _Array:
    """An array of bytes in the making."""

    def __init__(self) -> None:
        self.content = np.empty(0, np.uint8)


class _Dtype:
    """The dtype of bytes, the only one that is known."""


class _Machine:
    """The stack of values, the marks in it, and the values that are remembered."""

    def __init__(self, size: int) -> None:
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}
        self.encoded = size
        """How many characters may still become bytes: each is in the file once."""

    def take(self, operation: str, argument: Any) -> None:
        """Do one operation."""
        if operation in _VALUES:
            self.stack.append(argument)
        elif operation in ("BINPUT", "LONG_BINPUT", "PUT", "MEMOIZE"):
            self.memo[len(self.memo) if operation == "MEMOIZE" else argument] = self.stack[-1]
        elif operation in ("BINGET", "LONG_BINGET", "GET"):
            self.stack.append(self.memo[argument])
        elif operation == "MARK":
            self.marks.append(len(self.stack))
        elif operation not in ("PROTO", "FRAME", "STOP"):
            method = getattr(self, f"_{operation.lower()}", None)
            if method is None:
                raise ValueError(f"it has the operation {operation}, which plain values do not need")
            method(*([] if argument is None else [argument]))

    def _marked(self) -> list[Any]:
        """The values above the last mark."""
        start = self.marks.pop()
        values = self.stack[start:]
        del self.stack[start:]
        return values

    def _last(self, count: int) -> list[Any]:
        if len(self.stack) < count:
            raise ValueError("it takes more values than are on the stack")
        values = self.stack[-count:]
        del self.stack[-count:]
        return values

    # --------------------------------------------------------------------------- simple values

    def _none(self) -> None:
        self.stack.append(None)

    def _newtrue(self) -> None:
        self.stack.append(True)

    def _newfalse(self) -> None:
        self.stack.append(False)

    def _pop(self) -> None:
        self.stack.pop()

    def _pop_mark(self) -> None:
        self._marked()

    # ------------------------------------------------------------------------------ containers

    def _empty_list(self) -> None:
        self.stack.append([])

    def _list(self) -> None:
        self.stack.append(self._marked())

    def _append(self) -> None:
        self._extend(self._last(1))

    def _appends(self) -> None:
        self._extend(self._marked())

    def _extend(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, list):
            raise ValueError(f"it appends to a {type(target).__name__}")
        target += values

    def _empty_tuple(self) -> None:
        self.stack.append(())

    def _tuple(self) -> None:
        self.stack.append(tuple(self._marked()))

    def _tuple1(self) -> None:
        self.stack.append(tuple(self._last(1)))

    def _tuple2(self) -> None:
        self.stack.append(tuple(self._last(2)))

    def _tuple3(self) -> None:
        self.stack.append(tuple(self._last(3)))

    def _empty_dict(self) -> None:
        self.stack.append({})

    def _dict(self) -> None:
        values = self._marked()
        self.stack.append({})
        self._set(values)

    def _setitem(self) -> None:
        self._set(self._last(2))

    def _setitems(self) -> None:
        self._set(self._marked())

    def _set(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, dict):
            raise ValueError(f"it sets items of a {type(target).__name__}")
        for key, value in zip(values[::2], values[1::2], strict=True):
            if not isinstance(key, (str, bytes, int)):
                raise ValueError(f"it has a {type(key).__name__} as a key")
            target[key] = value.content if isinstance(value, _Array) else value

    # ---------------------------------------------------------------------------------- arrays

    def _global(self, name: str) -> None:
        if name not in _NAMES:
            raise ValueError(f"it asks for {name.replace(' ', '.')}, which is not admitted")
        self.stack.append(_Name(_NAMES[name]))

    def _stack_global(self) -> None:
        self._global(" ".join(self._last(2)))

    def _reduce(self) -> None:
        called, arguments = self._last(2)
        name = called.name if isinstance(called, _Name) else f"a {type(called).__name__}"
        if name == "_reconstruct":
            self.stack.append(_Array())
        elif name == "dtype":
            if arguments[0] not in ("u1", "uint8", "|u1"):
                raise ValueError(f"an array of {arguments[0]!r}, expected one of bytes")
            self.stack.append(_Dtype())
        elif name == "encode":
            self.stack.append(self._bytes(arguments[0]))
        else:
            raise ValueError(f"it calls {name}, which is not admitted")

    def _build(self) -> None:
        target, state = self._last(2)
        if isinstance(target, _Array):
            _version, shape, dtype, fortran_order, content = state
            if not isinstance(dtype, _Dtype):
                raise ValueError("an array without a dtype")
            values = np.frombuffer(content if isinstance(content, bytes) else self._bytes(content), np.uint8)
            target.content = values.reshape(shape, order="F" if fortran_order else "C")
        elif not isinstance(target, _Dtype):  # bytes have no byte order, which would be a dtype's state
            raise ValueError(f"it changes a {type(target).__name__}")
        self.stack.append(target)

    def _bytes(self, text: str) -> bytes:
        self.encoded -= len(text)
        if self.encoded < 0:
            raise ValueError("it makes more bytes than the file has")
        return text.encode("latin1")
