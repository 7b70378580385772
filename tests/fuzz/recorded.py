"""PyTorch's answers to some programs, in a file, for machines without it: `python -m tests.fuzz --record`."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from . import calls, graphs
from .program import Answer, Program, run

FILE = Path(__file__).with_name("recorded.json")
GRAPHS = 60
"""How many programs of several steps are recorded; of one operator, one for each row of the table."""


def programs(torch: Any) -> list[Program]:
    """The programs that are recorded."""
    one = [next(p for seed in range(20) if (p := calls.program(Random(seed), name))) for name in calls.ROWS]
    return one + [graphs.program(Random(seed), torch) for seed in range(GRAPHS)]


def _short(answer: Answer) -> Answer:
    """The answer without the error's message, which changes from one version to the next."""
    raised = answer["raised"] and answer["raised"][:2]
    return {**answer, "raised": raised}


def record(torch: Any) -> None:
    """Write the file."""
    lines = [
        json.dumps({"about": p.about, "lines": p.lines, "answer": _short(run(p, torch))}, separators=(",", ":"))
        for p in programs(torch)
    ]
    FILE.write_text("[\n" + ",\n".join(lines) + "\n]\n")


def read() -> list[tuple[Program, Answer]]:
    """The recorded programs, with PyTorch's answers."""
    return [(Program(tuple(item["lines"]), item["about"]), item["answer"]) for item in json.loads(FILE.read_text())]
