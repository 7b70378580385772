"""Convolutions by cuDNN: what it is handed over, when it is used, and that it has plans for our graphs on a
card."""

import json
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.backend import gpu, kernels
from autograd_engine.backend.kernels.convolution import Geometry, places_of
from autograd_engine.backend.kernels.layout import channels_last
from autograd_engine.backend.nvidia import convolution, trust

from . import StandIn
from .array import Device
from .cudnn import done, module, names, numerical_note
from .nvidia import lt

RANDOM = np.random.default_rng(0)
NEAR = {np.float32: 2e-5, np.float16: 2e-3}


def drawn(shape, dtype=np.float32, order="C"):
    """An array with its channels last in memory, in rows, or as a part of another."""
    values = RANDOM.normal(size=shape).astype(dtype)
    way = RANDOM.integers(3)
    if way == 0:
        return StandIn(values)
    if way == 1:
        return StandIn(np.pad(values, [(0, 0)] * (len(shape) - 1) + [(1, 0)]))[..., 1:]
    made = channels_last(shape, StandIn(values))
    made[...] = StandIn(values)
    return made


def case():
    """Sizes of a convolution: pictures, filters, and how the window moves."""
    dims = int(RANDOM.integers(1, 4))
    groups = int(RANDOM.choice([1, 1, 2, 4]))
    channels, filters = groups * RANDOM.integers(1, 3), groups * RANDOM.integers(1, 3)
    window, stride, pad, apart = (
        tuple(map(int, RANDOM.integers(low, high, dims))) for low, high in ((1, 4), (1, 3), (0, 3), (1, 3))
    )
    size = [int(d * (k - 1) + RANDOM.integers(1, 5)) for d, k in zip(apart, window, strict=True)]
    geometry = Geometry(stride, pad, pad, apart, groups)
    return (
        (int(RANDOM.integers(1, 4)), int(channels), *size),
        (int(filters), int(channels // groups), *window),
        geometry,
    )


def three(shape, weights, geometry, dtype):
    """Pictures, filters, gradients of results, and a bias for each of the first two."""
    places = places_of(shape[2:], weights[2:], geometry)
    x, w, g = (drawn(s, dtype) for s in (shape, weights, (shape[0], weights[0], *places)))
    return x, w, g, *(StandIn(RANDOM.normal(size=n).astype(dtype)) for n in (weights[0], shape[1]))


@pytest.mark.parametrize("dtype", NEAR)
def test_convolutions_and_their_gradients(dtype):
    for number in range(40):
        shape, weights, geometry = case()
        x, w, g, bias, other = three(shape, weights, geometry, dtype)
        if number % 2:
            bias = other = None
        for kernel, arguments in [
            (kernels.convolve, (x, w, bias, geometry)),
            (kernels.convolve_input, (g, w, other, shape[2:], geometry)),
            (kernels.convolve_weight, (g, x, weights[2:], geometry)),
        ]:
            done.clear()
            found = kernel(*arguments)
            assert len(done.graphs) == (0 if 1 in (shape[-1], weights[-1]) and len(shape) == 5 else 1)
            wide = [a.get().astype(float) if isinstance(a, StandIn) else a for a in arguments]
            expected = kernel.numpy(*wide)
            assert (found.shape, found.dtype) == (expected.shape, dtype)
            np.testing.assert_allclose(
                found.get(), expected, rtol=NEAR[dtype], atol=NEAR[dtype] * np.abs(expected).max()
            )


def test_results_have_their_channels_last_and_weights_lie_as_always():
    x, w, g, *_ = three((2, 3, 5, 5), (4, 3, 3, 3), Geometry((1, 1), (0, 0), (0, 0), (1, 1), 1), np.float32)
    geometry = Geometry((1, 1), (0, 0), (0, 0), (1, 1), 1)
    for made in (kernels.convolve(x, w, None, geometry), kernels.convolve_input(g, w, None, (5, 5), geometry)):
        assert made.transpose(0, 2, 3, 1).flags.c_contiguous
        assert made.base is None
    assert kernels.convolve_weight(g, x, (3, 3), geometry).flags.c_contiguous
    assert len(done.graphs) == 3


def test_plans_are_kept():
    x, w = ag.rand(2, 3, 5, 5, device="cuda"), ag.rand(4, 3, 3, 3, device="cuda", requires_grad=True)
    for _ in range(3):
        ag.nn.functional.conv2d(x, w, padding=2).sum().backward()
    assert (done.built, len(done.graphs)) == (2, 6)
    ag.nn.functional.conv2d(x, w, padding=1)
    assert done.built == 3


def test_what_it_is_not_made_for_is_left_to_products_of_matrices():
    for x, w, before, after in [
        (drawn((2, 2, 5), np.float64), drawn((2, 2, 3), np.float64), 1, 1),
        (drawn((2, 2, 5)), drawn((2, 2, 3)), 1, 2),
        (drawn((2, 2, 5)), drawn((2, 2, 3)), -1, -1),
        (drawn((0, 2, 5)), drawn((2, 2, 3)), 0, 0),
    ]:
        geometry = Geometry((1,), (before,), (after,), (1,), 1)
        found = kernels.convolve(x, w, None, geometry)
        np.testing.assert_allclose(
            found.get(), kernels.convolve.numpy(x.get(), w.get(), None, geometry), rtol=1e-4, atol=1e-6
        )
    assert not done.graphs
    with pytest.raises(RuntimeError, match="found at least two devices, cuda:0 and cuda:1"):
        ag.nn.functional.conv2d(ag.rand(1, 1, 3, 3, device="cuda"), ag.rand(1, 1, 2, 2, device="cuda:1"))
    assert not done.graphs


def test_products_of_matrices_for_many_pictures_are_few_and_in_this_thread(monkeypatch):
    monkeypatch.setattr("autograd_engine.backend.kernels.convolution.share", None)
    geometry = Geometry((1, 1), (1, 1), (1, 1), (1, 1), 1)
    x, w, g, *_ = three((8, 8, 32, 32), (4, 8, 3, 3), geometry, np.float64)
    for made in (
        kernels.convolve(x, w, None, geometry),
        kernels.convolve_input(g, w, None, (32, 32), geometry),
        kernels.convolve_weight(g, x, (3, 3), geometry),
    ):
        assert made.dtype == np.float64
    assert len(lt.products) == 3
    assert not done.graphs


def convolved(dtype=np.float32):
    """A convolution, and the notes of which no plan was wanted."""
    geometry = Geometry((1, 1), (1, 1), (1, 1), (1, 1), 1)
    x, w, *_ = three((1, 2, 4, 4), (3, 2, 3, 3), geometry, dtype)
    done.graphs.clear()
    found = kernels.convolve(x, w, None, geometry)
    np.testing.assert_allclose(
        found.get(), kernels.convolve.numpy(x.get(), w.get(), None, geometry), rtol=1e-2, atol=1e-2
    )
    return done.graphs[0].notes if done.graphs else None


def test_programs_choose_the_precision_and_whether_bits_may_differ():
    flags = ag.backends.cudnn
    assert (flags.allow_tf32, flags.deterministic, flags.enabled) == (True, False, True)
    try:
        assert convolved() == set()
        flags.allow_tf32 = False
        assert convolved() == {numerical_note.TENSOR_CORE}
        assert convolved(np.float16) == set()
        before = gpu.round_factors("bfloat16")
        assert convolved() == set()
        gpu.round_factors(before)
        flags.deterministic = True
        assert convolved() == {numerical_note.TENSOR_CORE, numerical_note.NONDETERMINISTIC}
    finally:
        flags.allow_tf32, flags.deterministic = True, False
    with flags.flags(enabled=False):
        assert convolved() is None
        assert flags.is_available()
    with flags.flags(True, allow_tf32=False):
        assert convolved() == {numerical_note.TENSOR_CORE}
    assert convolved() == set()
    assert flags.is_available()
    assert flags.version() == 92801


def test_each_stream_and_each_gpu(cupy):
    for index in (0, 1):
        with Device(index):
            for stream in (cupy.cuda.Stream(), cupy.cuda.Stream()):
                with stream:
                    assert convolved() == set()


@pytest.fixture
def anew():
    """The library as it is at the start of a program, and as it was before after the test."""
    before = convolution.library._handles
    convolution.library._handles, convolution.library._reason = {}, None
    done.clear()
    yield
    convolution.library._handles, convolution.library._reason = before, None
    done.clear()


def fails_with(reason):
    with pytest.warns(RuntimeWarning, match=f"cuDNN is not used, CuPy's functions are: {reason}") as found:
        assert convolved() is None
    assert len(found) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert convolved() is None
    assert not ag.backends.cudnn.is_available()
    assert ag.backends.cudnn.version() is None


@pytest.mark.usefixtures("anew")
def test_wrong_numbers_are_noticed_before_anybody_uses_them():
    done.wrong = 1.0
    with pytest.warns(RuntimeWarning, match="RuntimeError: convolve of a small picture is wrong"):
        assert convolution.library.here() is None


@pytest.mark.usefixtures("anew")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("cudnn", "ImportError: cudnn is not found"),
        ("frontend", "ModuleNotFoundError: import of cudnn halted; None in sys.modules"),
    ],
)
def test_a_library_that_is_not_there(name, reason, monkeypatch):
    if name == "frontend":
        monkeypatch.setitem(sys.modules, "cudnn", None)
    else:

        def missing(name):
            raise ImportError(f"{name} is not found")

        monkeypatch.setattr(trust, "load", lambda n: missing(n) if n == name else None)
    fails_with(reason)


