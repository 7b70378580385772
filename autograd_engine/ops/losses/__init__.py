"""Losses: how far predictions lie from targets, as one number to differentiate.

In all of them `reduction` says what is returned of the losses of the single samples or elements: their "mean",
their "sum", or with "none" the losses themselves.
"""

from . import binary, classification, ctc, margin, regression
