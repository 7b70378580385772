"""The import swap: from `as_torch()` on, a program's `import torch` means this package."""

from .check import Absent, absent_names
from .imports import as_torch

__all__ = ["Absent", "absent_names", "as_torch"]
