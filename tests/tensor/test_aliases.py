"""Aliases: a change of one tensor shows in all that look into its memory, in values and in derivatives.

Each case is a program for PyTorch and for us alike, with the numbers that PyTorch 2.13 gives.
"""

import gc
import sys
import threading
import weakref

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.engine.order import reverse_topological

from ..messages import exactly


def leaf(t):
    return t.tensor([1.5, -2.5, 0.5], requires_grad=True)


def derivative(objective, x):
    objective.sum().backward()
    return x.grad.tolist()


def base_is_changed(t, take, change=lambda y: y.mul_(3)):
    """A view is taken, its base is changed, the view is used."""
    x = leaf(t)
    y = x * 2
    view = take(y)
    change(y)
    return view.tolist(), derivative(view, x)


def view_is_changed(t, take, change=lambda view: view.mul_(3)):
    """A view is taken and changed, its base is used."""
    x = leaf(t)
    y = x * 2
    change(take(y))
    return y.tolist(), derivative(y, x)


def detached(t):
    x = leaf(t)
    y = x * 2
    alias, data, array = y.detach(), y.data, y.detach().numpy()
    y.mul_(3)
    return alias.tolist(), data.tolist(), array.tolist(), alias.requires_grad, derivative(y, x)


def detached_is_changed(t):
    x, w = leaf(t), leaf(t)
    y = x * 2
    alias = y.detach()
    alias.mul_(w)
    return y.tolist(), derivative(alias, w), derivative(y, x)


def constant_base(t):
    x, z = leaf(t), t.ones(3)
    view, part = z.view(3), z[:2]
    z.mul_(x)
    return view.tolist(), view.requires_grad, derivative(part, x)


def constant_base_by_its_part(t):
    x, z = leaf(t), t.ones(3)
    part = z[:2]
    part.mul_(x[:2])
    return z.tolist(), derivative(z, x)


def overlapping_parts(t):
    x = leaf(t)
    y = x * 2
    first, second = y[:2], y[1:]
    first.mul_(3)
    return second.tolist(), derivative(second, x)


def rows_of_a_transpose(t):
    x = t.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = x * 2
    y.t()[0] *= 5
    return y.tolist(), derivative(y, x)


def windows(t):
    x = leaf(t)
    y = x * 2
    view = y.unfold(0, 2, 1)
    y.mul_(x)
    return view.tolist(), derivative(view, x)


def diagonal(t):
    x = t.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = x * x
    y.diagonal().mul_(10)
    return y.tolist(), derivative(y, x)


def element_by_element(t):
    x, out = leaf(t), t.zeros(3)
    for i in range(3):
        out[i] += x[i] * 2
    return out.tolist(), derivative(out, x)


def one_element_from_another(t):
    x = leaf(t)
    y = x * 2
    y[0] += y[1]
    y[1] *= 3
    return y.tolist(), derivative(y, x)


def recurrence(t):
    x, h = leaf(t), t.zeros(4)
    h[0] = x[0]
    for step in range(1, 4):
        h[step] = t.tanh(h[step - 1]) + x[1]
    return derivative(h, x)


def setitem_of_the_base(t):
    x = leaf(t)
    y = x * 2
    view = y[1:]
    y[0] = 7.0
    y[2] = x[0]
    return view.tolist(), derivative(view, x)


def setitem_by_an_index_array(t):
    x = leaf(t)
    y = x * 2
    view = y.view(3, 1)
    y[t.tensor([2, 0])] = x[:2] * 10
    return view.tolist(), derivative(view, x)


def out_of_numpy(t):
    array = np.ones(3, np.float32)
    t.from_numpy(array).mul_(leaf(t))
    return array.tolist()


def parameter(t):
    source, x = t.ones(3), leaf(t)
    weight = t.nn.Parameter(source, requires_grad=False)
    source.mul_(x)
    return weight.tolist(), weight.requires_grad, derivative(source, x)


def zero_dimensions(t):
    x = t.tensor(2.0, requires_grad=True)
    total = x * 1
    view = total.view(1)
    total += x * x
    return view.tolist(), derivative(view, x)


