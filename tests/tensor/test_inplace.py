"""In-place changes: what is written, what is recorded, and what backward refuses to trust."""

import numpy as np
import pytest

import autograd_engine as ag

from ..messages import exactly


def leaf(values):
    return ag.tensor(np.array(values, np.float64), requires_grad=True)


def test_a_leaf_that_requires_grad_refuses_while_recording():
    x = leaf([1.0, 2.0])
    for change in (lambda: x.add_(1.0), lambda: x.__setitem__(0, 5.0), lambda: x.zero_()):
        with pytest.raises(RuntimeError, match=r"a leaf that requires gradients.*no_grad\(\).*clone\(\)"):
            change()
    np.testing.assert_array_equal(x.detach().numpy(), [1.0, 2.0])


def test_under_no_grad_a_leaf_is_written_and_stays_a_leaf():
    x = leaf([1.0, 2.0])
    memory = x.array
    with ag.no_grad():
        x -= 0.5
        x[1] = 7.0
    assert x.array is memory
    assert x.is_leaf
    assert x.requires_grad
    np.testing.assert_array_equal(memory, [0.5, 7.0])
    assert x._version == 2


@pytest.mark.parametrize(
    "alias", [lambda x: x.detach(), lambda x: x.view(2), lambda x: x[:1].detach(), lambda x: x]
)
def test_a_saved_array_changed_since_is_reported(alias):
    x = leaf([1.0, 2.0])
    y = (x * x).sum()
    with ag.no_grad():
        alias(x)[0] = 5.0
    message = exactly(
        "mul saved an array of shape (2,) for its derivative, and the array was changed in "
        "place since (now at version 1); change a clone() instead, or make the change after "
        "backward"
    )
    with pytest.raises(RuntimeError, match=message):
        y.backward()
    assert x.grad is None


def test_a_constant_changed_since_is_reported_too():
    x, c = leaf([1.0, 2.0]), ag.ones(2, dtype=ag.float64)
    y = (x * c).sum()
    c.mul_(3.0)
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "mul saved an array of shape (2,) for its derivative, and the array was changed in "
            "place since (now at version 1); change a clone() instead, or make the change after "
            "backward"
        ),
    ):
        y.backward()


def test_create_graph_checks_as_well():
    x = leaf([1.0, 2.0])
    y = (x * x).sum()
    with ag.no_grad():
        x.zero_()
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "mul saved an array of shape (2,) for its derivative, and the array was changed in "
            "place since (now at version 1); change a clone() instead, or make the change after "
            "backward"
        ),
    ):
        ag.grad(y, x, create_graph=True)


def test_what_no_rule_saved_may_change():
    x, c = leaf([1.0, 2.0]), ag.ones(2, dtype=ag.float64)
    y = (x + c).sum()
    c.zero_()
    y.backward()
    np.testing.assert_array_equal(x.grad.numpy(), [1.0, 1.0])


def test_a_change_before_recording_is_no_concern():
    x, c = leaf([1.0, 2.0]), ag.ones(2, dtype=ag.float64)
    c.mul_(3.0)
    (x * c).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [3.0, 3.0])


def test_versions_die_with_their_memory():
    from autograd_engine.engine import writes

    known = len(writes._writes)
    c = ag.ones(4)
    c.add_(1)
    assert len(writes._writes) == known + 1
    del c
    assert len(writes._writes) == known


def test_a_recorded_change_gives_a_new_array_and_leaves_what_others_saved():
    x = leaf([1.0, 2.0])
    h = x * 1.0
    y = h * h
    h.mul_(10.0)
    h[0] = x[1] * 3.0
    (y.sum() + h.sum()).backward()
    np.testing.assert_array_equal(x.grad.numpy(), [2.0 + 0.0, 4.0 + 10.0 + 3.0])


def test_augmented_assignment_is_recorded():
    x = leaf(2.0)
    y = x * x
    y += x
    y *= 3
    y -= 1
    y /= 2
    y **= 2
    y.backward()
    value = (3 * (4 + 2) - 1) / 2
    assert y.item() == value**2
    assert x.grad.item() == pytest.approx(2 * value * 3 * 5 / 2)


def test_writing_into_a_constant_records_it():
    w = leaf(3.0)
    buffer = ag.zeros(3, dtype=ag.float64)
    buffer[1] = w * 2
    buffer[2] = w
    (buffer * ag.tensor([1.0, 10.0, 100.0], dtype=ag.float64)).sum().backward()
    assert w.grad.item() == 120.0


