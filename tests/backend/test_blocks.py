"""Work that is cut into blocks gives what it gives whole, whoever does it."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.backend import kernels
from autograd_engine.backend.kernels import blocks, softmaxes
from autograd_engine.backend.kernels.choice import KERNELS
from tests.backend.kernel_calls import CALLS, NORMS
from tests.backend.kernel_results import arrays_in, check

CUT = [name for name in CALLS if name.startswith(("norms.", "softmaxes."))]


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize(
    ("count", "each", "least", "length"),
    [(61, 1, 0, 16), (61, 3, 0, 15), (61, 20, 0, 20), (61, 1, 20, 20), (30, 1, 0, 15), (11, 1, 0, 8)],
)
def test_slices_cover_all_in_their_order(monkeypatch, threads, count, each, least, length):
    monkeypatch.setattr(blocks, "BLOCK", 64)
    before = ag.get_num_threads()
    ag.set_num_threads(threads)
    parts = blocks.in_blocks(lambda part: part, np.ones(1), count, 8, row=8, each=each, least=least)
    ag.set_num_threads(before)
    assert parts == [slice(i, min(i + length, count)) for i in range(0, count, length)]


def test_numpys_buffer_is_short_only_within_and_for_long_rows(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", 64)
    before = np.getbufsize()
    assert set(blocks.in_blocks(lambda part: np.getbufsize(), np.ones(1), 8, 64, row=1024)) == {64}
    assert set(blocks.in_blocks(lambda part: np.getbufsize(), np.ones(1), 8, 64, row=32)) == {before}
    with pytest.raises(ZeroDivisionError):
        blocks.in_blocks(lambda part: 1 / 0, np.ones(1), 8, 64, row=1024)
    assert np.getbufsize() == before


@pytest.mark.parametrize("size", [5, blocks.ONE_THREAD + 1])
def test_sums_of_short_and_of_long_rows(size):
    x, y = np.random.default_rng(0).standard_normal((2, 3, 2, size))
    np.testing.assert_allclose(blocks.dots(x), x.sum(-1), atol=1e-10)
    np.testing.assert_allclose(blocks.dots(x, y), (x * y).sum(-1), atol=1e-10)


@pytest.mark.parametrize("name", CUT)
def test_numpys_kernels_in_one_block_and_in_many(monkeypatch, name):
    def results():
        with np.errstate(all="ignore"):
            return [arrays_in(KERNELS[name].numpy(*a)) for a in CALLS[name](np.random.default_rng(0), np.float64)]

    whole = results()
    monkeypatch.setattr(blocks, "BLOCK", 64)
    monkeypatch.setattr(softmaxes, "BLOCK", 64)
    for many, one in zip(results(), whole, strict=True):
        check(many, one, 1e-12)


@pytest.mark.parametrize("tier", ["numpy", "compiled"])
@pytest.mark.parametrize(("shape", "groups", "channels"), NORMS.values(), ids=NORMS)
def test_a_large_mean_costs_no_more_than_its_rounding(tier, shape, groups, channels):
    if tier == "compiled":
        pytest.importorskip("numba")
    x = (np.random.default_rng(0).standard_normal(shape) + 1000).astype(np.float32)
    exact = x.astype(np.float64)
    with ag.use_kernels(tier):
        out, _, variances, _ = kernels.normalize(x, None, None, groups, channels, 1e-5, True)
    right, _, square, _ = kernels.normalize.numpy(exact, None, None, groups, channels, 1e-5, True)
    np.testing.assert_allclose(variances, square, rtol=2e-5)
    np.testing.assert_allclose(out, right, atol=1e-3)
