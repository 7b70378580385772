"""Tables in CSV files: reading their columns, and a data set of their rows."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..backend.arrays import default_dtype
from ..tensor.creation import from_numpy
from .dataset import TensorDataset

__all__ = ["CSVDataset", "read_csv"]

_MOST_TEXT = 2**26
"""How many bytes a column of text may always take; a larger one only if its cells are about equally long."""


def read_csv(
    path: str | os.PathLike[str],
    columns: Sequence[str] | None = None,
    *,
    dtypes: Mapping[str, Any] | None = None,
    delimiter: str = ",",
    missing: float | None = None,
    header: bool | None = True,
) -> dict[str, Any]:
    """Read the columns of a CSV file, as arrays by the names in its first line.

    A column becomes integers if all its cells are, real numbers if all are numbers, and strings otherwise.

    Args:
        path: the file, text in UTF-8.
        columns: the names of the columns to return, in this order; by default all.
        dtypes: the dtypes of some columns; `str` keeps the text.
        delimiter: the character between cells.
        missing: the number to put in empty cells of columns of numbers, such as `math.nan`; by default an empty
            cell is an error.
        header: whether the first line has the names of the columns; None finds out: it has them unless one of its
            cells is a number. Without names, the columns are called "1", "2", and so on.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a cell does not fit its dtype, a cell is empty or far longer than the others, or a line has
            another number of cells (the message names the line); there are no lines; or a column is missing or has
            the name of another.

    Example:
        >>> Path("table.csv").write_text("x,kind\\n1,a\\n2,b\\n")
        15
        >>> read_csv("table.csv")
        {'x': array([1, 2]), 'kind': array(['a', 'b'], dtype='<U1')}
    """
    name = os.fspath(path)
    lines, rows = _cells(path, delimiter)
    if header is None:
        header = not any(map(_is_number, rows[0]))
    names = [cell.strip() for cell in rows[0]] if header else [str(i + 1) for i in range(len(rows[0]))]
    twice = sorted(column for column, count in Counter(names).items() if count > 1)
    if twice:
        raise ValueError(f"{name}, line {lines[0]}: the column {', '.join(map(repr, twice))} is there twice")
    wanted = list(names if columns is None else columns)
    known = set(names)
    unknown = [column for column in (*wanted, *(dtypes or ())) if column not in known]
    if unknown:
        raise ValueError(f"{name} has no column {unknown[0]!r}: there are {', '.join(map(repr, names))}")
    lines, rows = lines[header:], rows[header:]
    if not rows:
        raise ValueError(f"{name} has no lines below the names of the columns")
    cells = dict(zip(names, zip(*rows, strict=True), strict=True))
    return {
        column: _converted(f"{name}, column {column!r}", cells[column], lines, (dtypes or {}).get(column), missing)
        for column in wanted
    }


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _cells(path: str | os.PathLike[str], delimiter: str) -> tuple[list[int], list[list[str]]]:
    """The numbers of the lines that are not empty, and their cells."""
    name = os.fspath(path)
    content = Path(path).read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"{name}, line {line}: this is no text in UTF-8: {error}") from error
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[int] = []
    rows: list[list[str]] = []
    try:
        for row in reader:
            if rows and row and len(row) != len(rows[0]):
                raise ValueError(
                    f"{name}, line {reader.line_num}: {len(row)} cells, but line {lines[0]} has {len(rows[0])}"
                )
            if row:
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise ValueError(f"{name}, line {reader.line_num}: {error}") from error
    if not rows:
        raise ValueError(f"{name} is empty: expected lines of cells")
    return lines, rows


def _converted(place: str, cells: Sequence[str], lines: Sequence[int], dtype: Any, missing: float | None) -> Any:
    """The cells of a column as an array of the given dtype, or of the first that fits among int64, float64 and
    str."""
    if dtype is not None:
        dtype = np.dtype(dtype)
        return _text(place, cells, lines) if dtype.kind == "U" else _numbers(place, cells, lines, dtype, missing)
    for kind in (np.int64, np.float64):
        try:
            return _numbers(place, cells, lines, np.dtype(kind), missing)
        except _BadCellError as error:
            if not error.cell.strip():
                raise
    return _text(place, cells, lines)


def _text(place: str, cells: Sequence[str], lines: Sequence[int]) -> Any:
    """The cells as an array of text, in which all take as much memory as the longest."""
    longest = max(range(len(cells)), key=lambda i: len(cells[i]))
    size = 4 * len(cells[longest]) * len(cells)
    if size > _MOST_TEXT + 64 * sum(map(len, cells)):
        raise ValueError(
            f"{place}, line {lines[longest]}: the cell has {len(cells[longest]):,} characters; the column would "
            f"take {size:,} bytes, since each cell of an array takes as much as the longest"
        )
    return np.array(cells)


class _BadCellError(ValueError):
    def __init__(self, place: str, line: int, cell: str, dtype: Any) -> None:
        what = (
            f"{cell!r} is not of dtype {dtype}" if cell.strip() else "the cell is empty; missing=math.nan allows it"
        )
        super().__init__(f"{place}, line {line}: {what}")
        self.cell = cell


def _numbers(place: str, cells: Sequence[str], lines: Sequence[int], dtype: Any, missing: float | None) -> Any:
    empty = None if missing is None else str(missing)
    filled = cells if empty is None else [cell if cell.strip() else empty for cell in cells]
    try:
        return np.array(filled, dtype)
    except (ValueError, OverflowError):
        for line, cell in zip(lines, filled, strict=True):
            try:
                np.array(cell, dtype)
            except (ValueError, OverflowError):
                raise _BadCellError(place, line, cell, dtype) from None
        raise


class CSVDataset(TensorDataset):
    """The rows of a CSV file as samples (features, target), or (features,) if there is no target.

    The features are N rows of F numbers, (N, F). A target of integers is int64, and one of real numbers has the
    dtype of the features. A target of strings becomes classes, int64: the position of the string in `classes`,
    which is sorted.

    Args:
        path: the file.
        target: the name of the column to predict.
        columns: the names of the features; by default all columns but the target.
        dtype: the dtype of the features; by default the default dtype.
        target_dtype: the dtype of the target; by default it is read off the cells.
        delimiter, missing: see `read_csv`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: see `read_csv`; or a feature is no number, or there are none.

    Example:
        >>> Path("flowers.csv").write_text("length,kind\\n1.5,tulip\\n2.5,rose\\n")
        31
        >>> flowers = CSVDataset("flowers.csv", target="kind")
        >>> flowers[0], flowers.classes
        ((tensor([1.5000]), tensor(1)), ['rose', 'tulip'])
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        target: str | None = None,
        columns: Sequence[str] | None = None,
        *,
        dtype: Any = None,
        target_dtype: Any = None,
        delimiter: str = ",",
        missing: float | None = None,
    ) -> None:
        dtype = np.dtype(dtype or default_dtype())
        wanted = None if columns is None else [*columns, *([target] if target else [])]
        dtypes = {target: target_dtype} if target is not None and target_dtype is not None else None
        table = read_csv(path, wanted, dtypes=dtypes, delimiter=delimiter, missing=missing)
        if target is not None and target not in table:
            raise ValueError(f"{os.fspath(path)} has no column {target!r}: there are {', '.join(map(repr, table))}")
        labels = None if target is None else table.pop(target)
        for name, column in table.items():
            if column.dtype.kind == "U":
                raise ValueError(
                    f"{os.fspath(path)}, column {name!r} is text, such as {str(column[0])!r}: features are "
                    "numbers; choose them with columns="
                )
        if not table:
            raise ValueError(f"{os.fspath(path)} has no columns for features")
        self.columns = list(table)
        self.classes: list[str] | None = None
        features = from_numpy(np.stack(list(table.values()), 1).astype(dtype))
        if labels is None:
            super().__init__(features)
            return
        if labels.dtype.kind == "U":
            names, labels = np.unique(labels, return_inverse=True)
            self.classes = names.tolist()
        elif target_dtype is None and labels.dtype.kind == "f":
            labels = labels.astype(dtype)
        super().__init__(features, from_numpy(labels))
