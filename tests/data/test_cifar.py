"""CIFAR from archives and folders as they are published; damaged and malicious pickles."""

import io
import os
import pickle
import struct
import tarfile
from functools import partial

import numpy as np
import pytest

from autograd_engine.data import (
    CIFAR10,
    CIFAR100,
    MNIST,
    FashionMNIST,
)

from ..messages import exactly

PIXELS = np.random.default_rng(0).integers(0, 256, (7, 3072), np.uint8)


NAMES = [f"class {i}" for i in range(10)]


def cifar_files(kind, data=PIXELS, protocol=2):
    """The files of a data set, two pictures in each training batch of CIFAR-10."""
    labels, names = kind.keys
    ten = kind is CIFAR10
    files = {}
    for i, name in enumerate([*kind.files["train"], *kind.files["test"]]):
        part = data[i : i + 2]
        files[name] = {"data": part, labels: [(i + k) % 10 for k in range(len(part))], "batch_label": "one"}
    files[kind.files["names"][0]] = {names: NAMES if ten else NAMES * 10, "num_vis": 3072}
    return {name: pickle.dumps(content, protocol) for name, content in files.items()}


def write_archive(path, files, folder):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def write_folder(path, files):
    path.mkdir()
    for name, content in files.items():
        (path / name).write_bytes(content)


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("form", ["archive", "folder"])
@pytest.mark.parametrize("kind", [CIFAR10, CIFAR100])
def test_cifar(tmp_path, kind, form, protocol):
    files = cifar_files(kind, protocol=protocol)
    if form == "archive":
        write_archive(tmp_path / kind.archive, files, kind.folder)
    else:
        write_folder(tmp_path / kind.folder, files)
    before = sorted(tmp_path.rglob("*"))
    train, test = kind(tmp_path), kind(tmp_path, train=False)
    assert sorted(tmp_path.rglob("*")) == before  # nothing is unpacked
    batches = 5 if kind is CIFAR10 else 1
    assert (len(train), len(test)) == (2 * batches, 2)
    expected = np.concatenate([PIXELS[i : i + 2] for i in range(batches)]).reshape(-1, 3, 32, 32)
    np.testing.assert_array_equal(train.data, expected)
    assert train.targets.tolist() == [i + k for i in range(batches) for k in range(2)]
    picture, label = train[1]
    assert (picture.shape, picture.dtype, label) == ((3, 32, 32), np.uint8, 1)
    assert train.classes[3] == "class 3"
    np.testing.assert_array_equal(test.data.reshape(2, -1), PIXELS[batches : batches + 2])


def test_a_pickle_of_python_2_is_read(tmp_path):
    """Arrays and strings as Python 2 wrote them: protocol 2, bytes as its str."""
    raw = PIXELS[:2].tobytes()
    content = b"".join(
        [
            b"\x80\x02}(U\x04data",
            b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R",
            b"(K\x01K\x02M\x00\x0c\x86cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R",
            b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb",
            b"\x89T" + struct.pack("<i", len(raw)) + raw + b"tb",
            b"U\x06labels](K\x04K\x05eu.",
        ]
    )
    files = cifar_files(CIFAR10) | {"test_batch": content}
    write_folder(tmp_path / CIFAR10.folder, files)
    test = CIFAR10(tmp_path, train=False)
    np.testing.assert_array_equal(test.data.reshape(2, -1), PIXELS[:2])
    assert test.targets.tolist() == [4, 5]


class Attack:
    def __init__(self, function, *args):
        self.what = function, args

    def __reduce__(self):
        return self.what


def attacks(folder):
    return {
        "os.system": Attack(os.system, f"touch {folder}/owned"),
        "eval": Attack(eval, f"open('{folder}/owned', 'w')"),
        "getattr": Attack(getattr, "x", "encode"),
        "numpy": Attack(np.save, f"{folder}/owned", 1),
        "objects": np.array([os.system, 1], object),
        "codecs": Attack(__import__("codecs").encode, "x", "rot13", "strict"),
    }


@pytest.mark.parametrize("name", attacks(""))
@pytest.mark.parametrize("form", ["archive", "folder"])
def test_malicious_pickles_do_nothing(tmp_path, form, name):
    content = {"data": attacks(tmp_path)[name], "labels": [0]}
    files = cifar_files(CIFAR10) | {"test_batch": pickle.dumps(content, 2)}
    if form == "archive":
        write_archive(tmp_path / CIFAR10.archive, files, CIFAR10.folder)
    else:
        write_folder(tmp_path / CIFAR10.folder, files)
    with pytest.raises(ValueError, match=exactly(".../cifar-10-.../test_batch is damaged...")):
        CIFAR10(tmp_path, train=False)
    assert not list(tmp_path.rglob("owned*"))


