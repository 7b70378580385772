"""A case: one piece of work that every library is asked to do, and what is read off it."""

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
        run: what is measured.
        before: called before each `run`, outside the clock; its result is `run`'s argument.
    """

    run: Callable[..., Any]
    before: Callable[[], Any] | None = None


@dataclass(frozen=True)
class Case:
    """One row of the table.

    Attributes:
        name: how `--only` calls it.
        title: how people call it.
        prepare: makes the task for a library; None where the library has nothing of the kind.
        per: what one unit of the work is, and `count`: how many of them one run does.
        unit: of the reading, "s" or "B".
        reads: the task returns its own reading, instead of being timed.
        rounds: how often each library does it; `quick_rounds`: with `--quick`.
        budget: seconds after which a library sits out the rest of the rounds.
        series, size: cases of one series are the same work at several sizes, smallest first. A library
            that fails at one size, or would take too long at the next, is not asked for the next.
        targets: the largest ratio to a peer that the project accepts; under "engine", the largest value.
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
