"""`scaled_dot_product_attention` against PyTorch: results and every gradient, over all options."""

import tracemalloc

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.backend.kernels import attention
from autograd_engine.nn import functional as F

from ..messages import exactly
from .twins import both, check_gradients, close

TIERS = ["numpy", "auto"]

SHAPES = {
    "small": ((2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 6)),
    "several blocks of heads": ((5, 4, 90, 8), (5, 4, 80, 8), (5, 4, 80, 8)),
    "one batch": ((3, 5, 4), (3, 7, 4), (3, 7, 4)),
    "rows of one head, kept": ((1, 2, 600, 3), (1, 2, 200, 3), (1, 2, 200, 2)),
    "rows of one head, computed again": ((2, 2, 310, 3), (2, 2, 300, 3), (2, 2, 300, 2)),
    "few queries": ((2, 1, 1, 4), (2, 1, 400, 4), (2, 1, 400, 4)),
}


@pytest.fixture(autouse=True)
def short_blocks(monkeypatch):
    """Scores of the sizes below are cut, into blocks of rows and of heads."""
    monkeypatch.setattr(attention, "BLOCK", 1 << 15)


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("how", ["plain", "causal", "booleans", "numbers", "causal and booleans"])
@pytest.mark.parametrize("name", SHAPES)
def test_attention_is_pytorchs(name, how, tier):
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(0)
    shapes = SHAPES[name]
    arrays = [random.standard_normal(shape).astype(np.float32) for shape in shapes]
    length, keys = shapes[0][-2], shapes[1][-2]
    settings = {"is_causal": "causal" in how}
    mask = None
    if "booleans" in how:
        mask = random.random((shapes[0][0], *(1,) * (len(shapes[0]) - 3), length, keys)) < 0.8
        mask[..., 1 % length, :] = False  # sees nothing
    theirs, ours = both(torch, *(a.astype(np.float64) for a in arrays))
    if how == "numbers":
        (their_bias,), (our_bias,) = both(torch, random.standard_normal((length, keys)))
        theirs, ours = [*theirs, their_bias], [*ours, our_bias]
    elif mask is not None:
        settings["attn_mask"] = mask
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        expected = torch.nn.functional.scaled_dot_product_attention(
            *theirs, **_without_causal(settings, torch, length, keys)
        )
    precision = 1e-9
    if tier == "auto":
        ours, precision = [t.detach().float().requires_grad_() for t in ours], 3e-5
    with ag.use_kernels("numpy" if tier == "numpy" else "auto"):
        found = F.scaled_dot_product_attention(
            *ours, **{k: ag.tensor(v) if k == "attn_mask" else v for k, v in settings.items()}
        )
        np.testing.assert_allclose(
            found.detach().numpy(), expected.detach().numpy(), rtol=precision, atol=precision
        )
        check_gradients(ours, theirs, (found, expected), random, precision)


def _without_causal(settings, torch, length, keys):
    """The same settings with one mask in place of a mask and `is_causal`, of which PyTorch takes one."""
    mask, causal = settings.get("attn_mask"), settings["is_causal"]
    if not causal:
        return {"attn_mask": None if mask is None else torch.tensor(mask)} if mask is not None else {}
    if mask is None:
        return {"is_causal": True}
    return {"attn_mask": torch.tensor(mask & np.tri(length, keys, dtype=bool))}


@pytest.mark.parametrize(("heads", "values"), [(1, 1), (2, 2), (6, 6), (2, 3), (3, 1), (6, 2)])
@pytest.mark.parametrize("mask", [None, (1, 1, 5, 7), (6, 5, 7), (5, 7)])
def test_grouped_queries(heads, values, mask):
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(0)
    shapes = (2, 6, 5, 4), (2, heads, 7, 4), (2, values, 7, 3)
    theirs, ours = both(torch, *(random.standard_normal(shape) for shape in shapes))
    kept = None if mask is None else random.random(mask) < 0.7
    given = [None if kept is None else make(kept) for make in (torch.tensor, ag.tensor)]
    expected = torch.nn.functional.scaled_dot_product_attention(*theirs, given[0], scale=0.3, enable_gqa=True)
    found = F.scaled_dot_product_attention(*ours, given[1], scale=0.3, enable_gqa=True)
    close(found, expected)
    check_gradients(ours, theirs, (found, expected), random)


