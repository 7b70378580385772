"""Losses: how far predictions lie from targets, as one number to differentiate."""
