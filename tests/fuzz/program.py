"""A program in source, run with one library, and what it leaves behind: values, gradients, and what it refused."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

import autograd_engine as ag
from tests.ops.oracle import counterpart
from tests.table import TABLE

HEADER = """\
from math import inf, nan
import autograd_engine as m  # or torch
from tests.fuzz.program import row, weights
"""
"""What a program needs to be pasted."""

TOLERANCES = {"float16": 2e-2, "float32": 2e-4, "float64": 1e-6}
"""By how much results may differ, relative to the largest element of a tensor."""

Answer = dict[str, Any]
"""`raised`, the line that raised and the error's name, or None; and by the names of the variables `values` and
`grads`, each a dtype, a shape and the elements."""


class Program(NamedTuple):
    """Statements, and the operator that they are about, if it is one."""

    lines: tuple[str, ...]
    about: str = ""

    def __str__(self) -> str:
        return HEADER + "\n".join(self.lines) + "\n"


class Row:
    """The functions of the rows of the table, in one library; those that a row wraps have no name of their own."""

    def __init__(self, library: Any) -> None:
        self.library = library

    def __call__(self, name: str) -> Any:
        return TABLE[name].function if self.library is ag else counterpart(TABLE[name])


def row(name: str) -> Any:
    """The function of a row of the table, of this library: `Row`, for a program that is pasted."""
    return Row(ag)(name)


def weights(result: Any) -> Any:
    """Cotangents that depend on the number of elements only, so that both libraries have the same."""
    m = ag if isinstance(result, ag.Tensor) else __import__("torch")
    return m.tensor([0.5 + (7 * i % 11) / 8 for i in range(result.numel())], dtype=result.dtype).reshape(
        tuple(result.shape)
    )


def start(m: Any) -> dict[str, Any]:
    """The variables of a program before its first line."""
    return {"m": m, "inf": math.inf, "nan": math.nan, "row": Row(m), "weights": weights}


def step(line: str, variables: dict[str, Any]) -> None:
    """Execute one line of a program."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        exec(line, variables)


def run(program: Program, m: Any) -> Answer:
    """What the program leaves behind, run by library `m`."""
    variables = start(m)
    raised = None
    m.manual_seed(0)
    for number, line in enumerate(program.lines):
        try:
            step(line, variables)
        except Exception as error:
            raised = [number, type(error).__name__, str(error)]
            break
    return {"raised": raised, **observed(variables)}


def observed(variables: dict[str, Any]) -> Answer:
    """The tensors among the variables, and the gradients of the leaves."""
    values, grads = {}, {}
    for name, value in variables.items():
        if name[0] not in "vx" or not name[1:].isdigit():
            continue
        for i, tensor in enumerate(_tensors(value)):
            path = f"{name}[{i}]" if isinstance(value, (tuple, list)) else name
            values[path] = _plain(tensor)
            if name[0] == "x" and tensor.requires_grad and tensor.is_leaf:
                grads[path] = None if tensor.grad is None else _plain(tensor.grad)
    return {"values": values, "grads": grads}


def _tensors(value: Any) -> list[Any]:
    if isinstance(value, (tuple, list)):
        return [t for item in value for t in _tensors(item)]
    return [value] if hasattr(value, "requires_grad") else []


def _plain(tensor: Any) -> list[Any]:
    array = np.array(
        tensor.detach().numpy() if isinstance(tensor, ag.Tensor) else tensor.detach().numpy(force=True)
    )
    flat = array.reshape(-1)
    elements = [float(f"{v:.7g}") for v in flat.tolist()] if array.dtype.kind == "f" else flat.tolist()
    return [str(array.dtype), list(array.shape), elements]


def differences(program: Program, ours: Answer, theirs: Answer) -> list[str]:
    """Where our answer is not PyTorch's; a line that PyTorch refuses ends the comparison.

    To take what PyTorch refuses is no fault; a gradient that is absent counts as one of zeros.
    """
    if ours["raised"] and (not theirs["raised"] or ours["raised"][0] != theirs["raised"][0]):
        if theirs["raised"] and ours["raised"][0] > theirs["raised"][0]:
            return []
        number, name, message = ours["raised"]
        return [f"only we raise {name}, in line {number}, {program.lines[number]!r}: {message}"]
    if theirs["raised"]:
        return []
    found = []
    for what in ("values", "grads"):
        if ours[what].keys() != theirs[what].keys():
            found.append(f"{what} of {sorted(ours[what])}, in PyTorch of {sorted(theirs[what])}")
        for name in ours[what].keys() & theirs[what].keys():
            pair = [answer[what][name] for answer in (ours, theirs)]
            wrong = _differ(program, pair)
            if wrong:
                found.append(f"{what} of {name}: {wrong}: {pair[0]}, in PyTorch {pair[1]}")
    return found


def _differ(program: Program, pair: Sequence[Any]) -> str:
    if pair[0] is None or pair[1] is None:
        there = pair[0] or pair[1]
        return "absent" if there and any(there[2]) else ""
    (dtype, shape, elements), (their_dtype, their_shape, their_elements) = pair
    if dtype != their_dtype:
        return "dtype"
    if list(shape) != list(their_shape):
        return "shape"
    a, b = np.array(elements, np.float64), np.array(their_elements, np.float64)
    source = "\n".join(program.lines)
    known = [t for name, t in TOLERANCES.items() if name in source or name == dtype]
    relative = max(known) if dtype.startswith("float") else 0.0
    finite = np.isfinite(b)
    scale = max(1.0, np.abs(b[finite]).max(initial=0.0))
    if not np.array_equal(np.isnan(a), np.isnan(b)):
        return "NaN"
    with np.errstate(invalid="ignore"):
        far = ~finite & ~np.isnan(b) & (a != b) | finite & ~(np.abs(a - b) <= relative * scale)
    return "elements" if far.any() else ""
