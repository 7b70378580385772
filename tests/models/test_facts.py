"""Models that torchvision or timm has: their state, scores and gradients are those recorded from these packages."""

from importlib.util import find_spec

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import models, nn

from . import facts

RECORDED = facts.read()
SMALL = ("googlenet", "mobilenet_v2", "resnet18")


def empty(name, **settings):
    return nn.utils.skip_init(models.get_model, name, **settings)


@pytest.mark.parametrize("name", RECORDED)
def test_names_and_shapes_of_the_state_are_theirs_in_their_order(name):
    wanted = {key: RECORDED[name][key] for key in ("parameters", "state")}
    assert facts.shapes(empty(name)) == wanted


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in SMALL[1:] else [pytest.mark.slow]) for n in RECORDED]
)
def test_scores_are_theirs(name):
    with ag.no_grad():
        found = facts.scores(facts.filled(empty(name), ag.tensor), name, ag.tensor)
    wanted = RECORDED[name]["scores"]
    np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-3 * np.abs(wanted).max())


@pytest.mark.parametrize("name", SMALL)
def test_loss_and_gradients_of_a_training_step_are_theirs(name):
    model = facts.filled(empty(name, **facts.TRAINED[name]), ag.tensor)
    found, wanted = facts.step(model, name, ag), RECORDED[name]["step"]
    assert len(found) == len(wanted) == 1 + len([*model.parameters()])
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


def test_recorded_facts_are_those_of_the_packages():
    """Names and shapes only; the rest takes minutes."""
    torch = pytest.importorskip("torch")
    for package, names in facts.NAMES.items():
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
        with torch.device("meta"):
            for name in names:
                found = facts.shapes(facts.theirs(package, name))
                assert found.items() <= RECORDED[name].items(), f"{name}: record anew with tests.models.facts"
