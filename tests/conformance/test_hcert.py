"""EU Digital COVID Certificate test data: every certificate through the whole corridor at its own clock, and a
registry in which the state it names lists its signer. Each expectation is counted against the line it is about."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from defa_id import schema
from defa_id.codec import canonical
from defa_id.verdict import Decision, Verdict
from tests.conformance import exceptions
from tests.support.vectors import require, require_json
from tests.support.world import GRANT, Json, World, entity, recognition, service

FOLDER = "hcert"
TYPES = ["hcert-v", "hcert-t", "hcert-r"]
EARLY = "2020-01-01T00:00:00Z"

# How many there are: a corpus that shrinks passes everything.
FILES, ACCEPTED, COMPARED, FITTING = 88, 54, 55, 63
TRUE = {
    "EXPECTEDVERIFY": 58,
    "EXPECTEDUNPREFIX": 55,
    "EXPECTEDDECODE": 54,
    "EXPECTEDVALIDJSON": 54,
    "EXPECTEDCOMPRESSION": 54,
    "EXPECTEDB45DECODE": 54,
    "EXPECTEDEXPIRATIONCHECK": 44,
    "EXPECTEDKEYUSAGE": 22,
}
FALSE = {
    "EXPECTEDKEYUSAGE": 6,
    "EXPECTEDVERIFY": 4,
    "EXPECTEDUNPREFIX": 3,
    "EXPECTEDEXPIRATIONCHECK": 2,
    "EXPECTEDCOMPRESSION": 2,
    "EXPECTEDB45DECODE": 1,
    "EXPECTEDDECODE": 1,
}

# Expectation to the check that answers it: the check passes where it is true and fails where it is false.
ASKED = {
    "EXPECTEDUNPREFIX": "format.recognised",
    "EXPECTEDB45DECODE": "format.wellformed",
    "EXPECTEDCOMPRESSION": "format.wellformed",
    "EXPECTEDDECODE": "format.model",
    "EXPECTEDVALIDJSON": "format.model",
    "EXPECTEDVERIFY": "proof.signature",
    "EXPECTEDKEYUSAGE": "issuer.scope",
    "EXPECTEDEXPIRATIONCHECK": "time",
}
# Those that expect a failure, and the line that says so.
REFUSED = {
    "common/B1": ("format.wellformed", "INPUT_BASE45"),
    "common/CBO1": ("format.model", "HCERT_SHAPE"),
    "common/CBO2": ("format.wellformed", "CBOR_TRAILING"),
    "common/CO5": ("proof.signature", "COSE_SIGNATURE"),
    **{f"common/CO{number}": ("issuer.scope", "SCOPE_TYPE") for number in range(6, 12)},
    "common/CO16": ("time.issued", "TIME_ISSUED_IN_FUTURE"),
    "common/CO17": ("time.window", "TIME_EXPIRED"),
    "common/CO22": ("format.wellformed", "COSE_ALG"),
    "common/CO23": ("format.wellformed", "COSE_ALG"),
    "common/H1": ("format.model", "CWT_CONTENT"),
    "common/H2": ("format.model", "CWT_CONTENT"),
    "common/H3": ("format.model", "CWT_CONTENT"),
    "common/Z1": ("format.wellformed", "CBOR_TRAILING"),
}
# Of these the clock stands before their date of issuance, and no expectation asks about time.
MADE_LATER = {"FR/recovery_ok", "FR/test_pcr_ok", "FR/vaccin_ok"}
EXCEPTIONS = exceptions.otherwise(FOLDER)
NOT_RUN = exceptions.not_run(FOLDER)


class Case(NamedTuple):
    """One file."""

    name: str
    document: Json

    @property
    def text(self) -> str:
        """The QR code's text."""
        return str(self.document["PREFIX"])

    @property
    def certificate(self) -> bytes:
        return base64.b64decode(self.document["TESTCTX"]["CERTIFICATE"])

    @property
    def clock(self) -> datetime:
        return datetime.fromisoformat(self.document["TESTCTX"]["VALIDATIONCLOCK"])

    @property
    def expected(self) -> dict[str, bool]:
        return {name: value for name, value in self.document["EXPECTEDRESULTS"].items() if name in ASKED}


@cache
def cases() -> dict[str, Case]:
    folder = require(FOLDER)
    names = sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.json"))
    return {name: Case(name, require_json(f"{FOLDER}/{name}.json")) for name in names}


def state_of(case: Case) -> str:
    """Whose list names the signer: the issuer the token names, by a reader of its own."""
    import cbor2

    try:
        message = cbor2.loads(bytes.fromhex(case.document["COSE"]))
        while hasattr(message, "tag"):
            message = message.value
        return str(cbor2.loads(message[2]).get(1, "AT"))
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, cbor2.CBORDecodeError):
        return "AT"