def data_does_not_count(t):
    w = leaf(t)
    y = (w * w).sum()
    w.data.fill_(5.0)
    return derivative(y, w)


def retained(t):
    x = leaf(t)
    y = x * 2
    view = y.view(3)
    view.retain_grad()
    y.mul_(3)
    (view * view).sum().backward()
    return view.grad.tolist(), x.grad.tolist()


def hooked(t):
    x, seen = leaf(t), []
    y = x * 2
    y.register_hook(lambda g: seen.append(g.tolist()))
    view = y.view(3)
    y.mul_(3)
    return derivative(view, x), seen


def changed_twice(t):
    x = leaf(t)
    y = x * 2
    view, part = y.view(3, 1), y[1:]
    y.mul_(3)
    view.add_(1)
    part.mul_(x[1:])
    return view.tolist(), part.tolist(), derivative(y, x)


def under_no_grad(t):
    x = leaf(t)
    y = x * 2
    view = y.view(3)
    with t.no_grad():
        y.mul_(3)
    return view.tolist(), derivative(view, x)


CASES = {
    "view": (lambda t: base_is_changed(t, lambda y: y.view(3)), ([9, -15, 3], [6, 6, 6])),
    "view of a view": (lambda t: base_is_changed(t, lambda y: y.view(3).view(3, 1)), ([[9], [-15], [3]], [6] * 3)),
    "slice": (lambda t: base_is_changed(t, lambda y: y[1:]), ([-15, 3], [0, 6, 6])),
    "one element": (lambda t: base_is_changed(t, lambda y: y[1]), (-15, [0, 6, 0])),
    "expand": (lambda t: base_is_changed(t, lambda y: y.expand(2, 3)), ([[9, -15, 3]] * 2, [12, 12, 12])),
    "unsqueeze and T": (lambda t: base_is_changed(t, lambda y: y.unsqueeze(0).T), ([[9], [-15], [3]], [6] * 3)),
    "split": (lambda t: base_is_changed(t, lambda y: y.narrow(0, 1, 2)), ([-15, 3], [0, 6, 6])),
    "fill_": (lambda t: base_is_changed(t, lambda y: y.view(3), lambda y: y.fill_(2)), ([2, 2, 2], [0, 0, 0])),
    "floor_": (lambda t: base_is_changed(t, lambda y: y.view(3), lambda y: y.floor_()), ([3, -5, 1], [0, 0, 0])),
    "gt_": (lambda t: base_is_changed(t, lambda y: y.view(3), lambda y: y.gt_(0)), ([1, 0, 1], [0, 0, 0])),
    "the view is changed": (lambda t: view_is_changed(t, lambda y: y.view(3)), ([9, -15, 3], [6, 6, 6])),
    "a part is changed": (lambda t: view_is_changed(t, lambda y: y[:2]), ([9, -15, 1], [6, 6, 2])),
    "exp_ of a part": (
        lambda t: view_is_changed(t, lambda y: y[1:], lambda v: v.mul_(0).exp_()),
        ([3, 1, 1], [2, 0, 0]),
    ),
    "pow_ of a part": (
        lambda t: view_is_changed(t, lambda y: y[:2], lambda v: v.pow_(2)),
        ([9, 25, 1], [12, -20, 2]),
    ),
    "zero_ of a part": (lambda t: view_is_changed(t, lambda y: y[:2], lambda v: v.zero_()), ([0, 0, 1], [0, 0, 2])),
    "detached": (detached, ([9, -15, 3], [9, -15, 3], [9, -15, 3], False, [6, 6, 6])),
    "the detached is changed": (detached_is_changed, ([4.5, 12.5, 0.5], [3, -5, 1], [2, 2, 2])),
    "a constant receives a recorded value": (constant_base, ([1.5, -2.5, 0.5], True, [1, 1, 0])),
    "a part of a constant": (constant_base_by_its_part, ([1.5, -2.5, 1], [1, 1, 0])),
    "overlapping parts": (overlapping_parts, ([-15, 1], [0, 6, 2])),
    "a row of the transpose": (rows_of_a_transpose, ([[10, 4], [30, 8]], [[10, 2], [10, 2]])),
    "windows": (windows, ([[4.5, 12.5], [12.5, 0.5]], [6, -20, 2])),
    "the diagonal": (diagonal, ([[10, 4], [9, 160]], [[20, 4], [6, 80]])),
    "element by element": (element_by_element, ([3, -5, 1], [2, 2, 2])),
    "one element from another": (one_element_from_another, ([-2, -15, 1], [2, 8, 2])),
    "a recurrence": (recurrence, [1.208284, 3.156873, 0]),
    "setitem of the base": (setitem_of_the_base, ([-5, 1.5], [1, 2, 0])),
    "setitem by an index array": (setitem_by_an_index_array, ([[-25], [-5], [15]], [10, 12, 0])),
    "a NumPy array": (out_of_numpy, [1.5, -2.5, 0.5]),
    "a parameter": (parameter, ([1.5, -2.5, 0.5], False, [1, 1, 1])),
    "zero dimensions": (zero_dimensions, ([6], 5)),
    "data does not count": (data_does_not_count, [10, 10, 10]),
    "retain_grad": (retained, ([18, -30, 6], [108, -180, 36])),
    "a hook stays with what it was set on": (hooked, ([6, 6, 6], [[3, 3, 3]])),
    "changed twice": (changed_twice, ([[10], [35], [2]], [35, 2], [6, -29, 7])),
    "under no_grad": (under_no_grad, ([9, -15, 3], [2, 2, 2])),
}


