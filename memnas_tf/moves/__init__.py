"""The moves that turn a base into candidates: grow, trim and those of others. No TensorFlow."""

from memnas_tf.moves.candidates import Candidate, generate_candidates
from memnas_tf.moves.grow import count_grown, grow
from memnas_tf.moves.move import Move
from memnas_tf.moves.registered import DEFAULT_MOVES, MOVES, register_move
from memnas_tf.moves.trim import count_trimmed, trim

__all__ = [
    "DEFAULT_MOVES",
    "MOVES",
    "Candidate",
    "Move",
    "count_grown",
    "count_trimmed",
    "generate_candidates",
    "grow",
    "register_move",
    "trim",
]
