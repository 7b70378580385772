"""Workers of a DataLoader: the same batches as without, errors carried over, and nothing left behind."""

import gc
import multiprocessing
import os
import pickle
import random
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.data import (
    DataLoader,
    Dataset,
    IterableDataset,
    TensorDataset,
    get_worker_info,
    read_picture,
    workers,
)
from autograd_engine.data.handover import Mailbox

from ..messages import exactly

# Python warns that a process with threads, such as a test runner's, is forked; the workers use none of them.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")

KINDS = ["process", "thread"]
needs_proc = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc to look for processes")


@pytest.fixture(autouse=True)
def _forked(monkeypatch, request):
    """The samples here are made by functions inside of tests, which only a forked worker knows."""
    if request.node.originalname != "test_processes_start_in_a_way_that_threads_do_not_mind":
        monkeypatch.setattr(workers, "_start_method", lambda: "fork")


class Noisy(Dataset):
    """Samples with random numbers, as random transforms give."""

    def __len__(self):
        return 23

    def __getitem__(self, index):
        return ag.randn(2) + index, np.float32(index), f"sample {index}", ag.rand(2000)


class NoisyStream(IterableDataset):
    def __iter__(self):
        for i in range(23):
            yield ag.randn(2) + i


class Calls(Dataset):
    """Samples made by a function."""

    def __init__(self, function, length=12):
        self.function = function
        self.length = length

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        return self.function(index)


def flat(batches):
    return [
        np.concatenate(
            [
                np.ravel(np.asarray(x))
                for x in (b if isinstance(b, list) else [b])
                if not isinstance(x, (list, tuple))
            ]
        )
        for b in batches
    ]


def epochs(dataset, count=2, **settings):
    ag.manual_seed(11)
    loader = DataLoader(dataset, 4, **settings)
    return [b for _ in range(count) for b in flat(loader)]


def no_children():
    return not multiprocessing.active_children()


