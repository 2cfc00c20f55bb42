"""The registry and the credentials that travel with the library: they work today and in a year."""

from __future__ import annotations

import gzip
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from defa_id import Policy, Verifier, open_registry
from defa_id.codec import base64url, limits
from defa_id.files import recorded_sources, sources_path
from defa_id.operator.demo import generate
from defa_id.trust import recognition

ROOT = Path(__file__).resolve().parents[2]
CREDENTIALS = ROOT / "examples" / "credentials"
RECORDED = ROOT / "examples" / "recorded"
BUILT = datetime(2026, 11, 24, tzinfo=UTC)
STATES = ("BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN")

# What each shipped credential is for: relying state, purpose, decision, and the code of its first problem.
EXPECTED = {
    "sg-person.vc.jwt": ("TH", None, "accepted", None),
    "sg-mononym.sd-jwt": ("TH", None, "accepted", None),
    "sg-person-high.sd-jwt": ("MY", "government.service-access", "accepted", None),
    "sg-person-status.vc.jwt": ("TH", None, "indeterminate", "STATUS_UNAVAILABLE"),
    "th-person.sd-jwt": ("SG", "banking.account-opening", "accepted", None),
    "ph-nurse.sd-jwt": ("SG", "employment.professional-practice", "accepted", None),
    "vn-company.vc.jwt": ("SG", "banking.company-account", "accepted", None),
    "vn-person.sd-jwt": ("SG", "banking.account-opening", "accepted", None),
    "my-engineer.sd-jwt": ("ID", "employment.professional-practice", "indeterminate", "SCHEMA_UNAVAILABLE"),
    "my-person-expired.vc.jwt": ("SG", None, "rejected", "TIME_EXPIRED"),
    "sg-person.vc.json": ("TH", None, "accepted", None),
    "th-person.vc.json": ("SG", "banking.account-opening", "accepted", None),
    "sg-person.vc.sd-jwt": ("TH", None, "accepted", None),
    "sg-person.vc.cose": ("TH", None, "accepted", None),
    "sg-person.mdoc": ("TH", None, "accepted", None),
    "sg-person.cwt.txt": ("TH", None, "accepted", None),
    "sg-person.claim-169.txt": ("TH", None, "accepted", None),
    "sg-vaccination.hcert.txt": ("TH", None, "accepted", None),
    "kh-person.vc.jwt": ("SG", None, "rejected", "RECOGNITION_SUSPENDED"),
    "kh-company-before-withdrawal.vc.jwt": ("TH", "trade.company-onboarding", "accepted", None),
    "ph-engineer-before-suspension.vc.jwt": (
        "SG",
        "employment.professional-practice",
        "indeterminate",
        "SCOPE_ISSUER_SUSPENDED",
    ),
    "ph-engineer-during-suspension.vc.jwt": (
        "SG",
        "employment.professional-practice",
        "rejected",
        "SCOPE_ISSUER_SUSPENDED",
    ),
}


class Uncapped:
    """Counts nothing: every use is the first."""

    def take(self, arrangement: str, phase: str, token: str, cap: int) -> int | None:  # noqa: ARG002
        return 1


def test_every_shipped_credential_has_its_expected_verdict() -> None:
    assert {path.name for path in CREDENTIALS.iterdir()} == EXPECTED.keys()


@pytest.mark.parametrize("name", sorted(EXPECTED))
@pytest.mark.parametrize("days", [0, 400])
def test_shipped_credential(name: str, days: int) -> None:
    relying, purpose, decision, code = EXPECTED[name]
    now = BUILT + timedelta(days=days)
    verifier = Verifier(open_registry(now=now), Policy.preset("baseline", for_state=relying).asking(purpose=purpose))
    verdict = verifier.verify((CREDENTIALS / name).read_bytes(), at=now, counter=Uncapped())
    assert (verdict.decision, verdict.problems[0].code if verdict.problems else None) == (decision, code)
    assert verdict.to_dict()["recognition"]["environment"] == "demo"
    assert verdict.to_dict()["registry"]["freshness"] == "fresh"


