"""Tensors that go to a GPU and come back, by way of a substitute for CuPy: `x.to("cuda")` and what is beside it.

What these tests cannot show is whether CuPy and a GPU do what the substitute does; `tests/gpu` asks them.
"""

import copy
import gc
import io
import pickle
import sys
import threading

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import cuda, nn, optim
from autograd_engine.backend import gpu
from autograd_engine.cli import info
from autograd_engine.data import DataLoader, TensorDataset
from autograd_engine.nn import functional as F
from tests.messages import exactly
from tests.tensor.test_keywords import LIKE, each_maker

from . import StandIn, counts, machine
from .module import installed

GPU = ag.device("cuda:0")


def on_gpu(*values, **settings):
    return ag.tensor(values, device="cuda", **settings)


# ------------------------------------------------------------------------------------- there and back


def test_a_tensor_goes_to_a_gpu_and_comes_back():
    x = ag.tensor([1.0, 2.0])
    there = x.to("cuda")
    assert isinstance(there.array, StandIn)
    assert (there.device, there.is_cuda, there.get_device(), x.get_device()) == (GPU, True, 0, -1)
    assert repr(there) == "tensor([1., 2.], device='cuda:0')"
    assert there.to("cuda") is there.to(GPU) is there.cuda() is there.to(there) is there
    assert x.cpu() is x.to("cpu") is x
    back = there.cpu()
    assert isinstance(back.array, np.ndarray)
    assert back.tolist() == [1, 2]
    back[0] = 5.0
    assert there.tolist() == x.tolist() == [1, 2]
    assert ag.tensor(3.0).cuda().cpu().item() == 3.0


def test_what_to_takes():
    x = ag.tensor([1, 2])
    for there in (
        x.to("cuda", ag.float64), x.to(ag.float64, device=0), x.to(on_gpu(1.0, dtype=ag.float64)),
        x.to("cuda:0", ag.float64, True), x.type_as(on_gpu(1.0, dtype=ag.float64)),
    ):  # fmt: skip
        assert (there.device, there.dtype, there.tolist()) == (GPU, ag.float64, [1, 2])
    assert x.to("cuda").dtype == ag.int64
    there = x.to("cuda")
    assert there.to("cuda", copy=True) is not there
    assert there.to("cuda", None, False, True).tolist() == [1, 2]


def test_gradients_flow_between_devices():
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    y = x.to("cuda")
    assert (y.is_leaf, y.grad_fn.name) == (False, "moved")
    (y * y).sum().cpu().backward()
    assert (x.grad.device, x.grad.tolist()) == (ag.device("cpu"), [2, 4])
    (first,) = ag.grad((x.cuda() ** 3).sum(), x, create_graph=True)
    (second,) = ag.grad(first.sum(), x)
    assert second.tolist() == [6, 12]
    assert ag.autograd.gradcheck(lambda x: x.cuda().sin().cpu(), x.double().detach().requires_grad_())


@each_maker
def test_every_constructor_makes_tensors_on_a_gpu(name, make, arguments):
    expected = make(*arguments)
    there = make(*arguments, device="cuda:1")
    assert (there.device, there.shape, there.dtype) == (ag.device("cuda:1"), expected.shape, expected.dtype)
    assert machine.current == 1, "the first GPU that a program names becomes the current one"
    if not name.startswith(("rand", "normal", "empty", "new_empty")):
        assert there.tolist() == expected.tolist()


def test_new_tensors_go_where_the_program_says():
    ag.set_default_device("cuda")
    assert ag.get_default_device() == ag.zeros(2).device == ag.tensor([1.0]).device == nn.Linear(2, 2).weight.device
    assert ag.get_default_device() == ag.randn(2).device == ag.arange(3).device == ag.Tensor([1.0]).device == GPU
    assert ag.zeros(2, device="cpu").device == ag.tensor(ag.zeros(2, device="cpu")).device == ag.device("cpu")
    assert ag.zeros_like(LIKE).device == ag.from_numpy(np.ones(1)).device == ag.device("cpu")
    with ag.device("cpu"):
        assert ag.ones(1).device.type == "cpu"
        with ag.device("cuda:1"):
            assert ag.get_default_device().index == 1
        assert ag.ones(1).device.type == "cpu"
    assert ag.ones(1).device == GPU
    seen = []
    thread = threading.Thread(target=lambda: seen.append(ag.ones(1).device.type))
    thread.start()
    thread.join()
    assert seen == ["cpu"]
    ag.set_default_device(None)
    assert ag.ones(1).device.type == "cpu"


