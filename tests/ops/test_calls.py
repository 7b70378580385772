"""Calls that PyTorch takes beside the usual ones, and sizes of 0 and 1: values and gradients are PyTorch's."""

import itertools

import numpy as np
import pytest

import autograd_engine as ag

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")


def outcome(m, function, shapes):
    """The results and the gradients of the sum of their squares."""
    random = np.random.default_rng(0)
    leaves = [m.tensor(random.uniform(1, 2, s), requires_grad=True) for s in shapes]
    results = function(m, *leaves)
    results = results if isinstance(results, tuple) else (results,)
    sum((r * r).sum() for r in results).backward()
    return [np.asarray(t) for t in (*(r.detach().numpy() for r in results), *(x.grad.numpy() for x in leaves))]


def check_same(function, *shapes):
    ours, theirs = outcome(ag, function, shapes), outcome(torch, function, shapes)
    for a, b in zip(ours, theirs, strict=True):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b)


# ------------------------------------------------------------------------------------- products

SMALL = [s for n in (1, 2, 3) for s in itertools.product((0, 1, 2), repeat=n)]
PRODUCTS = {
    "matmul": lambda m, a, b: m.matmul(a, b),
    "linear": lambda m, a, b: m.nn.functional.linear(a, b),
    "inner": lambda m, a, b: m.inner(a, b),
    "tensordot of 0": lambda m, a, b: m.tensordot(a, b, 0),
    "tensordot of 1": lambda m, a, b: m.tensordot(a, b, 1),
    "tensordot of 2": lambda m, a, b: m.tensordot(a, b, 2),
    "tensordot in pairs": lambda m, a, b: m.tensordot(a, b, ([0, -1], [-1, 0])),
    "einsum": lambda m, a, b: m.einsum("...ij,...jk->...ik", a, b),
    "einsum by number": lambda m, a, b: m.einsum(a, [..., 30, 2], b, [..., 2, 1], [..., 30, 1]),
}


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=PRODUCTS)
def test_products_of_sizes_0_and_1(product):
    taken = 0
    for shapes in itertools.product(SMALL, repeat=2):
        try:
            outcome(torch, product, shapes)
        except (RuntimeError, IndexError):
            continue
        taken += 1
        check_same(product, *shapes)
    assert taken > 20


def test_linear_with_one_row_for_a_weight():
    for leading in ((), (2,), (2, 3)):
        check_same(lambda m, x, w: m.nn.functional.linear(x, w), (*leading, 4), (4,))
    check_same(lambda m, x, w, b: m.nn.functional.linear(x, w, b), (4,), (4,), ())
    x, w = ag.ones(2, 3, dtype=ag.float64, requires_grad=True), ag.ones(3, dtype=ag.float64, requires_grad=True)
    assert ag.autograd.gradgradcheck(ag.nn.functional.linear, (x, w))


# --------------------------------------------------------------------------------------- einsum


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (lambda m, x: m.einsum(x, [1, 0]), [(2, 3)]),
        (lambda m, x: m.einsum(x, [0, 0]), [(3, 3)]),
        (lambda m, x, y: m.einsum(x, [0, 1], y, [1, 2], [0, 2]), [(2, 3), (3, 4)]),
        (lambda m, x, y: m.einsum(x, [27, 1], y, [1, 26]), [(2, 3), (3, 4)]),
        (lambda m, x, y: m.einsum(x, [..., 0], y, [0], [...]), [(2, 5, 3), (3,)]),
    ],
)
def test_einsum_with_numbered_dimensions(function, shapes):
    check_same(function, *shapes)


def test_einsum_by_number_takes_arrays_and_says_what_is_missing():
    assert isinstance(ag.einsum(np.ones((2, 3)), [0, 1], np.ones(3), [1], [0]), np.ndarray)
    with pytest.raises(
        TypeError, match=r"einsum: takes an equation first, or a list .*0 to 51 and \.\.\., not Tensor"
    ):
        ag.einsum(ag.ones(2), ag.ones(2))
    with pytest.raises(TypeError, match=r"einsum: .* not list"):
        ag.einsum(ag.ones(2), [52])


# --------------------------------------------------------------------------- variance, unbiased or not


@pytest.mark.parametrize("name", ["var", "std", "var_mean", "std_mean"])
@pytest.mark.parametrize("unbiased", [False, True])
def test_the_first_position_may_say_whether_a_variance_is_unbiased(name, unbiased):
    check_same(lambda m, x: getattr(m, name)(x, unbiased), (2, 3))
    if "mean" not in name:
        check_same(lambda m, x: getattr(x, name)(unbiased), (2, 3))


# ---------------------------------------------------------------------------------- joining nothing

JOINED = {
    "first": lambda m, a, b: m.cat([a, b]),
    "last, along dim 1": lambda m, a, b: m.cat([b, a], 1),
    "along dim -1": lambda m, a, b: m.cat([a, b, a], -1),
    "side by side": lambda m, a, b: m.hstack([a, b]),
}


