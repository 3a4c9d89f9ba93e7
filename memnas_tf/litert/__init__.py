"""LiteRT models: converted from Keras, read as graphs, and run by the real interpreter."""
