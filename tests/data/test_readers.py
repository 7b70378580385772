"""Readers of real file formats: small files as they are published, and damaged, missing and malicious ones."""

import gzip
import hashlib
import io
import math
import os
import pickle
import struct
import tarfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import autograd_engine as ag
from autograd_engine import data
from autograd_engine.data import (
    CIFAR10,
    CIFAR100,
    MNIST,
    CharDataset,
    CSVDataset,
    DataLoader,
    FashionMNIST,
    ImageFolder,
    TensorDataset,
    read_csv,
    read_idx,
    read_picture,
    transforms,
    write_idx,
)

# --------------------------------------------------------------------------------------------- IDX

IDX_DTYPES = ["uint8", "int8", "int16", "int32", "float32", "float64"]


@given(
    st.sampled_from(IDX_DTYPES).flatmap(
        lambda dtype: arrays(dtype, array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    ),
    st.sampled_from(["", ".gz"]),
)
def test_idx_files_round_trip(tmp_path_factory, array, ending):
    path = tmp_path_factory.mktemp("idx") / f"x{ending}"
    write_idx(path, array)
    read = read_idx(path)
    assert read.dtype == array.dtype
    np.testing.assert_array_equal(read, array)


def test_an_idx_file_is_byte_by_byte_what_the_format_says(tmp_path):
    write_idx(tmp_path / "x", np.array([[1, 2, 258]], np.int16))
    content = bytes.fromhex("0000 0b 02 00000001 00000003 0001 0002 0102")
    assert (tmp_path / "x").read_bytes() == content
    write_idx(tmp_path / "y", np.array([[1, 2, 258]], ">i2"))
    assert (tmp_path / "y").read_bytes() == content
    write_idx(tmp_path / "x.gz", np.array([1], np.uint8))
    assert gzip.decompress((tmp_path / "x.gz").read_bytes()) == bytes.fromhex("0000 08 01 00000001 01")
    for bad in (np.zeros(2, np.int64), np.array(["a"])):
        with pytest.raises(TypeError, match="IDX files hold uint8"):
            write_idx(tmp_path / "z", bad)


WHOLE = bytes.fromhex("0000 08 02 00000002 00000003 010203040506")
ZIPPED = gzip.compress(WHOLE, mtime=0)
DAMAGED_IDX = {
    "empty": ("x", b"", "no IDX file: it begins with nothing"),
    "wrong magic": ("x", b"\x89PNG" + WHOLE, "begins with 89 50 4e 47"),
    "wrong type": ("x", b"\0\0\x07\x02" + WHOLE[4:], "begins with 00 00 07 02"),
    "short header": ("x", WHOLE[:9], "ends after 9 bytes, inside its header"),
    "short": ("x", WHOLE[:-1], r"shape \(2, 3\) of uint8 takes 18 bytes, but there are 17"),
    "long": ("x", WHOLE + b"\0", "takes 18 bytes, but there are 19"),
    "huge": ("x", b"\0\0\x08\x02" + b"\xff" * 8, "bytes, but there are 12"),
    "not zipped": ("x.gz", WHOLE, "cannot be unzipped"),
    "cut off": ("x.gz", ZIPPED[:-9], "cannot be unzipped"),
    "changed": ("x.gz", ZIPPED[:-12] + b"\xff" + ZIPPED[-11:], "cannot be unzipped"),
    "wrong sum": ("x.gz", ZIPPED[:-8] + b"\0" * 8, "cannot be unzipped: CRC"),
}


@pytest.mark.parametrize("name", DAMAGED_IDX)
def test_damaged_idx_files_are_refused(tmp_path, name):
    file, content, message = DAMAGED_IDX[name]
    (tmp_path / file).write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        read_idx(tmp_path / file)
    assert str(tmp_path / file) in str(caught.value)


@given(st.integers(0, len(ZIPPED) - 1), st.integers(1, 255))
def test_no_changed_byte_gives_other_values_unnoticed(tmp_path_factory, place, difference):
    changed = bytearray(ZIPPED)
    changed[place] ^= difference
    path = tmp_path_factory.mktemp("idx") / "x.gz"
    path.write_bytes(changed)
    try:
        read = read_idx(path)
    except ValueError:
        return
    np.testing.assert_array_equal(read, [[1, 2, 3], [4, 5, 6]])  # a byte of the header that means nothing


def test_checksums(tmp_path):
    (tmp_path / "x").write_bytes(WHOLE)
    assert read_idx(tmp_path / "x", hashlib.md5(WHOLE).hexdigest()).shape == (2, 3)
    with pytest.raises(ValueError, match=r"MD5 checksum is .*, expected 00"):
        read_idx(tmp_path / "x", "00")


# ------------------------------------------------------------------------------------------- MNIST

NUMBERS = np.random.default_rng(0)
DIGITS = NUMBERS.integers(0, 256, (5, 28, 28), np.uint8)
LABELS = np.array([3, 0, 9, 9, 1], np.uint8)


def write_mnist(folder, ending="", part="train", digits=DIGITS, labels=LABELS):
    folder.mkdir(parents=True, exist_ok=True)
    write_idx(folder / f"{part}-images-idx3-ubyte{ending}", digits)
    write_idx(folder / f"{part}-labels-idx1-ubyte{ending}", labels)


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("kind", [MNIST, FashionMNIST])
@pytest.mark.parametrize("place", ["", "raw", "{name}/raw"])
def test_mnist(tmp_path, kind, place, ending):
    write_mnist(tmp_path / place.format(name=kind.__name__), ending)
    write_mnist(tmp_path / place.format(name=kind.__name__), ending, "t10k", DIGITS[:2], LABELS[:2])
    train, test = kind(tmp_path), kind(os.fspath(tmp_path), train=False, download=True)
    assert (len(train), len(test)) == (5, 2)
    picture, label = train[2]
    assert (picture.shape, picture.dtype, label, type(label)) == ((1, 28, 28), np.uint8, 9, int)
    np.testing.assert_array_equal(picture[0], DIGITS[2])
    np.testing.assert_array_equal(train.data, DIGITS)
    np.testing.assert_array_equal(train.targets, LABELS)
    assert len(train.classes) == len(train.class_to_idx) == 10
    scaled = kind(tmp_path, transform=transforms.ToTensor(), target_transform=lambda t: t + 100)
    (x, y), *_ = DataLoader(scaled, 5)
    np.testing.assert_array_equal(x[:, 0], DIGITS / np.float32(255))
    assert y.tolist() == [103, 100, 109, 109, 101]


def test_mnist_that_is_missing_or_wrong_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="Nothing is downloaded: get it from") as caught:
        MNIST(tmp_path / "data", download=True)
    for place in ("data/train-images-idx3-ubyte", "data/MNIST/raw/train-images-idx3-ubyte.gz"):
        assert str(tmp_path / place) in str(caught.value)
    write_mnist(tmp_path, labels=LABELS[:4])
    with pytest.raises(ValueError, match=r"has 5 pictures, but .* 4 labels"):
        MNIST(tmp_path)
    write_mnist(tmp_path, labels=LABELS + 1)
    with pytest.raises(ValueError, match="has the label 10, but there are 10 classes"):
        MNIST(tmp_path)
    write_mnist(tmp_path, digits=DIGITS.astype(np.float32))
    with pytest.raises(ValueError, match=r"holds float32 of shape .* expected bytes in 3 dimensions"):
        MNIST(tmp_path)
    (tmp_path / "train-labels-idx1-ubyte").unlink()
    write_mnist(tmp_path, part="t10k")
    write_idx(tmp_path / "train-images-idx3-ubyte", DIGITS)
    with pytest.raises(FileNotFoundError, match="train-labels"):
        MNIST(tmp_path)
    write_mnist(tmp_path, ".gz")
    with pytest.raises(ValueError, match="expected f68b3c2dcbeaaa9fbdd348bbdeb94873"):
        MNIST(tmp_path, verify=True)