def test_paths_in_an_archive_lead_nowhere(tmp_path):
    files = cifar_files(CIFAR10)
    with tarfile.open(tmp_path / CIFAR10.archive, "w:gz") as tar:
        for name in ("../escaped", f"{tmp_path}/absolute", f"{CIFAR10.folder}/../../escaped"):
            member = tarfile.TarInfo(name)
            member.size = 4
            tar.addfile(member, io.BytesIO(b"gift"))
        link = tarfile.TarInfo(f"{CIFAR10.folder}/data_batch_1")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
        for name, content in files.items():
            if name != "data_batch_1":
                member = tarfile.TarInfo(f"{CIFAR10.folder}/{name}")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    assert len(CIFAR10(tmp_path, train=False)) == 2
    with pytest.raises(
        ValueError,
        match=exactly(".../cifar-10-python.tar.gz is damaged: it lacks cifar-10-batches-py/data_batch_1"),
    ):
        CIFAR10(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [CIFAR10.archive]
    assert not (tmp_path.parent / "escaped").exists()


def test_cifar_that_is_missing_or_damaged_is_told(tmp_path):
    with pytest.raises(
        FileNotFoundError,
        match=exactly(
            "cifar-100-python.tar.gz is not there. Looked for\n  .../cifar-100-python.tar.gz\n  "
            ".../cifar-100-python/train\nNothing is downloaded: get it from "
            "https://www.cs.toronto.edu/~kriz/cifar.html (the python version)"
        ),
    ):
        CIFAR100(tmp_path, download=True)
    files = cifar_files(CIFAR10)
    archive = tmp_path / CIFAR10.archive
    write_archive(archive, files, CIFAR10.folder)
    whole = archive.read_bytes()
    for content in (
        whole[:-100],
        whole[: len(whole) // 2],
        b"no archive",
        b"",
        whole[:900] + b"\0\0" + whole[902:],
    ):
        archive.write_bytes(content)
        with pytest.raises(
            ValueError, match=exactly(".../cifar-10-python.tar.gz is damaged, it cannot be unpacked: ...")
        ):
            CIFAR10(tmp_path)
    archive.write_bytes(whole)
    with pytest.raises(
        ValueError,
        match=exactly(
            ".../cifar-10-python.tar.gz/cifar-10-batches-py/data_batch_1 is damaged: its MD5 checksum is "
            "..., expected c99cafc152244af753f735de768cd75f"
        ),
    ):
        CIFAR10(tmp_path, verify=True)
    folder = tmp_path / CIFAR10.folder
    write_folder(folder, files)
    whole = files["test_batch"]
    pickled = partial(pickle.dumps, protocol=2)  # as in the published files; each Python has another default
    half = {"data": PIXELS[:2, :100], "labels": [0, 1]}
    for content, message in [
        (
            whole[:-1],
            ".../cifar-10-batches-py/test_batch is damaged or not a file of CIFAR: the pickle cannot be read: ...",
        ),
        (
            b"",
            ".../cifar-10-batches-py/test_batch is damaged or not a file of CIFAR: the pickle cannot be read: ...",
        ),
        (
            b"\x80",
            ".../cifar-10-batches-py/test_batch is damaged or not a file of CIFAR: the pickle cannot be read: ...",
        ),
        (
            whole[: len(whole) // 2],
            ".../cifar-10-batches-py/test_batch is damaged or not a file of CIFAR: the pickle cannot be read: ...",
        ),
        (pickled([1, 2]), ".../cifar-10-batches-py/test_batch is damaged: it has no ndarray 'data'"),
        (
            pickled({"data": [1, 2], "labels": [1]}),
            ".../cifar-10-batches-py/test_batch is damaged: it has no ndarray 'data'",
        ),
        (pickled({"data": PIXELS}), ".../cifar-10-batches-py/test_batch is damaged: it has no list 'labels'"),
        (
            pickled(half),
            ".../cifar-10-batches-py/test_batch is damaged: it has pixels of shape (2, 100) and 2 labels, "
            "expected 3072 pixels for each label",
        ),
        (
            pickled({"data": PIXELS[:2], "labels": [0]}),
            ".../cifar-10-batches-py/test_batch is damaged: it has pixels of shape (2, 3072) and 1 labels, "
            "expected 3072 pixels for each label",
        ),
        (
            pickled({"data": PIXELS[:2], "labels": [0, 10]}),
            ".../cifar-10-batches-py/test_batch is damaged: a label is not a number below 10",
        ),
        (
            pickled({"data": PIXELS[:2].astype(float), "labels": [0, 1]}),
            ".../cifar-10-batches-py/test_batch is damaged or not a file of CIFAR: the pickle cannot be "
            "read: an array of 'f8', expected one of bytes",
        ),
    ]:
        (folder / "test_batch").write_bytes(content)
        with pytest.raises(ValueError, match=exactly(message)) as caught:
            CIFAR10(tmp_path, train=False)
        assert "test_batch" in str(caught.value)
    (folder / "data_batch_4").unlink()
    with pytest.raises(
        FileNotFoundError,
        match=exactly(
            "data_batch_4 is not there. Looked for\n  .../cifar-10-batches-py/data_batch_4\nNothing is "
            "downloaded: get it from https://www.cs.toronto.edu/~kriz/cifar.html (the python version)"
        ),
    ):
        CIFAR10(tmp_path)


@pytest.mark.parametrize("kind", [CIFAR10, CIFAR100, MNIST, FashionMNIST])
def test_every_file_has_a_published_checksum(kind):
    if issubclass(kind, CIFAR10):
        assert sorted(kind.md5) == sorted(name for names in kind.files.values() for name in names)
    assert len({*kind.md5.values()}) == len(kind.md5)
    assert all(len(md5) == 32 and int(md5, 16) for md5 in kind.md5.values())
