"""Work shared among threads gives what one thread gives."""

import multiprocessing
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.backend import blas, kernels, threads
from autograd_engine.backend.kernels import order, products

from ..messages import exactly


@pytest.fixture(params=[1, 2, 3, 7], autouse=True)
def number(request):
    before = ag.get_num_threads()
    ag.set_num_threads(request.param)
    yield request.param
    ag.set_num_threads(before)


@pytest.mark.parametrize("count", [0, 1, 2, 5, 100])
def test_parts_make_up_the_whole(number, count):
    parts = []
    threads.share(parts.append, count)
    assert len(parts) == max(1, min(number, count))
    assert sorted(i for part in parts for i in range(part.start, part.stop)) == list(range(count))


def test_exceptions_come_back_after_all_parts_have_ended(number):
    ended = []

    def work(part):
        ended.append(part)
        if part.start == 0 or part.stop == 7:
            raise ArithmeticError(part)

    with pytest.raises(ArithmeticError):
        threads.share(work, 7)
    assert len(ended) == number


def test_parts_hold_whole_groups():
    parts = []
    threads.share(parts.append, 25, each=4)
    assert all(part.start % 4 == 0 for part in parts)
    assert sorted(i for part in parts for i in range(part.start, part.stop)) == list(range(25))


def test_who_finds_no_thread_idle_works_alone(number):
    counts = []

    def work(part):
        if part.start == 0:
            threads.share(lambda inner: counts.append(inner), 100)

    threads.share(work, number)
    assert len(counts) == 1


def test_callers_side_by_side_get_what_is_theirs():
    sums = {}

    def train(k):
        for _ in range(200):
            out = np.zeros(50)
            threads.share(lambda part, out=out: np.add(out[part], k, out=out[part]), 50)
            sums[k] = sums.get(k, 0) + out.sum()

    callers = [threading.Thread(target=train, args=(k,)) for k in range(1, 5)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert sums == {k: 200 * 50 * k for k in range(1, 5)}


def test_fewer_threads_remain_when_fewer_are_wanted():
    ag.set_num_threads(5)
    threads.share(lambda part: None, 100)
    ag.set_num_threads(2)
    threads.share(lambda part: None, 100)
    assert threads._count == 1


def test_the_context_is_the_callers():
    seen = []
    with np.errstate(divide="ignore"):
        threads.share(lambda part: seen.append(np.geterr()["divide"]), 7)
    assert set(seen) == {"ignore"}


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_sorting(axis):
    x = np.random.default_rng(0).integers(0, 9, (7, 90, 80)).astype(np.float32)
    assert x.size > order._SORTED_ALONE
    np.testing.assert_array_equal(kernels.argsort(x, axis), np.argsort(x, axis, kind="stable"))
    np.testing.assert_array_equal(kernels.argsort(x.ravel(), 0), np.argsort(x.ravel(), kind="stable"))


@pytest.mark.parametrize("batch", [(33,), (3, 11), (1, 40)])
def test_stacks_of_matrices(batch):
    random = np.random.default_rng(0)
    x, y = (random.standard_normal((*batch, 64, 64)).astype(np.float32) for _ in range(2))
    assert x.size * 64 > products._MULTIPLIED_ALONE
    for left, right in ((x, y), (x.swapaxes(-1, -2), y), (x, y.swapaxes(-1, -2)), (x, y[..., :60])):
        result = kernels.matmul(left, right)
        assert result.dtype == np.float32
        np.testing.assert_allclose(result, np.matmul(left, right), rtol=1e-5, atol=1e-5)


def test_gradients_of_a_stack():
    x, y = (ag.randn(33, 64, 64, requires_grad=True) for _ in range(2))
    g = ag.randn(33, 64, 64)
    ag.bmm(x, y).backward(g)
    for found, left, right in ((x.grad, g, y.detach().mT), (y.grad, x.detach().mT, g)):
        np.testing.assert_allclose(found, np.matmul(left.numpy(), right.numpy()), rtol=1e-4, atol=1e-4)


def test_sizes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=exactly("bmm: the sizes of (33, 64, 64) and (33, 65, 64) do not fit")):
        ag.bmm(ag.ones(33, 64, 64), ag.ones(33, 65, 64))


@pytest.mark.parametrize("bad", [0, -1, 1.5, "2"])
def test_a_number_of_threads_is_positive(bad):
    with pytest.raises(ValueError, match="positive whole number"):
        ag.set_num_threads(bad)


@pytest.mark.parametrize(("told", "number_"), [("3", 3), ("4,2", 4), ("", None), ("many", None), ("0", None)])
def test_the_default_is_what_the_environment_says(monkeypatch, told, number_):
    monkeypatch.setenv("OMP_NUM_THREADS", told)
    assert threads._default() == (number_ or len(os.sched_getaffinity(0)))


def _in_child(queue):
    queue.put(int(ag.argsort(ag.arange(40_000).reshape(200, 200), 1).sum()))


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_starts_its_own():
    expected = int(ag.argsort(ag.arange(40_000).reshape(200, 200), 1).sum())
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=_in_child, args=(queue,))
    process.start()
    assert queue.get(timeout=20) == expected
    process.join(20)
    assert process.exitcode == 0


# ------------------------------------------------------------------------------------- BLAS's own threads


def test_blas_has_as_many_threads():
    """NumPy's, and SciPy's, which is loaded later; in a process of its own, as both stay loaded."""
    program = """
import sys, threadpoolctl, autograd_engine as ag
ag.set_num_threads(3)
assert "scipy.linalg" not in sys.modules
ag.linalg.lu_factor(ag.eye(3))
pools = [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
assert len(pools) > 1 and set(pools) == {3}, pools
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def blas_threads():
    """How many each BLAS has; SciPy's is there too if it was loaded first."""
    (count,) = {library.get_num_threads() for library in blas._libraries(False)}
    return count


def test_blas_starts_no_threads_while_ours_multiply(number):
    seen = []
    threads.share(lambda part: seen.append(blas_threads()), 10, multiplies=True)
    assert blas_threads() == number
    assert seen == ([1] * number if number > 1 else [number])


def test_blas_gets_its_threads_back_from_the_last_of_several(number):
    with blas.one_thread():
        with pytest.raises(KeyError), blas.one_thread():
            raise KeyError
        assert blas_threads() == 1
    assert blas_threads() == number


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_process_forked_meanwhile_has_them_too(number):
    with blas.one_thread():
        pid = os.fork()
        if not pid:
            os._exit(blas_threads() != number)
        assert os.waitpid(pid, 0)[1] == 0
