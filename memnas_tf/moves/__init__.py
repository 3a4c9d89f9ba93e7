"""The two moves that turn a base into candidates: grow and trim. No TensorFlow."""

from memnas_tf.moves.candidates import Candidate, generate_candidates
from memnas_tf.moves.grow import count_grown, grow
from memnas_tf.moves.move import Move
from memnas_tf.moves.trim import count_trimmed, trim

__all__ = [
    "Candidate",
    "Move",
    "count_grown",
    "count_trimmed",
    "generate_candidates",
    "grow",
    "trim",
]
