"""Area E: W3C Data Integrity and JSON-LD, through the whole corridor."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from defa_id.resolvers import did_jwk
from defa_id.verdict import Decision, Outcome, Verdict
from tests.adversarial.rows import watching
from tests.support.integrity import UNDEFINED, document, key_for, secured, text
from tests.support.vectors import require
from tests.support.world import GRANT, ISSUER, NOW, Json, Signer, World

V2 = "https://www.w3.org/ns/credentials/v2"
RDFC, JCS = "eddsa-rdfc-2022", "eddsa-jcs-2022"
BOTH = pytest.mark.parametrize("suite", [RDFC, JCS])

# Rows, or parts of rows, that have nothing here to be tried on, or are tried elsewhere.
NOT_HERE = {
    "E22": "proof sets: tests/formats/test_data_integrity.py, TestSetsAndChains",
    "E24": "proof chains: the same",
    "E29": "smaller cliques: tests/linked/test_rdf_canon.py runs the official graphs under the limit",
    "E35": "the order of surrogate pairs: tests/codec/test_jcs.py, with the RFC's own vectors",
    "E37": "every leaf of every official document: tests/conformance/test_data_integrity.py",
    "E42": "the JSON-LD suite's negative tests are not among the vectors; tests/linked tries each kind of refusal",
}


class Place:
    """A registry whose issuer signs with Data Integrity."""

    def __init__(self) -> None:
        self.world, _ = World.make()
        self.signer = key_for("eddsa")
        record = {"valid_from": GRANT, "recorded": GRANT}
        self.world.sg["identifiers"][1:] = [
            {"kind": "jwk", "jwk": self.signer.jwk, "thumbprint": self.signer.thumbprint, **record}
        ]
        self.world.sg["formats"].append("data-integrity")
        self.world.sg["algorithms"] = [{"alg": "EdDSA"}]

    def made(self, suite: str = RDFC, by: Signer | None = None, **changes: Any) -> Json:
        return secured(by or self.signer, suite, document(**changes))

    def judge(self, content: Json | str) -> Verdict:
        with watching() as reached:
            verdict = self.world.verify(content if isinstance(content, str) else text(content))
        assert [one for one in reached if not one.endswith(".jsonld")] == []
        return verdict


@pytest.fixture
def place() -> Place:
    return Place()


def told(verdict: Verdict) -> list[tuple[str, str | None]]:
    return [(line.id, line.code) for line in verdict.problems if line.outcome is not Outcome.SKIPPED]


def refused(verdict: Verdict, check: str, code: str) -> None:
    assert told(verdict) == [(check, code)]
    assert verdict.decision is Decision.REJECTED


SIGNATURE = "proof.signature"


@BOTH
def test_the_golden_document(place: Place, suite: str) -> None:
    assert place.judge(place.made(suite))


@pytest.mark.parametrize("proof", [None, [], {}, [{}]], ids=str)
def test_e01_no_proof(place: Place, proof: object) -> None:
    made = place.made()
    del made["proof"]
    refused(place.judge(made if proof is None else {**made, "proof": proof}), "format.wellformed", "DI_NO_PROOF")


def test_e03_a_key_for_another_purpose(place: Place) -> None:
    made = secured(place.signer, JCS, document(), purpose="authentication")
    refused(place.judge(made), "format.model", "DI_PURPOSE")
    made = place.made(JCS)
    del made["proof"]["proofPurpose"]
    refused(place.judge(made), "format.model", "DI_PURPOSE")


@BOTH
def test_e04_a_method_of_somebody_else(place: Place, suite: str) -> None:
    stranger = key_for("eddsa")
    did = did_jwk.encode(stranger.public.jwk)
    made = secured(stranger, suite, document(), method=f"{did}#0")
    refused(place.judge(made), "key.listed", "SCOPE_ISSUER_KEY")


CONTEXTS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "E06 appended": lambda own: [*own, {"nationality": "urn:evil"}],
    "E06 prepended": lambda own: [own[0], {"nationality": "urn:evil"}, *own[1:]],
    "E08 another vocabulary": lambda own: [*own, {"@vocab": "urn:evil:"}],
    "E15 an alias": lambda own: [*own, {"identifier": "@id"}],
    "E11 a base": lambda own: [*own, {"@base": "https://evil.example/"}],
}


@BOTH
@pytest.mark.parametrize("change", CONTEXTS)
def test_e06_e08_e11_e15_another_context_than_was_signed(place: Place, suite: str, change: str) -> None:
    made = place.made(suite)
    made["@context"] = CONTEXTS[change](made["@context"])
    verdict = place.judge(made)
    assert verdict.decision is not Decision.ACCEPTED
    assert {code for _, code in told(verdict)} <= {
        "LD_CONTEXT",
        "LD_UNSAFE",
        "DI_SIGNATURE",
        "RDF_UNSUPPORTED",
        "MODEL_CONTEXT",
    }


@BOTH
def test_e07_contexts_in_another_order(place: Place, suite: str) -> None:
    made = place.made(suite)
    code = "MODEL_CONTEXT" if suite == RDFC else "LD_CONTEXT"
    refused(place.judge({**made, "@context": made["@context"][::-1]}), "format.model", code)
    more = [*made["@context"], "https://w3id.org/security/multikey/v1"]
    verdict = place.judge({**made, "@context": more})  # it defines no term that is used: the statements are the same
    assert told(verdict) == ([] if suite == RDFC else [("format.model", "LD_CONTEXT")])


@pytest.mark.parametrize(
    "url",
    [
        *("https://context.example/v1", "http://127.0.0.1/context", "https://www.w3.org/ns/credentials/v2#x"),
        *("https://www.w3.org/ns/credentials/v2?x", "https://www.w3.org/ns/credentials/v2/"),
        "https://WWW.w3.org/ns/credentials/v2",
    ],
)
def test_e09_e10_a_context_that_is_not_pinned_is_not_fetched(place: Place, url: str) -> None:
    made = place.made()
    refused(place.judge({**made, "@context": [*made["@context"], url]}), SIGNATURE, "LD_CONTEXT")


@pytest.mark.parametrize("inline", [{"@import": UNDEFINED}, {"@propagate": False}, {"@reverse": "x"}], ids=str)
def test_e11_keywords_that_have_no_place_in_a_document(place: Place, inline: Json) -> None:
    made = place.made()
    verdict = place.judge({**made, "@context": [*made["@context"], inline]})
    refused(verdict, "format.model", "MODEL_CONTEXT")


def plain_document(**changes: Any) -> Json:
    """A document whose contexts define nothing but the model's own terms."""
    return {
        **document(credentialSubject={"id": "did:example:1"}, type=["VerifiableCredential"]),
        "@context": [V2],
        **changes,
    }


