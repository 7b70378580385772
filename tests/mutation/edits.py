"""What a fault may be: a small change of one file's text, found in its syntax tree."""

from __future__ import annotations

import ast
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

_BINARY = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "%"),
    ast.Mod: ("%", "//"),
    ast.Pow: ("**", "*"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.BitXor: ("^", "&"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<")),
    ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
}
_PAIRS = """
min max; minimum maximum; amin amax; argmin argmax; any all; floor ceil; zeros ones; sum mean; empty zeros;
left right; before after; start stop; first last; rows columns; less greater; less_equal greater_equal; triu tril;
sin cos; append extend; shape size; strip rstrip; keys values
"""
_OTHER_NAME: dict[str, str] = {}
for _a, _b in (pair.split() for pair in _PAIRS.split(";")):
    _OTHER_NAME |= {_a: _b, _b: _a}
_OTHER_ERROR = {
    "ValueError": "TypeError",
    "TypeError": "ValueError",
    "RuntimeError": "ValueError",
    "IndexError": "ValueError",
    "KeyError": "ValueError",
    "NotImplementedError": "ValueError",
    "AttributeError": "TypeError",
}
_FIELD = re.compile(r"(?<!\{)\{([^{}!:=]+)(?=[}!:=])")
"""A replacement field of an f-string."""
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)


