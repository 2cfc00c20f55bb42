"""The equipped parts: what the middle alone leaves unknown, a worker answers; the whole corridor as users have it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from defa_id.verdict import Decision
from defa_id.workers import EQUIPPED, legacy, linked_data
from tests.conformance.test_data_integrity import judged
from tests.formats.test_data_integrity import told, world_of
from tests.support.integrity import document, key_for, secured, text
from tests.workers.test_legacy import signed


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    yield
    linked_data._worker().close()
    legacy._worker().close()


def test_a_document_outside_the_subset() -> None:
    signer = key_for("eddsa-rdfc-2022")
    content = document()
    content["credentialSubject"]["ordered"] = {"@list": ["first", "second"]}
    made = secured(signer, "eddsa-rdfc-2022", content, means=EQUIPPED.means)
    world = world_of(signer)
    equipped = world.verify(text(made), parts=EQUIPPED)
    assert equipped, equipped.to_json(1)
    alone = world.verify(text(made))
    assert alone.decision is Decision.INDETERMINATE
    assert told(alone) == [("proof.signature", "RDF_UNSUPPORTED")]
    made["credentialSubject"]["ordered"]["@list"].reverse()
    assert told(world.verify(text(made), parts=EQUIPPED)) == [("proof.signature", "DI_SIGNATURE")]


@pytest.mark.peers
@pytest.mark.parametrize("suite", ["JsonWebSignature2020", "EcdsaSecp256r1Signature2019"])
def test_an_older_suite_that_didkit_verifies(suite: str) -> None:
    made, _ = signed(suite, "P-256")
    assert judged(made, parts=EQUIPPED), judged(made, parts=EQUIPPED).summary
    assert told(judged(made)) == [("proof.signature", "DI_SUITE_EXTRA")]
    changed = {**made, "issuanceDate": "2020-01-02T00:00:00Z"}
    assert told(judged(changed, parts=EQUIPPED)) == [("proof.signature", "DI_SIGNATURE")]
    unsigned = {**made, "undefined": "unsigned"}
    assert ("proof.signature", "LD_UNSAFE") in told(judged(unsigned, parts=EQUIPPED))
