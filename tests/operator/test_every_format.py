"""`issue` in every format and cryptosuite, by the issuers a new sandbox has, as a file and as the picture of a code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from defa_id.issue import FORMATS, data_integrity, signing
from tests.operator.test_cwt_issuer import HEALTH, NAME
from tests.support.sandbox import Done, Sandbox, defa_id

PERSON = {"name": NAME, "birth_date": "1990-05-17", "document_number": "DEMO-1", "issue_date": "2026-01-01"}
PI, VCT, DOC_TYPE = "PersonIdentityCredential", "urn:defa-id:person-identity:1", "defa-id.person-identity.1"


class Kind(NamedTuple):
    """What is issued, by whom, and who judges it."""

    format: str
    type: str
    claims: dict[str, Any] = PERSON
    suite: str | None = None
    state: str = "SG"
    relying: str = "TH"
    holder: bool = False


KINDS = (
    Kind("vc-jwt", PI),
    Kind("sd-jwt-vc", VCT, holder=True),
    Kind("vc-sd-jwt", PI),
    Kind("vc-cose", PI),
    Kind("data-integrity", PI),
    *(Kind("data-integrity", PI, suite=name) for name in ("ecdsa-rdfc-2019", "ecdsa-jcs-2019", "ecdsa-sd-2023")),
    *(
        Kind("data-integrity", PI, suite=name, state="TH", relying="SG")
        for name in ("eddsa-rdfc-2022", "eddsa-jcs-2022")
    ),
    Kind("mdoc", DOC_TYPE, holder=True),
    Kind("cwt", "urn:defa-id:cwt:person-identity:1"),
    Kind("cwt", "claim-169", {"4": "Contoh", "8": "19900517"}),
    Kind("cwt", "hcert-v", HEALTH),
)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    return Sandbox(tmp_path_factory.mktemp("formats") / "registry")


def issue(sandbox: Sandbox, folder: Path, kind: Kind, *more: str | Path) -> Done:
    claims, holder = folder / "claims.json", folder / "holder.jwk"
    claims.write_text(json.dumps(kind.claims), encoding="utf-8")
    holder.write_bytes(signing.to_json(signing.to_jwk(signing.generate())))
    return defa_id(
        *("issue", "--dir", sandbox.folder, "--state", kind.state, "--type", kind.type, "--format", kind.format),
        *("--claims", claims, *(("--holder-key", holder) if kind.holder else ())),
        *(("--cryptosuite", kind.suite) if kind.suite else ()),
        *more,
    )


def test_no_format_and_no_suite_is_left_out() -> None:
    assert {kind.format for kind in KINDS} == set(FORMATS) - {"philsys"}  # see test_cwt_issuer.py
    assert {kind.suite for kind in KINDS if kind.suite} == set(data_integrity.NAMES)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.format} {kind.suite or kind.type}")
def test_issued_and_judged_as_a_file_and_as_a_picture(sandbox: Sandbox, tmp_path: Path, kind: Kind) -> None:
    made, picture = tmp_path / "made", tmp_path / "made.png"
    done = issue(sandbox, tmp_path, kind, "--out", made, "--qr", picture)
    assert done.code == 0, done.err
    if kind.suite:
        assert json.loads(made.read_text(encoding="utf-8"))["proof"]["cryptosuite"] == kind.suite
    for source in (made, picture):
        asked = ("--for", kind.relying, "--purpose", "banking.account-opening")
        judged = defa_id("verify", source, *asked, "--registry", sandbox.published, "--memory", "none", "--json")
        verdict = json.loads(judged.out)
        assert (judged.code, verdict["decision"]) == (0, "accepted"), judged.out
        assert verdict["credential"]["format"] == kind.format


@pytest.mark.parametrize("whole", [False, True], ids=["claims", "document"])
def test_another_states_name_is_noted(sandbox: Sandbox, tmp_path: Path, whole: bool) -> None:
    """A consulate issues for the state that sent it; the code of another one is refused wherever it is shown."""
    foreign = {**PERSON, "issuing_country": "TH"}
    done = issue(sandbox, tmp_path, Kind("vc-jwt", PI, {"credentialSubject": foreign} if whole else foreign))
    assert (done.code, "it names TH as its issuing country" in done.err) == (0, True)
    made = tmp_path / "made.jwt"
    made.write_text(done.out, encoding="utf-8")
    judged = defa_id("verify", made, "--for", "TH", "--registry", sandbox.published, "--memory", "none", "--json")
    assert [line["code"] for line in json.loads(judged.out)["checks"] if line["outcome"] == "failed"] == ["SCOPE_STATE"]
    own = issue(sandbox, tmp_path, Kind("vc-jwt", PI, {**PERSON, "issuing_country": "SG"}))
    assert "issuing country" not in own.err


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Kind("data-integrity", PI, suite="eddsa-rdfc-2022"), "does not go with the listed key (P-256)"),
        (Kind("data-integrity", PI, suite="bbs-2023"), "no cryptosuite 'bbs-2023'"),
        (Kind("vc-jwt", PI, suite="eddsa-jcs-2022"), "only Data Integrity has cryptosuites"),
    ],
    ids=["another key", "unknown", "no suites here"],
)
def test_a_suite_that_cannot_be(sandbox: Sandbox, tmp_path: Path, kind: Kind, said: str) -> None:
    done = issue(sandbox, tmp_path, kind)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "hint:" in done.err
