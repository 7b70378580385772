"""Files that `torch.save` wrote: all that they hold comes back, and what is damaged or hostile is refused."""

import io
import pickle
import struct
import sys
import zipfile
from collections import Counter, OrderedDict
from pathlib import Path

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.serialization import load, pickles, torch_files

from .data.limited import run_limited
from .messages import exactly

RECORDED = [Path(__file__).with_name(name) for name in ("layer.pth", "layer_legacy.pth")]
"""A state_dict in both formats, written by PyTorch 2.13 with

    layer = torch.nn.BatchNorm1d(2)
    with torch.no_grad():
        layer.weight[:] = torch.tensor([1.5, -2.0])
    torch.save(layer.state_dict(), "layer.pth")
    torch.save(layer.state_dict(), "layer_legacy.pth", _use_new_zipfile_serialization=False)
"""


@pytest.fixture(params=[True, False], ids=["archive", "legacy"])
def write(request):
    """torch.save in one of the formats."""
    torch = pytest.importorskip("torch", reason="PyTorch writes the files")

    def write(obj, file):
        torch.save(obj, file, _use_new_zipfile_serialization=request.param)
        return file

    return write


@pytest.mark.parametrize("path", RECORDED)
def test_a_recorded_state_comes_back(path):
    state = load(path)
    assert type(state) is OrderedDict
    assert {name: value.tolist() for name, value in state.items()} == {
        "weight": [1.5, -2.0],
        "bias": [0, 0],
        "running_mean": [0, 0],
        "running_var": [1, 1],
        "num_batches_tracked": 0,
    }
    assert {str(value.dtype) for value in state.values()} == {"float32", "int64"}
    nn.BatchNorm1d(2).load_state_dict(state)
    state["weight"].fill_(7)  # its memory is its own
    assert load(io.BytesIO(path.read_bytes()))["weight"].tolist() == [1.5, -2.0]


def test_a_models_state_is_that_of_pytorch(tmp_path, write):
    torch = pytest.importorskip("torch")
    theirs = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3), torch.nn.Linear(3, 2))
    state = load(write(theirs.state_dict(), tmp_path / "w.pth"), map_location="cpu", weights_only=True)
    assert list(state) == list(theirs.state_dict())
    for name, value in theirs.state_dict().items():
        np.testing.assert_array_equal(state[name], value.numpy())
        assert state[name].shape == value.shape
    nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.Linear(3, 2)).load_state_dict(state)


DTYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]


def test_every_dtype_and_every_layout(tmp_path, write):
    torch = pytest.importorskip("torch")
    base = torch.arange(24.0).reshape(2, 3, 4)
    theirs = {name: torch.tensor([0, 1, 2.5, 3]).to(getattr(torch, name)) for name in DTYPES}
    theirs |= {
        name: torch.tensor([1, 60000], dtype=getattr(torch, name)) for name in ("uint16", "uint32", "uint64")
    }
    theirs |= {
        "number": torch.tensor(1.5),
        "empty": torch.ones(0, 3),
        "part": base[1, 1:, ::2],
        "transposed": base.permute(2, 0, 1),
        "again": base[1],
        "parameter": torch.nn.Parameter(torch.ones(2)),
    }
    ours = load(write(theirs, tmp_path / "w.pth"))
    assert list(ours) == list(theirs)
    for name, value in theirs.items():
        np.testing.assert_array_equal(ours[name], value.detach().numpy(), err_msg=name)
        assert ours[name].dtype == value.detach().numpy().dtype
    ours["again"].fill_(0)  # it shares its memory with `part`, as in PyTorch
    assert ours["part"].tolist() == [[0, 0], [0, 0]]


def test_bfloat16_becomes_float32_with_a_word(tmp_path, write):
    torch = pytest.importorskip("torch")
    values = [1.0, -2.5, 3.140625, float("inf"), 2.0**-130, 0.0]
    path = write({"a": torch.tensor(values, dtype=torch.bfloat16), "b": torch.ones(1)}, tmp_path / "w.pth")
    text = f"{path}: NumPy has no bfloat16; 1 arrays were converted to float32"
    with pytest.warns(UserWarning, match=exactly(text)) as caught:
        state = load(path)
    assert caught[0].filename == __file__
    assert (state["a"].tolist(), state["a"].dtype) == (values, np.float32)


