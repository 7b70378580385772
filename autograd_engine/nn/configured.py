"""Layers that are a function with settings, which the constructor takes, `forward` passes on and `repr` shows."""

from __future__ import annotations

from typing import Any

from .module import Module

__all__: list[str] = []


class Configured(Module):
    """A layer without parameters. Its settings are attributes, and `repr` shows them in the order in which they
    were given; `inplace` only where it is on."""

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self.__dict__ |= settings
        self._settings = tuple(settings)

    def extra_repr(self) -> str:
        """The settings."""
        shown = ((name, getattr(self, name)) for name in self._settings)
        return ", ".join(f"{name}={value!r}" for name, value in shown if name != "inplace" or value)
