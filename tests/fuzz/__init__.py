"""Random programs, run here and by PyTorch: the two must say the same.

A program is Python source in which `m` is the library, so what fails can be pasted. `calls` writes programs of one
operator of the table, `graphs` writes programs of several steps with views, in-place changes and several passes.
`python -m tests.fuzz --help` runs any number of them, and records PyTorch's answers for those who have none.
"""
