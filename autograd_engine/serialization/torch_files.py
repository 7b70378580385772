"""Files that `torch.save` wrote, read without running code: tensors among plain values, such as a state_dict.

Such a file is a pickle, which names the tensors' sizes, and the numbers beside it: in a zip archive, or, before
PyTorch 1.6, one after the other. The pickle is read by `read_pickle`; of the functions that a file may ask for,
only those that make tensors and NumPy's arrays are known, and here they are functions of ours. No more memory is
taken than the file has bytes (twice as much for bfloat16): what promises more is refused before memory is taken.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from ..tensor import Tensor
from ..tensor.creation import from_numpy
from .arrays import Arrays
from .pickles import Name, Vocabulary, read_pickle

__all__ = ["TORCH_FILES", "read_torch_file"]

_LEGACY = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
"""How a file begins that PyTorch before 1.6 wrote: a pickle of this number alone."""

TORCH_FILES = (b"PK\x03\x04", _LEGACY)
"""How files that `torch.save` wrote begin."""

_LONGEST_DIRECTORY = 2**22
"""The most bytes that are read of an archive to find what is in it; each of its files takes some 100."""

_PIECE = 2**20
"""How many bytes are read at once."""


@dataclass(frozen=True)
class _Kind:
    """How numbers lie in the file, and what they become."""

    stored: np.dtype[Any]
    dtype: np.dtype[Any]


_HALF = _Kind(np.dtype(np.uint16), np.dtype(np.float32))
"""bfloat16, the upper half of a float32, which NumPy does not have."""

_TYPES = {
    "torch DoubleStorage": np.float64,
    "torch FloatStorage": np.float32,
    "torch HalfStorage": np.float16,
    "torch LongStorage": np.int64,
    "torch IntStorage": np.int32,
    "torch ShortStorage": np.int16,
    "torch CharStorage": np.int8,
    "torch ByteStorage": np.uint8,
    "torch BoolStorage": np.bool_,
    "torch.storage UntypedStorage": np.uint8,
}
_KINDS = {name: _Kind(np.dtype(kind), np.dtype(kind)) for name, kind in _TYPES.items()}
_KINDS["torch BFloat16Storage"] = _HALF

_DTYPES = {f"torch {name}": np.dtype(name) for name in ("uint16", "uint32", "uint64")}
"""The dtypes of tensors whose numbers lie in an untyped storage."""


def read_torch_file(file: BinaryIO) -> tuple[Any, int]:
    """What a file holds that `torch.save` wrote, with tensors, and how many of its arrays were bfloat16.

    Args:
        file: the open file, at its beginning; it can be searched.

    Raises:
        ValueError: the file is damaged, or holds values of other kinds.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    bounded = _Bounded(file, size)
    try:
        read = _read_legacy if bounded.read(len(_LEGACY)) == _LEGACY else _read_archive
        bounded.seek(0)
        return read(bounded, size)
    except (EOFError, NotImplementedError, OSError, RuntimeError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(str(error)) from error
    except struct.error as error:
        raise ValueError("it ends too early") from error


class _Bounded(io.RawIOBase):
    """A file of which no more is asked for than it has, whatever it promises; so nothing makes room for more."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file, self.size = file, size
        self.most: int | None = None
        """The most bytes that may be read at once."""

    def seekable(self) -> bool:
        """It can be searched."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, and return it."""
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        """The place."""
        return self.file.tell()

    def read(self, count: int | None = -1) -> bytes:
        """The next bytes, or fewer at the end.

        Raises:
            ValueError: more is asked for than may be.
        """
        left = max(0, self.size - self.file.tell())
        count = left if count is None or count < 0 else min(count, left)
        if self.most is not None and count > self.most:
            raise ValueError(f"its directory has more than {self.most:,} bytes")
        return self.file.read(count)

    def readline(self, limit: int | None = -1) -> bytes:
        """The bytes up to the end of the line."""
        return self.file.readline(-1 if limit is None else limit)


class _Storage:
    """The numbers of one or several tensors, which lie in the file in a row."""

    def __init__(self, kind: _Kind, count: int) -> None:
        self.kind, self.count = kind, count
        self.array = np.empty(count, kind.dtype)

    def fill(self, stream: Any) -> None:
        """Read the numbers."""
        target = self.array if self.kind is not _HALF else np.empty(self.count, self.kind.stored)
        place = target.view(np.uint8).data
        while len(place):
            piece = stream.read(min(_PIECE, len(place)))
            if not piece:
                raise ValueError("it ends too early")
            place[: len(piece)] = piece
            place = place[len(piece) :]
        if self.kind is _HALF:
            self.array.view(np.uint32)[:] = target
            self.array.view(np.uint32)[:] <<= 16


class _Tensors(Arrays):
    """The names in PyTorch's pickles that make tensors of storages.

    Args:
        size: that of the file in bytes.
        found: called with each new storage and its key.
    """

    def __init__(self, size: int, found: Callable[[str, _Storage], None]) -> None:
        super().__init__(size)
        self.left, self.found = size, found
        self.storages: dict[str, _Storage] = {}
        self.meanings |= {
            **_KINDS,
            **_DTYPES,
            "collections OrderedDict": self.ordered,
            "collections Counter": self.counter,
            "torch Size": self.size,
            "torch._utils _rebuild_tensor": self.tensor,
            "torch._utils _rebuild_tensor_v2": self.tensor,
            "torch._utils _rebuild_tensor_v3": self.tensor_of_dtype,
            "torch._utils _rebuild_parameter": self.parameter,
        }

    @property
    def halves(self) -> int:
        """How many storages hold bfloat16."""
        return sum(storage.kind is _HALF for storage in self.storages.values())

    def ordered(self) -> OrderedDict[Any, Any]:
        """An empty one; its items follow."""
        return OrderedDict()

    def counter(self, counts: Any) -> Counter[Any]:
        """Of a dictionary, whose keys have been checked."""
        if not isinstance(counts, dict):
            raise ValueError(f"a Counter of a {type(counts).__name__}")
        return Counter(counts)

    def size(self, sizes: Any) -> tuple[int, ...]:
        """A shape."""
        return _whole(sizes)

    def parameter(self, tensor: Any, *_: Any) -> Any:
        """The tensor of a parameter."""
        return tensor

    def tensor(self, storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> Tensor:
        """The tensor whose elements lie in the storage, from an offset on, with these strides."""
        return self._view(storage, offset, size, stride, None)

    def tensor_of_dtype(
        self, storage: Any, offset: Any, size: Any, stride: Any, grad: Any, hooks: Any, dtype: Any, *_: Any
    ) -> Tensor:
        """The same, of a storage of bytes."""
        if not isinstance(dtype, Name) or not isinstance(dtype.meaning, np.dtype):
            raise ValueError("a tensor without a dtype")
        return self._view(storage, offset, size, stride, dtype.meaning)

    def _view(self, storage: Any, offset: Any, size: Any, stride: Any, dtype: Any) -> Tensor:
        if not isinstance(storage, _Storage):
            raise ValueError("a tensor without a storage")
        (offset,), size, stride = _whole((offset,)), _whole(size), _whole(stride)
        array, dtype = storage.array, dtype or storage.array.dtype
        if len(size) != len(stride):
            raise ValueError(f"a tensor of shape {size} with the strides {stride}")
        reach = 0 if 0 in size else 1 + offset + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
        there = array.nbytes // dtype.itemsize
        if reach > there or _product(size) > there:
            raise ValueError(f"a tensor of shape {size} needs more than the {there} numbers that are there for it")
        if 0 in size:
            return from_numpy(np.empty(size, dtype))
        strides = [s * dtype.itemsize for s in stride]
        return from_numpy(np.ndarray(size, dtype, array, offset * dtype.itemsize, strides))

    def build(self, target: Any, state: Any) -> None:
        """A state_dict has versions of its modules beside it, which nobody needs here."""
        if not (isinstance(target, OrderedDict) and isinstance(state, dict) and [*state] == ["_metadata"]):
            super().build(target, state)

    def stored(self, identity: Any) -> _Storage:
        """The storage of this key."""
        what, kind, key, _location, count, *view = identity
        if what != "storage" or not isinstance(kind, Name) or not isinstance(kind.meaning, _Kind):
            raise ValueError("it refers to something that is no storage of numbers")
        if view and view[0] is not None:
            raise ValueError("it has a storage inside of another, as only the oldest versions of PyTorch wrote")
        (count,) = _whole((count,))
        if key not in self.storages:
            self.left -= count * kind.meaning.stored.itemsize
            if self.left < 0:
                raise ValueError("its tensors take more bytes than the file has")
            self.storages[key] = _Storage(kind.meaning, count)
            self.found(key, self.storages[key])
        storage = self.storages[key]
        if (storage.kind, storage.count) != (kind.meaning, count):
            raise ValueError("it has two types for one storage")
        return storage


def _whole(numbers: Any) -> tuple[int, ...]:
    """Sizes, offsets or strides."""
    if not isinstance(numbers, (tuple, list)) or not all(type(n) is int and 0 <= n < 2**63 for n in numbers):
        raise ValueError("a size, an offset or a stride is not a whole number")
    return tuple(numbers)


def _product(sizes: tuple[int, ...]) -> int:
    product = 1
    for n in sizes:
        product *= n
    return product


def _read_archive(file: _Bounded, size: int) -> tuple[Any, int]:
    file.most = _LONGEST_DIRECTORY
    with zipfile.ZipFile(file) as archive:
        file.most = None
        members = {info.filename: info for info in archive.infolist()}
        folder = next((name[: -len("data.pkl")] for name in members if name.endswith("/data.pkl")), None)
        if folder is None:
            raise ValueError("there is no data.pkl in the archive")

        def opened(name: str, count: int | None = None) -> Any:
            info = members.get(folder + name)
            if info is None:
                raise ValueError(f"there is no {name} in the archive")
            if info.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"{name} is compressed, which nothing is in PyTorch's files")
            if count is not None and info.file_size != count:
                raise ValueError(f"{name} has {info.file_size} bytes, expected {count}")
            return archive.open(info)

        if folder + "byteorder" in members:
            with opened("byteorder") as stream:
                if (order := stream.read(8)) != b"little":
                    raise ValueError(f"its byte order is {order!r}, only b'little' can be read")

        def found(key: str, storage: _Storage) -> None:
            with opened(f"data/{key}", storage.count * storage.kind.stored.itemsize) as stream:
                storage.fill(stream)

        tensors = _Tensors(size, found)
        with opened("data.pkl") as stream:
            content = stream.read()
        return read_pickle(content, tensors), tensors.halves


def _read_legacy(file: _Bounded, size: int) -> tuple[Any, int]:
    def next_pickle(vocabulary: Vocabulary | None = None) -> Any:
        return read_pickle(file, vocabulary)  # type: ignore[arg-type]

    next_pickle()
    if (version := next_pickle()) != 1001:
        raise ValueError(f"its version is {version!r}, only 1001 can be read")
    system = next_pickle()
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise ValueError("its bytes are not in the order 'little endian'")
    tensors = _Tensors(size, lambda key, storage: None)
    value = next_pickle(tensors)
    keys = next_pickle()
    if not isinstance(keys, list) or sorted(map(repr, keys)) != sorted(map(repr, tensors.storages)):
        raise ValueError("its list of storages is not the one that its tensors have")
    for key in keys:
        storage = tensors.storages[key]
        (count,) = struct.unpack("<q", file.read(8))
        if count != storage.count:
            raise ValueError(f"a storage has {count} numbers, expected {storage.count}")
        storage.fill(file)
    return value, tensors.halves