@pytest.mark.usefixtures("anew")
def test_an_error_of_the_first_convolution_is_told_once():
    done.broken = True
    fails_with("RuntimeError: CUDNN_STATUS_EXECUTION_FAILED")


@pytest.mark.usefixtures("anew")
def test_an_error_of_a_later_convolution():
    assert convolved() == set()

    def broken(self, *given):
        raise RuntimeError("CUDNN_STATUS_EXECUTION_FAILED")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.pygraph, "execute", broken)
        fails_with(r"RuntimeError: CUDNN_STATUS_EXECUTION_FAILED, for \(1, 2, 4, 4\) by \(3, 2, 3, 3\)")


@pytest.mark.usefixtures("anew")
def test_a_full_memory_is_said_and_the_library_stays_in_use(monkeypatch, cupy):
    empty = cupy.empty

    def full(shape, dtype=float):
        raise cupy.cuda.memory.OutOfMemoryError

    convolution.library.here()
    monkeypatch.setattr(cupy, "empty", full)
    with pytest.raises(MemoryError):
        convolved()
    monkeypatch.setattr(cupy, "empty", empty)
    assert convolved() == set()


# --------------------------------------------------------------------------------------------- cuDNN itself

CARD = {
    "deviceName": "NVIDIA H100 80GB HBM3", "deviceVer": 900, "driverVer": 13000, "cudaDeviceId": 0,
    "pciDeviceId": 0, "multiProcessorCount": 132, "smCountOrigin": 0, "warpSize": 32,
    "maxGridSize": [2**31 - 1, 65535, 65535], "maxBlockSize": [1024, 1024, 64], "maxThreadsPerBlock": 1024,
    "maxThreadsPerSM": 2048, "maxCtasPerSM": 32, "regsPerBlock": 65536, "maxRegistersPerSM": 65536,
    "maxSharedMemoryPerBlock": 49152, "maxSharedMemoryPerBlockOptin": 232448,
    "reservedSharedMemoryPerBlock": 1024, "oversizedSharedMemoryPerBlock": 0, "l2CacheSize": 50 << 20,
    "totalGlobalMem": 80 << 30, "memoryBusWidth": 5120, "smClockRateKHz": 1980000, "memClockRateKHz": 2619000,
    "isTccDriver": 0, "supportCoopLaunch": 1,
}  # fmt: skip
"""What cuDNN asks a card about itself, of an H100. It makes plans from this on a machine that has none."""

