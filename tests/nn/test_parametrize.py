"""Weights that are computed of others: PyTorch's numbers, names and gradients, from the same state."""

import copy
import pickle

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from tests.messages import exactly


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def apply(lib, recipe, layer):
    normalizers, parametrizations = lib.nn.utils, lib.nn.utils.parametrizations
    return {
        "weight": lambda: parametrizations.weight_norm(layer),
        "weight by columns": lambda: parametrizations.weight_norm(layer, dim=1),
        "weight as a whole": lambda: parametrizations.weight_norm(layer, dim=None),
        "spectral": lambda: parametrizations.spectral_norm(layer),
        "spectral of a transposed": lambda: parametrizations.spectral_norm(layer, n_power_iterations=2, dim=1),
        "older weight": lambda: normalizers.weight_norm(layer),
        "older spectral": lambda: normalizers.spectral_norm(layer),
        "matrix_exp": lambda: parametrizations.orthogonal(layer, orthogonal_map="matrix_exp"),
        "cayley": lambda: parametrizations.orthogonal(layer, orthogonal_map="cayley"),
        "householder": lambda: parametrizations.orthogonal(layer, orthogonal_map="householder"),
    }[recipe]()


RECIPES = [
    *("weight", "weight by columns", "weight as a whole", "spectral", "spectral of a transposed"),
    *("older weight", "older spectral", "matrix_exp", "cayley", "householder"),
]


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("sizes", [(3, 5), (5, 3), (4, 4)])
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_a_layer_computes_and_learns_as_pytorchs(recipe, sizes, torch):
    torch.manual_seed(0)
    theirs = apply(torch, recipe, torch.nn.Linear(*sizes).double())
    ours = apply(ag, recipe, nn.Linear(*sizes).double())
    state = {name: value.detach().numpy().copy() for name, value in theirs.state_dict().items()}
    if recipe in ("matrix_exp", "cayley", "householder"):
        rng = np.random.default_rng(0)
        name = "parametrizations.weight.original"
        state[name] = np.tril(0.3 * rng.standard_normal(state[name].shape), -1) - np.eye(*state[name].shape)
        theirs.load_state_dict({key: torch.tensor(value) for key, value in state.items()})
    assert set(ours.state_dict()) == set(state)
    ours.load_state_dict(state)
    x = np.random.default_rng(1).standard_normal((2, sizes[0]))
    for _ in range(2):  # the power iteration goes on
        expected = theirs(torch.tensor(x))
        found = ours(ag.tensor(x))
        np.testing.assert_allclose(found.detach().numpy(), expected.detach().numpy(), rtol=1e-9, atol=1e-12)
        (expected**2).sum().backward()
        (found**2).sum().backward()
    gradients = {name: p.grad.numpy() for name, p in theirs.named_parameters()}
    for name, p in ours.named_parameters():
        wanted, found = gradients[name], p.grad.numpy()
        if p.ndim == 2 and recipe in ("matrix_exp", "cayley"):  # of the other triangle there is nothing to learn
            part = (lambda g: np.tril(g, -1)) if sizes[0] <= sizes[1] else (lambda g: np.triu(g, 1))
            wanted, found = part(wanted), part(found)
        np.testing.assert_allclose(found, wanted, rtol=1e-7, atol=1e-9)
    ours.eval()
    theirs.eval()
    np.testing.assert_allclose(
        ours(ag.tensor(x)).detach().numpy(), theirs(torch.tensor(x)).detach().numpy(), rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("sizes", [(3, 5), (5, 3), (4, 4)])
@pytest.mark.parametrize("orthogonal_map", [None, "matrix_exp", "cayley", "householder"])
def test_a_matrix_becomes_and_stays_orthogonal(sizes, orthogonal_map):
    layer = nn.utils.parametrizations.orthogonal(nn.Linear(*sizes).double(), orthogonal_map=orthogonal_map)
    optimizer = ag.optim.SGD(layer.parameters(), lr=0.5)
    before = layer.weight.detach().clone()
    for _ in range(3):
        W = layer.weight
        gram = W @ W.mT if sizes[0] >= sizes[1] else W.mT @ W
        assert (gram - ag.eye(len(gram), dtype=ag.float64)).abs().max().item() < 1e-12
        optimizer.zero_grad()
        (layer(ag.ones(2, sizes[0], dtype=ag.float64)) ** 2).sum().backward()
        optimizer.step()
    assert (layer.weight - before).abs().max().item() > 1e-3
    target = nn.init.orthogonal_(ag.empty(sizes[1], sizes[0], dtype=ag.float64))
    layer.weight = target
    np.testing.assert_allclose(layer.weight.detach().numpy(), target.numpy(), atol=1e-12)


class Doubled(nn.Module):
    def forward(self, x):
        return 2 * x

    def right_inverse(self, x):
        return x / 2


def test_parametrizations_are_put_on_top_of_each_other_cached_copied_and_removed():
    parametrize = nn.utils.parametrize
    layer = nn.Linear(2, 2)
    value = layer.weight.detach().clone()
    for _ in range(2):
        assert parametrize.register_parametrization(layer, "weight", Doubled()) is layer
    np.testing.assert_allclose(layer.weight.detach().numpy(), 2 * value.numpy(), rtol=1e-6)
    assert type(layer).__name__ == "ParametrizedLinear"
    assert isinstance(layer, nn.Linear)
    assert parametrize.type_before_parametrizations(layer) is parametrize.type_before_parametrizations(
        nn.Linear(1, 1)
    )
    assert parametrize.is_parametrized(layer)
    assert parametrize.is_parametrized(layer, "weight")
    assert not parametrize.is_parametrized(layer, "bias")
    assert layer.weight is not layer.weight
    with parametrize.cached():
        assert layer.weight is layer.weight
    layer.weight = value
    np.testing.assert_allclose(layer.weight.detach().numpy(), value.numpy(), rtol=1e-6)
    other = copy.deepcopy(layer)
    parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)
    assert type(layer) is nn.Linear
    np.testing.assert_allclose(layer.weight.detach().numpy(), value.numpy() / 4, rtol=1e-6)
    assert isinstance(layer.weight, nn.Parameter)
    np.testing.assert_allclose(other.weight.detach().numpy(), value.numpy(), rtol=1e-6)
    with pytest.raises(RuntimeError, match="save its state_dict"):
        pickle.dumps(other)


