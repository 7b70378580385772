"""Random programs against a naive oracle: reverse mode on single numbers, in fifty lines.

A machine builds graphs of tensors step by step, with sharing, views, in-place changes, no_grad, detach,
several backward passes, freed graphs and derivatives of derivatives. Beside every tensor it keeps an array of
`Number`s that went through the same steps; after every step values and gradients must agree.
"""

import itertools
import math

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import autograd_engine as ag


class Number:
    """A number that remembers the numbers it was computed from, and how fast it grows with each.

    The slopes are numbers too, computed when asked for, so that derivatives can be differentiated.
    """

    def __init__(self, value, parents=(), place=None):
        self.value, self.parents, self.place = value, parents, place

    def __add__(self, other):
        return Number(self.value + other.value, [(self, lambda: ONE), (other, lambda: ONE)])

    def __sub__(self, other):
        return Number(self.value - other.value, [(self, lambda: ONE), (other, lambda: Number(-1.0))])

    def __mul__(self, other):
        return Number(self.value * other.value, [(self, lambda: other), (other, lambda: self)])

    def sin(self):
        return Number(math.sin(self.value), [(self, self.cos)])

    def cos(self):
        return Number(math.cos(self.value), [(self, lambda: Number(-1.0) * self.sin())])


ONE = Number(1.0)


def reachable(roots):
    """The numbers that lead to `roots`, each after its parents; iterative."""
    done, order, stack = set(), [], [(r, False) for r in roots]
    while stack:
        number, expanded = stack.pop()
        if expanded:
            order.append(number)
        elif id(number) not in done:
            done.add(id(number))
            stack.append((number, True))
            stack += [(parent, False) for parent, _ in number.parents]
    return order


def slopes(roots, weights):
    """The derivatives of sum(weights * roots) by the leaf numbers: {(leaf, position): Number}."""
    gradient, by_place = {}, {}
    for root, weight in zip(roots, weights, strict=True):
        gradient[id(root)] = gradient[id(root)] + weight if id(root) in gradient else weight
    for number in reversed(reachable(roots)):
        g = gradient.get(id(number))
        if g is None:
            continue
        if number.place is not None:
            by_place[number.place] = by_place[number.place] + g if number.place in by_place else g
        for parent, slope in number.parents:
            c = g * slope()
            gradient[id(parent)] = gradient[id(parent)] + c if id(parent) in gradient else c
    return by_place


def boxed(numbers):
    """An array of objects, also where NumPy returned the object itself."""
    return numbers if isinstance(numbers, np.ndarray) else np.array(numbers, dtype=object)


def mapped(function, *arrays):
    return boxed(np.frompyfunc(function, len(arrays), 1)(*arrays))


class Record:
    """One recorded operation, to know which backward passes run into a freed graph."""

    def __init__(self, *parents):
        self.parents, self.freed = [p for p in parents if p is not None], False

    def history(self):
        found, stack = {id(self): self}, [self]
        while stack:
            for parent in stack.pop().parents:
                if id(parent) not in found:
                    found[id(parent)] = parent
                    stack.append(parent)
        return list(found.values())


class Pair:
    """A tensor and the numbers it must hold. `record` is None where no gradient is required."""

    def __init__(self, tensor, numbers, record, leaf=None):
        self.tensor, self.numbers, self.record, self.leaf = tensor, numbers, record, leaf


SHAPES = [(3,), (2, 3), (2, 1), (3,)]
SEEDS = st.integers(0, 2**16)
PICK = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 5, 8])
"""Which tensor, counted from the newest: mostly recent ones, so that graphs grow deep."""


def fit(*shapes):
    """Whether shapes broadcast together."""
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        return False
    return True


