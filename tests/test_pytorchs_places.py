"""PyTorch's names on the top floor: those that ask, those that switch what is not there, those of one process."""

import importlib
import logging
import sys
import types

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.backend import absent
from tests.gpus import ABSENT
from tests.messages import exactly


@pytest.fixture
def log(caplog):
    absent.without_effect.cache_clear()
    with caplog.at_level(logging.WARNING, logger="autograd_engine"):
        yield caplog
    absent.without_effect.cache_clear()


def test_there_is_no_accelerator():
    assert ag.accelerator.current_accelerator() is None
    assert not ag.accelerator.is_available()
    assert ag.accelerator.device_count() == 0
    cuda = ag.cuda
    assert {cuda.is_available(), cuda.is_initialized(), cuda.is_bf16_supported()} == {False}
    assert cuda.memory_allocated() == cuda.max_memory_allocated() == cuda.memory_reserved() == 0
    assert cuda.memory_allocated.__name__ == "memory_allocated"
    assert cuda.reset_peak_memory_stats() is cuda.synchronize() is cuda.empty_cache() is None


@pytest.mark.parametrize(
    "name", ["current_device", "set_device", "get_device_name", "get_device_capability", "get_device_properties"]
)
def test_what_asks_a_gpu_itself_is_refused(name):
    words = exactly(f"there is no device 'cuda:1': {ABSENT}")
    asked = getattr(ag.cuda, name)
    assert asked.__name__ == name
    if name != "current_device":
        with pytest.raises(ValueError, match=words):
            asked(1)
    if name != "set_device":
        with pytest.raises(ValueError, match="no device 'cuda'"):
            asked()


@pytest.mark.parametrize(
    "make", [lambda: ag.autocast("cuda"), ag.cuda.amp.autocast, lambda: ag.amp.autocast("cpu")]
)
def test_autocast_changes_nothing_and_says_so_once(make, log):
    with make(), make():
        assert (ag.ones(2, 2) @ ag.ones(2, 2)).dtype is ag.float32
    assert make()(lambda: 3)() == 3
    (record,) = log.records
    assert record.getMessage() == (
        "autocast has no effect here: everything is computed in the dtype of its operands, such as float32"
    )
    assert not ag.amp.is_autocast_available("cpu")
    assert not ag.is_autocast_enabled()


def test_autocast_that_is_not_wanted_says_nothing(log):
    with ag.autocast("cpu", enabled=False), ag.cuda.amp.autocast(False):
        pass
    assert log.records == []
    with pytest.raises(ValueError, match="no device 'gpu'"):
        ag.autocast("gpu")


@pytest.mark.parametrize("kind", [ag.GradScaler, ag.amp.GradScaler, ag.cuda.amp.GradScaler])
def test_a_scaler_without_a_gpu_steps_as_the_optimizer_does(kind):
    w, v = (ag.tensor([1.0], requires_grad=True) for _ in range(2))
    with pytest.warns(UserWarning, match="GradScaler is enabled, but there is no GPU; it is disabled: CuPy is not"):
        scaler = kind()
    optimizer, plain = ag.optim.SGD([w], lr=0.1), ag.optim.SGD([v], lr=0.1)
    scaler.scale((w * w).sum()).backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    (v * v).sum().backward()
    plain.step()
    assert w.item() == v.item()
    assert (scaler.state_dict(), scaler.get_scale(), scaler.is_enabled()) == ({}, 1.0, False)
    scaler.load_state_dict({"scale": 2.0})
    assert scaler.get_scale() == 1.0
    assert scaler.step(optimizer, lambda: 5) == 5
    assert not kind(enabled=False).is_enabled()


def test_the_decorators_of_amp_call_the_function():
    class Double(ag.autograd.Function):
        @staticmethod
        @ag.amp.custom_fwd
        def forward(ctx, x):
            return x * 2

        @staticmethod
        @ag.amp.custom_bwd(device_type="cuda")
        def backward(ctx, g):
            return g * 2

    x = ag.ones(2, requires_grad=True)
    Double.apply(x).sum().backward()
    assert x.grad.tolist() == [2, 2]