def test_a_buffer_may_be_computed_too():
    layer = nn.BatchNorm1d(2)
    nn.utils.parametrize.register_parametrization(layer, "running_var", Doubled())
    assert layer.running_var.tolist() == [1, 1]
    assert [n for n, _ in layer.named_buffers()][-1] == "parametrizations.running_var.original"
    nn.utils.parametrize.remove_parametrizations(layer, "running_var")
    assert dict(layer.named_buffers())["running_var"].tolist() == [1, 1]


class Halved(nn.Module):
    def forward(self, x):
        return x[:1]


class Three(nn.Module):
    def forward(self, x):
        return 3


def refused():
    """What cannot be of a layer, and the error."""
    register, made = nn.utils.parametrize.register_parametrization, nn.utils.parametrizations
    shapes = "shape (1, 2) and dtype float32 of shape (2, 2) and dtype float32; pass unsafe=True if that is meant"
    return {
        "Linear has no parameter or buffer 'w' to parametrize": lambda x: register(x, "w", Doubled()),
        f"the parametrization of 'weight' makes {shapes}": lambda x: register(x, "weight", Halved()),
        "the parametrization of 'weight' returned a int, not a tensor": lambda x: register(x, "weight", Three()),
        "Linear.weight is not parametrized": lambda x: nn.utils.parametrize.remove_parametrizations(x, "weight"),
        "Linear has no parameter 'w' to normalize": lambda x: made.spectral_norm(x, "w"),
        "Linear has no matrix 'bias' to make orthogonal": lambda x: made.orthogonal(x, "bias"),
        "orthogonal_map is matrix_exp, cayley or householder, not 'qr'": (
            lambda x: made.orthogonal(x, "weight", "qr")
        ),
        "orthogonal: use_trivialization=False is not there; leave it out": (
            lambda x: made.orthogonal(x, use_trivialization=False)
        ),
        "spectral_norm: n_power_iterations must be at least 1, not 0": (
            lambda x: made.spectral_norm(x, n_power_iterations=0)
        ),
        "weight_norm: Linear has no parameter 'w'": lambda x: nn.utils.weight_norm(x, "w"),
        "remove_weight_norm: Linear.weight is not normalized": nn.utils.remove_weight_norm,
    }


def test_what_cannot_be_is_named():
    parametrize, made = nn.utils.parametrize, nn.utils.parametrizations
    layer = nn.Linear(2, 2)
    for text, call in refused().items():
        with pytest.raises(ValueError, match=exactly(text)):
            call(layer)
    assert type(layer) is nn.Linear
    parametrize.register_parametrization(layer, "weight", Halved(), unsafe=True)
    with pytest.raises(RuntimeError, match="Halved has no right_inverse"):
        layer.weight = ag.ones(1, 2)
    layer = made.weight_norm(nn.Linear(2, 2))
    with pytest.raises(ValueError, match="'weight' is computed of 2 tensors"):
        parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)


def test_the_older_forms_are_taken_back():
    for make, remove in (
        (nn.utils.weight_norm, nn.utils.remove_weight_norm),
        (nn.utils.spectral_norm, nn.utils.remove_spectral_norm),
    ):
        layer = make(nn.Linear(3, 2)).eval()
        x = ag.rand(1, 3)
        expected = layer(x).detach().clone()
        assert "weight" not in dict(layer.named_parameters())
        assert remove(layer) is layer
        assert sorted(layer.state_dict()) == ["bias", "weight"]
        np.testing.assert_allclose(layer(x).detach().numpy(), expected.numpy(), rtol=1e-5)
        assert not layer._hooks


def test_a_buffer_is_registered_by_its_class():
    layer = nn.Linear(1, 1)
    layer.steps, layer.seen = nn.Buffer(ag.zeros(2)), nn.Buffer([1.0], persistent=False)
    assert [name for name, _ in layer.named_buffers()] == ["steps", "seen"]
    assert sorted(layer.state_dict()) == ["bias", "steps", "weight"]
    assert isinstance(layer.steps, ag.Tensor)
