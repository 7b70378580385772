"""The strategies reach the edges they are for, and the ways to lay out memory are what they say."""

import sys

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

import autograd_engine as ag
from autograd_engine.testing import arrays, broadcastable_shapes, indices, shapes, tensors
from autograd_engine.testing.strategies import LAYOUTS, lay_out

from ..messages import exactly

MANY = settings(max_examples=1000, database=None, derandomize=True)
FEW = settings(MANY, max_examples=200)  # to find nothing takes as long as all of them


def reaches(strategy, *conditions):
    """Whether the strategy draws an example of each condition."""
    for condition in conditions:
        find(strategy, condition, settings=MANY)


def test_shapes():
    reaches(
        shapes(), lambda s: s == (), lambda s: 0 in s, lambda s: 1 in s, lambda s: len(s) == 3, lambda s: 3 in s
    )
    with pytest.raises(NoSuchExample):
        find(shapes(min_side=1), lambda s: 0 in s, settings=MANY)


@given(broadcastable_shapes(3))
def test_broadcastable_shapes_broadcast(drawn):
    assert len(drawn) == 3
    np.broadcast_shapes(*drawn)


def test_broadcastable_shapes_differ():
    reaches(
        broadcastable_shapes(),
        lambda s: len(s[0]) < len(s[1]),
        lambda s: 1 in s[0] and len(s[0]) == len(s[1]) and s[0] != s[1],
        lambda s: 0 in s[0],
        lambda s: len(s[0]) == 3,
    )
    with pytest.raises(NoSuchExample):
        find(broadcastable_shapes(max_dims=1), lambda s: len(s[0]) > 1 or len(s[1]) > 1, settings=MANY)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(), (1,), (0, 3), (2, 3), (2, 3, 4)])
def test_lay_out_keeps_values_and_is_writeable(layout, shape):
    values = np.arange(float(np.prod(shape))).reshape(shape)
    laid = lay_out(values, layout)
    assert np.array_equal(laid, values)
    assert laid.shape == shape
    assert laid.flags.writeable
    assert not np.shares_memory(laid, values)


def test_layouts_are_what_they_say():
    values = np.zeros((2, 3))
    assert lay_out(values, "contiguous").flags.c_contiguous
    assert lay_out(values, "transposed").strides == (8, 16)
    assert lay_out(values, "strided").strides == (96, 16)
    assert lay_out(values, "reversed").strides == (-24, -8)
    assert lay_out(values, "shifted").strides == (32, 8)
    with pytest.raises(ValueError, match=exactly(f"lay_out: no layout 'diagonal'; there are {', '.join(LAYOUTS)}")):
        lay_out(values, "diagonal")


@given(arrays(domain=(0.5, 0.75)))
def test_arrays_lie_in_their_domain_and_have_no_ties(array):
    assert array.dtype == np.float64
    assert np.all((array > 0.5) & (array < 0.75))
    distances = np.diff(np.sort(array.ravel()))
    assert distances.size == 0 or distances.min() > 2e-6


@given(arrays(st.just((3,)), dtype=np.float32))
def test_arrays_of_a_drawn_shape_and_given_dtype(array):
    assert array.shape == (3,)
    assert array.dtype == np.float32


def test_arrays_reach_their_edges():
    reaches(
        arrays(),
        lambda a: a.shape == (),
        lambda a: 0 in a.shape,
        lambda a: a.size > 1 and not a.flags.c_contiguous,
        lambda a: any(s < 0 for s in a.strides),
    )
    reaches(arrays((3,), ties=True), lambda a: len(set(a.tolist())) == 1, lambda a: len(set(a.tolist())) == 3)


@given(tensors(requires_grad=False), tensors((2,)))
def test_tensors(constant, leaf):
    assert isinstance(constant, ag.Tensor)
    assert not constant.requires_grad
    assert leaf.requires_grad
    assert leaf.is_leaf
    assert leaf.shape == (2,)


@pytest.mark.parametrize("kind", ["basic", "integer", "mask", "mixed", None])
def test_indices_are_valid_and_indexing_has_the_right_gradient(kind):
    """The index as a matrix: the gradient counts how often each element was read."""

    @given(indices((2, 3), kind))
    def holds(index):
        x = ag.tensor(np.arange(6.0).reshape(2, 3), requires_grad=True)
        read = x[index]
        positions = np.arange(6).reshape(2, 3)[index]
        assert np.array_equal(read.array, x.array.ravel()[positions])
        weights = np.linspace(1, 2, positions.size).reshape(positions.shape)
        read.backward(ag.tensor(weights))
        expected = np.bincount(positions.ravel(), weights.ravel(), minlength=6).reshape(2, 3)
        np.testing.assert_allclose(x.grad.array, expected)

    settings(max_examples=60)(holds)()


def test_indices_reach_their_edges():
    reaches(
        indices((2, 3)),
        lambda i: isinstance(i, np.ndarray) and i.dtype == np.bool_ and i.any() and not i.all(),
        lambda i: isinstance(i, tuple) and any(x is None for x in i),
        lambda i: isinstance(i, tuple) and any(isinstance(x, slice) and (x.step or 1) < 0 for x in i),
        lambda i: isinstance(i, tuple) and any(isinstance(x, np.ndarray) and (x < 0).any() for x in i),
        lambda i: isinstance(i, tuple) and any(isinstance(x, np.ndarray) and len(set(x.flat)) < x.size for x in i),
    )
    reaches(indices(()), lambda i: isinstance(i, tuple) and not i)
    cube = np.zeros((1, 1, 1))
    reaches(indices(cube.shape, "basic"), lambda i: cube[i].ndim == 0, lambda i: cube[i].ndim == 4)
    with pytest.raises(NoSuchExample):
        find(indices(cube.shape, "basic"), lambda i: cube[i].ndim > 4, settings=FEW)
    reaches(indices((0, 3)), lambda i: isinstance(i, np.ndarray))


def test_indices_refuse_what_cannot_be():
    with pytest.raises(ValueError, match=exactly("indices: no integer index into an array of shape (0, 3)...")):
        find(indices((0, 3), "integer"), lambda i: True, settings=MANY)
    with pytest.raises(
        ValueError, match=exactly("indices: kind must be 'basic', 'integer', 'mask' or 'mixed', not 'fancy'...")
    ):
        find(indices((2, 3), "fancy"), lambda i: True, settings=MANY)


def test_without_hypothesis_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(ImportError, match=r'pip install "autograd_engine\[test\]"'):
        shapes()


@pytest.mark.slow
def test_values_reach_both_ends_of_the_default_domain_and_stay_inside():
    for reached in (lambda x: x.size and x.min() < -1.5, lambda x: x.size and x.max() > 1.5):
        find(arrays(), reached, settings=MANY)
    with pytest.raises(NoSuchExample):
        find(arrays(), lambda x: x.size and np.abs(x).max() >= 2, settings=MANY)
