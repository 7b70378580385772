"""Files of published data sets on this machine: finding, checking and unzipping them. Nothing is ever
downloaded."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

__all__ = ["check_md5", "find", "opened", "read_limited", "read_up_to"]

_PIECE = 2**20
"""How many bytes are read at once."""


def find(places: Sequence[Path], source: str) -> Path:
    """The first of `places` that is a file.

    Args:
        places: where the file may be.
        source: where it can be had, for the error.

    Raises:
        FileNotFoundError: none of the places is a file.
    """
    for place in places:
        if place.is_file():
            return place
    looked = "\n".join(f"  {place}" for place in places)
    raise FileNotFoundError(
        f"{places[0].name} is not there. Looked for\n{looked}\nNothing is downloaded: get it from {source}"
    )


def check_md5(path: str | os.PathLike[str], content: bytes, md5: str | None) -> None:
    """Compare the content of a file with an MD5 checksum, if one is given.

    Raises:
        ValueError: the checksums differ.
    """
    if md5 is not None:
        _compare(path, _md5(content).hexdigest(), md5)


def _md5(content: bytes = b"") -> Any:
    return hashlib.md5(content, usedforsecurity=False)


def _compare(path: str | os.PathLike[str], found: str, md5: str) -> None:
    if found != md5:
        raise ValueError(f"{os.fspath(path)} is damaged: its MD5 checksum is {found}, expected {md5}")


@contextmanager
def opened(path: str | os.PathLike[str], md5: str | None = None) -> Iterator[BinaryIO]:
    """The content of a file as a stream, unzipped if its name ends in .gz.

    A small zipped file may hold any amount of data: read no more of it than is asked for, with `read_up_to`.

    Args:
        path: the file.
        md5: the checksum of the file as it is stored.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, or has another checksum.
    """
    with open(path, "rb") as file:
        if md5 is not None:
            _compare(path, hashlib.file_digest(file, _md5).hexdigest(), md5)
            file.seek(0)
        if not os.fspath(path).endswith(".gz"):
            yield file
            return
        try:
            with gzip.open(file) as unzipped:
                yield unzipped  # type: ignore[misc]
        except (EOFError, OSError, zlib.error) as error:
            raise ValueError(f"{os.fspath(path)} is damaged, it cannot be unzipped: {error}") from error


def read_up_to(file: BinaryIO, count: int) -> bytearray:
    """The next `count` bytes, or fewer at the end. Memory is taken for what is there, not for what is asked for."""
    content = bytearray()
    while len(content) < count and (piece := file.read(min(_PIECE, count - len(content)))):
        content += piece
    return content


def read_limited(path: Path, limit: int) -> bytes:
    """The content of a file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is larger than `limit` bytes.
    """
    with open(path, "rb") as file:
        content = read_up_to(file, limit + 1)
    if len(content) > limit:
        raise ValueError(f"{path} has more than {limit:,} bytes, which no such file has")
    return bytes(content)
