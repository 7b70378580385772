"""Losses: how far predictions lie from targets, as one number to differentiate."""

from . import binary, classification, ctc, margin, regression