def test_a_checkpoint_as_pytorch_programs_write_it(tmp_path, write):
    torch = pytest.importorskip("torch")
    model = torch.nn.Linear(3, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [3, 3, 5])
    model(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    theirs = {
        "epoch": 3,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
        "shape": torch.ones(2, 3).shape,
        "best": None,
        "history": [(0.5, "a"), {"b": True}],
    }
    ours = load(write(theirs, tmp_path / "c.pth"))
    assert (ours["epoch"], ours["shape"], ours["best"]) == (3, (2, 3), None)
    assert ours["history"] == [(0.5, "a"), {"b": True}]
    assert ours["schedule"]["milestones"] == Counter({3: 2, 5: 1})
    twin = nn.Linear(3, 2)
    twin.load_state_dict(ours["model"])
    adam = ag.optim.Adam(twin.parameters(), lr=0.5)
    adam.load_state_dict(ours["optimizer"])
    assert adam.param_groups[0]["lr"] == 0.1
    np.testing.assert_array_equal(
        adam.state_dict()["state"][0]["exp_avg"], optimizer.state[model.weight]["exp_avg"]
    )


def test_a_named_model_takes_its_weights_from_such_a_file(tmp_path, write):
    torch = pytest.importorskip("torch")
    state = {name: torch.tensor(np.asarray(v)) for name, v in ag.models.lenet5(num_classes=4).state_dict().items()}
    model = ag.models.lenet5(weights=write(state, tmp_path / "lenet.pth"))
    for name, value in state.items():
        np.testing.assert_array_equal(model.state_dict()[name], value.numpy())


# ------------------------------------------------------------------------------------ what is refused

REMEDY = (
    ". Of the files that torch.save wrote, those are read that hold tensors in plain values, such as "
    "model.state_dict(); no code is run"
)


def refused(path, why):
    return pytest.raises(ValueError, match=exactly(f"{path} cannot be read: {why}{REMEDY}"))


def archive(path, content, records=(), compression=zipfile.ZIP_STORED, **others):
    """An archive as PyTorch writes it, with a pickle of this content."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", b"\x80\x02" + content, compression)
        for name, record in {"byteorder": b"little", **dict(records), **others}.items():
            file.writestr(f"archive/{name}", record)
    return path


class Storage:
    def __init__(self, kind="FloatStorage", key="0", count=2, more=()):
        self.identity = ("storage", kind, key, "cpu", count, *more)


def text(value):
    """Part of a pickle that makes the value."""
    if isinstance(value, Storage):
        what, kind, *rest = value.identity
        return b"(" + text(what) + b"ctorch\n" + kind.encode() + b"\n" + b"".join(map(text, rest)) + b"tQ"
    if isinstance(value, tuple):
        return b"(" + b"".join(map(text, value)) + b"t"
    return pickle.dumps(value, 2)[2:-1].replace(b"q\x00", b"")


def tensor(storage, offset=0, size=(2,), stride=(1,), function="_rebuild_tensor_v2"):
    """A pickle of a tensor."""
    arguments = text((storage, offset, size, stride, False, None))
    return b"ctorch._utils\n" + function.encode() + b"\n" + arguments + b"R."


EIGHT = {"data/0": struct.pack("<2f", 1.0, 2.0)}


def test_an_archive_of_ours_is_read(tmp_path):
    path = archive(tmp_path / "w.pth", tensor(Storage()), EIGHT)
    assert load(path).tolist() == [1, 2]
    assert load(archive(path, tensor(Storage(), 1, (1, 1), (7, 7)), EIGHT)).tolist() == [[2]]
    assert load(archive(path, tensor(Storage(), 0, (), ()), EIGHT)).item() == 1
    assert load(archive(path, tensor(Storage(), 5, (0, 3), (3, 1)), EIGHT)).shape == (0, 3)
    assert load(archive(path, b"}r\xff\xff\xff\x7f.")) == {}  # an index of 2**31 - 1 takes no table of that size


TWO = ("storage", 3, "0", "cpu", 2)
WHOLE = "a size, an offset or a stride is not a whole number"
REACH = "a tensor of shape ({},) needs more than the 2 numbers that are there for it"
OLDEST = "it has a storage inside of another, as only the oldest versions of PyTorch wrote"

FORBIDDEN = [
    (b"cos\nsystem\nX\x02\0\0\0ls\x85R.", "it asks for os.system, which is not admitted"),
    (b"c__main__\nNet\n)\x81.", "it asks for __main__.Net, which is not admitted"),
    (b"ctorch\nFloatStorage\n)R.", "it calls FloatStorage, which is not admitted"),
    (b"}}b.", "it changes a dict"),
    (b"ccollections\nOrderedDict\n)R}K\x01K\x02sb.", "it changes a OrderedDict"),
    (b"ccollections\nOrderedDict\n]\x85R.", "..."),
    (b"ccollections\nCounter\n]\x85R.", "a Counter of a list"),
    (b"ctorch\nSize\nK\x01\x85R.", WHOLE),
    (b"K\x01Q.", "..."),
    (text(TWO) + b"Q.", "it refers to something that is no storage of numbers"),
    (b"", "..."),
    (tensor(3), "a tensor without a storage"),
    (tensor(Storage(), -1), WHOLE),
    (tensor(Storage(), 0, (2,), (-1,)), WHOLE),
    (tensor(Storage(), 0, (True,)), WHOLE),
    (tensor(Storage(), 0, (2**63,), (0,)), WHOLE),
    (tensor(Storage(), 0, (2,), ()), "a tensor of shape (2,) with the strides ()"),
    (tensor(Storage(), 1), REACH.format(2)),
    (tensor(Storage(), 0, (2,), (2,)), REACH.format(2)),
    (tensor(Storage(), 0, (3,), (0,)), REACH.format(3)),
    (tensor(Storage(), 0, (1,) * 70, (0,) * 70), "..."),
    (tensor(Storage("LongStorage")), "data/0 has 8 bytes, expected 16"),
    (tensor(Storage(key="1")), "there is no data/1 in the archive"),
    (tensor(Storage(count=2**40)), "its tensors take more bytes than the file has"),
    (tensor(Storage(more=(("v", 0, 1),))), OLDEST),
    (
        b"(" + tensor(Storage())[:-1] + tensor(Storage("IntStorage"))[:-1] + b"t.",
        "it has two types for one storage",
    ),
    (tensor(Storage(), function="_rebuild_tensor_v3"), "..."),
]


@pytest.mark.parametrize(("content", "why"), FORBIDDEN)
def test_what_a_pickle_may_not_say(tmp_path, content, why):
    path = archive(tmp_path / "w.pth", content, EIGHT)
    with refused(path, f"the pickle cannot be read: {why}"):
        load(path)


def test_a_tensor_of_an_unknown_dtype_is_refused(tmp_path):
    parts = (Storage(), 0, (2,), (1,), False, None, 3)
    content = b"ctorch._utils\n_rebuild_tensor_v3\n" + text(parts) + b"R."
    with refused("...", "the pickle cannot be read: a tensor without a dtype"):
        load(archive(tmp_path / "w.pth", content, EIGHT))


def test_damaged_archives_are_told(tmp_path):
    path = tmp_path / "w.pth"
    content = tensor(Storage())
    with refused(path, "data.pkl is compressed, which nothing is in PyTorch's files"):
        load(archive(path, content, EIGHT, compression=zipfile.ZIP_DEFLATED))
    with refused(path, "its byte order is b'big', only b'little' can be read"):
        load(archive(path, content, EIGHT, byteorder=b"big"))
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("word/document.xml", "")
    with refused(path, "there is no data.pkl in the archive"):
        load(path)
    path.write_bytes(b"PK\x03\x04 this is no archive")
    with refused(path, "File is not a zip file"):
        load(path)
    whole = archive(path, content, EIGHT).read_bytes()
    at = whole.index(EIGHT["data/0"])
    path.write_bytes(whole[:at] + b"\0\0\0\0" + whole[at + 4 :])
    with refused(path, "...Bad CRC-32 for file 'archive/data/0'"):
        load(path)


def test_so_much_of_a_directory_and_no_more(tmp_path, monkeypatch):
    path = archive(tmp_path / "w.pth", tensor(Storage()), EIGHT | {f"data/{i}": b"" for i in range(1, 200)})
    assert load(path).tolist() == [1, 2]
    monkeypatch.setattr(torch_files, "_LONGEST_DIRECTORY", 4000)
    with refused(path, "its directory has more than 4,000 bytes"):
        load(path)


def test_files_of_the_old_format_are_checked(tmp_path):
    path = tmp_path / "w.pth"
    start, *_ = torch_files.TORCH_FILES[1:]

    def legacy(version=1001, system=None, content=None, keys=("0",), count=2, numbers=EIGHT["data/0"]):
        parts = [version, {"little_endian": True} if system is None else system]
        written = (
            start + b"".join(pickle.dumps(part, 2) for part in parts) + b"\x80\x02" + (content or tensor(Storage()))
        )
        path.write_bytes(written + pickle.dumps(list(keys), 2) + struct.pack("<q", count) + numbers)
        return path

    assert load(legacy()).tolist() == [1, 2]
    with refused(path, "its version is 1000, only 1001 can be read"):
        load(legacy(version=1000))
    with refused(path, "its bytes are not in the order 'little endian'"):
        load(legacy(system={"little_endian": False}))
    with refused(path, "its list of storages is not the one that its tensors have"):
        load(legacy(keys=["0", "0"]))
    with refused(path, "its list of storages is not the one that its tensors have"):
        load(legacy(keys=[]))
    with refused(path, "a storage has 3 numbers, expected 2"):
        load(legacy(count=3))
    with refused(path, "it ends too early"):
        load(legacy(numbers=b"1234"))
    path.write_bytes(legacy(numbers=b"").read_bytes()[:-1])
    with refused(path, "it ends too early"):
        load(path)
    with refused(path, "the pickle cannot be read: its tensors take more bytes than the file has"):
        load(legacy(content=tensor(Storage(count=2**50))))
    with refused(path, "the pickle cannot be read: ..."):
        load(legacy(content=b"\x8e" + struct.pack("<Q", 2**50) + b"abc."))


@pytest.mark.parametrize("path", RECORDED)
def test_no_damage_does_more_than_raise_its_error(path):
    """Each byte is changed, and the file ends at each byte: it is read, or refused with a ValueError."""
    whole = path.read_bytes()
    rng, refusals = np.random.default_rng(0), 0
    for i in range(0, len(whole), 1 if len(whole) < 900 else 3):
        changed = whole[:i] + bytes([rng.integers(256)]) + whole[i + 1 :]
        for content in (changed, whole[:i]):
            try:
                load(io.BytesIO(content))
            except ValueError:
                refusals += 1
    assert refusals > len(whole) / 3


# ------------------------------------------------------------------- small files that promise gigabytes


def one_record_for_many(path):
    """Entries of the directory may all point to the same bytes: 200 tensors of a mebibyte in a file of one."""
    count, names = 2**18, [f"{i}" for i in range(200)]
    parts = b"".join(tensor(Storage(key=name, count=count), 0, (count,))[:-1] for name in names)
    archive(path, b"(" + parts + b"t.", {"data/0": bytes(4 * count)})
    with zipfile.ZipFile(path, "a") as file:
        first = file.NameToInfo["archive/data/0"]
        for name in names[1:]:
            info = zipfile.ZipInfo(f"archive/data/{name}")
            for field in ("header_offset", "CRC", "compress_size", "file_size"):
                setattr(info, field, getattr(first, field))
            file.filelist.append(info)
        file._didModify = True


SIXTY_TUPLES = b"".join(b"q" + bytes([i]) + b"h" + bytes([i]) + b"\x86" for i in range(60))

BOMBS = {
    "data.pkl is compressed": lambda path: archive(path, bytes(2**27), compression=zipfile.ZIP_DEFLATED),
    "it has a tuple as a key": lambda path: archive(path, b"})" + SIXTY_TUPLES + b"K\x01s."),
    "its tensors take more bytes than the file has": lambda path: archive(
        path, tensor(Storage(count=2**33)), EIGHT
    ),
    "needs more than the 2 numbers": lambda path: archive(path, tensor(Storage(), 0, (2**33,), (0,)), EIGHT),
    "its directory has": lambda path: archive(path, b"N.", {f"{i:04000}": b"" for i in range(1100)}),
    "cannot be read: ": one_record_for_many,  # newer versions of zipfile find it before we do
}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limits are Linux's")
def test_files_are_read_within_limits(tmp_path):
    for number, write in enumerate(BOMBS.values()):
        write(tmp_path / str(number))
    code = f"""
    for number in range({len(BOMBS)}):
        try:
            load("{tmp_path}/" + str(number))
        except ValueError as error:
            print(str(error).split(". Of the files")[0])
        else:
            print("nothing was refused")
    """
    done = run_limited(code, 100)
    assert done.returncode == 0, done.stderr[-2000:]
    for why, line in zip(BOMBS, done.stdout.splitlines(), strict=True):
        assert why in line


def test_pickles_of_every_protocol_are_read():
    value = {"list": [1, 2], "tuple": (1, (2, 3), ()), "text": "é", "number": 2.5, "nested": [{"a": [None, True]}]}
    value["again"] = value["list"]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickles.read_pickle(pickle.dumps(value, protocol)) == value
    assert pickles.read_pickle(b"(I1\nI2\nl.") == [1, 2]


def test_the_number_of_operations_is_limited_here_too(tmp_path, monkeypatch):
    path = archive(tmp_path / "w.pth", b"]K\x01a.", EIGHT)
    monkeypatch.setattr(pickles, "_MOST", 5)
    assert load(path) == [1]
    monkeypatch.setattr(pickles, "_MOST", 4)
    with refused(path, "the pickle cannot be read: it has more than 4 operations"):
        load(path)


NUMPYS = {
    "array": np.linspace(0, 1, 6).reshape(2, 3),
    "turned": np.asfortranarray(np.arange(6, dtype=np.int32).reshape(2, 3)),
    "order": np.array([1.5, 2.0], ">f4"),
    "one": np.array([7], np.uint8),
    "none": np.empty((0, 3)),
    "number": np.float64(0.25),
    "list": [np.array([True, False]), np.int64(3)],
}


def test_arrays_and_numbers_of_numpys_come_back(tmp_path, write):
    for path in (write(NUMPYS, tmp_path / "all"), write(NUMPYS["array"], tmp_path / "one")):
        found = load(path)
        for name, value in NUMPYS.items() if isinstance(found, dict) else ():
            both = zip(found[name], value, strict=True) if name == "list" else [(found[name], value)]
            for mine, theirs in both:
                assert type(mine) is type(theirs)
                assert mine.dtype == theirs.dtype.newbyteorder("=")
                np.testing.assert_array_equal(mine, theirs)
    assert type(found) is np.ndarray
    found[0, 0] = 5.0  # its memory is its own
    assert load(path)[0, 0] == 0.0


def test_what_numpys_pickles_may_hold_beyond_numbers_is_refused(tmp_path, write):
    for value in (np.array([None, 1]), np.array(["a"]), np.zeros(2, [("x", "f4")]), np.array(1, "M8[s]")):
        words = "... cannot be read: ...an array of ..., expected one of numbers..."
        with pytest.raises(ValueError, match=exactly(words)):
            load(write({"a": value}, tmp_path / "file"))
