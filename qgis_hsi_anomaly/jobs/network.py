"""Ports and interfaces, for machines that share a run."""

from __future__ import annotations

import socket
import struct

from ..core.errors import ParameterError

_SIOCGIFADDR = 0x8915  # Linux; elsewhere the call fails, and no interface is found


def check_port(port: int) -> None:
    """Raise ParameterError where another program listens on `port` of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            raise ParameterError(
                f"execution: RENDEZVOUS port {port} cannot be used on this machine ({error.strerror}): choose "
                "another one on every machine."
            ) from error


def interface_towards(host: str, port: int) -> str:
    """Return the name of the network interface that leads to `host`; empty where it cannot be told."""
    try:
        import fcntl  # not on Windows
    except ImportError:
        return ""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, port))  # sends nothing
            wanted = socket.inet_aton(probe.getsockname()[0])
        except OSError:
            return ""
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:15])
            try:
                answer = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, request)
            except OSError:
                continue  # it has no address
            if answer[20:24] == wanted:
                return name
    return ""
