"""Kernels of CUDA's source: what they compute, run on the CPU; and that NVRTC compiles them for two cards."""

from contextlib import nullcontext

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import optim
from autograd_engine.backend import kernels
from autograd_engine.backend.cuda import columns, elementwise, places, rows, updates
from autograd_engine.backend.kernels import choice
from tests.backend.kernel_calls import CALLS
from tests.backend.kernel_results import check
from tests.optim.cases import SETTINGS

from . import StandIn
from .comparison import on_device, on_host
from .cuda import RawKernel, backwards, compiler, sources
from .forms import KERNELS, PRECISION, is_of_cuda, outcome, sent
from .module import installed, real_cupy
from .programs import PROGRAMS, trained

pytestmark = pytest.mark.skipif(compiler is None, reason="kernels are run by what g++ makes of them")

SHAPES = [(3, 4), (), (300,), (2, 0)]
FEW = list(dict(SETTINGS).items())
"""One setting of each optimizer; the slow tests take all."""

EACH = [
    *(pytest.param(*case, np.float32, id=f"{case[0]}-float32") for case in FEW),
    *(pytest.param(*case, t, marks=pytest.mark.slow) for case in SETTINGS for t in (np.float32, np.float64)),
]


def stepped(make, name, settings, dtype, tier):
    """Parameters after three steps, and the numbers of the state."""
    random = np.random.default_rng(0)
    leaves = [make(random.normal(size=shape).astype(dtype)).requires_grad_() for shape in SHAPES]
    with ag.use_kernels(tier):
        optimizer = getattr(optim, name)(leaves, **settings)
        for _ in range(3):
            for p in leaves:
                p.grad = make(random.normal(size=p.shape).astype(dtype))
            optimizer.step()
    states = [value for state in optimizer.state.values() for value in state.values()]
    return [np.array(t.tolist()) for t in (*leaves, *states) if hasattr(t, "tolist")]


@pytest.mark.parametrize(("name", "settings", "dtype"), EACH)
def test_a_step_of_every_optimizer(name, settings, dtype):
    sources.clear()
    kernels_of_cuda = stepped(on_device, name, settings, dtype, "cuda")
    assert sources
    numpys = stepped(on_host, name, settings, dtype, "numpy")
    assert len(kernels_of_cuda) == len(numpys)
    for ours, theirs in zip(kernels_of_cuda, numpys, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e4 * np.finfo(dtype).eps, atol=1e2 * np.finfo(dtype).eps)


def test_a_step_takes_one_launch_for_up_to_a_hundred_parameters(monkeypatch):
    launches = []
    run = RawKernel.__call__
    monkeypatch.setattr(RawKernel, "__call__", lambda *given: launches.append(given[0].name) or run(*given))
    for count, expected in ((60, 1), (150, 2)):
        parameters = [on_device(np.ones(1 + i % 7)).requires_grad_() for i in range(count)]
        for p in parameters:
            p.grad = on_device(np.ones(p.shape))
        with ag.use_kernels("cuda"):
            launches.clear()
            optim.Adam(parameters, lr=0.5).step()
        assert launches == ["update"] * expected
        assert all(np.allclose(p.tolist(), 0.5) for p in parameters)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, -0.0])
def test_values_that_are_no_numbers_come_out_as_numpys(value):
    def after(make, tier):
        p, found = make(np.array([1.0, value, value])).requires_grad_(), []
        for name in ("Adam", "Rprop", "Adamax"):
            optimizer = getattr(optim, name)([p], lr=0.1)
            with ag.use_kernels(tier), np.errstate(all="ignore"):
                for g in (value, 1.0):
                    p.grad = make(np.array([g, 1.0, value]))
                    optimizer.step()
            found += [p.tolist(), *(s.tolist() for s in optimizer.state[p].values() if s.shape)]
        return found

    np.testing.assert_allclose(after(on_device, "cuda"), after(on_host, "numpy"), rtol=1e-12)


