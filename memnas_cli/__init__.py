"""The command line, on top of everything and imported by nothing."""

from memnas_cli.tensorflow_defaults import set_tensorflow_defaults

# Before anything imports TensorFlow, which a command does as late as it can.
set_tensorflow_defaults()
