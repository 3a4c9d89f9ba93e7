import numpy as np
import pytest
import tensorflow as tf

from memnas_tf.data.mixup import mixup

COUNT = 4000
IMAGES = tf.random.stateless_uniform((COUNT, 2, 2, 1), (1, 2))
LABELS = tf.one_hot(tf.range(COUNT) % 3, 3)


def blended(alpha, seed=(0, 0)):
    images, labels = mixup(IMAGES, LABELS, alpha, tf.constant(seed, tf.int64))
    return images.numpy(), labels.numpy()


def weights(alpha):
    """How much of itself each image kept, read from labels of its own."""
    labels = tf.eye(COUNT)
    _, mixed = mixup(IMAGES, labels, alpha, tf.constant((0, 0), tf.int64))
    return np.diag(mixed)


def test_images_and_labels_are_blended_by_the_same_weights():
    images = tf.reshape(tf.eye(6), (6, 1, 1, 6))  # an image that is its own label
    mixed, labels = mixup(images, tf.eye(6), 0.5, tf.constant((3, 4), tf.int64))
    np.testing.assert_array_equal(mixed[:, 0, 0, :], labels)
    np.testing.assert_allclose(labels.numpy().sum(axis=1), 1, rtol=1e-6)
    assert np.count_nonzero(labels) == 12


def test_the_same_seed_gives_the_same_and_another_another():
    for one, other in zip(blended(0.2), blended(0.2), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(blended(0.2)[0], blended(0.2, (0, 1))[0])


@pytest.mark.parametrize("alpha", [0.2, 1.0, 5.0])
def test_weights_are_of_the_beta_distribution(alpha):
    found = weights(alpha)
    assert found.mean() == pytest.approx(0.5, abs=0.03)
    assert found.var() == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.1)


def test_the_smallest_alpha_leaves_whole_images_and_no_nan():
    images, labels = blended(1e-6)
    assert np.isfinite(images).all()
    assert (labels * (1 - labels)).max() < 1e-2