def same(ours, expected):
    if isinstance(expected, (tuple, list)):
        assert len(ours) == len(expected)
        for mine, theirs in zip(ours, expected, strict=True):
            same(mine, theirs)
    else:
        assert ours == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("name", CASES)
def test_a_change_shows_in_all_aliases(name):
    program, expected = CASES[name]
    same(program(ag), expected)


@pytest.mark.parametrize("name", CASES)
def test_the_expected_numbers_are_those_of_pytorch(name):
    torch = pytest.importorskip("torch")
    program, expected = CASES[name]
    same(program(torch), expected)


# ------------------------------------------------------------------------------- refused, with a remedy


def test_a_view_of_a_leaf_is_refused_and_the_remedies_work():
    x = leaf(ag)
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "mul_: a view of a leaf that requires gradients cannot be changed in place while "
            "recording; do it under no_grad(), or change a clone()"
        ),
    ):
        x.view(3).mul_(2)
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "setitem: a view of a leaf that requires gradients cannot be changed in place while "
            "recording; do it under no_grad(), or change a clone()"
        ),
    ):
        x.view(3)[0] = 1.0
    with ag.no_grad():
        x.view(3).mul_(2)
    y = x.view(3).clone()
    y.mul_(2)
    assert x.tolist() == [3.0, -5.0, 1.0]
    assert derivative(y, x) == [2.0, 2.0, 2.0]


def test_a_view_taken_under_no_grad_is_refused_and_the_remedies_work():
    x = leaf(ag)
    y = x * 2
    with ag.no_grad():
        view = y.view(3)
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "mul_: this view was taken under no_grad(), so that a recorded change of it has no "
            "derivative; take the view again while recording, or make the change under no_grad() "
            "too"
        ),
    ):
        view.mul_(2)
    y.view(3).mul_(2)
    assert view.tolist() == [6.0, -10.0, 2.0]
    assert derivative(y, x) == [4.0, 4.0, 4.0]


def test_a_view_taken_under_no_grad_follows_its_base():
    x = leaf(ag)
    y = x * 2
    with ag.no_grad():
        view = y.view(3)
    y.mul_(3)
    assert view.tolist() == [9.0, -15.0, 3.0]
    assert derivative(view, x) == [6.0, 6.0, 6.0]


