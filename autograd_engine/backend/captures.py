"""What a graph of CUDA's is told before each replay: the numbers that change from step to step.

A capture writes launches down with their arguments as they are, so a learning rate would stay what it was. While a
graph is captured, an optimizer therefore takes its numbers from memory of the GPU, and says here how they are
computed. Before each replay they are computed anew, on the host, and sent to that memory.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token
from typing import Any, ClassVar, Protocol

from .kinds import others

__all__ = ["Capture", "Relay", "Source", "StaleGraphError", "current"]


class StaleGraphError(RuntimeError):
    """A graph no longer does what the program would do now, and has to be captured anew."""


class Source(Protocol):
    """Who has numbers that change from step to step."""

    def numbers(self) -> tuple[Any, ...]:
        """Those of the next step, which this counts."""

    def mark(self) -> Callable[[], None]:
        """What takes back the counting of all steps from now on."""

    def fits(self) -> bool:
        """Whether the arrays are still those that were captured."""


class Relay(Protocol):
    """Numbers in memory of a GPU, and how they get there: `gpu.Relay`."""

    SIZE: ClassVar[int]
    there: Any
    here: Any

    def send(self) -> None:
        """Bring them there, without waiting."""


class _Part:
    """A source, and where its numbers go: for each reading of a formula a relay, and the place in it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.readings: list[tuple[Any, Relay, slice]] = []

    def refresh(self) -> bool:
        """Compute the numbers of the next step; False where they lead to other decisions than those captured."""
        if not self.source.fits():
            return False
        numbers = self.source.numbers()
        for reading, relay, place in self.readings:
            prepared = reading.prepare(*numbers)
            if prepared is None:
                return False
            relay.here[place] = prepared
        return True


class Capture:
    """A capture in progress, and then what its graph is told before each replay.

    Args:
        new_relay: makes room for numbers.
    """

    def __init__(self, new_relay: Callable[[], Relay]) -> None:
        self._new_relay = new_relay
        self._parts: list[_Part] = []
        self._undo: list[Callable[[], None]] = []
        self._relays: list[Relay] = []
        self._used = 0
        self._drawing: dict[tuple[int, Any], Callable[[Any], None]] = {}

    def begin(self) -> Token[Capture | None]:
        """Let optimizers and generators of this thread find the capture; gives what `end` takes."""
        return _current.set(self)

    def end(self, token: Token[Capture | None]) -> None:
        """Let nobody find it any longer, and take back what was counted: nothing was computed."""
        _current.reset(token)
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()

    # -------------------------------------------------------------------------------- while it is captured

    def numbers_of(self, source: Source) -> tuple[Any, ...]:
        """The numbers of a source, which is asked for them again before each replay."""
        self._undo.append(source.mark())
        self._parts.append(_Part(source))
        return source.numbers()

    def placed(self, read: tuple[Any, tuple[float, ...]] | None, beside: Any) -> tuple[Any, Any]:
        """What `Formula.read` gave for the numbers of the last source, with the numbers in memory of the GPU.

        Raises:
            RuntimeError: the arrays lie on the CPU, or the formula cannot be read.
        """
        if beside.__class__ not in others:
            raise RuntimeError(
                "an optimizer's parameters lie on the CPU: a captured graph would not update them; move the model "
                "to the GPU"
            )
        if read is None:
            raise RuntimeError(
                "the numbers of an optimizer would be captured as they are, since its formula cannot be read; "
                "write _update with arithmetic on each element by itself"
            )
        reading, numbers = read
        if not self._relays or self._used + len(numbers) > self._relays[-1].SIZE:
            self._relays.append(self._new_relay())
            self._used = 0
        relay, place = self._relays[-1], slice(self._used, self._used + len(numbers))
        self._used = place.stop
        self._parts[-1].readings.append((reading, relay, place))
        return reading, relay.there[place]

    def draws(self, generator: Any, kind: Any, settle: Callable[[Any], None]) -> None:
        """Note that a generator draws arrays of a kind; `settle(kind)` before each replay starts it again if it was
        seeded meanwhile."""
        self._drawing[id(generator), kind] = settle

    # --------------------------------------------------------------------------------------- before a replay

    def refresh(self) -> None:
        """Bring to the GPU what the next replay needs to know.

        Raises:
            StaleGraphError: the graph has to be captured anew; nothing was counted.
        """
        undo = []
        for part in self._parts:
            undo.append(part.source.mark())
            if not part.refresh():
                for take_back in reversed(undo):
                    take_back()
                raise StaleGraphError(
                    "the captured graph no longer fits: an optimizer has other arrays, or decides otherwise with "
                    "its numbers; capture the step again"
                )
        for (_, kind), settle in self._drawing.items():
            settle(kind)
        for relay in self._relays:
            relay.send()


_current: ContextVar[Capture | None] = ContextVar("capture", default=None)

current: Callable[[], Capture | None] = _current.get
"""The capture that this thread is in, or None."""
