"""Who owns a result: it looks into the memory of an input exactly where PyTorch's does."""

import warnings

import numpy as np
import pytest

import autograd_engine as ag
from tests.table import TABLE

CALLS = [(row, call) for row in TABLE.values() for call in (*row.calls, *row.edges)]

SHARING = {
    "adjoint",
    "as_strided",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "broadcast_tensors",
    "cartesian_prod",  # of one vector: the vector
    "chunk",
    "diagonal",
    "dsplit",
    "einsum",  # that only transposes
    "expand",
    "flatten",
    "getitem",
    "hsplit",
    "identity",  # the engine's, for stand-ins; users do not meet it
    "linalg.diagonal",
    "meshgrid",
    "movedim",
    "narrow",
    "permute",
    "positive",
    "ravel",
    "reshape",
    "select",
    "split",
    "squeeze",
    "sum_to_size",
    "t",
    "tensor_split",
    "transpose",
    "unbind",
    "unflatten",
    "unfold",
    "unsqueeze",
    "view",
    "vsplit",
}


def results_of(result):
    return list(result) if isinstance(result, (tuple, list)) else [result]


def filled(call, wrap):
    random, inputs = np.random.default_rng(0), []

    def make(place):
        inputs.append(wrap(np.array(place.random(random).detach().array)))
        return inputs[-1]

    return *call.filled(make), inputs


def shares_memory(row, call):
    arguments, settings, inputs = filled(call, ag.from_numpy)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        results = results_of(row.function(*arguments, **settings))
    arrays = [np.asarray(r.array) for r in results if isinstance(r, ag.Tensor)]
    return any(a.size and np.shares_memory(a, i.array) for a in arrays for i in inputs), arrays


@pytest.mark.parametrize("name", TABLE)
def test_only_views_look_into_their_inputs_and_others_can_be_written(name):
    for row, call in CALLS:
        if row.name == name:
            shared, arrays = shares_memory(row, call)
            assert not shared or row.name in SHARING, str(call)
            assert row.name in SHARING or all(a.flags.writeable or not a.size for a in arrays), str(call)


@pytest.mark.parametrize("name", TABLE)
def test_results_share_memory_where_pytorchs_do(name):
    torch = pytest.importorskip("torch")
    for row, call in CALLS:
        if row.name != name or not call.in_torch or row.torch is None or name == "identity":
            continue
        arguments, settings, inputs = filled(call, torch.from_numpy)
        theirs = row.torch
        if isinstance(theirs, str):
            function = torch
            for part in theirs.split("."):
                function = getattr(function, part)
        else:
            arguments, function = (torch, *arguments), theirs
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = [r for r in results_of(function(*arguments, **settings)) if isinstance(r, torch.Tensor)]
        memory = {i.untyped_storage().data_ptr() for i in inputs if i.numel()}
        expected = any(r.numel() and r.untyped_storage().data_ptr() in memory for r in results)
        assert shares_memory(row, call)[0] == expected, str(call)