def test_a_tensor_of_a_tensor_on_a_gpu_stays_there():
    x = on_gpu(1.0, 2.0)
    for made in (ag.tensor(x), ag.Tensor(x), ag.as_tensor(x), x.new_ones(2), ag.zeros_like(x), x.new_tensor([1.0])):
        assert made.device == GPU
    assert ag.tensor(x, device="cpu").device == ag.zeros_like(x, device="cpu").device == ag.device("cpu")
    assert x.new_ones(2, device="cpu").device == ag.device("cpu")
    assert ag.normal(x, x).device == GPU
    assert ag.tensor([x[0], 3.0]).tolist() == [1, 3]


# ------------------------------------------------------------------------------------------- what fails


def test_two_devices_are_named_where_they_meet():
    here, there = ag.ones(2), on_gpu(1.0, 2.0)
    words = "add: expected all tensors to be on the same device, but found at least two devices, "
    with pytest.raises(RuntimeError, match=exactly(
        f"{words}cpu and cuda:0 (float32[2] on cpu, float32[2] on cuda:0); move one of them with x.to(device)"
    )):  # fmt: skip
        here + there
    mixed = [
        lambda: there @ here, lambda: ag.cat([there, here]), lambda: F.linear(there, ag.ones(3, 2)),
        lambda: F.mse_loss(here, there), lambda: ag.maximum(there, here), lambda: F.cross_entropy(
            on_gpu([1.0, 2.0]), ag.tensor([1])), lambda: nn.Linear(2, 3)(there), lambda: there.backward(here)
    ]  # fmt: skip
    for call in mixed:
        with pytest.raises((RuntimeError, TypeError)):
            call()
    assert (there * ag.tensor(2.0)).tolist() == (ag.tensor(2.0) * there).tolist() == [2, 4]
    assert (there + here.cuda()).tolist() == [2, 3]


def test_two_gpus_are_not_one():
    one, other = ag.ones(2, device="cuda:0"), ag.ones(2, device="cuda:1")
    with pytest.raises(RuntimeError, match="found at least two devices, cuda:0 and cuda:1"):
        one + other
    assert other.exp().device == other.device  # though the other GPU is the current one
    with cuda.device(1):
        assert other.exp().device == other.device
        assert (one.to("cuda:1") + other).tolist() == [2, 2]
        assert cuda.current_device() == 1
    assert cuda.current_device() == 0
    with cuda.device_of(other):
        assert (other * 2).tolist() == [2, 2]
    with cuda.device_of(ag.ones(1)):
        assert cuda.current_device() == 0
    cuda.set_device("cuda:1")
    assert ag.ones(1, device="cuda").device == other.device


def test_a_program_that_names_the_second_gpu_only_computes_there():
    x = ag.tensor([1.0]).to("cuda:1")
    assert (x * 2 + 1).device == ag.device("cuda:1")


@pytest.mark.parametrize("named", ["cuda:2", "mps", "xpu:0", "meta"])
def test_there_is_no_such_device(named):
    with pytest.raises(ValueError, match=f"there is no device {named!r}"):
        ag.ones(1).to(named)


def test_what_lies_on_a_gpu_is_not_numpys():
    x = on_gpu(1.0, 2.0)
    for call in (x.numpy, lambda: np.asarray(x), lambda: np.array(x)):
        with pytest.raises(TypeError, match=r"on cuda:0; copy it to the host first: x.cpu\(\).numpy\(\)"):
            call()
    with pytest.raises(ValueError, match="sparse matrices lie on the CPU, but the values are on cuda:0"):
        ag.eye(2).to_sparse().cuda()
    with pytest.raises(ValueError, match=r"use values.cpu\(\)"):
        ag.sparse_coo_tensor([[0], [0]], on_gpu(1.0))


