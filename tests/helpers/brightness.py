"""A SavedModel without a network, whose answer a test knows: the brightness of an image.

Its signatures have the names and types of an exported network's; serve_bytes decodes and resizes.
"""

import tensorflow as tf

SIZE = 8


class _Brightness(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None, SIZE, SIZE, 3], tf.uint8, "images")])
    def serve(self, images):
        bright = tf.reduce_mean(tf.cast(images, tf.float32) / 255, axis=[1, 2, 3])
        probabilities = tf.stack([1 - bright, bright], axis=-1)
        class_id = tf.argmax(probabilities, axis=-1)
        label = tf.gather(tf.constant(["dark", "bright"]), class_id)
        return {"probabilities": probabilities, "class_id": class_id, "label": label}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "images")])
    def serve_bytes(self, images):
        def decode(content):
            image = tf.io.decode_image(content, channels=3, expand_animations=False)
            return tf.cast(tf.image.resize(image, (SIZE, SIZE)), tf.uint8)

        return self.serve(tf.map_fn(decode, images, fn_output_signature=tf.uint8))


def save_brightness(directory, *versions):
    """Save versions, 1 if none is named; return the directory."""
    module = _Brightness()
    signatures = {"serving_default": module.serve, "serve_bytes": module.serve_bytes}
    for version in versions or (1,):
        tf.saved_model.save(module, str(directory / str(version)), signatures=signatures)
    return directory
