"""Each implementation of a kernel gives what NumPy's gives, compiled or not, on any number of threads."""

from __future__ import annotations

import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.backend import kernels
from autograd_engine.backend.kernels import choice, elementwise
from tests.backend.kernel_calls import CALLS
from tests.backend.kernel_results import arrays_in, check

numba = pytest.importorskip("numba")
compiled = pytest.importorskip("autograd_engine.backend.compiled")

COMPILED = {
    name: form
    for name, made in choice.KERNELS.items()
    if (form := choice.implementation(made.numpy, np.ndarray)) is not None
}
PARTS = {"arithmetic", "crew", "elementwise", "windows", "alone", "narrow", "products", "winograd"}
"""The files with what several kernels are made of, or one of the ways in which one works."""

IN_SINGLE = {
    "convolution.convolve",
    "convolution.convolve_input",
    "convolution.convolve_weight",
    "recurrence.gru_steps",
    "recurrence.gru_steps_gradient",
    "recurrence.lstm_steps",
    "recurrence.lstm_steps_gradient",
}
"""The kernels that are compiled for float32 only."""

PRECISION = {np.float32: 2e-6, np.float64: 1e-12}
"""How far a number may lie from NumPy's, as a part of it or, where sums cancel, of the largest."""


def as_half(argument):
    if type(argument) in (tuple, list):
        return type(argument)(as_half(item) for item in argument)
    return argument.astype(np.float16) if isinstance(argument, np.ndarray) else argument


def calls(name, dtype):
    return CALLS[name](np.random.default_rng(0), dtype)


def test_every_compiled_kernel_is_called_here():
    assert COMPILED.keys() <= CALLS.keys()


def test_compiled_functions_are_named_after_kernels():
    files = {m.name for m in pkgutil.iter_modules(compiled.__path__)} - PARTS
    assert files == {name.partition(".")[0] for name in COMPILED}


@pytest.mark.parametrize(
    ("name", "dtype"), [(n, d) for n in COMPILED for d in PRECISION if d is np.float32 or n not in IN_SINGLE]
)
def test_values(name, dtype):
    for arguments, again in zip(calls(name, dtype), calls(name, dtype), strict=True):
        with np.errstate(all="ignore"):
            found, expected = COMPILED[name](*arguments), choice.KERNELS[name].numpy(*again)
        assert found is not NotImplemented
        check(found, expected, PRECISION[dtype])
        check(arguments, again, PRECISION[dtype])  # what is changed in place, or must not be


@pytest.mark.parametrize("name", COMPILED)
def test_the_number_of_threads_changes_no_bit(name):
    results = []
    before = ag.get_num_threads()
    for threads in (1, 2, 3):
        ag.set_num_threads(threads)
        with np.errstate(all="ignore"):  # where the loops run as plain Python
            results.append([arrays_in([COMPILED[name](*a), *a]) for a in calls(name, np.float32)])
    ag.set_num_threads(before)
    for other in results[1:]:
        for found, expected in zip(other, results[0], strict=True):
            for one, two in zip(found, expected, strict=True):
                np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("name", COMPILED)
def test_what_it_is_not_made_for_is_left_to_numpy(name):
    with np.errstate(over="ignore"):
        half = as_half(calls(name, np.float32)[0])
    assert COMPILED[name](*half) is NotImplemented


