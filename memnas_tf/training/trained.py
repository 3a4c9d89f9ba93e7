"""What a finished training leaves in its directory."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from memnas_tf.data.interface import TrainingData
from memnas_tf.genotype import from_string
from memnas_tf.memory import arena_memory, format_bytes, lifetime_memory, parameter_memory
from memnas_tf.training.evaluation import accuracy_on_test_split
from memnas_tf.training.facts import TrainingFacts
from memnas_tf.training.network_folder import NetworkMemory, write_network
from memnas_tf.training.plan import TrainingPlan
from memnas_tf.training.train import TrainedNetwork


def write_trained(
    directory: Path,
    plan: TrainingPlan,
    data: TrainingData,
    trained: TrainedNetwork,
    drawn: bool = True,
) -> None:
    """Measure a trained network on the test split, and write it.

    Args:
        directory: The training's directory.
        plan: Its plan.
        data: Its data set.
        trained: What came of it.
        drawn: Whether to draw it too.
    """
    test_accuracy = accuracy_on_test_split(trained.model, data)
    facts = TrainingFacts(
        genotype=plan.genotype,
        template=plan.template,
        dataset=plan.dataset,
        seed=plan.seed,
        training=_training_facts(plan, data),
        val_accuracy=trained.history.get("val_accuracy", [None])[-1],
        test_accuracy=test_accuracy,
    )
    genotype = from_string(plan.genotype)
    memory = NetworkMemory(
        parameter_memory(genotype, plan.template),
        lifetime_memory(genotype, plan.template),
        arena_memory(genotype, plan.template),
    )
    subtitle = (
        f"{format_bytes(memory.parameter_bytes)} parameters, "
        f"{format_bytes(memory.lifetime_bytes)} intermediate"
    )
    if test_accuracy is not None:
        subtitle = f"{100 * test_accuracy:.1f} % test accuracy, {subtitle}"
    shown = subtitle if drawn else None
    write_network(directory, trained.model, facts, memory, data.preprocessing, shown)


def _training_facts(plan: TrainingPlan, data: TrainingData) -> dict[str, object]:
    names = ("limit", "validation_fraction", "policy", "devices", "backend")
    return {
        "recipe": plan.recipe_name,
        **asdict(plan.recipe),
        **{name: getattr(plan, name) for name in names},
        **({"remarks": list(data.remarks)} if data.remarks else {}),
    }
