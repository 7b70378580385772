"""The place of a training: which folder it takes, and where in it the new run is written.

An old run in the folder stays as it is until the new one is complete; no other file in it is ever touched.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from . import replacement
from .files import CHECKPOINT, CONFIG, FILES, WEIGHTS
from .folder import RUNS, UserError, read_config
from .replacement import NEXT, BusyError, taken

__all__ = ["Place", "new_place", "old_place"]


@dataclass(frozen=True)
class Place:
    """Where a training writes.

    Attributes:
        folder: the folder of the run.
        work: where the new run is written: the folder itself, or NEXT inside it while an old run must stay whole.
        start: the checkpoint to go on from, if there is one.
        resumed: whether it goes on with a run.
    """

    folder: Path
    work: Path
    start: Path | None = None
    resumed: bool = False

    @property
    def staged(self) -> bool:
        """Whether the new run will replace an old one."""
        return self.work != self.folder

    def finish(self) -> None:
        """The new run is complete: put it in the place of the old one."""
        if self.staged:
            replacement.replace(self.folder)


@contextmanager
def new_place(out: Path | None, name: str, overwrite: bool) -> Iterator[Place]:
    """The place of a new run: the folder `out`, or a fresh one below runs/ for data of this name.

    A folder that was made and stays empty is deleted again.

    Raises:
        UserError: the folder holds a run that may not be replaced, or other files that a run would replace; or
            another training has it.
        OSError: the folder cannot be made.
    """
    if out is not None and out.exists() and not out.is_dir():
        raise UserError(f"{out} is a file, not a folder: choose another --out")
    folder, made = (_fresh(name), True) if out is None else (out, _made(out))
    try:
        with _held(folder):
            if _replaceable(folder, overwrite):
                replacement.discard(folder)
                (folder / NEXT).mkdir()
                yield Place(folder, folder / NEXT)
            else:
                yield Place(folder, folder)
    finally:
        if made:
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def old_place(folder: Path) -> Iterator[Place]:
    """The place of a run that goes on. If it has weights, it stays as it is until the longer one is complete.

    Raises:
        UserError: there is no such run, or another training has it.
    """
    try:
        os.listdir(folder)  # not is_dir, which since Python 3.14 hides why a path cannot be looked at
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{folder} is not a run: it has no {CONFIG}") from None
    with _held(folder):
        if (folder / NEXT / CHECKPOINT).exists():
            yield Place(folder, folder / NEXT, folder / NEXT / CHECKPOINT, resumed=True)
            return
        start = folder / CHECKPOINT if (folder / CHECKPOINT).exists() else None
        if (folder / WEIGHTS).exists():
            read_config(folder)
            replacement.discard(folder)
            (folder / NEXT).mkdir()
            yield Place(folder, folder / NEXT, start, resumed=True)
        else:
            yield Place(folder, folder, start, resumed=True)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The folder for this training alone. A new run in NEXT without a checkpoint is deleted at the end."""
    try:
        with taken(folder):
            try:
                yield
            finally:
                if not (folder / NEXT / CHECKPOINT).exists():
                    replacement.discard(folder)
    except BusyError:
        raise UserError(f"another training is writing to {folder}: wait for it, or choose another folder") from None


def _fresh(name: str) -> Path:
    """A new folder below runs/."""
    folder, number = RUNS / name, 1
    while not _made(folder):
        number += 1
        folder = RUNS / f"{name}-{number}"
    return folder


def _made(folder: Path) -> bool:
    """Make a folder; False if there is something of this name."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        if not os.path.lexists(folder):  # what is in the way is above it
            raise
        return False
    return True


def _replaceable(folder: Path, overwrite: bool) -> bool:
    """Whether the folder holds a run, which may then be replaced."""
    present = [name for name in FILES if os.path.lexists(folder / name)]
    if not present:
        return False
    try:
        read_config(folder)
    except (UserError, OSError) as error:
        reason = f" ({error})" if CONFIG in present else ""
        raise UserError(
            f"{folder} has {', '.join(present)}, but no run{reason}: choose another --out, or delete what is there"
        ) from None
    if not overwrite:
        raise UserError(f"{folder} already holds a run: choose another --out, or pass --overwrite")
    return True