class Programs(RuleBasedStateMachine):
    @initialize(seed=SEEDS)
    def start(self, seed):
        random = np.random.default_rng(seed)
        self.pool, self.leaves, self.expected, self.written, self.derived = [], [], [], False, False
        for i, shape in enumerate(SHAPES):
            values = random.uniform(-1, 1, shape)
            numbers = np.empty(shape, object)
            for j in np.ndindex(shape):
                numbers[j] = Number(values[j], place=(i, j))
            pair = Pair(ag.tensor(values, requires_grad=True), numbers, Record(), leaf=i)
            self.pool.append(pair)
            self.leaves.append(pair)
            self.expected.append(None)

    def pick(self, number, fits=lambda pair: True):
        """One of the tensors that fit, counted from the newest."""
        fitting = [pair for pair in self.pool if fits(pair)]
        return fitting[-1 - number % len(fitting)] if fitting else None

    def keep(self, tensor, numbers, *parents):
        """Add a result to the pool; constants forget their history."""
        numbers = boxed(numbers)
        recorded = ag.is_grad_enabled() and any(p.record is not None for p in parents)
        if max(abs(n.value) for n in numbers.flat) > 1e3:
            return
        record = Record(*(p.record for p in parents)) if recorded else None
        if not recorded and any(n.parents or n.place for n in numbers.flat):
            numbers = mapped(lambda n: Number(n.value), numbers)
        self.pool.append(Pair(tensor, numbers, record))

    # ------------------------------------------------------------------------------- operations

    @rule(x=PICK, y=PICK, operation=st.sampled_from(["add", "sub", "mul"]))
    def combine(self, x, y, operation):
        x = self.pick(x)
        y = self.pick(y, lambda pair: fit(x.tensor.shape, pair.tensor.shape))
        ours = getattr(ag, operation)(x.tensor, y.tensor)
        symbol = {"add": Number.__add__, "sub": Number.__sub__, "mul": Number.__mul__}[operation]
        self.keep(ours, mapped(symbol, x.numbers, y.numbers), x, y)

    @rule(x=PICK, operation=st.sampled_from(["sin", "cos"]))
    def bend(self, x, operation):
        x = self.pick(x)
        self.keep(getattr(ag, operation)(x.tensor), mapped(getattr(Number, operation), x.numbers), x)

    @rule(x=PICK, keepdim=st.booleans(), dim=st.sampled_from([None, 0, -1]))
    def total(self, x, keepdim, dim):
        x = self.pick(x, lambda pair: pair.tensor.shape)
        self.keep(x.tensor.sum(dim, keepdim), np.add.reduce(x.numbers, axis=dim, keepdims=keepdim), x)

    @rule(x=PICK)
    def multiply_matrices(self, x):
        x, y = self.pick(x, lambda pair: pair.tensor.shape == (2, 3)), self.pool[0]
        if x is not None:
            self.keep(
                x.tensor @ y.tensor, np.add.reduce(mapped(Number.__mul__, x.numbers, y.numbers), axis=1), x, y
            )

    @rule(x=PICK, index=st.sampled_from([0, -1, slice(None, None, 2), None, ..., [0, 0], ([-1, 0],)]))
    def read(self, x, index):
        x = self.pick(x, lambda pair: pair.tensor.shape)
        basic = (index, ...) if not isinstance(index, (tuple, list)) and index is not ... else index
        self.keep(x.tensor[index], x.numbers[basic], x)  # a view of the numbers where it is one of the tensor

    @rule(x=PICK, how=st.sampled_from(["ravel", "T", "flip", "clone", "stack", "unbind"]))
    def rearrange(self, x, how):
        x = self.pick(x)
        if how == "ravel":
            ours = x.tensor.ravel()
            view = np.shares_memory(ours.array, x.tensor.array)
            self.keep(ours, x.numbers.reshape(-1) if view else x.numbers.reshape(-1).copy(), x)
        elif how == "T":
            self.keep(x.tensor.T, x.numbers.T, x)
        elif how == "clone":
            self.keep(x.tensor.clone(), x.numbers.copy(), x)
        elif how == "flip" and x.tensor.shape:
            self.keep(x.tensor.flip(0), x.numbers[::-1].copy(), x)
        elif how == "stack" and len(x.tensor.shape) == 1:
            self.keep(ag.stack([x.tensor, x.tensor]), np.stack([x.numbers, x.numbers]), x)
        elif how == "unbind" and len(x.tensor.shape) == 2:
            for ours, numbers in zip(ag.unbind(x.tensor), x.numbers, strict=True):
                self.keep(ours, numbers, x)

    @rule(x=PICK, y=PICK)
    def without_grad(self, x, y):
        with ag.no_grad():
            self.combine(x, y, "mul")

    @rule(x=PICK)
    def detach(self, x):
        x = self.pick(x)
        self.pool.append(Pair(x.tensor.detach().clone(), mapped(lambda n: Number(n.value), x.numbers), None))

    # ----------------------------------------------------------------------------- in-place changes

    def in_place(self, x, change, numbers, *parents):
        """Change a tensor; all that are views of the same one change with it, values and derivatives."""
        if max(abs(n.value) for n in numbers.flat) > 1e3 or all(p.record is None for p in (x, *parents)):
            return
        family = [pair for pair in self.pool if np.shares_memory(pair.tensor.array, x.tensor.array)]
        if any(pair.leaf is not None for pair in family):
            with pytest.raises(RuntimeError, match="a view of a leaf that requires gradients cannot be changed"):
                change()
            return
        change()
        x.numbers[...] = numbers
        record = Record(*(p.record for p in (*family, *parents)))
        for pair in family:
            pair.record = record
        self.written = self.written or len(family) > 1  # what others saved of the memory is out of date

    @rule(x=PICK, y=PICK, operation=st.sampled_from(["add_", "mul_", "sub_"]))
    def change_in_place(self, x, y, operation):
        x = self.pick(x, lambda pair: pair.leaf is None)
        y = x and self.pick(y, lambda pair: pair.tensor.shape in ((), x.tensor.shape))
        if x is None:
            return
        symbol = {"add_": Number.__add__, "sub_": Number.__sub__, "mul_": Number.__mul__}[operation]
        self.in_place(x, lambda: getattr(x.tensor, operation)(y.tensor), mapped(symbol, x.numbers, y.numbers), y)

    @rule(x=PICK, y=PICK, index=st.sampled_from([0, -1, slice(None, None, 2), [0, 0]]))
    def write_in_place(self, x, y, index):
        x = self.pick(x, lambda pair: pair.leaf is None and pair.tensor.shape)
        y = self.pick(y, lambda pair: pair.tensor.shape == ())
        if x is None or y is None:
            return

        def change():
            x.tensor[index] = y.tensor

        numbers = x.numbers.copy()
        numbers[index] = y.numbers[()]
        self.in_place(x, change, numbers, y)

    @rule(leaf=PICK, step=st.sampled_from([0.5, -0.25]))
    def optimizer_step(self, leaf, step):
        """Change a leaf's memory, and so that of its views; what was computed before is now out of date."""
        pair = self.leaves[leaf % len(self.leaves)]
        with ag.no_grad():
            pair.tensor.add_(step)
        for j in np.ndindex(pair.numbers.shape):
            pair.numbers[j] = Number(pair.numbers[j].value + step, place=(pair.leaf, j))
        self.written = True

    # ---------------------------------------------------------------------------------- derivatives

    def attempt(self, pair, differentiate, retain):
        """Run a backward pass; what it returns, or None where it has to refuse, or may."""
        history = pair.record.history()
        gone = any(r.freed for r in history)
        try:
            result = differentiate()
        except RuntimeError as error:
            if not (
                (gone and "freed graph" in str(error)) or (self.written and "changed in place since" in str(error))
            ):
                raise
            if not gone:
                # Refused half way: nodes are freed and gradients incomplete. Start over.
                for record in history:
                    record.freed = bool(record.parents)
                self.zero_grad()
            return None
        # Which part of the graph a derivative depends on, or a refused pass has freed, the records do not know.
        assert not gone or self.derived or self.written, "backward went through a freed graph"
        if not retain:
            for record in history:
                record.freed = bool(record.parents)
        return result

    @rule()
    def zero_grad(self):
        for i, pair in enumerate(self.leaves):
            pair.tensor.grad = None
            self.expected[i] = None

    @rule(x=PICK, seed=SEEDS, retain=st.booleans())
    def backward(self, x, seed, retain):
        pair = self.pick(x, lambda pair: pair.record is not None)
        weights = np.asarray(np.random.default_rng(seed).uniform(-1, 1, pair.tensor.shape))

        def differentiate():
            pair.tensor.backward(ag.tensor(weights), retain_graph=retain)
            return True

        if self.attempt(pair, differentiate, retain) is None:
            return
        reached = set()
        for (i, j), slope in slopes(list(pair.numbers.flat), [Number(w) for w in weights.flat]).items():
            if self.expected[i] is None:
                self.expected[i] = np.zeros(SHAPES[i])
            self.expected[i][j] += slope.value
            reached.add(i)
        for i in range(len(self.leaves)):
            # A leaf that was read nowhere where it counts, through an empty selection, has zeros.
            if self.expected[i] is None and self.leaves[i].tensor.grad is not None:
                self.expected[i] = np.zeros(SHAPES[i])

    @precondition(lambda self: len(self.pool) < 30)
    @rule(x=PICK, leaf=PICK, seed=SEEDS)
    def derivative(self, x, leaf, seed):
        """A derivative joins the pool, to be computed with and differentiated again."""
        pair, leaf = self.pick(x, lambda pair: pair.record is not None), self.leaves[leaf % len(self.leaves)]
        if len(reachable(list(pair.numbers.flat))) > 400:
            return
        weights = np.asarray(np.random.default_rng(seed).uniform(-1, 1, pair.tensor.shape))
        found = self.attempt(
            pair,
            lambda: ag.grad(
                pair.tensor, leaf.tensor, ag.tensor(weights), create_graph=True, materialize_grads=True
            ),
            retain=True,
        )
        if found is None:
            return
        by_place = slopes(list(pair.numbers.flat), [Number(w) for w in weights.flat])
        numbers = np.empty(leaf.tensor.shape, object)
        for j in np.ndindex(numbers.shape):
            numbers[j] = by_place.get((leaf.leaf, j), Number(0.0))
        if max(abs(n.value) for n in numbers.flat) > 1e3:
            return
        (tensor,) = found
        self.derived = True
        record = Record(pair.record) if tensor.requires_grad else None
        if record is None:
            assert not any(n.place for n in reachable(list(numbers.flat))) or self.constant(numbers)
            numbers = mapped(lambda n: Number(n.value), numbers)
        self.pool.append(Pair(tensor, numbers, record))

    def constant(self, numbers):
        """Whether the derivatives of `numbers` by all leaves vanish."""
        found = slopes(list(numbers.flat), [ONE] * numbers.size)
        return all(abs(s.value) < 1e-9 for s in found.values())

    def teardown(self):
        """Whatever the program did, the newest results have the right derivatives, of both orders."""
        if not getattr(self, "pool", None):
            return
        for number in range(4):
            self.backward(number, number, retain=True)
            self.gradients_agree()
        for number in range(4):
            self.derivative(number, number, number)
            self.backward(0, number, retain=True)
            self.values_agree()
            self.gradients_agree()

    # ----------------------------------------------------------------------------------- agreement

    @invariant()
    def values_agree(self):
        for pair in getattr(self, "pool", ()):
            expected = mapped(lambda n: n.value, pair.numbers).astype(np.float64)
            np.testing.assert_allclose(np.asarray(pair.tensor.array), expected, 1e-9, 1e-9)
            assert pair.tensor.dtype == np.float64
            assert pair.tensor.requires_grad == (pair.record is not None)

    @invariant()
    def gradients_agree(self):
        for pair, expected in zip(getattr(self, "leaves", ()), getattr(self, "expected", ()), strict=True):
            if expected is None:
                assert pair.tensor.grad is None
            else:
                scale = 1e-8 * (1 + np.abs(expected).max())
                np.testing.assert_allclose(pair.tensor.grad.array, expected, 1e-8, scale)
        owned = [
            a for p in getattr(self, "leaves", ()) for a in (p.tensor.array, getattr(p.tensor.grad, "array", None))
        ]
        owned = [array for array in owned if array is not None]
        assert not any(np.shares_memory(a, b) for a, b in itertools.combinations(owned, 2))


TestRandomPrograms = Programs.TestCase
TestRandomPrograms.settings = settings(
    settings.default, max_examples=10 * settings.default.max_examples, stateful_step_count=40
)
