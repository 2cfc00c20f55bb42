"""Documents for two processors to disagree about: credentials of the usual contexts, mutated at random."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from defa_id import contexts

V1, V2 = "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
CITIZENSHIP = "https://w3id.org/citizenship/v4rc1"
BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

CREDENTIALS: list[dict[str, Any]] = [
    {
        "@context": [V2, EXAMPLES],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
    },
    {
        "@context": [V2, CITIZENSHIP],
        "type": ["VerifiableCredential", "PermanentResidentCardCredential"],
        "issuer": {"id": "did:key:zExample", "image": "data:image/png;base64,iVBORw0KGgo="},
        "name": "Permanent Resident Card",
        "credentialSubject": {
            "type": ["PermanentResident", "Person"],
            "givenName": "Bunga",
            "birthDate": "1978-07-17",
            "permanentResidentCard": {"type": ["PermanentResidentCard"], "identifier": "83627465", "lprNumber": "999"},
        },
    },
    {
        "@context": [V1, "https://w3id.org/citizenship/v1"],
        "type": ["VerifiableCredential", "PermanentResidentCard"],
        "issuer": "did:example:issuer",
        "issuanceDate": "2020-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:b", "type": ["PermanentResident", "Person"], "givenName": "Contoh"},
    },
    {
        "@context": [V2, BADGES],
        "id": "urn:uuid:2",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "did:example:2", "type": ["Profile"], "name": "X"},
        "credentialSubject": {
            "id": "did:example:3",
            "type": ["AchievementSubject"],
            "achievement": {"id": "https://example.org/a", "type": ["Achievement"], "criteria": {"narrative": "text"}},
        },
    },
    {
        "@context": [V2, "https://www.w3.org/ns/credentials/undefined-terms/v2"],
        "type": ["VerifiableCredential"],
        "issuer": "did:example:2",
        "credentialSubject": {"id": "did:example:3", "a": {"b": [1, 2.5, True]}},
    },
    {
        "@context": ["https://w3id.org/security/v2"],
        "id": "did:example:1",
        "publicKey": [{"id": "did:example:1#k", "type": "Ed25519VerificationKey2018", "publicKeyBase58": "abc"}],
    },
]


def _terms() -> list[str]:
    """Every member name that some pinned context defines."""
    names: set[str] = set()

    def collect(context: Any) -> None:
        if isinstance(context, dict):
            names.update(name for name in context if not name.startswith("@"))
            for value in context.values():
                collect(value)
        elif isinstance(context, list):
            for value in context:
                collect(value)

    for url in contexts.PINNED:
        collect(json.loads(contexts.load(url) or b"{}")["@context"])
    return sorted(names)


TYPES = [
    *("Person", "PermanentResident", "PermanentResidentCard", "VerifiableCredential", "VerifiablePresentation"),
    *("AchievementSubject", "Achievement", "Profile", "DataIntegrityProof", "BitstringStatusListEntry", "Multikey"),
    *("PostalAddress", "JsonSchema", "https://example.org/T", "Undefined"),
]
COMMON = [
    *("givenName", "image", "birthDate", "identifier", "name", "description", "permanentResidentCard", "evidence"),
    *("credentialStatus", "proof", "verifiableCredential", "jsonSchema", "publicKeyJwk", "relatedResource", "holder"),
    *("https://example.org/p", "schema:name", "undefined", "achievement", "results", "value", "termsOfUse"),
]
SCALARS: list[Any] = [
    *("x", "https://example.org/a", "did:example:1", "_:b5", "_:c14n0", 'Köln "q"\n\x7f\b\\', "sec:foo", "a b"),
    *("Person", "", "@type", 5, 0, -0.0, 1.0, 1.5, 1e21, 1e-7, 5e-324, 0.30000000000000004, True, False, None),
]
OBJECTS: list[Any] = [
    {"@value": "v", "@language": "EN-us"},
    {"@value": "v", "@language": "ar", "@direction": "rtl"},
    {"@value": "v", "@direction": "ltr"},
    {"@value": "v", "@language": "e n"},
    {"@value": 5},
    {"@value": "5", "@type": "https://example.org/dt"},
    {"@value": {"a": [1, None, 1e-7]}, "@type": "@json"},
    {"@value": None},
    {"@list": ["a", "b"]},
    {"@set": ["a"]},
    {"@id": "https://example.org/z"},
    {"id": "https://example.org/z"},
    {},
    [],
    [[1]],
]

_names = st.sampled_from(COMMON) | st.sampled_from(_terms())
_ids = st.sampled_from(["https://example.org/n", "did:example:2", "_:z", "_:b0"])
_types = st.sampled_from(TYPES) | st.lists(st.sampled_from(TYPES), min_size=1, max_size=3, unique=True)


def _nodes(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    members = st.dictionaries(_names, inner, max_size=4)
    keywords = st.fixed_dictionaries({}, optional={"id": _ids, "type": _types})
    return st.builds(lambda named, others: {**others, **named}, keywords, members)


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(SCALARS) | st.sampled_from(OBJECTS),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | _nodes(inner),
    max_leaves=8,
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A credential with some members added or replaced, on top, in its subject, or as a second subject."""
    document = json.loads(json.dumps(draw(st.sampled_from(CREDENTIALS))))
    subject = document.get("credentialSubject", document)
    for place in (document, subject):
        place.update(draw(st.dictionaries(_names, VALUES, max_size=2)))
    if draw(st.integers(0, 5)) == 0 and subject is not document:
        document["credentialSubject"] = [subject, draw(_nodes(VALUES))]
    if draw(st.integers(0, 9)) == 0:
        document["@context"].append(draw(st.sampled_from(sorted(contexts.PINNED))))
    copied: dict[str, Any] = json.loads(json.dumps(document))
    return copied


_words = st.sampled_from(["givenName", "p", "q", "alumniOf", "name", "https://example.org/p", "a/b~c"])
_sound_nodes: Any = st.deferred(
    lambda: st.builds(
        lambda named, others: {**others, **named},
        st.fixed_dictionaries({}, optional={"id": _ids, "type": st.sampled_from(["T", ["T", "U"], "Person"])}),
        st.dictionaries(_words, _sound_values, max_size=3),
    )
)
_sound_values: Any = st.recursive(
    st.sampled_from(["x", 'Köln "q"\n', 5, 1.5, True, {"@value": "v", "@language": "ms"}, {"id": "urn:z"}]),
    lambda inner: (
        st.lists(inner.filter(lambda value: not isinstance(value, list)), min_size=1, max_size=3) | _sound_nodes
    ),
    max_leaves=6,
)


def sound_documents() -> st.SearchStrategy[dict[str, Any]]:
    """Credentials that the fast path reads: nothing undefined, nothing outside its subset."""
    return st.builds(
        lambda credential, subject: {**credential, "credentialSubject": subject},
        st.just(CREDENTIALS[0]),
        st.dictionaries(_words, _sound_values, min_size=1, max_size=4) | st.lists(_sound_nodes, min_size=1, max_size=2),
    ).map(lambda document: json.loads(json.dumps(document)))
