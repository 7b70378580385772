"""How an optimizer's parameters are arranged for a step, and the numbers that the step takes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

from ..backend.formulas import Formula
from ..tensor import Tensor
from .flat import Flat


class Arrangement(NamedTuple):
    """How the parameters of a group are updated.

    Attributes:
        formula: what to do, which knows the names of the state arrays.
        cohorts: the parameters that have gradients.
        idle: the others.
    """

    formula: Formula
    cohorts: list[Cohort]
    idle: list[Tensor]


class Cohort(NamedTuple):
    """Parameters of a group that went through the same steps.

    Attributes:
        scalars: the numbers in their states, one dictionary that all of them share.
        parts: the flat arrays of their values, those of each dtype together.
    """

    scalars: dict[str, float]
    parts: list[Part]


class Part(NamedTuple):
    """Flat arrays of one dtype, with what is changed in each: the values, and the arrays of the state."""

    flats: list[Flat]
    values: list[Any]
    states: list[tuple[Any, ...]]


NOT_YET: Any = (None, [], [])
"""The arrangement of a group before its first step."""


class StepNumbers:
    """The numbers of a cohort's steps, which a captured graph is told before each replay."""

    def __init__(self, optimizer: Any, i: int, arrangement: Arrangement, cohort: Cohort) -> None:
        self._optimizer, self._i, self._arrangement = optimizer, i, arrangement
        self._scalars, self._parts = cohort

    def numbers(self) -> tuple[Any, ...]:
        """Those of the next step, which this counts."""
        counts = bool(self._arrangement.formula.names)
        return self._optimizer._numbers(self._optimizer.param_groups[self._i], self._scalars, counts)

    def mark(self) -> Callable[[], None]:
        """What takes back the counting of all steps from now on."""
        return functools.partial(self._scalars.update, dict(self._scalars))

    def fits(self) -> bool:
        """Whether the parameters' arrays are still those that were captured."""
        return self._optimizer._arranged[self._i] is self._arrangement and all(
            p.array is array
            for part in self._parts
            for flat in part.flats
            for p, array in zip(flat.params, flat.arrays, strict=True)
        )
