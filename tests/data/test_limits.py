"""Limits at which readers of files stop: what lies exactly at one is read, and what lies beyond is refused."""

import gzip
import io
import os
import pickle
import tarfile
import warnings

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.data import (
    CIFAR10,
    ImageFolder,
    cifar,
    read_csv,
    read_picture,
    stored,
    tabular,
    write_idx,
)
from autograd_engine.data.pickles import read_arrays
from autograd_engine.serialization import pickles

from ..messages import each, exactly
from .test_cifar import cifar_files, write_archive, write_folder


def reading(content):
    return lambda: read_arrays(content)


ENCODE = b"c_codecs\nencode\n"
NUMPY = b"cnumpy.core.multiarray\n_reconstruct\n"
UNREADABLE = {
    ValueError: {
        f"the pickle cannot be read: {why}": reading(b"\x80\x02" + content)
        for why, content in {
            "it takes more values than are on the stack": b"\x86.",
            "it appends to a dict": b"}K\x01a.",
            "it sets items of a list": b"]K\x01K\x02s.",
            "it has a list as a key": b"}]K\x01s.",
            "it has a tuple as a key": b"})K\x01s.",
            "it has the operation EMPTY_SET, which plain values do not need": b"\x8f.",
            "it calls a list, which is not admitted": b"](tR.",
            "it calls ndarray, which is not admitted": b"cnumpy\nndarray\n)R.",
            "it asks for os.system, which is not admitted": b"cos\nsystem\n.",
            "it changes a list": b"]K\x01b.",
            "an array without a dtype": NUMPY + b")R(K\x01K\x00\x85NNNtb.",
            "an array of 'f8', expected one of bytes": b"cnumpy\ndtype\nU\x02f8\x85R.",
            "it makes more bytes than the file has": ENCODE + b"X\xc8\0\0\0" + b"a" * 200 + b"q\x01\x85R"
            + (b"0" + ENCODE + b"h\x01\x85R") * 9 + b".",
            "it ends with 2 values, not one": b"K\x01K\x02.",
            "it ends with 0 values, not one": b".",
            "...": b"K\x01",
        }.items()
    }
}  # fmt: skip


@each(UNREADABLE)
def test_a_pickle_that_cannot_be_read_says_why(kind, text, call):
    with pytest.raises(kind, match=exactly(text)):
        call()


def test_what_is_taken_off_the_stack_is_gone():
    assert read_arrays(b"\x80\x02K\x07(K\x01K\x021.") == 7
    assert read_arrays(b"\x80\x02K\x07K\x010.") == 7
    assert read_arrays(b"(lp0\nI1\na.") == [1]
    assert read_arrays(b"(dp0\nS'a'\nI1\ns.") == {"a": 1}
    assert read_arrays(pickle.dumps([True, False, None, 1.5, b"\xff"], 4)) == [True, False, None, 1.5, b"\xff"]


def test_so_many_operations_and_no_more(monkeypatch):
    content = b"\x80\x02]K\x01a."
    monkeypatch.setattr(pickles, "_MOST", 5)
    assert read_arrays(content) == [1]
    monkeypatch.setattr(pickles, "_MOST", 4)
    with pytest.raises(ValueError, match=exactly("the pickle cannot be read: it has more than 4 operations")):
        read_arrays(content)


def test_so_many_bytes_of_a_file_and_no_more(tmp_path):
    (tmp_path / "x").write_bytes(b"12345")
    assert stored.read_limited(tmp_path / "x", 5) == b"12345"
    assert type(stored.read_limited(tmp_path / "x", 9)) is bytes
    with pytest.raises(ValueError, match=exactly(".../x has more than 4 bytes, which no such file has")):
        stored.read_limited(tmp_path / "x", 4)


@pytest.mark.parametrize("piece", [1, 2, 3, 100])
def test_a_stream_is_read_in_pieces(piece, monkeypatch):
    class Stream(io.BytesIO):
        def read(self, count):
            asked.append(count)
            return super().read(count)

    asked = []
    monkeypatch.setattr(stored, "_PIECE", piece)
    assert stored.read_up_to(Stream(b"1234567"), 5) == b"12345"
    assert max(asked) <= min(piece, 5)
    assert stored.read_up_to(Stream(b"123"), 5) == b"123"
    assert stored.read_up_to(Stream(b"123"), 0) == b""


def test_so_much_of_an_archive_and_no_more(tmp_path, monkeypatch):
    archive = tmp_path / CIFAR10.archive
    write_archive(archive, cifar_files(CIFAR10), CIFAR10.folder)
    size = len(gzip.decompress(archive.read_bytes()))
    monkeypatch.setattr(cifar, "_LARGEST", size)
    monkeypatch.setattr(cifar, "_MOST_MEMBERS", 7)
    assert len(CIFAR10(tmp_path)) == 10
    monkeypatch.setattr(cifar, "_MOST_MEMBERS", 6)
    with pytest.raises(
        ValueError, match=exactly(f"{archive} is damaged, it cannot be unpacked: it has more than 6 files")
    ):
        CIFAR10(tmp_path)
    monkeypatch.setattr(cifar, "_MOST_MEMBERS", 7)
    monkeypatch.setattr(cifar, "_LARGEST", size - 1)
    text = f"it has more than {size - 1:,} bytes, which no archive of CIFAR has"
    with pytest.raises(ValueError, match=exactly(f"{archive} is damaged, it cannot be unpacked: {text}")):
        CIFAR10(tmp_path)


