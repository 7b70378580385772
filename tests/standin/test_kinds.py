"""What the stand-in refuses, what the kinds of arrays do alike, and tensors of an array that is not NumPy's."""

import copy
import pickle

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.backend.checks import are_checked, checking_values
from autograd_engine.backend.kinds import is_array, kind_of, numpy_kind
from autograd_engine.func import hessian, jacobian, jvp, vjp
from autograd_engine.nn import functional as F

from . import Library, StandIn, counts
from .comparison import check_same, on_device, on_host

MAKERS = (on_host, on_device)
DEVICE = kind_of(StandIn(np.zeros(1)))


def array(*values, dtype=np.float64):
    return StandIn(np.array(values, dtype))


# ------------------------------------------------------------------------- the stand-in is a strict one


@pytest.mark.parametrize(
    "call",
    [
        np.asarray,
        np.array,
        lambda x: x + np.ones(2),
        lambda x: np.ones(2) * x,
        lambda x: np.concatenate([x, np.ones(2)]),
        lambda x: np.add(x, x, out=np.ones(2)),
        lambda x: x[np.array([0])],
        lambda x: x[[0]],
        lambda x: x.__setitem__(0, np.ones(())),
        np.maximum.reduce,
        np.maximum.accumulate,
        lambda x: np.add.reduce(x, initial=1.0),
        lambda x: np.vecdot(x, x),
        lambda x: np.count_nonzero(x, keepdims=True),
        lambda x: np.max(x, initial=0),
        lambda x: np.multiply.at(x, StandIn(np.array([0])), 2.0),
        lambda x: np.linalg.svdvals(x[None]),
        np.spacing,
    ],
)
def test_what_cupy_refuses_is_refused(call):
    with pytest.raises(TypeError):
        call(array(1.0, 2.0))


def test_what_cupy_does_is_done():
    x = array(1.0, 2.0)
    view = x.reshape(2, 1)[0]
    assert view.base is x
    assert (x + x).base is None
    view[0] = 5.0
    counts.clear()
    assert x.get().tolist() == [5, 2]
    assert isinstance(x.sum(), StandIn)
    assert x.sum().shape == ()
    assert float(x.sum()) == 7
    assert counts.reads == 2
    assert np.isnan(Library.empty(2).get()).all()
    assert not hasattr(x.flags, "writeable")
    assert (x * np.float64(2)).get().tolist() == [10, 4]


# ----------------------------------------------------------------------------- what the kinds do alike


def same(found, expected):
    assert isinstance(found, StandIn)
    np.testing.assert_allclose(found.get(), expected)


@pytest.mark.parametrize("shape", [(5,), (1,), (3, 4), (2, 0), (0, 3)])
@pytest.mark.parametrize("combine", [np.maximum, np.minimum, np.logaddexp, np.logical_and])
def test_accumulations(combine, shape):
    x = np.random.default_rng(0).normal(size=shape).round(1)
    x = x > -1 if combine is np.logical_and else x
    for axis in range(-len(shape), len(shape)):
        same(DEVICE.accumulate(combine, StandIn(x), axis), numpy_kind.accumulate(combine, x, axis))


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1), ()])
@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize("shape", [(2, 3), (0, 3), (2, 0)])
def test_the_largest_and_at_least(shape, keepdims, axis):
    x = np.random.default_rng(0).normal(size=shape)
    for initial in (-np.inf, 0.5):
        same(DEVICE.largest(StandIn(x), axis, keepdims, initial), numpy_kind.largest(x, axis, keepdims, initial))


@pytest.mark.parametrize("count", [0, 1, 7, 50])
def test_products_at_places(count):
    random = np.random.default_rng(0)
    places, factors = random.integers(0, 4, count), random.uniform(0.5, 2.0, count)
    results = []
    for kind, make in ((numpy_kind, np.array), (DEVICE, StandIn)):
        x = make(np.arange(1.0, 6.0))
        kind.multiply_at(x, make(places), make(factors))
        results.append(x)
    same(results[1], results[0])


