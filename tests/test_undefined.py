"""A subclass that lacks a method it must define is told which."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.data.transforms.picture import Transform
from autograd_engine.optim.lr_scheduler.factors import _Factor
from autograd_engine.training import Metric

from .messages import exactly
from .test_errors import Bare


def test_what_a_subclass_must_define_is_named():
    class Half(Bare):
        def _slots(self, group):
            return {}

    class Most(Half):
        def _coefficients(self, group, scalars):
            return ()

    class Factor(_Factor):
        """Has no factor of its own."""

    p = ag.ones(1, requires_grad=True)
    p.grad = ag.ones(1)
    for kind, missing in ((Half, "_coefficients"), (Most, "_update")):
        with pytest.raises(NotImplementedError, match=exactly(f"{kind.__name__} does not define {missing}()")):
            kind([p], {"lr": 0.1}).step()
    optimizer = ag.optim.SGD([p], 0.1)
    schedule = Factor(optimizer)
    optimizer.step()
    with pytest.raises(NotImplementedError, match=exactly("Factor does not define _factor()")):
        schedule.step()
    for metric, missing in (("update", (1, 2)), ("result", ())):
        with pytest.raises(NotImplementedError, match=exactly(f"Metric does not define {metric}()")):
            getattr(Metric(), metric)(*missing)
    text = "Transform has no apply(x) that returns the transformed array"
    with pytest.raises(NotImplementedError, match=exactly(text)):
        Transform()(np.ones((1, 2, 2)))
