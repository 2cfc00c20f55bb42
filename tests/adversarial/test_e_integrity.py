"""Area E: W3C Data Integrity and JSON-LD, through the whole corridor."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from defa_id.errors import DefaIdError, WrongUse
from defa_id.resolvers import did_jwk
from defa_id.verdict import Decision, Outcome, Verdict
from tests.adversarial.rows import watching
from tests.support.integrity import UNDEFINED, document, key_for, secured, text
from tests.support.world import GRANT, ISSUER, NOW, Json, Signer, World, vc, vc_jwt

V2 = "https://www.w3.org/ns/credentials/v2"
RDFC, JCS = "eddsa-rdfc-2022", "eddsa-jcs-2022"
BOTH = pytest.mark.parametrize("suite", [RDFC, JCS])

# Rows that are a corpus, or of which a corpus tells more.
NOT_HERE = {
    "E42": "tests/conformance/test_json_ld.py runs the suite's 253 negative cases",
    "E35": "the RFC's own vectors besides: tests/codec/test_jcs.py",
    "E37": "every leaf of every official document besides: tests/conformance/test_data_integrity.py",
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
    refused(place.judge(made), SIGNATURE if suite == RDFC else "format.model", "LD_CONTEXT")


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


@BOTH
@pytest.mark.parametrize("subject", [{"id": "relative"}, {"id": ""}, {"id": "#x"}], ids=str)
def test_e13_relative_identifiers(place: Place, suite: str, subject: Json) -> None:
    made = place.made(suite)
    made["credentialSubject"] = {**made["credentialSubject"], **subject}
    refused(place.judge(made), "format.model", "MODEL_SHAPE")


def test_e13_types_without_a_name(place: Place) -> None:
    made = place.made()
    made["credentialSubject"] = {**made["credentialSubject"], "type": "_:b"}
    refused(place.judge(made), SIGNATURE, "LD_UNSAFE")


@pytest.mark.parametrize("keyword", ["@graph", "@reverse", "@included", "@nest"])
def test_e14_a_second_subject_smuggled_in(place: Place, keyword: str) -> None:
    """By the issuer itself, over a suite and an envelope that know nothing of linked data."""
    smuggled: Json = {keyword: [{"id": "did:example:2", "https://x.example/p": "1"}]}
    subject = document()["credentialSubject"]
    for changes in (
        smuggled,
        {"credentialSubject": {**subject, **smuggled}},
        {"credentialSubject": [{"a": [smuggled]}]},
    ):
        refused(place.judge(secured(place.signer, JCS, document(**changes))), "format.model", "LD_UNSAFE")
        refused(place.judge({**place.made(), **changes}), "format.model", "LD_UNSAFE")
        with pytest.raises(WrongUse, match=keyword):
            place.made(**changes)
    world, signer = World.make()
    refused(world.verify(vc_jwt(signer, vc(**smuggled))), "format.model", "LD_UNSAFE")
    term = {"own": {"@id": "urn:x-demo:own", keyword: "urn:x-demo:other"}}  # what defines a term is no subject
    defining: Json = {"@context": [V2, term]}
    assert world.verify(vc_jwt(signer, vc(**defining)))


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
    code = "DI_PROOF_SHAPE" if kind == "Ed25519Signature2018" else "DI_SUITE"  # which has a jws and no proofValue
    refused(place.judge(made), "format.model", code)


def second(place: Place) -> Signer:
    """Another listed key, of the other family of suites."""
    signer = key_for("ecdsa", "key-2")
    record = {"valid_from": GRANT, "recorded": GRANT}
    place.world.sg["identifiers"].append({"kind": "jwk", "jwk": signer.jwk, "thumbprint": signer.thumbprint, **record})
    place.world.sg["algorithms"] = [{"alg": "EdDSA"}, {"alg": "ES256"}]
    return signer


def two(place: Place, **options: Any) -> tuple[Json, list[Json]]:
    """A document with the proofs of two listed keys, and those proofs."""
    made = secured(place.signer, JCS, document(), id="urn:uuid:1")
    both = secured(second(place), "ecdsa-rdfc-2019", made, **options)
    return both, both["proof"]


def bent(proof: Json) -> Json:
    value = proof["proofValue"]
    return {**proof, "proofValue": value[:-1] + ("2" if value[-1] != "2" else "3")}


@pytest.mark.parametrize("order", [1, -1])
def test_e22_every_proof_of_a_set_has_to_hold(place: Place, order: int) -> None:
    made, (one, other) = two(place)
    assert place.judge({**made, "proof": [one, other][::order]})
    for proofs in ([bent(one), other], [one, bent(other)]):
        refused(place.judge({**made, "proof": proofs[::order]}), SIGNATURE, "DI_SIGNATURE")
    for suite in ("ed448-xyz-2030", "bbs-2023"):
        unknown = {**other, "cryptosuite": suite}
        refused(place.judge({**made, "proof": [one, unknown][::order]}), "format.model", "DI_SUITE")
    stranger = secured(key_for("eddsa", "key-9"), JCS, document())["proof"]
    refused(place.judge({**made, "proof": [one, stranger][::order]}), "key.listed", "JOSE_KEY_UNKNOWN")


CHAINS: dict[str, Json] = {
    "missing": {"previousProof": "urn:uuid:9"},
    "one missing of two": {"previousProof": ["urn:uuid:1", "urn:uuid:9"]},
    "itself": {"previousProof": "urn:uuid:2", "id": "urn:uuid:2"},
    "an identifier twice": {"id": "urn:uuid:1"},
    "no identifier": {"previousProof": 7},
}


@pytest.mark.parametrize("name", CHAINS)
def test_e24_a_chain_that_leads_nowhere(place: Place, name: str) -> None:
    made, (one, other) = two(place, previous=["urn:uuid:1"], id="urn:uuid:2")
    assert place.judge(made)
    refused(place.judge({**made, "proof": [one, {**other, **CHAINS[name]}]}), "format.model", "DI_PROOF_CHAIN")


def test_e24_a_chain_that_is_a_circle_or_lost_its_beginning(place: Place) -> None:
    made, (one, other) = two(place, previous=["urn:uuid:1"], id="urn:uuid:2")
    circle = [{**one, "previousProof": "urn:uuid:2"}, other]
    refused(place.judge({**made, "proof": circle}), "format.model", "DI_PROOF_CHAIN")
    refused(place.judge({**made, "proof": other}), "format.model", "DI_PROOF_CHAIN")
    refused(place.judge({**made, "proof": [bent(one), other]}), SIGNATURE, "DI_SIGNATURE")


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
    nodes = [f"_:n{number}" for number in range(10)]
    clique = [{"id": one, "knows": [{"id": other} for other in nodes if other != one]} for one in nodes]
    made = place.made()
    made["credentialSubject"] = {"knowing": clique}
    refused(place.judge(made), SIGNATURE, "RDF_COMPLEXITY")


@pytest.mark.parametrize("size", [3, 4, 5, 7, 8, 9])
def test_e29_a_smaller_clique_has_an_answer_within_the_limit(place: Place, size: int) -> None:
    """Small ones are canonicalised and verify, larger ones are given up after counted work; none takes long."""
    nodes = [f"_:n{number}" for number in range(size)]
    clique = [{"id": one, "knows": [{"id": other} for other in nodes if other != one]} for one in nodes]
    try:
        made = place.made(credentialSubject={"knowing": clique})
    except DefaIdError:  # who mints is under the same limit
        made = place.made()
        made["credentialSubject"] = {"knowing": clique}
        refused(place.judge(made), SIGNATURE, "RDF_COMPLEXITY")
        assert size > 5
    else:
        assert place.judge(made)
        assert size < 8


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


@pytest.mark.parametrize("suite", [JCS, "ecdsa-jcs-2019"])
def test_e35_names_beyond_the_first_plane_are_ordered_as_utf_16(place: Place, suite: str) -> None:
    """U+1F600 begins with a surrogate and so stands before U+FB33 (RFC 8785 §3.2.3): by code points it would not."""
    signer = place.signer if suite == JCS else second(place)
    subject = {"\ufb33": "hebrew", "\U0001f600": "smile", "\u20ac": "euro", "\r": "return", "1": "one"}
    made = secured(signer, suite, document(credentialSubject=subject))
    assert place.judge(made)
    for order in (sorted(subject), sorted(subject, reverse=True)):
        assert place.judge({**made, "credentialSubject": {name: subject[name] for name in order}})
    swapped = {**subject, "\ufb33": "smile", "\U0001f600": "hebrew"}
    refused(place.judge({**made, "credentialSubject": swapped}), SIGNATURE, "DI_SIGNATURE")


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every text and number of a document."""
    if isinstance(value, dict | list):
        for place, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, place))
    else:
        yield path


