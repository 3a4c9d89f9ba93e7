"""Profiles of devices, from a TOML file of this project or of one's own."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from memnas_tf.documents import SchemaError, at_least, decode
from memnas_tf.documents.toml_text import read_toml
from memnas_tf.errors import ConfigError

FILE = Path(__file__).with_name("devices.toml")
RUNTIMES = ("tflm", "litert")


@dataclass(frozen=True)
class DeviceProfile:
    """What a device has.

    Attributes:
        title: Its name for people.
        ram: RAM of the data sheet, in bytes.
        ram_kept: What of it is kept for the rest of the program, in bytes, and what is not in one
            piece with the rest.
        flash: Flash, or storage, of the data sheet, in bytes.
        flash_kept: What of it is kept for the rest of the program, in bytes.
        runtime: What runs networks there: "tflm" or "litert".
        dtype: The type of tensors, "int8" or "float32".
        word: Bits of a pointer: 32 or 64.
        source: The document that says so.

    Raises:
        ConfigError: If nothing of the RAM or the flash is left for a network.
    """

    title: str
    ram: Annotated[int, at_least(1)]
    ram_kept: Annotated[int, at_least(0)]
    flash: Annotated[int, at_least(1)]
    flash_kept: Annotated[int, at_least(0)]
    runtime: Literal["tflm", "litert"]
    dtype: Literal["int8", "float32"]
    word: Literal[32, 64]
    source: str

    def __post_init__(self) -> None:
        """Refuse a device that has no room for a network."""
        for name in ("ram", "flash"):
            has, kept = getattr(self, name), getattr(self, f"{name}_kept")
            if kept >= has:
                raise ConfigError(f"{name}_kept is {kept}; it must be less than {name}, {has}")

    @property
    def max_ram(self) -> int:
        """RAM that is left for a network, in bytes."""
        return self.ram - self.ram_kept

    @property
    def max_flash(self) -> int:
        """Flash that is left for a network, in bytes."""
        return self.flash - self.flash_kept


def known_devices() -> Mapping[str, DeviceProfile]:
    """Return the devices of this project by name."""
    return _read(FILE)


def is_device_file(text: object) -> bool:
    """Tell whether a device is named by a file of one's own."""
    return isinstance(text, str) and text.endswith(".toml")


def find_device(text: str) -> tuple[str, DeviceProfile]:
    """Find a device.

    Args:
        text: A name of `known_devices`, or the path of a TOML file with one table: the device's
            name above what `DeviceProfile` has.

    Returns:
        Its name and its profile.

    Raises:
        ConfigError: If there is no such device, or the file is none of a device.
    """
    if is_device_file(text):
        found = _read(Path(text).expanduser())
        if len(found) != 1:
            names = ", ".join(found) or "none"
            raise ConfigError(f"{text} has to hold one device; it holds {names}")
        return next(iter(found.items()))
    known = known_devices()
    if text not in known:
        wanted = str(text).lower().replace(" ", "-")
        close = [name for name in known if wanted and wanted in name]
        close = close or difflib.get_close_matches(wanted, known, n=3)
        hint = f"did you mean {' or '.join(close)}? " if close else ""
        raise ConfigError(
            f"unknown device {text!r}; {hint}there are {', '.join(known)}, and any of your own in "
            "a TOML file"
        )
    return text, known[text]


def _read(path: Path) -> dict[str, DeviceProfile]:
    _, tables = read_toml(path, "TOML of devices")
    return {name: _profile(path, name, table) for name, table in tables.items()}


def _profile(path: Path, name: str, table: Any) -> DeviceProfile:
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {name} stands in no table; begin with the device's: [my-board]")
    try:
        profile: DeviceProfile = decode(DeviceProfile, table, name)
    except SchemaError as error:
        raise ConfigError(f"{path}: {error}") from error
    return profile