@dataclass(frozen=True)
class Edit:
    """Replace `source.text[start:end]` by `new`."""

    source: Source
    start: int
    end: int
    new: str
    kind: str
    where: str
    """The functions and classes around it, from the outside in, joined by dots."""

    @property
    def text(self) -> str:
        """The whole file with the fault in it, of as many lines as without."""
        old = self.source.text[self.start : self.end]
        lost = "\n" * (old.count("\n") - self.new.count("\n"))
        line_end = self.source.text.find("\n", self.end)
        return (
            self.source.text[: self.start]
            + self.new
            + self.source.text[self.end : line_end]
            + lost
            + self.source.text[line_end:]
        )

    @property
    def before(self) -> str:
        """The lines that change, as they are."""
        return self._lines(self.source.text[self.start : self.end])

    @property
    def after(self) -> str:
        """The same lines with the fault in them."""
        return self._lines(self.new)

    def _lines(self, middle: str) -> str:
        text = self.source.text
        first, last = text.rfind("\n", 0, self.start) + 1, text.find("\n", self.end)
        return "\n".join(
            line.strip() for line in (text[first : self.start] + middle + text[self.end : last]).splitlines()
        )

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What stays the same when other lines of the file change."""
        return (self.source.name, self.where, self.before, self.after)

    def __str__(self) -> str:
        line = self.source.text.count("\n", 0, self.start) + 1
        minus, plus = (
            "\n".join(f"{sign} {x}" for x in s.splitlines())
            for sign, s in zip("-+", (self.before, self.after), strict=True)
        )
        return f"{self.source.name}:{line} {self.where} ({self.kind})\n{minus}\n{plus}"

    def valid(self) -> bool:
        """Whether the file still compiles, and is another program."""
        try:
            return ast.dump(ast.parse(self.text)) != ast.dump(self.source.tree)
        except SyntaxError:
            return False


@dataclass(frozen=True)
class Source:
    """A file of the package, and all faults that may be planted in it."""

    name: str
    text: str

    def __hash__(self) -> int:
        return hash(self.name)

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree of the file."""
        return ast.parse(self.text)

    @cached_property
    def edits(self) -> list[Edit]:
        """All faults, in the order of the file."""
        return list(self._visit(self.tree, ""))

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(i + 1 for i, c in enumerate(self.text) if c == "\n")]

    def _offset(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        if self.text.isascii():
            return start + column
        return start + len(self.text[start : start + column].encode()[:column].decode())

    def _span(self, node: Any) -> tuple[int, int]:
        return self._offset(node.lineno, node.col_offset), self._offset(node.end_lineno, node.end_col_offset)

    def _of(self, node: ast.AST) -> str:
        start, end = self._span(node)
        return self.text[start:end]

    @cached_property
    def uses(self) -> dict[str, set[str]]:
        """Each name in this file, with the functions and classes of the file that mention it."""
        uses: dict[str, set[str]] = defaultdict(set)
        for outer in self.tree.body:
            if isinstance(outer, ast.FunctionDef | ast.ClassDef):
                for node in ast.walk(outer):
                    if isinstance(node, ast.Name | ast.Attribute):
                        uses[_last_name(node)].add(outer.name)
        return uses

    def _visit(self, node: ast.AST, where: str) -> Iterator[Edit]:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            if any(
                _last_name(x) in ("Protocol", "overload")
                for x in (getattr(node, "bases", None) or node.decorator_list)
            ):
                return
            where = f"{where}.{node.name}".strip(".")
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            return
        for start, end, new, kind in self._changes(node):
            yield Edit(self, start, end, new, kind, where)
        if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom):
            return  # Before Python 3.12 the columns inside an f-string are wrong.
        defaults = _defaults(node)
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "type_params") or _is_type(node, field):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and child not in defaults and not _is_zips_check(node, child):
                    yield from self._visit(child, where)

    def _changes(self, node: Any) -> Iterator[tuple[int, int, str, str]]:
        """The ways in which this one node may be wrong: what replaces what, and of which kind that is."""
        match node:
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                yield from self._operator(left, right, *_BINARY[type(op)], "operator")
            case ast.AugAssign(target=target, op=op, value=value) if type(op) in _BINARY:
                old, new = _BINARY[type(op)]
                yield from self._operator(target, value, f"{old}=", f"{new}=", "operator")
            case ast.BoolOp(op=op, values=values):
                words = ("and", "or") if isinstance(op, ast.And) else ("or", "and")
                for left, right in pairwise(values):
                    yield from self._operator(left, right, *words, "condition")
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                for a, op, b in zip([left, *comparators], ops, comparators, strict=False):
                    old, others = _COMPARISONS[type(op)]
                    for new in others:
                        yield from self._operator(a, b, old, new, "comparison")
            case ast.UnaryOp(operand=operand):
                yield (*self._span(node), f"({self._of(operand)})", "sign")
            case ast.Constant(value=bool() | int() | float()):
                for new in _other_values(node.value):
                    yield (*self._span(node), new, "constant")
            case ast.Name(id=name) if name in _OTHER_NAME and re.search(rf"\b{_OTHER_NAME[name]}\b", self.text):
                yield (*self._span(node), _OTHER_NAME[name], "name")
            case ast.Attribute(attr=name, value=value) if name in _OTHER_NAME:
                yield (*self._span(node), f"{self._of(value)}.{_OTHER_NAME[name]}", "name")
            case ast.JoinedStr():
                start, end = self._span(node)
                fields = list(_FIELD.finditer(self.text, start, end))
                for a, b in pairwise(fields):
                    if a[1] != b[1]:
                        yield a.start(1), b.end(1), b[1] + self.text[a.end(1) : b.start(1)] + a[1], "message"
            case ast.Break() | ast.Continue():
                yield (*self._span(node), "continue" if isinstance(node, ast.Break) else "break", "jump")
        if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert):
            yield (*self._span(node.test), f"(not ({self._of(node.test)}))", "condition")
        if isinstance(node, ast.comprehension):
            for test in node.ifs:
                yield (*self._span(test), f"(not ({self._of(test)}))", "condition")
        if isinstance(node, ast.Call):
            yield from self._arguments(node)
        for value in _defaults(node):
            if isinstance(value, ast.Constant):
                for new in _other_values(value.value):
                    yield (*self._span(value), new, "default")
            elif not isinstance(value, ast.Name | ast.Attribute):
                for edit in self._visit(value, ""):
                    yield edit.start, edit.end, edit.new, "default"
        if isinstance(node, ast.Lambda) and not isinstance(node.body, ast.Constant | ast.Tuple | ast.UnaryOp):
            yield (*self._span(node.body), f"-({self._of(node.body)})", "sign")
        if (
            isinstance(node, ast.Return)
            and isinstance(node.value, ast.BinOp)
            and isinstance(node.value.op, _ARITHMETIC)
        ):
            yield (*self._span(node.value), f"-({self._of(node.value)})", "sign")
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            other = _OTHER_ERROR.get(_last_name(node.exc))
            if other is not None:
                yield (*self._span(node.exc.func), other, "error")
        if _droppable(node):
            yield (*self._span(node), "pass", "statement")

    def _operator(self, left: ast.AST, right: ast.AST, old: str, new: str, kind: str) -> Iterator[Any]:
        start, end = self._span(left)[1], self._span(right)[0]
        found = re.search(
            r"(?<![\w.])" + re.escape(old).replace(r"\ ", r"\s+") + r"(?![\w=])", self.text[start:end]
        )
        if found is not None:
            yield start + found.start(), start + found.end(), new, kind

    def _arguments(self, node: ast.Call) -> Iterator[tuple[int, int, str, str]]:
        name = _last_name(node)
        args = [a for a in node.args if not isinstance(a, ast.Starred)]
        if name not in ("isinstance", "issubclass", "hasattr", "getattr", "setattr"):
            for a, b in pairwise(args):
                (start, a_end), (b_start, end) = self._span(a), self._span(b)
                if self._of(a) != self._of(b):
                    yield start, end, self._of(b) + self.text[a_end:b_start] + self._of(a), "arguments"
        before = [*node.args, *(k.value for k in node.keywords)]
        for i, keyword in enumerate(node.keywords, len(node.args)):
            if i and keyword.arg is not None and not _is_zips_check(node, keyword):
                yield self._span(before[i - 1])[1], self._span(keyword.value)[1], "", "keyword"


