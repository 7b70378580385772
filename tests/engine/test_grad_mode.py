"""Grad mode: what it switches, for whom, and that it always comes back."""

import asyncio
import threading

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.engine import modes

from ..messages import exactly


@pytest.fixture
def x():
    return ag.tensor([1.0, 2.0], requires_grad=True)


@pytest.mark.parametrize("switch", [ag.no_grad, ag.inference_mode])
def test_off_as_block_and_as_both_kinds_of_decorator(switch, x):
    with switch():
        assert not ag.is_grad_enabled()
        assert not (x * 2).requires_grad

    @switch()
    def called():
        """Docstring."""
        return (x * 2).requires_grad

    @switch
    def bare():
        return (x * 2).requires_grad

    assert called() is False
    assert bare() is False
    assert called.__doc__ == "Docstring."
    assert ag.is_grad_enabled()


def test_enable_grad_inside_no_grad(x):
    with ag.no_grad():
        with ag.enable_grad():
            assert (x * 2).requires_grad
        assert not (x * 2).requires_grad


def test_a_decorated_function_may_recurse():
    @ag.no_grad()
    def depth(n):
        return [ag.is_grad_enabled()] + (depth(n - 1) if n else [])

    assert depth(3) == [False] * 4
    assert ag.is_grad_enabled()


def test_set_grad_enabled_in_every_form(x):
    with ag.set_grad_enabled(False):
        assert not ag.is_grad_enabled()
    assert ag.is_grad_enabled()
    ag.set_grad_enabled(False)
    assert not (x * 2).requires_grad
    ag.set_grad_enabled(True)
    assert (x * 2).requires_grad

    @ag.set_grad_enabled(False)
    def function():
        return ag.is_grad_enabled()

    assert ag.is_grad_enabled()
    assert function() is False
    assert function() is False
    assert ag.is_grad_enabled()


@pytest.mark.parametrize("switch", [ag.no_grad, lambda: ag.set_grad_enabled(False), ag.detect_anomaly])
def test_an_exception_restores_the_mode(switch):
    with pytest.raises(KeyError), switch():
        raise KeyError
    assert modes.grad_mode() is True


def test_each_thread_has_its_own_mode(x):
    recorded = {}
    inside, leave = threading.Event(), threading.Event()

    def off():
        with ag.no_grad():
            inside.set()
            leave.wait(10)
            recorded["off"] = (x * 2).requires_grad

    thread = threading.Thread(target=off)
    thread.start()
    inside.wait(10)
    recorded["main"] = (x * 2).requires_grad
    leave.set()
    thread.join()
    assert recorded == {"off": False, "main": True}


def test_each_asynchronous_task_has_its_own_mode():
    async def off():
        with ag.no_grad():
            await asyncio.sleep(0)
            return ag.is_grad_enabled()

    async def on():
        await asyncio.sleep(0)
        return ag.is_grad_enabled()

    async def both():
        return await asyncio.gather(off(), on())

    assert asyncio.run(both()) == [False, True]


# -------------------------------------------------------------------------------------- anomalies


def test_a_forward_nan_names_the_operation_and_the_line():
    x = ag.tensor(-1.0, requires_grad=True)
    message = r"the result of log contains NaN\n  recorded at .*test_grad_mode.py:\d+, in .*x\.log\(\)"
    with pytest.raises(RuntimeError, match=message), ag.detect_anomaly():
        x.log() * 2


