"""Replacing a run: the new one is made out of sight, and then takes the place of the old one as a whole.

While it trains, the new run lies in the folder NEXT inside that of the old one, which stays as it is. When it is
complete, NEXT is renamed, and from then on the new run counts: the files of the old one are deleted, the folder is
renamed once more, and its files are moved. After a kill, the name of the folder tells what is left to do, and the
next program does it. A lock on the run folder keeps a second training out; a kill releases it.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..backend.files import sweep
from ..backend.locks import locked
from .files import FILES

__all__ = ["NEXT", "BusyError", "discard", "replace", "settled", "stamp", "taken"]

NEXT = ".next-run"
_DELETING, _MOVING = ".replacing-run", ".moving-run"
_PATIENCE = 5.0
"""Seconds that a reader waits for another program to finish a replacement, which takes some milliseconds."""


class BusyError(Exception):
    """Another program is writing the run."""


@contextmanager
def taken(folder: Path) -> Iterator[None]:
    """A run folder for this program alone, without the leftovers of killed ones.

    Raises:
        BusyError: another program has it.
    """
    with locked(folder) as mine:
        if not mine:
            raise BusyError(folder)
        _settle(folder)
        for name in FILES:
            for place in (folder, folder / NEXT):
                sweep(place / name)
        yield


def replace(folder: Path) -> None:
    """Put the run in NEXT in the place of that in `folder`, which must be taken."""
    os.rename(folder / NEXT, folder / _DELETING)
    _settle(folder)


def discard(folder: Path) -> None:
    """Delete what is in NEXT."""
    if (folder / NEXT).exists():
        shutil.rmtree(folder / NEXT)


def settled(folder: Path) -> bool:
    """Finish a replacement that a kill cut short, or wait until another program has finished it; False if
    that has not happened after some seconds."""
    end = time.monotonic() + _PATIENCE
    while _unsettled(folder):
        with locked(folder) as mine:
            if mine:
                _settle(folder)
            elif time.monotonic() > end:
                return False
        time.sleep(0.01)
    return True


def stamp(folder: Path) -> tuple[object, ...]:
    """Something that changes when the files of a run are replaced."""
    found: list[object] = [_unsettled(folder)]
    for name in FILES[:2]:
        try:
            status = os.stat(folder / name)
            found.append((status.st_ino, status.st_mtime_ns, status.st_size))
        except OSError:
            found.append(None)
    return tuple(found)


def _unsettled(folder: Path) -> bool:
    return (folder / _DELETING).exists() or (folder / _MOVING).exists()


def _settle(folder: Path) -> None:
    if (folder / _DELETING).exists():
        for name in FILES:
            (folder / name).unlink(missing_ok=True)
        os.rename(folder / _DELETING, folder / _MOVING)
    if (folder / _MOVING).exists():
        for path in list((folder / _MOVING).iterdir()):
            os.replace(path, folder / path.name)
        (folder / _MOVING).rmdir()
