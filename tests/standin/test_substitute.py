"""The substitute has nothing that CuPy lacks: every name of it, and every argument that can be asked for.

CuPy imports without a GPU, so this is tested wherever it is installed.
"""

import inspect
import re
import types

import pytest

from . import Library, StandIn, functions
from .array import Device, Stream
from .module import MemoryHook, MemoryPool, real_cupy
from .streams import CudaStream, Event, Graph


@pytest.fixture(scope="module")
def theirs():
    cupy = real_cupy()
    if cupy is None:
        pytest.skip("CuPy is not installed")
    return cupy


def public(thing):
    return [name for name in dir(thing) if not name.startswith("_")]


def test_its_module_has_cupys_names(cupy, theirs):
    missing = []

    def compare(ours, real, path):
        for name in set(vars(ours)) - {"OtherDevice"}:
            if name.startswith("__") or (path == "cupy" and name == "_host"):
                continue
            if not hasattr(real, name):
                missing.append(f"{path}.{name}")
            elif isinstance(vars(ours)[name], types.SimpleNamespace):
                compare(vars(ours)[name], getattr(real, name), f"{path}.{name}")

    del cupy._core._routines_linalg.compute_types, cupy.as_strided  # what the tests look at
    compare(cupy, theirs, "cupy")
    assert not missing


@pytest.mark.parametrize(
    ("ours", "path"),
    [
        (StandIn, "ndarray"),
        (Device, "cuda.Device"),
        (CudaStream, "cuda.Stream"),
        (Event, "cuda.Event"),
        (MemoryHook, "cuda.MemoryHook"),
        (MemoryPool, "cuda.MemoryPool"),
        (Graph, "cuda.Graph"),
    ],
)
def test_its_classes_have_cupys_names(ours, path, theirs):
    real = theirs
    for part in path.split("."):
        real = getattr(real, part)
    only_ours = {CudaStream: {"current"}, Graph: {"graphs", "lost"}}.get(ours, set())
    assert set(public(ours)) - set(public(real)) - only_ours == set()


def test_its_pools_generators_and_special_functions_have_cupys_names(cupy, theirs):
    pool = set(public(cupy.get_default_memory_pool())) - {"account"}
    assert pool <= set(public(theirs.cuda.MemoryPool))
    assert {"free_all_blocks"} <= set(public(theirs.cuda.PinnedMemoryPool))
    assert set(functions.DRAWN) <= set(public(theirs.random.Generator))
    assert Stream(0).random(2).shape == (2,)
    assert set(functions.SPECIAL) <= set(public(theirs.special))


def test_what_the_package_calls_takes_these_arguments(theirs):
    for function, wanted in [
        (theirs.cuda.Stream.__init__, ("non_blocking", "priority")),
        (theirs.ndarray.set, ("arr", "stream")),
        (theirs.ndarray.get, ("blocking",)),
        (theirs.cuda.Event, ("block", "disable_timing", "interprocess")),
        (theirs.cuda.Stream.begin_capture, ("mode",)),
        (theirs.cuda.Graph.launch, ("stream",)),
        (theirs.cuda.using_allocator, ("allocator",)),
    ]:
        words = set(re.findall(r"\w+", function.__doc__))
        assert set(wanted) <= words, function
    assert theirs.cuda.runtime.streamCaptureModeRelaxed == 2
    hook = theirs.cuda.MemoryHook
    for name in ("malloc_postprocess", "free_postprocess"):
        assert "kwargs" in inspect.signature(getattr(hook, name)).parameters
    linalg = theirs._core._routines_linalg
    assert (linalg.COMPUTE_TYPE_DEFAULT, linalg.COMPUTE_TYPE_TF32) == (1, 7)
    assert issubclass(theirs.cuda.memory.OutOfMemoryError, MemoryError)
    assert theirs.cuda.PinnedMemoryPointer is not None


@pytest.mark.parametrize("name", sorted(functions.FUNCTIONS))
def test_functions_take_what_cupys_take(name, theirs):
    function = getattr(theirs, name, None) or getattr(theirs.lib.stride_tricks, name, None)
    assert function is not None
    try:
        known = inspect.signature(function).parameters
    except ValueError:
        return
    if any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in known.values()):
        return
    assert len(functions.FUNCTIONS[name]) <= len(known) or name in ("einsum", "result_type")


@pytest.mark.parametrize("name", ["zeros", "ones", "empty", "full", "arange", "eye", "tri", "array", "asarray"])
def test_constructors_take_what_cupys_take(name, theirs):
    ours, known = (inspect.signature(getattr(place, name)).parameters for place in (Library, theirs))
    given, names = list(ours)[1:], list(known)[1:]  # the first is always given by its place
    assert given == [n for n in names if n in given], "the same names in the same order"
