"""Which internet addresses are public: decided by our own table, also for IPv4 hidden inside IPv6.

`ipaddress.is_global` changes its mind between Python versions and does not look inside translated
addresses, behind which every private IPv4 address can be reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

# IANA IPv4 Special-Purpose Address Registry (RFC 6890 and successors), and what lies above unicast.
_CLOSED_4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network (RFC 791)
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # shared by providers (RFC 6598)
        "127.0.0.0/8",  # loopback (RFC 1122)
        "169.254.0.0/16",  # link-local (RFC 3927), cloud metadata among it
        "172.16.0.0/12",  # private (RFC 1918)
        "192.0.0.0/24",  # protocol assignments (RFC 6890)
        "192.0.2.0/24",  # documentation (RFC 5737)
        "192.31.196.0/24",  # AS112 (RFC 7535)
        "192.52.193.0/24",  # AMT (RFC 7450)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "192.168.0.0/16",  # private (RFC 1918)
        "192.175.48.0/24",  # AS112 (RFC 7534)
        "198.18.0.0/15",  # benchmarks (RFC 2544)
        "198.51.100.0/24",  # documentation (RFC 5737)
        "203.0.113.0/24",  # documentation (RFC 5737)
        "224.0.0.0/3",  # multicast, reserved, broadcast (RFC 5771, 1112, 919)
    )
)
_UNICAST: Final = IPv6Network("2000::/3")  # all that is assigned for use between networks (RFC 4291 §2.4)
# IANA IPv6 Special-Purpose Address Registry, within 2000::/3.
_CLOSED_6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID (RFC 2928, 4380, 5180, 7343)
        "2001:db8::/32",  # documentation (RFC 3849)
        "2002::/16",  # 6to4 (RFC 3056, 7526)
        "2620:4f:8000::/48",  # AS112 (RFC 7534)
        "3fff::/20",  # documentation (RFC 9637)
    )
)
_TRANSLATED: Final = (
    IPv6Network("::ffff:0:0/96"),  # IPv4-mapped (RFC 4291 §2.5.5.2)
    IPv6Network("64:ff9b::/96"),  # NAT64, as networks without IPv4 answer for hosts that have only that (RFC 6052)
)
_ISATAP: Final = (0x00005EFE, 0x02005EFE)  # RFC 5214 §6.1: the last 32 bits are an IPv4 address


def is_public(text: str) -> bool:
    """Whether an address is one on the public internet, it and every IPv4 address it stands for.

    What is not an address, or has a zone, is not.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_4)
    if address.scope_id is not None:
        return False
    translated = any(address in network for network in _TRANSLATED)
    open_ = translated or (address in _UNICAST and not any(address in network for network in _CLOSED_6))
    return open_ and all(is_public(str(inner)) for inner in _inside(address))


def _inside(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that some network will turn this one into. Of 6to4 and Teredo, which are
    closed altogether, nothing needs to be known."""
    number = int(address)
    if any(address in network for network in _TRANSLATED) or (number >> 32) & 0xFFFFFFFF in _ISATAP:
        yield IPv4Address(number & 0xFFFFFFFF)
