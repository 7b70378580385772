"""NumPy's arrays in pickles: the functions by which NumPy makes them, for numbers, and nothing else.

An array is made empty and then given its numbers, by NumPy itself, after what the file says of them was checked.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .pickles import Name, Vocabulary

__all__ = ["Arrays"]


class Arrays(Vocabulary):
    """The functions by which NumPy's pickles make arrays and single numbers.

    Args:
        size: that of the pickle in bytes.
        only: the dtype that the arrays must have, if it must be one; else they hold numbers of any kind.

    Example:
        >>> import pickle
        >>> from autograd_engine.serialization.pickles import read_pickle
        >>> content = pickle.dumps([np.array([0.5, 2.0]), np.int64(3)], 2)
        >>> read_pickle(content, Arrays(len(content)))
        [array([0.5, 2. ]), np.int64(3)]
    """

    def __init__(self, size: int, only: Any = None) -> None:
        self.only = None if only is None else np.dtype(only)
        self.encoded = size
        """How many characters may still become bytes: each is in the file once."""
        functions = {"_reconstruct": self.array, "ndarray": None, "dtype": self.dtype, "scalar": self.scalar}
        modules = ("numpy", "numpy.core.multiarray", "numpy._core.multiarray")
        self.meanings: dict[str, Any] = {
            f"{module} {name}": value for module in modules for name, value in functions.items()
        }
        self.meanings["_codecs encode"] = self.encode
        self.meanings["__builtin__ bytes"] = self.nothing

    def array(self, *_: Any) -> Any:
        """An array without content, which `build` gives it."""
        return np.empty(0, np.uint8)

    def dtype(self, name: Any, *_: Any) -> np.dtype[Any]:
        """The dtype of this name, an object of its own, to which `build` tells the order of the bytes.

        Raises:
            ValueError: it is not one of numbers.
        """
        wanted = "one of bytes" if self.only == np.uint8 else "one of numbers"
        given = np.dtype(name) if isinstance(name, str) and len(name) < 10 else None
        if given is None or given.kind not in "biuf" or self.only not in (None, given):
            raise ValueError(f"an array of {name!r}, expected {wanted}")
        return np.dtype(given, copy=True)

    def encode(self, text: Any, *_: Any) -> bytes:
        """The bytes that each character stands for.

        Raises:
            ValueError: they are more than the file has.
        """
        if not isinstance(text, str):
            raise ValueError(f"it encodes a {type(text).__name__}")
        self.encoded -= len(text)
        if self.encoded < 0:
            raise ValueError("it makes more bytes than the file has")
        return text.encode("latin1")

    def nothing(self) -> bytes:
        """No bytes, which Python 2 writes as a call."""
        return b""

    def scalar(self, dtype: Any, content: Any) -> Any:
        """A single number."""
        return self._numbers((), dtype, content)[()]

    def _numbers(self, shape: Any, dtype: Any, content: Any) -> Any:
        if not isinstance(dtype, np.dtype):
            raise ValueError("an array without a dtype")
        content = content if isinstance(content, bytes) else self.encode(content)
        return np.frombuffer(content, dtype).reshape(shape)

    def build(self, target: Any, state: Any) -> None:
        """Give an array its numbers, and a dtype the order of its bytes."""
        if isinstance(target, np.ndarray):
            version, shape, dtype, fortran_order, content = state
            if isinstance(shape, Name):
                raise ValueError("an array without a shape")
            flat = self._numbers(-1, dtype, content)
            state = (version, shape, dtype, bool(fortran_order), flat.tobytes())
            target.__setstate__(state)
        elif isinstance(target, np.dtype):
            order = state[1]
            if state[2:5] != (None, None, None) or order not in ("<", ">", "|", "="):
                raise ValueError("a dtype of several parts")
            target.__setstate__((3, order, None, None, None, -1, -1, 0))  # type: ignore[attr-defined] # as pickle does
        else:
            super().build(target, state)
