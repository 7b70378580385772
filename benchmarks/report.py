"""The report of results: tables in Markdown, JSON with all samples, and a picture of the ratios."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .case import Case
from .libraries import ENGINE, LIBRARIES, Library
from .measure import Outcome, Spread, compare, growth, spread_of

__all__ = ["Results", "markdown", "picture", "results_of"]

Results = dict[str, Any]
"""The content of the JSON file: `machine`, `libraries` (key to label), `cases` and `growth`."""


def results_of(
    machine: dict[str, Any], libraries: Sequence[Library], measured: Sequence[tuple[Case, dict[str, Outcome]]]
) -> Results:
    """All that was measured, and the ratios, verdicts and growth that follow from it."""
    return {
        "machine": machine,
        "libraries": {library.key: library.label for library in libraries},
        "cases": [_case(case, outcomes) for case, outcomes in measured],
        "growth": _growth(measured),
    }


def _case(case: Case, outcomes: dict[str, Outcome]) -> dict[str, Any]:
    results = {key: _outcome(key, outcome, outcomes) for key, outcome in outcomes.items()}
    return {
        "name": case.name,
        "title": case.title,
        "unit": case.unit,
        "per": case.per,
        "targets": dict(case.targets),
        "met": {
            key: reached <= limit
            for key, limit in case.targets.items()
            if (reached := _reached(key, results)) is not None
        },
        "results": results,
    }


_AGAINST = {library.key: library.against for library in LIBRARIES if library.against}


def _outcome(key: str, outcome: Outcome, outcomes: dict[str, Outcome]) -> dict[str, Any]:
    if not outcome.samples:
        return {"status": outcome.status}
    ours, theirs = (key, _AGAINST[key]) if key in _AGAINST else (ENGINE.key, key)
    known = ours in outcomes and theirs in outcomes and ours != theirs
    ratio = compare(outcomes[ours], outcomes[theirs]) if known else None
    return {
        "status": outcome.status,
        **asdict(spread_of(outcome.samples)),
        "samples": outcome.samples,
        "ratio": None if ratio is None else asdict(ratio),
    }


def _reached(key: str, results: dict[str, Any]) -> float | None:
    """The value that a target is compared with: the ratio to a peer, or under "engine" its own median."""
    result = results.get(key, {})
    if key == ENGINE.key:
        return result.get("median")
    return (result.get("ratio") or {}).get("median")


def _growth(measured: Sequence[tuple[Case, dict[str, Outcome]]]) -> dict[str, dict[str, float]]:
    """For each series and library, the exponent with which the time grows with the size."""
    found: dict[str, dict[str, float]] = {}
    for series in dict.fromkeys(case.series for case, _ in measured if case.series):
        of_series = [(case, outcomes) for case, outcomes in measured if case.series == series]
        for key in of_series[0][1]:
            points = [
                (case.size, spread_of(outcomes[key].samples).median * case.count)
                for case, outcomes in of_series
                if outcomes[key].samples
            ]
            if len(points) > 1:
                found.setdefault(series, {})[key] = growth(*zip(*points, strict=True))
    return found


# ------------------------------------------------------------------------------------------ in words

_SCALES = {
    "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")),
    "B": ((1e6, "MB"), (1e3, "kB"), (1.0, "B")),
}


def quantity(value: float, unit: str) -> str:
    """A value with three digits and a suitable unit, such as `1.23 ms`."""
    scale, name = next((s for s in _SCALES[unit] if abs(value) >= s[0]), _SCALES[unit][-1])
    return f"{digits(value / scale)} {name}"


def digits(value: float) -> str:
    """Three significant digits, without an exponent."""
    if value == 0:
        return "0"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def _ratio_cell(result: dict[str, Any], unit: str) -> str:
    ratio = result.get("ratio")
    if ratio is None:
        return quantity(result["median"], unit) if "median" in result else _absent(result["status"])
    if ratio["low"] == ratio["high"]:
        return f"**{digits(ratio['median'])}**"
    return f"**{digits(ratio['median'])}** ({digits(ratio['low'])}-{digits(ratio['high'])})"


def _value_cell(result: dict[str, Any], unit: str) -> str:
    return quantity(result["median"], unit) if "median" in result else _absent(result["status"])


def _absent(status: str) -> str:
    return "" if status == "not applicable" else status


def _target_cell(case: dict[str, Any], labels: dict[str, str]) -> str:
    told = []
    for key, limit in case["targets"].items():
        verdict = {True: "met", False: "missed", None: "not compared"}[case["met"].get(key)]
        what = quantity(limit, case["unit"]) if key == ENGINE.key else f"{limit:g} {labels.get(key, key)}"
        if key in _AGAINST:
            what = f"{limit:g} {labels.get(_AGAINST[key], _AGAINST[key])} on {labels.get(key, key)}"
        told.append(f"<= {what}: {verdict}")
    return "; ".join(told)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = [header, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def _column(key: str, labels: dict[str, str]) -> str:
    """The head of a column of ratios."""
    return f"{labels[key]} / {labels.get(_AGAINST[key], _AGAINST[key])}" if key in _AGAINST else f"/ {labels[key]}"


def markdown(results: Results) -> str:
    """The tables, with the machine they belong to."""
    labels, machine = results["libraries"], results["machine"]
    peers = [key for key in labels if key != ENGINE.key]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items() if version)
    pools = [pool for pool in machine["thread_pools"] if pool["version"]]
    blas = ", ".join(sorted({f"{pool['internal_api']} {pool['version']}" for pool in pools}))
    ratios = [
        [
            case["title"],
            _value_cell(case["results"].get(ENGINE.key, {"status": "not measured"}), case["unit"]),
            *(_ratio_cell(case["results"][key], case["unit"]) for key in peers),
            _target_cell(case, labels),
        ]
        for case in results["cases"]
    ]
    values = [
        [case["title"], case["per"], *(_value_cell(case["results"][key], case["unit"]) for key in labels)]
        for case in results["cases"]
    ]
    grown = [
        [series, *(f"n^{exponents[key]:.2f}" if key in exponents else "" for key in labels)]
        for series, exponents in results["growth"].items()
    ]
    parts = [
        f"{machine['date']}; {machine['processor']}, {machine['cores']} cores, {machine['threads']} threads used; "
        f"{machine['python']}; {versions}; {blas}; load before the run {machine['load_before']:.2f}.",
        "autograd_engine divided by the peer: below 1, the engine is faster or smaller. Ratio of the medians, "
        "and in brackets its 90 % interval over resampled rounds.",
        _table(["work", "autograd_engine", *(_column(key, labels) for key in peers), "target"], ratios),
        "Medians:",
        _table(["work", "per", *labels.values()], values),
    ]
    if grown:
        parts += ["Growth of the time with the size n:", _table(["series", *labels.values()], grown)]
    return "\n\n".join(parts) + "\n"


# ---------------------------------------------------------------------------------------- in a picture

_COLORS = ("#d55e00", "#e69f00", "#009e73", "#0072b2", "#cc79a7", "#56b4e9")


def picture(results: Results, path: Path) -> bool:
    """Draw every ratio as a dot with its interval, on a logarithmic axis, to `path`; returns whether there were
    any."""
    rows = [case for case in results["cases"] if any(r.get("ratio") for r in case["results"].values())]
    if not rows:
        return False
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    peers = {key: label for key, label in results["libraries"].items() if key != ENGINE.key}
    figure, axes = pyplot.subplots(figsize=(11, 1.8 + 0.3 * len(rows)), layout="constrained")
    for (i, (key, label)), color in zip(enumerate(peers.items()), _COLORS, strict=False):
        places, ratios, targets = [], [], []
        for row, case in enumerate(rows):
            place = row + (i - (len(peers) - 1) / 2) * 0.15
            ratio = case["results"].get(key, {}).get("ratio")
            if ratio:
                places.append(place)
                ratios.append(Spread(**ratio))
            if key in case["targets"]:
                targets.append((case["targets"][key], place))
        if not ratios:
            continue
        medians = [r.median for r in ratios]
        axes.hlines(places, [r.low for r in ratios], [r.high for r in ratios], color=color, linewidth=2)
        name = _column(key, results["libraries"]) if key in _AGAINST else label
        axes.plot(medians, places, "o", color=color, markersize=6, label=name)
        if targets:
            axes.plot(*zip(*targets, strict=True), "|", color=color, markersize=14, markeredgewidth=2)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), [case["title"] for case in rows])
    for row in range(1, len(rows)):
        axes.axhline(row - 0.5, color="0.88", linewidth=0.8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.grid(axis="x", color="0.88")
    axes.set_axisbelow(True)
    axes.set_xlabel("autograd_engine / peer    (left of 1: the engine is faster or smaller; | marks a target)")
    machine = results["machine"]
    axes.set_title(f"{machine['processor']}, {machine['threads']} threads, {machine['python']}", fontsize=10)
    figure.legend(loc="outside upper center", ncols=len(peers), frameon=False)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
    return True
