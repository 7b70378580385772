"""Files of tensors: what goes in comes out, PyTorch reads them, and damage is named."""

import io
import json
import pickle
import struct
import sys
from collections import Counter, OrderedDict

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn, optim
from autograd_engine.serialization import load, save

from .messages import exactly

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
        lambda b: b"PK\x05\x06 this is no archive of PyTorch's",
        lambda b: b.replace(b'"F32"', b'"BF8"'),
    ],
)
def test_a_damaged_file_is_named(tmp_path, damage):
    path = tmp_path / "w.safetensors"
    save({"w": ag.ones(4, 4)}, path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=exactly(".../w.safetensors is damaged or not a safetensors file: ...")):
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


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (
            slice(1),
            "save takes tensors, numbers and strings in dicts, lists and tuples, such as "
            "model.state_dict(); the object is a slice",
        ),
        (
            {"model": {"w": nn.Linear(1, 1)}},
            "save takes tensors, numbers and strings in dicts, lists and tuples, such as "
            "model.state_dict(); 'model.w' is a Linear",
        ),
        (
            {"epochs": [1, {2}]},
            "save takes tensors, numbers and strings in dicts, lists and tuples, such as "
            "model.state_dict(); 'epochs.1' is a set",
        ),
        ({"z": np.ones(2, complex)}, "safetensors files have no dtype complex128, which 'z' has"),
        ({"names": np.array(["a"])}, "safetensors files have no dtype <U1, which 'names' has"),
        (
            {"__metadata__": ag.ones(1)},
            "safetensors keeps the name '__metadata__' for itself; give the tensor another",
        ),
    ],
)
def test_what_cannot_be_saved_is_named(tmp_path, thing, words):
    with pytest.raises(TypeError, match=exactly(words)):
        save(thing, tmp_path / "w")
    assert not list(tmp_path.iterdir())


STRUCTURES = [
    ag.ones(2),
    3.5,
    None,
    "text",
    [],
    {},
    (),
    {"epoch": 3, "loss": float("inf"), "done": True, "best": None, "big": 2**127},
    {"state": {0: {"step": ag.tensor(3.0)}, (1, "a"): ag.ones(2)}, "groups": [{"betas": (0.9, 0.999)}]},
    OrderedDict(model=OrderedDict(w=ag.zeros(0, 3)), milestones=Counter({30: 2})),
    [np.ones((2, 3)).T, np.float32(0.1), np.array(7), ag.tensor([True])],
    {"a.b": ag.ones(1), "a": {"b": ag.zeros(1), "b'": ag.ones(2)}},
    {"tensor": "w", "list": [["dict", 1]]},
    {np.float32(0.5): "half", (np.int64(3), "a"): [ag.ones(1)]},
]


def assert_same(a, b):
    assert type(a) is type(b)
    if isinstance(a, dict):
        assert list(a) == list(b)
        assert_same(list(a.values()), list(b.values()))
    elif isinstance(a, (list, tuple)):
        assert len(a) == len(b)
        for one, other in zip(a, b, strict=True):
            assert_same(one, other)
    else:
        np.testing.assert_array_equal(a, b)
        assert getattr(a, "dtype", None) == getattr(b, "dtype", None)


@pytest.mark.parametrize("structure", STRUCTURES, ids=range(len(STRUCTURES)))
def test_any_structure_comes_back_as_it_was(tmp_path, structure):
    save(structure, tmp_path / "s")
    assert_same(load(tmp_path / "s"), structure)


def test_each_tensor_is_named_by_its_path_and_the_rest_is_short_json():
    from safetensors import deserialize

    file = io.BytesIO()
    save({"a.b": ag.ones(1), "a": {"b": ag.ones(2), "n": [None, (1, ag.ones(3))]}, np.int8(7): "x"}, file)
    content = file.getvalue()
    assert {name: info["shape"] for name, info in deserialize(content)} == {
        "a.b": [1], "a.b'": [2], "a.n.1.1": [3], "key": [],
    }  # fmt: skip
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert header["__metadata__"] == {
        "autograd_engine.structure": (
            """{"dict":[["a.b",{"tensor":"a.b"}],["a",{"dict":[["b",{"tensor":"a.b'"}],"""
            """["n",[null,{"tuple":[1,{"tensor":"a.n.1.1"}]}]]]}],[{"scalar":"key"},"x"]]}"""
        )
    }
    for alone, name in ((ag.ones(1), "tensor"), (np.ones(1), "array"), (np.float64(1), "scalar")):
        file = io.BytesIO()
        save(alone, file)
        assert [name for name, _ in deserialize(file.getvalue())] == [name]


