"""IDX, the file format of MNIST: one array.

A file holds two zero bytes, a byte for the dtype, a byte for the number of dimensions, the size of each dimension
in 4 bytes, then the values; all numbers are big-endian. Source: http://yann.lecun.com/exdb/mnist/
"""

from __future__ import annotations

import gzip
import math
import os
import struct
from typing import Any

import numpy as np

from ..backend.files import write_atomically
from .stored import opened, read_up_to

__all__ = ["read_idx", "write_idx"]

_DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_CODES = {np.dtype(name).newbyteorder("="): code for code, name in _DTYPES.items()}


def read_idx(path: str | os.PathLike[str], md5: str | None = None) -> np.ndarray[Any, Any]:
    """Read the array in an IDX file, which is unzipped if its name ends in .gz.

    Args:
        path: the file.
        md5: the MD5 checksum that the file must have.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, not in this format, or has another checksum.

    Example:
        >>> write_idx("numbers.idx.gz", np.array([[1, 2, 3]], np.uint8))
        >>> read_idx("numbers.idx.gz")
        array([[1, 2, 3]], dtype=uint8)
    """
    name = os.fspath(path)
    with opened(path, md5) as file:
        start = read_up_to(file, 4)
        if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in _DTYPES:
            raise ValueError(
                f"{name} is no IDX file: it begins with {start.hex(' ') or 'nothing'}, expected 00 00, a type from "
                "08 to 0e, and the number of dimensions"
            )
        sizes = read_up_to(file, 4 * start[3])
        if len(sizes) < 4 * start[3]:
            raise ValueError(f"{name} is damaged: it ends after {4 + len(sizes)} bytes, inside its header")
        shape = struct.unpack(f">{start[3]}I", sizes)
        dtype = np.dtype(_DTYPES[start[2]])
        size = math.prod(shape) * dtype.itemsize
        values = read_up_to(file, size)
        more = bool(file.read(1))  # at the end of a zipped file, this compares its checksum too
    if more or len(values) < size:
        whole = 4 + len(sizes) + len(values)
        raise ValueError(
            f"{name} is damaged: shape {shape} of {dtype.newbyteorder('=')} takes {4 + len(sizes) + size} bytes, "
            f"but there are {f'{whole + 1} or more' if more else whole}"
        )
    try:
        return np.frombuffer(values, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)
    except ValueError as error:  # more dimensions, or larger ones, than an array can have
        raise ValueError(f"{name} is damaged: {error}") from error


def write_idx(path: str | os.PathLike[str], array: Any) -> None:
    """Write an array to an IDX file, zipped if its name ends in .gz.

    Raises:
        TypeError: the format has no such dtype.
        ValueError: a dimension has a size of 2^32 or more.
        OSError: the file cannot be written.
    """
    array = np.asarray(array)
    if array.dtype.newbyteorder("=") not in _CODES:
        raise TypeError(f"IDX files hold {', '.join(map(str, _CODES))}, not {array.dtype}")
    if any(size >= 2**32 for size in array.shape):
        raise ValueError(f"IDX files have sizes below 2**32, not {array.shape}")
    code = _CODES[array.dtype.newbyteorder("=")]
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    content = header + array.astype(_DTYPES[code]).tobytes()
    write_atomically(path, gzip.compress(content, mtime=0) if os.fspath(path).endswith(".gz") else content)
