"""A stand-in for arrays on a device, registered as a kind of raw arrays. See `array`."""

from __future__ import annotations

from autograd_engine.backend.kinds import register
from autograd_engine.backend.library import LibraryKind

from .array import Library, Special, StandIn, Stream, counts, machine, refused

__all__ = ["Library", "StandIn", "counts", "machine", "refused"]

register(StandIn, LibraryKind(Library, Special, Stream, Library.as_strided, lambda: machine.current))