def test_backends_can_be_switched():
    cudnn = importlib.import_module("autograd_engine.backends.cudnn")
    assert cudnn is ag.backends.cudnn
    cudnn.benchmark = True
    assert ag.backends.cudnn.benchmark
    cudnn.benchmark = False
    ag.backends.cuda.matmul.allow_tf32 = False
    ag.backends.cuda.enable_flash_sdp(True)
    available = {name for name in ag.backends.__all__ if getattr(ag.backends, name).is_available()}
    assert available == {"cpu", "openmp"}
    assert {ag.backends.mps.is_built(), ag.backends.cuda.is_built()} == {False}
    assert cudnn.version() is None
    assert ag.backends.cuda.preferred_blas_library() == "cublas"
    refused = "preferred_blas_library: expected one of 'cublaslt', 'cublas', 'default', not 'mkl'"
    with pytest.raises(ValueError, match=refused):
        ag.backends.cuda.preferred_blas_library("mkl")
    with pytest.raises(AttributeError, match="has no attribute 'cudn': the nearest name is cudnn"):
        ag.backends.cudn  # noqa: B018


def test_compile_returns_what_it_was_given_and_says_so_once(log):
    model = nn.Linear(1, 1)
    assert ag.compile(model, mode="max-autotune") is model
    assert ag.compile(fullgraph=True)(model) is model
    assert [r.getMessage()[:29] for r in log.records] == ["compile has no effect here: t"]
    assert ag.compiler.disable(model) is model
    assert not ag.compiler.is_compiling()
    assert ag.compiler.reset() is None


def test_jit_is_the_identity():
    jit = ag.jit
    assert jit.script(max) is jit.script_method(max) is jit.ignore(max) is jit.unused(max) is jit.export(max) is max
    assert jit.ignore(drop=True)(max) is max
    assert {jit.is_scripting(), jit.is_tracing()} == {False}
    assert jit.wait(jit.fork(max, 1, 2)) == 2
    for call in (jit.trace, jit.load, jit.save, ag.onnx.export):
        with pytest.raises(NotImplementedError, match="no graph of one can be kept; save the weights"):
            call(None)
    with pytest.raises(NotImplementedError, match=exactly("hub.load: it fetches programs and runs them; take ...")):
        ag.hub.load("pytorch/vision", "resnet18")
    assert ag.hub.load.__name__ == "load"


def test_one_process_is_all_processes(monkeypatch):
    dist = ag.distributed
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert dist.is_available()
    assert {dist.is_initialized(), dist.is_nccl_available(), dist.is_torchelastic_launched()} == {False}
    with pytest.raises(RuntimeError, match="call init_process_group"):
        dist.get_backend()
    dist.init_process_group("nccl", rank=0, world_size=1)
    try:
        assert (dist.is_initialized(), dist.get_rank(), dist.get_world_size(), dist.get_backend()) == (
            True,
            0,
            1,
            "nccl",
        )
        with pytest.raises(RuntimeError, match="destroy_process_group"):
            dist.init_process_group()
        x, found, objects = ag.tensor([1.0, 2.0]), [ag.zeros(2)], [None]
        for op in dist.ReduceOp:
            dist.all_reduce(x, op)
        dist.reduce(x, 0)
        dist.broadcast(x, 0)
        dist.barrier()
        assert x.tolist() == [1, 2]
        dist.all_gather(found, x)
        assert found[0].tolist() == [1, 2]
        dist.gather(2 * x, found)
        assert found[0].tolist() == [2, 4]
        dist.all_gather_object(objects, "a")
        dist.broadcast_object_list(objects)
        assert objects == ["a"]
    finally:
        dist.destroy_process_group()
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(RuntimeError, match="2 processes are wanted"):
        dist.init_process_group()
    assert not dist.is_initialized()


def test_a_model_on_many_devices_is_the_model(tmp_path):
    torch = pytest.importorskip("torch")
    for kind in (nn.DataParallel, nn.parallel.DistributedDataParallel):
        inner = nn.Linear(2, 3)
        model, x = kind(inner, device_ids=[0]), ag.rand(4, 2)
        assert model.module is inner
        assert (model(x) == inner(x)).all()
        theirs = torch.nn.DataParallel(torch.nn.Linear(2, 3))
        assert [*model.state_dict()] == [*theirs.state_dict()]
    with model.no_sync():
        assert (nn.parallel.data_parallel(inner, x) == inner(x)).all()


def square(i, path):
    (path / str(i)).write_text(str(i * i))


def test_processes_are_pythons(tmp_path):
    mp = ag.multiprocessing
    mp.spawn(square, (tmp_path,), nprocs=2, start_method="fork")
    assert [(tmp_path / str(i)).read_text() for i in (0, 1)] == ["0", "1"]
    with pytest.raises(RuntimeError, match=exactly("spawn: process 0 of 1 ended with code 1")):
        mp.spawn(square, (tmp_path / "none",), start_method="fork")
    with pytest.raises(ValueError, match="join=False"):
        mp.spawn(square, join=False)
    assert mp.get_sharing_strategy() in mp.get_all_sharing_strategies()
    mp.set_sharing_strategy("file_system")
    assert mp.Process


