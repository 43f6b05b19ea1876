"""Addresses and ports, for machines that share a run."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any, Tuple

from ..core.errors import ParameterError

LOOPBACK = "127.0.0.1"
"""Address that no other machine can reach."""


def check_port(host: str, port: int) -> None:
    """Raise ParameterError where this machine cannot listen at `host` and `port`, the rendezvous, and there alone."""
    family, address = _resolve(host, port)
    found = ipaddress.ip_address(address[0].partition("%")[0])
    if (getattr(found, "ipv4_mapped", None) or found).is_unspecified:
        raise ParameterError(
            f"execution: RENDEZVOUS {host} means every network interface: name the address of machine 0 on the network "
            "that the machines share."
        )
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # On Windows the option of the other name lets a second program take the same port.
            option = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
            probe.setsockopt(socket.SOL_SOCKET, option, 1)
            probe.bind(address)
    except OSError as error:
        raise ParameterError(
            f"execution: RENDEZVOUS {host}:{port} cannot be listened on by this machine, which is machine 0 "
            f"({error.strerror}): name an address of this machine and a free port, the same on every machine."
        ) from error


def own_address(host: str, port: int) -> str:
    """Return this machine's address on the network that leads to `host`. Raises ParameterError where there is none."""
    family, address = _resolve(host, port)
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(address)  # sends nothing
            return str(probe.getsockname()[0])
    except OSError as error:
        raise _unreachable(host, error) from error


def _resolve(host: str, port: int) -> Tuple[int, Any]:
    """Return address family and socket address of a host."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise _unreachable(host, error) from error
    return family, address


def _unreachable(host: str, error: OSError) -> ParameterError:
    return ParameterError(
        f"execution: RENDEZVOUS {host} cannot be reached from this machine ({error.strerror}): name machine 0 by an "
        "address that every machine knows."
    )
