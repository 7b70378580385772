"""`python -m benchmarks`: measures all cases, prints the tables, and writes them to files."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import threadpoolctl
from tqdm import tqdm

from .case import Case
from .libraries import LIBRARIES
from .machine import describe, on_cores
from .measure import Outcome, measure
from .report import Results, markdown, picture, results_of
from .work import CASES

__all__ = ["main", "measure_all"]


def measure_all(
    cases: Sequence[Case], keys: Sequence[str], *, quick: bool = False, threads: int = 2, progress: bool = True
) -> Results:
    """Measure cases with the libraries of these keys; those that are not installed appear as such in the results.

    Args:
        cases: the cases, those of a series from small to large.
        keys: the keys of the libraries.
        quick: take fewer rounds.
        threads: how many threads, on as many cores, every library and BLAS may use.
        progress: show a progress bar.
    """
    chosen = [library for library in LIBRARIES if library.key in keys]
    present = [library for library in chosen if library.installed()]
    missing = {library.key: Outcome("not installed") for library in chosen if library not in present}
    measured: list[tuple[Case, dict[str, Outcome]]] = []
    with on_cores(threads), ExitStack() as limits:
        for library in present:
            library.load(threads)
        limits.enter_context(threadpoolctl.threadpool_limits(threads))
        machine = describe(chosen, threads)
        total = sum(case.quick_rounds if quick else case.rounds for case in cases)
        with tqdm(total=total, unit="round", disable=None if progress else True) as bar:
            for case in cases:
                bar.set_description(case.name)
                smaller = next((m for m in reversed(measured) if case.series and m[0].series == case.series), None)
                outcomes = measure(case, present, quick=quick, smaller=smaller, advance=bar.update)
                measured.append((case, {lib.key: (missing | outcomes)[lib.key] for lib in chosen}))
    return results_of(machine, chosen, measured)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    names = [case.name for case in CASES]
    keys = [library.key for library in LIBRARIES]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Compare autograd_engine with its peers on the same work."
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a look, not a measurement")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=names, help=f"some of: {', '.join(names)}")
    parser.add_argument(
        "--libraries", nargs="+", metavar="NAME", choices=keys, default=keys, help=f"some of: {', '.join(keys)}"
    )
    parser.add_argument("--threads", type=int, default=2, help="for every library and BLAS (default: 2)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write results.json, results.md and results.png")
    options = parser.parse_args(arguments)
    cases = [case for case in CASES if not options.only or case.name in options.only]
    results = measure_all(cases, options.libraries, quick=options.quick, threads=options.threads)
    print(markdown(results))
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
        (options.out / "results.md").write_text(markdown(results))
        drawn = picture(results, options.out / "results.png")
        print(f"written to {options.out}: results.json, results.md{', results.png' if drawn else ''}")


if __name__ == "__main__":
    main()
