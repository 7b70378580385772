"""Distances as layers."""

import numpy as np
import scipy.spatial.distance
import scipy.special

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn import functional as F


def test_distances_are_scipys():
    x, y = np.random.default_rng(0).normal(size=(2, 5, 4))
    cosine = [1 - scipy.spatial.distance.cosine(a, b) for a, b in zip(x, y, strict=True)]
    np.testing.assert_allclose(nn.CosineSimilarity()(ag.tensor(x), ag.tensor(y)), cosine)
    for p in (1, 2, 3.5):
        distance = [scipy.spatial.distance.minkowski(a + 0.5, b, p) for a, b in zip(x, y, strict=True)]
        np.testing.assert_allclose(nn.PairwiseDistance(p, eps=0.5)(ag.tensor(x), ag.tensor(y)), distance)
    np.testing.assert_allclose(F.normalize(ag.tensor(x)), x / np.linalg.norm(x, axis=1, keepdims=True))


def test_vectors_of_zeros_have_similarity_0_and_a_finite_gradient():
    x = ag.zeros(2, 3, requires_grad=True)
    out = F.cosine_similarity(x, ag.ones(2, 3)) + F.pairwise_distance(x, x.detach(), eps=0.0)
    out.sum().backward()
    assert out.tolist() == [0, 0]
    assert np.isfinite(x.grad.numpy()).all()
