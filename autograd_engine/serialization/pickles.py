"""Pickles of plain values: a reader that runs no code, and takes no more time and memory than the file is worth.

Python's unpickler calls whatever a file names. It also grows its table of remembered values to any index in a
file, and hashes tuples of tuples that share their parts, which can take forever. This reader knows numbers, text,
lists, tuples and dictionaries; a `Vocabulary` adds what else a kind of file may ask for by name. Its table is a
dictionary, and keys are numbers or strings. The standard library's `pickletools` splits the file into operations
and describes them.
"""

from __future__ import annotations

import pickletools
from collections.abc import Mapping
from typing import Any, BinaryIO

__all__ = ["Name", "Vocabulary", "read_pickle"]

_MOST = 2**21
"""How many operations a file may have; the largest of CIFAR-100 has some 300,000."""

_VALUES = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
    *("STRING", "BINSTRING", "SHORT_BINSTRING"),
    *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
    *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
}
"""The operations whose argument is itself the value."""


class Vocabulary:
    """What a pickle may ask for beyond plain values: nothing, unless a subclass says more.

    Attributes:
        meanings: what a name in a pickle, "module name", stands for: a function of ours, which the pickle may call,
            or another value, which it may pass on.
    """

    meanings: Mapping[str, Any] = {}

    def meaning(self, name: str) -> Any:
        """What a name stands for.

        Raises:
            ValueError: it is not admitted.
        """
        if name not in self.meanings:
            raise ValueError(f"it asks for {name.replace(' ', '.')}, which is not admitted")
        return self.meanings[name]

    def new(self, kind: Any) -> Any:
        """An object of a class, made without its constructor.

        Raises:
            ValueError: this class is not admitted.
        """
        raise ValueError(f"it makes a {getattr(kind, '__name__', kind)}")

    def build(self, target: Any, state: Any) -> None:
        """Give a value that one of the functions made its state.

        Raises:
            ValueError: it takes none.
        """
        raise ValueError(f"it changes a {type(target).__name__}")

    def stored(self, identity: Any) -> Any:
        """The value that lies outside of the pickle under this identity.

        Raises:
            ValueError: there is none.
        """
        raise ValueError("it refers to something that lies outside of it")


def read_pickle(content: bytes | BinaryIO, vocabulary: Vocabulary | None = None) -> Any:
    """The value in a pickle: numbers, strings, lists, tuples, dictionaries, and what the vocabulary makes.

    The strings of bytes that Python 2 wrote become text, in which each byte is a character.

    Args:
        content: the pickle, or a file, which is read to the end of the pickle and not farther.
        vocabulary: what the pickle may ask for by name.

    Raises:
        ValueError: the pickle is damaged, or holds values of other kinds.

    Example:
        >>> import pickle
        >>> read_pickle(pickle.dumps({"labels": [1, 2]}))
        {'labels': [1, 2]}
    """
    machine = _Machine(vocabulary or Vocabulary())
    try:
        for count, (operation, argument, _) in enumerate(pickletools.genops(content)):
            if count == _MOST:
                raise ValueError(f"it has more than {_MOST:,} operations")
            machine.take(operation.name, argument)
        if len(machine.stack) != 1:
            raise ValueError(f"it ends with {len(machine.stack)} values, not one")
        return machine.stack[0]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"the pickle cannot be read: {error}") from error


class Name:
    """A name that a pickle asks for, with its meaning."""

    def __init__(self, name: str, meaning: Any) -> None:
        self.name, self.meaning = name, meaning


class _Machine:
    """The stack of values, the marks in it, and the values that are remembered."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

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
            target[key] = value

    # ----------------------------------------------------------------------------------- names

    def _global(self, name: str) -> None:
        self.stack.append(Name(name.rpartition(" ")[2], self.vocabulary.meaning(name)))

    def _stack_global(self) -> None:
        self._global(" ".join(self._last(2)))

    def _reduce(self) -> None:
        called, arguments = self._last(2)
        if not isinstance(called, Name) or not callable(called.meaning):
            name = called.name if isinstance(called, Name) else f"a {type(called).__name__}"
            raise ValueError(f"it calls {name}, which is not admitted")
        self.stack.append(called.meaning(*arguments))

    def _newobj(self) -> None:
        kind, arguments = self._last(2)
        if not isinstance(kind, Name) or arguments != ():
            raise ValueError(f"it makes an object of {kind!r} with the arguments {arguments!r}")
        self.stack.append(self.vocabulary.new(kind.meaning))

    def _build(self) -> None:
        target, state = self._last(2)
        self.vocabulary.build(target, state)
        self.stack.append(target)

    def _binpersid(self) -> None:
        self.stack.append(self.vocabulary.stored(*self._last(1)))
