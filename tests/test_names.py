"""Public names: what dir() shows, and that a name of PyTorch's means here what it means there."""

import importlib
import inspect
import subprocess
import sys
import types

import pytest

import autograd_engine as ag

from .table import TABLE


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def kind(thing):
    if isinstance(thing, types.ModuleType):
        return "module"
    if inspect.isclass(thing):
        return "class"
    return "function" if callable(thing) else "value"


PLACES = [
    "accelerator",
    "amp",
    "autograd",
    "autograd.functional",
    "backends",
    "backends.cuda",
    "backends.cudnn",
    "compiler",
    "cuda",
    "cuda.amp",
    "distributed",
    "distributions",
    "func",
    "hub",
    "jit",
    "linalg",
    "nn",
    "nn.functional",
    "nn.init",
    "multiprocessing",
    "nn.modules",
    "nn.parallel",
    "nn.parameter",
    "nn.utils",
    "nn.utils.clip_grad",
    "nn.utils.convert_parameters",
    "nn.utils.parametrizations",
    "nn.utils.parametrize",
    "nn.utils.rnn",
    "optim",
    "optim.lr_scheduler",
    "optim.swa_utils",
    "onnx",
    "profiler",
    "random",
    "sparse",
    "special",
    "utils",
    "utils.checkpoint",
    "utils.data",
    "version",
]


def test_dir_shows_the_public_names_only():
    rooms = {
        *("accelerator", "amp", "backends", "compiler", "data", "distributed", "distributions", "hub", "jit"),
        *(
            "cuda",
            "models",
            "multiprocessing",
            "numpy",
            "onnx",
            "profiler",
            "random",
            "sparse",
            "testing",
            "training",
            "utils",
        ),
        *("version", "viz"),
    }
    lazy = {"GradScaler", "as_torch", "autocast", "compile", "sparse_coo_tensor", "spmm"}
    assert set(dir(ag)) == {*ag.__all__, *rooms, *lazy, "__version__", "float", "int"}
    assert all(hasattr(ag, name) for name in dir(ag))
    assert not {"backend", "engine", "ops", "serialization"} & set(dir(ag))
    assert set(dir(ag.autograd)) == set(ag.autograd.__all__)


@pytest.mark.parametrize("place", ["", *PLACES])
def test_a_name_of_pytorchs_is_a_thing_of_the_same_kind(place, torch):
    ours = importlib.import_module(f"autograd_engine.{place}".rstrip("."))
    theirs = importlib.import_module(f"torch.{place}".rstrip("."))
    shared = [name for name in dir(ours) if not name.startswith("_") and hasattr(theirs, name)]
    assert shared
    wrong = {name for name in shared if kind(getattr(ours, name)) != kind(getattr(theirs, name))}
    assert not wrong


@pytest.mark.parametrize("place", ["", "Tensor", "nn.functional"])
def test_an_operator_and_its_in_place_form_stand_wherever_pytorch_has_them(place, torch):
    ours, theirs = ag, torch
    for step in filter(None, place.split(".")):
        ours, theirs = getattr(ours, step), getattr(theirs, step)
    names = {row.name.split(".")[-1] + ending for row in TABLE.values() for ending in ("", "_")}
    wanted = {name for name in names if hasattr(theirs, name)}
    if place == "nn.functional":
        wanted.discard("unfold")  # another operation, on pictures
    wanted.discard("as_strided_")  # makes a tensor a view of other places of its memory
    assert len(wanted) > 50
    assert {name for name in wanted if not hasattr(ours, name) and hasattr(ag, name.rstrip("_"))} == set()


@pytest.mark.parametrize("module", [ag, ag.autograd])
def test_a_name_that_does_not_exist_is_named(module):
    with pytest.raises(AttributeError) as error:
        module.nothing  # noqa: B018
    assert str(error.value) == f"module {module.__name__!r} has no attribute 'nothing'"


@pytest.mark.parametrize(
    "name", ["autograd", "functional", "init", "modules", "parameter", "utils", "lr_scheduler"]
)
def test_modules_are_reached_by_attribute_too(name):
    places = [place.split(".") for place in PLACES if place.split(".")[-1] == name]
    for *path, last in places:
        found = ag
        for step in (*path, last):
            found = getattr(found, step)
        assert found is importlib.import_module(".".join(["autograd_engine", *path, last]))


def test_names_stand_in_pytorchs_places():
    assert ag.nn.parameter.Parameter is ag.nn.Parameter
    assert ag.nn.modules.Linear is ag.nn.Linear
    assert ag.nn.utils.clip_grad.clip_grad_norm_ is ag.nn.utils.clip_grad_norm_
    assert ag.nn.utils.rnn.PackedSequence.__module__ == "autograd_engine.nn.utils.rnn"
    schedules = ag.optim.lr_scheduler
    assert {getattr(schedules, name).__module__ for name in schedules.__all__} == {schedules.__name__}
    assert ag.utils.checkpoint.checkpoint is ag.func.checkpoint
    assert ag.utils.data.DataLoader is ag.data.DataLoader
    assert ag.autograd.gradcheck is ag.testing.gradcheck
    assert ag.autograd.gradgradcheck is ag.testing.gradgradcheck


@pytest.mark.parametrize(
    "first",
    [
        "autograd_engine",
        "autograd_engine.tensor",
        "autograd_engine.tensor.creation",
        "autograd_engine.backend.arrays",
        "autograd_engine.nn.functional",
        "autograd_engine.testing",
        "autograd_engine.cli",
    ],
)
def test_tensor_is_the_function_whatever_was_imported_first(first):
    code = (
        f"import {first}, autograd_engine as ag\n"
        "import autograd_engine.tensor.queries\n"
        "from autograd_engine import tensor\n"
        "assert ag.tensor is tensor and tensor([1.0, 2.0]).tolist() == [1.0, 2.0]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
