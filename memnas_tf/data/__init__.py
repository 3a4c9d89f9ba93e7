"""Data sets in memory, the paper's augmentation, and the pipelines that feed training.

Importing this package imports neither TensorFlow nor tensorflow_datasets; its modules do, each
what it needs: `loading` reads a data set, `pipeline` turns its arrays into batches.
"""
