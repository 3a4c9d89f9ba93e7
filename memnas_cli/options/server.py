"""The options that name a served model, shared by the commands that ask one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import click

from memnas_cli.options.seconds import Seconds
from memnas_cli.quiet import import_quietly
from memnas_tf.errors import ConfigError
from serving.client.client import Client
from serving.client.retries import RetryPolicy
from serving.client.target import Target

_GRPC_SERVER, _REST_SERVER = "127.0.0.1:8500", "127.0.0.1:8501"

_OPTIONS = (
    click.option(
        "--server",
        show_default=f"{_GRPC_SERVER}, or {_REST_SERVER} with --rest",
        help="HOST:PORT.",
    ),
    click.option("--rest", is_flag=True, help="Ask over REST instead of gRPC."),
    click.option("--model", help="The model's name."),
    click.option(
        "--version",
        type=click.IntRange(min=1),
        help="Its version.  [default: the highest that is loaded]",
    ),
    click.option("--label", help="Label of its version, such as stable."),
    click.option(
        "--timeout",
        default=10.0,
        type=Seconds(),
        help="Seconds that a request may take, further attempts included.",
    ),
)


class ServerOptions(NamedTuple):
    """Which model is asked, and how.

    Attributes:
        target: The model.
        rest: Whether over REST.
        timeout: How long a request may take, in seconds.
    """

    target: Target
    rest: bool
    timeout: float

    def client(self, retries: RetryPolicy) -> Client:
        """Make a client.

        Args:
            retries: How often it tries.

        Returns:
            The client.
        """
        if self.rest:
            from serving.client.rest_client import RestClient

            return RestClient(self.target, self.timeout, retries)
        import_quietly("tensorflow")
        from serving.client.grpc_client import GrpcClient

        return GrpcClient(self.target, self.timeout, retries)


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that name a served model.

    Args:
        command: A function that takes `server`, `rest`, `model`, `version`, `label` and
            `timeout`.

    Returns:
        The function with its options.
    """
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_server_options(
    server: str | None,
    rest: bool,
    model: str | None,
    version: int | None,
    label: str | None,
    timeout: float,
) -> ServerOptions:
    """Read the options of `server_options`.

    Args:
        server: HOST:PORT; None for this machine.
        rest: Whether to ask over REST.
        model: The model's name.
        version: Its version, if it is named.
        label: Its version's label, if it is named.
        timeout: How long a request may take, in seconds.

    Returns:
        The model, and how it is asked.

    Raises:
        ConfigError: If no model is named.
        ServingError: If they contradict each other, or the server is none.
    """
    if model is None:
        raise ConfigError("no model is named; name one that the server has, with --model")
    address = server or (_REST_SERVER if rest else _GRPC_SERVER)
    return ServerOptions(Target(address, model, version, label), rest, timeout)
