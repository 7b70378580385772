"""The stubs of derived modules are up to date, and type checkers understand a user's program."""

import ast
import importlib
import inspect
import re
import runpy
import subprocess
import sys
import types
import typing
import zipfile
from pathlib import Path

import pytest

from autograd_engine import nn
from tests.revealed import MODULES, UNKNOWN, Program, is_unknown
from tests.stubs import stubs

WRITTEN = stubs()


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_a_stub_is_what_the_declarations_say(path):
    assert path.read_text() == WRITTEN[path], "out of date: run python -m tests.stubs"


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """What one run of mypy says of the user's program, and of every public name."""
    api = pytest.importorskip("mypy.api", reason="mypy is not installed")
    program, asks = Program(), tmp_path_factory.mktemp("types") / "asks.py"
    asks.write_text("\n".join(program.lines) + "\n")
    options = ["--follow-imports", "silent", "--hide-error-context", "--no-error-summary"]
    report, errors, _ = api.run([*options, str(asks), str(Path(__file__).with_name("typed.py"))])
    assert errors == ""
    wrong = [line for line in report.splitlines() if ": note: Revealed type is" not in line]
    return wrong, program, program.answers(report, asks.name)


def test_types_of_a_program(checked):
    wrong, _, _ = checked
    assert not wrong, "\n".join(wrong)


def test_only_what_cannot_be_known_is_any(checked):
    _, program, found = checked
    assert found.keys() == {*program.asked.values()}
    may_be = {name for names in UNKNOWN.values() for name in names.split()}
    assert {name for name, text in found.items() if is_unknown(text)} == may_be


LAYERS = [name for name in nn.__all__ if inspect.isclass(getattr(nn, name))]


def test_calls_of_layers_have_the_parameters_of_their_forward(checked):
    """`layer` writes `forward`; what type checkers see is a declaration, which must say the same."""
    _, _, found = checked
    compared = 0
    for name in LAYERS:
        if (called := found.get(f"nn.{name}.__call__")) is None:
            continue
        _, *parameters = inspect.signature(getattr(nn, name).forward).parameters.values()
        while (plain := re.sub(r"\[[^][]*\]", "", called)) != called:
            called = plain
        names = [
            re.sub(r"\W", "", p.split(":")[0])
            for p in called[called.index("(") + 1 : called.index(")")].split(", ")
        ]
        assert names == [p.name for p in parameters], name
        compared += 1
    assert compared > 90


def test_the_program_tells_the_truth(monkeypatch):
    claims = []

    def check(value, kind):
        claims.append(kind)
        plain = kind if isinstance(kind, types.UnionType) else typing.get_origin(kind) or kind
        assert kind is typing.Any or isinstance(value, plain)

    monkeypatch.setattr(typing, "assert_type", check)
    runpy.run_module("tests.typed")
    assert len(claims) > 10


def _spelled_out(module):
    """The names in `__all__` as pyright reads them: lists of strings, and `module.__all__` where it finds the
    module, which it does for `import package.module as module`, and in an `__init__` for `from . import module`."""
    path = Path(module.__file__)
    path = path.with_suffix(".pyi") if path.with_suffix(".pyi").exists() else path
    names, known = [], {}
    for line in ast.parse(path.read_text()).body:
        if isinstance(line, ast.ImportFrom) and line.module is None and path.name == "__init__.py":
            known |= {a.asname or a.name: f"{module.__name__}.{a.name}" for a in line.names}
        elif isinstance(line, ast.Import):
            known |= {a.asname: a.name for a in line.names if a.asname}
        elif isinstance(line, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and "__all__" in ast.unparse(line):
            if isinstance(line.value, ast.List):
                names += [item.value for item in line.value.elts if isinstance(item, ast.Constant)]
            elif isinstance(line.value, ast.Attribute):
                names += _spelled_out(importlib.import_module(known[line.value.value.id]))
    return names


@pytest.mark.parametrize("path", [m for m in MODULES if m != "autograd_engine.utils.data"])
def test_type_checkers_can_read_what_is_public(path):
    """To pyright a name that it does not find in `__all__` is private. (`utils.data` has all of its names from star
    imports, and an `__all__` that pyright does not read.)"""
    module = importlib.import_module(path)
    layers = {name for name, value in vars(nn.modules).items() if not inspect.ismodule(value)}
    assert {name for name in layers if not name.startswith("_")} <= {*nn.__all__}
    assert sorted(_spelled_out(module)) == sorted(module.__all__)


def test_an_editable_install_is_a_path(tmp_path):
    """Type checkers follow a path, and not an import hook, which setuptools prefers for packages beside others."""
    pytest.importorskip("setuptools", minversion="77")
    root = Path(__file__).parents[1]
    build = "import sys; from setuptools import build_meta; build_meta.build_editable(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, tmp_path], cwd=root, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        (path,) = (name for name in files.namelist() if "dist-info" not in name)
        assert path.endswith(".pth")
        assert files.read(path).decode().split() == [str(root)]
