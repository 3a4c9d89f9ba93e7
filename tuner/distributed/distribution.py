"""What part a process has in a search: KerasTuner's documented variables. Needs no TensorFlow."""

from __future__ import annotations

import ipaddress
import os
from typing import NamedTuple

from memnas_tf.errors import ConfigError

TUNER_ID = "KERASTUNER_TUNER_ID"
ORACLE_IP = "KERASTUNER_ORACLE_IP"
ORACLE_PORT = "KERASTUNER_ORACLE_PORT"
LOOPBACK = "127.0.0.1"


class Address(NamedTuple):
    """Where a chief listens.

    Attributes:
        host: Its IP address, or a name.
        port: Its port; 0 for any that is free.
    """

    host: str
    port: int

    def __str__(self) -> str:
        """Return the address as gRPC takes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def is_chief() -> bool:
    """Tell whether this process hands out the trials of a search with workers."""
    return ORACLE_IP in os.environ and "chief" in os.environ.get(TUNER_ID, "")


def is_worker() -> bool:
    """Tell whether this process gets its trials from a chief."""
    return ORACLE_IP in os.environ and not is_chief()


def tuner_id() -> str:
    """Return the name of this process among those of its search."""
    return os.environ.get(TUNER_ID, "tuner0")


def chief_address() -> Address:
    """Return where the chief of this process's search listens.

    Returns:
        The address.

    Raises:
        ConfigError: If a variable is missing, or the port is none.
    """
    missing = [name for name in (TUNER_ID, ORACLE_IP, ORACLE_PORT) if not os.environ.get(name)]
    if missing:
        raise ConfigError(
            f"{' and '.join(missing)} not set; a search with workers needs {TUNER_ID}, "
            f"{ORACLE_IP} and {ORACLE_PORT}"
        )
    port = os.environ[ORACLE_PORT]
    if not port.isdecimal() or int(port) > 65535:
        raise ConfigError(f"{ORACLE_PORT} is {port!r}; it must be a port from 0 to 65535")
    return Address(os.environ[ORACLE_IP], int(port))
