"""The step of a language model: the loss of all places at once, and the state that the next batch begins with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..func.structure import map_structure
from ..nn import Module
from ..tensor import Tensor
from .callbacks import Callback
from .run import Run

__all__ = ["SequenceStep"]


class SequenceStep(Callback):
    """What `fit` does with a batch (x, y) of sequences, for models that give scores for each token of x.

    A model that returns (scores, state), as `models.RecurrentLM` does, gets the state with the next batch,
    detached: truncated backpropagation through time. An epoch and a measurement begin without a state, so this is a
    callback too. Other models, as `models.GPT`, return the scores alone.

    Shapes: x and y (T, N), scores (T, N, V); or any other two dimensions in the place of T and N.

    Args:
        loss: of scores (places, V) and tokens (places,), a mean; such as `nn.CrossEntropyLoss()`.

    Example:
        >>> from autograd_engine.data import CharVocabulary, TokenStreams
        >>> from autograd_engine.models import RecurrentLM
        >>> from autograd_engine.training import fit
        >>> text = "hello " * 50
        >>> vocabulary = CharVocabulary.of(text)
        >>> model = RecurrentLM(len(vocabulary), "gru", width=16)
        >>> streams = TokenStreams(vocabulary.encode(text), batch_size=4, length=8)
        >>> step = SequenceStep(nn.CrossEntropyLoss())
        >>> optimizer = optim.Adam(model.parameters(), lr=0.02)
        >>> history = fit(model, streams, optimizer, epochs=15, step=step, callbacks=[step], progress=False)
        >>> history["train_loss"][-1] < 0.1
        True
        >>> vocabulary.decode(model.generate(vocabulary.encode("h"), 9, temperature=0))
        'hello hell'

    Source: Williams and Peng, "An efficient gradient-based algorithm for on-line training of recurrent network
    trajectories", 1990.
    """

    def __init__(self, loss: Callable[[Any, Any], Any]) -> None:
        self.loss = loss
        self._state: Any = None

    def __call__(self, model: Module, batch: Any) -> Tensor:
        """The loss of a batch."""
        x, y = batch
        output = model(x) if self._state is None else model(x, self._state)
        if isinstance(output, tuple):
            output, state = output
            self._state = map_structure(lambda item: item.detach(), state)
        loss: Tensor = self.loss(output.flatten(0, 1), y.flatten())
        return loss

    def on_epoch_begin(self, run: Run) -> None:
        """Forget the state."""
        self._state = None

    def on_evaluation_begin(self, run: Run) -> None:
        """Forget the state."""
        self._state = None