def test_what_a_graph_saved_of_a_shared_memory_is_out_of_date():
    x = leaf(ag)
    y = x * 2
    z, view = y * y, y.view(3)
    y.mul_(3)
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "mul saved an array of shape (3,) for its derivative, and the array was changed in "
            "place since (now at version 1); change a clone() instead, or make the change after "
            "backward"
        ),
    ):
        z.sum().backward()
    assert view.tolist() == [9.0, -15.0, 3.0]


def test_a_base_with_gaps_is_refused():
    x, every_other = leaf(ag), ag.from_numpy(np.zeros(6, np.float32)[::2])
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "a view of a tensor of shape (3,) and strides (8,), whose elements do not lie side by "
            "side, cannot be changed in place while recording; change a clone()"
        ),
    ):
        every_other[:2].mul_(x[:2])


@pytest.mark.parametrize("place", [0, slice(1, None), (slice(None), 0), ...])
def test_an_augmented_assignment_is_one_change(place):
    """`y[i] += v` is `y[i].add_(v)`, then an assignment of what is there already, which changes nothing."""
    graphs = []
    for augmented in (True, False):
        x = ag.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
        y = x * 2
        view = y.view(4)
        if augmented:
            y[place] += x[place]
        else:
            y[place].add_(x[place])
        nodes = reverse_topological([y.node])
        graphs.append((y._version, [node.name for node in nodes], view.tolist(), derivative(y, x)))
    assert graphs[0] == graphs[1]


@pytest.mark.parametrize("take", [lambda y: y.T, lambda y: y.flip(0).flip(0), lambda y: y.view(ag.int32)])
def test_an_assignment_of_the_same_memory_in_another_order_or_dtype(take):
    y = ag.tensor([[1.0, 2.0], [3.0, 4.0]])
    z = y.clone()
    y[...] = take(y)
    z[...] = take(z).clone()
    assert y.tolist() == z.tolist()
    w = ag.tensor(1.0, requires_grad=True)
    y, z = (ag.tensor([[1.0, 2.0], [3.0, 4.0]]) * w for _ in range(2))
    if take(y).dtype == y.dtype:
        y[...] = take(y)
        z[...] = take(z).clone()
        assert y.tolist() == z.tolist()


# ------------------------------------------------------------------------------- memory


def test_alone_a_recorded_change_leaves_what_others_saved():
    x = leaf(ag)
    y = x * 2
    z = y * y
    y.mul_(3)
    assert derivative(z, x) == [12.0, -20.0, 4.0]


def test_filling_step_by_step_writes_into_one_array():
    """Where no derivative needs the old numbers, and nobody else looks, an element is written without a copy."""
    w, h = leaf(ag), ag.zeros(50, 3)
    h[0] = w
    array = id(h.array)
    for step in range(1, 50):
        h[step] = ag.tanh(h[step - 1])
    assert id(h.array) == array
    h.sum().backward()
    assert w.grad is not None


def test_a_view_keeps_its_base_and_nothing_else_is_kept():
    gc.collect()
    gc.disable()
    try:
        x = leaf(ag)
        y = x * 2
        view, alias = y.view(3), y.detach()
        base = weakref.ref(y)
        del y
        assert base() is not None
        del view
        assert base() is None
        assert alias.tolist() == [3.0, -5.0, 1.0]
    finally:
        gc.enable()


def test_many_short_lived_views_leave_no_trace():
    x = ag.zeros(4)
    for _ in range(1000):
        x[1:].add_(1)
    assert len(x.memory.values) < 40


def in_threads(work, count=8):
    """Run `work` in threads that start together and give way to each other often."""
    start, errors, interval = threading.Barrier(count), [], sys.getswitchinterval()

    def run():
        start.wait()
        try:
            work()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not errors


def test_no_view_is_lost_when_threads_take_them_at_once():
    for _ in range(20):
        x = leaf(ag)
        y, views = x * 2, []
        in_threads(lambda y=y, views=views: views.extend(y.view(3) for _ in range(20)))
        y.mul_(3)
        assert all(v.memory is y.memory for v in views)
        assert sum(r() is not None for r in y.memory.values) == len(views) + 1
        assert derivative(views[-1], x) == [6.0, 6.0, 6.0]
