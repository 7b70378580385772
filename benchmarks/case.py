"""A case: one piece of work that every library does, and what is measured of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .libraries import Library

__all__ = ["Case", "Task"]


@dataclass(frozen=True)
class Task:
    """The work as one library does it.

    Attributes:
        call: the function that is measured.
        setup: called before each `call` while the clock stands still; its result becomes the argument of `call`.
    """

    call: Callable[..., Any]
    setup: Callable[[], Any] | None = None


@dataclass(frozen=True)
class Case:
    """One row of the table.

    Attributes:
        name: its name on the command line, for `--only`.
        title: its name in the tables.
        prepare: makes the task for a library; returns None if the library cannot do such work.
        per: the unit of work that results refer to, such as "slice".
        count: how many such units one call does.
        unit: the unit of the measured value: "s" for seconds, "B" for bytes.
        reads: the task returns the measured value itself; otherwise its calls are timed.
        rounds: how often each library is measured.
        quick_rounds: the same with `--quick`.
        budget: a library that has taken so many seconds is left out of the remaining rounds.
        series: cases with the same series are the same work at several sizes, smallest first.
        size: the size in the series. A library that fails at one size, or would take too long at the next, is not
            measured at the next.
        targets: the largest ratio to a peer, by its key, that the project accepts; under "engine", the largest
            value.
        tiers: whether compiled kernels may matter, so that the work is measured on NumPy alone too.
    """

    name: str
    title: str
    prepare: Callable[[Library], Task | None]
    per: str
    count: int = 1
    unit: str = "s"
    reads: bool = False
    rounds: int = 25
    quick_rounds: int = 5
    budget: float = 3.0
    series: str = ""
    size: int = 0
    targets: Mapping[str, float] = field(default_factory=dict)
    tiers: bool = False
