"""CSV files: their columns, data sets of their rows, and what is wrong, by line."""

import math

import numpy as np
import pytest

from autograd_engine.data import (
    CharDataset,
    CSVDataset,
    DataLoader,
    read_csv,
)

from ..messages import exactly

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
    "empty": ("", {}, ".../table.csv is empty: expected lines of cells"),
    "no lines": ("x,y\n", {}, ".../table.csv has no lines below the names of the columns"),
    "twice": ("x,y,x\n1,2,3\n", {}, ".../table.csv, line 1: the column 'x' is there twice"),
    "short line": ("x,y\n1,2\n3\n", {}, ".../table.csv, line 3: 1 cells, but line 1 has 2"),
    "long line after one of two lines": (
        'x,y\n1,"2\n2"\n3,4,5\n',
        {},
        ".../table.csv, line 4: 3 cells, but line 1 has 2",
    ),
    "bad cell": (
        "x,y\n1,2\n1,2\n1,two\n",
        {"dtypes": {"y": float}},
        ".../table.csv, column 'y', line 4: 'two' is not of dtype float64",
    ),
    "too large": (
        "x\n300\n",
        {"dtypes": {"x": np.uint8}},
        ".../table.csv, column 'x', line 2: '300' is not of dtype uint8",
    ),
    "no integer": (
        "x\n1\n1.5\n",
        {"dtypes": {"x": int}},
        ".../table.csv, column 'x', line 3: '1.5' is not of dtype int64",
    ),
    "empty cell": (
        "x,y\n1,2\n,2\n",
        {},
        ".../table.csv, column 'x', line 3: the cell is empty; missing=math.nan allows it",
    ),
    "unknown column": ("x,y\n1,2\n", {"columns": ["z"]}, ".../table.csv has no column 'z': there are 'x', 'y'"),
    "quotes that never end": ('x\n1\n"2\n', {}, ".../table.csv, line 3: ..."),
    "unknown dtype": ("x,y\n1,2\n", {"dtypes": {"z": int}}, ".../table.csv has no column 'z': there are 'x', 'y'"),
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
    with pytest.raises(ValueError, match=exactly(message)):
        read_csv(table(text), **settings)


def test_text_that_is_none(tmp_path):
    (tmp_path / "x").write_bytes(b"x\n\xff\n")
    with pytest.raises(ValueError, match=exactly(".../x, line 2: this is no text in UTF-8: ...")):
        read_csv(tmp_path / "x")
    with pytest.raises(ValueError, match=exactly(".../x is no text in utf-8: ...")):
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
    with pytest.raises(
        ValueError,
        match=exactly(
            ".../table.csv, column 'name' is text, such as 'a, b': features are numbers; choose them with columns="
        ),
    ):
        CSVDataset(table(TABLE), "label")
    with pytest.raises(
        ValueError, match=exactly(".../table.csv has no column 'z': there are 'x', 'y', 'name', 'label'")
    ):
        CSVDataset(table(TABLE), "z")
    with pytest.raises(ValueError, match=exactly(".../table.csv has no columns for features")):
        CSVDataset(table("a\n1\n"), "a")
