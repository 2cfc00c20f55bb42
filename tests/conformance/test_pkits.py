"""NIST's Public Key Interoperability Test Suite (package `cryptography-vectors`): chains, and revocation lists.

Held against the profile of JOSE signers, which asks for nothing beyond RFC 5280. Every invalid path is refused, or
its revocation list is; what else is refused among the valid ones is listed with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Final

import pytest
from cryptography import x509

from defa_id.errors import Fault
from defa_id.resolvers import crl, x5c
from tests.conformance import exceptions

pytestmark = pytest.mark.peers

FOLDER: Final = "nist/pkits"
AT: Final = datetime(2020, 1, 1, tzinfo=UTC)  # within the suite's own twenty years
ROOT: Final = "TrustAnchorRootCertificate"
VALID, INVALID = 88, 115
LISTED: Final = exceptions.not_run(FOLDER)


@cache
def certificates() -> dict[str, bytes]:
    folder = files("cryptography_vectors").joinpath("x509", "PKITS_data", "certs")
    return {entry.name.removesuffix(".crt"): entry.read_bytes() for entry in folder.iterdir()}


@cache
def lists() -> list[bytes]:
    folder = files("cryptography_vectors").joinpath("x509", "PKITS_data", "crls")
    return [entry.read_bytes() for entry in folder.iterdir()]


@cache
def parsed(name: str) -> x509.Certificate | None:
    try:
        return x5c.load(certificates()[name])
    except Fault:
        return None


def spelled(name: x509.Name) -> str:
    """As RFC 5280 §7.1 compares names: the suite's own chains are found by that, and not by bytes."""
    return re.sub(r"\s+", " ", name.rfc4514_string()).casefold()


def identifier(
    certificate: x509.Certificate, kind: type[x509.AuthorityKeyIdentifier | x509.SubjectKeyIdentifier]
) -> bytes:
    try:
        found = certificate.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, ValueError):
        return b""
    return (found.digest if isinstance(found, x509.SubjectKeyIdentifier) else found.key_identifier) or b""


def above(certificate: x509.Certificate) -> Iterator[str]:
    for name in certificates():
        other = parsed(name)
        if other is None or name.endswith("EE"):
            continue
        if spelled(other.subject) == spelled(certificate.issuer) and identifier(
            other, x509.SubjectKeyIdentifier
        ) == identifier(certificate, x509.AuthorityKeyIdentifier):
            yield name


def chain(name: str) -> tuple[bytes, ...]:
    """The signer's certificate and those above it, without the root, as far as they can be found."""
    found = [name]
    while len(found) < 8:
        certificate = parsed(found[-1])
        root = parsed(ROOT)
        assert root is not None
        if certificate is None or spelled(certificate.issuer) == spelled(root.subject):
            break
        nearest = next((one for one in above(certificate) if one not in found), None)
        if nearest is None:
            break
        found.append(nearest)
    return tuple(certificates()[one] for one in found)


def stands(name: str) -> bool:
    try:
        x5c.verify(chain(name), [certificates()[ROOT]], [], AT)
    except Fault:
        return False
    return True


def current(name: str) -> bool:
    """Whether some list of its authority says that the signer's certificate was not revoked."""
    signer, authority = (*chain(name), certificates()[ROOT])[:2]
    for data in lists():
        try:
            crl.check(data, signer, authority, AT)
        except Fault:
            continue
        return True
    return False


def named(prefix: str) -> list[str]:
    return sorted(name for name in certificates() if name.startswith(prefix) and name.endswith("EE"))


def test_the_suite_is_whole() -> None:
    assert (len(named("Valid")), len(named("Invalid"))) == (VALID, INVALID)
    assert len(lists()) == 173


def test_g27_no_invalid_path_stands_with_a_list_that_says_so() -> None:
    believed = {name for name in named("Invalid") if stands(name) and current(name)}
    assert believed == {name for name in LISTED if name.startswith("Invalid")}


def test_g27_valid_paths_stand() -> None:
    refused = {name for name in named("Valid") if not stands(name)}
    assert refused == {name for name in LISTED if name.startswith("Valid")}