def some(calls, dtype):
    """All calls in the slow tests, else half a dozen: each setting of pooling has a source of its own."""
    return calls if dtype is np.float64 else calls[:: max(1, len(calls) // 6)]


@pytest.mark.parametrize("dtype", [np.float32, pytest.param(np.float64, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel_gives_numpys_numbers_in_whatever_order_threads_run(name, dtype):
    made, ran = choice.KERNELS[name], set()
    for arguments in some(CALLS[name](np.random.default_rng(0), dtype), dtype):
        expected = outcome(made.numpy, sent(arguments, np.array))
        for order in (nullcontext, backwards):
            sources.clear()
            with ag.use_kernels("cuda"), order():
                check(outcome(made, sent(arguments)), expected, PRECISION[dtype])
            ran |= sources
    assert ran, "a kernel of CUDA's computed it"


def compare(name):
    """All calls of a kernel in float32, with NumPy's."""
    for arguments in CALLS[name](np.random.default_rng(0), np.float32):
        expected = outcome(choice.KERNELS[name].numpy, sent(arguments, np.array))
        for order in (nullcontext, backwards):
            with ag.use_kernels("cuda"), order():
                check(outcome(choice.KERNELS[name], sent(arguments)), expected, PRECISION[np.float32])


@pytest.mark.parametrize(
    "name", ["columns.column_sums", "norms.affine_gradients", "norms.normalize", "norms.normalize_gradients"]
)
def test_several_blocks_share_a_channel(name, monkeypatch):
    monkeypatch.setattr(columns, "_PORTION", 1)
    monkeypatch.setattr(columns, "_THREADS", 32)
    compare(name)


@pytest.mark.parametrize(
    "name",
    [
        *(name for name in KERNELS if name.startswith(("attention.", "places.", "softmaxes."))),
        *("activations.silu", "norms.normalize", "norms.normalize_gradients", "updates.update"),
    ],
)
def test_few_blocks_do_the_work_of_many(name, monkeypatch):
    monkeypatch.setattr(rows, "_MOST_BLOCKS", 2)
    monkeypatch.setattr(elementwise, "_MOST_BLOCKS", 1)
    monkeypatch.setattr(places, "_MOST_BLOCKS", 1)
    monkeypatch.setattr(places, "_THREADS", 32)
    monkeypatch.setattr(updates, "_BLOCKS", 0)
    monkeypatch.setattr(updates, "_LEAST", 1)
    compare(name)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_whole_training(name):
    with installed():
        sources.clear()
        with ag.use_kernels("cuda"):
            there = trained(PROGRAMS[name], "cuda", ag.float32)
        assert len(sources) > 5
        there = [x.item() for x in there.losses], [p.tolist() for p in there.model.parameters()]
    here = trained(PROGRAMS[name], "cpu", ag.float32)
    np.testing.assert_allclose(there[0], [x.item() for x in here.losses], rtol=1e-5)
    for ours, theirs in zip(there[1], here.model.parameters(), strict=True):
        np.testing.assert_allclose(ours, theirs.tolist(), rtol=1e-2, atol=1e-4)


def apart(value):
    """An array on the device whose elements do not lie side by side."""
    if not value.ndim:
        return StandIn(value)
    memory = StandIn(np.zeros((*value.shape[:-1], 2 * value.shape[-1]), value.dtype))
    view = memory[..., ::2]
    view[...] = StandIn(value)
    return view


@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel_of_elements_that_lie_apart(name):
    calls = CALLS[name](np.random.default_rng(0), np.float32)
    for arguments in calls[:: max(1, len(calls) // 2)]:
        expected = outcome(choice.KERNELS[name].numpy, sent(arguments, np.array))
        with ag.use_kernels("cuda"):
            check(outcome(choice.KERNELS[name], sent(arguments, apart)), expected, PRECISION[np.float32])


def test_every_kernel_of_cuda_is_called_here():
    assert {name for name in choice.KERNELS if is_of_cuda(name)} == set(KERNELS)
    assert len(KERNELS) > 50


def test_arrays_that_no_kernel_is_made_for_go_to_cupys_functions():
    x = np.random.default_rng(0).normal(size=(4, 6))
    gelu = choice.KERNELS["activations.gelu"]
    with ag.use_kernels("cuda"):
        for values in (StandIn(x)[:, ::2], StandIn(x).T[::2]):
            sources.clear()
            np.testing.assert_allclose(gelu(values).get(), gelu.numpy(values.get()), rtol=1e-2, atol=1e-3)
            assert not sources


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("offset", range(3))
def test_arrays_that_begin_anywhere_and_lie_in_any_order(order, offset):
    x = np.random.default_rng(0).normal(size=60).astype(np.float32)
    memory = StandIn(x.copy())[offset : offset + 42]
    values = memory.reshape(6, 7) if order == "C" else memory.reshape(7, 6).T
    sources.clear()
    with ag.use_kernels("cuda"):
        out = choice.KERNELS["activations.gelu"](values)
    assert len(sources) == 1
    assert out.strides == values.strides
    np.testing.assert_allclose(out.get(), choice.KERNELS["activations.gelu"].numpy(values.get()), rtol=1e-5)


def test_arrays_in_different_orders_get_that_of_the_last():
    random = np.random.default_rng(0)
    g, x = random.normal(size=(4, 6)), random.normal(size=(6, 4)).T
    gradient = choice.KERNELS["activations.silu_gradient"]
    for given in ((g, x), (x, g)):
        sources.clear()
        with ag.use_kernels("cuda"):
            out = gradient(*sent(given))
        assert len(sources) == 1
        assert out.strides == given[1].strides
        np.testing.assert_allclose(out.get(), gradient.numpy(*given), rtol=1e-12)


def test_places_out_of_range_touch_no_memory():
    x, index = np.arange(6.0).reshape(2, 3), np.array([[0, 3, -1]])
    with ag.use_kernels("cuda"):
        found = choice.KERNELS["places.gather"](StandIn(x), StandIn(index), 1).get()
        np.testing.assert_array_equal(found, [[0, np.nan, np.nan]])
        memory = StandIn(np.zeros(18))
        middle = memory[6:12].reshape(2, 3)
        choice.KERNELS["places.add_at_places"](StandIn(np.ones((1, 3))), StandIn(index), middle, 1)
        choice.KERNELS["places.add_rows"](StandIn(np.ones((3, 3))), StandIn(np.array([-1, 1, 2])), middle)
        np.testing.assert_array_equal(memory.get(), [*[0] * 6, 1, 0, 0, 1, 1, 1, *[0] * 6])
        losses, _, _ = choice.KERNELS["softmaxes.softmax_nll"](StandIn(x), StandIn(np.array([3, -1])))
        assert np.isnan(losses.get()).all()


def test_half_precision_is_computed_in_single():
    x = np.random.default_rng(0).normal(size=(5, 40)).astype(np.float16)
    for name, settings in {"activations.gelu": (), "softmaxes.softmax": (1,)}.items():
        sources.clear()
        with ag.use_kernels("cuda"):
            out = choice.KERNELS[name](StandIn(x), *settings)
        assert len(sources) == 1
        exact = choice.KERNELS[name].numpy(x.astype(np.float64), *settings)
        np.testing.assert_array_equal(out.get(), exact.astype(np.float16))


def test_they_run_only_where_a_program_asks_for_them():
    sources.clear()
    for tier in ("auto", "numpy"):
        stepped(on_device, "SGD", {"lr": 0.1}, np.float32, tier)
    assert not sources
    half = stepped(on_device, "SGD", {"lr": 0.1, "momentum": 0.9}, np.float16, "cuda")
    assert half[0].shape == (3, 4)
    assert len(sources) == 1
    with ag.use_kernels("cuda"):
        assert choice.current_tier() is choice.Tier.CUDA
        assert choice.reason_without(StandIn) is None
        assert kernels.choice.implementation(choice.KERNELS["scans.running_sums"].numpy, StandIn) is None
        assert ag.relu(on_device(np.array([-1.0, 2.0]))).tolist() == [0, 2]
    assert choice.current_tier() is not choice.Tier.CUDA


def written(cases, dtypes, most):
    """The sources of a step of these optimizers, and of up to so many calls of each kernel."""
    found = set()
    for dtype in dtypes:
        for name, settings in cases:
            sources.clear()
            stepped(on_device, name, settings, dtype, "cuda")
            found |= sources
        sources.clear()
        for name in KERNELS:
            for arguments in CALLS[name](np.random.default_rng(0), dtype)[:most]:
                with ag.use_kernels("cuda"), np.errstate(all="ignore"):
                    choice.KERNELS[name](*sent(arguments))
        found |= sources
    return found


CARDS = ["sm_80", "sm_90"]


def nvrtc():
    """The compiler, by CuPy's names for it."""
    cupy = real_cupy()
    if cupy is None:
        pytest.skip("CuPy is not installed, by which NVRTC is called")
    try:
        cupy.cuda.nvrtc.getVersion()
    except Exception as error:
        pytest.skip(f"the wheel nvidia-cuda-nvrtc is not installed: {type(error).__name__}")
    return cupy.cuda.nvrtc


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize(
    ("cases", "dtypes", "most"),
    [
        (FEW[:2], [np.float32], 1),
        pytest.param(SETTINGS, [np.float32, np.float64], 100, marks=pytest.mark.slow),
        pytest.param(FEW, [np.float16], 1, marks=pytest.mark.slow),
    ],
    ids=["some", "all", "half"],
)
def test_every_source_is_compiled_for_two_cards(card, cases, dtypes, most):
    compiling, found = nvrtc(), written(cases, dtypes, most)
    assert len(found) >= 30
    for source in sorted(found):
        program = compiling.createProgram(source, "kernel.cu", [], [])
        compiling.compileProgram(program, [f"-arch={card}", "--std=c++17"])
        assert compiling.getCUBIN(program)
        compiling.destroyProgram(program)
    wrong = compiling.createProgram('extern "C" __global__ void f(float* x) { x = y; }', "kernel.cu", [], [])
    with pytest.raises(Exception, match="NVRTC_ERROR_COMPILATION"):
        compiling.compileProgram(wrong, [f"-arch={card}"])
