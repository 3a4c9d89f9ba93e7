"""Whole trainings where there is an accelerator and nothing but JAX and Keras.

`pack` makes one file of a data set, where tensorflow_datasets is; `python -m benchmarks.whole_run`
trains on it elsewhere, in as many short runs as it takes.
"""