def test_without_the_compiler():
    """The loops as plain Python: so coverage sees them, and one can step through them."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
        __file__,
        "-k",
        "test_values",
    ]
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    if numba.config.DISABLE_JIT:
        return
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stdout


def test_products_of_matrices_in_plain_python():
    random = np.random.default_rng(0)
    a, b, out = (random.standard_normal(shape).astype(np.float32) for shape in ((4, 3), (3, 5), (6, 5)))
    products = compiled.products
    for keep in np.float32(0), np.float32(1):
        made = out.copy()
        products._plain(0, a, b, made, keep)
        np.testing.assert_allclose(made, [*(a @ b + keep * out[:4]), *out[4:]], rtol=1e-5)
    products._plain_turned(0, a, out[:4], b)
    np.testing.assert_allclose(b, a.T @ out[:4], rtol=1e-5)


@pytest.mark.parametrize("name", ["convolution.convolve", "convolution.convolve_weight"])
@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan, np.finfo(np.float32).max])
def test_a_convolution_of_what_is_not_finite_is_numpys(name, number):
    for first, *others in calls(name, np.float32)[::2]:
        if others[-1].groups > 1:  # nothing is multiplied with the zeros of a frame there
            continue
        first.flat[[1, -2]] = number
        with np.errstate(all="ignore"), ag.use_kernels("compiled"):
            check(choice.KERNELS[name](first, *others), choice.KERNELS[name].numpy(first, *others), 1e-5)


# ------------------------------------------------------------------- element by element: layouts and blocks

ELEMENTWISE = [name for name in choice.KERNELS if name.startswith("activations.")]


def large_call(name, dtype):
    """Arrays of more than two blocks, and the settings."""
    random = np.random.default_rng(0)
    settings = [a for a in calls(name, dtype)[0] if not isinstance(a, np.ndarray)]
    count = 2 if name.endswith("_gradient") else 1
    return [random.standard_normal((2, 3, 130, 100)).astype(dtype) for _ in range(count)], settings


@pytest.fixture
def short_blocks(monkeypatch):
    monkeypatch.setattr(elementwise, "_BLOCK", 1 << 15)
    monkeypatch.setattr(elementwise, "_LIGHT", 1 << 15)


@pytest.mark.usefixtures("short_blocks")
@pytest.mark.parametrize("tier", ["numpy", "compiled"])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_a_large_array_is_the_sum_of_its_parts(name, tier):
    arrays, settings = large_call(name, np.float32)
    kernel = choice.KERNELS[name].numpy
    parts = [kernel(*(np.ascontiguousarray(a[i, j]) for a in arrays), *settings) for i in (0, 1) for j in (0, 1, 2)]
    with ag.use_kernels(tier):
        whole = choice.KERNELS[name](*arrays, *settings)
    check(whole, np.stack(parts).reshape(whole.shape), 2e-6)


@pytest.mark.usefixtures("short_blocks")
@pytest.mark.parametrize("tier", ["numpy", "compiled"])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_the_order_in_memory_is_kept_and_others_follow(name, tier):
    arrays, settings = large_call(name, np.float32)
    with ag.use_kernels(tier):
        expected = choice.KERNELS[name](*arrays, *settings)
        turned = np.ascontiguousarray(arrays[0].transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
        found = choice.KERNELS[name](turned, *arrays[1:], *settings)
        spaced = np.repeat(arrays[0], 2, -1)[..., ::2]
        apart = choice.KERNELS[name](spaced, *arrays[1:], *settings)
    assert found.strides == turned.strides
    np.testing.assert_array_equal(apart, expected)
    np.testing.assert_array_equal(found, expected)


# ------------------------------------------------------------------------------------------- the choice


def test_small_arrays_and_the_tier_numpy_are_numpys(monkeypatch):
    seen = []
    monkeypatch.setattr(choice, "implementation", lambda kernel, kind, tier: seen.append(kernel.__name__))

    @choice.kernel
    def double(x):
        return x + x

    small, large = np.ones(3, np.float32), np.ones(choice.LARGE, np.float32)
    double(small)
    with ag.use_kernels("numpy"):
        double(large)
    assert seen == []
    assert double(large)[0] == 2
    assert seen == ["double"]
    del choice.KERNELS["test_kernels.double"]


def test_on_a_gpu_libraries_come_before_cupy_and_our_source_before_both(monkeypatch):
    class Array:
        size = choice.LARGE

    monkeypatch.setitem(choice.others, Array, None)
    asked = []

    def implementation(kernel, kind, tier):
        asked.append(tier.value)
        return lambda x: NotImplemented if x is refused else tier.value

    monkeypatch.setattr(choice, "implementation", implementation)

    @choice.kernel
    def some(x):
        return "numpy"

    @choice.kernel(many=True)
    def several(xs):
        return "numpy"

    x, refused = Array(), Array()
    for tier, expected in (("numpy", "numpy"), ("auto", "auto"), ("cuda", "cuda"), ("auto", "auto")):
        with ag.use_kernels(tier):
            assert some(x) == several([x]) == expected
            assert some(refused) == "numpy"
    assert asked == ["auto", "auto", "cuda", "cuda"]
    assert some(np.float64(1)) == "numpy"
    rooms = {tier: choice._rooms(Array, choice.Tier(tier)) for tier in ("auto", "compiled", "cuda")}
    room = "autograd_engine.backend."
    assert rooms["auto"] == rooms["compiled"] == (room + "nvidia",)
    assert rooms["cuda"] == (room + "cuda", room + "nvidia")
    for name in ("test_kernels.some", "test_kernels.several"):
        del choice.KERNELS[name]


def test_the_choice_ends_with_its_block():
    before = choice._current
    with ag.use_kernels("numpy"):
        assert choice._current.value == "numpy"
        with ag.use_kernels("compiled"):
            assert choice._current.value == "compiled"
        assert choice._current.value == "numpy"
    assert choice._current is before


@pytest.mark.parametrize("bad", ["numba", "", None])
def test_an_unknown_choice_is_named(bad):
    with pytest.raises(
        ValueError, match=f"use_kernels: expected one of 'numpy', 'auto', 'compiled', 'cuda', not {bad!r}"
    ):
        ag.use_kernels(bad)


def test_without_numba_there_is_a_reason():
    program = """
import sys
sys.modules["numba"] = None
import numpy as np, autograd_engine as ag
x = ag.ones(100_000, requires_grad=True)
ag.relu(x).sum().backward()
assert x.grad.sum() == 100_000
try:
    ag.use_kernels("compiled")
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert 'pip install "autograd_engine[fast]"' in done.stdout


@pytest.mark.parametrize("told", ["numpy", "auto", "compiled"])
def test_the_environment_chooses_what_a_program_begins_with(told):
    program = "from autograd_engine.backend.kernels import choice; print(choice._current.value)"
    environment = os.environ | {"AUTOGRAD_ENGINE_KERNELS": told}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == told
    assert kernels.use_kernels is ag.use_kernels
