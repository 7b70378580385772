"""Threads that wait for their part of a loop in machine code, so that no part waits for the interpreter.

A thread of Python must hold the interpreter's lock before it can call anything. While it waits for the lock it
sleeps, and to wake it takes 10 us at best, and a thousand where other threads want the processor. So the threads
here stay outside of the interpreter. They look for work again and again for some milliseconds, as those of OpenMP
do, and let others have the processor if there are any.

A thread that has work writes on a board which machine code to call, and where its arguments lie. Then it does one
part after the other itself, as the others do. So it never waits for a thread that sleeps: one that is woken and
comes too late for this work is in time for the next.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from threading import Lock, Thread
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from ..blas import sleep_soon
from ..threads import get_num_threads, share
from . import MATH, keep, loop, machine_code

__all__ = ["TOGETHER", "shared_loop"]

TOGETHER = 2**14
"""A part of a loop over elements has a multiple of so many: less is done before another thread begins. The last
ones of a part are computed one by one, and may differ in the last bit from what many at once give; so which they
are must not depend on the number of threads."""

_PATIENCE = 0 if os.environ.get("OMP_WAIT_POLICY", "").lower() == "passive" else 2**12
"""How often a thread looks for work before it sleeps: a few milliseconds."""

_OPEN, _NEXT, _PARTS, _PIECES, _EACH, _COUNT, _CODE, _ROW, _INSIDE, _STOP, _THREADS, _SIZE = range(0, 96, 8)
"""Where things lie on the board, each in a cache line of its own: whether there is work; the next part, how many
there are; how many pieces, how long each is and all together; the machine code, its arguments; how many threads are
at work; whether they are to end; how many there are."""

# ---------------------------------------------------------------------- memory that several threads see


def _place(context: Any, builder: Any, signature: Any, board: Any, place: Any) -> Any:
    return builder.gep(context.make_array(signature.args[0])(context, builder, board).data, [place])


@intrinsic  # type: ignore[untyped-decorator]
def _load(typing: Any, board: Any, place: Any) -> Any:
    """board[place], read anew each time."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.load_atomic(_place(context, builder, signature, *given), "seq_cst", 8)

    return types.int64(board, types.int64), build


@intrinsic  # type: ignore[untyped-decorator]
def _store(typing: Any, board: Any, place: Any, value: Any) -> Any:
    """board[place] = value, which all threads see before they see what this one writes next."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        builder.store_atomic(given[2], _place(context, builder, signature, *given[:2]), "seq_cst", 8)
        return context.get_dummy_value()

    return types.none(board, types.int64, types.int64), build


@intrinsic  # type: ignore[untyped-decorator]
def _add(typing: Any, board: Any, place: Any, value: Any) -> Any:
    """board[place] += value, by one thread after the other; what was there before."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.atomic_rmw("add", _place(context, builder, signature, *given[:2]), given[2], "seq_cst")

    return types.int64(board, types.int64, types.int64), build


# ---------------------------------------------------------------------------------------- the work

_PAIR: Any = numba.typeof((0, 0))


@intrinsic  # type: ignore[untyped-decorator]
def _call(typing: Any, code: Any, row: Any, start: Any, stop: Any) -> Any:
    """Call the machine code at this address."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        word = context.get_value_type(types.int64)
        function = ir.FunctionType(ir.VoidType(), [word, word, word]).as_pointer()
        builder.call(builder.inttoptr(given[0], function), given[1:])
        return context.get_dummy_value()

    return types.none(*[types.int64] * 4), build


@machine_code
def _take_parts(board: Any) -> None:
    """Do one part after the other, until none is left."""
    parts, pieces, each = _load(board, _PARTS), _load(board, _PIECES), _load(board, _EACH)
    count, code, row = _load(board, _COUNT), _load(board, _CODE), _load(board, _ROW)
    part = _add(board, _NEXT, 1)
    while part < parts:
        _call(code, row, min(count, pieces * part // parts * each), min(count, pieces * (part + 1) // parts * each))
        part = _add(board, _NEXT, 1)


def _mark_of(kinds: Iterable[Any]) -> int:
    """A number that stands for these types."""
    return int.from_bytes(hashlib.sha256(",".join(map(str, kinds)).encode()).digest()[:7], "little")


@intrinsic  # type: ignore[untyped-decorator]
def _mark(typing: Any, arguments: Any) -> Any:
    """The mark of the types of the arguments, a constant."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return context.get_constant(types.int64, _mark_of(arguments))

    return types.int64(arguments), build


@intrinsic  # type: ignore[untyped-decorator]
def _laid_out(typing: Any, loop: Any, arguments: Any) -> Any:
    """The address of machine code that calls a loop for a part, and where the loop and its arguments lie for it.

    They lie there until the calling function returns. The arrays are lent: nobody counts references to them, which
    would go from the cache of one processor to that of another one all the time.

    Args:
        loop: the address of the loop's machine code.
        arguments: those before the first element and the one after the last.
    """
    kinds = types.Tuple([types.int64, *arguments])  # type: ignore[attr-defined]

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        word, model = context.get_value_type(types.int64), context.data_model_manager[kinds]
        values = cgutils.unpack_tuple(builder, given[1], len(arguments))
        for k, kind in enumerate(arguments):
            if isinstance(kind, types.Array):
                array = context.make_array(kind)(context, builder, values[k])
                array.meminfo = cgutils.get_null_value(array.meminfo.type)
                values[k] = array._getvalue()
        row = cgutils.alloca_once(builder, model.get_data_type())
        builder.store(model.as_data(builder, context.make_tuple(builder, kinds, [given[0], *values])), row)

        code = ir.Function(builder.module, ir.FunctionType(ir.VoidType(), [word] * 3), name="part")
        code.linkage = "internal"
        inside = ir.IRBuilder(code.append_basic_block())
        read = model.load_from_data_pointer(inside, inside.inttoptr(code.args[0], row.type))
        address, *handed = cgutils.unpack_tuple(inside, read, len(kinds))
        wanted = (*arguments, types.int64, types.int64)
        shape = context.call_conv.get_function_type(types.none, wanted).as_pointer()
        handed += code.args[1:]
        context.call_conv.call_function(inside, inside.inttoptr(address, shape), types.none, wanted, handed)
        inside.ret_void()
        return context.make_tuple(builder, signature.return_type, [builder.ptrtoint(p, word) for p in (code, row)])

    return _PAIR(loop, arguments), build


