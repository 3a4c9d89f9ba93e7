"""The server's command line, in a container or on the host."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from serving.server.models_config import MODELS_CONFIG
from serving.server.parameters import BATCHING_CONFIG, MONITORING_CONFIG

# How often the server looks at models.config, in seconds.
POLL_SECONDS = 5


@dataclass(frozen=True)
class ServerSettings:
    """What is set of a server apart from its models.

    Attributes:
        grpc_port: The host's port for gRPC.
        rest_port: The host's port for REST, health and metrics.
        rest_timeout: How long a REST request may take, in seconds.
        has_labels: Whether versions have labels.
    """

    grpc_port: int
    rest_port: int
    rest_timeout: float
    has_labels: bool


def server_flags(folder: PurePath, settings: ServerSettings) -> list[str]:
    """List the server's flags, its ports apart.

    Args:
        folder: The folder of the configuration, as the server sees it.
        settings: The rest.

    Returns:
        One flag each.
    """
    flags = [
        f"--model_config_file={folder / MODELS_CONFIG}",
        f"--model_config_file_poll_wait_seconds={POLL_SECONDS}",
        "--enable_batching=true",
        f"--batching_parameters_file={folder / BATCHING_CONFIG}",
        f"--monitoring_config_file={folder / MONITORING_CONFIG}",
        f"--rest_api_timeout_in_ms={round(1000 * settings.rest_timeout)}",
    ]
    if settings.has_labels:
        # Without it a server that starts refuses every label: nothing is loaded yet.
        flags.append("--allow_version_labels_for_unavailable_models=true")
    return flags


def host_command(folder: PurePath, settings: ServerSettings) -> list[str]:
    """Write the command that runs the server on this machine.

    Args:
        folder: The folder of the configuration.
        settings: The rest.

    Returns:
        The command and its arguments.
    """
    return [
        "tensorflow_model_server",
        f"--port={settings.grpc_port}",
        f"--rest_api_port={settings.rest_port}",
        *server_flags(folder, settings),
    ]
