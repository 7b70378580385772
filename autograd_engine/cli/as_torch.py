"""Runs a program that was written for PyTorch, as it is; or lists the names that it uses and that are not here."""

from __future__ import annotations

import runpy
import sys
import traceback
from argparse import Namespace
from pathlib import Path

from ..swap import absent_names, as_torch
from .folder import UserError


def run(options: Namespace) -> int:
    """Run the program, or check it."""
    given = [argument for argument in options.program if argument != "--"]
    check = options.check or given[:1] == ["--check"]
    paths = [argument for argument in given if argument != "--check"] if check else given[:1]
    if not paths:
        raise UserError("as-torch: which program? Give the path of a .py file")
    for path in paths:
        if not Path(path).exists():
            raise UserError(f"as-torch: there is no file {path}")
    return _check(paths) if check else _run(given)


def _check(paths: list[str]) -> int:
    try:
        found = absent_names(paths)
    except SyntaxError as error:
        raise UserError(f"as-torch: {error.filename}:{error.lineno}: this is no Python: {error.msg}") from None
    for absent in found:
        print(absent)
    names = "1 name of PyTorch's that is" if len(found) == 1 else f"{len(found)} names of PyTorch's that are"
    print(f"{names} not here")
    return int(bool(found))


def _run(arguments: list[str]) -> int:
    """Run the program as Python would, with these arguments, the first of which is its path."""
    script = arguments[0]
    as_torch()
    before = sys.argv, sys.path[:]
    sys.argv = arguments
    sys.path[0:1] = [str(Path(script).resolve().parent)]
    try:
        runpy.run_path(script, run_name="__main__")
    except Exception as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename != script:
            trace = trace.tb_next  # the program's own lines, not those that run it
        traceback.print_exception(type(error), error, trace or error.__traceback__)
        return 1
    finally:
        sys.argv, sys.path[:] = before
    return 0
