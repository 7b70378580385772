"""Recurrent layers: each direction of one is a primitive, through whole sequences."""

from . import elman, functions, gru, layers, lstm, steps, variants
