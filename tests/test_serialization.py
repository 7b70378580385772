"""Files of tensors: what goes in comes out, PyTorch reads them, and damage is named."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.serialization import load, save

TENSORS = {
    "matrix": ag.tensor(np.arange(6, dtype=np.float32).reshape(2, 3)),
    "transposed": ag.tensor(np.arange(6.0)).reshape(2, 3).T,
    "number": ag.tensor(1.5),
    "empty": ag.zeros(0, 3),
    "counts": ag.tensor([1, 2]),
    "mask": ag.tensor([True, False]),
}


def test_tensors_come_back_as_they_were(tmp_path):
    save({**TENSORS, "array": np.ones(2, np.float16)}, tmp_path / "t.safetensors")
    loaded = load(str(tmp_path / "t.safetensors"))
    assert loaded["array"].dtype == np.float16
    for name, tensor in TENSORS.items():
        assert (loaded[name].shape, loaded[name].dtype) == (tensor.shape, tensor.dtype)
        np.testing.assert_array_equal(loaded[name].numpy(), tensor.numpy())
    loaded["matrix"].fill_(0)


def test_a_models_state_round_trips(tmp_path):
    model, other = nn.Linear(3, 2), nn.Linear(3, 2)
    save(model.state_dict(), tmp_path / "m")
    other.load_state_dict(load(tmp_path / "m"))
    np.testing.assert_array_equal(model.weight.detach(), other.weight.detach())


def test_pytorchs_safetensors_and_ours_read_each_other(tmp_path):
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    from safetensors.torch import load_file, save_file

    theirs = torch.nn.Linear(3, 2)
    save_file(theirs.state_dict(), tmp_path / "theirs")
    ours = nn.Linear(3, 2)
    ours.load_state_dict(load(tmp_path / "theirs"))
    np.testing.assert_array_equal(ours.weight.detach(), theirs.weight.detach())
    save(TENSORS, tmp_path / "ours")
    for name, tensor in load_file(tmp_path / "ours").items():
        np.testing.assert_array_equal(tensor.numpy(), TENSORS[name].numpy())


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b[: len(b) // 2],
        lambda b: b[:5],
        lambda b: b"",
        lambda b: b"\xff" * 8 + b[8:],
        lambda b: b + b"more",
        lambda b: b"PK\x03\x04 this is a zip archive",
        lambda b: b.replace(b'"F32"', b'"BF8"'),
    ],
)
def test_a_damaged_file_is_named(tmp_path, damage):
    path = tmp_path / "w.safetensors"
    save({"w": ag.ones(4, 4)}, path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"w\.safetensors is damaged or not a safetensors file"):
        load(path)


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "w.safetensors"
    save({"w": ag.ones(2)}, path)

    def crash(*_):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", crash)
    with pytest.raises(OSError, match="disk full"):
        save({"w": ag.zeros(2)}, path)
    monkeypatch.undo()
    assert load(path)["w"].tolist() == [1, 1]
    assert [p.name for p in tmp_path.iterdir()] == ["w.safetensors"]


@pytest.mark.parametrize("tensors", [ag.ones(2), {"w": [1.0]}, {3: ag.ones(1)}, {"groups": {}}, nn.Linear(1, 1)])
def test_only_tensors_by_name_are_saved(tmp_path, tensors):
    with pytest.raises(TypeError, match="save takes tensors by name"):
        save(tensors, tmp_path / "w")


def test_a_missing_file_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none")
