"""The defaults of PyTorch's parameters, read from its signatures, and recorded in a file for machines without it.

Those of what is ours alone are recorded too, so that no change of one goes unseen.

`python -m tests.defaults` records both. What is written in C++ has no signature; there the schemas of its overloads
tell, of which each parameter may have several defaults; one number for all dimensions may be written for each.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Container
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("defaults.json")
OURS_ALONE = Path(__file__).with_name("our_defaults.json")

PLACES = (
    "",
    "Tensor",
    "nn",
    "nn.functional",
    "nn.init",
    "nn.utils",
    "nn.utils.rnn",
    "optim",
    "optim.lr_scheduler",
    "optim.swa_utils",
    "utils.data",
    "utils.checkpoint",
    "autograd",
    "autograd.functional",
    "func",
    "linalg",
    "special",
    "distributions",
)

OUR_PLACES = ("data", "data.transforms", "models", "testing", "training", "viz")
"""Where names of ours stand beside those places."""

Defaults = dict[str, list[str]]
"""For each parameter that has a default, its defaults as source."""


def named(library: str, place: str) -> Any:
    """The module or class at a place of a library."""
    if place == "Tensor":
        return importlib.import_module(library).Tensor
    return importlib.import_module(f"{library}.{place}".rstrip("."))


def written(value: Any) -> str | None:
    """A default as source, numbers as floats; None for what is no number, string or tuple of such."""
    if value is None or isinstance(value, (bool, str)):
        return repr(value)
    if isinstance(value, (int, float)):
        return repr(float(value))
    if isinstance(value, (tuple, list)):
        parts = [written(v) for v in value]
        return None if None in parts else f"({', '.join(map(str, parts))})"
    return None


def of_signature(function: Any) -> Defaults:
    """The defaults that a Python signature states.

    Raises:
        ValueError, TypeError: there is none.
    """
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.default is not inspect.Parameter.empty and (text := written(parameter.default)):
            found[name] = [text]
    return found


def parameters(function: Any) -> set[str]:
    """The names of the parameters; none where there is no signature."""
    try:
        return set(inspect.signature(function).parameters)
    except (ValueError, TypeError):
        return set()


def of_schemas(torch: Any, place: str, name: str) -> tuple[Defaults, set[str]]:
    """The defaults, and the names, of a builtin's parameters in all its overloads."""
    prefix = {"linalg": "linalg_", "special": "special_"}.get(place, "")
    found: dict[str, set[str]] = {}
    names = set()
    for schema in torch._C._jit_get_schemas_for_operator(f"aten::{prefix}{name}"):
        for argument in schema.arguments:
            names.add(argument.name)
            if argument.has_default_value():
                value = argument.default_value
                whole = value if not isinstance(value, (list, tuple)) or len({*value}) != 1 else value[0]
                found.setdefault(argument.name, set()).update(filter(None, (written(value), written(whole))))
    return {k: sorted(v) for k, v in found.items()}, names


def of_torch(torch: Any, place: str, name: str) -> tuple[Defaults, set[str]]:
    """The defaults and the names of the parameters of PyTorch's function or class of that name."""
    thing = getattr(named("torch", place), name)
    if parameters(thing) - {"args", "kwargs"}:
        return of_signature(thing), parameters(thing)
    return of_schemas(torch, place, name)


def is_pythons(thing: Any) -> bool:
    """Whether a module that came with Python defines this."""
    return str(getattr(thing, "__module__", "")).partition(".")[0] in sys.stdlib_module_names


def ours(place: str) -> dict[str, Any]:
    """Our public functions and classes at a place; not those of Python's own modules, which differ by version."""
    where = named("autograd_engine", place)
    public = [n for n in dir(where) if not n.startswith("_")]
    things = {n: t for n in public if not is_pythons(t := getattr(where, n))}
    return {
        n: t
        for n, t in things.items()
        if callable(t) and parameters(t) and not (inspect.isclass(t) and issubclass(t, (BaseException, np.generic)))
    }


def collected(torch: Any) -> dict[str, Defaults]:
    """PyTorch's defaults of the parameters to which we give one: `{"nn.Linear": {"bias": ["True"], ...}}`.

    A parameter that PyTorch asks for has none, and one that it does not know is left out; so is a function of which
    PyTorch tells no parameter.
    """
    found = {}
    for place in PLACES:
        for name, thing in ours(place).items():
            mine = of_signature(thing)
            if mine and hasattr(named("torch", place), name):
                defaults, names = of_torch(torch, place, name)
                if names:
                    found[f"{place}.{name}".lstrip(".")] = {k: defaults.get(k, []) for k in mine if k in names}
    return found


def of_ours(known: Container[str]) -> dict[str, Defaults]:
    """The defaults of all functions and classes but those that are `known`, which are PyTorch's."""
    found = {}
    for place in PLACES + OUR_PLACES:
        for name, thing in ours(place).items():
            path = f"{place}.{name}".lstrip(".")
            if path not in known and (mine := of_signature(thing)):
                found[path] = mine
    return found


def read(file: Path = FILE) -> dict[str, Defaults]:
    """What was recorded."""
    return json.loads(file.read_text())


def _record(file: Path, defaults: dict[str, Defaults]) -> None:
    lines = [f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in defaults.items()]
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    import torch

    _record(FILE, known := collected(torch))
    _record(OURS_ALONE, of_ours(known))
