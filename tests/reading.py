"""The reading path at the top of docs/architecture.md: `python -m tests.reading` writes its tables anew."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "architecture.md"

PATH = {
    "engine": """
        graph: what a computation leaves behind: values, nodes, leaves, and the clock that orders them
        writes: which memory was written, and when
        modes: whether operations are recorded, and who looks at them
        plan: what a primitive consists of, and what its node must save
        generator: the two plain functions that a primitive is written out as
        sharing: which tensors look into one memory
        results: arrays made into tensors
        primitive: a forward with one derivative rule per input beside it
        broadcast: the five primitives that the backward pass itself needs
        order: walking a graph without recursion
        references: how often an array is counted that nobody else holds
        backward: the pass: visit in reverse, increment the parents
        rebase: what a change of a memory means for the nodes of its views
        inplace: changing a value in place
        function: PyTorch's `Function`
        anomaly: which operation, and which line, made a NaN
    """,
    "tensor": """
        backend/arrays: raw arrays, dtypes, and PyTorch's promotion
        ops/names: where users find an operator, in one line beside it
        ops/operands: what composed functions do to take raw arrays and tensors alike
        ops/dims: dimensions as users write them
        ops/arithmetic: sums, products, powers: the first family
        ops/shape: the same numbers arranged otherwise
        ops/index: x[i], and its adjoint
        tensor/derived: operators as methods and as Python's symbols
        tensor/inplace: x[i] = v, and what ends in an underscore
        tensor/conversions: to dtypes, numbers, NumPy
        tensor/tensor: the user's object
        tensor/formatting: printing as PyTorch prints
        tensor/creation: new tensors
    """,
}


def tables() -> dict[str, str]:
    """The rows of both tables, with the lines that the files have now."""
    made = {}
    for name, listed in PATH.items():
        rows, total = [], 0
        for line in listed.strip().splitlines():
            file, what = line.strip().split(": ", 1)
            folder = ROOT / "autograd_engine" / ("engine" if name == "engine" else "")
            lines = len((folder / f"{file}.py").read_text().splitlines())
            total += lines
            rows.append(f"| `{file}.py` | {lines} | {what} |")
        made[name] = "\n".join([*rows, f"| | {total} | |"])
    return made


def page() -> str:
    """The page with its two tables written anew."""
    rest = iter(tables().values())
    header = r"(\| file \| lines \| what it shows \|\n\|---\|---\|---\|\n)(?:\|.*\n)+"
    return re.sub(header, lambda found: found[1] + next(rest) + "\n", PAGE.read_text(), count=2)


if __name__ == "__main__":
    PAGE.write_text(page())
