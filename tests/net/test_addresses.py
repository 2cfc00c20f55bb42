"""Only the public internet is reached, in whatever clothes an address comes."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.net.addresses import is_public

PRIVATE = (
    *("0.0.0.1", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.1.2.3"),
    *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1"),
    *("192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1"),
    *("240.0.0.1", "255.255.255.255", "192.31.196.1", "192.52.193.1", "192.175.48.1"),
)
OPEN = ("1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0")
OPEN_6 = ("2606:4700::1111", "2a00:1450:4001::1", "2001:200::1", "2400:3200::1", "3ffe::1")
CLOSED_6 = (
    *("::", "::1", "fc00::1", "fdff::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1", "100:0:0:1::1"),
    *("2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1"),
    *("2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "64:ff9b:1::1", "::127.0.0.1", "::8.8.8.8"),
    *("2620:4f:8000::1", "4000::1", "2606:4700::1111%1"),
)
# How an IPv4 address hides in an IPv6 one. Some of these are closed for every IPv4 address.
EMBEDDINGS = (
    "::ffff:{0}",
    "::{0}",
    "64:ff9b::{0}",
    "64:ff9b:1::{0}",
    "2002:{1}::",
    "2001:0:{1}::",
    "2606:4700::5efe:{0}",
    "2606:4700::200:5efe:{0}",
)


def hexed(address: str) -> str:
    packed = ipaddress.IPv4Address(address).packed
    return f"{packed[:2].hex()}:{packed[2:].hex()}"


@pytest.mark.parametrize("address", [*OPEN, *OPEN_6])
def test_the_internet_is_open(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", [*PRIVATE, *CLOSED_6])
def test_what_is_not_the_internet_is_closed(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("embedding", EMBEDDINGS)
@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_stays_private_inside_another(embedding: str, address: str) -> None:
    assert not is_public(embedding.format(address, hexed(address)))


def test_where_a_network_translates_a_public_address_stays_public() -> None:
    """Networks without IPv4 answer with these for every host that has only IPv4."""
    assert is_public("64:ff9b::8.8.8.8")
    assert is_public("::ffff:8.8.8.8")
    assert is_public("2606:4700::5efe:8.8.8.8")


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "1.2.3.4:80", "[::1]"]
)
def test_what_is_not_an_address_is_closed(text: str) -> None:
    assert not is_public(text)


@given(st.ip_addresses())
def test_never_wider_than_the_standard_library(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_public(str(address)):
        assert address.is_global or address in ipaddress.ip_network("::ffff:0:0/96")
        assert not address.is_multicast


@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_never_more_public_than_alone(address: ipaddress.IPv4Address) -> None:
    for embedding in EMBEDDINGS:
        if is_public(embedding.format(address, hexed(str(address)))):
            assert is_public(str(address))
