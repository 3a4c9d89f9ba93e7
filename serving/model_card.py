"""A model card: what a network is, where it comes from, and what it needs, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timezone
from importlib import metadata
from platform import python_version
from typing import Any

from memnas_tf.genotype import from_string, render
from memnas_tf.memory import lifetime_memory
from memnas_tf.memory.arena_memory import DTYPES, KERNELS, arena_memory
from memnas_tf.preprocessing import Preprocessing
from memnas_tf.training.facts import TrainingFacts
from serving.contract import IMAGE_FEATURE, SignatureContract

SCHEMA_VERSION = 1
_LIBRARIES = ("memnas-tf", "tensorflow", "keras", "numpy")


def make_card(
    facts: TrainingFacts,
    preprocessing: Preprocessing,
    contracts: Mapping[str, SignatureContract],
    parameter_bytes: int,
    served_bytes: int,
) -> dict[str, Any]:
    """Describe a network.

    Args:
        facts: How it came to be.
        preprocessing: What it was trained with.
        contracts: The signatures of its export.
        parameter_bytes: Its weights and moments as trained, in bytes.
        served_bytes: Its weights as exported, in bytes.

    Returns:
        The card, as JSON can hold it. Accuracies are from 0 to 1, memory is in bytes for one
        image. None stands for what is not known.
    """
    return {
        "schema": SCHEMA_VERSION,
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "architecture": _architecture(facts),
        "accuracy": {"validation": facts.val_accuracy, "test": facts.test_accuracy},
        "memory": {
            "parameter_bytes": parameter_bytes,
            "served_parameter_bytes": served_bytes,
            **_intermediate(facts),
        },
        "dataset": facts.dataset,
        "seed": facts.seed,
        "training": dict(facts.training),
        "preprocessing": asdict(preprocessing),
        "signatures": {name: _signature(contract) for name, contract in contracts.items()},
        "image_feature": IMAGE_FEATURE,
        "libraries": {
            "python": python_version(),
            **{name: metadata.version(name) for name in _LIBRARIES},
        },
    }


def _architecture(facts: TrainingFacts) -> dict[str, Any] | None:
    if facts.genotype is None:
        return None
    genotype = from_string(facts.genotype)
    template = None if facts.template is None else asdict(facts.template)
    return {
        "genotype": facts.genotype,
        "cells": genotype.cells,
        "text": render(genotype),
        "template": template,
    }


def _intermediate(facts: TrainingFacts) -> dict[str, Any]:
    if facts.genotype is None or facts.template is None:
        return {"lifetime_bytes": None, "arena_bytes": None}
    genotype = from_string(facts.genotype)
    return {
        "lifetime_bytes": lifetime_memory(genotype, facts.template),
        "arena_bytes": {
            dtype: {
                kernels: arena_memory(genotype, facts.template, dtype=dtype, kernels=kernels)
                for kernels in KERNELS
            }
            for dtype in DTYPES
        },
    }


def _signature(contract: SignatureContract) -> dict[str, dict[str, str]]:
    return {
        "inputs": {name: str(tensor) for name, tensor in contract.inputs.items()},
        "outputs": {name: str(tensor) for name, tensor in contract.outputs.items()},
    }
