"""Training one network: recipes, schedules, checkpoints, precision and devices.

from memnas_tf.training.recipe import RECIPES

RECIPES["modern"]  # all of its values

A training that is killed goes on after its last whole epoch, to the same result to the bit.
"""
