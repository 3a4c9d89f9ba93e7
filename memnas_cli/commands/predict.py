"""`memnas predict`: ask a network on this machine, or a model server, what images show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from memnas_cli.options.server import read_server_options, server_options
from memnas_cli.quiet import import_quietly, start_keras
from memnas_cli.views.terminal import echo, echo_json
from memnas_tf.errors import ConfigError, DataError
from serving.client.client import DEFAULT_SIGNATURE, Client
from serving.client.prediction import Prediction
from serving.client.retries import RetryPolicy

_FILE_SIGNATURE = "serve_bytes"
_OF_SERVERS = {
    *("server", "rest", "model", "version", "label", "timeout"),
    *("signature", "batch_size", "attempts", "labels"),
}
_GIVEN = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)


@click.command(context_settings={"show_default": True})
@click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Ask no server, but the network of a search, a training or an export, or a .tflite file.",
)
@server_options
@click.option(
    "--signature",
    show_default=f"{_FILE_SIGNATURE} for image files if the model has it, else {DEFAULT_SIGNATURE}",
    help="Signature of the model.",
)
@click.option("--batch-size", default=32, type=click.IntRange(min=1), help="Images in a request.")
@click.option(
    "--attempts",
    default=4,
    type=click.IntRange(min=1),
    help="How often to try where the server is down, slow or busy.",
)
@click.option("--top", default=1, type=click.IntRange(min=1), help="Classes to name.")
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    help="preprocessing.json with the names of all classes, for --top.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def predict(
    images: tuple[Path, ...],
    source: Path | None,
    top: int,
    labels: Path | None,
    as_json: bool,
    **server: Any,
) -> None:
    """Tell what IMAGES show: by a network on this machine, or by one that a server has.

    IMAGES are JPEG or PNG files, folders of them, or for a server one .npy file with an array of
    images. With --from they are brought to the network's size as in training. A signature that
    takes pixels gets files decoded, and they have to be of the model's size.

    \b
        memnas predict photo.jpg --from searches/digits
        memnas predict photos/ --from devices/digits/1/model_int8.tflite --json
        memnas predict photo.jpg --model digits --label stable
    """  # noqa: D301 - click looks for the character itself
    from serving.client.images import find_images

    files = find_images(images)
    names = _class_names(labels)
    if source is None:
        answers = _served(files, **server)
    else:
        _refuse_server_options(source)
        answers, names = _local(files, source)
    documents = []
    for image, prediction in answers:
        entry = _document(image, prediction, top, names)
        documents.append(entry)
        if not as_json:
            echo(_line(entry))
    if as_json:
        echo_json(documents)


def _served(
    files: Sequence[Path], signature: str | None, batch_size: int, attempts: int, **server: Any
) -> Iterator[tuple[str, Prediction]]:
    """Ask a server; yield each image's name and what is said of it."""
    from serving.client.images import read_batches

    if server["model"] is None:
        raise ConfigError(
            "it is not said which network to ask; name one on this machine with --from, or one "
            "that a server has with --model"
        )
    options = read_server_options(**server)
    with options.client(RetryPolicy(attempts=attempts)) as client:
        chosen = client.signature(signature or _default_signature(client, files))
        if _are_files(files) and not chosen.takes_encoded:
            import_quietly("tensorflow")  # which decodes them
        for batch in read_batches(files, batch_size, chosen):
            yield from zip(batch.names, client.predict(batch.images, chosen.name), strict=True)


def _local(
    files: Sequence[Path], source: Path
) -> tuple[Iterator[tuple[str, Prediction]], tuple[str, ...]]:
    """Ask a network on this machine; return each image's name with what is said, and all labels."""
    from serving.client.images import shown_name

    if not _are_files(files):
        raise DataError(f"{str(files[0])!r} is an array; with --from give image files")
    if not source.exists():
        raise DataError(f"{str(source)!r} is neither a file nor a folder")
    start_keras()
    from serving.local import open_network

    network = open_network(source)
    names = (shown_name(file) for file in files)
    return zip(names, network.predict(files), strict=True), network.preprocessing.labels


def _refuse_server_options(source: Path) -> None:
    context = click.get_current_context()
    for option in context.command.params:
        is_of_server = option.name in _OF_SERVERS
        if is_of_server and context.get_parameter_source(str(option.name)) in _GIVEN:
            raise ConfigError(
                f"{option.opts[0]} is for a server, and --from asks {str(source)!r} on this "
                "machine; leave one of them out"
            )


def _default_signature(client: Client, files: Sequence[Path]) -> str:
    takes_files = _are_files(files) and _FILE_SIGNATURE in client.signatures
    return _FILE_SIGNATURE if takes_files else DEFAULT_SIGNATURE


def _are_files(files: Sequence[Path]) -> bool:
    return files[0].suffix != ".npy"


def _class_names(labels: Path | None) -> tuple[str, ...]:
    if labels is None:
        return ()
    from memnas_tf.preprocessing import load_preprocessing

    return load_preprocessing(labels).labels


def _document(image: str, prediction: Prediction, top: int, names: Sequence[str]) -> dict[str, Any]:
    def name(class_id: int) -> str | None:
        if class_id == prediction.class_id and prediction.label is not None:
            return prediction.label
        return names[class_id] if class_id < len(names) else None

    return {
        "image": image,
        "classes": [
            {"class_id": class_id, "label": name(class_id), "probability": probability}
            for class_id, probability in prediction.top(top)
        ],
    }


def _line(entry: dict[str, Any]) -> str:
    classes = [
        f"{found['label'] or 'class {}'.format(found['class_id'])} "
        f"{100 * found['probability']:.1f} %"
        for found in entry["classes"]
    ]
    return f"{entry['image']}  {', '.join(classes)}"
