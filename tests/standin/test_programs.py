"""Whole trainings after `model.to("cuda")`: the CPU's numbers, and no step waits for the GPU or sends to it."""

import io

import numpy as np
import pytest

import autograd_engine as ag

from . import StandIn, counts
from .programs import PROGRAMS, trained


def watched(step):
    counts.clear()
    loss = step()
    assert (counts.reads, counts.uploads, counts.waits) == (0, 0, 0)
    return loss


@pytest.mark.parametrize("optimizer", ["SGD", "AdamW"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_training_gives_the_same_on_a_gpu(name, optimizer):
    here = trained(PROGRAMS[name], "cpu", ag.float64, optimizer)
    there = trained(PROGRAMS[name], "cuda", ag.float64, optimizer, watch=watched)
    np.testing.assert_allclose([x.item() for x in there.losses], [x.item() for x in here.losses], rtol=1e-10)
    for ours, theirs in zip(there.model.parameters(), here.model.parameters(), strict=True):
        assert isinstance(ours.array, StandIn)
        np.testing.assert_allclose(ours.tolist(), theirs.tolist(), rtol=1e-7, atol=1e-9)


def test_a_training_goes_on_elsewhere():
    there = trained(PROGRAMS["perceptron"], "cuda", ag.float32)
    file = io.BytesIO()
    ag.save({"model": there.model.state_dict(), "optimizer": there.optimizer.state_dict()}, file)
    here = trained(PROGRAMS["perceptron"], "cpu", ag.float32, steps=1)
    file.seek(0)
    read = ag.load(file, map_location="cpu")
    here.model.load_state_dict(read["model"])
    here.optimizer.load_state_dict(read["optimizer"])
    for run, device in ((here, "cpu"), (there, "cuda")):
        run.optimizer.zero_grad()
        run.model(ag.ones(2, 6, device=device)).sum().backward()
        run.optimizer.step()
    for ours, theirs in zip(there.model.parameters(), here.model.parameters(), strict=True):
        np.testing.assert_allclose(ours.tolist(), theirs.tolist(), rtol=1e-5, atol=1e-7)


def test_reading_the_loss_waits_and_is_counted():
    loss = trained(PROGRAMS["perceptron"], "cuda", ag.float32, steps=1).losses[0]
    counts.clear()
    loss.item()
    assert counts.reads == 1
