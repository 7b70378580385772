"""The connectionist temporal classification loss: -log of the probability of a labelling, over all its alignments.

A labelling l of length L is written with blanks around its labels, b l1 b l2 b ... b, which has 2L + 1 places. An
alignment walks along these places, one emission per step: it stays, goes on to the next place, or skips a
blank between two labels that differ. The forward variable alpha_t(s) is the logarithm of the probability
of all walks that stand at place s after t steps; one step is one logsumexp over the three places it may
come from, for all places of all samples of the batch at once.

Source: Graves, Fernandez, Gomez and Schmidhuber, "Connectionist Temporal Classification", 2006.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...backend.arrays import Array
from ...backend.kinds import kind_of
from ...engine.graph import raw
from ..gather import gather
from ..index import _getitem
from ..names import operator
from ..piecewise import masked, where
from ..shape import cat, unsqueeze
from ..softmax import logsumexp
from .regression import _check_reduction, _reduce


def _lengths(lengths: Any, batch: int, limit: int, called: str) -> Any:
    """One length per sample, between 0 and `limit`."""
    lengths = raw(lengths)
    lengths = kind_of(lengths).read(lengths).reshape(-1)
    if lengths.dtype.kind not in "iu" or lengths.shape != (batch,):
        raise ValueError(
            f"ctc_loss: {called} must hold {batch} integers, one per sample, got {lengths.dtype} of shape "
            f"{lengths.shape}"
        )
    bad = (lengths < 0) | (lengths > limit)
    if bad.any():
        raise ValueError(f"ctc_loss: {called} must lie in [0, {limit}], got {lengths[bad][0]}")
    return lengths


def _labels(targets: Any, lengths: Any, classes: int, blank: int) -> Any:
    """The labels of all samples, (N, longest), padded by the blank."""
    targets = raw(targets)
    targets = kind_of(targets).read(targets)
    if targets.dtype.kind not in "iu":
        raise TypeError(f"ctc_loss: targets must hold integers, not {targets.dtype}")
    longest = int(lengths.max(initial=0))
    used = np.arange(longest) < lengths[:, None]
    if targets.ndim == 1 and targets.size != lengths.sum() and len(lengths) == 1:
        targets = targets.reshape(1, -1)
    if targets.ndim == 1:
        if targets.size != lengths.sum():
            raise ValueError(
                f"ctc_loss: {targets.size} concatenated targets, but target_lengths add up to {lengths.sum()}"
            )
        given = targets
    else:
        if targets.ndim != 2 or len(targets) != len(lengths) or targets.shape[1] < longest:
            raise ValueError(
                f"ctc_loss: targets {targets.shape} must be {len(lengths)} rows of {longest} or more labels"
            )
        given = targets[:, :longest][used]
    bad = (given < 0) | (given >= classes) | (given == blank)
    if bad.any():
        raise ValueError(f"ctc_loss: target {given[bad][0]} is the blank or out of range for {classes} classes")
    labels = np.full(used.shape, blank)
    labels[used] = given
    return labels


def _log_likelihoods(log_probs: Array, labels: Any, input_lengths: Any, target_lengths: Any, blank: int) -> Array:
    """log of the probability of each sample's labelling, (N,)."""
    steps, batch, _ = log_probs.shape
    places = np.full((batch, 2 * labels.shape[1] + 1), blank)
    places[:, 1::2] = labels
    dtype = log_probs.dtype.type
    never = dtype(-np.inf)
    # Where a walk may come from: two places back, one back, or the place itself. Two columns of -inf lie before.
    sent = kind_of(raw(log_probs)).sent
    reach = sent(np.arange(places.shape[1])[:, None] + np.arange(3))
    skips = np.zeros(places.shape, bool)
    skips[:, 3::2] = labels[:, 1:] != labels[:, :-1]
    barred = np.zeros((*places.shape, 3), dtype)
    barred[:, :, 0][~skips] = never
    barred = sent(barred)
    before = sent(np.full((batch, 2), never))
    emitted = gather(log_probs, 2, np.broadcast_to(sent(places), (steps, *places.shape)))
    start = np.full(places.shape, never)
    start[:, 0] = 0
    alpha: Array = sent(start)
    for t in range(int(input_lengths.max(initial=0))):
        ways = _getitem(cat([before, alpha], 1), index=(slice(None), reach)) + barred
        stepped = logsumexp(ways, 2) + _getitem(emitted, index=(t,))
        running = t < input_lengths
        alpha = stepped if running.all() else where(sent(running[:, None]), stepped, alpha)
    ends = 2 * target_lengths[:, None] - np.arange(2)
    last = _getitem(alpha, index=(sent(np.arange(batch)[:, None]), sent(np.maximum(ends, 0))))
    return logsumexp(last + sent(np.where(ends >= 0, dtype(0), never)), 1)


@operator("functional", raw_too=True)
def ctc_loss(
    log_probs: Array,
    targets: Array,
    input_lengths: Array,
    target_lengths: Array,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Array:
    """-log of the probability that the emissions spell the targets, once repeats are merged and blanks dropped.

    Shapes: log_probs (T, N, C), or (T, C) of one sample; targets (N, S), or (S,), or the labels of all samples
    one after the other; the lengths (N,), or () of one sample.

    The gradient is the derivative with respect to `log_probs` as they are given. PyTorch's is right only where
    `log_softmax` made them; there both lead to the same gradient of the logits.

    Args:
        log_probs: logarithms of the probabilities of the classes at each step.
        targets: classes other than the blank.
        input_lengths, target_lengths: how many steps and labels of each sample count.
        blank: the class that emits nothing.
        reduction: "mean" divides each loss by its number of labels, then takes the mean over the batch.
        zero_infinity: an input too short for its target counts 0 instead of an infinite loss. Its gradient is 0
            in any case.

    Raises:
        TypeError: the targets are not integers.
        ValueError: shapes, lengths or classes do not fit.

    Example:
        >>> even = ag.full((2, 3), 1 / 3).log()
        >>> ctc_loss(even, ag.tensor([1]), 2, 1).exp()
        tensor(3.)
    """
    name = "ctc_loss"
    _check_reduction(reduction, name)
    single = len(log_probs.shape) == 2
    if single:
        log_probs = unsqueeze(log_probs, 1)
    if len(log_probs.shape) != 3:
        raise ValueError(f"{name}: expected log_probs (T, N, C) or (T, C), got shape {tuple(log_probs.shape)}")
    steps, batch, classes = log_probs.shape
    if not 0 <= blank < classes:
        raise ValueError(f"{name}: the blank {blank} is out of range for {classes} classes")
    input_lengths = _lengths(input_lengths, batch, steps, "input_lengths")
    target_lengths = _lengths(target_lengths, batch, np.iinfo(np.int64).max, "target_lengths")
    labels = _labels(targets, target_lengths, classes, blank)
    with np.errstate(divide="ignore"):
        losses = -_log_likelihoods(log_probs, labels, input_lengths, target_lengths, blank)
    if zero_infinity:
        losses = masked(losses, raw(losses) != np.inf)
    if reduction == "mean":
        sent = kind_of(raw(log_probs)).sent
        losses = losses / sent(np.maximum(target_lengths, 1).astype(log_probs.dtype))
    return _reduce(losses[0] if single else losses, reduction, name)
