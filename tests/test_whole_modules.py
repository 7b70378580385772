"""Modules in files: what is admitted comes back, everything else is refused, and no code of the file runs."""

import io
import pickle

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.serialization import (
    add_safe_globals,
    clear_safe_globals,
    get_safe_globals,
    load,
    safe_globals,
    save,
)

from .messages import exactly


class Net(nn.Module):
    made = 0

    def __init__(self):
        super().__init__()
        Net.made += 1
        self.encoder = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
        self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4)
        self.second.weight = self.first.weight
        self.norm = nn.BatchNorm1d(4)
        self.register_buffer("table", ag.arange(3))
        self.frozen = nn.Parameter(ag.ones(2), requires_grad=False)
        self.activation, self.dtype = nn.functional.relu, ag.float64

    def forward(self, x):
        return self.activation(self.second(self.norm(self.first(self.encoder(x).mean(1)))))


class Other:
    pass


def saved(module):
    file = io.BytesIO()
    save(module, file)
    return file


def again(file):
    file.seek(0)
    return file


REMEDY = (
    ". A model that save() wrote whole is read where its classes are named, with "
    "serialization.safe_globals([Net]); or, if you trust the file, with weights_only=False"
)


def test_a_module_comes_back_where_its_class_is_named():
    net = Net()
    net(ag.randn(5, 3, 4)).sum().backward()
    file, made = saved(net.eval()), Net.made
    with pytest.raises(ValueError, match=exactly(f"...it asks for {__name__}.Net, which is not admitted{REMEDY}")):
        load(again(file))
    with safe_globals([Net]):
        found = load(again(file))
    assert get_safe_globals() == []
    assert Net.made == made, "no constructor runs"
    x = ag.randn(2, 3, 4)
    np.testing.assert_array_equal(found(x).detach(), net(x).detach())
    assert found.second.weight is found.first.weight
    assert found.activation is nn.functional.relu
    assert found.dtype is ag.float64
    assert not found.training
    assert [name for name, _ in found.named_buffers()] == [name for name, _ in net.named_buffers()]
    for (name, mine), (same, theirs) in zip(found.named_parameters(), net.named_parameters(), strict=True):
        assert (name, mine.requires_grad, type(mine)) == (same, theirs.requires_grad, nn.Parameter)
        np.testing.assert_array_equal(mine.detach(), theirs.detach())
        assert (mine.grad is None) == (theirs.grad is None)
    found(x).sum().backward()
    np.testing.assert_array_equal(load(again(file), weights_only=False)(x).detach(), net(x).detach())


def test_a_module_is_moved_where_it_is_wanted():
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    found = load(again(saved(model)), map_location=lambda x, source: x + 1)
    assert isinstance(found[0].weight, nn.Parameter)
    for mine, theirs in zip(found.state_dict().values(), model.state_dict().values(), strict=True):
        np.testing.assert_array_equal(mine, theirs + 1)


def test_layers_need_no_name():
    model = nn.Sequential(nn.LSTM(2, 3), nn.Embedding(3, 2), nn.MultiheadAttention(4, 2), nn.Conv2d(1, 2, 3))
    found = load(again(saved(model)))
    assert repr(found) == repr(model)
    assert [*found.state_dict()] == [*model.state_dict()]


def test_names_can_be_admitted_for_good():
    add_safe_globals([Net])
    try:
        assert get_safe_globals() == [Net]
        assert isinstance(load(again(saved(Net()))), Net)
    finally:
        clear_safe_globals()
    assert get_safe_globals() == []


class Runs:
    def __init__(self, called, *arguments):
        self.called, self.arguments = called, arguments

    def __reduce__(self):
        return self.called, self.arguments


def holding(value):
    module = nn.Identity()
    module.held = value
    return module


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (holding(Runs(print, "code")), "it asks for builtins.print, which is not admitted"),
        (holding(Runs(nn.functional.relu, 1)), "it calls relu, which is not admitted"),
        (holding(Runs(nn.Linear, 10**9, 10**9)), "it calls Linear, which is not admitted"),
        (holding(Other()), f"it asks for {__name__}.Other, which is not admitted"),
        (holding({(1, 2): 3}), "it has a tuple as a key"),
        (holding({1, 2}), "it has the operation EMPTY_SET, which plain values do not need"),
        ({"model": nn.Identity()}, "the pickle holds a dict, and no module"),
    ],
)
def test_what_a_file_may_not_hold_is_refused(module, words, capsys):
    file = io.BytesIO(pickle.dumps(module, 4))
    with pytest.raises(ValueError, match=exactly(f"...{words}{REMEDY}")):
        load(file)
    assert capsys.readouterr().out == ""


def test_an_admitted_class_of_another_kind_is_not_made():
    file = io.BytesIO(pickle.dumps(holding(Other()), 4))
    with safe_globals([Other]), pytest.raises(ValueError, match=exactly(f"...it makes a Other{REMEDY}")):
        load(file)


def test_what_cannot_be_written_is_said():
    words = "save: this Identity cannot be written whole: ...; write its numbers, model.state_dict()"
    with pytest.raises(TypeError, match=exactly(words)):
        save(holding(lambda x: x), io.BytesIO())
