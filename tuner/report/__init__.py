"""Pictures of searches and of their trials, and the pages that show them. Needs no TensorFlow."""
