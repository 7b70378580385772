"""Compiled loops shared among threads do each element once, whoever does it."""

import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.backend import blas

pytest.importorskip("numba")

from autograd_engine.backend.compiled.crew import shared_loop


@shared_loop
def _count(x, by, start, stop):
    for i in range(start, stop):
        x[i] += by[0]
    if start < stop:
        x[-1] += 1000  # one for each part


@pytest.fixture(params=[1, 2, 3, 7])
def number(request):
    before = ag.get_num_threads()
    ag.set_num_threads(request.param)
    yield request.param
    ag.set_num_threads(before)


@pytest.mark.parametrize("each", [1, 4, 1000])
@pytest.mark.parametrize("count", [0, 1, 5, 999, 1001])
def test_each_element_is_done_once(number, count, each):
    x = np.zeros(count + 1)
    for _ in range(20):
        x[:] = 0
        _count(count, each, x, (2,))
        assert (x[:-1] == 2).all()
        assert x[-1] <= 1000 * min(number, -(-count // each))


def test_threads_that_have_fallen_asleep_are_woken(number):
    x = np.zeros(10_001)
    for _ in range(3):
        _count(10_000, 10, x, (1,))
        time.sleep(0.05)
    assert (x[:-1] == 3).all()


def test_several_threads_may_have_work_at_once(number):
    arrays = [np.zeros(1001) for _ in range(4)]

    def work(x):
        for _ in range(200):
            _count(1000, 10, x, (1,))

    threads = [threading.Thread(target=work, args=(x,)) for x in arrays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((x[:-1] == 200).all() for x in arrays)


def test_arrays_of_every_layout_and_settings_of_every_kind(number):
    @shared_loop
    def fill(x, at, factor, whole, exact, out, start, stop):
        for i in range(start, stop):
            for j in range(out.shape[1]):
                out[i, j] = x[i, j] * factor + at[1] if whole and exact == 0.5 else -1

    x = np.asfortranarray(np.arange(12.0).reshape(4, 3))[::-1]
    x.flags.writeable = False
    out = np.zeros((4, 6))[:, ::2]
    fill(4, 1, x, (7, 8), np.float32(2), True, 0.5, out)
    np.testing.assert_array_equal(out, x * 2 + 8)


PROGRAM = """
import numpy as np, time, autograd_engine as ag
ag.set_num_threads(2)
x = np.ones((512, 512), np.float32)
y = ag.ones(200_000)
ag.relu(y); ag.relu(y)
x @ x
time.sleep(0.05)
before = time.process_time()
time.sleep(0.05)
print(time.process_time() - before)
"""


def test_neither_threads_of_ours_nor_of_blas_are_busy_for_long():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=100)
    assert float(done.stdout) < 0.02
    assert done.stderr == ""


def test_a_timeout_of_the_users_is_kept(monkeypatch):
    monkeypatch.setenv("OPENBLAS_THREAD_TIMEOUT", "20")
    blas.sleep_soon.__wrapped__()
    assert os.environ["OPENBLAS_THREAD_TIMEOUT"] == "20"


@pytest.mark.parametrize(("policy", "patient"), [("passive", False), ("active", True)])
def test_openmps_wait_policy_says_whether_threads_look_for_work_before_they_sleep(policy, patient):
    program = "from autograd_engine.backend.compiled.crew import _PATIENCE; print(_PATIENCE)"
    environment = os.environ | {"OMP_WAIT_POLICY": policy.upper()}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=100, env=environment
    )
    assert (int(done.stdout) > 0) == patient
