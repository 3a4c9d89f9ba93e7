"""Networks that tell what images show on this machine, without a server."""

from serving.local.network import LocalNetwork
from serving.local.opening import open_network

__all__ = ["LocalNetwork", "open_network"]