def test_random_numbers_can_be_forked():
    ag.manual_seed(3)
    with ag.random.fork_rng():
        inside = ag.rand(3)
    assert (ag.rand(3) == inside).all()
    with ag.random.fork_rng(enabled=False):
        inside = ag.rand(3)
    assert not (ag.rand(3) == inside).any()


def test_switches_that_change_nothing():
    assert ag.get_float32_matmul_precision() == "highest"
    ag.set_float32_matmul_precision("high")
    assert ag.get_float32_matmul_precision() == "high"
    ag.set_float32_matmul_precision("highest")
    with pytest.raises(ValueError, match="takes highest, high or medium, not 'low'"):
        ag.set_float32_matmul_precision("low")
    ag.use_deterministic_algorithms(True, warn_only=True)
    ag.set_deterministic_debug_mode("warn")
    ag.set_num_interop_threads(4)
    ag.set_default_device("cpu")
    assert ag.are_deterministic_algorithms_enabled()
    assert (ag.get_deterministic_debug_mode(), ag.get_num_interop_threads(), ag.set_flush_denormal(True)) == (
        0,
        1,
        False,
    )
    assert ag.get_default_device() == ag.device("cpu")
    with pytest.raises(ValueError, match="no device 'cuda'"):
        ag.set_default_device("cuda")
    assert not ag.is_inference_mode_enabled()
    with ag.inference_mode():
        assert ag.is_inference_mode_enabled()
    with ag.autograd.set_multithreading_enabled(False):
        pass


def test_a_variable_is_a_tensor():
    Variable = ag.autograd.Variable
    x = Variable(ag.ones(2), requires_grad=True)
    assert (type(x), x.requires_grad, x.is_leaf) == (ag.Tensor, True, True)
    assert isinstance(ag.ones(1), Variable)
    y = 2 * x
    assert Variable(y) is y
    assert not Variable(ag.ones(1)).requires_grad


def test_the_files_of_pytorchs_packages_are_there():
    data = ag.utils.data
    assert data.dataloader.DataLoader is data.DataLoader
    assert data.dataset.TensorDataset is data.TensorDataset
    assert data.sampler.RandomSampler is data.RandomSampler
    assert data.distributed.DistributedSampler is data.DistributedSampler
    for file, name in [("conv", "Conv2d"), ("batchnorm", "BatchNorm1d"), ("rnn", "LSTM"), ("sparse", "Embedding")]:
        module = importlib.import_module(f"autograd_engine.nn.modules.{file}")
        assert getattr(module, name) is getattr(nn, name)
        assert getattr(nn.modules, file) is module


@pytest.mark.parametrize(
    "name", ["nn.utils", "nn", "cuda", "utils", "utils.data", "distributed", "jit", "autograd"]
)
def test_an_absent_name_says_what_is_near(name):
    module = importlib.import_module(f"autograd_engine.{name}")
    known = next(n for n in sorted(dir(module)) if not n.startswith("_") and len(n) > 5)
    with pytest.raises(AttributeError, match=f"has no attribute '{known}x': the nearest name is "):
        getattr(module, known + "x")


def test_absent_names_are_absent_and_known_to_pytorch():
    torch = pytest.importorskip("torch")
    for path in absent.ABSENT:
        ours, theirs = ag, torch
        *rooms, last = path.split(".")
        for room in rooms:
            ours, theirs = getattr(ours, room), getattr(theirs, room)
        if hasattr(ours, last):
            with pytest.raises(NotImplementedError):
                getattr(ours, last)()
        try:
            importlib.import_module(f"torch.{path}")
        except ImportError:
            assert hasattr(theirs, last), path


def test_the_writer_for_tensorboard_is_that_of_another_package(monkeypatch):
    made = type("SummaryWriter", (), {"__init__": lambda self, log_dir: setattr(self, "log_dir", log_dir)})
    monkeypatch.setitem(sys.modules, "tensorboardX", types.SimpleNamespace(SummaryWriter=made))
    writer = ag.utils.tensorboard.SummaryWriter(log_dir="runs")
    assert (type(writer), writer.log_dir) == (made, "runs")
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    monkeypatch.setitem(sys.modules, "torch", types.ModuleType("torch"))  # as after as_torch()
    with pytest.raises(ImportError, match="pip install tensorboardX"):
        ag.utils.tensorboard.SummaryWriter()


