"""Text as integers, one for each character: the data of a language model of characters."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from ..tensor import Tensor
from ..tensor.creation import from_numpy
from .dataset import Dataset, from_start

__all__ = ["CharDataset"]


class CharDataset(Dataset[tuple[Tensor, Tensor]]):
    """Samples (x, y): T consecutive characters of a text, and the T characters that begin one place later.

    Both are int64 of shape (T,), and y[t] is the character that follows x[0], ..., x[t]. Sample i begins at
    character i of the text, so there are len(text) - T samples.

    Args:
        text: the text itself; `CharDataset.read(path, ...)` reads it from a file.
        block_size: the number T of characters in x and in y.
        vocabulary: the characters, in the order of their integers; by default those of the text, sorted. Give a
            test text the `vocabulary` of the training text.

    Raises:
        ValueError: the text is shorter than T + 1, or has characters that the vocabulary lacks.

    Example:
        >>> data = CharDataset("abcab", 3)
        >>> data[1]
        (tensor([1, 2, 0]), tensor([2, 0, 1]))
        >>> data.decode(data[1][0])
        'bca'
    """

    def __init__(self, text: str, block_size: int, vocabulary: Iterable[str] | None = None) -> None:
        if block_size < 1:
            raise ValueError(f"block_size must be at least 1, not {block_size}")
        if len(text) <= block_size:
            raise ValueError(
                f"a text of {len(text)} characters is too short: block_size {block_size} needs one more"
            )
        self.block_size = block_size
        self.vocabulary = sorted(set(text)) if vocabulary is None else list(vocabulary)
        self._number = {character: i for i, character in enumerate(self.vocabulary)}
        if len(self._number) != len(self.vocabulary):
            raise ValueError("the vocabulary has a character twice")
        self.data = self.encode(text)

    @classmethod
    def read(
        cls,
        path: str | os.PathLike[str],
        block_size: int,
        vocabulary: Iterable[str] | None = None,
        *,
        encoding: str = "utf-8",
    ) -> CharDataset:
        """The data set of the text in a file.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file is no text in this encoding; and see the class.
        """
        try:
            return cls(Path(path).read_text(encoding), block_size, vocabulary)
        except UnicodeDecodeError as error:
            raise ValueError(f"{os.fspath(path)} is no text in {encoding}: {error}") from error

    def encode(self, text: str) -> Tensor:
        """The characters of `text` as integers, int64 (len(text),).

        Raises:
            ValueError: a character is not in the vocabulary.
        """
        try:
            return from_numpy(np.array([self._number[character] for character in text], np.int64))
        except KeyError as error:
            raise ValueError(f"the character {error.args[0]!r} is not in the vocabulary") from None

    def decode(self, numbers: Any) -> str:
        """The text of a sequence of integers: the inverse of `encode`."""
        return "".join(self.vocabulary[int(i)] for i in numbers)

    def __len__(self) -> int:
        return len(self.data) - self.block_size

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        start = from_start(index, len(self))
        both = self.data[start : start + self.block_size + 1]
        return both[:-1], both[1:]