def test_segments_and_repetitions():
    x, first = np.random.default_rng(0).normal(size=(6, 2)), np.array([0, 1, 4])
    for combine in (np.maximum, np.minimum):
        found = DEVICE.reduceat(combine, StandIn(x), StandIn(first))
        same(found, numpy_kind.reduceat(combine, x, first))
    for times in ([2, 0, 3], [0, 0, 0], [1, 1, 1]):
        same(DEVICE.repeat(StandIn(first), StandIn(np.array(times))), np.repeat(first, times))
    same(DEVICE.vecdot(StandIn(x), StandIn(x)), numpy_kind.vecdot(x, x))


def test_what_may_be_written():
    x = StandIn(np.ones((2, 1)))
    spread = np.broadcast_to(x, (2, 3))
    for array, expected in ((x, True), (spread, False), (StandIn(np.ones((2, 0))), True), (spread[:, :1], True)):
        assert DEVICE.is_writable(array) is expected


def test_what_is_an_array():
    assert is_array(array(1.0))
    assert is_array(np.ones(2))
    assert is_array(np.float32(1))
    assert not is_array([1.0])
    assert not is_array(1.0)
    assert kind_of(1.0) is kind_of(np.float32(1)) is numpy_kind


# ----------------------------------------------------------------------------------- tensors of them


def test_a_tensor_of_a_raw_array():
    x = array(1.0, 2.0)
    shared, copied, made = ag.as_tensor(x), ag.tensor(x), ag.Tensor(x)
    x[0] = 7.0
    assert shared.tolist() == [7, 2]
    assert copied.tolist() == [1, 2]
    assert made.dtype == np.float32
    assert repr(shared) == "tensor([7., 2.], device='cuda:0', dtype=float64)"
    assert repr(ag.as_tensor(array(3.0)[0])) == "tensor(3., device='cuda:0', dtype=float64)"
    assert shared.data_ptr() == x.data.ptr
    assert shared.item if shared.numel() == 1 else shared.sum().item() == 9
    with pytest.raises(
        TypeError, match=r"numpy\(\) on a tensor on cuda:0; copy it to the host first: x.cpu\(\).numpy\(\)"
    ):
        shared.numpy()
    for mixed in (lambda: ag.where(shared > 0, shared, ag.ones(2)), lambda: shared + ag.ones(2)):
        with pytest.raises(RuntimeError, match="found at least two devices, cuda:0 and cpu"):
            mixed()


def test_numbers_of_the_host_and_arrays_of_one_element_do_not_widen():
    x = ag.as_tensor(array(1.0, 2.0, dtype=np.float32))
    for other in (2.0, ag.tensor(2.0, dtype=np.float64), ag.as_tensor(StandIn(np.array(2.0)))):
        assert (x * other).dtype == np.float32
        assert (other * x).tolist() == [2, 4]
    assert isinstance(x.sum().array, StandIn)


@pytest.mark.parametrize("name", ["zeros_like", "ones_like", "empty_like", "rand_like", "randn_like"])
def test_new_tensors_lie_where_the_old_one_does(name):
    x = ag.as_tensor(array(1.0, 2.0))
    made = getattr(ag, name)(x)
    assert isinstance(made.array, StandIn)
    assert (made.shape, made.dtype) == (x.shape, x.dtype)


def test_more_new_tensors():
    x = ag.as_tensor(array(1.0, 2.0))
    for made in (
        ag.full_like(x, 3.0), ag.randint_like(x, 3), x.new_zeros(2), x.new_full((2,), 1.0), x.new_tensor(x),
        x.clone().normal_(), x.clone().uniform_(), x.clone().fill_(2.0), x.bernoulli(0.5), x.multinomial(2),
    ):  # fmt: skip
        assert isinstance(made.array, StandIn)
        assert made.shape == (2,)
    one, other = (
        F.dropout(ag.ones_like(x).expand(50, 2), 0.5, generator=ag.Generator().manual_seed(3)) for _ in "ab"
    )
    assert one.tolist() == other.tolist()
    assert 0 in one.tolist()[0] + one.tolist()[1] + one.tolist()[2]


