"""`memnas memory`: what a network needs, ours or any Keras model."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import click

from memnas_cli.commands.tflm_memory import (
    TflmNeeds,
    needs_of_file,
    needs_of_genotype,
    read_file,
    write_planned,
)
from memnas_cli.options.completion import complete_source
from memnas_cli.options.data_folder import check_outside_data
from memnas_cli.options.knobs import takes
from memnas_cli.options.template import NetworkSize
from memnas_cli.quiet import start_keras
from memnas_cli.views.terminal import Console, echo, echo_json
from memnas_tf.errors import ConfigError, GenotypeError
from memnas_tf.files import write_bytes
from memnas_tf.genotype import load_genotype
from memnas_tf.memory import format_bytes
from memnas_tf.memory.arena import RuntimeGraph
from memnas_tf.memory.arena_memory import DTYPES, KERNELS
from memnas_tf.memory.best_order import order_for_arena, reordered
from memnas_tf.memory.estimate import ByKernels, MemoryEstimate, estimate_genotype
from memnas_tf.memory.graph import Graph, network_graph
from memnas_tf.memory.kernels import runtime_graph
from memnas_tf.memory.lifetime_rows import LifetimeRow, paper_rows, runtime_rows
from memnas_tf.memory.litert_graph import litert_graph
from memnas_tf.output_file import check_replaceable
from memnas_tf.training.directory import is_training
from memnas_tf.training.network_files import find_model
from tuner.source_template import sized_template


class _Choice(NamedTuple):
    """Which of the arenas a plot or a LiteRT model is for."""

    dtype: str
    kernels: str


@click.command(context_settings={"show_default": True})
@click.argument("source", shell_complete=complete_source)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script, in bytes.")
@click.option(
    "--plot",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Draw lifetimes to a .png or .svg file.",
)
@click.option(
    "--schedule",
    default="paper",
    type=click.Choice(["paper", "runtime", "best"]),
    help="What is drawn: the paper's lifetimes, LiteRT's operations, or these in the best order.",
)
@click.option(
    "--litert",
    type=click.Path(dir_okay=False),
    metavar="FILE.tflite",
    help="Write a LiteRT model that runs in the best order.",
)
@click.option(
    "--dtype", default="float32", type=click.Choice(DTYPES), help="Type of LiteRT's tensors."
)
@click.option(
    "--kernels",
    default="reference",
    type=click.Choice(KERNELS),
    help="LiteRT's kernels, for the arena.",
)
@click.option(
    "--runtime",
    default="litert",
    type=click.Choice(["litert", "tflm"]),
    help="What runs the network: LiteRT, or its variant for microcontrollers, in int8.",
)
@click.option(
    "--plan", is_flag=True, help="Write SOURCE.tflite for microcontrollers, with a memory plan."
)
@click.option(
    "--to", type=click.Path(dir_okay=False), metavar="FILE.tflite", help="Where to, with --plan."
)
@takes(size=NetworkSize)
def memory(
    source: str,
    as_json: bool,
    plot: str | None,
    schedule: str,
    litert: str | None,
    dtype: str,
    kernels: str,
    runtime: str,
    plan: bool,
    to: str | None,
    size: NetworkSize,
) -> None:
    """Tell how much memory SOURCE needs to classify one image.

    SOURCE is a Keras model (MODEL.keras), a LiteRT model (MODEL.tflite, for --runtime tflm), the
    directory of a search or a training, or an
    architecture: a preset, a compact string or a JSON file. All but the first have the size that
    they come with, or the given one.

    Parameters are weights and moments in float32. Lifetimes are the paper's measure of
    intermediate results. The arena is what the LiteRT interpreter allocates for tensors, with its
    reference kernels or with optimised ones on one thread. With --runtime tflm it is all that
    TensorFlow Lite for Microcontrollers allocates, and the flash that the file takes.
    """
    if to and not plan:
        raise ConfigError("--to is where --plan writes; give both")
    if plan:
        write_planned(source, to)
        return
    if source.endswith(".tflite"):
        if runtime != "tflm":
            raise ConfigError(f"{source} is measured for microcontrollers; give --runtime tflm")
        _tell_tflm(needs_of_file(read_file(source)), as_json)
        return
    choice = _Choice(dtype, kernels)
    if plot:  # before a model is converted, which takes minutes
        from memnas_tf.drawing.picture_file import check_picture

        check_picture(plot)
    if litert:
        check_replaceable(litert)
    for written, option in ((plot, "--plot"), (litert, "--litert")):
        if written:
            check_outside_data(written, source, option)
    if litert and is_training(Path(source)):
        source = str(find_model(Path(source)))
    if source.endswith(".keras"):
        _keras_model(source, as_json, plot, schedule, litert, choice, runtime)
        return
    if litert:
        raise ConfigError(f"--litert needs a trained model; {source} is none: give a .keras file")
    template = sized_template(source, **vars(size))
    try:
        genotype = load_genotype(source)
    except GenotypeError as error:
        raise ConfigError(f"{error}; a Keras model is a .keras file") from error
    estimate = estimate_genotype(genotype, template)
    needs = needs_of_genotype(genotype, template) if runtime == "tflm" else None
    _print(source, template.input_shape, estimate, as_json, needs)
    if plot:
        operations = runtime_graph(litert_graph(genotype, template, dtype), kernels)
        rows = _rows(schedule, network_graph(genotype, template), operations, None)
        _draw(rows, plot, source, schedule, choice)


def _keras_model(
    source: str,
    as_json: bool,
    plot: str | None,
    schedule: str,
    litert: str | None,
    choice: _Choice,
    runtime: str,
) -> None:
    with Console(stderr=True).status(f"loading {source}") as status:
        start_keras()
        from memnas_tf.keras_models.estimate import convert_all, estimate_converted
        from memnas_tf.keras_models.loading import load_keras_model
        from memnas_tf.litert.model_file import read_model

        model = load_keras_model(source)
        contents = convert_all(model, on_step=status.update)
        status.update("planning its arenas")
        estimate = estimate_converted(model, contents)
    needs = needs_of_file(contents["int8"]) if runtime == "tflm" else None
    _print(source, model.inputs[0].shape[1:], estimate, as_json, needs)
    content = contents[choice.dtype]
    converted = read_model(content)
    operations = runtime_graph(converted.graph, choice.kernels)
    if plot:
        from memnas_tf.keras_models.layer_graph import keras_lifetime_graph

        rows = _rows(schedule, keras_lifetime_graph(model), operations, converted.names)
        _draw(rows, plot, source, schedule, choice)
    if litert:
        _write_litert(litert, content, operations)


def _write_litert(path: str, content: bytes, operations: RuntimeGraph) -> None:
    from memnas_tf.litert.reordering import reorder_operations

    order = order_for_arena(operations)
    write_bytes(path, reorder_operations(content, order.positions))
    echo(
        f"written to {path}: arena {format_bytes(order.size)}, "
        f"{format_bytes(order.given_size)} in the converter's order",
        err=True,
    )


def _rows(
    schedule: str, layers: Graph, operations: RuntimeGraph, names: tuple[str, ...] | None
) -> list[LifetimeRow]:
    if schedule == "paper":
        return paper_rows(layers)
    if schedule == "best":
        operations = reordered(operations, order_for_arena(operations).positions)
    return runtime_rows(operations, names)


def _draw(rows: list[LifetimeRow], path: str, source: str, schedule: str, choice: _Choice) -> None:
    from memnas_tf.drawing import draw_lifetimes

    if schedule == "paper":
        subtitle = "the paper's lifetimes: a layer a step, float32, one image"
    else:
        order = "the best order" if schedule == "best" else "the converter's order"
        subtitle = f"LiteRT, {choice.dtype}, {choice.kernels} kernels, {order}, one image"
    draw_lifetimes(rows, path, Path(source).name, subtitle)
    echo(f"drawn to {path}", err=True)


def _tell_tflm(needs: TflmNeeds, as_json: bool) -> None:
    if as_json:
        echo_json({"runtimes": {"tflm": needs.to_document()}})
    else:
        needs.print()


def _print(
    source: str,
    input_shape: tuple[int, ...],
    estimate: MemoryEstimate,
    as_json: bool,
    needs: TflmNeeds | None,
) -> None:
    if as_json:
        document = asdict(estimate)
        if needs is not None:
            document["runtimes"] = {"tflm": needs.to_document()}
        echo_json(document)
        return
    echo(f"{source}, one image of {'x'.join(map(str, input_shape))}:")
    echo(f"  parameters                  {format_bytes(estimate.parameter_bytes)}")
    echo(f"  intermediate, lifetimes     {format_bytes(estimate.lifetime_bytes)}")
    for dtype, by_kernels in estimate.arena_bytes.items():
        for kernels, size in by_kernels.items():
            name = f"{dtype}, {kernels}"
            saving = _saving(estimate.best_order_bytes, dtype, kernels, size)
            echo(f"  arena, {name:<20} {format_bytes(size)}{saving}")
    if needs is not None:
        needs.print()


def _saving(best: ByKernels, dtype: str, kernels: str, size: int) -> str:
    least = best[dtype][kernels]
    if least == size:
        return ""
    return f" ({format_bytes(least)} in the best order, {100 * (1 - least / size):.0f} % less)"