DRIVER = [f"cu{n}" for n in ("GetErrorString", "ModuleGetFunction", "ModuleLoadData", "ModuleUnload")]
DRIVER += ["cuTensorMapEncodeIm2col", "cuTensorMapEncodeTiled"]
"""The functions of the driver without which cuDNN's libraries are not loaded."""

SHAPES = [
    ((32, 64, 56, 56), (64, 64, 3, 3), (1, 1), (1, 1), 1),
    ((2, 3, 9, 8), (5, 3, 3, 3), (2, 2), (1, 1), 1),
    ((2, 8, 9, 8), (16, 4, 3, 3), (1, 1), (1, 1), 2),
    ((2, 8, 8), (8, 8, 3), (1,), (1,), 1),
    ((2, 8, 5, 6, 7), (8, 8, 3, 3, 3), (1, 1, 1), (1, 1, 1), 1),
    ((2, 64, 9, 8), (128, 64, 1, 1), (2, 2), (0, 0), 1),
]
MORE = [((64, 3, 224, 224), (64, 3, 7, 7), (2, 2), (3, 3), 1), ((2, 8, 9, 8), (8, 1, 3, 3), (1, 1), (1, 1), 8)]

PROGRAM = """
import ctypes, json, sys
ctypes.CDLL(sys.argv[1], mode=ctypes.RTLD_GLOBAL)
from autograd_engine.backend.kernels.convolution import Geometry, places_of
from autograd_engine.backend.nvidia import convolution, trust
from autograd_engine.backend.nvidia import cudnn as ours
card, cases = json.loads(sys.argv[2]), json.loads(sys.argv[3])
for name in ours.LIBRARIES:
    trust.load(name)
import cudnn as frontend
place, found = {"device_property": frontend.create_device_properties(json.dumps(card))}, []
for x, w, stride, pad, groups in cases:
    geometry = Geometry(tuple(stride), tuple(pad), tuple(pad), (1,) * len(pad), groups)
    shapes = {1: tuple(x), 2: tuple(w), 3: (x[0], w[0], *places_of(tuple(x[2:]), tuple(w[2:]), geometry))}
    for letter, strict in (("f", False), ("f", True), ("e", False)):
        for what in (1, 2, 3):
            try:
                declare = lambda graph: convolution.declare(graph, what, shapes, geometry)
                found.append(ours.Plan(frontend, letter, declare, strict, False, place).workspace)
            except Exception as error:
                found.append(f"{x} {w} {letter} {strict} {what}: {error}")
print(json.dumps(found))
"""


