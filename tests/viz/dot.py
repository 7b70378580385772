"""What a picture's DOT text says, for tests: titles, lines and edges; and graphs to draw."""

import re
from html import unescape

import autograd_engine as ag


def labels(picture):
    """The label of every node, as plain text lines."""
    found = re.findall(r"^\t(\w+) \[label=<(.*?)>(?= \w+=)", picture.dot, re.M | re.S)
    return {
        place: [unescape(re.sub(r"<[^>]+>", "", line)) for line in text.split("<br/>")] for place, text in found
    }


def titles(picture):
    return sorted(lines[0] for lines in labels(picture).values())


def line_of(picture, title, prefix):
    lines = next(lines for lines in labels(picture).values() if lines[0] == title)
    return next((line for line in lines if line.startswith(prefix)), None)


def edges(picture):
    texts = {place: lines[0] for place, lines in labels(picture).items()}
    found = re.findall(r"^\t(\w+) -> (\w+)", picture.dot, re.M)
    return sorted((texts[a], texts[b]) for a, b in found)


def scalar(value):
    return ag.tensor(value, requires_grad=True)


def chain(length):
    y = scalar(1.0)
    for _ in range(length):
        y = y.neg()
    return y
