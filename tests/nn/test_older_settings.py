"""`size_average` and `reduce`, by which older programs say the reduction of a loss."""

import inspect

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.nn import functional as F

from ..messages import exactly

RNG = np.random.default_rng(0)
SCORES, OTHER, UNIT = RNG.standard_normal((4, 3)), RNG.standard_normal((4, 3)), RNG.uniform(0.1, 0.9, (4, 3))
SIGNS, CLASSES = np.sign(OTHER), np.array([0, 2, 1, 2])
CALLS = {
    "binary_cross_entropy": (UNIT, UNIT[::-1].copy()),
    "binary_cross_entropy_with_logits": (SCORES, UNIT),
    "cosine_embedding_loss": (SCORES, OTHER, SIGNS[:, 0]),
    "cross_entropy": (SCORES, CLASSES),
    "hinge_embedding_loss": (SCORES, SIGNS),
    "kl_div": (SCORES, UNIT),
    "l1_loss": (SCORES, OTHER),
    "margin_ranking_loss": (SCORES, OTHER, SIGNS),
    "mse_loss": (SCORES, OTHER),
    "multi_margin_loss": (SCORES, CLASSES),
    "multilabel_margin_loss": (SCORES, np.array([[0, -1, 1], [2, 1, -1], [1, -1, 0], [0, 1, 2]])),
    "multilabel_soft_margin_loss": (SCORES, (OTHER > 0).astype(float)),
    "nll_loss": (SCORES, CLASSES),
    "poisson_nll_loss": (SCORES, UNIT),
    "smooth_l1_loss": (SCORES, OTHER),
    "soft_margin_loss": (SCORES, SIGNS),
    "triplet_margin_loss": (SCORES, OTHER, UNIT),
}


def test_pytorchs_losses_are_these():
    torch = pytest.importorskip("torch")
    theirs = torch.nn.functional
    names = {name for name in dir(theirs) if inspect.isfunction(getattr(theirs, name))}
    older = {name for name in names if "size_average" in inspect.signature(getattr(theirs, name)).parameters}
    assert older & set(dir(F)) == set(CALLS)


@pytest.mark.filterwarnings("ignore:size_average and reduce:UserWarning", "ignore:reduction. 'mean':UserWarning")
@pytest.mark.parametrize("settings", [{"size_average": False}, {"reduce": False}, {"size_average": True}])
@pytest.mark.parametrize("name", CALLS)
def test_the_losses_are_pytorchs(name, settings):
    torch = pytest.importorskip("torch")
    ours = getattr(F, name)(*map(ag.tensor, CALLS[name]), **settings)
    theirs = getattr(torch.nn.functional, name)(*map(torch.tensor, CALLS[name]), **settings)
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-6)


def test_the_reduction_to_write_is_said():
    words = "size_average and reduce are older settings; write reduction='sum'"
    with pytest.warns(UserWarning, match=exactly(words)) as caught:
        loss = F.mse_loss(ag.ones(2, 2), ag.zeros(2, 2), size_average=False)
    assert (loss.item(), caught[0].filename) == (4.0, __file__)
    parameters = inspect.signature(F.mse_loss).parameters
    assert [*parameters][:3] == ["input", "target", "reduction"]
    assert parameters["size_average"].kind is inspect.Parameter.KEYWORD_ONLY
