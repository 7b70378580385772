"""Random programs, one after the other, and where our answers are not PyTorch's, but for what is meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

import autograd_engine as ag

from . import calls, graphs
from .deviations import excused
from .program import Answer, Program, differences, run


def unexpected(program: Program, theirs: Answer) -> list[str]:
    """Where our answer differs from `theirs`, without the differences that are meant."""
    return [d for d in differences(program, run(program, ag), theirs) if not excused(program, d)]


def compared(torch: Any, seeds: Iterable[int], only: str = "") -> Iterator[tuple[Program, list[str]]]:
    """For each seed a program of one operator, and one of several steps, with the unexpected differences."""
    for seed in seeds:
        found = [calls.program(Random(seed), only)] + ([] if only else [graphs.program(Random(seed), torch)])
        for program in found:
            if program is not None:
                yield program, unexpected(program, run(program, torch))
