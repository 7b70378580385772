"""Pickles as the data sets of the CIFAR kind have them: plain values, and NumPy's arrays of bytes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..serialization.pickles import Vocabulary, read_pickle

__all__ = ["read_arrays"]


def read_arrays(content: bytes) -> Any:
    """The value in a pickle: numbers, strings, lists, tuples, dictionaries, and arrays of bytes. No code is run.

    Raises:
        ValueError: the pickle is damaged, or holds values of other kinds.

    Example:
        >>> import pickle
        >>> read_arrays(pickle.dumps({"data": np.array([1, 2], np.uint8)}, 2))
        {'data': array([1, 2], dtype=uint8)}
    """
    return read_pickle(content, _Arrays(len(content)))


class _Array:
    """An array of bytes in the making."""

    def __init__(self) -> None:
        self.content = np.empty(0, np.uint8)


class _Dtype:
    """The dtype of bytes, the only one that is known."""


class _Arrays(Vocabulary):
    """The functions by which NumPy's pickles make an array."""

    def __init__(self, size: int) -> None:
        self.encoded = size
        """How many characters may still become bytes: each is in the file once."""
        functions = {"_reconstruct": self.array, "ndarray": None, "dtype": self.dtype}
        modules = ("numpy", "numpy.core.multiarray", "numpy._core.multiarray")
        self.meanings = {f"{module} {name}": value for module in modules for name, value in functions.items()}
        self.meanings["_codecs encode"] = self.encode

    def array(self, *_: Any) -> _Array:
        """An array without content, which `build` gives it."""
        return _Array()

    def dtype(self, name: str, *_: Any) -> _Dtype:
        """The dtype of this name."""
        if name not in ("u1", "uint8", "|u1"):
            raise ValueError(f"an array of {name!r}, expected one of bytes")
        return _Dtype()

    def encode(self, text: str, *_: Any) -> bytes:
        """The bytes that each character stands for."""
        self.encoded -= len(text)
        if self.encoded < 0:
            raise ValueError("it makes more bytes than the file has")
        return text.encode("latin1")

    def build(self, target: Any, state: Any) -> None:
        """Give an array its content."""
        if isinstance(target, _Array):
            _version, shape, dtype, fortran_order, content = state
            if not isinstance(dtype, _Dtype):
                raise ValueError("an array without a dtype")
            values = np.frombuffer(content if isinstance(content, bytes) else self.encode(content), np.uint8)
            target.content = values.reshape(shape, order="F" if fortran_order else "C")
        elif not isinstance(target, _Dtype):  # bytes have no byte order, which would be a dtype's state
            super().build(target, state)

    def finished(self, value: Any) -> Any:
        """The array itself."""
        return value.content if isinstance(value, _Array) else value
