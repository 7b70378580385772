"""Files: tensors by name in the safetensors format, which holds numbers only and runs no code when read.

A file is written beside its place and moved there in one step, so that a crash leaves the old one whole.
PyTorch reads what `save` writes, through its own safetensors package, and the other way round.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from .creation import from_numpy
from .files import write_atomically
from .tensor import Tensor

__all__ = ["load", "save"]


def save(tensors: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write tensors by name, such as `model.state_dict()`, to a safetensors file.

    Raises:
        TypeError: not a dictionary of tensors (or arrays) by name.
        OSError: the folder does not exist or cannot be written.

    Example:
        >>> save({"w": ones(2)}, "weights.safetensors")  # doctest: +SKIP
        >>> load("weights.safetensors")  # doctest: +SKIP
        {'w': tensor([1., 1.])}
    """
    from safetensors import numpy as safetensors

    if not isinstance(tensors, Mapping):
        raise TypeError(f"save takes tensors by name, such as model.state_dict(), not a {type(tensors).__name__}")
    arrays = {}
    for name, value in tensors.items():
        if not isinstance(name, str) or not isinstance(value, (Tensor, np.ndarray, np.generic)):
            raise TypeError(f"save takes tensors by name; the entry {name!r} is a {type(value).__name__}")
        arrays[name] = np.asarray(value.array if isinstance(value, Tensor) else value, order="C")
    write_atomically(path, safetensors.save(arrays))


def load(path: str | os.PathLike[str]) -> dict[str, Tensor]:
    """The tensors of a safetensors file by name.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, or not in this format.
    """
    from safetensors import SafetensorError
    from safetensors import numpy as safetensors

    with open(path, "rb") as file:
        content = file.read()
    try:
        arrays = safetensors.load(content)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{os.fspath(path)} is damaged or not a safetensors file: {error}") from error
    return {name: from_numpy(array) for name, array in arrays.items()}
