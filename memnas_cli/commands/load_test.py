"""`memnas load-test`: how fast a model server answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from memnas_cli.options.seconds import Seconds
from memnas_cli.options.server import ServerOptions, read_server_options, server_options
from memnas_cli.options.shapes import Counts
from memnas_cli.views.terminal import Console, echo, echo_json
from serving.client.client import DEFAULT_SIGNATURE
from serving.client.retries import RetryPolicy
from serving.load_test.measuring import Load, Measurement, measure
from serving.load_test.random_images import make_images

_PERCENTS = (50, 90, 99)


@click.command("load-test", context_settings={"show_default": True})
@server_options
@click.option("--signature", default=DEFAULT_SIGNATURE, help="Signature of the model.")
@click.option(
    "--image",
    type=click.Path(path_type=Path),
    help="Image file to send.  [default: random pixels]",
)
@click.option(
    "--concurrency",
    default="1,2,4,8",
    type=Counts("clients", "1,2,4"),
    help="Clients side by side.",
)
@click.option(
    "--batch-size", default="1", type=Counts("images", "1,8"), help="Images in a request."
)
@click.option(
    "--seconds",
    default=5.0,
    type=Seconds(),
    help="How long each load is measured.",
)
@click.option(
    "--warm-up",
    default=1.0,
    type=Seconds(min_open=False),
    help="Seconds that each load lasts before it is measured.",
)
@click.option("--plot", type=click.Path(dir_okay=False), help="Draw to a .png or .svg file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def load_test(
    signature: str,
    image: Path | None,
    concurrency: tuple[int, ...],
    batch_size: tuple[int, ...],
    seconds: float,
    warm_up: float,
    plot: str | None,
    as_json: bool,
    **server: Any,
) -> None:
    """Measure how fast a model server answers, for each concurrency and batch size.

    Every client waits for its answer before it sends again. Failures are counted, not tried
    again. The clients are one Python process: measure a fast server from another machine, and
    with several processes.
    """
    options = read_server_options(**server)
    if plot:  # before minutes are spent
        from memnas_tf.drawing.picture_file import check_picture

        check_picture(plot)
    loads = [
        Load(clients, size)
        for size in dict.fromkeys(batch_size)
        for clients in dict.fromkeys(concurrency)
    ]
    measurements = _measure(options, signature, image, loads, warm_up, seconds)
    if as_json:
        echo_json([_document(row) for row in measurements])
    else:
        Console().print(_table(measurements))
        _print_failures(measurements)
    if plot:
        from serving.load_test.plot import draw_load_test

        title = f"{options.target.model} over {'REST' if options.rest else 'gRPC'}"
        draw_load_test(measurements, plot, title)
        echo(f"drawn to {plot}", err=True)


def _measure(
    options: ServerOptions,
    signature: str,
    image: Path | None,
    loads: list[Load],
    warm_up: float,
    seconds: float,
) -> list[Measurement]:
    with options.client(RetryPolicy()) as client:
        chosen = client.signature(signature)
        images = {
            size: make_images(chosen, size, image) for size in {load.batch_size for load in loads}
        }
        for batch in images.values():
            client.predict(batch, signature)  # a request that cannot work is told here
    rows = []
    with Console(stderr=True).status("") as status:
        for i, load in enumerate(loads, 1):
            status.update(
                f"load {i} of {len(loads)}: {load.concurrency} clients, {load.batch_size} images "
                "a request"
            )
            rows.append(
                measure(
                    lambda: options.client(RetryPolicy(attempts=1)),
                    images[load.batch_size],
                    chosen,
                    load,
                    warm_up,
                    seconds,
                )
            )
    return rows


def _table(measurements: list[Measurement]) -> Table:
    table = Table("batch", box=SIMPLE_HEAD, pad_edge=False)
    for name in ("clients", "answered", "failed", *(f"p{percent} ms" for percent in _PERCENTS)):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("images/s", justify="right", no_wrap=True)
    for row in measurements:
        table.add_row(
            str(row.load.batch_size),
            str(row.load.concurrency),
            str(len(row.latencies)),
            str(sum(row.failures.values())),
            *(_milliseconds(row.percentile(percent)) for percent in _PERCENTS),
            f"{row.images_per_second:.1f}",
        )
    return table


def _milliseconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{1000 * seconds:.1f}"


def _print_failures(measurements: list[Measurement]) -> None:
    for row in measurements:
        for name, count in row.failures.items():
            echo(
                f"failed, batch {row.load.batch_size}, clients "
                f"{row.load.concurrency}: {count} {name}"
            )


def _document(row: Measurement) -> dict[str, Any]:
    return {
        "concurrency": row.load.concurrency,
        "batch_size": row.load.batch_size,
        "seconds": row.seconds,
        "answered": len(row.latencies),
        "failures": row.failures,
        "latency_seconds": {f"p{percent}": row.percentile(percent) for percent in _PERCENTS},
        "images_per_second": row.images_per_second,
        "requests_per_second": len(row.latencies) / row.seconds,
    }
