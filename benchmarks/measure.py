"""Measuring: all libraries in turn, round after round, so that other activity on the machine affects all alike.

In a round each library takes a turn; the order of the turns is random. A turn starts with one call that is not
timed, which brings code, data and threads back to the cores. Then garbage is collected, and the task is called as
often as is needed for the clock to be exact, with the collector off, as in `timeit`.

A ratio is the quotient of two medians. Its spread is found by the bootstrap: rounds are drawn with replacement from
those that were measured, and the ratio is computed again. The two libraries of a round are drawn together. Source:
B. Efron, Bootstrap Methods: Another Look at the Jackknife, Annals of Statistics 7, 1979.
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
"""Seconds that a timed turn takes at least; shorter tasks are called several times."""

WARM_UP = 0.2
"""Seconds for which a task is called before anything is measured."""

RESAMPLES = 1000
"""How often the bootstrap draws the rounds."""

PATIENCE = 25.0
"""A library that is expected to need more seconds than this for the next size of a series is left out."""


@dataclass(frozen=True)
class Spread:
    """A median with its quartiles, or the ratio of two medians with its 90 % interval."""

    median: float
    low: float
    high: float


def spread_of(values: Sequence[float]) -> Spread:
    """The median and the quartiles of some values."""
    low, median, high = np.quantile(values, (0.25, 0.5, 0.75)).tolist()
    return Spread(median, low, high)


@dataclass
class Outcome:
    """What was measured of a library at a case.

    Attributes:
        status: "measured", or why not: "not installed", "not applicable", "fails: ...", "left out: ...".
        samples: the measured value per unit of work, in each round.
        seconds: how long all rounds took, preparation included.
    """

    status: str = "measured"
    samples: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def sample(self, task: Task, case: Case, loops: int) -> float:
        """Take one turn and note the measured value; returns the seconds it took, preparation included."""
        began = perf_counter()
        arguments = () if task.setup is None else (task.setup(),)
        if task.setup is None and not case.reads:
            task.call()
        gc.collect()
        gc.disable()
        try:
            start = perf_counter_ns()
            for _ in range(loops):
                reading = task.call(*arguments)
            elapsed = (perf_counter_ns() - start) / 1e9
        finally:
            gc.enable()
        self.samples.append((reading if case.reads else elapsed / loops) / case.count)
        took = perf_counter() - began
        self.seconds += took
        return took


def _expected(case: Case, smaller: tuple[Case, dict[str, Outcome]] | None, key: str) -> str | None:
    """Why the library is not measured, judging by the next smaller size of the series; None if it is."""
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
    """Measure a case with libraries that are installed and loaded; returns the outcome of each, by its key.

    Args:
        case: the work.
        libraries: the libraries.
        quick: take fewer rounds.
        smaller: the case of the same series one size below, and its outcomes.
        advance: called after each round.

    Raises:
        Exception: whatever the engine raises. A peer's failure is an outcome.
    """
    outcomes: dict[str, Outcome] = {}
    contestants: list[tuple[Library, Task, int]] = []
    for library in libraries:
        outcome = outcomes[library.key] = Outcome(_expected(case, smaller, library.key) or "measured")
        if library.against and not case.tiers:
            outcome.status = "not applicable"
        if outcome.status != "measured":
            continue
        try:
            with library.turn():
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
                with library.turn():
                    outcome.sample(task, case, loops)
        advance()
    gc.unfreeze()
    return outcomes


def _warm_up(task: Task, case: Case) -> int:
    """Call the task for a while; returns how often a timed turn should call it.

    The number follows from the fastest call, for a slower one may have waited for the machine.
    """
    if case.reads:
        return 1
    if task.setup is not None:
        task.call(task.setup())
        return 1
    fastest = math.inf
    end = perf_counter() + WARM_UP
    while perf_counter() < end or fastest == math.inf:
        start = perf_counter()
        task.call()
        fastest = min(fastest, perf_counter() - start)
    return math.ceil(SHORTEST / fastest)


def compare(engine: Outcome, peer: Outcome) -> Spread | None:
    """The engine's median divided by the peer's, over the rounds that both took part in, with its 90 % interval.

    None if there are no such rounds, or a value in them is not positive.
    """
    rounds = np.array(list(zip(engine.samples, peer.samples, strict=False)))
    if not len(rounds) or rounds.min() <= 0:
        return None
    drawn = np.random.default_rng(0).integers(0, len(rounds), (RESAMPLES, len(rounds)))
    ours, theirs = np.median(rounds, axis=0).tolist()
    resampled = np.median(rounds[drawn], axis=1)
    low, high = np.quantile(resampled[:, 0] / resampled[:, 1], (0.05, 0.95)).tolist()
    return Spread(ours / theirs, low, high)


def growth(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The exponent p of the power law seconds = c size^p that fits best (least squares of the logarithms)."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
