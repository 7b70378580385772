"""The CTC loss against a sum over all alignments."""

import itertools
import math

import numpy as np
import pytest
from scipy import special

import autograd_engine as ag
from autograd_engine.nn import functional as F

from .losses import real


def likelihood(probabilities, labels, blank):
    """The probability of a labelling, summed over all paths of classes that spell it."""
    steps, classes = probabilities.shape
    total = 0.0
    for path in itertools.product(range(classes), repeat=steps):
        merged = [c for c, _ in itertools.groupby(path)]
        if [c for c in merged if c != blank] == list(labels):
            total += math.prod(probabilities[t, c] for t, c in enumerate(path))
    return total


@pytest.mark.parametrize("blank", [0, 2])
def test_ctc_sums_over_all_alignments(blank):
    letters = [c for c in range(3) if c != blank]
    samples = [
        [letters[0]],
        [letters[0], letters[0]],
        [letters[1], letters[0]],
        [],
        [letters[0], letters[1], letters[0]],
    ]
    steps = [5, 4, 2, 3, 5]
    logits = real(5, 5, 3)
    probabilities = special.softmax(logits, -1)
    expected = [
        -math.log(likelihood(probabilities[:n, i], s, blank))
        for i, (s, n) in enumerate(zip(samples, steps, strict=True))
    ]
    lengths = [len(s) for s in samples]
    padded = np.zeros((5, 4), int)
    for i, sample in enumerate(samples):
        padded[i, : len(sample)] = sample
    log_probs = ag.tensor(logits).log_softmax(-1)
    for targets in (padded, np.array([label for sample in samples for label in sample])):
        losses = F.ctc_loss(log_probs, ag.tensor(targets), steps, ag.tensor(lengths), blank, "none")
        np.testing.assert_allclose(losses, expected, rtol=1e-10)
    mean = F.ctc_loss(log_probs, ag.tensor(padded), steps, lengths, blank)
    assert mean.item() == pytest.approx(np.mean(np.array(expected) / np.maximum(lengths, 1)))
    one = F.ctc_loss(log_probs[:, 0], ag.tensor(samples[0]), 5, 1, blank, "none")
    assert one.item() == pytest.approx(expected[0])


def test_ctc_of_an_input_too_short_is_infinite_and_has_no_gradient():
    logits = ag.tensor(real(2, 2, 3), requires_grad=True)
    arguments = (ag.tensor([[1, 1], [1, 2]]), (2, 2), (2, 2))
    losses = F.ctc_loss(logits.log_softmax(-1), *arguments, reduction="none")
    assert losses[0].item() == math.inf
    assert losses[1].item() < math.inf
    F.ctc_loss(logits.log_softmax(-1), *arguments, zero_infinity=True).backward()
    assert np.abs(logits.grad[:, 0].numpy()).max() == 0
    assert np.abs(logits.grad[:, 1].numpy()).min() > 0
    assert F.ctc_loss(logits.log_softmax(-1), ag.tensor([1]), (0, 0), (0, 1), reduction="none").tolist() == [
        0,
        math.inf,
    ]
