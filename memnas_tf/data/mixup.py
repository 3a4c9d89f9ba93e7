"""Mixup: images and labels of a batch, each blended with another's.

Source: Zhang, Cisse, Dauphin and Lopez-Paz, "mixup", ICLR 2018, arXiv:1710.09412.
"""

from __future__ import annotations

import tensorflow as tf


def mixup(
    images: tf.Tensor, labels: tf.Tensor, alpha: float, seed: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Blend each image of a batch, and its label, with those of another.

    A pure function of its arguments. An image's partner is the one as far from the batch's end as
    it is from its beginning: the batch is in random order already.

    Args:
        images: Images of shape (batch, h, w, c), float32.
        labels: One-hot labels of shape (batch, classes), float32.
        alpha: The parameter of the beta distribution that weights are drawn from, above 0: near 0
            one of the two images prevails, at 1 every weight is as likely.
        seed: Two integers.

    Returns:
        Images and labels of the same shapes.
    """
    weights = _beta(tf.shape(images)[0], alpha, seed)
    image_weights, label_weights = weights[:, None, None, None], weights[:, None]
    return (
        image_weights * images + (1 - image_weights) * images[::-1],
        label_weights * labels + (1 - label_weights) * labels[::-1],
    )


def _beta(count: tf.Tensor, alpha: float, seed: tf.Tensor) -> tf.Tensor:
    """Draw from Beta(alpha, alpha): float32 of shape (count,)."""
    one, other = tf.unstack(tf.random.stateless_gamma((2, count), seed, alpha, dtype=tf.float64))
    # For the smallest alphas both are the smallest number there is: then one image prevails.
    return tf.cast(tf.where(one == other, tf.ones_like(one), one / (one + other)), tf.float32)
