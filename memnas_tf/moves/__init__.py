"""The moves that turn a base into candidates. No TensorFlow."""

from memnas_tf.moves.candidates import Candidate, generate_candidates
from memnas_tf.moves.grow import count_grown, grow
from memnas_tf.moves.move import Move
from memnas_tf.moves.narrow import narrow
from memnas_tf.moves.registered import DEFAULT_MOVES, MOVES, PAPER_MOVES, register_move
from memnas_tf.moves.trim import count_trimmed, trim
from memnas_tf.moves.widen import widen

__all__ = [
    "DEFAULT_MOVES",
    "MOVES",
    "PAPER_MOVES",
    "Candidate",
    "Move",
    "count_grown",
    "count_trimmed",
    "generate_candidates",
    "grow",
    "narrow",
    "register_move",
    "trim",
    "widen",
]
