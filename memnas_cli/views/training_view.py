"""A training, for people or for scripts. Needs no TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from memnas_cli.views.terminal import Console
from memnas_tf.directory_lock import is_running
from memnas_tf.genotype import from_string, render
from memnas_tf.memory import arena_memory, format_bytes, lifetime_memory, parameter_memory
from memnas_tf.training.directory import LOGS_FOLDER, load_plan
from memnas_tf.training.network_files import DRAWING_FILE, MODEL_FILE, read_results
from memnas_tf.training.record import RECORD_FILE, load_record


def training_document(directory: Path) -> dict[str, Any]:
    """Describe a training for a script.

    Args:
        directory: The training's directory.

    Returns:
        Plain values: `state` ("finished", "running" or "interrupted"), `genotype`, `epochs` that
        are over, `test_accuracy` and `val_accuracy` (None for what was not measured),
        `parameter_bytes`, `lifetime_bytes`, `arena_bytes` (float32, reference kernels), `model`
        (the file's path; None before the end), `curve` (values per epoch by name) and `plan`.

    Raises:
        TrainingError: If the directory cannot be read.
    """
    plan = load_plan(directory)
    results = read_results(directory, plan.genotype)
    record = load_record(directory / RECORD_FILE)
    curve = record.executions[-1] if record and record.executions else None
    state = "running" if is_running(directory) else "interrupted"
    genotype = from_string(plan.genotype)
    return {
        "state": "finished" if results else state,
        "genotype": plan.genotype,
        "epochs": len(curve.epochs) // plan.parts if curve else 0,
        "test_accuracy": results.get("test_accuracy"),
        "val_accuracy": results.get("val_accuracy"),
        "parameter_bytes": parameter_memory(genotype, plan.template),
        "lifetime_bytes": lifetime_memory(genotype, plan.template),
        "arena_bytes": arena_memory(genotype, plan.template),
        "model": str(directory / MODEL_FILE) if results else None,
        "curve": curve.metrics if curve else {},
        "plan": plan.to_document(),
    }


def print_training(console: Console, directory: Path) -> None:
    """Print a training for a person.

    Args:
        console: Where to print.
        directory: The training's directory.

    Raises:
        TrainingError: If the directory cannot be read.
    """
    for line in _lines(training_document(directory), directory):
        console.say(line)


def _lines(document: dict[str, Any], directory: Path) -> list[str]:
    plan, state = document["plan"], document["state"]
    if state == "interrupted":
        state = "interrupted; the command that started it goes on"
    epochs = plan["recipe"]["epochs"]
    lines = [
        f"network: {document['genotype']}",
        *(f"  {line}" for line in render(from_string(document["genotype"])).splitlines()),
        f"training              {state}",
        f"recipe                {plan['recipe_name']}, {document['epochs']} of {epochs} epochs "
        f"on {plan['dataset']}",
    ]
    for name, what in (("val_accuracy", "validation"), ("test_accuracy", "test")):
        if document[name] is not None:
            lines.append(f"{f'{what} accuracy':<22}{100 * document[name]:.1f} %")
    lines += [
        f"parameter memory      {format_bytes(document['parameter_bytes'])}",
        f"lifetime memory       {format_bytes(document['lifetime_bytes'])} (one image)",
        f"arena memory          {format_bytes(document['arena_bytes'])} (LiteRT, one image, "
        "float32, reference kernels)",
    ]
    if document["model"] is not None:
        lines += ["", f"trained model         {document['model']}"]
    if (directory / DRAWING_FILE).exists():
        lines.append(f"drawing               {directory / DRAWING_FILE}")
    if (directory / LOGS_FOLDER).exists():
        lines.append(f"TensorBoard           tensorboard --logdir {directory / LOGS_FOLDER}")
    return lines