def _last_name(node: Any) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Subscript):
        node = node.value
    return getattr(node, "attr", getattr(node, "id", ""))


def _defaults(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.arguments):
        return [d for d in (*node.defaults, *node.kw_defaults) if d is not None]
    return []


def _is_zips_check(node: ast.AST, child: ast.AST) -> bool:
    """Whether this is the `strict=True` of a `zip`: the linter asks for it, where the lengths are equal already."""
    return isinstance(child, ast.keyword) and child.arg == "strict" and _last_name(node) == "zip"


def _is_type(node: ast.AST, field: str) -> bool:
    """Whether this part of the node only says a type."""
    match node:
        case ast.AnnAssign(target=ast.Attribute(), value=None) if field == "target":
            return True
        case ast.Call() if field == "args" and _last_name(node) in ("cast", "TypeVar", "NewType"):
            return True
        case ast.Assign(value=ast.BinOp(op=ast.BitOr()), targets=[ast.Name(id=name)]) if field == "value":
            return name[:1].isupper() or name[:2].strip("_").isupper()
    return False


def _other_values(value: object) -> list[str]:
    match value:
        case bool():
            return [str(not value)]
        case int():
            return [str(value + 1), str(value - 1)] if value else ["1"]
        case float():
            return [repr(value * 2) if value else "1.0", repr(value / 2) if value else "-1.0"]
        case None:
            return ["0"]
        case str():
            return ['""' if value else '"?"']
    return []


def _droppable(node: ast.AST) -> bool:
    match node:
        case (
            ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom())
            | ast.AugAssign()
            | ast.Raise()
            | ast.Delete()
        ):
            return True
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return True
    return False


def sources(root: Path, rooms: list[str]) -> list[Source]:
    """The files of these rooms."""
    package = root / "autograd_engine"
    files = [
        file
        for room in rooms
        for file in (
            sorted((package / room).rglob("*.py")) if (package / room).is_dir() else [package / f"{room}.py"]
        )
    ]
    return [Source(f.relative_to(package).as_posix(), f.read_text()) for f in files]


def users(files: list[Source], name: str) -> dict[str, int]:
    """The functions and classes that use `name`, directly or through each other, with the number of steps to it."""
    steps, queue = {name: 0}, [name]
    for used in queue:
        for user in sorted(set().union(*(file.uses.get(used, ()) for file in files))):
            if user not in steps:
                steps[user] = steps[used] + 1
                queue.append(user)
    return steps


def sample(files: list[Source], count: int, seed: int) -> list[Edit]:
    """`count` different faults. The kinds take turns, for some have a hundred times as many places as others."""
    by_kind: dict[str, list[Edit]] = defaultdict(list)
    for edit in (edit for file in files for edit in file.edits):
        by_kind[edit.kind].append(edit)
    rng = random.Random(seed)
    for kind in sorted(by_kind):
        rng.shuffle(by_kind[kind])
    chosen: list[Edit] = []
    while len(chosen) < count and by_kind:
        for kind in sorted(by_kind):
            edit = by_kind[kind].pop()
            if not by_kind[kind]:
                del by_kind[kind]
            if len(chosen) < count and edit.valid():
                chosen.append(edit)
    return chosen