def eventually(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


# ------------------------------------------------------------------------------------- the same batches


@pytest.mark.parametrize(
    "settings",
    [
        {"num_workers": 1},
        {"num_workers": 3, "prefetch_factor": 1},
        {"num_workers": 2, "persistent_workers": True},
        {"num_workers": 1, "multiprocessing_context": "spawn", "persistent_workers": True},
        {"num_workers": 3, "workers": "thread"},
        {"num_workers": 2, "workers": "thread", "persistent_workers": True, "timeout": 30},
    ],
    ids=str,
)
def test_workers_give_the_same_batches_in_the_same_order(settings):
    alone = epochs(Noisy(), shuffle=True)
    assert len(alone) == 12
    assert not np.array_equal(alone[0], alone[6])
    for ours, theirs in zip(epochs(Noisy(), shuffle=True, **settings), alone, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    for ours, theirs in zip(epochs(NoisyStream(), **settings), epochs(NoisyStream()), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert eventually(no_children)


def test_every_sample_of_every_epoch_draws_anew():
    drawn = epochs(Calls(lambda i: ag.rand(1, dtype=np.float64)), count=3)
    assert len({value for batch in drawn for value in batch}) == 36


@pytest.mark.parametrize("workers", KINDS)
def test_what_the_loop_draws_does_not_disturb_the_batches(workers):
    for num_workers in (0, 2):
        ag.manual_seed(11)
        seen = []
        for batch in DataLoader(Noisy(), 4, num_workers=num_workers, workers=workers):
            seen += flat([batch])
            ag.rand(num_workers + 1)
        for ours, theirs in zip(seen, epochs(Noisy(), count=1), strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_the_stream_of_a_block_is_its_own():
    from autograd_engine.backend.random import drawing_from

    ag.manual_seed(5)
    with drawing_from(ag.Generator().manual_seed(1)):
        inside = ag.rand(2).tolist()
        assert ag.initial_seed() == 1
        ag.manual_seed(1)
        assert ag.rand(2).tolist() == inside
        state = ag.get_rng_state()
        one = ag.rand(1).item()
        ag.set_rng_state(state)
        assert ag.rand(1).item() == one
        ag.seed()
    after = ag.rand(2).tolist()
    ag.manual_seed(5)
    assert ag.rand(2).tolist() == after != inside


def test_numpys_and_pythons_random_numbers_differ_between_batches_and_repeat():
    def draw(index):
        return np.random.rand(), random.random()

    first, second = (epochs(Calls(draw), count=1, num_workers=n, multiprocessing_context="fork") for n in (2, 3))
    np.testing.assert_array_equal(first, second)
    assert len({number for batch in first for number in batch}) == 24


def pictures(index):
    return np.full((3, 200, 200), index, np.float32), np.ones((0, 3)), np.asfortranarray(np.eye(3) * index)


def no_memory_files(monkeypatch):
    def none_left(name):
        raise OSError(24, "too many open files")

    monkeypatch.setattr(os, "memfd_create", none_left)


def no_room(monkeypatch):
    """As when memory is short: the kernel takes a part of what is written, and then no more."""
    write = os.pwrite

    def short(file, content, place):
        if place:
            raise OSError(28, "no space left")
        return write(file, content[:5000], place)

    monkeypatch.setattr(os, "pwrite", short)


@pytest.mark.parametrize("shortage", [None, no_memory_files, no_room])
def test_large_and_empty_arrays_travel(shortage, monkeypatch):
    if shortage is not None:
        shortage(monkeypatch)
    alone = list(DataLoader(Calls(pictures), 3))
    kept = []
    for batch in DataLoader(Calls(pictures), 3, num_workers=2):
        batch[0].add_(1)  # ours to write to
        kept.append(batch)
    for ours, theirs in zip(kept, alone, strict=True):  # and no later batch has changed an earlier one
        np.testing.assert_array_equal(ours[0] - 1, theirs[0])
        for mine, its in zip(ours[1:], theirs[1:], strict=True):
            np.testing.assert_array_equal(mine, its)


def test_small_arrays_need_no_file(monkeypatch):
    monkeypatch.setattr(os, "pwrite", None)
    assert len(list(DataLoader(Calls(lambda i: np.ones(100)), 4, num_workers=2))) == 3


@pytest.mark.parametrize("workers", KINDS)
def test_workers_know_who_they_are(workers):
    def sample(index):
        info = get_worker_info()
        return info.id, info.num_workers, len(info.dataset), len(ready), os.getpid(), threading.get_ident()

    ready = []
    loader = DataLoader(Calls(sample), 2, num_workers=3, workers=workers, worker_init_fn=ready.append)
    ids, counts, lengths, inits, pids, threads = (np.array(c) for c in zip(*loader, strict=True))
    assert ids[:, 0].tolist() == [0, 1, 2, 0, 1, 2]
    assert {*counts.flat} == {3}
    assert {*lengths.flat} == {12}
    assert get_worker_info() is None
    if workers == "process":
        assert len({*pids.flat} - {os.getpid()}) == 3
        assert {*inits.flat} == {1}
        assert ready == []
    else:
        assert len({*threads.flat} - {threading.get_ident()}) == 3
        assert sorted(ready) == [0, 1, 2]


def test_persistent_workers_stay_until_the_loader_goes():
    def pids(loader):
        return {p for batch in loader for p in batch.tolist()}

    loader = DataLoader(Calls(lambda i: os.getpid()), 2, num_workers=2, persistent_workers=True)
    first = pids(loader)
    assert pids(loader) == first
    for _batch in loader:
        break
    assert pids(loader) == first
    both = list(zip(loader, loader, strict=True))
    assert len(both) == 6
    del loader
    assert eventually(no_children)


def test_workers_are_only_so_far_ahead():
    fetched = []
    loader = DataLoader(
        Calls(fetched.append), 1, num_workers=2, workers="thread", prefetch_factor=2, collate_fn=len
    )
    batches = iter(loader)
    next(batches)
    assert eventually(lambda: len(fetched) == 5)
    time.sleep(0.05)
    assert len(fetched) == 5
    batches.close()


# ------------------------------------------------------------------------------------------- errors


class PickyError(Exception):
    def __init__(self, first, second):
        super().__init__(f"{first} and {second}")


def raise_at(index, error):
    def sample(i):
        if i == index:
            raise error
        return i

    return Calls(sample)


@pytest.mark.parametrize("settings", [{}, *({"num_workers": 2, "workers": kind} for kind in KINDS)], ids=str)
def test_errors_come_with_the_sample_and_the_workers_traceback(settings):
    with pytest.raises(KeyError, match="lost") as caught:
        list(DataLoader(raise_at(7, KeyError("lost")), 2, **settings))
    notes = "\n".join(caught.value.__notes__)
    assert "raised by sample 7 of the data set, a Calls" in notes
    if settings.get("workers") == "process":
        assert "in DataLoader worker process 1" in notes
        assert "raise error" in notes
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "sample 4 has shape (4,), sample 5 (5,): to make a batch of them, give a collate_fn that pads or "
            "crops..."
        ),
    ):
        list(DataLoader(Calls(lambda i: np.ones(max(i, 4))), 2, **settings))
    with pytest.raises(ZeroDivisionError):
        list(DataLoader(Calls(int), 2, collate_fn=lambda samples: 1 // 0, **settings))
    if settings:
        with pytest.raises(ZeroDivisionError):
            list(DataLoader(Calls(int), 2, worker_init_fn=lambda i: 1 // 0, **settings))
    assert eventually(no_children)


def test_what_cannot_be_sent_is_told():
    with pytest.raises(RuntimeError, match="PickyError: 1 and 2") as caught:
        list(DataLoader(raise_at(3, PickyError(1, 2)), 2, num_workers=1))
    assert "sample 3" in "".join(caught.value.__notes__)
    with pytest.raises((AttributeError, TypeError, pickle.PicklingError), match="lambda"):
        list(DataLoader(Calls(int), 2, num_workers=1, collate_fn=lambda samples: lambda: 0))


def test_a_worker_that_dies_is_noticed():
    def die(index):
        if index == 5:
            os._exit(3)
        return index

    with pytest.raises(
        RuntimeError,
        match=exactly(
            "a DataLoader worker process ended with exit code 3 while it fetched batch 2; a negative code "
            "is the signal that killed it, -9 often for want of memory"
        ),
    ):
        list(DataLoader(Calls(die), 2, num_workers=2))
    assert eventually(no_children)


def test_what_a_dead_worker_was_being_sent_goes_without_complaint(monkeypatch):
    """The error and its traceback are a cycle, so that the collector decides in which order their parts go."""
    complaints = []
    monkeypatch.setattr(sys, "unraisablehook", lambda complaint: complaints.append(complaint.exc_value))
    crew = workers.Crew("process", 1, print, None, None, None)
    crew.workers[0].process.kill()
    crew.workers[0].process.join()
    future = crew.submit(0, 0)
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "a DataLoader worker process ended with exit code -9 while it fetched batch 0; a negative code "
            "is the signal that killed it, -9 often for want of memory"
        ),
    ):
        future.result()
    crew.stop()
    del crew, future
    gc.collect()
    assert not complaints


@pytest.mark.parametrize("workers", KINDS)
def test_a_worker_that_hangs_is_left_after_the_timeout(workers):
    hang = threading.Event()
    loader = DataLoader(Calls(lambda i: i or hang.wait(30)), 1, num_workers=2, timeout=0.2, workers=workers)
    start = time.monotonic()
    with pytest.raises(
        RuntimeError, match=exactly("the DataLoader's workers took more than 0.2 seconds for a batch")
    ):
        list(loader)
    assert time.monotonic() - start < 5
    hang.set()
    assert eventually(no_children)


# --------------------------------------------------------------------------------- nothing left behind


def left():
    """The files that this process has open, its children, and what lies in /dev/shm."""
    gc.collect()
    shared = os.listdir("/dev/shm") if os.path.isdir("/dev/shm") else []
    return len(os.listdir("/proc/self/fd")), multiprocessing.active_children(), sorted(shared)


@needs_proc
@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize("end", ["whole", "left", "error", "death", "damaged picture"])
def test_nothing_is_left_behind(end, persistent, tmp_path):
    def sample(index):
        if index == 7 and end == "error":
            raise ValueError("an error")
        if index == 7 and end == "death":
            os.kill(os.getpid(), signal.SIGKILL)
        if index == 7 and end == "damaged picture":
            (tmp_path / "a.png").write_bytes(b"no picture")
            read_picture(tmp_path / "a.png")
        return pictures(index)

    def run():
        loader = DataLoader(Calls(sample), 2, num_workers=2, persistent_workers=persistent)
        for number, _ in enumerate(loader):
            if end == "left" and number == 1:
                break

    messages = {"error": "an error", "death": "exit code -9", "damaged picture": "a.png is damaged"}
    before = left()
    with pytest.raises((ValueError, RuntimeError), match=messages[end]) if end in messages else nullcontext():
        run()
    assert eventually(lambda: left() == before)


def test_the_memory_goes_even_if_another_process_has_the_file_open():
    mailbox = Mailbox()
    letter = mailbox.letter(np.ones(10_000))
    other = os.dup(mailbox._file)
    assert os.fstat(other).st_size == 80_000
    assert len(letter) < 1000
    mailbox.close()
    assert os.fstat(other).st_size == 0
    os.close(other)


def test_a_stream_that_was_left_begins_anew():
    loader = DataLoader(NoisyStream(), 4, num_workers=2, persistent_workers=True)
    first = float(next(iter(loader))[0, 0])
    assert abs(first - float(next(iter(loader))[0, 0])) < 10  # 0 and noise; the next would be 4, 8, 12 ..
    assert len(list(loader)) == len(list(loader)) == 6


def worker_threads():
    return [t for t in threading.enumerate() if t.name.startswith("DataLoader worker")]


@pytest.mark.parametrize("workers", KINDS)
def test_workers_end_with_the_loop(workers):
    def slow(index):
        time.sleep(0.01)
        return np.ones((50, 50, 50))

    loader = DataLoader(Calls(slow), 2, num_workers=2, workers=workers)

    def fail():
        for _batch in loader:
            raise ValueError("in the loop")

    for _batch in loader:
        break
    with pytest.raises(ValueError, match="in the loop"):
        fail()
    batches = iter(loader)
    next(batches)
    del batches
    list(loader)
    assert eventually(lambda: no_children() and not worker_threads())


SCRIPT = """
import os, sys, time, numpy
from autograd_engine.data import DataLoader

class Slow:
    def __len__(self): return 1000
    def __getitem__(self, index):
        os.write(1, f"{os.getpid()}\\n".encode())
        time.sleep(float(sys.argv[1]) if index > 3 else 0)
        return index, numpy.ones(10_000)

for batch in DataLoader(Slow(), 2, num_workers=2, multiprocessing_context="fork"):
    pass
"""


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@needs_proc
@pytest.mark.parametrize("how", ["Ctrl-C", "kill"])
def test_workers_end_with_the_program(how):
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "60" if how == "Ctrl-C" else "0.5"],
        cwd=Path(ag.__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as program:
        pids = {int(program.stdout.readline()) for _ in range(5)}
        assert len(pids) == 2
        if how == "Ctrl-C":
            os.killpg(program.pid, signal.SIGINT)  # as a terminal does
        else:
            program.kill()
        program.wait(20)
        assert eventually(lambda: not any(alive(pid) for pid in pids))
        complaints = program.stderr.read()
        assert not re.search("leaked|resource_tracker|Exception ignored|Warning", complaints)
        assert how == "kill" or (complaints.count("Traceback") == 1 and "KeyboardInterrupt" in complaints)


def test_rows_that_are_read_at_once_come_from_workers_as_well():
    x = ag.randn(20, 3)
    loaders = [DataLoader(TensorDataset(x), 6, num_workers=n) for n in (0, 2)]
    for (ours,), (theirs,) in zip(*loaders, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("version", "usual", "chosen"),
    [
        ((3, 11), "fork", "fork"),
        ((3, 12), "fork", "forkserver"),
        ((3, 14), "forkserver", "forkserver"),
        ((3, 12), "spawn", "spawn"),
    ],
)
def test_processes_start_in_a_way_that_threads_do_not_mind(version, usual, chosen, monkeypatch):
    context = multiprocessing.get_context(usual)
    monkeypatch.setattr(workers.sys, "version_info", version)
    monkeypatch.setattr(workers.multiprocessing, "get_context", lambda method=None: context)
    assert workers._start_method() == chosen


def test_what_cannot_be_sent_to_a_worker_is_told():
    loader = DataLoader(Calls(lambda i: i), num_workers=1, multiprocessing_context="forkserver")
    with pytest.raises((AttributeError, pickle.PicklingError)) as caught:
        list(loader)
    notes = "\n".join(caught.value.__notes__)  # Python's own stand beside ours
    assert 'define them at the top of a module, or choose workers="thread"' in notes
    assert len(list(DataLoader(Noisy(), 2, num_workers=1, multiprocessing_context="forkserver"))) == 12


def test_a_batch_of_no_samples_is_refused():
    for data in (TensorDataset(ag.ones(3)), ["a", "b"]):
        with pytest.raises(
            ValueError, match=exactly("batch 1 has no samples: the batch_sampler gave an empty list")
        ):
            list(DataLoader(data, batch_sampler=[[0], []]))
