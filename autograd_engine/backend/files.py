"""Writing a file in one step: whatever interrupts it, the file is then the old one or the new one, never a part."""

from __future__ import annotations

import errno
import glob
import os
import shutil
import time
from pathlib import Path

from .locks import hold

__all__ = ["check_writable", "sweep", "write_atomically"]

_ABANDONED = 3600.0
"""Seconds after which a temporary file counts as left behind by a killed program, and is deleted."""


def check_writable(path: str | os.PathLike[str]) -> None:
    """Raise now what writing to `path` later would raise.

    Raises:
        FileNotFoundError: the folder does not exist.
        IsADirectoryError: `path` is itself a folder.
        PermissionError: the user may not write there.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(path.parent)!r} to write {path.name!r} into")
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "this is a folder, not a file to write", str(path))
    if not os.access(path.parent if _is_ordinary(path) else path, os.W_OK):
        raise PermissionError(errno.EACCES, "cannot be written", str(path))


def write_atomically(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write `content` beside `path` and move it there in one step; returns the path.

    The content is on the disk before it takes the file's name, so that a crash or a power cut leaves the old file
    or the new one. If a program is killed while it writes, its temporary file is deleted by `sweep`, or by a later
    write of the same file, an hour or more afterwards. A symbolic link goes on pointing to its file, which is
    replaced; a file keeps its permissions; to devices and pipes the content is written directly.

    Raises:
        FileNotFoundError: the folder does not exist.
        OSError: the file cannot be written, as when the disk is full; the message names the file.

    Example:
        >>> write_atomically("note.txt", b"hello").read_bytes()
        b'hello'
    """
    path = Path(path)
    check_writable(path)
    if not _is_ordinary(path):
        try:
            path.write_bytes(content)
        except OSError as error:
            raise _named(error, path) from None
        return path
    target = Path(os.path.realpath(path))
    for left in _left(target):
        _delete(left, _ABANDONED)
    temporary = target.with_name(f".{target.name}.{os.urandom(4).hex()}.part")
    try:
        with open(temporary, "xb") as file:
            hold(file.fileno())  # as long as it lives, this program writes
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise _named(error, path) from None
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path


def sweep(path: str | os.PathLike[str]) -> None:
    """Delete what killed programs left of their writes to `path`; what a living one is writing stays."""
    for left in _left(Path(os.path.realpath(path))):
        try:
            with open(left, "rb") as file:
                abandoned = hold(file.fileno())
        except FileNotFoundError:
            continue
        if abandoned:
            _delete(left)


def _is_ordinary(path: Path) -> bool:
    """Whether it is a file or a free name, and no device or pipe."""
    return path.is_file() or not path.exists()


def _named(error: OSError, path: Path) -> OSError:
    """The error with the name that the caller knows: a full disk has none, and other errors that of the temporary
    file."""
    if error.errno is not None and error.filename2 is None:
        error.filename = str(path)
    return error


def _left(target: Path) -> list[Path]:
    """The temporary files of writes to `target`."""
    return list(target.parent.glob(f".{glob.escape(target.name)}.{'[0-9a-f]' * 8}.part"))


def _delete(left: Path, age: float = 0.0) -> None:
    """Delete a temporary file of at least this age, in seconds."""
    try:
        if time.time() - left.stat().st_mtime >= age:
            left.unlink()
    except FileNotFoundError:
        """Another program that writes this file has just deleted it."""
