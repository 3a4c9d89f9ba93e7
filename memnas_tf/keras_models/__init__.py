"""Keras models that need not be ours: loaded, laid out layer by layer, and estimated."""