@pytest.mark.parametrize("cases", [SHAPES, pytest.param(MORE, marks=pytest.mark.slow)], ids=["few", "more"])
def test_cudnn_has_plans_for_our_graphs_on_a_card(cases, tmp_path):
    """cuDNN itself, which needs a driver to load and asks the card nothing that `CARD` does not say."""
    compiler = shutil.which("gcc")
    if compiler is None or not any(Path(p, "nvidia/cudnn/lib").is_dir() for p in sys.path):
        pytest.skip("cuDNN is not installed: pip install nvidia-cudnn-cu13 nvidia-cudnn-frontend nvidia-cuda-nvrtc")
    driver = tmp_path / "libcuda.so.1"
    source = "\n".join(f"int {name}(void) {{ return 100; }}" for name in DRIVER)
    command = [compiler, "-shared", "-fPIC", "-Wl,-soname,libcuda.so.1", "-o", str(driver), "-x", "c", "-"]
    subprocess.run(command, input=source, text=True, check=True)
    program = [sys.executable, "-c", PROGRAM, str(driver), json.dumps(CARD), json.dumps(cases)]
    ran = subprocess.run(program, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout.splitlines()[-1])
    assert len(found) == 9 * len(cases)
    assert [f for f in found if isinstance(f, str)] == []


def test_the_substitute_has_cudnns_names():
    """In a process of its own, as the substitute's name is taken in this one."""
    program = """
import importlib.metadata, sys
import autograd_engine.backend.nvidia.trust as trust
for name in ("nvrtc", "cublasLt", "cudnn"):
    trust.load(name)
import cudnn
assert importlib.metadata.version("nvidia-cudnn-frontend").startswith("1.14.")
print(*dir(cudnn), *(f"pygraph.{n}" for n in dir(cudnn.pygraph)), *(f"tensor.{n}" for n in dir(cudnn.tensor)))
print(*dir(cudnn.numerical_note), *dir(cudnn.heur_mode), *dir(cudnn.data_type))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    if "ModuleNotFoundError" in ran.stderr or "ImportError" in ran.stderr:
        pytest.skip("cuDNN is not installed")
    assert ran.returncode == 0, ran.stderr
    real = set(ran.stdout.split())
    ours = {name for name, _ in names()}
    ours |= {f"pygraph.{n}" for n in vars(module.pygraph) if not n.startswith("_")}
    ours |= {f"tensor.{n}" for n in ("set_output", "set_uid", "set_dim", "set_stride")}
    ours |= {e.name for kind in (module.numerical_note, module.heur_mode, module.data_type) for e in kind}
    assert ours <= real
