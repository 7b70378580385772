"""Derivative rules, given tensors, give tensors: a raw array would end the derivative of a derivative unseen."""

import numpy as np
import pytest

import autograd_engine as ag
from tests.ops.oracle import flat
from tests.table import TABLE
from tests.table.operators import Operator


def nodes_behind(node):
    """The nodes of primitives that a node was made from, and itself."""
    waiting, known = [node], set()
    while waiting:
        node = waiting.pop()
        if node is not None and node not in known and node.parents:
            known.add(node)
            waiting += node.parents
    return [node for node in known if hasattr(node.primitive, "pull_recorded")]


def gradients_of(node):
    """Ones for the result of a node, or for each of several."""
    if getattr(node.primitive, "outputs", 1) == 1:
        return ag.ones(node.shape, dtype=node.dtype)
    return tuple(ag.ones(s, dtype=d) for s, d in zip(node.shape, node.dtype, strict=True))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in TABLE.values() if row.order])
def test_rules_give_tensors_for_tensors(row: Operator):
    seen = 0
    for call in (*row.calls, *row.edges):
        arguments, settings = call.filled(lambda place: place.random(np.random.default_rng(0)))
        for result in flat(row.function(*arguments, **settings)):
            for node in nodes_behind(getattr(result, "node", None)):
                if getattr(node.primitive, "composition", None) is None and type(node).__name__ != "Output":
                    pulled = node.primitive.pull_recorded(node, gradients_of(node), node.parents)
                    assert all(p is None or isinstance(p, ag.Tensor) for p in pulled), node.name
                seen += 1
    assert seen
