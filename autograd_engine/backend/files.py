"""Files that are either the old or the new one, never half of it."""

from __future__ import annotations

import errno
import glob
import os
import shutil
import time
from pathlib import Path

__all__ = ["check_writable", "write_atomically"]

_ABANDONED = 3600.0
"""After so many seconds, what was being written is what a killed program has left behind."""


def check_writable(path: str | os.PathLike[str]) -> None:
    """Complain now of a place that could not be written to later.

    Raises:
        FileNotFoundError: the folder does not exist.
        IsADirectoryError: the path is a folder.
        PermissionError: nothing can be written there.
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

    The content is on the disk before it takes its name, so that a crash or a power cut leaves the old file or the
    new one. What a killed program left half written goes with a later write of the same file. A link keeps pointing
    to its file, a file keeps its permissions, and to devices and pipes the content is written directly.

    Raises:
        FileNotFoundError: the folder does not exist.
        OSError: it cannot be written.
    """
    path = Path(path)
    check_writable(path)
    if not _is_ordinary(path):
        path.write_bytes(content)
        return path
    target = Path(os.path.realpath(path))
    _sweep(target)
    temporary = target.with_name(f".{target.name}.{os.urandom(4).hex()}.part")
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path


def _is_ordinary(path: Path) -> bool:
    return path.is_file() or not path.exists()


def _sweep(target: Path) -> None:
    """Remove what killed programs left of earlier writes."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.{'[0-9a-f]' * 8}.part"):
        try:
            if time.time() - left.stat().st_mtime > _ABANDONED:
                left.unlink()
        except FileNotFoundError:
            """Somebody else was faster."""
