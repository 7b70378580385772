"""Recurrent layers by cuDNN's C functions: what they are handed, when they are used, and what its header says."""

import ctypes
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.backend.nvidia import layers, trust

from . import counts
from .comparison import check_same
from .rnn import functions

LENGTHS = [4, 2, 5]
LOAD = trust.load
"""What finds the real libraries, before the substitute takes its place."""


def moved(layer, device):
    twin = layer.__class__(3, 4, layer.num_layers, bias=layer.bias, bidirectional=layer.bidirectional)
    twin.load_state_dict(layer.state_dict())
    return twin.to(layer.weight_ih_l0.dtype).to(device)


def results(layer, device, dtype, with_state, create_graph=False):
    """Outputs, states and gradients, of sequences of several lengths."""
    layer, random = moved(layer, device), np.random.default_rng(1)
    rows = ag.tensor(random.normal(size=(5, 3, 3)).astype(dtype)).to(device).requires_grad_()
    count = layer.num_layers * (2 if layer.bidirectional else 1)
    states = [
        ag.tensor(random.normal(size=(count, 3, 4)).astype(dtype)).to(device).requires_grad_()
        for _ in range(2 if isinstance(layer, nn.LSTM) else 1)
    ]
    packed = nn.utils.rnn.pack_padded_sequence(rows, LENGTHS, enforce_sorted=False)
    given = None if not with_state else tuple(states) if len(states) > 1 else states[0]
    out, ends = layer(packed, given)
    found = [out.data, *(ends if isinstance(ends, tuple) else (ends,))]
    cotangents = [ag.tensor(random.normal(size=f.shape).astype(f.dtype)).to(device) for f in found]
    leaves = [rows, *(states if with_state else ()), *layer.parameters()]
    return [*found, *ag.grad(found, leaves, cotangents, create_graph=create_graph)]


CASES = [
    nn.LSTM(3, 4),
    nn.LSTM(3, 4, 2, bidirectional=True),
    nn.LSTM(3, 4, bias=False),
    nn.GRU(3, 4),
    nn.GRU(3, 4, 2, bidirectional=True),
    nn.GRU(3, 4, bias=False),
]