def test_setitem_takes_every_kind_of_index_and_broadcasts():
    x = leaf(np.arange(12.0).reshape(3, 4))
    v = leaf([[1.0]])
    h = x * 1.0
    h[[0, 2], 1:3] = v
    (h * h).sum().backward()
    expected = 2 * np.arange(12.0).reshape(3, 4)
    expected[[0, 2], 1:3] = 0
    np.testing.assert_array_equal(x.grad.numpy(), expected)
    np.testing.assert_array_equal(v.grad.numpy(), [[8.0]])


def test_a_view_whose_base_is_gone_is_no_longer_a_view():
    w = leaf(3.0)
    only = ag.zeros(4, dtype=ag.float64).reshape(2, 2)
    only.add_(w)
    only.sum().backward()
    assert w.grad.item() == 4.0


def test_views_share_memory_and_version():
    x = ag.zeros(2, 3)
    row = x[0]
    row[...] = 5.0
    element = x[1, 2]
    element.fill_(7.0)
    for i, part in enumerate(x.unbind(0)):
        part[0] = i + 5 * (i == 0)
    np.testing.assert_array_equal(x.numpy(), [[5, 5, 5], [1, 0, 7]])
    assert x._version == row._version == element._version == 4


def test_a_scalar_and_its_aliases_share_memory():
    x = ag.tensor(1.0, requires_grad=True)
    with ag.no_grad():
        x.detach().add_(1.0)
        x.data.mul_(10.0)
        x.data -= 3.0
    assert x.item() == 17.0
    assert x.numpy is not None
    array = x.detach().numpy()
    array[...] = 4.0
    assert x.item() == 4.0


def test_read_only_memory_is_refused():
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "in-place change of a read-only tensor: several elements share one memory location "
            "(expand()), or the NumPy array behind it is read-only; change a clone()"
        ),
    ):
        ag.zeros(1).expand(3)[0] = 1.0


def test_results_that_do_not_fit_are_refused():
    message = r"add_: the result has shape \(2, 3\), which does not fit in place of \(3,\)"
    with pytest.raises(RuntimeError, match=message):
        ag.zeros(3).add_(ag.zeros(2, 3))
    with pytest.raises(RuntimeError, match="div_: a result of dtype float32 cannot be stored in int64"):
        ag.ones(3, dtype=ag.int64).div_(2)
    with pytest.raises(
        RuntimeError, match=exactly("setitem: cannot record a gradient through a tensor of dtype int64")
    ):
        ag.ones(3, dtype=ag.int64)[0] = leaf(1.0)


def test_the_dtype_of_the_target_wins():
    x = ag.ones(2)
    x.add_(ag.ones(2, dtype=ag.float64))
    x += np.float64(1)
    assert x.dtype == ag.float32
    w = leaf(2.0)
    x.mul_(w)
    assert x.dtype == ag.float32
    x.sum().backward()
    assert w.grad.item() == 6.0
    assert w.grad.dtype == ag.float64


def test_detach_underscore_forgets():
    x = leaf(2.0)
    y = x * x
    y.detach_()
    assert y.is_leaf
    assert not y.requires_grad


def test_assigning_data_replaces_without_recording():
    x = leaf([1.0, 2.0])
    y = (x * x).sum()
    x.data = ag.tensor([10.0, 20.0], dtype=ag.float64)
    y.backward()
    np.testing.assert_array_equal(x.grad.numpy(), [2.0, 4.0])
    with pytest.raises(
        RuntimeError, match=exactly("data of dtype int64 given to a tensor that requires gradients")
    ):
        x.data = ag.tensor([1, 2])


def test_integers_come_before_index_arrays():
    """As in PyTorch: x[0, :, [1, 2]] has the shape of x[0][:, [1, 2]]; NumPy puts the array first."""
    x = leaf(np.arange(24.0).reshape(2, 3, 4))
    assert x[0, :, [1, 2]].shape == (3, 2)
    with ag.no_grad():
        x[1, :, [0, 3]] = ag.zeros(3, 2)
    np.testing.assert_array_equal(x.detach().numpy()[1][:, [0, 3]], np.zeros((3, 2)))
    h, v = x * 1.0, leaf(np.ones((3, 2)))
    h[0, :, [1, 2]] = v * 2
    (h * h).sum().backward()
    np.testing.assert_array_equal(v.grad.numpy(), np.full((3, 2), 8.0))
    assert x.grad.detach().numpy()[0][:, [1, 2]].sum() == 0