def test_e12_a_term_nobody_defined(place: Place) -> None:
    place.world.sg["credentials"].append({"type": "VerifiableCredential"})
    place.world.lists["TH"]["recognitions"][0]["types"].append("VerifiableCredential")
    made = secured(place.signer, RDFC, plain_document())
    assert place.judge(made)
    made["credentialSubject"]["degree"] = "PhD"
    refused(place.judge(made), SIGNATURE, "LD_UNSAFE")


@pytest.mark.parametrize(
    "subject", [{"id": "relative"}, {"id": ""}, {"type": "_:b"}, {"type": ""}, {"id": "#x"}], ids=str
)
def test_e13_relative_identifiers_and_types_without_a_name(place: Place, subject: Json) -> None:
    made = place.made()
    made["credentialSubject"] = {**made["credentialSubject"], **subject}
    assert place.judge(made).decision is Decision.REJECTED


@pytest.mark.parametrize("keyword", ["@graph", "@reverse", "@included", "@nest"])
def test_e14_a_second_subject_smuggled_in(place: Place, keyword: str) -> None:
    for where in ("credentialSubject", None):
        made = place.made()
        target = made[where] if where else made
        target[keyword] = [{"id": "did:example:2", "https://x.example/p": "1"}]
        assert place.judge(made).decision is not Decision.ACCEPTED


