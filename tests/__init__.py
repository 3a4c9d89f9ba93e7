"""Tests of memnas_tf, tuner, serving and memnas_cli."""
