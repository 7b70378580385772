"""IDX files: what is written is read again, and no damage goes unnoticed."""

import gzip
import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from autograd_engine.data import (
    read_idx,
    write_idx,
)

from ..messages import exactly

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
        with pytest.raises(
            TypeError, match=exactly(f"IDX files hold uint8, int8, int16, int32, float32, float64, not {bad.dtype}")
        ):
            write_idx(tmp_path / "z", bad)


WHOLE = bytes.fromhex("0000 08 02 00000002 00000003 010203040506")


ZIPPED = gzip.compress(WHOLE, mtime=0)


DAMAGED_IDX = {
    "empty": (
        "x",
        b"",
        ".../x is no IDX file: it begins with nothing, expected 00 00, a type from 08 to 0e, and the "
        "number of dimensions",
    ),
    "wrong magic": (
        "x",
        b"\x89PNG" + WHOLE,
        ".../x is no IDX file: it begins with 89 50 4e 47, expected 00 00, a type from 08 to 0e, and "
        "the number of dimensions",
    ),
    "wrong type": (
        "x",
        b"\0\0\x07\x02" + WHOLE[4:],
        ".../x is no IDX file: it begins with 00 00 07 02, expected 00 00, a type from 08 to 0e, and "
        "the number of dimensions",
    ),
    "short header": ("x", WHOLE[:9], ".../x is damaged: it ends after 9 bytes, inside its header"),
    "short": ("x", WHOLE[:-1], ".../x is damaged: shape (2, 3) of uint8 takes 18 bytes, but there are 17"),
    "long": (
        "x",
        WHOLE + b"\0",
        ".../x is damaged: shape (2, 3) of uint8 takes 18 bytes, but there are 19 or more",
    ),
    "huge": (
        "x",
        b"\0\0\x08\x02" + b"\xff" * 8,
        ".../x is damaged: shape (4294967295, 4294967295) of uint8 takes 18446744065119617037 bytes, "
        "but there are 12",
    ),
    "not zipped": ("x.gz", WHOLE, ".../x.gz is damaged, it cannot be unzipped: ..."),
    "cut off": ("x.gz", ZIPPED[:-9], ".../x.gz is damaged, it cannot be unzipped: ..."),
    "changed": ("x.gz", ZIPPED[:-12] + b"\xff" + ZIPPED[-11:], ".../x.gz is damaged, it cannot be unzipped: ..."),
    "wrong sum": ("x.gz", ZIPPED[:-8] + b"\0" * 8, ".../x.gz is damaged, it cannot be unzipped: ..."),
}


@pytest.mark.parametrize("name", DAMAGED_IDX)
def test_damaged_idx_files_are_refused(tmp_path, name):
    file, content, message = DAMAGED_IDX[name]
    (tmp_path / file).write_bytes(content)
    with pytest.raises(ValueError, match=exactly(message)) as caught:
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
    with pytest.raises(
        ValueError,
        match=exactly(".../x is damaged: its MD5 checksum is 1a774071ebf25ebafb01d634933b5146, expected 00"),
    ):
        read_idx(tmp_path / "x", "00")