def test_open_files_will_do():
    file = io.BytesIO()
    save({"w": ag.ones(2), "n": 1}, file)
    file.seek(0)
    assert load(file, map_location="cpu", weights_only=True)["w"].tolist() == [1, 1]
    with pytest.raises(ValueError, match=exactly("the file is damaged or not a safetensors file: ...")):
        load(file)


def test_a_device_that_is_not_there_is_refused(tmp_path):
    save({"w": ag.ones(2)}, tmp_path / "w")
    with pytest.raises((ValueError, RuntimeError)):
        load(tmp_path / "w", map_location="cuda")


def test_a_checkpoint_as_pytorch_programs_write_it(tmp_path):
    """https://docs.pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html"""
    model, twin = nn.Linear(3, 2), nn.Linear(3, 2)
    optimizer, other = (optim.Adam(m.parameters(), lr=0.1) for m in (model, twin))
    for _ in range(3):
        optimizer.zero_grad()
        loss = model(ag.ones(1, 3)).sum()
        loss.backward()
        optimizer.step()
    path = tmp_path / "checkpoint"
    save(
        {
            "epoch": 3,
            "model_state_dict": model.state_dict(),
            "optimizer_state_dict": optimizer.state_dict(),
            "loss": loss.item(),
        },
        path,
    )
    checkpoint = load(path, weights_only=True)
    twin.load_state_dict(checkpoint["model_state_dict"])
    other.load_state_dict(checkpoint["optimizer_state_dict"])
    assert (checkpoint["epoch"], checkpoint["loss"]) == (3, loss.item())
    for m, o in ((model, optimizer), (twin, other)):
        o.zero_grad()
        m(ag.ones(1, 3)).sum().backward()
        o.step()
    assert model.weight.tolist() == twin.weight.tolist()


# ------------------------------------------------------------------------- dtypes NumPy does not have


def written(tmp_path, dtype, data, shape):
    header = json.dumps({"w": {"dtype": dtype, "shape": shape, "data_offsets": [0, len(data)]}}).encode()
    header += b" " * (-len(header) % 8)
    path = tmp_path / "w.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)
    return path


def test_bfloat16_becomes_float32_with_a_word(tmp_path):
    values = np.array([1.0, -2.5, 3.140625, np.inf, 2.0**-130, 0.0], np.float32)
    path = written(tmp_path, "BF16", (values.view(np.uint32) >> 16).astype(np.uint16).tobytes(), [2, 3])
    with pytest.warns(UserWarning, match=r"w\.safetensors: NumPy has no bfloat16; 1 tensors were .*'w'"):
        loaded = load(path)["w"]
    assert loaded.dtype == np.float32
    np.testing.assert_array_equal(loaded, values.reshape(2, 3))


def test_a_dtype_that_numpy_has_not_is_refused(tmp_path):
    with pytest.raises(
        ValueError, match=exactly(".../w.safetensors: the tensor 'w' has dtype F8_E5M2, which tensors do not have")
    ):
        load(written(tmp_path, "F8_E5M2", b"\0" * 4, [4]))


def test_every_dtype_that_pytorch_writes(tmp_path):
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    from safetensors.torch import save_file

    names = [
        "float16",
        "float32",
        "float64",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "bool",
        "bfloat16",
    ]
    theirs = {name: torch.tensor([0, 1, 2.5, 3]).to(getattr(torch, name)) for name in names}
    save_file(theirs, tmp_path / "theirs")
    with pytest.warns(UserWarning, match="'bfloat16'"):
        ours = load(tmp_path / "theirs")
    for name in names:
        np.testing.assert_array_equal(ours[name], theirs[name].float() if name == "bfloat16" else theirs[name])
        assert ours[name].dtype == np.dtype("float32" if name == "bfloat16" else name)


