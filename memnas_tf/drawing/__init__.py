"""Architectures as pictures: a layout that is plain arithmetic, and matplotlib to paint it."""

from memnas_tf.drawing.draw import draw_genotype

__all__ = ["draw_genotype"]