def test_the_result_lies_in_the_order_of_the_queries():
    """So that heads which are columns of one matrix become columns again without a copy."""
    q = ag.randn(2, 5, 3, 4).transpose(1, 2)
    out = F.scaled_dot_product_attention(q, q, q)
    assert out.numpy().strides == q.contiguous().numpy().reshape(2, 5, 3, 4).transpose(0, 2, 1, 3).strides
    assert out.transpose(1, 2).is_contiguous()


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("keys", [50, 400])
def test_dropout_silences_weights_and_keeps_their_mean(keys, causal):
    q, v = ag.zeros(3, 400, 2), ag.eye(keys).expand(3, keys, keys)
    ag.manual_seed(0)
    out = F.scaled_dot_product_attention(q, ag.zeros(3, keys, 2), v, dropout_p=0.25, is_causal=causal).numpy()
    seen = np.tri(400, keys) if causal else np.ones((400, keys))
    plain = seen / seen.sum(1, keepdims=True)
    silenced = (out == 0) & (seen > 0)
    assert silenced[:, :, 0].mean() == pytest.approx(0.25, abs=0.04)
    assert silenced.sum() / (3 * seen.sum()) == pytest.approx(0.25, abs=0.01)
    np.testing.assert_allclose(out[out > 0], np.broadcast_to(plain / 0.75, out.shape)[out > 0], rtol=1e-5)
    assert (silenced[0] != silenced[1]).any()
    again = F.scaled_dot_product_attention(q, ag.zeros(3, keys, 2), v, dropout_p=0.25, is_causal=causal).numpy()
    assert (again != out).any()


@pytest.mark.parametrize("keys", [30, 300])
def test_dropout_draws_the_same_in_the_backward_pass(keys):
    """The gradient of sum(out c) by the values is the weights' sums, and these are in the result itself."""
    ag.manual_seed(0)
    q, k = ag.randn(2, 300, 4), ag.randn(2, keys, 4)
    values = ag.eye(keys).expand(2, keys, keys).contiguous().requires_grad_()
    out = F.scaled_dot_product_attention(q, k, values, dropout_p=0.5, is_causal=True)
    out.sum().backward()
    np.testing.assert_allclose(
        values.grad.numpy(), np.broadcast_to(out.detach().numpy().sum(1)[:, :, None], values.shape), rtol=1e-3
    )