def test_a_forward_infinity_is_an_anomaly_too():
    x = ag.tensor([0.0, 1.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="the result of log contains an infinity"), ag.detect_anomaly():
        x.log()


def test_a_backward_nan_names_the_operation_whose_rule_made_it():
    x = ag.tensor(0.0, requires_grad=True)
    message = r"the derivative of sqrt contains NaN\n  recorded at .*\(x \* x\)\.sqrt\(\)"
    with ag.detect_anomaly():
        y = (x * x).sqrt() * 0.0
        with pytest.raises(RuntimeError, match=message):
            y.backward()


def test_a_graph_recorded_outside_is_checked_but_not_located():
    x = ag.tensor(0.0, requires_grad=True)
    y = x.sqrt()
    message = r"sqrt contains an infinity\n  recorded outside detect_anomaly\(\)"
    with ag.detect_anomaly(), pytest.raises(RuntimeError, match=message):
        y.backward()


def test_anomalies_in_every_kind_of_rule():
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    with ag.detect_anomaly():
        (x[0] * x.clone().sum()).backward(create_graph=True)  # an accumulating rule among them
    np.testing.assert_array_equal(x.grad.detach().numpy(), [4.0, 1.0])
    with ag.detect_anomaly(), pytest.raises(RuntimeError, match="derivative of getitem contains NaN"):
        x[0].backward(np.float32("nan"))


class SecondOfTwo(ag.autograd.Function):
    """The second result, and the second derivative, is the first one that can hold NaN."""

    @staticmethod
    def forward(ctx, x, y):
        return x.long(), x * 1, y / y

    @staticmethod
    def backward(ctx, g_whole, g_x, g_y):
        return g_x, g_x * np.nan


def test_an_anomaly_is_looked_for_in_all_results_and_all_derivatives():
    x = ag.tensor(1.0, requires_grad=True)
    with ag.detect_anomaly():
        with pytest.raises(
            RuntimeError, match=exactly("the result of SecondOfTwo contains NaN\n  recorded at ...")
        ):
            SecondOfTwo.apply(x, ag.tensor(0.0))
        _, same, _ = SecondOfTwo.apply(x, ag.tensor(2.0, requires_grad=True))
        with pytest.raises(
            RuntimeError, match=exactly("the derivative of SecondOfTwo contains NaN\n  recorded at ...")
        ):
            same.backward()


def test_anomaly_mode_inside_no_grad_checks_nothing():
    x = ag.tensor(-1.0, requires_grad=True)
    with ag.detect_anomaly(), ag.no_grad():
        assert np.isnan(x.log().item())
        with pytest.raises(RuntimeError, match="log"), ag.enable_grad():
            x.log()


def test_the_anomaly_checks_can_be_switched_on_and_off():
    x = ag.tensor(-1.0, requires_grad=True)
    with np.errstate(invalid="ignore"):
        switch = ag.autograd.set_detect_anomaly(True)
        try:
            with pytest.raises(RuntimeError, match="the result of log contains NaN"):
                x.log()
            with ag.autograd.set_detect_anomaly(False):
                assert np.isnan(x.log().item())
            with pytest.raises(RuntimeError, match="the result of log contains NaN"):
                x.log()
        finally:
            switch.__exit__()
        assert np.isnan(x.log().item())
    assert modes.observer() is None


class Watcher:
    def __init__(self):
        self.seen = []

    def recorded(self, node, result):
        self.seen.append(f"recorded {node.name}")

    def ran(self, node, contributions):
        self.seen.append(f"ran {node.name}")


def test_every_observer_sees_what_happens_in_the_blocks_of_the_others():
    x = ag.tensor(2.0, requires_grad=True)
    outer, inner = Watcher(), Watcher()
    with modes.observing(outer):
        with ag.detect_anomaly(), modes.observing(inner):
            x.exp().backward()
        x.sin()
    assert inner.seen == ["recorded exp", "ran exp"]
    assert outer.seen == ["recorded exp", "ran exp", "recorded sin"]
    assert modes.observer() is None
    assert modes.grad_mode() is True


# ------------------------------------------------------------------------------ generators, coroutines


@pytest.mark.parametrize(
    "switch",
    [lambda: ag.no_grad, lambda: ag.no_grad(), lambda: ag.inference_mode, lambda: ag.set_grad_enabled(False)],
)
def test_a_decorated_generator_is_switched_while_it_runs(switch):
    @switch()
    def steps():
        received = yield ag.is_grad_enabled()
        try:
            yield (received, ag.is_grad_enabled())
        except ValueError:
            yield ("caught", ag.is_grad_enabled())
        return ag.is_grad_enabled()

    def collect():
        seen.append((yield from steps()))

    seen = []
    running = collect()
    assert next(running) is False
    assert ag.is_grad_enabled()
    assert running.send("sent") == ("sent", False)
    assert ag.is_grad_enabled()
    assert running.throw(ValueError()) == ("caught", False)
    assert ag.is_grad_enabled()
    assert next(running, "end") == "end"
    assert seen == [False]
    assert ag.is_grad_enabled()


def test_a_decorated_generator_that_is_left_cleans_up_under_its_mode():
    seen = []

    @ag.no_grad()
    def steps():
        try:
            yield 1
        finally:
            seen.append(ag.is_grad_enabled())

    running = steps()
    next(running)
    running.close()
    assert seen == [False]
    assert ag.is_grad_enabled()


def test_a_generator_may_be_switched_on_in_a_block_that_is_off():
    @ag.enable_grad()
    def steps():
        yield ag.is_grad_enabled()

    with ag.no_grad():
        assert list(steps()) == [True]
        assert not ag.is_grad_enabled()


def test_a_decorated_coroutine_is_switched_in_its_own_task_only():
    @ag.no_grad()
    async def quiet():
        await asyncio.sleep(0)
        return ag.is_grad_enabled()

    async def loud():
        await asyncio.sleep(0)
        return ag.is_grad_enabled()

    async def both():
        return await asyncio.gather(quiet(), loud())

    assert asyncio.run(both()) == [False, True]
