"""The command line of a mutation run: `python -m tests.mutation --room ops --count 50 --seed 1`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

from .edits import Edit, sample, sources
from .running import COMPARED, ROOT, copies, failing, outcomes, warm_up

TESTS = {
    "backend": ["backend", "tensor", "engine", "ops"],
    "engine": ["engine", "tensor", "func"],
    "ops": ["ops", "test_errors.py", "test_names.py", "nn"],
    "tensor": ["tensor", "ops/test_calls.py", "test_errors.py"],
    "func": ["func", "autograd"],
    "autograd": ["autograd", "test_names.py"],
    "testing": ["testing"],
    "nn": ["nn"],
    "optim": ["optim"],
    "data": ["data"],
    "models": ["models"],
    "serialization": ["test_serialization.py", "test_torch_files.py"],
    "viz": ["viz"],
    "training": ["training"],
    "cli": ["cli"],
}
"""The tests of each room, which are run first."""


def equivalents() -> list[dict[str, str]]:
    """The faults that are known to change nothing that is promised, each with the reason."""
    return tomllib.loads((Path(__file__).parent / "equivalent.toml").read_text()).get("fault", [])


def _key(entry: dict[str, str]) -> tuple[str, str, str, str]:
    return (entry["file"], entry["where"], entry["before"].strip(), entry["after"].strip())


def stale(rooms: Iterable[str] = tuple(TESTS)) -> list[dict[str, str]]:
    """The entries of `equivalent.toml` that are no possible fault any more, because the code has changed."""
    known = {edit.key for source in sources(ROOT, list(rooms)) for edit in source.edits}
    return [entry for entry in equivalents() if _key(entry) not in known]


def _entry(edit: Edit) -> str:
    """What to write into `equivalent.toml` if the fault changes nothing, but for the reason."""
    file, where, before, after = edit.key
    quoted = "\n".join(f"{name} = '''{value}'''" for name, value in (("before", before), ("after", after)))
    return f'[[fault]]\nfile = "{file}"\nwhere = "{where}"\n{quoted}\nreason = ""\n'


def _stages(room: str, options: argparse.Namespace) -> list[tuple[list[str], float]]:
    own = [f"tests/{path}" for path in TESTS[room]]
    first = (own, options.seconds)
    rest = [f.relative_to(ROOT).as_posix() for f in sorted((ROOT / "tests").iterdir())]
    tests = [f for f in rest if (f.startswith("tests/test_") or (ROOT / f).is_dir()) and f not in (*own, *COMPARED)]
    others = [f for f in tests if f.rsplit("/", 1)[-1][:1] not in "._" and f not in ("tests/table",)]
    return [first] if options.room_only else [first, ([*others, "notebooks"], options.all_seconds)]


def main() -> int:
    """Plant the faults, run the tests, and report."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--room", action="append", choices=TESTS, help="may be given several times; default: all")
    parser.add_argument("--count", type=int, default=20, help="faults per room")
    parser.add_argument("--seed", type=int, default=0, help="chooses the sample")
    parser.add_argument("--only", default="", help="of the sample, only faults with this in their text or path")
    parser.add_argument(
        "--seconds", type=float, default=100, help="of the processor, for the room's own tests on one fault"
    )
    parser.add_argument("--all-seconds", type=float, default=1200, help="the same for all other tests")
    parser.add_argument("--room-only", action="store_true", help="do not run other rooms' tests on what survives")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="faults tested at a time")
    parser.add_argument("--at-least", type=float, default=0, help="fail if fewer per cent are noticed")
    options = parser.parse_args()
    rooms = options.room or list(TESTS)
    known = {_key(entry) for entry in equivalents()}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the forks and the copies go too
    warm_up()
    missed: list[Edit] = []
    lines, total = [], 0
    with copies(options.jobs) as made:
        noticing: set[str] = set()
        for room in rooms:
            files = sources(ROOT, [room])
            sampled = sample(files, options.count, options.seed)
            planted = [edit for edit in sampled if options.only in str(edit)]
            tried = [edit for edit in planted if edit.key not in known]
            here: list[Edit] = []
            for edit, noticed, seconds in outcomes(tried, files, made, _stages(room, options)):
                print(f"{edit}\n  {seconds:.0f} s, {noticed or 'MISSED'}", flush=True)
                if noticed:
                    noticing.add(noticed)
                else:
                    here.append(edit)
            share = 100 - 100 * len(here) / max(1, len(tried))
            lines.append(
                f"{room:13} {len(planted):4} planted {len(planted) - len(tried):4} equivalent "
                f"{len(tried) - len(here):4} noticed {len(here):4} missed {share:6.1f} %"
            )
            missed += here
            total += len(tried)
        unsound = failing(sorted(name for name in noticing if name.startswith("tests/") and "::" in name), made[0])
    print("\nMissed, as entries of equivalent.toml:\n" if missed else "", *map(_entry, missed), sep="\n")
    print(*lines, sep="\n")
    share = 100 - 100 * len(missed) / max(1, total)
    print(f"noticed: {total - len(missed)} of {total}, {share:.1f} %")
    if unsound:
        print("these tests noticed a fault, but fail without one too:", *unsound, sep="\n  ")
    return int(bool(unsound) or share < options.at_least)


if __name__ == "__main__":
    sys.exit(main())
