"""W3C vc-data-model-2.0: all 117 documents that expect something, as VC-JWT and VP-JWT signed by the test.

Like the suite's own harness, the test gives a credential its issuer where it has none (or one without
id), writes dates where the documents leave them to the tester, and secures a presentation's credentials.
"""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from defa_id.resolvers import did_jwk
from defa_id.verdict import Check, Decision, Outcome, Verdict
from tests.conformance import exceptions
from tests.support.vectors import require
from tests.support.world import GRANT, ISSUER, NOW, Json, Signer, World, recognition, vc_jwt

FOLDER = "w3c/vc-data-model-2.0"
V2 = "https://www.w3.org/ns/credentials/v2"
OTHERWISE, NOT_RUN = exceptions.otherwise(FOLDER), exceptions.not_run(FOLDER)
PLACEHOLDERS = {"PAST DATE": "2024-01-01T00:00:00Z", "FUTURE DATE": "2028-01-01T00:00:00Z"}
SPEAKS_OF_ISSUER = "credential-no-issuer-fail"

OK = [
    "credential-context-combo1-ok",
    "credential-context-combo2-ok",
    "credential-description-language-direction-en-ok",
    "credential-description-language-en-ok",
    "credential-description-ok",
    "credential-description-optional-ok",
    "credential-evidence-ok",
    "credential-evidences-ok",
    "credential-id-other-ok",
    "credential-id-single-ok",
    "credential-id-subject-single-ok",
    "credential-issuer-object-ok",
    "credential-multi-language-description-ok",
    "credential-multi-language-name-ok",
    "credential-name-language-direction-en-ok",
    "credential-name-language-en-ok",
    "credential-name-ok",
    "credential-name-optional-ok",
    "credential-ok",
    "credential-optional-type-ok",
    "credential-proof-ok",
    "credential-refresh-ok",
    "credential-refresh-type-ok",
    "credential-refreshs-ok",
    "credential-schema-ok",
    "credential-schema-type-ok",
    "credential-schemas-ok",
    "credential-status-missing-id-ok",
    "credential-status-ok",
    "credential-subject-multiple-ok",
    "credential-termsofuse-id-ok",
    "credential-termsofuse-ok",
    "credential-termsofuses-ok",
    "credential-type-mapped-url-ok",
    "credential-type-url-ok",
    "credential-type-urls-order-1-ok",
    "credential-type-urls-order-2-ok",
    "credential-validUntil-validFrom-ok",
    "credential-validfrom-far-future-ok",
    "credential-validfrom-ms-ok",
    "credential-validfrom-tz-ok",
    "credential-validuntil-ms-ok",
    "credential-validuntil-ok",
    "credential-validuntil-tz-ok",
    "issuer-description-language-direction-en-ok",
    "issuer-description-language-en-ok",
    "issuer-description-ok",
    "issuer-description-optional-ok",
    "issuer-multi-language-description-ok",
    "issuer-multi-language-name-ok",
    "issuer-name-language-direction-en-ok",
    "issuer-name-language-en-ok",
    "issuer-name-ok",
    "issuer-name-optional-ok",
    "presentation-context-combo1-ok",
    "presentation-context-combo2-ok",
    "presentation-enveloped-vc-ok",
    "presentation-holder-object-ok",
    "presentation-holder-ok",
    "presentation-id-ok",
    "presentation-multiple-vc-ok",
    "presentation-ok",
    "presentation-optional-type-ok",
    "presentation-self-asserted-vc-ok",
    "presentation-vc-ok",
]

