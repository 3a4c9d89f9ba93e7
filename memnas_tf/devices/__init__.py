"""Devices that networks are made for: what they have of memory, and the runtime there."""

from memnas_tf.devices.profiles import (
    RUNTIMES,
    DeviceProfile,
    find_device,
    is_device_file,
    known_devices,
)

__all__ = [
    "RUNTIMES",
    "DeviceProfile",
    "find_device",
    "is_device_file",
    "known_devices",
]