# ------------------------------------------------------------------------------------ modules, optimizers


def test_a_module_moves_and_stays_the_same_objects():
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    parameters = list(model.parameters())
    optimizer = optim.SGD(parameters, lr=0.1, momentum=0.9)
    (model(ag.tensor([[1.0, 2.0], [3.0, 0.5], [0.0, 1.0]])) ** 3).sum().backward()
    assert model.to("cuda") is model
    assert all(p is q for p, q in zip(model.parameters(), parameters, strict=True))
    assert {t.device for t in (*parameters, *model.buffers(), *(p.grad for p in parameters))} == {GPU}
    before = parameters[0].tolist()
    optimizer.step()
    assert parameters[0].tolist() != before
    model.to("cpu", ag.float64)
    assert {(t.device.type, t.dtype) for t in parameters} == {("cpu", ag.float64)}
    assert model.cuda(1)[0].weight.device == ag.device("cuda:1")
    assert model[1].num_batches_tracked.dtype == ag.int64


def test_a_lazy_layer_moves_before_it_has_a_shape():
    layer = nn.LazyLinear(3).to("cuda")
    assert layer.weight.device == GPU
    assert layer(on_gpu([1.0, 2.0])).shape == (1, 3)
    assert layer.weight.device == GPU
    assert nn.parameter.UninitializedParameter(device="cuda").to(ag.float64).device == GPU


def test_values_are_copied_between_devices():
    here, there = ag.zeros(2, 2), on_gpu([1.0, 2.0], [3.0, 4.0])
    here.copy_(there)
    assert here.tolist() == [[1, 2], [3, 4]]
    there[0] = ag.tensor([7.0, 8.0])
    here[1] = there[0]
    assert here.tolist() == [[1, 2], [7, 8]]
    assert there[ag.tensor([0])].tolist() == [[7, 8]]
    model = nn.Linear(2, 2)
    model.load_state_dict(nn.Linear(2, 2).cuda().state_dict())
    assert model.weight.device.type == "cpu"


# ------------------------------------------------------------------------------- files, pickles, sharing


def trained_pair():
    model = nn.Linear(2, 2).cuda()
    optimizer = optim.Adam(model.parameters())
    model(on_gpu([1.0, 2.0])).sum().backward()
    optimizer.step()
    return model, optimizer


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_stay_on_the_gpu(copied):
    model, optimizer = trained_pair()
    y = (on_gpu(1.0, 2.0, requires_grad=True) * 3).exp()
    twin, (other, steps) = copied(y), copied((model, optimizer))
    assert twin.device == other.weight.device == GPU
    assert twin.array is not y.array
    twin.sum().backward()
    assert steps.param_groups[0]["params"][0] is other.weight
    assert next(iter(steps.state.values()))["exp_avg"].device == GPU


def test_what_was_pickled_on_a_gpu_is_read_without_one():
    model, optimizer = trained_pair()
    x = on_gpu(1.0, 2.0, requires_grad=True)
    written = pickle.dumps([model, optimizer, (x * 3).exp(), ag.tensor(1.0).cuda()])
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "cupy", None)
        gpu.forget()
        model, optimizer, y, number = pickle.loads(written)
        assert {t.device.type for t in (model.weight, model.bias, y, number)} == {"cpu"}
        assert next(iter(optimizer.state.values()))["exp_avg"].device.type == "cpu"
        y.sum().backward()
        model(ag.ones(1, 2)).sum().backward()
        optimizer.step()
    gpu.forget()


