"""Compiled kernels without a place for their cache, in other processes, and in threads side by side."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.backend.kernels import choice

pytest.importorskip("numba")

LARGE = 2 * choice.LARGE
PROGRAM = """
import numpy as np, autograd_engine as ag
x = ag.linspace(-1, 1, {size}, requires_grad=True)
ag.relu(x).backward(ag.ones({size}))
assert x.grad.sum() == {size} // 2, x.grad.sum()
"""


STEP = """
import numpy as np, autograd_engine as ag
w = ag.ones({size}, requires_grad=True)
w.grad = ag.ones({size})
ag.optim.SGD([w], lr=0.5, momentum=0.5).step()
assert w.sum() == {size} // 2, w.sum()
"""
"""A loop that is written while the program runs."""


def run(program, **environment):
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | environment, capture_output=True, text=True, timeout=100
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize(("program", "count"), [(PROGRAM, 4), (STEP, 2)])  # relu, its gradient; how each is called
def test_what_is_compiled_is_kept_on_disk(program, count, tmp_path):
    program = program.format(size=LARGE)
    run(program, NUMBA_CACHE_DIR=str(tmp_path))
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nbc")}
    assert (
        len([path for path in kept if "_serve" not in path.name]) == count
    )  # which waits for work, if any thread does
    run(program, NUMBA_CACHE_DIR=str(tmp_path))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nbc")} == kept


@pytest.mark.parametrize("program", [PROGRAM, STEP])
def test_what_was_compiled_from_older_sources_is_made_anew(program, tmp_path):
    program = program.format(size=LARGE)
    run(program, NUMBA_CACHE_DIR=str(tmp_path))
    for path in tmp_path.rglob("*.nbi"):
        os.utime(path, (0, 0))
    run(program, NUMBA_CACHE_DIR=str(tmp_path))
    assert all(path.stat().st_mtime > 0 for path in tmp_path.rglob("*.nbi"))


@pytest.mark.parametrize("program", [PROGRAM, STEP])
def test_a_disk_that_takes_no_more_does_not_matter(program, tmp_path):
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
    run(full + program.format(size=LARGE), NUMBA_CACHE_DIR=str(tmp_path))
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size] == []


def test_two_processes_that_compile_at_once_get_the_same(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", STEP.format(size=LARGE)]
    both = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [(process.communicate(timeout=100)[1], process.returncode) for process in both] == [("", 0)] * 2
    assert len(list(tmp_path.rglob("update_*.py"))) == 1
    assert list(tmp_path.rglob("*.part")) == []


@pytest.mark.parametrize("program", [PROGRAM, STEP])
def test_a_cache_without_a_place_does_not_matter(program):
    nowhere = """
import numba.core.caching
for name, locator in vars(numba.core.caching).items():
    if name.endswith("CacheLocator"):
        locator.from_function = classmethod(lambda cls, function, path: None)
"""
    run(nowhere + program.format(size=LARGE))


# ------------------------------------------------------------------------------- processes and threads


def network():
    ag.manual_seed(0)
    return ag.nn.Sequential(ag.nn.Linear(64, 256), ag.nn.LayerNorm(256), ag.nn.ReLU(), ag.nn.Linear(256, 10))


def trained(model, seed, steps=3):
    """The weights after a few steps of a network that is large enough for compiled kernels."""
    optimizer = ag.optim.Adam(model.parameters(), lr=0.01)
    random = np.random.default_rng(seed)
    for _ in range(steps):
        x = ag.tensor(random.standard_normal((512, 64)).astype(np.float32))
        loss = ag.nn.functional.cross_entropy(model(x), ag.tensor(random.integers(0, 10, 512)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [p.detach().numpy().copy() for p in model.parameters()]


def _train_into(queue, seed):
    queue.put(trained(network(), seed))


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_another_process_trains_to_the_same_weights(start):
    expected = trained(network(), 1)  # so the parent has threads and compiled code before it forks
    context = multiprocessing.get_context(start)
    queue = context.Queue()
    process = context.Process(target=_train_into, args=(queue, 1))
    process.start()
    found = queue.get(timeout=100)
    process.join(20)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_threads_side_by_side_train_to_the_same_weights():
    expected = {seed: trained(network(), seed) for seed in range(3)}
    models, found = [network() for _ in range(3)], {}
    start = threading.Barrier(3)

    def train(seed):
        start.wait()
        found[seed] = trained(models[seed], seed)

    threads = [threading.Thread(target=train, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
    assert found.keys() == expected.keys()
    for seed, weights in expected.items():
        for one, other in zip(found[seed], weights, strict=True):
            np.testing.assert_array_equal(one, other)


class Relu:
    """A data set that computes with compiled kernels in the loader's workers."""

    def __len__(self):
        return 6

    def __getitem__(self, i):
        return ag.relu(ag.linspace(-i, i, LARGE)).sum()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("workers", [0, 2])
def test_workers_of_a_loader_compute_with_kernels(workers):
    expected = [ag.relu(ag.linspace(-i, i, LARGE)).sum().item() for i in range(6)]
    loader = ag.data.DataLoader(Relu(), batch_size=2, num_workers=workers)
    assert [value for batch in loader for value in batch.tolist()] == expected
