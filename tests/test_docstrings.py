"""Every example in a docstring runs and prints what it says; every public name has a docstring."""

import doctest
import importlib
import inspect
import pkgutil
import warnings

import numpy as np
import pytest

import autograd_engine as ag

MODULES = sorted(
    m.name for m in pkgutil.walk_packages(ag.__path__, "autograd_engine.") if not m.name.endswith("__main__")
)


@pytest.fixture(autouse=True)
def in_a_scratch_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    module = importlib.import_module(name)
    names = {n: getattr(room, n) for room in (ag.optim, ag.nn, ag) for n in room.__all__}
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, name):
        test.globs = {**names, "ag": ag, "cuda": ag.cuda, "np": np, **vars(module), "__name__": "example"}
        ag.manual_seed(0)
        output = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            result = doctest.DocTestRunner(optionflags=flags).run(test, out=output.append)
        assert not result.failed, "".join(output)


@pytest.mark.parametrize("name", ["autograd_engine", *MODULES])
def test_public_names_exist_and_are_documented(name):
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} does not open with its idea"
    own = [n for n, v in vars(module).items() if getattr(v, "__module__", None) == name and not n.startswith("_")]
    public = getattr(module, "__all__", own)
    assert len(set(public)) == len(public)
    if name.startswith(tuple(f"autograd_engine.backend.{room}." for room in ("compiled", "cuda", "nvidia"))):
        return  # an implementation's docstring is its kernel's
    for item in public:
        value = getattr(module, item)
        if inspect.isfunction(value) or inspect.isclass(value):
            assert value.__doc__, f"{name}.{item} has no docstring"