@pytest.mark.parametrize("where", [None, "cpu", ag.device("cpu"), "cuda", {"cpu": "cuda"}, {}, "call", "keep"])
def test_files_say_nothing_of_devices_and_are_read_to_any(where):
    model, optimizer = trained_pair()
    file = io.BytesIO()
    ag.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": [1]}, file)
    file.seek(0)
    functions = {"call": lambda tensor, source: tensor.cuda(), "keep": lambda tensor, source: tensor}
    read = ag.load(file, functions.get(where, where) if isinstance(where, str) else where)
    expected = "cuda" if where in ("cuda", "call") or where == {"cpu": "cuda"} else "cpu"
    assert read["model"]["weight"].device.type == expected
    assert read["model"]["weight"].tolist() == model.weight.tolist()
    assert read["epoch"] == [1]
    optimizer.load_state_dict(read["optimizer"])
    assert next(iter(optimizer.state.values()))["exp_avg"].device == GPU


def test_memory_is_shared_with_other_libraries():
    array = StandIn(np.zeros(2, np.float32))
    shared = ag.from_dlpack(array)
    assert (shared.device, ag.from_dlpack(shared * 1).device) == (GPU, GPU)
    array[0] = 5.0
    shared[1] = 6.0
    assert shared.tolist() == array.tolist() == [5, 6]
    assert shared.__dlpack_device__() == (2, 0)
    assert ag.as_tensor(array).data_ptr() == array.data.ptr

    with pytest.raises(BufferError, match="requires gradients"):
        on_gpu(1.0, requires_grad=True).__dlpack__()


# -------------------------------------------------------------------------------------- pinned memory


def test_pinned_memory():
    x = ag.tensor([1.0, 2.0])
    pinned = x.pin_memory()
    assert (x.is_pinned(), pinned.is_pinned(), pinned[1:].is_pinned()) == (False, True, True)
    assert pinned.pin_memory() is pinned
    assert pinned.tolist() == [1, 2]
    assert ag.tensor(3.0).pin_memory().item() == 3
    assert not on_gpu(1.0).is_pinned()
    with pytest.raises(RuntimeError, match="this one lies on a GPU"):
        on_gpu(1.0).pin_memory()
    for way in ({"non_blocking": True}, {}):
        assert pinned.to("cuda", **way).tolist() == x.to("cuda", **way).tolist() == [1, 2]
    assert pinned.cuda(non_blocking=True).device == GPU
    assert ag.eye(2).pin_memory().T.to("cuda", non_blocking=True).tolist() == [[1, 0], [0, 1]]


def test_only_who_asks_for_it_goes_on_while_memory_is_copied(monkeypatch):
    def copied(self, values, stream=None):
        raise NotImplementedError

    monkeypatch.setattr(StandIn, "set", copied)
    pinned = ag.ones(2).pin_memory()
    assert pinned.to("cuda").tolist() == ag.ones(2).to("cuda", non_blocking=True).tolist() == [1, 1]
    with pytest.raises(NotImplementedError):
        pinned.to("cuda", non_blocking=True)


def test_a_loader_pins_its_batches():
    data = TensorDataset(ag.arange(4).float(), ag.arange(4))
    for x, y in DataLoader(data, 2, pin_memory=True):
        assert x.is_pinned()
        assert y.is_pinned()
    (x, _), *_ = DataLoader(data, 2)
    assert not x.is_pinned()
    loader = DataLoader(
        [1, 2], 2, collate_fn=lambda samples: {"all": ag.tensor(samples), "name": "a"}, pin_memory=True
    )
    (batch,) = loader
    assert (batch["all"].is_pinned(), batch["name"]) == (True, "a")


# --------------------------------------------------------------------------------- what cuda tells and does


def test_what_is_known_of_the_gpus():
    assert (cuda.is_available(), cuda.device_count(), cuda.current_device()) == (True, 2, 0)
    assert cuda.is_initialized()
    cuda.init()
    assert (cuda.get_device_name(), cuda.get_device_name(1)) == ("Stand-in 0", "Stand-in 1")
    assert cuda.get_device_capability() == (9, 0)
    assert cuda.get_device_properties("cuda:1").total_memory == 2**30
    assert (ag.accelerator.is_available(), ag.accelerator.current_accelerator()) == (True, ag.device("cuda"))
    assert ag.backends.cuda.is_built()
    assert ag.backends.cuda.is_available()
    with pytest.raises(ValueError, match="expected a GPU, such as 'cuda:0', not 'cpu'"):
        cuda.set_device("cpu")


