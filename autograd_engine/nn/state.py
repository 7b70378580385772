"""The state of a module is tensors by dotted name; here they take over the values of another state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..backend.arrays import can_store
from ..backend.kinds import kind_of
from ..engine.graph import raw
from ..engine.modes import no_grad
from ..engine.sharing import shareable
from ..tensor import Tensor
from ..tensor.creation import empty
from .parameter import is_lazy


class LoadedKeys(NamedTuple):
    """What `load_state_dict` could not match: names the module has and the state lacks, and the reverse."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"LoadedKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


def load_into(
    own: Mapping[str, Tensor], state_dict: Mapping[str, Any], strict: bool, assign: bool, kind: str
) -> LoadedKeys:
    """What `Module.load_state_dict` does, for the tensors `own` of a module of the class named `kind`."""
    if not isinstance(state_dict, Mapping):
        raise TypeError(f"load_state_dict takes tensors by name, not a {type(state_dict).__name__}")
    keys = LoadedKeys([n for n in own if n not in state_dict], [n for n in state_dict if n not in own])
    problems = []
    if strict and keys.missing_keys:
        problems.append(f"missing: {', '.join(keys.missing_keys)}")
    if strict and keys.unexpected_keys:
        problems.append(f"unexpected: {', '.join(map(str, keys.unexpected_keys))}")
    arrays = {}
    for name, tensor in own.items():
        if name in state_dict and not (is_lazy(tensor) and is_lazy(state_dict[name])):
            try:
                arrays[name] = _array_for(tensor, state_dict[name], assign)
            except ValueError as error:
                problems.append(f"{name}: {error}")
    if problems:
        lines = "\n  ".join(problems)
        raise RuntimeError(f"the state does not fit this {kind}; nothing was loaded\n  {lines}")
    with no_grad():
        for name, array in arrays.items():
            tensor = own[name]
            if is_lazy(tensor):
                tensor.materialize(array.shape)
            if assign:
                tensor.data, tensor.grad = array, None
            else:
                tensor.copy_(array)
    return keys


def _array_for(tensor: Tensor, given: Any, assign: bool) -> Any:
    """The array that `given` stands for, if it may take the place of the values of `tensor`.

    Raises:
        ValueError: it may not.
    """
    if is_lazy(given):
        raise ValueError("the state has no values, as its lazy layer has seen no input")
    if is_lazy(tensor):
        tensor = empty(
            np.shape(raw(given)), device=tensor.device, dtype=tensor.dtype, requires_grad=tensor.requires_grad
        )
    try:
        array = kind_of(tensor.array).sent(raw(given))
    except (TypeError, ValueError):  # nested sequences of different lengths
        array = np.array(None)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"the state holds a {type(given).__name__} that is no array of real numbers")
    if array.shape != tensor.shape:
        raise ValueError(f"the module has shape {tensor.shape}, the state {array.shape}")
    if assign and tensor.requires_grad and array.dtype.kind != "f":
        raise ValueError(f"a parameter cannot take over an array of {array.dtype}")
    if not can_store(array.dtype, tensor.dtype):
        raise ValueError(f"the module has dtype {tensor.dtype}, which cannot store the {array.dtype} of the state")
    if not assign and not kind_of(tensor.array).is_writable(shareable(tensor)):
        raise ValueError("the module's array is read-only (as expand() makes it); give the module a clone()")
    return array