# What each must fail with: the code, and what is found, so that nothing fails for something else.
FAIL = {
    "credential-context-combo3-fail": ("MODEL_SHAPE", "@context is not a URL"),
    "credential-context-combo4-fail": ("MODEL_CONTEXT", "@context holds something other than URLs and objects"),
    "credential-evidence-missing-type-fail": ("MODEL_SHAPE", "evidence has no type"),
    "credential-id-multi-fail": ("MODEL_SHAPE", "id is not one URL"),
    "credential-id-nonidentifier-fail": ("MODEL_SHAPE", "id is not one URL"),
    "credential-id-not-url-fail": ("MODEL_SHAPE", "id is not a URL"),
    "credential-id-subject-multi-fail": ("MODEL_SHAPE", "credentialSubject.id is not one URL"),
    "credential-issuer-no-url-fail": ("MODEL_SHAPE", "issuer is not a URL"),
    "credential-issuer-null-fail": ("MODEL_SHAPE", "issuer is not one URL"),
    "credential-issuer-object-id-no-url-fail": ("MODEL_SHAPE", "issuer is not a URL"),
    "credential-issuer-object-id-null-fail": ("MODEL_SHAPE", "issuer is not one URL"),
    "credential-missing-base-context-fail-or-inject": (
        "MODEL_CONTEXT",
        "@context does not begin with the data model's own",
    ),
    "credential-missing-required-type-fail": ("MODEL_SHAPE", "type does not hold VerifiableCredential"),
    "credential-no-context-fail-or-inject": ("MODEL_CONTEXT", "@context does not begin with the data model's own"),
    "credential-no-issuer-fail": ("MODEL_SHAPE", "issuer is missing"),
    "credential-no-subject-fail": ("MODEL_SHAPE", "credentialSubject is missing or empty"),
    "credential-no-type-fail": ("MODEL_SHAPE", "type is missing or not a text"),
    "credential-proof-missing-type-fail": ("MODEL_SHAPE", "proof has no type"),
    "credential-redef-type-fail": ("MODEL_CONTEXT", "an inline @context redefines VerifiableCredential"),
    "credential-redef-type2-fail": ("MODEL_CONTEXT", "an inline @context redefines ExampleVerifiableCredential"),
    "credential-refresh-no-type-fail": ("MODEL_SHAPE", "refreshService has no type"),
    "credential-schema-no-id-fail": ("MODEL_SHAPE", "credentialSchema has no id"),
    "credential-schema-no-type-fail": ("MODEL_SHAPE", "credentialSchema has no type"),
    "credential-schema-non-url-id-fail": ("MODEL_SHAPE", "credentialSchema.id is not a URL"),
    "credential-status-missing-type-fail": ("MODEL_SHAPE", "credentialStatus has no type"),
    "credential-status-multiple-id-fail": ("MODEL_SHAPE", "credentialStatus.id is not one URL"),
    "credential-status-nonurl-id-fail": ("MODEL_SHAPE", "credentialStatus.id is not a URL"),
    "credential-status-type-nonurl-fail": ("MODEL_SHAPE", "credentialStatus has no type"),
    "credential-subject-multiple-empty-fail": ("MODEL_SHAPE", "credentialSubject is missing or empty"),
    "credential-subject-no-claims-fail": ("MODEL_SHAPE", "credentialSubject is missing or empty"),
    "credential-termsofuse-missing-type-fail": ("MODEL_SHAPE", "termsOfUse has no type"),
    "credential-termsofuse-no-type-fail": ("MODEL_SHAPE", "termsOfUse has no type"),
    "credential-type-mapped-nonurl-fail": ("MODEL_CONTEXT", "term ExampleTestCredential does not map to a URL"),
    "credential-type-unmapped-fail": ("MODEL_CONTEXT", "type ExampleTestCredential has no meaning in @context"),
    "credential-validUntil-validFrom-fail": ("TIME_WINDOW_INVERTED", "Its validity ends before it begins."),
    "credential-validfrom-invalid-fail": ("TIME_FORMAT", "validFrom is not an RFC 3339 time with a zone"),
    "credential-validuntil-invalid-fail": ("TIME_FORMAT", "validUntil is not an RFC 3339 time with a zone"),
    "credential-description-extra-prop-en-fail": ("MODEL_SHAPE", "description is neither a text nor a language value"),
    "credential-name-extra-prop-en-fail": ("MODEL_SHAPE", "name is neither a text nor a language value"),
    "issuer-description-extra-prop-en-fail": ("MODEL_SHAPE", "description is neither a text nor a language value"),
    "issuer-name-extra-prop-en-fail": ("MODEL_SHAPE", "name is neither a text nor a language value"),
    "presentation-context-order-fail": ("MODEL_CONTEXT", "@context does not begin with the data model's own"),
    "presentation-enveloped-vc-missing-type-fail": ("MODEL_SHAPE", "type is missing or not a text"),
    "presentation-holder-fail": ("MODEL_SHAPE", "holder is not a URL"),
    "presentation-holder-name-fail": ("MODEL_SHAPE", "holder is not one URL"),
    "presentation-holder-object-fail": ("MODEL_SHAPE", "holder is not a URL"),
    "presentation-missing-base-context-fail": ("MODEL_CONTEXT", "@context does not begin with the data model's own"),
    "presentation-missing-required-type-fail": ("MODEL_SHAPE", "type does not hold VerifiablePresentation"),
    "presentation-no-context-fail-or-inject": ("MODEL_CONTEXT", "@context does not begin with the data model's own"),
    "presentation-no-type-fail": ("MODEL_SHAPE", "type is missing or not a text"),
    "presentation-vc-as-string-fail": ("MODEL_SHAPE", "verifiableCredential holds something other than an object"),
    "presentation-vc-missing-required-type-fail": ("MODEL_SHAPE", "type is missing or not a text"),
}