def test_the_command_line_names_the_gpus():
    assert "devices: cpu, cuda:0 (Stand-in 0), cuda:1 (Stand-in 1)" in info.lines()


def test_memory_is_counted():
    gc.collect()
    cuda.reset_peak_memory_stats()
    before = cuda.memory_allocated()
    assert cuda.max_memory_allocated() == before
    x = ag.zeros(1000, device="cuda")
    assert cuda.memory_allocated() == before + 4000
    del x
    gc.collect()
    assert cuda.memory_allocated() == before
    assert cuda.max_memory_allocated() == before + 4000
    assert cuda.max_memory_reserved() >= cuda.memory_reserved() >= cuda.memory_allocated()
    cuda.reset_peak_memory_stats()
    assert cuda.max_memory_allocated() == before
    cuda.empty_cache()
    free, total = cuda.mem_get_info()
    assert (free <= total, total) == (True, 2**30)
    cuda.set_per_process_memory_fraction(0.5)
    with pytest.raises(ValueError, match="the share must lie in"):
        cuda.set_per_process_memory_fraction(1.5)
    assert cuda.memory_allocated("cuda:1") == 0


def test_running_out_of_memory_is_an_error_of_memory(cupy):
    assert cuda.OutOfMemoryError is cupy.cuda.memory.OutOfMemoryError
    x = on_gpu(1.0)
    with pytest.MonkeyPatch.context() as patch:

        def fails(*args, **kwargs):
            raise cupy.cuda.memory.OutOfMemoryError("Out of memory allocating 4 bytes")

        patch.setattr(StandIn, "__mul__", fails)
        with pytest.raises(cuda.OutOfMemoryError, match="Out of memory allocating"):
            x * x
    assert (x * x).tolist() == [1]


def test_streams_and_events():
    s = cuda.Stream()
    assert cuda.current_stream() == cuda.default_stream() != s
    with cuda.stream(s):
        assert cuda.current_stream() == s
        assert hash(cuda.current_stream()) == hash(s)
        start, end = cuda.Event(enable_timing=True), cuda.Event(enable_timing=True)
        start.record()
        end.record()
    with cuda.stream(None):
        assert cuda.current_stream() == cuda.default_stream()
    assert start.elapsed_time(end) > 0
    assert (start.query(), s.query()) == (True, True)
    assert start.cupy_event.stream is s.cupy_stream
    s.wait_event(start)
    assert s.cupy_stream.waited == [start.cupy_event]
    cuda.current_stream().wait_stream(s)
    assert len(cuda.current_stream().cupy_stream.waited) > 0
    counts.clear()
    s.synchronize()
    end.synchronize()
    cuda.synchronize()
    cuda.synchronize(1)
    assert counts.waits == 4
    cuda.set_stream(s)
    assert cuda.current_stream() == s
    cuda.set_stream(None)
    cuda.set_stream(cuda.default_stream())
    assert "device=cuda:0" in repr(s)
    with pytest.raises(RuntimeError, match="cudaError"):
        cuda.Event().elapsed_time(end)


def test_random_numbers_of_the_gpu_have_a_seed():
    def drawn():
        return [ag.rand(3, device="cuda").tolist(), ag.randn(2, device="cuda").tolist()]

    ag.manual_seed(1)
    first = drawn()
    assert drawn() != first
    ag.manual_seed(1)
    ag.rand(3)
    assert drawn() == first
    here = ag.rand(3).tolist()
    ag.manual_seed(1)
    ag.rand(3)
    cuda.manual_seed(2)
    other = drawn()
    cuda.manual_seed(1)
    assert drawn() == first != other
    assert ag.rand(3).tolist() == here
    cuda.manual_seed_all(2)
    assert drawn() == other
    cuda.seed_all()
    assert cuda.initial_seed() == ag.initial_seed() == 1
    g = ag.Generator("cuda").manual_seed(1)
    assert ag.rand(3, generator=g, device="cuda").tolist() == first[0]
    assert ag.randperm(5, device="cuda").device == GPU


