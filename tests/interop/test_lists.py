"""PyPI `openvc-core` reads the lists of ETSI TS 119 602 we write, and we take in what it would have read."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings

from defa_id import files
from defa_id.issue import signing
from defa_id.operator import timeline
from defa_id.operator.interchange import lote, lote_reading, seals
from defa_id.resolvers import x5c
from tests.operator.interchange import lists
from tests.operator.interchange.lists import NOW, RETRIEVED, Object

pytestmark = pytest.mark.peers

KEY = signing.generate()


def seal(content: Object, organisation: str | None = "Singapore") -> tuple[bytes, x509.Certificate]:
    """A list signed by somebody of that organisation, in SG, and their certificate."""
    der = lists.certificate(KEY, name="List signer", organisation=organisation)
    return seals.seal(signing.to_json(content), KEY, (der,), NOW).encode(), x5c.load(der)


def shown(content: Object) -> list[tuple[str, str, str]]:
    """Every certificate of our document: whose, in which standing, and its SHA-256."""
    found = []
    for entity in content["LoTE"].get("TrustedEntitiesList", ()):
        for service in entity["TrustedEntityServices"]:
            information = service["ServiceInformation"]
            for one in information["ServiceDigitalIdentity"].get("X509Certificates", ()):
                digest = hashlib.sha256(base64.b64decode(one["val"])).hexdigest()
                found.append(
                    (entity["TrustedEntityInformation"]["TEName"][0]["value"], information["ServiceStatus"], digest)
                )
    return sorted(found)


@settings(max_examples=40, deadline=None)
@given(lists.entities())
def test_it_finds_in_our_lists_what_we_show_and_nothing_else(entities: list[Object]) -> None:
    from openvc.trustlist.lote import consume_lote

    content = lote.exported(lists.listing(entities), "their-registry", NOW)
    token, pinned = seal(content)
    read = consume_lote(token, expected_signer_certs=[pinned], now=NOW)
    assert (read.territory, read.sequence_number, read.tsl_type) == ("SG", 3, lote.LIST_TYPE)
    anchors = [anchor for provider in read.providers for anchor in provider.services]
    assert sorted((str(one.tsp_name), one.service_status, one.sha256) for one in anchors) == shown(content)
    granted = lote.STATUS + timeline.GRANTED
    assert {one.service_status for one in anchors} <= {granted}, "an anchor for those who ask for no status"


def test_it_reads_the_list_of_every_state_of_the_demo() -> None:
    from openvc.trustlist.lote import consume_lote

    registry = files.open_registry(now=NOW)
    for state in registry.states():
        document = dict(registry.state_list(state).document)
        content = lote.exported(document, registry.name, NOW)
        names = [label["value"] for label in document["state"]["names"]]
        token, pinned = seal(content, names[0])
        if state == "SG":
            read = consume_lote(token, expected_signer_certs=[pinned], now=NOW)
            assert read.scheme_operator == names[0]
        else:  # a signer of SG, and so none of theirs: what `registry export` warns of
            assert seals.misnamed(pinned.public_bytes(Encoding.DER), names, state)
            with pytest.raises(Exception, match="countryName"):
                consume_lote(token, expected_signer_certs=[pinned], now=NOW)


@pytest.mark.parametrize("organisation", [None, "Somebody", "singapore"])
def test_it_refuses_the_signers_that_export_warns_of(organisation: str | None) -> None:
    from openvc.trustlist.errors import TrustListSignatureError
    from openvc.trustlist.lote import consume_lote

    content = lote.exported(lists.listing([]), "their-registry", NOW)
    token, pinned = seal(content, organisation)
    assert seals.misnamed(pinned.public_bytes(Encoding.DER), ["Singapore", "新加坡"], "SG")
    with pytest.raises(TrustListSignatureError):
        consume_lote(token, expected_signer_certs=[pinned], now=NOW)


SPOILED: dict[str, Any] = {
    "a sequence that is a truth": lambda scheme: scheme.update(LoTESequenceNumber=True),
    "a critical extension": lambda scheme: scheme["SchemeExtensions"].append({"Critical": True}),
    "no operator": lambda scheme: scheme.update(SchemeOperatorName=[]),
    "a time without a zone": lambda scheme: scheme.update(ListIssueDateTime="2026-11-01T00:00:00"),
}


@pytest.mark.parametrize("case", SPOILED)
def test_what_it_refuses_we_refuse(case: str) -> None:
    from openvc.trustlist.errors import TrustListError
    from openvc.trustlist.lote import consume_lote

    from defa_id.errors import RegistryRejected

    content = lote.exported(lists.listing([]), "their-registry", NOW)
    SPOILED[case](content["LoTE"]["ListAndSchemeInformation"])
    token, pinned = seal(content)
    with pytest.raises(TrustListError):
        consume_lote(token, expected_signer_certs=[pinned], now=NOW)
    with pytest.raises(RegistryRejected):
        lote_reading.read(content, RETRIEVED)


def test_a_flipped_byte_and_a_stranger_are_refused_by_both(tmp_path: Path) -> None:
    from openvc.trustlist.errors import TrustListError
    from openvc.trustlist.lote import consume_lote

    from defa_id.errors import RegistryRejected

    token, pinned = seal(lote.exported(lists.listing([]), "their-registry", NOW))
    header, payload, signature = token.split(b".")
    stranger = lists.certificate(signing.generate(), name="List signer", organisation="Singapore")
    flipped = b".".join((header, payload, signature[:10] + bytes([signature[10] ^ 1]) + signature[11:]))
    for data, der in ((flipped, pinned.public_bytes(Encoding.DER)), (token, stranger)):
        with pytest.raises(TrustListError):
            consume_lote(data, expected_signer_certs=[x5c.load(der)], now=NOW)
        with pytest.raises(RegistryRejected):
            seals.unseal(data, der, NOW)
    assert json.loads(seals.unseal(token, pinned.public_bytes(Encoding.DER), NOW).payload)