def altered(document: Json, path: tuple[Any, ...]) -> Json:
    changed = json.loads(text(document))
    target = changed
    for step in path[:-1]:
        target = target[step]
    found = target[path[-1]]
    target[path[-1]] = f"{found}x" if isinstance(found, str) else found + 1
    return dict(changed)


@BOTH
def test_e37_no_leaf_can_be_altered(place: Place, suite: str) -> None:
    """Neither in the first subject nor in the second, nor anywhere else in the document or its proof."""
    subjects = [
        {"id": "did:example:1", "name": "Siti", "children": [{"name": "Adi"}, 2]},
        {"id": "did:example:2", "name": "Budi", "address": {"street": "Jalan Satu", "number": 7}},
    ]
    made = place.made(suite, credentialSubject=subjects, id="urn:uuid:7")
    assert place.judge(made)
    paths = list(leaves(made))
    assert len(paths) > 20
    codes = set()
    for path in paths:
        verdict = place.judge(altered(made, path))
        assert verdict.decision is Decision.REJECTED, path
        if path[0] == "credentialSubject":
            refused(verdict, SIGNATURE, "DI_SIGNATURE")
        codes |= {code for _, code in told(verdict)}
    assert "DI_SIGNATURE" in codes


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
    refused(place.judge(again), "format.model", "MODEL_SHAPE")


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
