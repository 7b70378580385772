"""Text as integers, one for each character: what a language model of characters learns from."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from ..tensor import Tensor
from ..tensor.creation import from_numpy
from .dataset import Dataset

__all__ = ["CharDataset"]


class CharDataset(Dataset[tuple[Tensor, Tensor]]):
    """Every stretch of T characters of a text, and the same one character later: (x, y), int64, (T,).

    So y[t] is the character that follows x[:t + 1]. Sample i begins at character i; there are len(text) - T.

    Args:
        text: the text itself; `CharDataset.read(path, ...)` takes it from a file.
        block_size: T.
        vocabulary: the characters, in the order of their integers; by default those of the text, sorted. A test
            text takes the `vocabulary` of the training text.

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
            raise ValueError(f"a text of {len(text)} characters has no stretch of {block_size} and one more")
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
        """The data set of a text file.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it is not text in this encoding, or see the class.
        """
        try:
            return cls(Path(path).read_text(encoding), block_size, vocabulary)
        except UnicodeDecodeError as error:
            raise ValueError(f"{os.fspath(path)} is no text in {encoding}: {error}") from error

    def encode(self, text: str) -> Tensor:
        """The integers of characters.

        Raises:
            ValueError: a character is not in the vocabulary.
        """
        try:
            return from_numpy(np.array([self._number[character] for character in text], np.int64))
        except KeyError as error:
            raise ValueError(f"the character {error.args[0]!r} is not in the vocabulary") from None

    def decode(self, numbers: Any) -> str:
        """The characters of integers."""
        return "".join(self.vocabulary[int(i)] for i in numbers)

    def __len__(self) -> int:
        return len(self.data) - self.block_size

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} is out of range for {len(self)} samples")
        start = index % len(self)
        stretch = self.data[start : start + self.block_size + 1]
        return stretch[:-1], stretch[1:]
