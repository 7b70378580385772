"""The names that a program takes from PyTorch and that are not here, found by reading it, without running it."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from ..backend.absent import ABSENT, explained
from .imports import PACKAGE, VERSIONS, home_of

__all__ = ["Absent", "absent_names"]


class Absent(NamedTuple):
    """A name that a program uses and that is not here.

    Attributes:
        path: the file, or its name in a message.
        line: the line of its first use; in a notebook, of the code cells put together.
        name: as PyTorch's: "torch.hub.load".
        reason: why it is absent, or the nearest name, after ": "; empty if neither is known.
    """

    path: str
    line: int
    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.name}{self.reason}"


_METHODS = {name.partition(".")[2] for name in ABSENT if name.startswith("Tensor.")}
"""Methods that a tensor of PyTorch's has and one of ours has not, among those with a reason."""


def absent_names(paths: Iterable[str | Path]) -> list[Absent]:
    """The names of PyTorch's that programs use and that are not here, each once a file.

    Names are found by how they are imported and by the dots that follow, `torch.nn.functional.relu`; methods of
    tensors only where a method of this name is known to be absent. Nothing is run.

    Args:
        paths: programs, notebooks, or folders of them.

    Raises:
        FileNotFoundError: there is no such file or folder.
        SyntaxError: a file is no program.
    """
    found = []
    for path in map(Path, paths):
        for file in (
            sorted(f for f in path.rglob("*") if f.suffix in (".py", ".ipynb")) if path.is_dir() else [path]
        ):
            found += _absent_in(str(file), _program(file))
    return found


def _program(path: Path) -> str:
    """The text of a program; of a notebook, that of its code cells, without the lines that are not Python's."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = [cell["source"] for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    lines = [line for cell in cells for line in "".join(cell).splitlines()]
    return "\n".join("pass" if line.lstrip()[:1] in ("!", "%") else line for line in lines)


def _absent_in(path: str, text: str) -> list[Absent]:
    known: dict[str, str] = {}
    used: dict[str, int] = {}
    tree = ast.parse(text, path)
    for node in ast.walk(tree):
        for name, meaning in _imported(node):
            used.setdefault(meaning, node.lineno)  # type: ignore[attr-defined]
            if name:
                known[name] = meaning
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            chain = _chain(node)
            if chain is not None and chain[0] in known:
                used.setdefault(".".join([known[chain[0]], *chain[1:]]), node.lineno)
            elif node.attr in _METHODS and isinstance(node.ctx, ast.Load):
                used.setdefault(f"torch.Tensor.{node.attr}", node.lineno)
    found: dict[str, Absent] = {}
    for name, line in sorted(used.items(), key=lambda item: item[1]):
        if (missing := _first_missing(name)) is not None and missing[0] not in found:
            found[missing[0]] = Absent(path, line, *missing)
    return [*found.values()]


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """What an import makes known: the name in the program, empty for none, and what it means."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name.partition(".")[0] in VERSIONS:
                yield "", alias.name
                root = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (root, root)
    elif isinstance(node, ast.ImportFrom) and not node.level:
        module = node.module or ""
        for alias in node.names if module.partition(".")[0] in VERSIONS else ():
            whole = alias.name == "*"
            yield ("", module) if whole else (alias.asname or alias.name, f"{module}.{alias.name}")


def _chain(node: ast.expr) -> list[str] | None:
    """`a.b.c` as its names; None for what does not begin with a name."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [node.id, *reversed(names)] if isinstance(node, ast.Name) else None


def _first_missing(name: str) -> tuple[str, str] | None:
    """The first part of a dotted name that is not here, and why; None if all of it is."""
    parts = name.split(".")
    found: Any = None
    for end in range(1, len(parts) + 1):
        path = ".".join(parts[:end])
        home = home_of(path)
        if home is None:
            if path != "torchvision" and end == 2:
                return path, f": {PACKAGE} has nothing like it"
            continue
        if end == 1 or parts[:end] == ["torchvision", parts[1]]:
            found = importlib.import_module(home)
            continue
        if not isinstance(found, ModuleType) and not inspect.isclass(found):
            return None  # an object, whose attributes nobody knows before the program runs
        last = parts[end - 1]
        if home.partition(".")[2] in ABSENT:
            return path, explained(home.partition(".")[2])
        try:
            found = getattr(found, last)
        except AttributeError:
            try:
                found = importlib.import_module(home)
            except ImportError:
                return path, explained(home.partition(".")[2], dir(found))
        except ImportError:  # an optional package
            return None
    return None
