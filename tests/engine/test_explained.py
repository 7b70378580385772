"""Errors inside a primitive: the class stays, the message says where and on what."""

import numpy as np
import pytest

import autograd_engine as ag


class OwnError(ValueError):
    def __init__(self, code, detail):
        super().__init__(f"{code}: {detail}")
        self.code = code


class WordedError(RuntimeError):
    def __str__(self):
        return "always the same"


class BothError(ZeroDivisionError, RuntimeError):
    pass


def raised(error):
    @ag.primitive
    def fails(x):
        raise error

    with pytest.raises(Exception) as caught:  # noqa: PT011 - the class is what is asked for
        fails(ag.ones(2))
    assert caught.value.__cause__ is error
    return caught.value


KINDS = [
    *(ValueError, TypeError, IndexError, RuntimeError, ArithmeticError, OverflowError, FloatingPointError),
    *(ZeroDivisionError, NotImplementedError, RecursionError, BothError),
    *(np.linalg.LinAlgError, np.exceptions.AxisError),
]


@pytest.mark.parametrize("kind", KINDS)
def test_the_class_stays(kind):
    error = raised(kind("it went wrong"))
    assert type(error) is kind
    assert str(error) == "fails: it went wrong (called with float32[2])"


def test_a_class_with_more_arguments_keeps_its_attributes():
    error = raised(OwnError(7, "seven"))
    assert type(error) is OwnError
    assert error.code == 7
    assert str(error) == "fails: 7: seven (called with float32[2])"


def test_a_class_that_words_its_message_gives_way_to_its_base():
    error = raised(WordedError())
    assert type(error) is RuntimeError
    assert str(error) == "fails: always the same (called with float32[2])"


def test_numpys_own_classes():
    with pytest.raises(
        TypeError, match=r"^bitwise_not: ufunc 'invert' not supported .* \(called with float32\[2\]\)$"
    ):
        ag.bitwise_not(ag.ones(2))
    with np.errstate(over="raise"), pytest.raises(FloatingPointError, match=r"^exp: overflow encountered in exp"):
        ag.exp(ag.tensor([1000.0]))


def test_other_errors_pass_as_they_are():
    error = KeyError("key")

    @ag.primitive
    def fails(x):
        raise error

    with pytest.raises(KeyError) as caught:
        fails(ag.ones(2))
    assert caught.value is error
