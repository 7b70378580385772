"""Small files that promise or unfold to gigabytes, or take for ever: all are refused within a limit of memory and
time."""

import gzip
import io
import os
import pickle
import struct
import sys
import tarfile
import zlib

import numpy as np
import pytest

from autograd_engine.data import CIFAR10, ImageFolder, read_csv, read_idx, read_picture
from autograd_engine.data.pickles import read_arrays

from ..messages import exactly
from .limited import refusal, run_limited
from .test_cifar import cifar_files, write_archive, write_folder

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limits are Linux's")


def zeros_gz(path, start, mebibytes):
    """A .gz of `start` and then zeros, a thousandth of their size."""
    with gzip.open(path, "wb", 6) as file:
        file.write(start)
        for _ in range(mebibytes // 16):
            file.write(bytes(2**24))


# --------------------------------------------------------------------------------------- IDX and .gz


def test_a_zipped_idx_file_is_read_only_as_far_as_its_header_promises(tmp_path):
    path = tmp_path / "x.gz"
    zeros_gz(path, bytes.fromhex("0000 08 01 00000002"), 1024)
    assert path.stat().st_size < 2**21
    assert "takes 10 bytes, but there are 11 or more" in refusal(f"data.read_idx({str(path)!r})", 300)


def test_a_file_with_a_hole_is_read_only_as_far_as_its_header_promises(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(bytes.fromhex("0000 08 01 00000002"))
    os.truncate(path, 2**33)
    assert "but there are 11 or more" in refusal(f"data.read_idx({str(path)!r})", 300)


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_a_header_that_promises_too_much_takes_no_memory(tmp_path, ending):
    content = bytes.fromhex("0000 0e 04" + "ffffffff" * 4) + b"abc"
    path = tmp_path / f"x{ending}"
    path.write_bytes(gzip.compress(content) if ending else content)
    assert "bytes, but there are 23" in refusal(f"data.read_idx({str(path)!r})", 100)


@pytest.mark.parametrize("sizes", ["00000001" * 255, "ffffffff" * 3 + "00000000"])
def test_an_idx_shape_that_no_array_has_is_named(tmp_path, sizes):
    path = tmp_path / "x"
    path.write_bytes(bytes([0, 0, 8, len(sizes) // 8]) + bytes.fromhex(sizes) + b"1" * (sizes[0] == "0"))
    with pytest.raises(ValueError, match=exactly(".../x is damaged: ...")):
        read_idx(path)


# ------------------------------------------------------------------------------------ pickles of CIFAR


def cifar_with(tmp_path, content):
    write_folder(tmp_path / CIFAR10.folder, cifar_files(CIFAR10) | {"test_batch": content})
    return f"data.CIFAR10({str(tmp_path)!r}, train=False)"


FORTY_TUPLES = b"".join(b"q" + bytes([i]) + b"h" + bytes([i]) + b"\x86" for i in range(60))

BOMBS = {
    "memo": b"\x80\x02}r\xff\xff\xff\x7f.",
    "memo of text": b"}p2000000000\n.",
    "hash": b"\x80\x02})" + FORTY_TUPLES + b"K\x01s.",
    "copies": b"\x80\x02c_codecs\nencode\nq\x00X"
    + struct.pack("<I", 2**20)
    + b"a" * 2**20
    + b"q\x01]q\x02"
    + b"h\x00h\x01X\x06\x00\x00\x00latin1\x86Ra" * 4000
    + b".",
    "operations": b"\x80\x02" + b"]" * 2**23 + b".",
    "promised bytes": b"\x80\x04\x8e" + struct.pack("<Q", 2**40) + b"abc.",
    "promised frame": b"\x80\x04\x95" + struct.pack("<Q", 2**40) + b"}.",
    "empty": b".",
    "too few": b"\x80\x02\x86.",
    "mark": b"\x80\x02t.",
    "list as key": b"\x80\x02}]K\x01s.",
    "set": pickle.dumps({"data": {1, 2}}, 4),
    "appended to a dict": b"\x80\x02}K\x01a.",
    "changed list": b"\x80\x02]K\x01b.",
    "called list": b"\x80\x02](tR.",
    "deep": b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b".",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_pickle_is_read_within_limits(tmp_path, name):
    assert "test_batch is damaged" in refusal(cifar_with(tmp_path, BOMBS[name]), 500)


def test_a_pickle_gives_what_python_gives():
    value = {
        "none": None,
        "true": [True, False],
        3: (1, -2, 2**40, 2**200, 1.5),
        b"bytes": (b"\xff" * 300, "é", ()),
        "long": "x" * 300,
        "tuples": ((1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)),
        "nested": [[], {}, {"a": [1]}],
    }
    shared = ["again"]
    value["shared"] = [shared, shared]
    for protocol in range(5):
        assert read_arrays(pickle.dumps(value, protocol)) == value
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    for protocol in (2, 4):
        for order in (array, np.asfortranarray(array)):
            np.testing.assert_array_equal(read_arrays(pickle.dumps(order, protocol)), array)


def test_names_of_classes_are_text(tmp_path):
    files = cifar_files(CIFAR10)
    files["batches.meta"] = pickle.dumps({"label_names": [["a"]] * 10}, 2)
    write_folder(tmp_path / CIFAR10.folder, files)
    with pytest.raises(
        ValueError, match=exactly(".../cifar-10-batches-py/batches.meta is damaged: the name of a class is no text")
    ):
        CIFAR10(tmp_path)


# -------------------------------------------------------------------------------------------- archives


def archive_of(tmp_path, *members):
    with tarfile.open(tmp_path / CIFAR10.archive, "w:gz", compresslevel=1) as tar:
        for name, size in members:
            member = tarfile.TarInfo(f"{CIFAR10.folder}/{name}")
            member.size = size
            tar.addfile(member, Zeros())
    return f"data.CIFAR10({str(tmp_path)!r}, train=False)"


class Zeros(io.RawIOBase):
    def read(self, count=-1):
        return bytes(count)


@pytest.mark.parametrize("name", ["test_batch", "other"])
def test_an_archive_unfolds_to_no_more_than_the_published_ones(tmp_path, name):
    call = archive_of(tmp_path, (name, 2**30))
    assert "it has more than 268,435,456 bytes" in refusal(call, 700)


def test_an_archive_has_few_files(tmp_path):
    call = archive_of(tmp_path, *((f"file {i}", 0) for i in range(2000)))
    assert "it has more than 1,000 files" in refusal(call, 300)


def test_a_file_of_cifar_with_a_hole_is_refused(tmp_path):
    call = cifar_with(tmp_path, b"")
    os.truncate(tmp_path / CIFAR10.folder / "test_batch", 2**33)
    assert "test_batch has more than 268,435,456 bytes" in refusal(call, 900)


def test_a_bomb_beside_good_files_is_still_found(tmp_path):
    """The checksum at the end of an archive is compared although all files were found before."""
    write_archive(tmp_path / CIFAR10.archive, cifar_files(CIFAR10), CIFAR10.folder)
    whole = (tmp_path / CIFAR10.archive).read_bytes()
    (tmp_path / CIFAR10.archive).write_bytes(whole[:-8] + b"\0\0\0\0" + whole[-4:])
    with pytest.raises(
        ValueError, match=exactly(".../cifar-10-python.tar.gz is damaged, it cannot be unpacked: ...")
    ):
        CIFAR10(tmp_path)


# -------------------------------------------------------------------------------------------- pictures


def png(width, height):
    """A PNG of zeros that claims a size."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [10_000, 20_000, 100_000])
def test_a_picture_with_too_many_pixels_is_refused(tmp_path, side):
    pytest.importorskip("PIL")
    path = tmp_path / "x.png"
    path.write_bytes(png(side, side))
    assert "x.png is too large" in refusal(f"data.read_picture({str(path)!r})", 200)
    with pytest.raises(ValueError, match=exactly(".../x.png is too large: ...")):
        read_picture(path)


def test_links_to_a_folder_above_end(tmp_path):
    for name in "ab":
        (tmp_path / "cats" / name).mkdir(parents=True)
        (tmp_path / "cats" / name / "x.png").touch()
        for i in range(3):
            (tmp_path / "cats" / name / f"link{i}").symlink_to(tmp_path / "cats", target_is_directory=True)
    done = run_limited(f"print(len(data.ImageFolder({str(tmp_path)!r})))", 200)
    assert done.stdout == "2\n", done.stderr


def test_links_side_by_side_do_not_multiply(tmp_path):
    """Thirty folders, each with two links to the next: 2^30 ways lead to the last."""
    for i in range(30):
        (tmp_path / "far" / str(i)).mkdir(parents=True)
    for i in range(29):
        for name in "ab":
            (tmp_path / "far" / str(i) / name).symlink_to(tmp_path / "far" / str(i + 1), target_is_directory=True)
    (tmp_path / "far" / "29" / "x.png").touch()
    (tmp_path / "root").mkdir()
    for name in ("one", "two"):
        (tmp_path / "root" / name).symlink_to(tmp_path / "far" / "0", target_is_directory=True)
    done = run_limited(f"print(data.ImageFolder({str(tmp_path / 'root')!r}).targets)", 200)
    assert done.stdout == "[0, 1]\n", done.stderr


def test_links_to_other_folders_are_followed(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "x.png").touch()
    (tmp_path / "root" / "cats").mkdir(parents=True)
    (tmp_path / "root" / "cats" / "more").symlink_to(tmp_path / "far", target_is_directory=True)
    assert ImageFolder(tmp_path / "root").samples == [(str(tmp_path / "root" / "cats" / "more" / "x.png"), 0)]


# ---------------------------------------------------------------------------------------------- tables


def test_one_long_cell_does_not_stretch_a_column(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("kind\n" + "a\n" * 100_000 + "b" * 100_000 + "\n")
    assert "line 100002: the cell has 100,000 characters" in refusal(f"data.read_csv({str(path)!r})", 600)
    path.write_text("kind\n" + "b" * 100_000 + "\n")
    assert read_csv(path)["kind"] == ["b" * 100_000]


def test_many_columns_are_read_in_linear_time(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(",".join(map(str, range(150_000))))
    done = run_limited(f"print(len(data.read_csv({str(path)!r}, header=False)))", 1000)
    assert done.stdout == "150000\n", done.stderr
