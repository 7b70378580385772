"""utils.tensorboard: where programs written for PyTorch look for the writer of TensorBoard's files."""

from __future__ import annotations

from typing import Any

from ..training.callbacks import summary_writer

__all__ = ["SummaryWriter"]


class SummaryWriter:
    """A writer of files that `tensorboard --logdir FOLDER` shows: that of the package tensorboardX.

    Args:
        arguments, settings: the package's, such as `log_dir`.

    Raises:
        ImportError: the package is not installed.
    """

    def __new__(cls, *arguments: Any, **settings: Any) -> Any:  # noqa: D102
        return summary_writer()(*arguments, **settings)
