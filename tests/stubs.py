"""The type stubs of the derived modules, written from the declarations in `ops`: `python -m tests.stubs`.

A stub hides its module from type checkers, so only modules that hold nothing but derived names have one. Where an
operator returns an array, its stub says Tensor, so that an editor completes what follows. That a raw array gives a
raw array is for rules, where arrays are not typed. The summaries of the docstrings are what an editor shows.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import re
import sys
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import autograd_engine
from autograd_engine.backend.arrays import Array
from autograd_engine.ops.names import NUMPY_NAMES, numpy_names
from autograd_engine.tensor.derived import Derived

HEADER = '"""Written by `python -m tests.stubs`."""\n'
MODULES = ["operators", "special", "linalg", "nn.operators"]
"""Modules whose names are all derived."""

TENSOR = "from autograd_engine.tensor.tensor import Tensor"
STARS = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
RENAMED = numpy_names(lambda dim: dim).__code__
"""The code of every function that takes NumPy's names too."""


class Stub:
    """The lines of one stub, with the imports that they need."""

    def __init__(self) -> None:
        self.imports: set[str] = set()
        self.lines: list[str] = []

    def text(self, indent: str = "", opening: str = "", closing: str = "") -> str:
        """The whole file: the imports, then the definitions."""
        body = "".join(f"{indent}{line}\n" for line in self.lines)
        return HEADER + "\n" + "".join(f"{line}\n" for line in sorted(self.imports)) + opening + body + closing

    def define(self, name: str, function: Callable[..., Any], first: str | None = None) -> None:
        """The definition of `function`, with all its overloads; its first parameter is written as `first`."""
        origin = inspect.unwrap(function)
        overloads = [*map(inspect.signature, typing.get_overloads(origin))] or by_flag(inspect.signature(function))
        also = NUMPY_NAMES if getattr(function, "__code__", None) is RENAMED else {}
        for signature in overloads or [inspect.signature(function)]:
            if overloads:
                self.imports.add("from typing import overload")
                self.lines.append("@overload")
            self.lines.append(self.definition(name, signature, origin, first, also))
            self.lines += summary(function)

    def definition(
        self,
        name: str,
        signature: inspect.Signature,
        origin: Callable[..., Any],
        first: str | None,
        also: dict[str, str],
    ) -> str:
        """The head of one definition. The parameters that are values of `also` have its keys as second names."""
        rest = list(signature.parameters.values())[first is not None :]
        written, star = [] if first is None else [first], False
        places = [i for i, p in enumerate(rest) if p.name in also.values()]
        if places and any(p.default is p.empty and i not in places for i, p in enumerate(rest) if i > places[0]):
            also = {}  # what must follow cannot follow what may be left out
        extra = [(theirs, p) for theirs, own in also.items() for p in rest if p.name == own]
        for i, p in enumerate(rest):
            if p.kind is p.KEYWORD_ONLY and not star:
                written.append("*")
                star = True
            star = star or p.kind is p.VAR_POSITIONAL
            text = f"{STARS.get(p.kind, '')}{p.name}: {self.annotation(p.annotation, origin)}"
            if p.default is not p.empty or p.name in also.values():
                text += f" = {default(p.default)}"
            written.append(text)
            if p.kind is p.POSITIONAL_ONLY and (i + 1 == len(rest) or rest[i + 1].kind is not p.kind):
                written.append("/")
        if extra and not star:
            written.append("*")
        written += [f"{theirs}: {self.annotation(p.annotation, origin)} = ..." for theirs, p in extra]
        result = self.annotation(signature.return_annotation, origin, "Tensor")
        ignore = "  # type: ignore[override]" if name in ("__eq__", "__ne__") else ""
        return f"def {name}({', '.join(written)}) -> {result}:{ignore}"

    def annotation(self, text: str, origin: Callable[..., Any], array: str = "Any") -> str:
        """An annotation of the definition `origin`, with what stands here for an array."""
        if array == "Tensor" and re.search(r"\bArray\b", text):
            self.imports.add(TENSOR)
        text = re.sub(r"\bArray\b", array, text)
        for name in {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}:
            if name == "Tensor":
                self.imports.add(TENSOR)
            elif hasattr(typing, name) and origin.__globals__.get(name, typing) in (typing, getattr(typing, name)):
                self.imports.add(f"from typing import {name}")
            elif not hasattr(builtins, name):
                self.imports.add(f"from {home_of(name, origin.__globals__)} import {name}")
        return text


