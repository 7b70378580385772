"""Plant faults in the code, one at a time, and see whether the tests notice.

    python -m tests.mutation --room ops --count 50 --seed 1

A fault that no test notices is a hole in the tests, unless it changes nothing: then it belongs into
`equivalent.toml`, with the reason. `edits` says what a fault may be, `running` how the tests are run on it.

Two tools on PyPI do this and do not fit. mutmut leaves decorated functions and the arguments of decorators alone,
and there stand the rules of derivatives. cosmic-ray starts an interpreter for each fault, which here takes several
seconds, knows no sample by seed, chooses no tests by room, and plants no swapped arguments, dropped statements,
flipped signs or swapped names in messages. Both would bring many packages of their own.
"""