def test_recomputed_exponentials_have_the_gradients_of_kept_ones(monkeypatch):
    def gradients(**settings):
        random = np.random.default_rng(0)
        operands = [ag.tensor(random.standard_normal((2, 90, 4)), requires_grad=True) for _ in range(3)]
        out = F.scaled_dot_product_attention(*operands, **settings, generator=ag.Generator().manual_seed(3))
        out.square().sum().backward()
        return [t.grad.numpy() for t in operands]

    for settings in {"is_causal": True}, {"attn_mask": ag.ones(90, 90).tril().bool()}, {"dropout_p": 0.3}:
        monkeypatch.setattr(attention, "KEPT", 256)
        kept = gradients(**settings)
        monkeypatch.setattr(attention, "KEPT", 0)
        for one, other in zip(gradients(**settings), kept, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("keys", [200, 300])
@pytest.mark.parametrize("wanted", [0, 1, 2])
def test_a_gradient_alone_is_the_one_among_all(wanted, keys):
    """Of 310 queries, which are several blocks, whether or not the exponentials were kept."""
    random = np.random.default_rng(0)
    arrays = [random.standard_normal((2, n, 3)) for n in (310, keys, keys)]

    def gradients(*recorded):
        operands = [ag.tensor(a, requires_grad=i in recorded) for i, a in enumerate(arrays)]
        F.scaled_dot_product_attention(*operands).square().sum().backward()
        return [operands[i].grad.numpy() for i in recorded]

    np.testing.assert_array_equal(gradients(wanted)[0], gradients(0, 1, 2)[wanted])


def test_memory_grows_with_the_length_and_not_with_its_square():
    def peak(length):
        q = ag.randn(1, 2, length, 16).requires_grad_()
        tracemalloc.start()
        F.scaled_dot_product_attention(q, q, q, is_causal=True).sum().backward()
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    before = ag.get_num_threads()
    ag.set_num_threads(1)
    try:
        small, large = peak(1024), peak(4096)
    finally:
        ag.set_num_threads(before)
    scores = 2 * 4096**2 * 4
    assert large < scores / 8
    assert large < 4.5 * small


def test_the_number_of_threads_changes_no_bit():
    random = np.random.default_rng(0)
    arrays = [random.standard_normal((6, 4, 70, 8)).astype(np.float32) for _ in range(3)]
    results, before = [], ag.get_num_threads()
    for threads in (1, 2, 3):
        ag.set_num_threads(threads)
        ag.manual_seed(0)
        operands = [ag.tensor(a, requires_grad=True) for a in arrays]
        out = F.scaled_dot_product_attention(*operands, dropout_p=0.1, is_causal=True)
        out.sum().backward()
        results.append([out.detach().numpy(), *(t.grad.numpy() for t in operands)])
    ag.set_num_threads(before)
    for other in results[1:]:
        for one, two in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("shapes", "settings", "message"),
    [
        (
            ((3,), (4, 3), (4, 3)),
            {},
            "query, key and value have at least 2 dimensions, (..., length, size); got query (3,), key (4, 3) and "
            "value (4, 3)",
        ),
        (
            ((2, 3), (4, 5), (4, 3)),
            {},
            "a key must be as long as a query; got query (2, 3), key (4, 5) and value (4, 3)",
        ),
        (
            ((2, 3), (4, 3), (5, 3)),
            {},
            "there must be as many values as keys; got query (2, 3), key (4, 3) and value (5, 3)",
        ),
        (
            ((4, 2, 3), (2, 4, 3), (2, 4, 3)),
            {},
            "the leading dimensions of query (4, 2, 3), key (2, 4, 3) and value (2, 4, 3) do not broadcast; where "
            "several query heads share one of the keys, set enable_gqa=True",
        ),
        (((2, 3), (4, 3), (4, 3)), {"dropout_p": 1.5}, "dropout_p must lie in [0, 1], not 1.5"),
        (
            ((2, 3), (4, 3), (4, 3)),
            {"attn_mask": np.ones((4, 2), bool)},
            "a mask of shape (4, 2) does not fit scores of shape (2, 4)",
        ),
        (
            ((2, 3), (4, 3), (4, 3)),
            {"enable_gqa": True},
            "enable_gqa=True needs operands (..., heads, length, size), got shapes [(2, 3), (4, 3), (4, 3)]",
        ),
        (
            ((4, 2, 3), (3, 2, 3), (2, 2, 3)),
            {"enable_gqa": True},
            "4 heads of queries cannot share 3 of keys and 2 of values; these numbers must divide the first",
        ),
    ],
)
def test_what_does_not_fit_is_refused(shapes, settings, message):
    operands = [ag.zeros(*shape) for shape in shapes]
    settings = {k: ag.tensor(v) if isinstance(v, np.ndarray) else v for k, v in settings.items()}
    with pytest.raises(ValueError, match=exactly(f"scaled_dot_product_attention: {message}")):
        F.scaled_dot_product_attention(*operands, **settings)


def test_dtypes_that_do_not_fit_are_refused():
    x, wide = ag.zeros(2, 3), ag.zeros(2, 3, dtype=ag.float64)
    with pytest.raises(
        TypeError,
        match=exactly(
            "scaled_dot_product_attention: query, key and value must have one floating dtype, not float32, "
            "float64, float32; convert them with to()"
        ),
    ):
        F.scaled_dot_product_attention(x, wide, x)
    with pytest.raises(
        TypeError,
        match=exactly(
            "scaled_dot_product_attention: a mask holds booleans or numbers of a floating dtype, not int64"
        ),
    ):
        F.scaled_dot_product_attention(x, x, x, ag.ones(2, 2, dtype=ag.int64))
