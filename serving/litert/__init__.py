"""LiteRT files for devices: written, checked against Keras, and reported on."""
