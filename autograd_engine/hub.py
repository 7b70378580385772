"""hub: PyTorch's names for models that are fetched with their programs. Calling one says what to do instead."""

from __future__ import annotations

from .backend.absent import names_missing, refused

__all__ = ["list", "load", "load_state_dict_from_url"]

list = refused("hub.list")
load = refused("hub.load")
load_state_dict_from_url = refused("hub.load_state_dict_from_url")


__getattr__ = names_missing(__name__)