def home_of(name: str, known: dict[str, Any]) -> str:
    """The module that defines what `name` means where these names are known; an alias of a type does not say it."""
    if inspect.isclass(known[name]):
        return known[name].__module__
    for module in [importlib.import_module(known["__name__"]), *list(sys.modules.values())]:
        if getattr(module, name, None) is known[name] and re.search(
            rf"^{name}\b.* = ", inspect.getsource(module), re.M
        ):
            return module.__name__
    raise LookupError(f"no module defines {name}, which {known['__name__']} uses")


# What every symbol between two operands takes, `x[index]` too.
def _binary(self: Any, other: Any) -> Array: ...


def by_flag(signature: inspect.Signature) -> list[inspect.Signature]:
    """The overloads of a function that gives an array, or with `return_indices` a pair; none of other functions."""
    parameters = [*signature.parameters.values()]
    place = [*signature.parameters].index("return_indices") if "return_indices" in signature.parameters else None
    if place is None:
        return []
    before, flag, after = parameters[:place], parameters[place], parameters[place + 1 :]
    off = [*before, flag.replace(annotation="Literal[False]"), *after]
    asked = flag.replace(annotation="Literal[True]", default=flag.empty)
    on = [*before, *(p.replace(kind=p.KEYWORD_ONLY) for p in (asked, *after))]
    return [
        signature.replace(parameters=off, return_annotation="Array"),
        signature.replace(parameters=on, return_annotation="tuple[Array, Array]"),
    ]


def summary(function: Callable[..., Any]) -> list[str]:
    """The first paragraph of the docstring, as the body of a definition."""
    lines = inspect.cleandoc(function.__doc__ or "").split("\n\n")[0].splitlines()
    if not lines:
        return ["    ..."]
    lines[0] = ("r" if "\\" in "".join(lines) else "") + f'"""{lines[0]}'
    lines[-1] += '"""'
    return [f"    {line}" for line in lines]


def default(value: Any) -> str:
    """A default as it is written in a signature, where that is short."""
    plain = value is None or isinstance(value, (bool, int, str))
    return repr(value) if plain or (isinstance(value, float) and value - value == 0) else "..."


def of_module(name: str) -> str:
    """The stub of a module of derived names: their definitions, and imports of what is no function."""
    module, stub = importlib.import_module(f"autograd_engine.{name}"), Stub()
    for own in module.__all__:
        value = getattr(module, own)
        if inspect.isfunction(value):
            stub.define(own, value)
        else:
            stub.imports.add(f"from {value.__module__} import {value.__name__} as {own}")
    listed = "".join(f'    "{own}",\n' for own in sorted(module.__all__))
    return stub.text(closing=f"\n__all__ = [\n{listed}]\n")


def of_methods() -> str:
    """The stub of `tensor.derived`."""
    stub = Stub()
    stub.imports.add("from autograd_engine.engine.graph import Value")
    for name, value in vars(Derived).items():
        if not inspect.isfunction(value):
            continue
        binary = name.startswith("__") and len(inspect.signature(value).parameters) > 1
        stub.define(name, _binary if binary else value, "self")
    return stub.text("    ", '\n__all__ = ["Derived"]\n\nclass Derived(Value):\n')


def stubs() -> dict[Path, str]:
    """The text of every stub."""
    package = Path(autograd_engine.__file__).parent
    modules = {package / f"{name.replace('.', '/')}.pyi": of_module(name) for name in MODULES}
    return {**modules, package / "tensor/derived.pyi": of_methods()}


if __name__ == "__main__":
    for path, text in stubs().items():
        path.write_text(text)
