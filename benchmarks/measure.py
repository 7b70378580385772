"""Measuring: everybody in turn, round after round, so that whatever else the machine does hits all alike.

In a round each library takes a turn, in an order drawn anew. A turn starts with one run off the clock,
which brings code, data and threads back to the cores; then garbage is collected, and the task is run
as often as the clock needs to see it, with the collector off, as in `timeit`.

A ratio is that of the two medians. Its spread is what it becomes when the rounds are drawn again from those
there were (the bootstrap; Efron, 1979), the two libraries of a round kept together.
"""

from __future__ import annotations

import gc
import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import perf_counter, perf_counter_ns
from typing import Any

import numpy as np

from .case import Case, Task
from .libraries import ENGINE, Library

__all__ = ["Outcome", "Spread", "compare", "growth", "measure", "spread_of"]

SHORTEST = 0.01
"""Seconds a timed run should take at least; shorter tasks are repeated inside it."""

WARM_UP = 0.2
"""Seconds of the task before anything counts."""

RESAMPLES = 1000
"""How often the rounds are drawn again for the spread of a ratio."""

PATIENCE = 25.0
"""Seconds a library may be expected to need for the next size of a series."""


@dataclass(frozen=True)
class Spread:
    """A median (or a ratio of two) and the bounds it varies between: for readings the quartiles."""

    median: float
    low: float
    high: float


def spread_of(values: Sequence[float]) -> Spread:
    """The median and the quartiles of some values."""
    low, median, high = np.quantile(values, (0.25, 0.5, 0.75)).tolist()
    return Spread(median, low, high)


@dataclass
class Outcome:
    """What a library made of a case.

    Attributes:
        status: "measured", or why not: "not installed", "not applicable", "fails: ...", "left out: ...".
        samples: readings per unit of work; round r is `samples[r]`.
        seconds: spent on it in all.
    """

    status: str = "measured"
    samples: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def sample(self, task: Task, case: Case, loops: int) -> float:
        """Do the task and note the reading; returns the seconds it took, preparation included."""
        began = perf_counter()
        arguments = () if task.before is None else (task.before(),)
        if task.before is None and not case.reads:
            task.run()
        gc.collect()
        gc.disable()
        try:
            start = perf_counter_ns()
            for _ in range(loops):
                reading = task.run(*arguments)
            elapsed = (perf_counter_ns() - start) / 1e9
        finally:
            gc.enable()
        self.samples.append((reading if case.reads else elapsed / loops) / case.count)
        took = perf_counter() - began
        self.seconds += took
        return took


def _expected(case: Case, smaller: tuple[Case, dict[str, Outcome]] | None, key: str) -> str | None:
    """Why the library need not be asked, judging by the next smaller size of the series."""
    if smaller is None:
        return None
    before, outcomes = smaller
    outcome = outcomes[key]
    if outcome.status != "measured":
        return outcome.status
    seconds = outcome.seconds / len(outcome.samples) * case.size / before.size
    return f"left out: would take {seconds:.0f} s" if seconds > PATIENCE else None


def measure(
    case: Case,
    libraries: Iterable[Library],
    *,
    quick: bool = False,
    smaller: tuple[Case, dict[str, Outcome]] | None = None,
    advance: Callable[[], Any] = lambda: None,
) -> dict[str, Outcome]:
    """The outcome of a case for each of the libraries, which are installed and loaded.

    Args:
        case: the work.
        libraries: who does it.
        quick: fewer rounds.
        smaller: the case of the same series one size below, and its outcomes.
        advance: called after each round.

    Raises:
        Exception: whatever the engine raises. A peer's failure is an outcome.
    """
    outcomes: dict[str, Outcome] = {}
    contestants: list[tuple[Library, Task, int]] = []
    for library in libraries:
        outcome = outcomes[library.key] = Outcome(_expected(case, smaller, library.key) or "measured")
        if outcome.status != "measured":
            continue
        try:
            task = case.prepare(library)
            if task is None:
                outcome.status = "not applicable"
                continue
            contestants.append((library, task, 1 if smaller else _warm_up(task, case)))
        except Exception as error:
            if library is ENGINE:
                raise
            outcome.status = f"fails: {type(error).__name__}"
    gc.collect()
    gc.freeze()
    shuffle = random.Random(0).shuffle
    for _ in range(case.quick_rounds if quick else case.rounds):
        shuffle(contestants)
        for library, task, loops in contestants:
            outcome = outcomes[library.key]
            if outcome.seconds < case.budget:
                outcome.sample(task, case, loops)
        advance()
    gc.unfreeze()
    return outcomes


def _warm_up(task: Task, case: Case) -> int:
    """Do the task for a while; returns how often a timed turn should repeat it, judging by the fastest
    trial, for a slow one may have waited for the machine."""
    if case.reads:
        return 1
    if task.before is not None:
        task.run(task.before())
        return 1
    fastest = math.inf
    end = perf_counter() + WARM_UP
    while perf_counter() < end or fastest == math.inf:
        start = perf_counter()
        task.run()
        fastest = min(fastest, perf_counter() - start)
    return math.ceil(SHORTEST / fastest)


def compare(engine: Outcome, peer: Outcome) -> Spread | None:
    """The engine's median over the peer's, in the rounds both took part in, and the middle 90 % of the
    same ratio over resampled rounds. None where there is nothing to divide by."""
    rounds = np.array(list(zip(engine.samples, peer.samples, strict=False)))
    if not len(rounds) or rounds.min() <= 0:
        return None
    drawn = np.random.default_rng(0).integers(0, len(rounds), (RESAMPLES, len(rounds)))
    ours, theirs = np.median(rounds, axis=0).tolist()
    resampled = np.median(rounds[drawn], axis=1)
    low, high = np.quantile(resampled[:, 0] / resampled[:, 1], (0.05, 0.95)).tolist()
    return Spread(ours / theirs, low, high)


def growth(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The exponent p of the power law seconds ~ size^p that fits best."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