def test_samplers_of_many_processes_and_of_many_draws():
    torch = pytest.importorskip("torch")
    for arguments in ((5, 2, 0), (5, 2, 1), (7, 3, 2), (1, 4, 3)):
        for drop in (False, True):
            settings = {"shuffle": False, "drop_last": drop}
            count, *rest = arguments
            ours = ag.utils.data.DistributedSampler(range(count), *rest, **settings)
            theirs = torch.utils.data.DistributedSampler(range(count), *rest, **settings)
            assert [*ours] == [*theirs]
            assert len(ours) == len(theirs)
    shares = [[*ag.utils.data.DistributedSampler(range(10), 2, rank, seed=1)] for rank in (0, 1)]
    assert sorted([*shares[0], *shares[1]]) == list(range(10))
    shuffled = ag.utils.data.DistributedSampler(range(100))
    first = [*shuffled]
    shuffled.set_epoch(1)
    assert [*shuffled] != first
    with pytest.raises(ValueError, match="no process 2 of 2"):
        ag.utils.data.DistributedSampler(range(5), 2, 2)
    draws = iter(ag.utils.data.RandomSampler(range(5), replacement=True, num_samples=int(1e10)))
    assert {next(draws) for _ in range(100)} == set(range(5))
    assert len([*ag.utils.data.RandomSampler(range(5), replacement=True, num_samples=5000)]) == 5000


def test_streams_one_after_the_other_and_data_sets_side_by_side():
    data = ag.utils.data
    chain = data.ChainDataset([[1, 2], [3]])
    assert [*chain] == [1, 2, 3]
    assert len(chain) == 3
    pairs = data.StackDataset([1, 2], "ab")
    assert (len(pairs), pairs[1]) == (2, (2, "b"))
    assert data.StackDataset(x=[1, 2], y="ab")[0] == {"x": 1, "y": "a"}
    for wrong in (
        lambda: data.StackDataset(),
        lambda: data.StackDataset([1], x=[1]),
        lambda: data.StackDataset([1], "ab"),
    ):
        with pytest.raises(ValueError, match="StackDataset takes data sets"):
            wrong()


def test_older_settings_of_losses_are_read_with_a_warning():
    x, y = ag.tensor([1.0, 2.0]), ag.tensor([0.0, 0.0])
    for settings, expected in [
        ({"size_average": False}, 5.0),
        ({"size_average": True}, 2.5),
        ({"reduce": False}, [1.0, 4.0]),
        ({"reduce": True}, 2.5),
        ({"size_average": False, "reduce": False}, [1.0, 4.0]),
    ]:
        with pytest.warns(UserWarning, match="older settings; write reduction="):
            loss = nn.MSELoss(**settings)
        np.testing.assert_allclose(loss(x, y).numpy(), expected)


def test_a_profile_says_what_to_measure_with():
    words = "profiler.profile: measure with Python's cProfile: python -m cProfile -s tottime PROGRAM"
    with pytest.raises(NotImplementedError, match=exactly(words)):
        ag.profiler.profile(activities=[ag.profiler.ProfilerActivity.CPU])
    with ag.profiler.record_function("step"):
        assert ag.profiler.record_function("step")(lambda: 3)() == 3


def test_one_way_to_compute_an_attention_stands_for_all():
    from autograd_engine.nn.attention import SDPBackend, sdpa_kernel

    q = ag.randn(1, 2, 3)
    expected = nn.functional.scaled_dot_product_attention(q, q, q)
    with sdpa_kernel(SDPBackend.MATH), ag.backends.cuda.sdp_kernel(enable_flash=False):
        np.testing.assert_array_equal(nn.functional.scaled_dot_product_attention(q, q, q), expected)


def test_what_a_tensor_is_not():
    x = ag.arange(6.0).reshape(2, 3)
    names = "meta mkldnn mps nested quantized sparse sparse_csr xpu"
    assert not any(getattr(x, f"is_{name}") for name in names.split())
    assert not any((x.is_inference(), x.is_shared()))
    assert x.share_memory_() is x
    assert x.layout is ag.strided
    assert [y.storage_offset() for y in (x, x[1], x[1, 2:], x[:, 1], ag.ones(()))] == [0, 3, 5, 1, 0]


def test_files_of_pytorchs_hold_modules_of_several_of_ours():
    module = importlib.import_module("autograd_engine.nn.modules.activation")
    assert module.ReLU is nn.ReLU
    assert module.MultiheadAttention is nn.MultiheadAttention
    assert importlib.import_module("autograd_engine.nn.modules.pixelshuffle").PixelShuffle is nn.PixelShuffle