_yield = types.ExternalFunction("sched_yield", types.int32())


@machine_code
def _work(board: Any, count: int, each: int, code: int, row: int) -> None:
    """Let all threads do the parts, and return when they are done."""
    pieces = -(-count // each)
    parts = min(pieces, board[_THREADS])
    if parts < 2:
        _call(code, row, 0, count)
        return
    _store(board, _PARTS, parts)
    _store(board, _PIECES, pieces)
    _store(board, _EACH, each)
    _store(board, _COUNT, count)
    _store(board, _CODE, code)
    _store(board, _ROW, row)
    _store(board, _NEXT, 0)
    _store(board, _OPEN, 1)
    _take_parts(board)
    _store(board, _OPEN, 0)
    while _load(board, _INSIDE):
        _yield()


@loop
def _share(board: Any, count: int, each: int, known: Any, *arguments: Any) -> bool:
    """Do the parts of a loop; False if its machine code for arguments of these types is not known.

    known: rows of a mark and the address of the machine code, and a row of zeros after them.
    """
    mark, k = _mark(arguments), 0
    while known[k, 0] != mark:
        if known[k, 0] == 0:
            return False
        k += 1
    code, row = _laid_out(known[k, 1], arguments)
    _work(board, count, each, code, row)
    return True


# ------------------------------------------------------------------------------------------ the threads


@loop
def _serve(board: Any, patience: int) -> None:
    """Do parts of what is on the board, until there is nothing for a while."""
    idle = 0
    while idle < patience and not _load(board, _STOP):
        idle += 1
        if _load(board, _OPEN):
            _add(board, _INSIDE, 1)
            if _load(board, _OPEN):  # still: whoever closes it waits from then on until nobody is inside
                _take_parts(board)
                idle = 0
            _add(board, _INSIDE, -1)
        _yield()


class _Crew:
    """So many threads, the one that has work included."""

    def __init__(self, size: int) -> None:
        self.free = Lock()
        self.board = np.zeros(_SIZE, np.int64)
        self.board[_THREADS] = size
        self.asleep: list[Lock] = []
        if size > 1:
            sleep_soon()
            _serve(self.board, 0)  # it is compiled here, and not while there is work
        for _ in range(size - 1):
            Thread(target=self._live, name="autograd_engine", daemon=True).start()

    def _live(self) -> None:
        bell = Lock()
        bell.acquire()
        while True:
            _serve(self.board, _PATIENCE)
            self.asleep.append(bell)
            if self.board[_STOP]:
                return
            bell.acquire()

    def wake(self) -> None:
        while self.asleep:
            self.asleep.pop().release()

    def dismiss(self) -> None:
        self.board[_STOP] = 1
        self.wake()


_alone = _Crew(1)
_crew = _alone
_changing = Lock()


def _forget() -> None:
    """A forked process has none of its parent's threads."""
    global _changing, _crew
    _crew, _changing = _alone, Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _current() -> _Crew:
    """The threads, as many as `set_num_threads` wants."""
    global _crew
    size = get_num_threads()
    if _crew.board[_THREADS] != size:
        with _changing:
            if _crew.board[_THREADS] != size:
                _crew.dismiss()
                _crew = _Crew(size) if size > 1 else _alone
    return _crew


def shared_loop(function: Callable[..., None], math: set[str] = MATH) -> Callable[..., None]:
    """Compile a loop whose last arguments are the first element to do and the one after the last.

    The result is called with the number of elements, of how many a part has a multiple, and the arguments before
    these two.
    """
    if numba.config.DISABLE_JIT or not hasattr(os, "sched_yield"):
        over = loop(function, math)

        def plain(count: int, each: int, *arguments: Any) -> None:
            share(lambda part: over(*arguments, part.start, part.stop), count, each)

        return plain
    dispatcher: Any = machine_code(function, math)
    known = np.zeros((1, 2), np.int64)
    keep(dispatcher)

    def learn(arguments: tuple[Any, ...]) -> None:
        nonlocal dispatcher, known
        kinds = (*map(numba.typeof, arguments), types.int64, types.int64)
        try:
            dispatcher.compile(kinds)
        except OSError:
            dispatcher = machine_code(function, math)
            dispatcher.compile(kinds)
        made = dispatcher.overloads[kinds]
        address = made.library.get_pointer_to_function(made.fndesc.llvm_func_name)
        known = np.array([(_mark_of(kinds[:-2]), address), *known], np.int64)

    def do(board: Any, count: int, each: int, arguments: tuple[Any, ...]) -> None:
        if not _share(board, count, each, known, *arguments):
            learn(arguments)
            _share(board, count, each, known, *arguments)

    def run(count: int, each: int, *arguments: Any) -> None:
        crew = _current()
        if crew is _alone or count <= each or not crew.free.acquire(blocking=False):
            do(_alone.board, count, each, arguments)
            return
        try:
            if crew.asleep:
                crew.wake()
            do(crew.board, count, each, arguments)
        finally:
            crew.free.release()

    return run