@BOTH
@pytest.mark.parametrize(
    "change", [{"created": "2026-11-24T11:59:59Z"}, {"domain": "x"}, {"challenge": "x"}, {"id": "urn:x"}], ids=str
)
def test_e16_options_are_signed(place: Place, suite: str, change: Json) -> None:
    made = place.made(suite)
    made["proof"].update(change)
    refused(place.judge(made), SIGNATURE, "DI_SIGNATURE")


def test_e17_created(place: Place) -> None:
    from datetime import timedelta

    made = secured(place.signer, JCS, document(), created=NOW + timedelta(seconds=61))
    refused(place.judge(made), "time.issued", "TIME_ISSUED_IN_FUTURE")
    made = place.made(JCS)
    made["proof"]["created"] = "2026-02-30T00:00:00Z"
    refused(place.judge(made), "format.wellformed", "TIME_FORMAT")


def test_e18_a_proof_that_has_expired(place: Place) -> None:
    made = secured(place.signer, JCS, document(), expires="2026-11-24T11:58:00Z", created=NOW.replace(month=8))
    refused(place.judge(made), "time.window", "TIME_EXPIRED")


@pytest.mark.parametrize("suite", [None, "ecdsa-jcs-2019", "eddsa-jcs-2030", "bbs-2023", 7], ids=str)
def test_e19_e40_suites(place: Place, suite: object) -> None:
    made = place.made(JCS)
    made["proof"]["cryptosuite"] = suite
    if suite is None:
        del made["proof"]["cryptosuite"]
    verdict = place.judge(made)
    assert verdict.decision is Decision.REJECTED
    code = {"ecdsa-jcs-2019": "JOSE_ALG_NOT_REGISTERED", 7: "DI_PROOF_SHAPE"}.get(suite, "DI_SUITE")
    assert told(verdict)[0][1] == code


@pytest.mark.parametrize("kind", ["Ed25519Signature2018", "RsaSignature2018", "BbsBlsSignature2020"])
def test_e19_a_suite_of_another_time(place: Place, kind: str) -> None:
    made = place.made(JCS)
    made["proof"]["type"] = kind
    assert place.judge(made).decision is Decision.REJECTED


@pytest.mark.parametrize(
    "change",
    [
        *({"proofValue": None}, {"verificationMethod": None}, {"verificationMethod": ["x"]}, {"proofValue": "zzz"}),
        *({"type": 7}, {"proofValue": "m" + "A" * 86}, {"proofValue": "z"}),
    ],
    ids=str,
)
def test_e25_a_proof_that_is_none(place: Place, change: Json) -> None:
    made = place.made(JCS)
    made["proof"] = {name: value for name, value in {**made["proof"], **change}.items() if value is not None}
    verdict = place.judge(made)
    assert verdict.decision is Decision.REJECTED
    assert told(verdict)[0][1] == "DI_PROOF_SHAPE"
    refused(place.judge({**made, "proof": "urn:uuid:1"}), "format.wellformed", "DI_PROOF_SHAPE")


def test_e28_a_graph_made_to_exhaust_us(place: Place) -> None:
    """Ten unnamed nodes, each of which knows all others: rdf-canon's test074 in a credential."""
    require("w3c/rdf-canon")
    nodes = [f"_:n{number}" for number in range(10)]
    clique = [{"id": one, "knows": [{"id": other} for other in nodes if other != one]} for one in nodes]
    made = place.made()
    made["credentialSubject"] = {"knowing": clique}
    verdict = place.judge(made)
    assert verdict.decision is not Decision.ACCEPTED
    assert told(verdict)[0][1] in ("RDF_COMPLEXITY", "LIMIT_RDF", "LD_UNSAFE")


