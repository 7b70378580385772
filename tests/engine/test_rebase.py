"""What a change of a memory means for its views, to the second order, in every layout of base and view."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.engine.rebase import layout_of, overwritten, part_of, spread
from autograd_engine.testing import gradcheck, gradgradcheck

VIEWS = {
    "whole": lambda y: y.view(-1),
    "row": lambda y: y[1],
    "column": lambda y: y[:, 1:2],
    "reversed": lambda y: y[::-1, ::2],
    "transpose": lambda y: y.T,
    "diagonal": lambda y: y.diagonal(),
    "windows": lambda y: y.unfold(1, 2, 1),
    "expanded": lambda y: y.unsqueeze(0).expand(2, 3, 4),
}


def leaf(*shape):
    return ag.tensor(np.random.default_rng(0).uniform(0.5, 1.5, shape), requires_grad=True)


@pytest.mark.parametrize("take", VIEWS.values(), ids=VIEWS)
@pytest.mark.parametrize("base", [lambda x: x * x, lambda x: (x * x).T.contiguous().T], ids=["rows", "columns"])
def test_a_view_of_a_base_that_is_changed(take, base):
    def f(x):
        y = base(x)
        if y.is_contiguous() or take is not VIEWS["whole"]:
            view = take(y)
        else:
            view = take(y.T)
        y.mul_(x)
        return (view * view).sum()

    assert gradcheck(f, [leaf(3, 4)])
    assert gradgradcheck(f, [leaf(3, 4)])


@pytest.mark.parametrize("name", ["row", "column", "reversed", "transpose", "diagonal"])
def test_a_base_of_a_view_that_is_changed(name):
    def f(x):
        y = x * x
        view = VIEWS[name](y)
        view.mul_(VIEWS[name](x).sin() + view * 2)
        return (y * y).sum()

    assert gradcheck(f, [leaf(3, 4)])
    assert gradgradcheck(f, [leaf(3, 4)])


@pytest.mark.parametrize("take", VIEWS.values(), ids=VIEWS)
def test_the_primitives_by_themselves(take):
    x = leaf(3, 4)
    layout = layout_of(x.array, take(x.detach()).array)
    value = leaf(*layout.shape)
    for check in (gradcheck, gradgradcheck):
        assert check(lambda x: part_of(x, layout=layout), [x])
        assert check(lambda v: spread(v, layout=layout, shape=(3, 4)), [value])
        if layout.distinct:
            assert check(lambda x, v: overwritten(x, v, layout=layout), [x, value])


@pytest.mark.parametrize("take", VIEWS.values(), ids=VIEWS)
@pytest.mark.parametrize("shape", [(3, 4), (4, 3), (1, 4), (0, 3)])
def test_a_layout_knows_whether_elements_are_the_same(take, shape):
    if shape[0] < 2 and take is VIEWS["row"]:
        return
    places = ag.arange(shape[0] * shape[1]).reshape(shape)
    view = take(places) if take is not VIEWS["expanded"] else places.unsqueeze(0).expand(2, *shape)
    layout = layout_of(places.array, view.array)
    if view.numel():
        assert layout.distinct == (np.unique(view.array).size == view.array.size)
    assert layout.shape == view.shape
