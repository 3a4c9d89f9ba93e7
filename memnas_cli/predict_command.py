"""`memnas predict`: ask a model server what images show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from memnas_cli.quiet import import_quietly
from memnas_cli.server_options import read_server_options, server_options
from memnas_cli.terminal import echo, echo_json
from serving.client.client import DEFAULT_SIGNATURE, Client
from serving.client.prediction import Prediction
from serving.client.retries import RetryPolicy

_FILE_SIGNATURE = "serve_bytes"


@click.command(context_settings={"show_default": True})
@click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path))
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
    signature: str | None,
    batch_size: int,
    attempts: int,
    top: int,
    labels: Path | None,
    as_json: bool,
    **server: Any,
) -> None:
    """Ask a model server what IMAGES show.

    IMAGES are JPEG or PNG files, folders of them, or one .npy file with an array of images. A
    signature that takes pixels gets files decoded, and they have to be of the model's size.
    """
    from serving.client.images import find_images, read_batches

    options = read_server_options(**server)
    files = find_images(images)
    names = _class_names(labels)
    documents = []
    with options.client(RetryPolicy(attempts=attempts)) as client:
        chosen = client.signature(signature or _default_signature(client, files))
        if _are_files(files) and not chosen.takes_encoded:
            import_quietly("tensorflow")  # which decodes them
        for batch in read_batches(files, batch_size, chosen):
            predictions = client.predict(batch.images, chosen.name)
            for image, prediction in zip(batch.names, predictions, strict=True):
                entry = _document(image, prediction, top, names)
                documents.append(entry)
                if not as_json:
                    echo(_line(entry))
    if as_json:
        echo_json(documents)


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
