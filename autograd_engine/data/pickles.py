"""Pickles as the data sets of the CIFAR kind have them: plain values, and NumPy's arrays of bytes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..serialization.arrays import Arrays
from ..serialization.pickles import read_pickle

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
    return read_pickle(content, Arrays(len(content), np.uint8))
