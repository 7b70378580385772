"""Text as integers, and the batches that language models learn from.

Each batch is a pair (x, y) of int64: y holds the token that follows each token of x. Streams go through the text in
order, so that a recurrent layer can carry its state from batch to batch; windows are drawn at random.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..backend.random import Generator, resolve
from ..engine.graph import raw
from ..tensor import Tensor
from ..tensor.creation import from_numpy
from .dataset import Dataset, from_start
from .vocabulary import CharVocabulary

__all__ = ["CharDataset", "TokenStreams", "TokenWindows", "read_text"]


def read_text(path: str | os.PathLike[str], encoding: str = "utf-8") -> str:
    """The text in a file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is no text in this encoding.
    """
    try:
        text = Path(path).read_text(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"{os.fspath(path)} is no text in {encoding}: {error}") from error
    if "\0" in text:
        raise ValueError(f"{os.fspath(path)} is no text: it has a zero byte at place {text.index(chr(0))}")
    return text


class CharDataset(Dataset[tuple[Tensor, Tensor]]):
    """Samples (x, y): T consecutive characters of a text, and the T characters that begin one place later.

    Both are int64 of shape (T,), and y[t] is the character that follows x[0], ..., x[t]. Sample i begins at
    character i of the text, so there are len(text) - T samples.

    Args:
        text: the text itself; `CharDataset.read(path, ...)` reads it from a file.
        block_size: the number T of characters in x and in y.
        vocabulary: a `CharVocabulary`, or the characters in the order of their integers; by default those of the
            text, sorted. Give a test text the `vocabulary` of the training text.

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
        if not isinstance(vocabulary, CharVocabulary):
            vocabulary = CharVocabulary.of(text) if vocabulary is None else CharVocabulary(vocabulary)
        self.vocabulary = vocabulary
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
        return cls(read_text(path, encoding), block_size, vocabulary)

    def encode(self, text: str) -> Tensor:
        """The characters of `text` as integers, int64 (len(text),).

        Raises:
            ValueError: a character is not in the vocabulary.
        """
        return self.vocabulary.encode(text)

    def decode(self, numbers: Any) -> str:
        """The text of a sequence of integers: the inverse of `encode`."""
        return self.vocabulary.decode(numbers)

    def __len__(self) -> int:
        return len(self.data) - self.block_size

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        start = from_start(index, len(self))
        both = self.data[start : start + self.block_size + 1]
        return both[:-1], both[1:]


def _checked(who: str, tokens: Any, batch_size: int, length: int) -> Any:
    """The tokens as an array (tokens,) of int64."""
    for name, value in (("batch_size", batch_size), ("length", length)):
        if value < 1:
            raise ValueError(f"{who}: {name} must be at least 1, not {value}")
    array = np.asarray(raw(tokens))
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ValueError(
            f"{who} takes the integers of a text, (tokens,), as encode() of a vocabulary gives them, not "
            f"{array.dtype} of shape {array.shape}"
        )
    return array.astype(np.int64, copy=False)


class TokenStreams:
    """Batches for truncated backpropagation through time: N streams, and each batch goes on where the one before
    stopped.

    The text is cut into N equal parts, read side by side. Column n of batch k + 1 continues column n of batch k, so
    the final state of a recurrent layer after batch k, detached, is the initial state for batch k + 1. Iterating
    again begins at the start.

    Shapes: x and y are (T, N), or (N, T) with `batch_first`; the last batch may be shorter in T.

    Args:
        tokens: the integers of the text, (tokens,).
        batch_size: the number N of streams.
        length: the number T of tokens that a batch takes of each.
        batch_first: whether batches are (N, T).
        drop_last: leave out the last batch if it is shorter.

    Raises:
        ValueError: the text is too short for so many streams, or an argument is not as it must be.

    Example:
        >>> streams = TokenStreams(arange(9), batch_size=2, length=3)
        >>> [x.tolist() for x, y in streams]
        [[[0, 4], [1, 5], [2, 6]], [[3, 7]]]
        >>> [y.tolist() for x, y in streams]
        [[[1, 5], [2, 6], [3, 7]], [[4, 8]]]

    Source: Williams and Peng, "An efficient gradient-based algorithm for on-line training of recurrent network
    trajectories", 1990.
    """

    def __init__(
        self, tokens: Any, batch_size: int, length: int, batch_first: bool = False, drop_last: bool = False
    ) -> None:
        array = _checked("TokenStreams", tokens, batch_size, length)
        least = batch_size * (length if drop_last else 1) + 1
        if len(array) < least:
            raise ValueError(
                f"a text of {len(array)} tokens is too short for {batch_size} streams"
                + f" of {length} tokens" * drop_last
                + f": it must have {least} or more; take fewer streams"
                + " or a smaller length" * drop_last
            )
        each = (len(array) - 1) // batch_size
        self.batch_size, self.length, self.batch_first, self.drop_last = batch_size, length, batch_first, drop_last
        self._inputs, self._targets = (
            np.ascontiguousarray(array[start : start + each * batch_size].reshape(batch_size, each).T)
            for start in (0, 1)
        )

    def __len__(self) -> int:
        steps = len(self._inputs)
        return steps // self.length if self.drop_last else -(-steps // self.length)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for k in range(len(self)):
            part = slice(k * self.length, (k + 1) * self.length)
            x, y = self._inputs[part], self._targets[part]
            if self.batch_first:
                x, y = x.T, y.T
            yield from_numpy(x.copy("C")), from_numpy(y.copy("C"))


class TokenWindows:
    """Batches of windows of a text that begin at random places, each as likely as any other.

    Shapes: x and y are (N, T), or (T, N) without `batch_first`.

    Args:
        tokens: the integers of the text, (tokens,).
        batch_size: the number N of windows in a batch.
        length: the number T of tokens in a window.
        batches: how many batches an iteration gives; by default so many that they have as many tokens as the text.
        generator: draws the places; by default the one that `manual_seed` seeds.
        batch_first: whether batches are (N, T).

    Raises:
        ValueError: the text is too short for a window, or an argument is not as it must be.

    Example:
        >>> windows = TokenWindows(arange(100), 4, 5, batches=3, generator=Generator().manual_seed(0))
        >>> [(x.shape, (y == x + 1).all().item()) for x, y in windows]
        [((4, 5), True), ((4, 5), True), ((4, 5), True)]
    """

    def __init__(
        self,
        tokens: Any,
        batch_size: int,
        length: int,
        batches: int | None = None,
        generator: Generator | None = None,
        batch_first: bool = True,
    ) -> None:
        self._tokens = _checked("TokenWindows", tokens, batch_size, length)
        count = len(self._tokens)
        if count <= length:
            raise ValueError(
                f"a text of {count} tokens is too short for a window of {length} and the token after it: it must "
                f"have {length + 1} or more; take a smaller length"
            )
        if batches is not None and batches < 1:
            raise ValueError(f"TokenWindows: batches must be at least 1, not {batches}")
        self.batch_size, self.length, self.batch_first = batch_size, length, batch_first
        self.batches = max(1, count // (batch_size * length)) if batches is None else batches
        self.generator = generator

    def __len__(self) -> int:
        return self.batches

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        random, steps = resolve(self.generator), np.arange(self.length)
        for _ in range(self.batches):
            starts = random.integers(len(self._tokens) - self.length, size=self.batch_size)
            places = starts[:, None] + steps if self.batch_first else starts + steps[:, None]
            yield from_numpy(self._tokens[places]), from_numpy(self._tokens[places + 1])
