"""Run random programs here and in PyTorch, or record PyTorch's answers: `python -m tests.fuzz --help`."""

from __future__ import annotations

import argparse
import collections

import torch

from . import recorded
from .compared import compared

parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
parser.add_argument("--programs", type=int, default=1000, help="how many programs of one operator, and of several")
parser.add_argument("--first", type=int, default=0, help="the seed of the first; others follow")
parser.add_argument("--only", default="", help="a row of the table: programs of this operator only")
parser.add_argument("--record", action="store_true", help=f"write {recorded.FILE.name} instead")
options = parser.parse_args()
torch.set_num_threads(1)
if options.record:
    recorded.record(torch)
else:
    failed: collections.Counter[str] = collections.Counter()
    for program, differences in compared(
        torch, range(options.first, options.first + options.programs), options.only
    ):
        if differences:
            failed[program.about or "several steps"] += 1
            print(program, *(f"# {line}\n" for line in differences), sep="", flush=True)
    print(f"{failed.total()} programs differ: {dict(failed)}")