@pytest.mark.parametrize("join", JOINED.values(), ids=JOINED)
def test_an_empty_vector_fits_beside_any_shape(join):
    check_same(join, (0,), (2, 3))
    check_same(join, (0,), (2, 3, 1))


def test_an_empty_vector_counts_for_the_dtype_and_nothing_else_fits():
    empty = ag.tensor([])
    assert (
        ag.cat([empty, ag.ones(2, 3).long()]).dtype
        == torch.cat([torch.tensor([]), torch.ones(2, 3).long()]).numpy().dtype
    )
    assert ag.cat([empty, empty]).shape == (0,)
    with pytest.raises(ValueError, match=r"cat: shapes \(0, 1\), \(2, 3\) do not fit together along dim 0"):
        ag.cat([ag.zeros(0, 1), ag.ones(2, 3)])


# ---------------------------------------------------------------------------------------- nothing to do


def test_no_differences_leave_the_tensor_alone():
    check_same(lambda m, x: m.diff(x, 0, append=m.zeros(2, 2)), (2, 3))


def test_rows_without_elements_have_distance_0():
    for p in (0.5, 1.0, 2.0, float("inf")):
        check_same(lambda m, x, y, p=p: m.cdist(x, y, p), (2, 0), (3, 0))


@pytest.mark.parametrize(
    "copied",
    [
        lambda x: x.repeat(2, 2),
        lambda x: x.tile(3),
        lambda x: x.repeat(0, 1),
        lambda x: ag.diag(x),
        lambda x: ag.nn.functional.channel_shuffle(x.reshape(0, 2, 2), 2),
    ],
)
def test_an_empty_copy_is_no_view(copied):
    assert copied(ag.zeros(0, 2, requires_grad=True)).mul_(2).numel() == 0


# ------------------------------------------------------------------------------ the bytes as another dtype


@pytest.mark.parametrize(
    ("dtype", "other", "shape"),
    [
        ("float32", "int32", (2,)),
        ("float64", "float32", (2, 3)),
        ("float16", "float32", (2, 4)),
        ("float32", "int32", ()),
        ("uint8", "bool", (3,)),
        ("float64", "uint8", (2, 0)),
    ],
)
def test_view_reads_the_bytes_as_another_dtype(dtype, other, shape):
    made = [m.ones(shape, dtype=getattr(m, dtype)) for m in (ag, torch)]
    ours, theirs = (x.view(getattr(m, other)) for m, x in zip((ag, torch), made, strict=True))
    assert ours.dtype == getattr(ag, other)
    np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_a_view_in_another_dtype_shares_the_memory_and_ends_the_gradient():
    x = ag.ones(2)
    bits = x.view(ag.int32)
    x.fill_(2.0)
    assert bits.tolist() == [1 << 30] * 2
    bits[0] = 0
    assert x.tolist() == [0.0, 2.0]
    recorded = ag.ones(2, requires_grad=True)
    assert not recorded.view(ag.float16).requires_grad
    assert recorded.view(np.float32).requires_grad
    y = recorded * 1
    seen = y.view(ag.int32)
    y.mul_(2)
    assert seen.tolist() == [1 << 30] * 2
    assert isinstance(ag.view(np.ones(2), np.int64), np.ndarray)


def test_a_view_in_another_dtype_needs_bytes_that_fit():
    with pytest.raises(
        ValueError, match=r"view: shape \(2, 3\) of float16 cannot be read as float32: .*use to\(dtype\)"
    ):
        ag.ones(2, 3).half().view(ag.float32)
    with pytest.raises(ValueError, match=r"view: shape \(\) of float32 cannot be read as int16"):
        ag.tensor(1.0).view(ag.int16)
    with pytest.raises(ValueError, match=r"view: shape \(4, 2\) of float32 cannot be read as int16"):
        ag.ones(2, 4).t().view(ag.int16)


# ------------------------------------------------------------------------------- the gradient of a result


def test_reading_the_gradient_of_a_result_warns():
    x = ag.ones(2, requires_grad=True)
    y = x * 2
    with pytest.warns(UserWarning, match=r"a result, not a leaf, .* call retain_grad\(\) on it before backward"):
        assert y.grad is None
    y.retain_grad()
    assert y.grad is None
    y.sum().backward()
    assert y.grad.tolist() == [1.0, 1.0]
    assert x.grad.tolist() == [2.0, 2.0]
    assert ag.ones(2).grad is None


def test_a_result_among_the_inputs_of_backward_has_its_gradient_without_a_warning():
    x = ag.ones(2, requires_grad=True)
    y = x * 2
    y.sum().backward(inputs=[y])
    assert y.grad.tolist() == [1.0, 1.0]
    assert x.grad is None
