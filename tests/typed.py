"""What type checkers know of a user's program; test_stubs.py checks that they do and that it is true."""

from typing import Any, assert_type

import autograd_engine as ag
from autograd_engine import Tensor, linalg, special
from autograd_engine.nn import functional

a, b = ag.ones(2, 2), ag.ones(2, 2)

assert_type(a @ b, Tensor)
assert_type(2 - a, Tensor)
assert_type(a < b, Tensor)
assert_type(a[0], Tensor)
assert_type(-a, Tensor)
assert_type(a.exp().sum(axis=0), Tensor)
assert_type(a.exp_(), Tensor)
assert_type(a.absolute(), Tensor)
assert_type(a.split(1), tuple[Tensor, ...])
assert_type(a.equal(b), bool)
assert_type(a.float().where(a > 0, 0.0), Tensor)
assert_type(ag.exp_(a), Tensor)
assert_type(ag.exp(a), Any)  # a raw array gives a raw array
assert_type(ag.absolute(a), Any)
assert_type(special.expit(a), Any)
assert_type(linalg.inv(a + ag.eye(2)), Any)
assert_type(functional.relu_(a), Tensor)
a += b
assert_type(a, Tensor)
