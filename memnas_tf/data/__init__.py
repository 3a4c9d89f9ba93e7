"""Data sets, in memory or streamed from disk, and the pipelines that feed training with them.

Importing this package imports neither TensorFlow nor tensorflow_datasets; its modules do, each
what it needs: `loading` reads a data set into memory and `pipeline` makes batches of its arrays;
`training_data` streams what is too large for that, by `streaming_pipeline`.
"""
