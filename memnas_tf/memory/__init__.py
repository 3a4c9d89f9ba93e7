"""What a network needs of memory, straight from its genotype. No TensorFlow."""

from memnas_tf.memory.arena_memory import arena_memory
from memnas_tf.memory.graph import Graph, Node, block_graph, network_graph
from memnas_tf.memory.lifetime import Lifetime, lifetime_memory, lifetimes, memory_row
from memnas_tf.memory.lifetime_rows import (
    LifetimeRow,
    memory_per_step,
    paper_rows,
    runtime_rows,
)
from memnas_tf.memory.macs import mac_count
from memnas_tf.memory.needs import NetworkNeeds
from memnas_tf.memory.parameters import parameter_count, parameter_memory
from memnas_tf.memory.target import MemoryTarget, memory_target
from memnas_tf.memory.units import format_bytes, parse_bytes, parse_macs

__all__ = [
    "Graph",
    "Lifetime",
    "LifetimeRow",
    "MemoryTarget",
    "NetworkNeeds",
    "Node",
    "arena_memory",
    "block_graph",
    "format_bytes",
    "lifetime_memory",
    "lifetimes",
    "mac_count",
    "memory_per_step",
    "memory_row",
    "memory_target",
    "network_graph",
    "paper_rows",
    "parameter_count",
    "parameter_memory",
    "parse_bytes",
    "parse_macs",
    "runtime_rows",
]
