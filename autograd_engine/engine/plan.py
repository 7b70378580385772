"""What a primitive consists of, and so what its node must save.

The signatures of its forward and of its rules say it. An input is saved only when a rule that asks for it will
run: in `w * constant` the node keeps the constant and lets `w` go.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

__all__ = ["Accumulate", "Increment", "Jointly", "Plan"]


class Accumulate(NamedTuple):
    """A rule that can add its contribution straight into the input's gradient.

    Attributes:
        rule: returns the contribution, as any rule does; used with `create_graph=True`.
        into: `into(buffer, g, ...)` adds the same contribution to `buffer` in place, touching only
            the part of it that the operation read. So T slices of one tensor cost O(T).
    """

    rule: Callable[..., Any]
    into: Callable[..., None]


class Increment(NamedTuple):
    """An `Accumulate` rule on its way: the backward pass calls `into(buffer, *arguments)`."""

    into: Callable[..., None]
    arguments: tuple[Any, ...]


class Jointly(NamedTuple):
    """One rule for several inputs, whose gradients come out of one pass over the same arrays.

    Attributes:
        operands: the names of the inputs to differentiate by.
        rule: returns one gradient for each of them. If it has a parameter `wanted`, that is a tuple of booleans,
            one for each, and None will do for a gradient that is not wanted.
    """

    operands: tuple[str, ...]
    rule: Callable[..., Sequence[Any]]


def _parts(function: Callable[..., Any]) -> tuple[list[str], list[str], bool]:
    """The names of the parameters, positional and keyword-only, and whether their number varies.

    Read off the code, where that says all: a whole signature takes time, and there are hundreds of rules.
    """
    code = getattr(function, "__code__", None)
    if code is None or hasattr(function, "__wrapped__") or code.co_flags & inspect.CO_VARKEYWORDS:
        kinds = {name: p.kind for name, p in inspect.signature(function).parameters.items()}
        settings = [n for n, kind in kinds.items() if kind is inspect.Parameter.KEYWORD_ONLY]
        variadic = inspect.Parameter.VAR_POSITIONAL in kinds.values()
        return [n for n in kinds if n not in settings], settings, variadic
    count, names = code.co_argcount, list(code.co_varnames)
    end = count + code.co_kwonlyargcount
    variadic = bool(code.co_flags & inspect.CO_VARARGS)
    return names[:count] + names[end : end + variadic], names[count:end], variadic


class Plan:
    """The parts of a primitive.

    Attributes:
        name: shown in pictures and error messages.
        forward: the function of raw arrays.
        operands: the names of the array parameters; `settings`: of the keyword-only others.
        rules: operand name to derivative rule, empty if there is one for all, `jointly`; `differentiable` are the
            operands that have one.
        wants: operand name to the names that its rule asks for; `saves`: all of them, in the order of `node.saved`.
        view: whether the result may look into the memory of the only operand.
        composition: for a fused primitive, the same operation made of others: `create_graph=True`
            differentiates that instead.
    """

    def __init__(
        self,
        forward: Callable[..., Any],
        rules: dict[str, Callable[..., Any] | Accumulate],
        *,
        outputs: int,
        promote: bool | Callable[[Any, Any], tuple[Any, Any]],
        floating: bool,
        view: bool,
        residuals: Sequence[str],
        composition: Callable[..., Any] | None,
        jointly: Jointly | None,
    ) -> None:
        self.forward = forward
        self.name = forward.__name__.strip("_")
        self.rules = rules
        self.outputs = outputs
        self.promotes = promote
        self.floating = floating
        self.view = view
        self.residuals = tuple(residuals)
        self.composition = composition
        self.jointly = jointly
        self.operands, self.settings, self.variadic = _parts(forward)
        if self.variadic and len(self.operands) > 1:
            raise TypeError(f"{self.name}: *{self.operands[-1]} must be the only array parameter")
        if jointly and (rules or self.variadic):
            raise TypeError(f"{self.name}: a joint rule is the only one, and for a fixed number of operands")
        derived = jointly.operands if jointly else rules
        if unknown := set(derived) - set(self.operands):
            raise TypeError(f"{self.name} has no parameter {sorted(unknown)} to differentiate")
        self.differentiable = [n for n in self.operands if n in derived]
        self._read_rules()

    @functools.cached_property
    def signature(self) -> inspect.Signature:
        """The signature of the forward."""
        return inspect.signature(self.forward)

    def _read_rules(self) -> None:
        """Which names each rule asks for, and in which place of `node.saved` each one lies."""
        shapes = {f"{n}_shape" for n in self.operands}
        known = {"out", *self.operands, *self.settings, *self.residuals, *shapes}
        self.wants: dict[str, list[str]] = {}
        if self.jointly:
            names = self._asked(" and ".join(self.differentiable), self.jointly.rule, known | {"wanted"})
            self.wants = dict.fromkeys(self.differentiable, names)
        for operand, rule in self.rules.items():
            function = rule.rule if isinstance(rule, Accumulate) else rule
            self.wants[operand] = self._asked(operand, function, known)
        wanted = {name for names in self.wants.values() for name in names}
        if self.composition is not None:
            wanted |= {*self.operands, *self.settings}
        self.saves = [n for n in sorted(known) if n in wanted]

    def _asked(self, operand: str, rule: Callable[..., Any], known: set[str]) -> list[str]:
        """The names that the parameters of a rule ask for after g."""
        asked, settings, _ = _parts(rule)
        names = asked + settings
        if not names or set(names[1:]) - known:
            raise TypeError(
                f"{self.name}: the rule for {operand} takes ({', '.join(names)}); it may take g, "
                f"then any of {', '.join(sorted(known))}"
            )
        return names[1:]

    def users(self, name: str) -> list[str]:
        """The operands whose derivative needs `name`."""
        if self.composition is not None and name in self.operands + self.settings:
            return self.differentiable
        return [n for n in self.differentiable if name in self.wants[n]]
