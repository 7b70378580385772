"""Files of published data sets on this machine: finding, checking and unzipping them. Nothing is ever
downloaded."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Sequence
from pathlib import Path


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
    if md5 is None:
        return
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if found != md5:
        raise ValueError(f"{os.fspath(path)} is damaged: its MD5 checksum is {found}, expected {md5}")


def read_bytes(path: str | os.PathLike[str], md5: str | None = None) -> bytes:
    """The content of a file, unzipped if its name ends in .gz. `md5` is the checksum of the file as it is stored.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, or has another checksum.
    """
    content = Path(path).read_bytes()
    check_md5(path, content, md5)
    if not os.fspath(path).endswith(".gz"):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{os.fspath(path)} is damaged, it cannot be unzipped: {error}") from error
