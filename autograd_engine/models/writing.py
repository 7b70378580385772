"""Models that write: one token after the other is drawn from the scores that the model gives, and read by it.

A model says how it goes on reading; what may be asked of it, and the loop, stand here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .. import nn
from ..backend.random import Generator, resolve
from ..engine.graph import raw
from ..tensor import Tensor
from ..tensor.creation import from_numpy
from .sampling import check_settings, drawn

__all__ = ["LanguageModel"]


class LanguageModel(nn.Module):
    """What `GPT` and `RecurrentLM` have in common: they write.

    Attributes:
        vocabulary: how many tokens there are.
        context: how many tokens the model sees at most; None if it has read all of them.
    """

    vocabulary: int
    context: int | None = None

    def _reader(self, count: int, keep: int) -> Callable[[Any], Any]:
        """A function that reads the next tokens (count, T) after those before them, and returns raw scores
        (count, vocabulary) of what follows; T may be more than 1 at its first call only. Arrays of NumPy's.

        Args:
            count: how many sequences there are.
            keep: see `generate`; for a model with a context.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define _reader()")

    def stream(
        self,
        prompt: Any,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        generator: Generator | None = None,
        keep: int | None = None,
    ) -> Iterator[Tensor]:
        """The tokens that follow the prompt, without end: one after the other, each (N,), or () for one prompt.

        The arguments are those of `generate`, which collects them.
        """
        tokens = self._checked(prompt)
        check_settings(temperature, top_k, top_p)
        return self._tokens(tokens, (temperature, top_k, top_p), resolve(generator), self._kept(keep))

    def generate(
        self,
        prompt: Any,
        length: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        generator: Generator | None = None,
        keep: int | None = None,
    ) -> Tensor:
        """The prompt and `length` tokens that follow it, each drawn given all before it.

        What was read is kept, so a token costs one row through each layer. A model with a context sees its last
        tokens only. When the context is full, positions change, and the last `keep` tokens and the new one are
        computed anew: by default for each token from then on. With a smaller `keep` the model forgets more at once,
        and there is room for tokens that cost one row again.

        Nothing is recorded, dropout is off, and hooks of the layers are not called.

        Args:
            prompt: integers (T,), or (N, T) for several of one length; T is at least 1.
            length: how many tokens to add.
            temperature, top_k, top_p: see `sample_tokens`.
            generator: what to draw with; the default generator, if none is given.
            keep: from 1 to context - 1, the default; only for a model with a context.

        Returns:
            int64 (T + length,) or (N, T + length).

        Raises:
            ValueError: no prompt, or a setting is out of range.
            IndexError: a token is not in the vocabulary.
        """
        if length < 0:
            raise ValueError(f"{type(self).__name__}: length must not be negative, but is {length}")
        stream = self.stream(prompt, temperature, top_k, top_p, generator, keep)
        parts = [np.asarray(raw(prompt), np.int64), *(next(stream).array[..., None] for _ in range(length))]
        return from_numpy(np.concatenate(parts, -1))

    def _checked(self, prompt: Any) -> Any:
        """The prompt as an array of integers, (T,) or (N, T)."""
        name, tokens = type(self).__name__, np.asarray(raw(prompt))
        if tokens.dtype.kind not in "iu" or tokens.ndim not in (1, 2) or not tokens.shape[-1]:
            raise ValueError(
                f"{name}: a prompt is one or more integers, (T,) or (N, T), not {tokens.dtype} of shape "
                f"{tokens.shape}"
            )
        if tokens.size and not 0 <= tokens.min() <= tokens.max() < self.vocabulary:
            wrong = tokens[(tokens < 0) | (tokens >= self.vocabulary)][0]
            raise IndexError(
                f"{name}: token {wrong} of the prompt is out of range for a vocabulary of {self.vocabulary}"
            )
        return tokens

    def _kept(self, keep: int | None) -> int:
        name, context = type(self).__name__, self.context
        if context is None:
            if keep is not None:
                raise ValueError(f"{name}: keep = {keep} is for a model with a context; this one forgets nothing")
            return 0
        keep = context - 1 if keep is None else keep
        if not 0 < keep < context and context > 1:
            raise ValueError(f"{name}: keep must lie between 1 and {context - 1}, not {keep}")
        return keep

    def _tokens(self, tokens: Any, settings: tuple[Any, Any, Any], random: Any, keep: int) -> Iterator[Tensor]:
        new = tokens.reshape(-1, tokens.shape[-1])
        scores = self._reader(len(new), keep)
        while True:
            chosen = drawn(scores(new), *settings, random)
            new = chosen[:, None]
            yield from_numpy(chosen.reshape(()) if tokens.ndim == 1 else chosen)
