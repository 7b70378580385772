"""Tensors in files of the safetensors format, which holds numbers and text only: reading one runs no code.
(`torch_files` reads PyTorch's own files, and runs none either.)

A dictionary of tensors becomes a plain safetensors file, which `safetensors.torch.load_file` reads too, and files
that `safetensors.torch.save_file` wrote can be loaded here. Tensors may also lie in nested dicts, lists and tuples
beside numbers and strings, as in a checkpoint: each tensor is then named by its path, such as
"optimizer.state.0.exp_avg", and the rest is JSON in the file's metadata. A file is replaced in one step, so that a
crash leaves the old one whole. A whole module is a pickle, see `modules`.
Source: https://github.com/huggingface/safetensors, "Format".
"""

from __future__ import annotations

import json
import os
import warnings
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np

from ..backend.device import check_device, cpu
from ..backend.files import write_atomically
from ..backend.kinds import kind_of
from ..engine.graph import raw
from ..func.structure import map_structure
from ..nn.module import Module
from ..tensor import Tensor
from ..tensor.creation import from_numpy
from .modules import is_pickle, read_module, written
from .torch_files import TORCH_FILES, read_torch_file

__all__ = ["load", "save"]

_STRUCTURE = "autograd_engine.structure"
"""The key of the JSON in the metadata."""

_DTYPES = {
    "BOOL": np.bool_,
    "U8": np.uint8,
    "I8": np.int8,
    "U16": np.uint16,
    "I16": np.int16,
    "U32": np.uint32,
    "I32": np.int32,
    "U64": np.uint64,
    "I64": np.int64,
    "F16": np.float16,
    "F32": np.float32,
    "F64": np.float64,
}
"""The dtypes that NumPy has, by their names in safetensors files."""

_DEEPEST = 100
"""How many levels of dicts, lists and tuples a file may have."""

_MAPPINGS = {kind.__name__: kind for kind in (dict, OrderedDict, Counter)}


def save(obj: Any, path: str | os.PathLike[str] | BinaryIO) -> None:
    """Write tensors, such as `model.state_dict()`, to a safetensors file.

    Args:
        obj: a dictionary of tensors or arrays by name, which becomes a plain safetensors file; or nested dicts,
            lists and tuples of tensors, arrays, numbers, strings and None. Tensors that share memory are written
            one by one and share none when loaded, and a parameter comes back as a tensor. Or a module, which is
            written whole, as a pickle; better write its `state_dict()`, which depends on no class.
        path: the file, or an open binary file.

    Raises:
        TypeError: `obj` holds something else; the message says where. Or a module cannot be pickled.
        ValueError: `obj` is nested in more than 100 levels, as one that contains itself is.
        OSError: the folder does not exist or cannot be written.

    Example:
        >>> save({"w": ones(2)}, "weights.safetensors")
        >>> load("weights.safetensors")
        {'w': tensor([1., 1.])}
        >>> save({"epoch": 3, "model": {"w": ones(2)}}, "checkpoint.safetensors")
        >>> load("checkpoint.safetensors")
        {'epoch': 3, 'model': {'w': tensor([1., 1.])}}
    """
    from safetensors import numpy as safetensors

    arrays: dict[str, Any] = {}
    metadata = None
    if _is_flat(obj):
        arrays = {name: _storable(value, name) for name, value in obj.items()}
    elif not isinstance(obj, Module):
        metadata = {_STRUCTURE: json.dumps(_described(obj, "", arrays), separators=(",", ":"))}
    content = written(obj) if isinstance(obj, Module) else safetensors.save(arrays, metadata)
    if hasattr(path, "write"):
        path.write(content)
    else:
        write_atomically(path, content)