@cache
def documents() -> dict[str, str]:
    return {file.stem: file.read_text(encoding="utf-8") for file in require(FOLDER).rglob("*.json")}


def document_of(name: str) -> Json:
    text = documents()[name]
    for placeholder, time in PLACEHOLDERS.items():
        text = text.replace(f'"{placeholder}"', f'"{time}"')
    document: Json = json.loads(text)
    if name.startswith(("credential-", "issuer-")) and name != SPEAKS_OF_ISSUER:
        document = with_issuer(document)
    return document


def with_issuer(document: Json) -> Json:
    issuer = document.get("issuer", ISSUER)
    return {**document, "issuer": {"id": ISSUER, **issuer} if isinstance(issuer, dict) else issuer}


class Setting:
    """A registry in which SG lists the test's issuer, for every type the documents name, since 2020."""

    def __init__(self) -> None:
        world, self.issuer = World.make()
        types = {"VerifiableCredential"}
        for name in OK:
            document = json.loads(documents()[name])
            types.update(type for type in document["type"] if not type.endswith("Presentation"))
        world.sg["credentials"] = [{"type": type} for type in sorted(types)]
        world.lists["TH"]["recognitions"] = [recognition("TH", "SG", sorted(types))]
        world.lists = json.loads(json.dumps(world.lists).replace(GRANT, "2020-01-01T00:00:00Z"))
        self.world = world
        self.holder = Signer.make("EdDSA")
        self.holder_id = did_jwk.encode(self.holder.public.jwk)

    def verdict(self, document: Json, name: str) -> Verdict:
        """Signed by the issuer or the holder, and judged while it is valid."""
        if name.startswith("presentation-"):
            header = {"alg": self.holder.alg, "typ": "vp+jwt", "kid": f"{self.holder_id}#0"}
            return self.world.verify(self.holder.token(header, document))
        return self.world.verify(vc_jwt(self.issuer, document), at=moment(document))

    def secured(self, document: Json) -> Json:
        """The presentation with its credentials issued and enveloped, and with this test's holder."""
        document = copy.deepcopy(document)
        if "holder" in document:
            was = document["holder"]
            document["holder"] = {**was, "id": self.holder_id} if isinstance(was, dict) else self.holder_id
        plain = document_of("credential-ok")
        held = document.get("verifiableCredential") or [plain]
        document["verifiableCredential"] = [
            {
                "@context": V2,
                "type": "EnvelopedVerifiableCredential",
                "id": "data:application/vc+jwt," + vc_jwt(self.issuer, {**self.content(one, plain), "issuer": ISSUER}),
            }
            for one in held
        ]
        return document

    @staticmethod
    def content(held: Json, plain: Json) -> Json:
        return plain if held["type"] == "EnvelopedVerifiableCredential" else held


@pytest.fixture(scope="module")
def setting() -> Setting:
    return Setting()


def moment(document: Json) -> datetime:
    """Now, or the last moment at which the document is valid, or the first."""
    times = [document.get("validUntil"), document.get("validFrom")]
    ends, begins = (datetime.fromisoformat(time).astimezone(UTC) if time in readable(times) else None for time in times)
    if ends is not None:
        return min(NOW, ends)
    return max(NOW, begins + timedelta(days=1)) if begins is not None else NOW


def readable(times: list[Any]) -> list[str]:
    return [time for time in times if isinstance(time, str) and time[:4].isdigit()]


def model_line(verdict: Verdict) -> Check:
    return next(line for line in verdict.checks if (line.id, line.item) == ("format.model", 0))


def test_every_document_is_counted() -> None:
    assert (len(OK), len(FAIL), len(NOT_RUN)) == (65, 52, 3)
    assert set(documents()) == {*OK, *FAIL, *NOT_RUN}
    assert len(documents()) == 120
    assert all(name.endswith("-ok") for name in OK)
    assert all(name.endswith(("-fail", "-fail-or-inject")) for name in FAIL)


def test_there_is_no_exception() -> None:
    assert OTHERWISE == {}