def world(case: Case) -> World:
    made, _ = World.make(issued="2021-04-01T00:00:00Z", expires="2023-08-01T00:00:00Z")
    der, state = case.certificate, state_of(case)
    pem = f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(der).decode()}-----END CERTIFICATE-----\n"
    record = {"valid_from": EARLY, "recorded": EARLY}
    issuer = "https://health.example"
    listed = service([], TYPES, ["cwt"], issuer=issuer, service_id=f"{state}-0001")
    listed["identifiers"].append(
        {"kind": "x509", "use": "leaf", "sha256": hashlib.sha256(der).hexdigest(), "pem": pem, **record}
    )
    listed["algorithms"] = [{"alg": "ES256"}, {"alg": "PS256"}]
    made.lists[state] = {**made.lists["VN"], "territory": state, "entities": [_since(entity([listed]))]}
    made.lists["TH"]["recognitions"].append(_since(recognition("TH", state, TYPES)))
    return made


def _since(record: Any) -> Any:
    import json

    return json.loads(json.dumps(record).replace(GRANT, EARLY))


@cache
def verdict_on(name: str) -> Verdict:
    case = cases()[name]
    return world(case).verify(case.text, at=case.clock, now=case.clock)


def passed(verdict: Verdict, check: str) -> bool:
    """Whether the check passed; of `time`, both that are about it."""
    lines = [line for line in verdict.checks if line.id == check or line.id.startswith(f"{check}.")]
    return bool(lines) and all(line.outcome == "passed" for line in lines)


def failing(verdict: Verdict) -> list[tuple[str, str | None]]:
    return [(line.id, line.code) for line in verdict.problems if line.outcome in ("failed", "unknown")]


def expectations(value: bool) -> list[tuple[str, str]]:
    """Case and expectation, of those that are this."""
    return [(name, one) for name, case in cases().items() for one, is_ in case.expected.items() if is_ is value]


def test_every_expectation_is_counted() -> None:
    assert len(cases()) == FILES
    assert Counter(name for _, name in expectations(True)) == TRUE
    assert Counter(name for _, name in expectations(False)) == FALSE
    assert {name for name, _ in expectations(False)} == {*REFUSED, *NOT_RUN}


def test_what_is_expected_to_work() -> None:
    """Each expectation's own check passes, or the exact line the list of exceptions names stands there."""
    for name, expectation in expectations(True):
        verdict = verdict_on(name)
        if name in EXCEPTIONS:
            assert failing(verdict) == [(line.check, line.code) for line in EXCEPTIONS[name]]
        else:
            assert passed(verdict, ASKED[expectation]), (name, expectation, failing(verdict))


def test_certificates_of_which_everything_is_expected_are_accepted() -> None:
    accepted: Counter[str] = Counter()
    for name, case in cases().items():
        results = case.document["EXPECTEDRESULTS"]
        if name in EXCEPTIONS or not results.get("EXPECTEDVERIFY") or not all(results.values()):
            continue
        verdict = verdict_on(name)
        future = [("time.issued", "TIME_ISSUED_IN_FUTURE")] if name in MADE_LATER else []
        assert failing(verdict) == future, name
        if not future:
            accepted[verdict.unwrap().level] += 1  # nobody proves to hold a picture of a QR code
            (recognised,) = verdict.recognitions
            assert recognised is not None
            assert recognised["level"]["capped_by"] == ["bearer"]
    assert accepted == {"none": ACCEPTED}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_expected_to_fail(name: str) -> None:
    verdict = verdict_on(name)
    assert verdict.decision is Decision.REJECTED
    assert REFUSED[name] in failing(verdict)


def test_no_content_is_taken_for_another() -> None:
    """The members that come out are those of the JSON that lies beside, read by the standard library."""
    compared = 0
    for name, case in cases().items():
        if "JSON" in case.document and verdict_on(name):
            claims = verdict_on(name).unwrap().claims
            assert claims == case.document["JSON"], name
            compared += 1
    assert compared == COMPARED


def test_every_genuine_one_fits_the_schema_of_its_type(project: Path) -> None:
    """What the registry's schema asks is what states have issued."""
    held = [case.document.get("JSON") or {} for case in cases().values()]
    fitting = 0
    for certificate in held:
        for kind in (kind for kind in "vtr" if certificate.get(kind)):
            data = (project / "schemas" / "credentials" / f"hcert-{kind}.schema.json").read_bytes()
            canonical_bytes = canonical.encode(json.loads(data))
            schema.validate(certificate, canonical_bytes, hashlib.sha256(canonical_bytes).hexdigest())
            fitting += 1
    assert fitting == FITTING