# ------------------------------------------------------------------------------------------- CIFAR

PIXELS = NUMBERS.integers(0, 256, (7, 3072), np.uint8)
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
    with pytest.raises(ValueError, match="test_batch is damaged"):
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
    with pytest.raises(ValueError, match="it lacks cifar-10-batches-py/data_batch_1"):
        CIFAR10(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [CIFAR10.archive]
    assert not (tmp_path.parent / "escaped").exists()


def test_cifar_that_is_missing_or_damaged_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"cifar-100-python.tar.gz is not there[\s\S]*kriz/cifar.html"):
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
        with pytest.raises(ValueError, match="is damaged"):
            CIFAR10(tmp_path)
    archive.write_bytes(whole)
    with pytest.raises(ValueError, match="checksum"):
        CIFAR10(tmp_path, verify=True)
    folder = tmp_path / CIFAR10.folder
    write_folder(folder, files)
    whole = files["test_batch"]
    half = {"data": PIXELS[:2, :100], "labels": [0, 1]}
    for content, message in [
        (whole[:-1], "is damaged"),
        (b"", "is damaged"),
        (b"\x80", "is damaged"),
        (whole[: len(whole) // 2], "is damaged"),
        (pickle.dumps([1, 2]), "has no ndarray 'data'"),
        (pickle.dumps({"data": [1, 2], "labels": [1]}), "has no ndarray 'data'"),
        (pickle.dumps({"data": PIXELS}), "has no list 'labels'"),
        (pickle.dumps(half), r"pixels of shape \(2, 100\)"),
        (pickle.dumps({"data": PIXELS[:2], "labels": [0]}), "1 labels, expected"),
        (pickle.dumps({"data": PIXELS[:2], "labels": [0, 10]}), "not a number below 10"),
        (
            pickle.dumps({"data": PIXELS[:2].astype(float), "labels": [0, 1]}),
            "an array of 'f8', expected one of bytes",
        ),
    ]:
        (folder / "test_batch").write_bytes(content)
        with pytest.raises(ValueError, match=message) as caught:
            CIFAR10(tmp_path, train=False)
        assert "test_batch" in str(caught.value)
    (folder / "data_batch_4").unlink()
    with pytest.raises(FileNotFoundError, match="data_batch_4"):
        CIFAR10(tmp_path)


@pytest.mark.parametrize("kind", [CIFAR10, CIFAR100, MNIST, FashionMNIST])
def test_every_file_has_a_published_checksum(kind):
    if issubclass(kind, CIFAR10):
        assert sorted(kind.md5) == sorted(name for names in kind.files.values() for name in names)
    assert len({*kind.md5.values()}) == len(kind.md5)
    assert all(len(md5) == 32 and int(md5, 16) for md5 in kind.md5.values())


# ----------------------------------------------------------------------------------------- folders


@pytest.fixture
def folder(tmp_path):
    image = pytest.importorskip("PIL.Image")
    for i, path in enumerate(["dogs/b.png", "dogs/a.PNG", "dogs/more/c.bmp", "cats/x.png"]):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        image.fromarray(np.full((4, 5, 3), i, np.uint8)).save(file)
    (tmp_path / "dogs/notes.txt").write_text("no picture")
    (tmp_path / "readme.md").write_text("no class")
    return tmp_path


def test_pictures_in_folders(folder):
    pictures = ImageFolder(folder)
    assert (pictures.classes, pictures.class_to_idx) == (["cats", "dogs"], {"cats": 0, "dogs": 1})
    assert [path[len(str(folder)) + 1 :] for path, _ in pictures.samples] == [
        "cats/x.png",
        "dogs/a.PNG",
        "dogs/b.png",
        "dogs/more/c.bmp",
    ]
    assert pictures.targets == [0, 1, 1, 1]
    assert pictures.imgs == pictures.samples
    x, y = next(iter(DataLoader(pictures, 4)))
    assert (x.shape, x.dtype, y.tolist()) == ((4, 3, 4, 5), np.uint8, [0, 1, 1, 1])
    assert x[:, 0, 0, 0].tolist() == [3, 1, 0, 2]
    named = ImageFolder(
        folder, lambda p: p + "!", lambda t: -t, os.path.basename, lambda p: p.endswith(".txt"), True
    )
    assert [named[i] for i in range(len(named))] == [("notes.txt!", -1)]


def test_folders_that_hold_no_pictures_are_refused(folder):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*nowhere"):
        ImageFolder(folder / "nowhere")
    with pytest.raises(FileNotFoundError, match="has no subfolders"):
        ImageFolder(folder / "cats")
    (folder / "birds").mkdir()
    with pytest.raises(FileNotFoundError, match=r"no pictures for the class birds; pictures end in \.jpg"):
        ImageFolder(folder)
    assert len(ImageFolder(folder, allow_empty=True)) == 4


def test_pictures(tmp_path):
    image = pytest.importorskip("PIL.Image")
    colors = NUMBERS.integers(0, 256, (6, 5, 3), np.uint8)
    image.fromarray(colors).save(tmp_path / "x.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "x.png"), colors.transpose(2, 0, 1))
    image.fromarray(colors[..., 0]).save(tmp_path / "gray.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "gray.png"), [colors[..., 0]] * 3)
    whole = (tmp_path / "x.png").read_bytes()
    for content in (whole[:60], b"", b"text", whole[:45] + b"\xff\xff" + whole[47:]):
        (tmp_path / "x.png").write_bytes(content)
        with pytest.raises(ValueError, match=r"x\.png is damaged or no picture"):
            read_picture(tmp_path / "x.png")
    with pytest.raises(FileNotFoundError):
        read_picture(tmp_path / "y.png")


# ------------------------------------------------------------------------------------------ tables

TABLE = 'x, y ,name,label\n1,0.5,"a, b",1\n\n2,-3e2,"two\nlines",0\n3,7,c,1\n'


@pytest.fixture
def table(tmp_path):
    def write(text, **settings):
        path = tmp_path / "table.csv"
        path.write_text(text, **settings)
        return path

    return write


def test_columns_by_name(table):
    columns = read_csv(table(TABLE))
    assert list(columns) == ["x", "y", "name", "label"]
    assert (columns["x"].dtype, columns["x"].tolist()) == (np.int64, [1, 2, 3])
    assert (columns["y"].dtype, columns["y"].tolist()) == (np.float64, [0.5, -300, 7])
    assert columns["name"].tolist() == ["a, b", "two\nlines", "c"]
    chosen = read_csv(table(TABLE), ["y", "x"], dtypes={"x": str})
    assert (list(chosen), chosen["x"].tolist()) == (["y", "x"], ["1", "2", "3"])
    assert read_csv(table("\ufeffx;y\n1;2\n", encoding="utf-8"), delimiter=";")["x"].tolist() == [1]
    gaps = read_csv(table("x\n1\n \n3\n".replace(" ", " ")), missing=math.nan)["x"]
    np.testing.assert_array_equal(gaps, [1, np.nan, 3])


BAD_TABLES = {
    "empty": ("", {}, r"table\.csv is empty"),
    "no lines": ("x,y\n", {}, "no lines below"),
    "twice": ("x,y,x\n1,2,3\n", {}, "line 1: the column 'x' is there twice"),
    "short line": ("x,y\n1,2\n3\n", {}, "line 3: 1 cells, but line 1 has 2"),
    "long line after one of two lines": ('x,y\n1,"2\n2"\n3,4,5\n', {}, "line 4: 3 cells"),
    "bad cell": (
        "x,y\n1,2\n1,2\n1,two\n",
        {"dtypes": {"y": float}},
        "column 'y', line 4: 'two' is not of dtype float64",
    ),
    "too large": ("x\n300\n", {"dtypes": {"x": np.uint8}}, "line 2: '300' is not of dtype uint8"),
    "no integer": ("x\n1\n1.5\n", {"dtypes": {"x": int}}, "line 3: '1.5' is not of dtype int64"),
    "empty cell": ("x,y\n1,2\n,2\n", {}, r"column 'x', line 3: the cell is empty; missing=math\.nan allows it"),
    "unknown column": ("x,y\n1,2\n", {"columns": ["z"]}, "no column 'z': there are 'x', 'y'"),
    "quotes that never end": ('x\n1\n"2\n', {}, "line 3: unexpected end of data"),
    "unknown dtype": ("x,y\n1,2\n", {"dtypes": {"z": int}}, "no column 'z'"),
}


@pytest.mark.parametrize(
    ("text", "header", "names"),
    [
        ("x,y\n1,2\n", None, ["x", "y"]),
        ("\n1,y\n1,z\n", None, ["1", "2"]),
        ("x,y\nx,z\n", False, ["1", "2"]),
        ("1,2\n3,4\n", True, ["1", "2"]),
    ],
)
def test_a_table_may_have_no_names(text, header, names, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(text)
    table = read_csv(path, header=header)
    assert list(table) == names
    named = header or (header is None and names[0] == "x")
    assert len(table[names[0]]) == len(text.split()) - named


@pytest.mark.parametrize("name", BAD_TABLES)
def test_bad_tables_are_told_by_line(table, name):
    text, settings, message = BAD_TABLES[name]
    with pytest.raises(ValueError, match=message):
        read_csv(table(text), **settings)


def test_text_that_is_none(tmp_path):
    (tmp_path / "x").write_bytes(b"x\n\xff\n")
    with pytest.raises(ValueError, match="line 2: this is no text in UTF-8"):
        read_csv(tmp_path / "x")
    with pytest.raises(ValueError, match="is no text in utf-8"):
        CharDataset.read(tmp_path / "x", 1)
    with pytest.raises(FileNotFoundError):
        read_csv(tmp_path / "y")


def test_tables_as_data_sets(table):
    path = table(TABLE)
    samples = CSVDataset(path, "label", ["y", "x"])
    x, y = samples.tensors
    assert (x.dtype, x.tolist()) == (np.float32, [[0.5, 1], [-300, 2], [7, 3]])
    assert (y.dtype, y.tolist()) == (np.int64, [1, 0, 1])
    assert (samples.columns, samples.classes) == (["y", "x"], None)
    named = CSVDataset(path, "name", ["x"], dtype=np.float64)
    assert (named.classes, named.tensors[1].tolist()) == (["a, b", "c", "two\nlines"], [0, 2, 1])
    assert named.tensors[0].dtype == np.float64
    assert CSVDataset(path, "y", ["x"]).tensors[1].dtype == np.float32
    assert CSVDataset(path, "x", ["y"], target_dtype=np.float64).tensors[1].dtype == np.float64
    alone = CSVDataset(table("a,b\n1,2\n3,4\n"))
    assert [t.tolist() for t in alone.tensors] == [[[1, 2], [3, 4]]]
    batch, *_ = DataLoader(alone, 2)
    assert batch[0].shape == (2, 2)
    with pytest.raises(ValueError, match="column 'name' is text, such as 'a, b'"):
        CSVDataset(table(TABLE), "label")
    with pytest.raises(ValueError, match="no column 'z'"):
        CSVDataset(table(TABLE), "z")
    with pytest.raises(ValueError, match="no columns for features"):
        CSVDataset(table("a\n1\n"), "a")


# -------------------------------------------------------------------------------------------- text


def test_characters(tmp_path):
    text = "to be or not to be"
    (tmp_path / "x").write_text(text)
    samples = CharDataset.read(tmp_path / "x", 4)
    assert "".join(samples.vocabulary) == " benort"
    assert len(samples) == len(text) - 4
    for i in (0, 5, len(samples) - 1, -1):
        x, y = samples[i]
        assert (x.dtype, x.shape) == (np.int64, (4,))
        start = i % len(samples)
        assert samples.decode(x) == text[start : start + 4]
        assert samples.decode(y) == text[start + 1 : start + 5]
    assert samples.decode(samples.encode("robot")) == "robot"
    x, y = next(iter(DataLoader(samples, 14, shuffle=True)))
    assert (x.shape, y.shape) == ((14, 4), (14, 4))
    other = CharDataset("beet root", 2, samples.vocabulary)
    assert other.data.tolist() == samples.encode("beet root").tolist()


def test_text_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="3 characters is too short: block_size 3 needs one more"):
        CharDataset("abc", 3)
    with pytest.raises(ValueError, match="block_size"):
        CharDataset("abc", 0)
    with pytest.raises(ValueError, match="the character 'c' is not in the vocabulary"):
        CharDataset("abc", 1, "ab")
    with pytest.raises(ValueError, match="twice"):
        CharDataset("ab", 1, "aab")
    for index in (2, -3):
        with pytest.raises(IndexError, match="out of range for 2"):
            CharDataset("abc", 1)[index]


# --------------------------------------------------------------------------------- ready data sets

READY = {
    "digits": (1797, 64, 10),
    "iris": (150, 4, 3),
    "wine": (178, 13, 3),
    "breast_cancer": (569, 30, 2),
    "diabetes": (442, 10, None),
    "linnerud": (20, 3, None),
    "moons": (500, 2, 2),
    "circles": (500, 2, 2),
    "blobs": (500, 2, 3),
    "classification": (500, 20, 2),
    "regression": (500, 10, None),
}


@pytest.mark.parametrize("name", READY)
def test_ready_data_sets(name):
    pytest.importorskip("sklearn")
    count, features, classes = READY[name]
    make = getattr(data, name)
    train, test = make(0.25, 3)
    assert isinstance(train, TensorDataset)
    assert len(train) + len(test) == count
    assert len(test) == math.ceil(count / 4)
    x, y = train.tensors
    assert (x.dtype, x.shape[1:]) == (np.float32, (features,))
    assert np.isfinite(x.numpy()).all()
    if classes is None:
        assert y.dtype == np.float32
    else:
        assert y.dtype == np.int64
        for part in (train, test):
            shares = np.bincount(part.tensors[1].numpy()) / len(part)
            np.testing.assert_allclose(shares, np.bincount(y.numpy()) / len(train), atol=0.03)
            assert len(shares) == classes
    np.testing.assert_array_equal(make(0.25, 3)[1].tensors[0], test.tensors[0])
    assert not np.array_equal(make(0.25, 4)[1].tensors[0], test.tensors[0])
    standard, other = make(0.25, 3, standardize=True)
    mean, std = standard.tensors[0].numpy().mean(0), standard.tensors[0].numpy().std(0)
    np.testing.assert_allclose(mean, 0, atol=1e-5)
    np.testing.assert_allclose(std[std > 0], 1, atol=1e-4)
    scale, shift = x.numpy().std(0), x.numpy().mean(0)
    expected = (test.tensors[0].numpy() - shift) / np.where(scale == 0, 1, scale)
    np.testing.assert_allclose(other.tensors[0].numpy(), expected, rtol=2e-3, atol=2e-3)
    with pytest.raises(ValueError, match="test_size"):
        make(test_size=1.5)


def test_generated_data_take_settings():
    pytest.importorskip("sklearn")
    assert data.moons(samples=40, noise=0.0)[0].tensors[0].shape == (32, 2)
    assert data.blobs(features=3, classes=5, spread=0.1)[1].tensors[1].max().item() == 4
    assert data.classification(features=4, informative=4, classes=3)[0].tensors[0].shape == (400, 4)
    assert data.circles(factor=0.2, noise=0.0)[0].tensors[0].norm(dim=1).min().item() == pytest.approx(
        0.2, rel=1e-5
    )
    train, test = data.regression(noise=0.0)
    weights = np.linalg.lstsq(train.tensors[0].numpy(), train.tensors[1].numpy(), rcond=None)[0]
    np.testing.assert_allclose(test.tensors[0].numpy() @ weights, test.tensors[1].numpy(), rtol=1e-3, atol=1e-2)


def test_photographs():
    pytest.importorskip("sklearn")
    pytest.importorskip("PIL")
    for name in ("china.jpg", "flower.jpg"):
        x = data.photograph(name)
        assert (x.shape, x.dtype) == ((3, 427, 640), np.uint8)
    with pytest.raises(ValueError, match=r"not 'me\.jpg'"):
        data.photograph("me.jpg")


def test_missing_extras_are_told(monkeypatch, tmp_path):
    import sys

    for name in ("sklearn.datasets", "PIL", "matplotlib.colors"):
        monkeypatch.setitem(sys.modules, name, None)
    for function in (
        data.iris,
        lambda: read_picture(tmp_path / "x.png"),
        lambda: transforms.ColorJitter(hue=0.2)(ag.rand(3, 2, 2)),
    ):
        with pytest.raises(ImportError, match=r'pip install "autograd_engine\[train\]"'):
            function()