@pytest.mark.parametrize("with_state", [False, True], ids=["from zero", "from states"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
@pytest.mark.parametrize("layer", CASES, ids=repr)
def test_layers_and_their_gradients(layer, dtype, with_state):
    layer = moved(layer, "cpu").to(ag.tensor(np.zeros(1, dtype)).dtype)
    expected = results(layer, "cpu", dtype, with_state)
    functions.clear()
    found = results(layer, "cuda", dtype, with_state)
    passes = layer.num_layers * (2 if layer.bidirectional else 1)
    assert functions.calls == ["forward"] * passes + ["data", "weights"] * passes
    check_same(found, expected, dtype, 512)


def test_a_step_waits_for_nothing_and_sends_nothing():
    layer = moved(CASES[1], "cuda")
    x = ag.rand(5, 2, 3, device="cuda")
    layer(x)[0].sum().backward()
    counts.clear()
    layer(x)[0].sum().backward()
    assert (counts.reads, counts.uploads) == (0, 0)


def test_a_second_backward_pass_finds_what_the_first_did():
    layer = moved(CASES[0], "cuda")
    out, _ = layer(ag.rand(3, 2, 3, device="cuda"))
    first = ag.grad([out.sum()], [*layer.parameters()], retain_graph=True)
    again = ag.grad([out.sum()], [*layer.parameters()])
    for one, other in zip(first, again, strict=True):
        assert one.tolist() == other.tolist()


def test_derivatives_of_higher_order_take_the_steps_one_by_one():
    layer = moved(CASES[0], "cpu").double()
    found = [results(layer, device, np.float64, True, create_graph=True) for device in ("cuda", "cpu")]
    assert all(g.requires_grad for g in found[0][3:])
    check_same([t.detach() for t in found[0]], [t.detach() for t in found[1]], np.float64, 512)


def test_frozen_weights_are_not_asked_for():
    layer = moved(CASES[0], "cuda").requires_grad_(False)
    layer(ag.rand(3, 2, 3, device="cuda", requires_grad=True))[0].sum().backward()
    assert functions.calls == ["forward", "data"]


OTHERS = [(nn.RNN(3, 4), "auto"), (nn.LSTM(3, 4, proj_size=2), "auto")]
OTHERS += [(nn.GRU(3, 4), tier) for tier in ("numpy", "cuda")]


@pytest.mark.parametrize(("layer", "tier"), OTHERS)
def test_what_it_does_not_compute(layer, tier):
    x = ag.rand(5, 2, 3)
    expected = layer(x)[0]
    with ag.use_kernels(tier):
        found = layer.to("cuda")(x.to("cuda"))[0]
        found.sum().backward()
    assert not functions.calls
    assert found.cpu().allclose(expected, atol=1e-5)


def test_programs_choose_the_precision():
    layer = moved(CASES[0], "cuda")
    x = ag.rand(3, 2, 3, device="cuda")
    layer(x)
    with ag.backends.cudnn.flags(True, allow_tf32=False):
        layer(x)
    layer.double()(x.double())
    assert functions.maths == [layers.DEFAULT_MATH, layers.FMA_MATH, layers.DEFAULT_MATH]
    functions.clear()
    with ag.backends.cudnn.flags(enabled=False):
        layer.float()(x)
    assert not functions.calls


def test_who_went_forward_by_it_goes_back_by_it():
    out = moved(CASES[3], "cuda")(ag.rand(3, 2, 3, device="cuda"))[0].sum()
    with (
        ag.use_kernels("numpy"),
        pytest.raises(RuntimeError, match="backward only by cuDNN: leave use_kernels"),
    ):
        out.backward(retain_graph=True)
    with ag.backends.cudnn.flags(enabled=False), pytest.raises(RuntimeError, match="cannot go back through it now"):
        out.backward(retain_graph=True)
    out.backward()


@pytest.fixture
def anew():
    """The library as it is at the start of a program, and as it was before after the test."""
    before = layers.library._handles
    layers.library._handles, layers.library._reason = {}, None
    layers._plan.cache_clear()
    functions.clear()
    yield
    layers.library._handles, layers.library._reason = before, None
    layers._plan.cache_clear()
    functions.clear()


def layered():
    """A layer on the GPU, compared with the CPU's."""
    x = ag.rand(3, 2, 3)
    found, expected = (moved(CASES[0], device)(x.to(device))[0] for device in ("cuda", "cpu"))
    assert found.cpu().allclose(expected, atol=1e-5)


def fails_with(reason):
    with pytest.warns(RuntimeWarning, match=f"cuDNN for recurrent layers is not used, .*: {reason}") as found:
        layered()
    assert len(found) == 1
    before = len(functions.calls)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layered()
    assert len(functions.calls) == before


@pytest.mark.usefixtures("anew")
def test_wrong_numbers_are_noticed_before_anybody_uses_them():
    functions.wrong = 1.0
    fails_with("RuntimeError: a small recurrent layer is wrong")


@pytest.mark.usefixtures("anew")
def test_weights_in_another_order():
    functions.is_elsewhere = True
    fails_with("RuntimeError: a small recurrent layer is not computed")


@pytest.mark.usefixtures("anew")
def test_an_error_of_a_later_layer():
    layers.library.here()
    functions.broken = 8
    fails_with("cudnnRNNForward: STATUS_OF_THE_SUBSTITUTE")


@pytest.mark.usefixtures("anew")
def test_a_library_that_is_not_there(monkeypatch):
    def missing(name):
        raise ImportError(f"{name} is not found")

    monkeypatch.setattr(trust, "load", missing)
    fails_with("ImportError: nvrtc is not found")


# ------------------------------------------------------------------- what NVIDIA's own library and header say


@pytest.fixture(scope="module")
def header():
    found = sorted(path for place in sys.path for path in Path(place).glob("nvidia/cudnn/include/cudnn_*.h"))
    if not found:
        pytest.skip("cuDNN's headers are not installed: pip install nvidia-cudnn-cu13")
    text = "\n".join(path.read_text() for path in found if not path.stem.endswith("_v9"))
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.DOTALL)


NUMBERS = {"int": ctypes.c_int, "int32_t": ctypes.c_int, "uint32_t": ctypes.c_uint32, "size_t": ctypes.c_size_t}


@pytest.mark.parametrize("name", layers.SIGNATURES)
def test_functions_take_what_the_header_says(name, header):
    (arguments,) = set(re.findall(rf"CUDNNWINAPI\s+{name}\(([^)]*)\)", header))
    declared = [a.replace("const", "").split() for a in arguments.split(",")]
    enumerations = set(re.findall(r"}\s*(cudnn\w+_t);", header))
    found = [
        ctypes.c_void_p
        if "*" in "".join(words) or "[" in words[-1]
        else NUMBERS.get(words[0], ctypes.c_int if words[0] in enumerations else ctypes.c_void_p)
        for words in declared
    ]
    assert found == list(layers.SIGNATURES[name])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CUDNN_RNN_ALGO_STANDARD", layers.STANDARD),
        ("CUDNN_UNIDIRECTIONAL", layers.UNIDIRECTIONAL),
        ("CUDNN_LINEAR_INPUT", layers.LINEAR_INPUT),
        ("CUDNN_RNN_DATA_LAYOUT_SEQ_MAJOR_PACKED", layers.PACKED),
        ("CUDNN_FWD_MODE_TRAINING", layers.TRAINING),
        ("CUDNN_WGRAD_MODE_ADD", layers.ADD),
        ("CUDNN_LSTM", layers.LSTM),
        ("CUDNN_GRU", layers.GRU),
        ("CUDNN_RNN_NO_BIAS", layers.NO_BIAS),
        ("CUDNN_RNN_DOUBLE_BIAS", layers.DOUBLE_BIAS),
        ("CUDNN_DEFAULT_MATH", layers.DEFAULT_MATH),
        ("CUDNN_FMA_MATH", layers.FMA_MATH),
        ("CUDNN_DATA_FLOAT", layers.TYPES["f"]),
        ("CUDNN_DATA_DOUBLE", layers.TYPES["d"]),
    ],
)
def test_names_have_the_numbers_of_the_header(name, value, header):
    (found,) = set(re.findall(rf"\b{name}\s*=\s*(\d+)\b", header))
    assert int(found) == value


class NeedsGpuError(Exception):
    """Here the library would ask a card."""


TAKEN = [(layers.LSTM, "f", True, False), (layers.GRU, "d", False, False), (layers.GRU, "f", True, True)]


@pytest.mark.parametrize("case", TAKEN)
def test_the_library_takes_our_descriptions(case):
    """cuDNN's own functions, up to the first that needs a GPU."""
    mode, letter, biased, fma = case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trust, "load", LOAD)
        try:
            real = trust.functions("cudnn", layers.SIGNATURES, layers.RESULTS)
        except Exception as error:
            pytest.skip(f"the library is not installed: {error}")
    reached = []

    class Handle:
        calls = real

        def check(self, function, status):
            assert not status, (function, real.cudnnGetErrorString(status))

        def begin(self, function, *arguments):
            reached.append(function)
            raise NeedsGpuError

    with pytest.raises(NeedsGpuError):
        layers._Plan(Handle(), mode, letter, 3, 4, (3, 3, 2, 2, 1), biased, fma)
    assert reached == ["cudnnGetRNNTempSpaceSizes"]