def test_damaged_structures_are_named(tmp_path):
    from safetensors import numpy as safetensors

    for text in ("{", '{"nothing": 1}', '{"tensor": "v"}', '{"a": 1, "b": 2}', '{"dict": 3}'):
        (tmp_path / "s").write_bytes(safetensors.save({"w": np.ones(1)}, {"autograd_engine.structure": text}))
        with pytest.raises(ValueError, match=exactly(".../s is damaged: its structure cannot be read (...)")):
            load(tmp_path / "s")


def test_a_missing_file_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none")


def test_a_pickle_of_any_protocol_is_refused(tmp_path):
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        (tmp_path / "w.pkl").write_bytes(pickle.dumps({"w": 1.0}, protocol))
        with pytest.raises(
            ValueError,
            match=exactly(
                ".../w.pkl cannot be read: the pickle holds a dict, and no module. A model that save() wrote whole "
                "is read where its classes are named, with serialization.safe_globals([Net]); or, if you trust the "
                "file, with weights_only=False"
            ),
        ):
            load(tmp_path / "w.pkl")


def test_what_is_nested_too_deeply_is_refused(tmp_path):
    deep = []
    for _ in range(99):
        deep = [deep]
    save(deep, tmp_path / "s")
    assert_same(load(tmp_path / "s"), deep)
    for _ in range(100_000):
        deep = [deep]
    itself = {"a": 1}
    itself["again"] = (itself,)
    for thing, place in ((deep, "0." * 30), ({"w": deep}, "w." + "0." * 29), (itself, ("again.0." * 8)[:60])):
        with pytest.raises(
            ValueError,
            match=exactly(
                f"save takes at most 100 levels of dicts, lists and tuples, but there are more at '{place}...': "
                "does an object contain itself?"
            ),
        ):
            save(thing, tmp_path / "t")
    assert not (tmp_path / "t").exists()
    while deep:
        deep = deep.pop()  # or else freeing it may take the whole stack


@pytest.mark.parametrize("brackets", [("[", "]"), ('{"tuple":[', "]}"), ('{"dict":[[1,', "]]}")])
def test_a_file_that_is_nested_too_deeply_is_damaged(tmp_path, brackets):
    from safetensors import numpy as safetensors

    for depth in (2_000, 100_000):
        text = brackets[0] * depth + "1" + brackets[1] * depth
        (tmp_path / "s").write_bytes(safetensors.save({}, {"autograd_engine.structure": text}))
        with pytest.raises(ValueError, match=exactly(".../s is damaged: its structure cannot be read (...)")):
            load(tmp_path / "s")


def test_a_shape_that_no_array_has_is_damage(tmp_path):
    with pytest.raises(
        ValueError,
        match=exactly(".../w.safetensors is damaged: the tensor 'w' has shape [0, 9223372036854775808]: ..."),
    ):
        load(written(tmp_path, "F32", b"", [0, 2**63]))


def test_a_full_disk_is_told_with_the_name_of_the_file():
    with pytest.raises(OSError, match=exactly("... No space left on device: '/dev/full'")):
        save({"w": ag.ones(2)}, "/dev/full")


def test_the_levels_of_a_file_are_counted_whatever_the_interpreter_allows(tmp_path):
    """Hypothesis, for one, raises the limit of recursion while its tests run."""
    from safetensors import numpy as safetensors

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(5000)
    try:
        for depth in (101, 500):
            text = "[" * depth + "]" * depth
            (tmp_path / "s").write_bytes(safetensors.save({}, {"autograd_engine.structure": text}))
            with pytest.raises(
                ValueError, match=r"cannot be read \(ValueError\('there are more than 100 levels'\)\)$"
            ):
                load(tmp_path / "s")
    finally:
        sys.setrecursionlimit(limit)


def test_a_file_gives_its_tensors_in_its_own_order(tmp_path):
    names = [f"layer{i * 7 % 20}.weight" for i in range(20)]
    ag.save({name: ag.zeros(i + 1) for i, name in enumerate(names)}, tmp_path / "state.safetensors")
    header = (tmp_path / "state.safetensors").read_bytes()
    order = sorted(names, key=lambda name: header.index(f'"{name}"'.encode()))
    assert list(ag.load(tmp_path / "state.safetensors")) == order