@pytest.mark.parametrize("name", ["sg-person.mdoc", "sg-vaccination.hcert.txt"])
def test_a_document_signers_certificate_ends_before_what_it_signed(name: str) -> None:
    """457 days (ISO/IEC 18013-5 §B.1.4); the examples say so, and the verdict does when that day has come."""
    for day, code in (("2028-01-31T00:00:00Z", None), ("2028-02-02T00:00:00Z", "X509_TIME")):
        now = datetime.fromisoformat(day)
        verifier = Verifier(open_registry(now=now), Policy.preset("baseline", for_state="TH"))
        verdict = verifier.verify((CREDENTIALS / name).read_bytes(), at=now)
        assert (verdict.problems[0].code if verdict.problems else None) == code


def test_the_registry_is_what_the_sources_make_of_it(tmp_path: Path) -> None:
    copy = tmp_path / "trust_registry"
    shutil.copytree(sources_path(), copy, ignore=shutil.ignore_patterns("published"))
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    generate(copy, tmp_path / "credentials")

    def files(folder: Path) -> dict[str, bytes]:
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    assert files(copy / "published") == files(sources_path() / "published")
    assert files(tmp_path / "credentials") == files(CREDENTIALS)
    recorded = files(tmp_path / "recorded")
    assert recorded
    assert recorded.items() <= files(RECORDED).items()


@pytest.mark.parametrize("days", [0, 400])
def test_with_the_recorded_list_its_status_is_known(days: int) -> None:
    now = BUILT + timedelta(days=days)
    verifier = Verifier(open_registry(now=now), Policy.preset("baseline", for_state="TH"))
    data = (CREDENTIALS / "sg-person-status.vc.jwt").read_bytes()
    verdict = verifier.verify(data, at=now, source=recorded_sources(RECORDED))
    assert verdict, verdict.to_json(1)
    assert [line["url"] for line in verdict.documents] == ["https://status.sg.demo.example/1"]


def test_the_recorded_list_is_written_as_rfc_1952_has_it() -> None:
    token = (RECORDED / "sg-status-1.jwt").read_bytes()
    subject = json.loads(base64url.decode(token.split(b".")[1]))["credentialSubject"]
    bits = gzip.decompress(base64url.decode(subject["encodedList"][1:].encode()))
    assert len(bits) * 8 == limits.STATUS_BITSTRING_ENTRIES
    assert [at for at in range(len(bits) * 8) if bits[at // 8] >> (7 - at % 8) & 1] == [7, 131_071]


def test_eleven_states_fifteen_issuers_fifteen_recognitions_and_one_corridor() -> None:
    registry = open_registry(now=BUILT)
    lists = [registry.state_list(state) for state in registry.states()]
    assert registry.states() == STATES
    usable = [s for one in lists for s in one.services if s.interface not in ("none", "issuer-app-only") and s.keys]
    assert len(usable) >= 15
    assert sum(len(one.recognitions) for one in lists) >= 15
    assert {s.interface for one in lists for s in one.services} >= {"none", "issuer-app-only", "offline"}
    (corridor,) = {(a.id, a.digest, a.environment, a.parties) for one in lists for a in one.arrangements}
    assert (corridor[2], sorted(corridor[3])) == ("sandbox", ["SG", "TH", "VN"])
    assert all(one.environment == "demo" for one in lists)
    assert registry.environment == "demo"


def test_the_matrix_has_a_row_for_every_ordered_pair() -> None:
    registry = open_registry(now=BUILT)
    rows = recognition.matrix(registry, at=BUILT, type="LegalEntityCredential")
    assert {(row["by"], row["of"]) for row in rows} == {(a, b) for a in STATES for b in STATES if a != b}
    assert all(row["environment"] in (None, "demo") for row in rows)
    pairs = {(row["by"], row["of"]) for row in rows if row["decision"] == "recognised"}
    assert any((of, by) not in pairs for by, of in pairs), "some recognition is one-directional"
    everything = recognition.matrix(registry, at=BUILT)
    assert json.loads(json.dumps(everything)) == everything
    assert {row["decision"] for row in everything} == {"recognised", "not_recognised", "not_yet"}
