"""`models.config`: which versions of a model a server loads, and the labels on them.

The server's own message, ModelServerConfig, is what is read, changed and written, so whatever else
somebody has put into the file stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelConfig, ModelServerConfig

from memnas_tf.documents import read_text
from memnas_tf.errors import DocumentError, ServingError
from memnas_tf.files import write_text

MODELS_CONFIG = "models.config"


def new_config(name: str, base_path: str) -> ModelServerConfig:
    """Describe a server of one model, as yet without a version.

    Args:
        name: The name that clients ask for.
        base_path: The model directory, as the server sees it.

    Returns:
        The server's configuration.
    """
    config = ModelServerConfig()
    config.model_config_list.config.add(name=name, base_path=base_path, model_platform="tensorflow")
    return config


def find_model(config: ModelServerConfig, name: str) -> ModelConfig:
    """Find a model by its name.

    Args:
        config: The server's configuration.
        name: The model's name.

    Returns:
        The model's part of the configuration; to change it is to change that.

    Raises:
        ServingError: If the server has no such model.
    """
    models = {model.name: model for model in config.model_config_list.config}
    if name not in models:
        raise ServingError(
            f"{MODELS_CONFIG} has no model {name!r}; its models: "
            f"{', '.join(map(repr, models)) or 'none'}; name one of them"
        )
    return models[name]


def load_latest(model: ModelConfig, count: int) -> None:
    """Have a model's highest versions loaded, whichever these are at the time.

    Args:
        model: The model, which is changed.
        count: How many versions.
    """
    model.model_version_policy.latest.num_versions = count


def load_specific(model: ModelConfig, versions: Iterable[int]) -> None:
    """Have exactly some versions of a model loaded.

    Args:
        model: The model, which is changed.
        versions: Their numbers.
    """
    model.ClearField("model_version_policy")
    model.model_version_policy.specific.versions.extend(sorted(set(versions)))


def specific_versions(model: ModelConfig) -> frozenset[int] | None:
    """Tell which versions of a model are loaded.

    Args:
        model: The model.

    Returns:
        Their numbers; None if the newest ones are loaded, or all.
    """
    policy = model.model_version_policy
    if policy.WhichOneof("policy_choice") != "specific":
        return None
    return frozenset(policy.specific.versions)


def set_labels(model: ModelConfig, labels: Mapping[str, int]) -> None:
    """Put labels on versions of a model, in place of those that it had.

    Args:
        model: The model, which is changed.
        labels: The version of each label.
    """
    model.version_labels.clear()
    model.version_labels.update(labels)


def read_config(folder: Path) -> ModelServerConfig:
    """Read `models.config`.

    Args:
        folder: The folder that it lies in.

    Returns:
        What it says.

    Raises:
        ServingError: If it is missing, or the server would not understand it.
    """
    path = folder / MODELS_CONFIG
    try:
        text = read_text(path)
        try:
            return text_format.Parse(text, ModelServerConfig())
        except (text_format.ParseError, ValueError, RecursionError) as error:
            raise DocumentError(path, str(error)) from error
    except (DocumentError, OSError) as error:
        raise ServingError(f"{error}; write the configuration anew") from error


def write_config(folder: Path, config: ModelServerConfig) -> None:
    """Write `models.config` atomically: a server reads it while it runs.

    Args:
        folder: The folder that it goes to.
        config: What it says.
    """
    write_text(folder / MODELS_CONFIG, text_format.MessageToString(config))