def test_e30_too_many_nodes_and_statements(place: Place) -> None:
    for many in ([{"a": str(n)} for n in range(65)], [str(number) for number in range(2_001)]):
        made = place.made()
        made["credentialSubject"] = {"many": many}
        refused(place.judge(made), SIGNATURE, "LIMIT_RDF")


def test_e31_a_node_labelled_like_a_canonical_one(place: Place) -> None:
    subject = {"friend": {"id": "_:c14n0", "name2": "x"}, "other": {"name2": "y"}}
    assert place.judge(place.made(credentialSubject=subject))


@BOTH
def test_e32_control_characters_in_a_text(place: Place, suite: str) -> None:
    made = place.made(suite, credentialSubject={"note": "a\u007fb\bc\fd\te"})
    assert place.judge(json.loads(text(made)))


@BOTH
def test_e33_numbers(place: Place, suite: str) -> None:
    made = place.made(suite, credentialSubject={"n": [1, 1.5, 1e21, 100.0, -0.5, 5e-324]})
    assert place.judge(made)
    spelled = text(made).replace("100.0", "1E2")
    assert place.judge(spelled)


def test_e34_a_member_twice(place: Place) -> None:
    made = text(place.made(JCS))
    twice = made.replace('"issuer"', f'"issuer": "{ISSUER}", "issuer"', 1)
    refused(place.judge(twice), "format.wellformed", "JSON_DUPLICATE_MEMBER")
    shuffled = json.dumps(dict(reversed(list(place.made(JCS).items()))), indent=3)
    assert place.judge(shuffled)


def test_e36_the_documents_own_time(place: Place) -> None:
    refused(place.judge(place.made(JCS, validUntil="2026-11-24T11:58:59Z")), "time.window", "TIME_EXPIRED")
    made = secured(place.signer, JCS, document(validFrom="2026-11-24T12:01:01Z"))
    refused(place.judge(made), "time.window", "TIME_NOT_YET")


def test_e38_the_issuers_name_is_the_registrys(place: Place) -> None:
    made = place.made(JCS, issuer={"id": ISSUER, "name": "Ministry of Another State"})
    verdict = place.judge(made)
    assert verdict
    assert "Another State" not in verdict.to_json()


def test_e39_envelopes(place: Place) -> None:
    envelope = {"@context": V2, "type": "EnvelopedVerifiableCredential", "id": "data:text/plain,x"}
    holder = key_for("eddsa", "holder")
    did = did_jwk.encode(holder.public.jwk)
    presentation = {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "holder": did,
        "verifiableCredential": [envelope],
    }
    made = secured(holder, JCS, presentation, method=f"{did}#0", purpose="authentication")
    refused(place.judge(made), "format.recognised", "INPUT_FORMAT_UNKNOWN")
    deeper = {**presentation, "verifiableCredential": [made]}
    again = secured(holder, JCS, deeper, method=f"{did}#0", purpose="authentication")
    assert place.judge(again).decision is Decision.REJECTED


@BOTH
def test_e41_language_and_markup_are_data(place: Place, suite: str) -> None:
    name = {"@value": "<script>alert(1)</script>", "@language": "en", "@direction": "rtl"}
    verdict = place.judge(place.made(suite, name=name))
    assert verdict
    assert "<script>" not in verdict.to_json()


def test_a_document_is_issued_when_its_last_proof_was_made(place: Place) -> None:
    """Issued during a suspension is rejected, also where an earlier date stands in validFrom."""
    suspended = {"effective": "2026-11-01T00:00:00Z", "recorded": "2026-11-01T00:00:00Z", "reason": "supervision"}
    place.world.sg["status_events"].append({"status": "suspended", **suspended})
    refused(place.judge(place.made(JCS)), "issuer.granted", "SCOPE_ISSUER_SUSPENDED")