@pytest.mark.parametrize("name", OK)
def test_ok(setting: Setting, name: str) -> None:
    """The model holds for the document as it comes."""
    line = model_line(setting.verdict(document_of(name), name))
    assert line.outcome is Outcome.PASSED, line


@pytest.mark.parametrize("name", [name for name in OK if not name.startswith(("presentation-", "credential-status-"))])
def test_ok_credentials_are_accepted(setting: Setting, name: str) -> None:
    verdict = setting.verdict(document_of(name), name)
    assert verdict, verdict.to_json(1)


@pytest.mark.parametrize("name", [name for name in OK if name.startswith("credential-status-")])
def test_ok_credentials_with_a_status_of_no_known_kind_are_not_decided(setting: Setting, name: str) -> None:
    verdict = setting.verdict(document_of(name), name)
    assert verdict.decision is Decision.INDETERMINATE
    assert (verdict.problems[0].id, verdict.problems[0].code) == ("status.list", "STATUS_TYPE")


@pytest.mark.parametrize("name", [name for name in OK if name.startswith("presentation-")])
def test_ok_presentations_are_accepted_with_their_credentials_secured(setting: Setting, name: str) -> None:
    document = setting.secured(document_of(name))
    verdict = setting.verdict(document, name)
    assert verdict, verdict.to_json(1)
    assert len(verdict.credentials) == len(document["verifiableCredential"])


@pytest.mark.parametrize("name", [name for name in OK if name.startswith("presentation-")])
def test_ok_presentations_are_never_accepted_as_they_come(setting: Setting, name: str) -> None:
    """Model and trust are two questions: nothing, or something nobody signed, is not relied on."""
    document = {**document_of(name), "holder": setting.holder_id}
    verdict = setting.verdict(document, name)
    assert verdict.decision is Decision.REJECTED
    held = document.get("verifiableCredential", [])
    failed = [(line.item, line.id, line.code) for line in verdict.checks if line.outcome is Outcome.FAILED]
    if held:
        unsigned, unknown = ("format.wellformed", "DI_NO_PROOF"), ("format.recognised", "INPUT_FORMAT_UNKNOWN")
        lines = [unknown if "Enveloped" in str(one["type"]) else unsigned for one in held]
        assert failed == [(item, *line) for item, line in enumerate(lines, 1)]
    else:
        assert failed == [(0, "holder.presented", "JWT_NO_CREDENTIAL")]


@pytest.mark.parametrize("name", FAIL)
def test_fail(setting: Setting, name: str) -> None:
    verdict = setting.verdict(document_of(name), name)
    assert verdict.decision is Decision.REJECTED
    assert [(line.id, line.code, line.why) for line in verdict.problems if line.outcome is Outcome.FAILED] == [
        ("format.model", *FAIL[name])
    ]


def test_an_issuer_is_missed_also_where_nothing_else_is(setting: Setting) -> None:
    """The suite's document without an issuer has no claims either."""
    document = {**document_of(SPEAKS_OF_ISSUER), "credentialSubject": {"id": "did:example:subject"}}
    assert model_line(setting.verdict(document, SPEAKS_OF_ISSUER)).why == "issuer is missing"


@pytest.mark.parametrize("name", sorted(NOT_RUN))
def test_what_names_no_expectation_is_refused(setting: Setting, name: str) -> None:
    assert setting.verdict(document_of(name), name).decision is Decision.REJECTED


@pytest.mark.parametrize(
    "change",
    [
        {"@context": []},
        {"@context": "https://www.w3.org/ns/credentials/examples/v2"},
        {"@context": None},
        {"type": None},
        {"type": "VerifiableCredential"},
        {"id": "eyJhbGciOiJFUzI1NiJ9.e30.AA"},
        {"id": "data:application/vc+jwt"},
        {"id": None},
    ],
    ids=str,
)
def test_what_the_suite_makes_itself_of_an_envelope_is_refused(setting: Setting, change: Json) -> None:
    """VCDM 2.0 §4.13.1: the suite's negative cases for an enveloped credential that are not files."""
    document = setting.secured(document_of("presentation-vc-ok"))
    (held,) = document["verifiableCredential"]
    changed = {key: value for key, value in {**held, **change}.items() if value is not None}
    verdict = setting.verdict({**document, "verifiableCredential": [changed]}, "presentation-vc-ok")
    assert verdict.decision is Decision.REJECTED
    assert model_line(verdict).outcome is Outcome.FAILED
