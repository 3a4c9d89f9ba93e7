"""The signatures of an export as TensorFlow functions: pixels or files in, names of classes out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from memnas_tf.data.cropping import decode_centre_crop
from memnas_tf.data.decoding import decode_image
from memnas_tf.data.resizing import resize_image
from memnas_tf.preprocessing import Preprocessing
from serving.contract import IMAGE_FEATURE, SignatureContract

Tensors = dict[str, tf.Tensor]
Function = Callable[..., Tensors]


def signature_functions(model: keras.Model, preprocessing: Preprocessing) -> dict[str, Function]:
    """Make the functions of an export's signatures.

    Args:
        model: The network to serve.
        preprocessing: What it was trained with.

    Returns:
        A function for every signature of `signature_contracts`.
    """
    labels = tf.constant(preprocessing.labels)

    # Traced once, for all signatures.
    @tf.function(input_signature=[tf.TensorSpec((None, *preprocessing.input_shape), tf.float32)])
    def serve_raw(images: tf.Tensor) -> Tensors:
        return {"probabilities": tf.cast(model(images, training=False), tf.float32)}

    def serve(images: tf.Tensor) -> Tensors:
        pixels = tf.cast(images, tf.float32)
        probabilities = serve_raw((pixels - preprocessing.mean) / preprocessing.std)
        class_id = tf.argmax(probabilities["probabilities"], axis=-1)
        return {**probabilities, "class_id": class_id, "label": tf.gather(labels, class_id)}

    def serve_bytes(images: tf.Tensor) -> Tensors:
        decode = partial(decode_as_trained, preprocessing=preprocessing)
        return serve(tf.map_fn(decode, images, fn_output_signature=tf.uint8))

    def classify(inputs: tf.Tensor) -> Tensors:
        features = {IMAGE_FEATURE: tf.io.FixedLenFeature((), tf.string)}
        answers = serve_bytes(tf.io.parse_example(inputs, features)[IMAGE_FEATURE])
        scores = answers["probabilities"]
        classes = tf.repeat(labels[tf.newaxis], tf.shape(scores)[0], axis=0)
        return {"classes": tf.ensure_shape(classes, scores.shape), "scores": scores}

    return {
        "serving_default": serve,
        "serve_bytes": serve_bytes,
        "serve_raw": serve_raw,
        "classify": classify,
    }


def decode_as_trained(content: tf.Tensor, preprocessing: Preprocessing) -> tf.Tensor:
    """Decode an image and bring it to the network's size as the images that it was measured on.

    Args:
        content: The bytes of a JPEG or PNG file.
        preprocessing: What the network was trained with.

    Returns:
        uint8 pixels of the input shape.
    """
    shape = preprocessing.input_shape
    if preprocessing.centre_crop:
        return decode_centre_crop(content, shape)
    return tf.ensure_shape(resize_image(decode_image(content, shape[2]), shape[:2]), shape)


def input_specs(contract: SignatureContract) -> list[Any]:
    """Return what TensorFlow has to know of a signature's inputs."""
    return [
        tf.TensorSpec((None, *tensor.shape), tensor.dtype, name)
        for name, tensor in contract.inputs.items()
    ]
