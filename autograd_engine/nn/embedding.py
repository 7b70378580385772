"""Embeddings as modules: tables of learned rows."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import Any, Self

from ..engine.modes import no_grad
from ..tensor import Tensor
from ..tensor.creation import empty
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter

__all__ = ["Embedding", "EmbeddingBag"]


class _Table(Module):
    """A parameter `weight` (num_embeddings, embedding_dim), drawn from N(0, 1); a padding row is 0."""

    weight: Parameter

    num_embeddings: int
    embedding_dim: int
    padding_idx: int | None
    sparse: bool

    def __post_init__(self, _weight: Any, device: Any, dtype: Any) -> None:
        name, count, shape = type(self).__name__, self.num_embeddings, (self.num_embeddings, self.embedding_dim)
        if self.sparse:
            raise ValueError(f"{name}: there are no sparse gradients; leave out sparse=True")
        if self.padding_idx is not None and not -count <= self.padding_idx < count:
            raise ValueError(f"{name}: padding_idx {self.padding_idx} is out of range for {count} rows")
        if _weight is not None and tuple(_weight.shape) != shape:
            raise ValueError(f"{name}: expected a weight of shape {shape}, got {tuple(_weight.shape)}")
        self.padding_idx = None if self.padding_idx is None else self.padding_idx % count
        self.weight = Parameter(empty(*shape, dtype=dtype, device=device) if _weight is None else _weight)
        if _weight is None:
            self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx] = 0

    @classmethod
    def from_pretrained(cls, embeddings: Any, freeze: bool = True, **settings: Any) -> Self:
        """A module whose table is `embeddings`, sharing its memory.

        Args:
            embeddings: a tensor (num_embeddings, embedding_dim).
            freeze: whether the table stays as it is, and requires no gradient.
            settings: the other arguments of the module, by name.

        Raises:
            ValueError: `embeddings` is no matrix.

        Example:
            >>> Embedding.from_pretrained(tensor([[1.0, 2.0], [3.0, 4.0]]))(tensor([1]))
            tensor([[3., 4.]])
        """
        if len(embeddings.shape) != 2:
            raise ValueError(f"{cls.__name__}: a table has 2 dimensions, not shape {tuple(embeddings.shape)}")
        made: Any = cls
        table: Self = made(*embeddings.shape, _weight=embeddings, **settings)
        table.weight.requires_grad_(not freeze)
        return table

    def _shown(self, *names: str) -> str:
        """The sizes, and those settings that differ from their defaults."""
        defaults = {"padding_idx": None, "max_norm": None, "norm_type": 2.0, "scale_grad_by_freq": False}
        shown = {name: getattr(self, name) for name in names}
        told = [f"{name}={value!r}" for name, value in shown.items() if value != defaults.get(name)]
        return ", ".join([str(self.num_embeddings), str(self.embedding_dim), *told])


@dataclass(repr=False, eq=False)
class Embedding(_Table):
    """Reads rows of a table by number. The weight is (num_embeddings, embedding_dim), drawn standard normal.

    Shapes: integers (...) -> (..., embedding_dim).

    Args:
        num_embeddings, embedding_dim: the number of rows, and their length.
        padding_idx: a row that starts 0 and gets no gradient; negative ones count from the end.
        max_norm, norm_type, scale_grad_by_freq, sparse: as for `functional.embedding`.

    Raises:
        IndexError: a row that does not exist; says which one.
        ValueError: `sparse`, or a padding row that does not exist.

    Example:
        >>> Embedding(10, 3)(tensor([[1, 2], [4, 5]])).shape
        (2, 2, 3)
    """

    num_embeddings: int
    embedding_dim: int
    padding_idx: int | None = None
    max_norm: float | None = None
    norm_type: float = 2.0
    scale_grad_by_freq: bool = False
    sparse: bool = False
    _weight: InitVar[Any] = None
    _freeze: InitVar[bool] = False
    device: InitVar[Any] = None
    dtype: InitVar[Any] = None

    def __post_init__(self, _weight: Any, _freeze: bool, device: Any, dtype: Any) -> None:
        super().__post_init__(_weight, device, dtype)
        self.weight.requires_grad_(not _freeze)

    def forward(self, input: Any) -> Tensor:
        """Read the rows."""
        return F.embedding(
            input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq
        )

    def extra_repr(self) -> str:
        """The sizes, and the settings that differ from their defaults."""
        return self._shown("padding_idx", "max_norm", "norm_type", "scale_grad_by_freq")


@dataclass(repr=False, eq=False)
class EmbeddingBag(_Table):
    """Sums, means or maxima of bags of rows of a table. The weight is (num_embeddings, embedding_dim).

    Shapes: integers (bags, k), or (m,) with the offsets at which bags begin -> (bags, embedding_dim).

    Args:
        mode: "sum", "mean" or "max"; an empty bag gives 0.
        include_last_offset: the last offset is where the last bag ends, and no bag begins there.
        padding_idx: a row that does not count.
        max_norm, norm_type, scale_grad_by_freq, sparse: as for `functional.embedding`.

    Raises:
        IndexError: a row that does not exist; says which one.
        ValueError: settings that do not fit each other.

    Example:
        >>> EmbeddingBag(10, 3)(tensor([1, 2, 4, 5]), tensor([0, 3])).shape
        (2, 3)
    """

    num_embeddings: int
    embedding_dim: int
    max_norm: float | None = None
    norm_type: float = 2.0
    scale_grad_by_freq: bool = False
    mode: str = "mean"
    sparse: bool = False
    _weight: InitVar[Any] = None
    include_last_offset: bool = False
    padding_idx: int | None = None
    device: InitVar[Any] = None
    dtype: InitVar[Any] = None

    def forward(self, input: Any, offsets: Any = None, per_sample_weights: Any = None) -> Tensor:
        """Put the bags together."""
        return F.embedding_bag(
            input,
            self.weight,
            offsets,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.mode,
            self.sparse,
            per_sample_weights,
            self.include_last_offset,
            self.padding_idx,
        )

    def extra_repr(self) -> str:
        """The sizes, the mode, and the settings that differ from their defaults."""
        return self._shown("max_norm", "norm_type", "scale_grad_by_freq", "mode", "padding_idx")
