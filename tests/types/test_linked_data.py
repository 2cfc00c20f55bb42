"""The contexts: pinned, and every word of a credential means something to two processors that agree on it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from defa_id import contexts, linked
from defa_id.contexts import own
from defa_id.errors import DefaIdError
from defa_id.issue import data_integrity, signing
from defa_id.types import json_ld, paths, shipped
from tests.linked import processors

PROJECT: Final = Path(__file__).resolve().parents[2]
NAMES: Final = tuple(shipped.families())
EACH_FAMILY = pytest.mark.parametrize("name", NAMES)
V2: Final = "https://www.w3.org/ns/credentials/v2"

Object = dict[str, Any]


def example(name: str) -> Object:
    said: Object = json.loads((PROJECT / "examples" / "claims" / f"{name}.json").read_text(encoding="utf-8"))
    return said


def credential(name: str) -> Object:
    family = shipped.family(name)
    return {
        "@context": [V2, json_ld.url(family)],
        "type": ["VerifiableCredential", family.vc],
        "issuer": "did:web:issuer.demo.example",
        "validFrom": "2026-11-01T00:00:00Z",
        "credentialSubject": example(name),
    }


def test_every_family_has_its_context() -> None:
    assert own.OWN.keys() == {json_ld.url(one) for one in shipped.families().values()}
    assert not own.OWN.keys() & contexts.PINNED.keys()


@EACH_FAMILY
def test_a_context_is_pinned_by_its_bytes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    family = shipped.family(name)
    data = contexts.load(json_ld.url(family))
    assert data is not None
    assert json.loads(data) == json_ld.context(family)
    file, digest = own.OWN[json_ld.url(family)]
    assert hashlib.sha256(data).hexdigest() == digest
    monkeypatch.setitem(own.OWN, json_ld.url(family), (file, "0" * 64))
    with pytest.raises(DefaIdError, match="has been changed"):
        contexts.load(json_ld.url(family))


@EACH_FAMILY
def test_every_value_becomes_a_statement_and_another_processor_agrees(name: str) -> None:
    document = credential(name)
    canonical = linked.canonicalize(document, contexts.load)
    assert "".join(canonical.lines) == processors.canonical(document)
    subject = paths.values(document["credentialSubject"])
    different = {(path.split("[")[0], str(value)) for path, value in subject.items()}
    literals = [line for line in canonical.lines if '"' in line and "validFrom" not in line]
    assert len(literals) >= len(different)
    assert any(f"<{shipped.family(name).uri}>" in line for line in canonical.lines)


def test_a_word_nobody_defined_is_refused() -> None:
    document = credential("person-identity")
    document["credentialSubject"]["shoe_size"] = 42
    from defa_id.errors import Fault

    with pytest.raises(Fault) as refused:
        linked.to_quads(document, contexts.load)
    assert refused.value.code == "LD_UNSAFE"


@EACH_FAMILY
def test_a_credential_of_every_family_can_be_secured_as_linked_data(name: str) -> None:
    whole = {part: value for part, value in credential(name).items() if part != "issuer"}
    token = data_integrity.mint(
        signing.generate("Ed25519"),
        issuer="did:web:issuer.demo.example",
        type=shipped.family(name).vc,
        claims=whole,
        issued=datetime(2026, 11, 1, tzinfo=UTC),
        expires=datetime(2027, 11, 1, tzinfo=UTC),
        cryptosuite="eddsa-rdfc-2022",
    )
    assert json.loads(token)["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
