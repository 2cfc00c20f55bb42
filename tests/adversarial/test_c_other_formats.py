"""Area C in the formats that are not JWT: dates and data models of Data Integrity, dates of mdocs and CWTs."""

from __future__ import annotations

from typing import Any

import pytest
from cbor2 import CBORTag

from defa_id.policy import Policy
from defa_id.verdict import Decision, Verdict
from defa_id.verifier import Verifier
from tests.adversarial.test_c_claims_time import NO_TIMES, NOT_TEXTS
from tests.formats import test_cwt as cwt
from tests.support import mdocs
from tests.support.integrity import UNDEFINED, document, secured, text
from tests.support.world import ISSUER, NOW, PERSON, Json, Signer, World, entity, moment, service

V1, V2 = "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"
JCS = "ecdsa-jcs-2019"


def verifier_of(world: World) -> Verifier:
    return Verifier(world.registry(), Policy.from_document({"id": "test", "for_state": "TH"}))


@pytest.fixture(scope="module")
def proved() -> tuple[Verifier, Signer]:
    """A verifier of documents with their proof inside, and their issuer's key."""
    world, signer = World.make()
    world.lists["SG"]["entities"] = [entity([service([signer], [PERSON], ["data-integrity"])])]
    return verifier_of(world), signer


@pytest.fixture(scope="module")
def mobile() -> Verifier:
    return verifier_of(mdocs.world())


def lines(verdict: Verdict) -> list[tuple[str, str | None]]:
    return [(line.id, line.code) for line in verdict.problems if line.outcome in ("failed", "unknown")]


def refused(verdict: Verdict, check: str, code: str) -> None:
    assert lines(verdict) == [(check, code)]
    assert verdict.decision is Decision.REJECTED


def judged(proved: tuple[Verifier, Signer], content: Json) -> Verdict:
    return proved[0].verify(text(content), at=NOW)


# -- C18: one data model a document --------------------------------------------------------------------------


def old(**changes: Any) -> Json:
    """The document of VCDM 1.1 that is accepted."""
    made = document(ISSUER, **{"@context": [V1, UNDEFINED], "validFrom": None, "validUntil": None})
    return {**made, "issuanceDate": "2026-06-01T00:00:00Z", **changes}


MIXED: dict[str, tuple[Json, str]] = {
    "both-contexts": (document(ISSUER, **{"@context": [V2, V1, UNDEFINED]}), "JWT_AMBIGUOUS_MODEL"),
    "both-contexts-1.1-first": (old(**{"@context": [V1, V2, UNDEFINED]}), "JWT_AMBIGUOUS_MODEL"),
    "empty-context": (document(ISSUER, **{"@context": []}), "MODEL_CONTEXT"),
    "another-context-first": (document(ISSUER, **{"@context": [UNDEFINED, V2]}), "MODEL_CONTEXT"),
    "1.1-without-its-date": ({**old(), "issuanceDate": "x"}, "TIME_FORMAT"),
}


@pytest.mark.parametrize("case", MIXED)
def test_c18_two_models_in_one_document(proved: tuple[Verifier, Signer], case: str) -> None:
    content, code = MIXED[case]
    refused(judged(proved, secured(proved[1], JCS, content)), "format.model", code)


def test_c18_either_model_by_itself(proved: tuple[Verifier, Signer]) -> None:
    for content in (document(), old()):
        assert judged(proved, secured(proved[1], JCS, content))


# -- C20: what an RFC 3339 time is -----------------------------------------------------------------------------


@pytest.mark.parametrize("value", [*NO_TIMES.values(), *NOT_TEXTS], ids=[*NO_TIMES, "number", "true", "list", "object"])
def test_c20_what_is_no_time_in_a_document(proved: tuple[Verifier, Signer], value: Any) -> None:
    for member in ("validFrom", "validUntil"):
        made = secured(proved[1], JCS, document(ISSUER, **{member: value}))
        refused(judged(proved, made), "format.model", "TIME_FORMAT")
    for member in ("created", "expires"):
        made = secured(proved[1], JCS)
        made["proof"][member] = value
        code = "TIME_FORMAT" if value and isinstance(value, str) else "DI_PROOF_SHAPE"
        assert lines(judged(proved, made)) == [("format.wellformed", code)]


@pytest.mark.parametrize("value", [*NO_TIMES.values(), "2026-11-20T00:00:00+07:00"], ids=[*NO_TIMES, "offset"])
def test_c20_what_is_no_time_in_an_mdoc(mobile: Verifier, value: str) -> None:
    """ISO/IEC 18013-5 §9.1.2.4: seconds and Z, and nothing else."""
    for member in ("signed", "validFrom", "validUntil"):

        def spoiled(mso: Json, member: str = member) -> Json:
            return {**mso, "validityInfo": {**mso["validityInfo"], member: CBORTag(0, value)}}

        made = mdocs.GOLDEN.but(mso=spoiled).answer()
        refused(mobile.verify(made, at=NOW, expected=mdocs.EXPECTED), "format.model", "MDOC_DATE")


@pytest.mark.parametrize("value", ["2026-06-01T00:00:00Z", True, [1], -1, 2**63, b"1"], ids=repr)
def test_c05_what_is_no_time_in_a_cwt(value: Any) -> None:
    for name in ("exp", "nbf", "iat"):
        verdict = cwt.judged(cwt.plain(**{name: value}))
        assert verdict.decision is Decision.REJECTED
        assert lines(verdict)[0][0] in ("format.wellformed", "format.model", "time.window", "time.issued")
    assert cwt.judged(cwt.plain(exp=moment(60)))
