"""New tensors like one that exists: of its dtype, on its device."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from ..backend.arrays import unboxed
from ..backend.device import check_device, device_of, kind_at, placed, working_on
from ..backend.formats import takes_formats
from ..engine.graph import Value
from ..engine.results import make_tensor
from ..ops.dims import size_of
from .nested import array_of

if TYPE_CHECKING:
    from .tensor import Tensor


class Siblings(Value):
    """The part of a tensor that makes others."""

    __slots__ = ()

    def new_tensor(
        self, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: builtins.bool = False
    ) -> Tensor:
        """A tensor with a copy of `data`, in this tensor's dtype and on its device unless others are given."""
        where = device_of(self.array) if device is None else check_device(device)
        array = unboxed(placed(array_of(data, "new_tensor", dtype or self.array.dtype), where))
        return make_tensor(array, None).requires_grad_(requires_grad)

    @takes_formats
    def new_full(
        self,
        size: Any,
        fill_value: Any,
        *,
        dtype: Any = None,
        device: Any = None,
        requires_grad: builtins.bool = False,
    ) -> Tensor:
        """A tensor of `size` with one value everywhere, in this tensor's dtype and on its device unless others are
        given."""
        where = device_of(self.array) if device is None else check_device(device)
        with working_on(where):
            array = kind_at(where).full(size_of((size,), "new_full"), fill_value, dtype or self.array.dtype)
        return make_tensor(unboxed(array), None).requires_grad_(requires_grad)

    def new_zeros(self, *sizes: Any, size: Any = None, **options: Any) -> Tensor:
        """Zeros of this size in this tensor's dtype; options as for `new_full`."""
        return self.new_full(size_of(sizes if size is None else (size,), "new_zeros"), 0, **options)

    def new_ones(self, *sizes: Any, size: Any = None, **options: Any) -> Tensor:
        """Ones of this size in this tensor's dtype; options as for `new_full`."""
        return self.new_full(size_of(sizes if size is None else (size,), "new_ones"), 1, **options)

    def new_empty(self, *sizes: Any, size: Any = None, **options: Any) -> Tensor:
        """A tensor of this size, for values to come, in this tensor's dtype; options as for `new_full`."""
        return self.new_full(size_of(sizes if size is None else (size,), "new_empty"), 0, **options)
