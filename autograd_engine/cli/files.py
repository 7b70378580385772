"""The names of the files that a run consists of. Nothing else in its folder is ever written or deleted."""

from __future__ import annotations

__all__ = ["CHECKPOINT", "CONFIG", "FILES", "HISTORY", "WEIGHTS"]

CONFIG, WEIGHTS = "config.json", "weights.safetensors"
HISTORY, CHECKPOINT = "history.csv", "checkpoint.safetensors"
FILES = (
    CONFIG,
    WEIGHTS,
    HISTORY,
    CHECKPOINT,
    "curves.png",
    "confusion_matrix.png",
    "graph.svg",
    "graph.png",
    "graph.dot",
)
