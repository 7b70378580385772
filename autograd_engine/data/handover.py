"""Handing over: what a worker process made, to the program that asked for it.

Small values go through a pipe. Large arrays go through a file in memory that has no name: the worker writes them,
and the program reads them into arrays of its own, so that the file can be written again at once. The kernel drops
the file with the last process that has it open, however that process ends, and a full /dev/shm does not matter.

Each side copies once. That is cheap, since the pages of the file stay: pages that are mapped anew for each batch,
which would save one copy, cost several times as much as that copy.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Sequence
from multiprocessing import reduction
from typing import Any

import numpy as np

__all__ = ["Mailbox"]

_SMALL = 2**14
"""Arrays of fewer bytes are part of the pickle."""


class Mailbox:
    """Makes letters of messages. A letter is bytes to be sent; the large arrays of the message stay in a file in
    memory until it is opened, which must be done before the next letter is written.

    Where the system has no such files, as others than Linux, or no memory for one, all is in the letter.
    """

    def __init__(self) -> None:
        try:
            self._file: int | None = os.memfd_create("DataLoader batch")
        except (AttributeError, OSError):
            self._file = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _opened, (None if self._file is None else reduction.DupFd(self._file),)

    def letter(self, message: Any) -> bytes:
        """The message as a letter."""
        large: list[memoryview] = []

        def is_small(buffer: pickle.PickleBuffer) -> bool:
            memory = buffer.raw()
            if memory.nbytes >= _SMALL:
                large.append(memory)
            return memory.nbytes < _SMALL

        text = pickle.dumps(message, 5, buffer_callback=None if self._file is None else is_small)
        try:
            self._write(large)
        except OSError:  # no room
            assert self._file is not None
            os.ftruncate(self._file, 0)
            return pickle.dumps((pickle.dumps(message, 5), []))
        return pickle.dumps((text, [memory.nbytes for memory in large]))

    def opened(self, letter: bytes) -> Any:
        """The message in a letter; its arrays are its own, and can be written to."""
        text, sizes = pickle.loads(letter)
        return pickle.loads(text, buffers=self._read(sizes))

    def close(self) -> None:
        """Give the memory back, even if another process that was forked meanwhile has the file open."""
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None

    def _write(self, arrays: Sequence[memoryview]) -> None:
        place = 0
        for left in arrays:
            while left:  # a call writes at most 2 GiB
                assert self._file is not None
                count = os.pwrite(self._file, left, place)
                left, place = left[count:], place + count

    def _read(self, sizes: Sequence[int]) -> list[Any]:
        """What was written, each part as an array of bytes."""
        arrays, place = [np.empty(size, np.uint8) for size in sizes], 0
        for array in arrays:
            left = array.data
            while left:
                assert self._file is not None
                count = os.preadv(self._file, [left], place)
                left, place = left[count:], place + count
        return arrays


def _opened(file: Any) -> Mailbox:
    """The mailbox of a process that was not forked."""
    mailbox = Mailbox.__new__(Mailbox)
    mailbox._file = None if file is None else file.detach()
    return mailbox