def test_a_generator_that_has_drawn_on_a_device_copies_and_starts_again_from_its_seed():
    generator = ag.Generator().manual_seed(5)
    x = on_device(np.ones(8))
    first = F.dropout(x, generator=generator).tolist()
    assert F.dropout(x, generator=generator).tolist() != first
    assert F.dropout(x, generator=pickle.loads(pickle.dumps(generator))).tolist() == first
    assert F.dropout(x, generator=generator.manual_seed(5)).tolist() == first


def test_gradients_belong_to_nobody_else():
    x = on_device([1.0, 2.0]).requires_grad_()
    y = on_device([3.0, 4.0]).requires_grad_()
    cotangent = on_device([1.0, 1.0])
    (x + y).backward(cotangent)
    x.grad.array[0] = 9.0
    assert y.grad.tolist() == [1, 1]
    assert cotangent.tolist() == [1, 1]
    (x[:1] * x[1:]).sum().backward()
    assert x.grad.tolist() == [11, 2]
    (x.sum() * 2).backward()
    assert x.grad.tolist() == [13, 4]


def changed_in_place(make):
    x = make([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).requires_grad_()
    y = x * 2
    row, column = y[0], y[:, 1]
    row.mul_(3)
    y[1, 2] = 7.0
    column.add_(make([10.0, 20.0]))
    y[make(np.array([True, False]))] = 0.5
    (y * y).sum().backward()
    return [y.detach(), row.detach(), column.detach(), x.grad]


def test_changes_in_place_show_in_all_views():
    expected, found = map(changed_in_place, MAKERS)
    check_same(found, expected, np.float64)


def test_a_change_of_what_was_saved_is_noticed():
    x = on_device([1.0, 2.0]).requires_grad_()
    y = x * 1
    z = y.exp()
    z_squared = z * z
    with ag.no_grad():
        z.zero_()
    with pytest.raises(RuntimeError, match="changed in place since"):
        z_squared.sum().backward()
    with pytest.raises(RuntimeError, match="read-only tensor"), ag.no_grad():
        on_device([1.0]).expand(3).add_(1)


def test_copies_and_pickles():
    model = nn.Linear(2, 2)
    model.weight.data = on_device(model.weight.detach().numpy())
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert isinstance(twin.weight.array, StandIn)
        assert twin.weight.tolist() == model.weight.tolist()
        assert twin.weight.array is not model.weight.array


def transforms(make):
    x, v = make([0.5, 1.5, 2.0]), make([1.0, 0.0, 2.0])

    def function(x):
        return (x.exp() * x[0]).sum()

    value, pull = vjp(lambda x: x * x, x)
    return [
        value, *pull(v), *jvp(lambda x: x.sin() * 2, x, v), jacobian(lambda x: x.cumsum(0))(x), hessian(function)(x)
    ]  # fmt: skip


def test_functional_transforms():
    expected, found = map(transforms, MAKERS)
    check_same(found, expected, np.float64)


# ------------------------------------------------------------------------------- when values are checked


def test_values_are_checked_at_once_on_the_host_and_on_request_on_a_device():
    scores, target = on_device(np.zeros((2, 3))), on_device(np.array([0, 5]))
    assert are_checked(np.ones(2))
    assert not are_checked(target.array)
    calls = [
        (IndexError, lambda: F.cross_entropy(scores, target)),
        (IndexError, lambda: scores.gather(1, target.reshape(2, 1))),
        (IndexError, lambda: ag.index_select(scores, 0, target)),
        (IndexError, lambda: F.embedding(target, scores)),
        (ValueError, lambda: F.one_hot(target, 3)),
        (ValueError, lambda: F.poisson_nll_loss(scores, scores - 1)),
        (ValueError, lambda: F.hinge_loss(scores, scores)),
        (ValueError, lambda: ag.quantile(scores, 2.0)),
    ]
    for error, wrong in calls:
        counts.clear()
        wrong()
        assert not counts.reads
        with pytest.raises(error), checking_values():
            wrong()
        with pytest.raises(error), ag.autograd.detect_anomaly():
            wrong()
    assert not are_checked(target.array)
