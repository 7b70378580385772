"""A run: all that a training consists of, and so all that a checkpoint must hold.

These are the weights, the optimizer, the callbacks (the schedule is one of them), the history, and every stream of
random numbers that training draws from. A run that restores them between two epochs goes on bit for bit like one
that was never interrupted.
"""

from __future__ import annotations

import math
import os
import random
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np

from ..backend.random import Generator, default_generator, gpu_states, set_gpu_states
from ..nn import Module
from ..optim import Optimizer
from ..serialization import load, save


class Stateful(Protocol):
    """What a checkpoint holds a state of, as every callback is."""

    def state_dict(self) -> dict[str, Any]:
        """What must be known to go on; nothing for what remembers nothing."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a `state_dict()`."""


class Run:
    """A training in progress, as its callbacks see it.

    Attributes:
        model, optimizer: what is being trained, and by what.
        train: the batches of an epoch.
        held_out: the batches of the validation data, by the prefix of their columns.
        callbacks: what is called around steps and epochs.
        epochs: how many epochs there will be in all.
        epoch: how many have been finished.
        batch: how many batches of the current epoch have been seen.
        step: how often the optimizer has stepped.
        row: the latest row of the history.
        history: a column per measure, a number per epoch.
        stop: set it to a reason, and the training ends after this epoch.
    """

    def __init__(
        self,
        model: Module,
        optimizer: Optimizer,
        train: Iterable[Any],
        held_out: dict[str, Iterable[Any]],
        callbacks: Sequence[Stateful],
        history: dict[str, list[float]],
    ) -> None:
        self.model = model
        self.optimizer = optimizer
        self.train = train
        self.held_out = held_out
        self.callbacks = list(callbacks)
        self.history = history
        if len({len(column) for column in history.values()}) > 1 or (history and "epoch" not in history):
            lengths = {name: len(column) for name, column in history.items()}
            raise ValueError(f"a history has a number per epoch in each column, and one is 'epoch', not {lengths}")
        self.epoch = self.epochs = int(history["epoch"][-1]) if history.get("epoch") else 0
        self.batch = self.step = 0
        self.row: dict[str, float] = {}
        self.stop: str | None = None

    def finish_epoch(self, row: dict[str, float]) -> None:
        """Add a row to the history, with NaN for what is measured in only some of the epochs."""
        self.row = row
        self.epoch = int(row["epoch"])
        before = len(self.history.get("epoch", ()))
        for name in self.history | row:
            self.history.setdefault(name, [math.nan] * before).append(row.get(name, math.nan))

    def measure(self, name: str, who: str) -> float:
        """The latest value of a column of the history.

        Raises:
            ValueError: there is no such column; the message names those there are.
        """
        if name not in self.row:
            raise ValueError(f"{who} looks at {name!r}, but the history has {', '.join(self.row)}")
        return self.row[name]

    # ------------------------------------------------------------------------------- checkpoints

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the whole state to a safetensors file; an old file stays until the new one is complete."""
        save(
            {
                "model": self.model.state_dict(),
                "optimizer": {"type": type(self.optimizer).__name__, **self.optimizer.state_dict()},
                "callbacks": [{"type": name, **callback.state_dict()} for name, callback in self._remembering()],
                "history": self.history,
                "epoch": self.epoch,
                "step": self.step,
                "stop": self.stop,
                "random": self._random_state(),
            },
            path,
        )

    def load(self, path: str | os.PathLike[str]) -> None:
        """Continue from a file that `save` wrote.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it is damaged, or of another kind of run.
            RuntimeError: the weights do not fit the model.
        """
        name = os.fspath(path)
        state = load(path)
        if not isinstance(state, dict) or not {"model", "optimizer", "callbacks", "random"} <= state.keys():
            raise ValueError(f"{name} is no checkpoint of a training run")
        try:
            self._check_kind(name, state)
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            for (_, callback), known in zip(self._remembering(), state["callbacks"], strict=True):
                callback.load_state_dict(known)
            self.history.clear()
            self.history.update(state["history"])
            self.epoch, self.step, self.stop = int(state["epoch"]), int(state["step"]), state["stop"]
            self._set_random_state(state["random"])
        except (KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
            raise ValueError(f"{name} is damaged: it cannot be gone on from ({error!r})") from error

    def _check_kind(self, name: str, state: dict[str, Any]) -> None:
        """Raise ValueError if the state is of another kind of run."""
        own = {
            "optimizer": [type(self.optimizer).__name__],
            "callbacks": [kind for kind, _ in self._remembering()],
            "random": [type(g).__name__ for g in self._generators()],
        }
        saved = {
            "optimizer": [state["optimizer"].pop("type")],
            "callbacks": [c.pop("type") for c in state["callbacks"]],
            "random": ["Generator"] * len(state["random"]["generators"]),
        }
        for part, kinds in saved.items():
            if kinds != own[part]:
                raise ValueError(
                    f"{name} belongs to another run: for its {part} it has {kinds or 'none'}, here are "
                    f"{own[part] or 'none'}"
                )

    def _remembering(self) -> list[tuple[str, Stateful]]:
        """The callbacks that have a state, each with the name of its class."""
        return [(type(c).__name__, c) for c in self.callbacks if c.state_dict()]

    def _generators(self) -> list[Generator]:
        """The default generator, and those of the loaders: their own, their samplers', the batch samplers'."""
        found = [default_generator]
        reachable: list[Any] = [self.train, *self.held_out.values()]
        for item in reachable:
            generator = getattr(item, "generator", None)
            if isinstance(generator, Generator) and all(generator is not g for g in found):
                found.append(generator)
            reachable += [
                part for name in ("batch_sampler", "sampler") if (part := getattr(item, name, None)) is not None
            ]
        return found

    def _random_state(self) -> dict[str, Any]:
        return {
            "generators": [g.get_state() for g in self._generators()],
            "gpus": [[[index, bits] for index, bits in gpu_states(g)] for g in self._generators()],
            "numpy": np.random.get_state(legacy=False),
            "python": random.getstate(),
        }

    def _set_random_state(self, state: dict[str, Any]) -> None:
        for generator, known in zip(self._generators(), state["generators"], strict=True):
            generator.set_state(known)
        for generator, known in zip(self._generators(), state.get("gpus", []), strict=False):
            try:
                set_gpu_states(generator, [(int(index), np.asarray(bits)) for index, bits in known])
            except ValueError as error:  # on another kind of GPU the run goes on, with other random numbers there
                warnings.warn(str(error), stacklevel=4)
        np.random.set_state(state["numpy"])
        random.setstate(state["python"])
