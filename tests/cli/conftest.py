"""Fixtures for tests of the command line, each of which runs in a folder of its own."""

import pytest

from autograd_engine import cli
from autograd_engine.cli import training


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    assert cli.main(["train", "--epochs", "5", "--hidden", "32", "--out", str(folder), "--no-progress"]) == 0
    return folder


@pytest.fixture(autouse=True)
def in_tmp(request, tmp_path, monkeypatch):
    """Run in a folder of its own. Without the fixture `pictures` draw none: that takes longer than training."""
    monkeypatch.chdir(tmp_path)
    if "pictures" not in request.fixturenames:
        monkeypatch.setattr(training.Training, "_draw", lambda *_: None)


@pytest.fixture
def pictures():
    """Ask for the pictures of a run."""
