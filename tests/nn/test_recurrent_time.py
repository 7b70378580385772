"""Recurrent layers through time: truncation, checkpoints, memory, several calls at once."""

import threading

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn

from .recurrent_layers import LAYERS, check_same, made, number


def test_truncated_backpropagation_ends_at_a_detached_state():
    layer, early, late = made(LAYERS["LSTM"]), *(ag.tensor(number(4, 2, 3, seed=i)) for i in (1, 2))
    early.requires_grad_()
    whole = layer(ag.cat([early, late]))[0]
    (whole[4:] ** 2).sum().backward()
    everything = [p.grad.numpy().copy() for p in (early, *layer.parameters())]
    for truncated in (False, True):
        layer.zero_grad()
        early.grad = None
        state = layer(early)[1]
        out, _ = layer(late, tuple(s.detach() for s in state) if truncated else state)
        np.testing.assert_allclose(out.detach().numpy(), whole[4:].detach().numpy())
        (out**2).sum().backward()
        if truncated:
            assert early.grad is None
            assert not np.allclose(layer.weight_hh_l0.grad.numpy(), everything[2])
        else:
            check_same([p.grad.numpy() for p in (early, *layer.parameters())], everything)


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_checkpoints_through_time_change_no_gradient(name):
    layer, x = made(LAYERS[name]), ag.tensor(number(12, 2, 3), requires_grad=True)
    (layer(x)[0] ** 2).sum().backward()
    expected = [p.grad.numpy().copy() for p in (x, *layer.parameters())]
    layer.zero_grad()
    x.grad, state, loss = None, None, 0
    for part in x.chunk(3):
        out, state = ag.utils.checkpoint.checkpoint(layer, part, state, use_reentrant=False)
        loss = loss + (out**2).sum()
    loss.backward()
    check_same([p.grad.numpy() for p in (x, *layer.parameters())], expected)


def test_several_calls_before_a_backward_pass_keep_their_numbers():
    layer = made(LAYERS["GRU of two layers"])
    first, second = (ag.tensor(number(2, 5, 3, seed=i), requires_grad=True) for i in (1, 2))

    def gradients(x):
        layer.zero_grad()
        x.grad = None
        (layer(x)[0] ** 2).sum().backward()
        return [p.grad.numpy().copy() for p in layer.parameters()]

    expected = [a + b for a, b in zip(gradients(first), gradients(second), strict=True)]
    layer.zero_grad()
    losses = [(layer(x)[0] ** 2).sum() for x in (first, second)]
    with ag.no_grad():
        layer(first * 2)
    losses[0].backward(retain_graph=True)
    losses[1].backward()
    check_same([p.grad.numpy() for p in layer.parameters()], expected)
    losses[0].backward()
    twice = [a + b for a, b in zip(expected, gradients(first), strict=True)]
    layer.zero_grad()
    for x in (first, second, first):
        (layer(x)[0] ** 2).sum().backward()
    check_same([p.grad.numpy() for p in layer.parameters()], twice)


@pytest.mark.parametrize("name", ["LSTM", "GRU", "RNN"])
def test_a_second_pass_through_a_graph_adds_the_same_again(name):
    layer, x = made(LAYERS[name]), ag.tensor(number(5, 2, 3))
    loss = (layer(x)[0] ** 2).sum()
    loss.backward(retain_graph=True)
    once = [p.grad.numpy().copy() for p in layer.parameters()]
    loss.backward()
    check_same([p.grad.numpy() for p in layer.parameters()], [2 * g for g in once])


def test_threads_side_by_side_get_the_numbers_of_one():
    layer = made(LAYERS["LSTM of two layers"])
    inputs = [number(3, 5, 3, seed=i) for i in range(4)]

    def gradient(array):
        x = ag.tensor(array, requires_grad=True)
        return ag.autograd.grad((layer(x)[0] ** 2).sum(), x)[0].numpy()

    expected, found = [gradient(a) for a in inputs], [None] * 4
    start = threading.Barrier(4)

    def work(i):
        start.wait()
        for _ in range(5):
            found[i] = gradient(inputs[i])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    check_same(found, expected, 0)


def test_a_step_costs_the_same_memory_however_many_there_are():
    layer = nn.LSTM(6, 8)

    def kept(length):
        node = layer(ag.ones(length, 2, 6))[0].node
        while len(node.parents) < 8:
            node = node.parents[0]
        arrays = [a for s in node.saved for a in (s if isinstance(s, tuple) else (s,)) if hasattr(a, "nbytes")]
        return sum(a.nbytes for a in arrays)

    assert kept(30) - kept(20) == kept(20) - kept(10) == 10 * 2 * (6 + 4 * 8 + 8 + 8) * 4