def load(path: str | os.PathLike[str] | BinaryIO, map_location: Any = None, *, weights_only: bool = True) -> Any:
    """Read a file that `save`, `safetensors.torch.save_file` or `torch.save` wrote: the same structure, with
    tensors on the CPU. Reading runs no code, whatever the file says, unless `weights_only` is False.

    Of the files that `torch.save` wrote (.pth, .pt), those can be read that hold tensors in plain values, such as a
    `state_dict()` or a checkpoint of some; not those of whole models, which name PyTorch's classes. Of a model
    that `save` wrote whole, the layers of `nn` are known; other classes must be named, in
    `serialization.safe_globals`.

    Args:
        path: the file, or an open binary file.
        map_location: the device of the tensors; by default they are on the CPU, wherever they lay when they were
            saved. A dictionary of devices says where those of "cpu" go, and a function is called with each tensor
            and "cpu", and returns it, moved or not.
        weights_only: False lets a file of a whole module name any class or function, and so run any code: only for
            files that you trust.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, not in one of these formats, or holds other things than tensors and plain
            values; or there is no such device.

    Warns:
        UserWarning: the file holds bfloat16, which NumPy does not have; it became float32, which holds the same
            numbers.

    Example: see `save`.
    """
    if isinstance(map_location, Mapping):
        map_location = map_location.get("cpu")
    move = map_location
    if not callable(move):
        where = cpu if map_location is None else check_device(map_location)
        move = None if where is cpu else lambda tensor, source: tensor.to(where)
    if hasattr(path, "read"):
        read = _read(BytesIO(path.read()), getattr(path, "name", "the file"), weights_only)
    else:
        with open(path, "rb") as file:
            read = _read(file, os.fspath(path), weights_only)
    return read if move is None else _moved(read, move)


def _moved(read: Any, move: Callable[[Tensor, str], Any]) -> Any:
    """What was read with its tensors moved; one that comes several times is moved once."""
    known: dict[int, tuple[Tensor, Tensor]] = {}

    def moved(item: Any) -> Any:
        if isinstance(item, Module):
            for tensor in (*item.parameters(), *item.buffers()):
                tensor.data = move(tensor.data, "cpu")
        if not isinstance(item, Tensor):
            return item
        if id(item) not in known:
            known[id(item)] = item, move(item.detach(), "cpu").requires_grad_(item.requires_grad)
        return known[id(item)][1]

    return map_structure(moved, read)


def _read(file: BinaryIO, name: str, weights_only: bool) -> Any:
    """What the open file of this name holds."""
    start = file.read(max(map(len, TORCH_FILES)))
    file.seek(0)
    if start.startswith(TORCH_FILES):
        try:
            value, halves = read_torch_file(file)
        except ValueError as error:
            raise ValueError(
                f"{name} cannot be read: {error}. Of the files that torch.save wrote, those are read that hold "
                "tensors in plain values, such as model.state_dict(); no code is run"
            ) from error
        if halves:
            _warn_of_halves(name, f"{halves} arrays were converted to float32")
        return value
    content = file.read()
    if is_pickle(content[:8]):
        try:
            return read_module(content, weights_only)
        except ValueError as error:
            raise ValueError(
                f"{name} cannot be read: {error}. A model that save() wrote whole is read where its classes are "
                "named, with serialization.safe_globals([Net]); or, if you trust the file, with weights_only=False"
            ) from error
    from safetensors import SafetensorError, deserialize

    try:
        read = dict(deserialize(content))  # type: ignore[no-untyped-call]
        header = _header(content)
    except (SafetensorError, ValueError) as error:
        raise ValueError(f"{name} is damaged or not a safetensors file: {error}") from error
    metadata = header.pop("__metadata__", None) or {}
    tensors = {key: read[key] for key in header}  # safetensors gives them in another order in every run
    named = [key for key, info in tensors.items() if info["dtype"] == "BF16"]
    if named:
        _warn_of_halves(name, f"{len(named)} tensors were converted to float32, the first is {named[0]!r}")
    arrays = {key: _array(name, key, info) for key, info in tensors.items()}
    if _STRUCTURE not in metadata:
        return {key: from_numpy(array) for key, array in arrays.items()}
    try:
        return _rebuilt(json.loads(metadata[_STRUCTURE]), arrays)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{name} is damaged: its structure cannot be read ({error!r})") from error


def _warn_of_halves(name: str, what: str) -> None:
    warnings.warn(f"{name}: NumPy has no bfloat16; {what}", stacklevel=4)


# ---------------------------------------------------------------------------------------- writing


