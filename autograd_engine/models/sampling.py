"""Drawing the next token from the scores of a language model: less or more boldly, or from the likeliest few.

Any model of sequences may use it, recurrent ones too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend.random import Generator, resolve
from ..engine.graph import raw
from ..tensor import Tensor
from ..tensor.creation import from_numpy

__all__ = ["sample_tokens", "token_probabilities"]


def check_settings(temperature: float, top_k: int | None, top_p: float | None) -> None:
    """Raise a ValueError if a setting of `sample_tokens` is out of range."""
    if not temperature >= 0:
        raise ValueError(f"temperature must be at least 0, not {temperature}")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k must be at least 1, not {top_k}")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p must lie in (0, 1], not {top_p}")


def _probabilities(scores: Any, temperature: float, top_k: int | None, top_p: float | None) -> Any:
    """What `token_probabilities` returns, of raw scores and checked settings, in float64."""
    scores = np.asarray(scores, np.float64)
    tops = np.maximum.reduce(scores, axis=-1, keepdims=True)
    if temperature == 0:
        best = scores.argmax(-1)[..., None] == np.arange(scores.shape[-1])
        return best.astype(np.float64)
    scores = (scores - tops) / temperature
    if top_k is not None and top_k < scores.shape[-1]:
        least = np.partition(scores, -top_k, axis=-1)[..., -top_k, None]
        scores = np.where(scores < least, -np.inf, scores)
    exps = np.exp(scores)
    exps /= np.add.reduce(exps, axis=-1, keepdims=True)
    if top_p is None or top_p == 1:
        return exps
    order = np.argsort(-exps, axis=-1, kind="stable")
    ordered = np.take_along_axis(exps, order, -1)
    before = np.cumsum(ordered, axis=-1) - ordered
    np.put_along_axis(exps, order, np.where(before < top_p, ordered, 0.0), -1)
    exps /= np.add.reduce(exps, axis=-1, keepdims=True)
    return exps


def drawn(scores: Any, temperature: float, top_k: int | None, top_p: float | None, random: Any) -> Any:
    """A token for each row of raw scores (..., V), int64 (...), by a generator of NumPy's; for checked settings."""
    if temperature == 0:
        return np.asarray(scores.argmax(-1), np.int64)
    sums = np.cumsum(_probabilities(scores, temperature, top_k, top_p), axis=-1)
    draws = random.random(scores.shape[:-1]) * sums[..., -1]
    return np.minimum(np.add.reduce(sums <= draws[..., None], axis=-1, dtype=np.int64), scores.shape[-1] - 1)


def token_probabilities(
    logits: Any, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> Tensor:
    """The probabilities, float64, with which `sample_tokens` draws.

    Args:
        logits: scores (..., V) of the V tokens.
        temperature, top_k, top_p: see `sample_tokens`.

    Raises:
        ValueError: a setting is out of range.

    Example:
        >>> token_probabilities(tensor([2.0, 1.0, 0.0]), top_k=2)
        tensor([0.7311, 0.2689, 0.0000], dtype=float64)
    """
    check_settings(temperature, top_k, top_p)
    return from_numpy(_probabilities(np.asarray(raw(logits)), temperature, top_k, top_p))


def sample_tokens(
    logits: Any,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: Generator | None = None,
) -> Tensor:
    """Tokens drawn from softmax(logits / temperature), of which only the likeliest are left.

    Shapes: logits (..., V) -> int64 (...).

    Args:
        logits: the scores of the V tokens.
        temperature: below 1 the likely tokens become likelier, above 1 less likely; 0 takes the likeliest.
        top_k: only the k likeliest are drawn, and others that are as likely as the last of them.
        top_p: only the likeliest that together have at least this probability, after `top_k`.
        generator: what to draw with; the default generator, if none is given.

    Raises:
        ValueError: a setting is out of range.

    Example:
        >>> sample_tokens(tensor([[0.0, 9.0], [3.0, 1.0]]), temperature=0)
        tensor([1, 0])

    Source: top_k: Fan et al., "Hierarchical neural story generation", 2018; top_p: Holtzman et al., "The curious
    case of neural text degeneration", 2020.
    """
    check_settings(temperature, top_k, top_p)
    scores = np.asarray(raw(logits))
    return from_numpy(np.asarray(drawn(scores, temperature, top_k, top_p, resolve(generator))))
