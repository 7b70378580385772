"""What the tests of the command line share: a short training, and what it leaves behind."""

import os
import signal

from autograd_engine import cli
from autograd_engine.cli import train as command

FILES = {
    "checkpoint.safetensors",
    "config.json",
    "confusion_matrix.png",
    "curves.png",
    "graph.png",
    "graph.svg",
    "history.csv",
    "weights.safetensors",
}


def train(*more):
    return cli.main(["train", "--epochs", "1", "--hidden", "4", "--no-progress", *more])


def interrupt_after(epoch, monkeypatch):
    line = command._line

    def interrupting(row):
        if row["epoch"] == epoch:
            os.kill(os.getpid(), signal.SIGINT)
        return line(row)

    monkeypatch.setattr(command, "_line", interrupting)