def _is_flat(obj: Any) -> bool:
    return isinstance(obj, Mapping) and all(
        isinstance(name, str) and isinstance(value, (Tensor, np.ndarray, np.generic)) for name, value in obj.items()
    )


def _storable(value: Any, path: str) -> Any:
    if path == "__metadata__":
        raise TypeError("safetensors keeps the name '__metadata__' for itself; give the tensor another")
    array = raw(value)
    array = np.asarray(kind_of(array).read(array), order="C")
    if array.dtype.type not in _DTYPES.values():
        raise TypeError(f"safetensors files have no dtype {array.dtype}, which {path or 'the object'!r} has")
    return array


def _described(item: Any, path: str, arrays: dict[str, Any], level: int = 0) -> Any:
    """The item as JSON, with its tensors put into `arrays`.

    Plain values and lists stand for themselves; anything else is a dictionary of its kind to its content.
    """
    if item is None or type(item) in (bool, int, float, str):
        return item
    for kind, types in (("tensor", Tensor), ("array", np.ndarray), ("scalar", np.generic)):
        if isinstance(item, types):
            name = path or kind
            while name in arrays:
                name += "'"
            arrays[name] = _storable(item, path)
            return {kind: name}
    if level == _DEEPEST:
        raise ValueError(
            f"save takes at most {_DEEPEST} levels of dicts, lists and tuples, but there are more at "
            f"{path[:60] + '...'!r}: does an object contain itself?"
        )
    dot, level = path and f"{path}.", level + 1
    if isinstance(item, (list, tuple)) and not hasattr(item, "_make"):
        parts = [_described(part, f"{dot}{i}", arrays, level) for i, part in enumerate(item)]
        return parts if isinstance(item, list) else {"tuple": parts}
    if isinstance(item, Mapping):
        kind = type(item).__name__ if type(item) in _MAPPINGS.values() else "dict"
        return {
            kind: [
                [_described(key, f"{dot}key", arrays, level), _described(value, f"{dot}{key}", arrays, level)]
                for key, value in item.items()
            ]
        }
    raise TypeError(
        f"save takes tensors, numbers and strings in dicts, lists and tuples, such as model.state_dict(); "
        f"{repr(path) if path else 'the object'} is a {type(item).__name__}"
    )


# ---------------------------------------------------------------------------------------- reading


def _header(content: bytes) -> dict[str, Any]:
    """The JSON header, which follows its own length in the first 8 bytes: what each tensor is, and the metadata."""
    header: dict[str, Any] = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return header


def _array(file: str, name: str, info: Mapping[str, Any]) -> Any:
    if info["dtype"] == "BF16":  # the upper half of a float32
        array = (np.frombuffer(info["data"], np.uint16).astype(np.uint32) << 16).view(np.float32)
    elif info["dtype"] in _DTYPES:
        array = np.frombuffer(info["data"], _DTYPES[info["dtype"]])
    else:
        raise ValueError(f"{file}: the tensor {name!r} has dtype {info['dtype']}, which tensors do not have")
    try:
        return array.reshape(info["shape"])
    except (ValueError, OverflowError) as error:  # an empty one may claim sizes that no array has
        raise ValueError(f"{file} is damaged: the tensor {name!r} has shape {info['shape']}: {error}") from error


def _rebuilt(item: Any, arrays: Mapping[str, Any], level: int = 0) -> Any:
    """The inverse of `_described`."""
    if not isinstance(item, (list, dict)):
        return item
    if level == _DEEPEST:
        raise ValueError(f"there are more than {_DEEPEST} levels")
    level += 1
    if isinstance(item, list):
        return [_rebuilt(part, arrays, level) for part in item]
    ((kind, content),) = item.items()
    if kind == "tensor":
        return from_numpy(arrays[content])
    if kind in ("array", "scalar"):
        return arrays[content] if kind == "array" else arrays[content][()]
    if kind == "tuple":
        return tuple(_rebuilt(part, arrays, level) for part in content)
    return _MAPPINGS[kind]({_rebuilt(key, arrays, level): _rebuilt(value, arrays, level) for key, value in content})
