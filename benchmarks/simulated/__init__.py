"""Searches that ask a model of the table of trained networks instead of training.

`python -m benchmarks.simulated` runs them. To add a method, write a function that takes a
`Simulation` and add it to `METHODS` in `methods.py`.
"""
