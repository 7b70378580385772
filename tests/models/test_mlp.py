"""The multilayer perceptron: which layers it is made of, and what it computes."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.models import MLP

from ..messages import exactly


def test_it_has_an_activation_and_dropout_after_each_hidden_layer():
    model = MLP([5, 4, 3, 2], nn.Tanh, 0.25)
    kinds = [nn.Linear, nn.Tanh, nn.Dropout, nn.Linear, nn.Tanh, nn.Dropout, nn.Linear]
    assert [type(layer) for layer in model] == kinds
    assert [(layer.in_features, layer.out_features) for layer in model if isinstance(layer, nn.Linear)] == [
        (5, 4),
        (4, 3),
        (3, 2),
    ]
    assert {layer.p for layer in model if isinstance(layer, nn.Dropout)} == {0.25}
    assert list(model.state_dict()) == ["0.weight", "0.bias", "3.weight", "3.bias", "6.weight", "6.bias"]


def test_its_activation_is_relu_and_nothing_is_dropped_unless_asked():
    model = MLP([3, 4, 2])
    assert [type(layer) for layer in model] == [nn.Linear, nn.ReLU, nn.Linear]
    x = ag.randn(6, 3)
    w = {name: p.numpy() for name, p in model.state_dict().items()}
    h = np.maximum(x.numpy() @ w["0.weight"].T + w["0.bias"], 0)
    np.testing.assert_allclose(model(x).detach(), h @ w["2.weight"].T + w["2.bias"], rtol=1e-5, atol=1e-6)


def test_without_hidden_layers_it_is_linear():
    assert [type(layer) for layer in MLP([3, 2], dropout=0.5)] == [nn.Linear]


def test_it_needs_two_sizes():
    with pytest.raises(
        ValueError, match=exactly("an MLP needs at least the sizes of its input and output, got [4]")
    ):
        MLP([4])
