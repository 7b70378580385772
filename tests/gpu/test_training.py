"""Whole trainings on a real GPU: the CPU's numbers, no waiting, and the memory, streams and files around them."""

import io
import pickle

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import cuda
from tests.standin.programs import PROGRAMS, trained

from . import need_a_gpu

need_a_gpu()
pytestmark = pytest.mark.gpu


def without_waiting(step):
    import cupyx

    with cupyx.allow_synchronize(False):
        return step()


@pytest.mark.parametrize("optimizer", ["SGD", "AdamW"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_training_gives_the_same_and_waits_for_nothing(name, optimizer):
    here = trained(PROGRAMS[name], "cpu", ag.float32, optimizer)
    there = trained(PROGRAMS[name], "cuda", ag.float32, optimizer, watch=without_waiting)
    np.testing.assert_allclose([x.item() for x in there.losses], [x.item() for x in here.losses], rtol=1e-4)
    for ours, theirs in zip(there.model.parameters(), here.model.parameters(), strict=True):
        np.testing.assert_allclose(ours.tolist(), theirs.tolist(), rtol=1e-2, atol=1e-3)


def test_memory_is_shared_with_cupy():
    import cupy

    array = cupy.zeros(3, cupy.float32)
    shared = ag.from_dlpack(array)
    shared += 1
    assert array.get().tolist() == [1, 1, 1]
    assert cupy.from_dlpack(shared).data.ptr == array.data.ptr == ag.as_tensor(array).data_ptr()


def test_memory_is_shared_with_pytorch():
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("PyTorch finds no GPU")
    theirs = torch.zeros(3, device="cuda")
    ag.from_dlpack(theirs).add_(1)
    cuda.synchronize()
    assert theirs.tolist() == [1, 1, 1]
    assert torch.from_dlpack(ag.ones(2, device="cuda")).tolist() == [1, 1]


def test_memory_is_counted_and_running_out_of_it_leaves_the_process_usable():
    cuda.reset_peak_memory_stats()
    before = cuda.memory_allocated()
    x = ag.zeros(1 << 20, device="cuda")
    assert cuda.memory_allocated() >= before + (4 << 20)
    del x
    assert cuda.max_memory_allocated() >= before + (4 << 20)
    assert cuda.memory_allocated() == before
    with pytest.raises(cuda.OutOfMemoryError):
        ag.empty(1 << 45, device="cuda")
    assert ag.ones(2, device="cuda").sum().item() == 2
    cuda.empty_cache()


def test_pinned_memory_streams_and_events():
    x = ag.rand(1000).pin_memory()
    assert x.is_pinned()
    stream = cuda.Stream()
    start, end = cuda.Event(enable_timing=True), cuda.Event(enable_timing=True)
    with cuda.stream(stream):
        start.record()
        y = x.to("cuda", non_blocking=True) * 2
        end.record()
    end.synchronize()
    assert start.elapsed_time(end) >= 0
    np.testing.assert_array_equal(y.cpu().numpy(), x.numpy() * 2)


def test_pickles_and_files():
    x = ag.rand(3, device="cuda", requires_grad=True)
    y = (x * 2).exp()
    twin = pickle.loads(pickle.dumps(y))
    twin.sum().backward()
    assert twin.device == x.device
    file = io.BytesIO()
    ag.save({"x": x.detach()}, file)
    file.seek(0)
    assert ag.load(file, map_location="cuda")["x"].tolist() == x.tolist()


def test_wrong_indices_are_refused_while_anomalies_are_detected():
    scores, target = ag.zeros(2, 3, device="cuda"), ag.tensor([0, 7], device="cuda")
    with pytest.raises(IndexError), ag.autograd.detect_anomaly():
        ag.nn.functional.cross_entropy(scores, target)


def test_two_devices_are_named():
    with pytest.raises(RuntimeError, match="found at least two devices, cuda:0 and cpu"):
        ag.ones(2, device="cuda") + ag.ones(2)