def test_the_same_seed_gives_the_same_weights_on_both():
    ag.manual_seed(0)
    here = nn.Linear(3, 2)
    ag.manual_seed(0)
    there = nn.Linear(3, 2, device="cuda")
    assert there.weight.device == GPU
    assert there.weight.tolist() == here.weight.tolist()


def test_tf32_is_one_switch(cupy):
    types = cupy._core._routines_linalg.compute_types
    assert not ag.backends.cuda.matmul.allow_tf32
    assert ag.get_float32_matmul_precision() == "highest"
    ag.zeros(1, device="cuda")
    ag.backends.cuda.matmul.allow_tf32 = True
    assert types == {np.dtype(np.float32): 7}
    assert ag.get_float32_matmul_precision() == "high"
    ag.set_float32_matmul_precision("highest")
    assert (types, ag.backends.cuda.matmul.allow_tf32) == ({np.dtype(np.float32): 1}, False)
    ag.set_float32_matmul_precision("medium")
    with installed() as later:
        ag.zeros(1, device="cuda")
        assert later._core._routines_linalg.compute_types == {np.dtype(np.float32): 7}
    ag.set_float32_matmul_precision("highest")


# ---------------------------------------------------------------------------------------- without a GPU


@pytest.fixture
def without(request):
    """No GPU, for a reason."""
    with pytest.MonkeyPatch.context() as patch:
        request.param(patch)
        gpu.forget()
        yield
    gpu.forget()


def no_cupy(patch):
    patch.setitem(sys.modules, "cupy", None)


def no_driver(patch):
    def fails():
        raise RuntimeError("cudaErrorInsufficientDriver: CUDA driver version is insufficient\nmore")

    patch.setattr(sys.modules["cupy"].cuda.runtime, "getDeviceCount", fails)


def no_gpu(patch):
    patch.setattr(sys.modules["cupy"].cuda.runtime, "getDeviceCount", lambda: 0)


REASONS = {
    no_cupy: 'CuPy is not installed: pip install "autograd_engine[gpu]"',
    no_driver: (
        "CuPy is installed, but finds no GPU: cudaErrorInsufficientDriver: CUDA driver version is insufficient"
    ),
    no_gpu: "CuPy is installed, but finds no GPU",
}


@pytest.mark.parametrize(("without", "reason"), REASONS.items(), indirect=["without"])
def test_the_error_says_what_is_missing(without, reason):
    words = exactly(f"there is no device 'cuda': {reason}")
    for call in (
        lambda: ag.ones(1).to("cuda"), ag.ones(1).cuda, lambda: nn.Linear(1, 1).to("cuda"), lambda: ag.device(
            "cuda").__enter__(), lambda: ag.zeros(1, device="cuda"), lambda: ag.set_default_device("cuda"),
        lambda: ag.Generator("cuda"), cuda.current_device, cuda.get_device_name, cuda.Stream, cuda.current_stream,
    ):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            call()
    for call in (ag.ones(1).pin_memory, cuda.Event, cuda.init):
        with pytest.raises(ValueError, match=exactly(f"there is no GPU: {reason}")):
            call()
    assert (cuda.is_available(), cuda.device_count(), cuda.max_memory_allocated()) == (False, 0, 0)
    assert ag.accelerator.current_accelerator() is None
    assert not ag.backends.cuda.is_built()
    assert cuda.OutOfMemoryError is MemoryError
    (batch,) = DataLoader(ag.arange(2), 2, pin_memory=True)
    assert not batch.is_pinned()
    cuda.manual_seed(1)
    cuda.synchronize()
    cuda.empty_cache()
    cuda.reset_peak_memory_stats()
    assert ag.ones(1).to("cpu").device.type == "cpu"