def test_folders_in_an_archive_are_no_files(tmp_path):
    with tarfile.open(tmp_path / CIFAR10.archive, "w:gz") as tar:
        for name in ("test_batch", "batches.meta"):
            member = tarfile.TarInfo(f"{CIFAR10.folder}/{name}")
            member.type = tarfile.DIRTYPE
            tar.addfile(member)
    names = ", ".join(f"{CIFAR10.folder}/{name}" for name in ("test_batch", "batches.meta"))
    with pytest.raises(ValueError, match=exactly(f"{tmp_path}/{CIFAR10.archive} is damaged: it lacks {names}")):
        CIFAR10(tmp_path, train=False)


def test_checksums_are_those_of_all_files(tmp_path, monkeypatch):
    import hashlib

    files = cifar_files(CIFAR10)
    write_folder(tmp_path / CIFAR10.folder, files)
    monkeypatch.setattr(CIFAR10, "md5", {name: hashlib.md5(content).hexdigest() for name, content in files.items()})
    assert len(CIFAR10(tmp_path, verify=True)) == 10
    for name in ("data_batch_5", "batches.meta"):
        text = f"{tmp_path}/{CIFAR10.folder}/{name} is damaged: its MD5 checksum is ..., expected {'0' * 32}"
        with monkeypatch.context() as patch:
            patch.setitem(CIFAR10.md5, name, "0" * 32)
            with pytest.raises(ValueError, match=exactly(text)):
                CIFAR10(tmp_path, verify=True)
    monkeypatch.undo()
    assert len(CIFAR10(tmp_path)) == 10


def test_so_many_pixels_and_no_more(tmp_path, monkeypatch):
    image = pytest.importorskip("PIL.Image")
    image.fromarray(np.zeros((5, 6, 3), np.uint8)).save(tmp_path / "x.png")
    for most in (30, None):
        monkeypatch.setattr(image, "MAX_IMAGE_PIXELS", most)
        assert read_picture(tmp_path / "x.png").shape == (3, 5, 6)
    monkeypatch.setattr(image, "MAX_IMAGE_PIXELS", 29)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns before it raises
        text = ".../x.png is too large: 30 pixels, but PIL.Image.MAX_IMAGE_PIXELS is 29"
        with pytest.raises(ValueError, match=exactly(text)):
            read_picture(tmp_path / "x.png")


def test_a_link_to_a_folder_above_is_read_once(tmp_path):
    for name in ("b.png", "a.png"):
        (tmp_path / "cats" / "more").mkdir(parents=True, exist_ok=True)
        (tmp_path / "cats" / "more" / name).touch()
        (tmp_path / "cats" / name).touch()
    os.symlink(tmp_path / "cats", tmp_path / "cats" / "more" / "up")
    found = [os.path.relpath(path, tmp_path) for path, _ in ImageFolder(tmp_path).samples]
    assert found == ["cats/a.png", "cats/b.png", "cats/more/a.png", "cats/more/b.png"]


def test_a_class_that_is_asked_for_by_a_function_of_ones_own_names_no_endings(tmp_path):
    for name in ("cats", "dogs"):
        (tmp_path / name).mkdir()
    text = f"{os.fspath(tmp_path)!r} has no pictures for the classes cats, dogs"
    with pytest.raises(FileNotFoundError, match=exactly(text)):
        ImageFolder(tmp_path, is_valid_file=lambda path: True)


def test_the_largest_size_of_an_idx_file(tmp_path):
    write_idx(tmp_path / "x", np.empty((2**32 - 1, 0), np.uint8))
    assert (tmp_path / "x").read_bytes() == bytes.fromhex("0000 08 02 ffffffff 00000000")
    text = "IDX files have sizes below 2**32, not (4294967296, 0)"
    with pytest.raises(ValueError, match=exactly(text)):
        write_idx(tmp_path / "y", np.empty((2**32, 0), np.uint8))
    assert not (tmp_path / "y").exists()


def test_so_much_memory_for_a_column_of_text_and_no_more(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("kind\nab\nabcd\na\n")
    monkeypatch.setattr(tabular, "_MOST_TEXT", 4 * 4 * 3 - 64 * 7)
    assert read_csv(path)["kind"].tolist() == ["ab", "abcd", "a"]
    monkeypatch.setattr(tabular, "_MOST_TEXT", 4 * 4 * 3 - 64 * 7 - 1)
    text = (
        ".../a.csv, column 'kind', line 3: the cell has 4 characters; the column would take 48 bytes, since each "
        "cell of an array takes as much as the longest"
    )
    with pytest.raises(ValueError, match=exactly(text)):
        read_csv(path)


def test_only_integers_and_numbers_in_their_range_are_whole(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"a,b,c\n{2**63 - 1},{2**63},1\n1,2,x\n")
    table = read_csv(path)
    assert [column.dtype.kind for column in table.values()] == ["i", "f", "U"]
    path.write_text("a\n1\n\n  \n")
    text = f"{path}, column 'a', line 4: the cell is empty; missing=math.nan allows it"
    with pytest.raises(ValueError, match=exactly(text)):
        read_csv(path)
    assert read_csv(path, missing=7)["a"].tolist() == [1, 7]
    assert read_csv(path, missing=7)["a"].dtype == np.int64
    assert ag.tensor(read_csv(path, missing=7.5)["a"]).tolist() == [1, 7.5]
