"""An issuer's key makes way for the next: an overlap for a planned change, none for a stolen key."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from defa_id.errors import ChangeRefused
from defa_id.issue import signing
from defa_id.issue.possession import prove
from defa_id.operator import changes, lint, rotation, standing
from defa_id.operator.rotation import Rotation
from defa_id.operator.tree import Object, Tree
from defa_id.resolvers import did_key
from tests.operator.conftest import LATER, Run
from tests.operator.made import VCT, application, certificate, days, in_environment, jwk

ISSUER = "did:web:sg-identity.demo.example"
HTTPS = "https://identity.sg.demo.example"


def rotated(tree: Tree, now: datetime, **members: Any) -> changes.Change:
    asked = Rotation("SG", HTTPS, jwk(signing.generate("Ed25519")))
    return rotation.rotate(tree, asked._replace(**members), now)


def service(change: changes.Change, id: str = "SG-0002") -> Object:
    found = (one for entity in change.after.listing["entities"] for one in entity["services"])
    return next(one for one in found if one["service_id"] == id)


def keys(change: changes.Change, id: str = "SG-0002") -> list[Object]:
    return [one for one in service(change, id)["identifiers"] if one["kind"] == "jwk"]


def test_the_old_key_ends_a_month_after_the_new_one_begins(tree: Tree, now: datetime) -> None:
    change = rotated(tree, now)
    old, new = keys(change)
    assert old["valid_until"] == "2026-12-24T13:00:00Z"
    assert (new["valid_from"], new["recorded"]) == ("2026-11-24T13:00:00Z", "2026-11-24T13:00:00Z")
    assert "valid_until" not in new
    assert change.summary.startswith(f"SG-0002: new key of {HTTPS} from 2026-11-24T13:00:00Z, the old one until")
    assert "nobody has shown that they hold this key" in change.warnings[0]
    assert not [one for one in lint.lint(tree.with_state("SG", change.after)) if one.level == lint.ERROR]


def test_the_overlap_is_a_choice(tree: Tree, now: datetime) -> None:
    old, new = keys(rotated(tree, now, begins=now + days(10), ends=now + days(12)))
    assert (new["valid_from"], old["valid_until"]) == ("2026-12-04T13:00:00Z", "2026-12-06T13:00:00Z")


def test_a_stolen_key_ends_at_once(tree: Tree, now: datetime) -> None:
    change = rotated(tree, now, compromised_since=now - days(3))
    old, _ = keys(change)
    assert (old["compromised_since"], old["valid_until"]) == ("2026-11-21T13:00:00Z", "2026-11-24T13:00:00Z")
    assert change.summary.endswith("the old one compromised since 2026-11-21T13:00:00Z")
    again = tree.with_state("SG", change.after)
    key = next(one["jwk"] for one in keys(change) if "compromised_since" in one)
    with pytest.raises(ChangeRefused, match="given up as compromised"):
        rotated(again, now + days(1), key=json.dumps(key).encode())


def test_every_service_that_has_a_key_gets_the_new_one(tree: Tree, now: datetime) -> None:
    change = rotated(tree, now, id=ISSUER, key=jwk(signing.generate("P-384")))
    assert change.summary.startswith("SG-0001, SG-0002: new key")
    assert [entry["alg"] for entry in service(change, "SG-0001")["algorithms"]] == ["ES256", "ES384"]
    one = rotated(tree, now, id=ISSUER, service="SG-0001")
    assert one.summary.startswith("SG-0001: new key")
    assert len(keys(one)) == 1


def test_the_one_key_that_is_meant(tree: Tree, now: datetime) -> None:
    first = tree.with_state("SG", rotated(tree, now).after)
    old = keys(rotated(first, now, ends=now + days(2)))
    assert [one.get("valid_until") for one in old] == ["2026-11-26T13:00:00Z", "2026-11-26T13:00:00Z", None]
    middle = keys(changes.Change("SG", first.states["SG"], ""))[1]["thumbprint"]
    named = keys(rotated(first, now, old=middle))
    assert [one.get("valid_until") for one in named] == ["2026-12-24T13:00:00Z", "2026-12-24T13:00:00Z", None]
    with pytest.raises(ChangeRefused, match=r"no service of .* has the key none"):
        rotated(first, now, old="none")


def test_an_end_that_was_published_is_never_put_off(tree: Tree, now: datetime) -> None:
    first = tree.with_state("SG", rotated(tree, now, ends=now + days(2)).after)
    assert keys(rotated(first, now, ends=now + days(90)))[0]["valid_until"] == "2026-11-26T13:00:00Z"


def test_a_certificate_follows_a_certificate(tree: Tree, now: datetime) -> None:
    first = certificate(signing.generate(), now - days(9), now + days(20), authority=True)
    asked = application(first, format="mdoc", type="org.iso.18013.5.1.mDL")
    listed = tree.with_state("SG", changes.add_issuer(tree, asked, now).after)
    following = certificate(signing.generate(), now - days(1), now + days(400), authority=True)
    change = rotated(listed, now, id=asked.id, key=following)
    old, new = [one for one in service(change, "SG-0010")["identifiers"] if one["kind"] == "x509"]
    assert old["valid_until"] == "2026-12-14T13:00:00Z", "no longer than the certificate itself"
    assert (new["valid_from"], new["valid_until"]) == ("2026-11-24T13:00:00Z", "2027-12-29T13:00:00Z")
    with pytest.raises(ChangeRefused, match="the certificate expired"):
        rotated(listed, now, id=asked.id, key=certificate(signing.generate(), now - days(9), now - days(1)))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown state": ({"state": "XX"}, "no state 'XX'"),
    "another state's issuer": ({"state": "TH"}, "TH lists no issuer"),
    "unknown service": ({"service": "SG-0099"}, "SG-0099 is no service of"),
    "private key": ({"key": signing.to_json(signing.to_jwk(signing.generate()))}, "private"),
    "no key": ({"key": b"{}"}, "the key is refused"),
    "stolen tomorrow": ({"compromised_since": LATER + days(1)}, "only in the future"),
    "ends before it began": ({"ends": datetime.fromisoformat("2025-01-01T00:00:00Z")}, "begins only at"),
    "proof of another": ({"proof": b"x.y.z"}, "the proof of possession is not accepted"),
}


@pytest.mark.parametrize(("members", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_rotated(tree: Tree, now: datetime, members: dict[str, Any], why: str) -> None:
    with pytest.raises(ChangeRefused, match=why):
        rotated(tree, now, **members)


def test_a_key_that_is_listed_is_no_new_one(tree: Tree, now: datetime) -> None:
    own = json.dumps(keys(rotated(tree, now))[0]["jwk"]).encode()
    with pytest.raises(ChangeRefused, match="SG-0002 has this key already"):
        rotated(tree, now, key=own)
    theirs = tree.states["TH"].listing["entities"][0]["services"][0]["identifiers"]
    other = next(one["jwk"] for one in theirs if one["kind"] == "jwk")
    with pytest.raises(ChangeRefused, match="this key is listed for did:web:th-identity"):
        rotated(tree, now, key=json.dumps(other).encode())


def test_an_identifier_that_is_a_key_cannot_change_it(tree: Tree, now: datetime) -> None:
    key = signing.generate()
    id = did_key.encode(key.public)
    listed = tree.with_state("SG", changes.add_issuer(tree, application(jwk(key), id=id), now).after)
    with pytest.raises(ChangeRefused, match="is its key, and changes with it"):
        rotated(listed, now, id=id)


def test_a_service_that_has_ended_gets_no_new_key(tree: Tree, now: datetime) -> None:
    ended = standing.withdraw(tree, "SG", HTTPS, now, "ceased", now, service="SG-0002")
    with pytest.raises(ChangeRefused, match="has a key that could make way"):
        rotated(tree.with_state("SG", ended.after), now)


def test_in_earnest_the_holder_shows_the_key_and_nothing_is_back_dated(tree: Tree, now: datetime) -> None:
    live = in_environment(tree, "live")
    key = signing.generate("Ed25519")
    with pytest.raises(ChangeRefused, match="proof that the issuer holds the key is missing"):
        rotated(live, now)
    proof = prove(key, HTTPS, live.name, now).encode()
    _, new = keys(rotated(live, now, key=jwk(key), proof=proof))
    assert new["possession"] == proof.decode()
    with pytest.raises(ChangeRefused, match="back into the past"):
        rotated(live, now, key=jwk(key), proof=proof, begins=now - days(1))


def test_what_the_old_and_the_new_key_sign_is_judged_by_their_time(run: Run, directory: Path, tmp_path: Path) -> None:
    claims = tmp_path / "claims.json"
    full = [{"value": "Contoh", "lang": "id", "script": "Latn", "kind": "official"}]
    claims.write_text(json.dumps({"name": {"full": full, "primary": "CONTOH"}, "birth_date": "1988"}))

    def issue(name: str, issued: str, *more: Any) -> Path:
        out = tmp_path / name
        said = run(
            *("issue", "--dir", directory, "--state", "SG", "--type", VCT, "--format", "sd-jwt-vc", "--id", HTTPS),
            *("--claims", claims, "--issued", issued, "--out", out, *more),
        )
        assert said.exit_code == 0, said.output
        return out

    stolen = tmp_path / "stolen.jwk"
    shutil.copy(next((directory / "keys").glob("issuer-SG-0002*.jwk.json")), stolen)
    before = issue("before", "2026-11-10T00:00:00Z")
    forged = issue("forged", "2026-11-23T00:00:00Z", "--key", stolen)
    said = run(
        *("registry", "rotate", "--dir", directory, "--state", "SG", "--id", HTTPS, "--new-key"),
        *("--compromised-since", "2026-11-20T00:00:00Z"),
    )
    assert said.exit_code == 0, said.output
    assert "its private key is in" in said.stdout
    assert run("registry", "publish", "--dir", directory, "--demo-sign").exit_code == 0
    after = issue("after", "2026-11-24T13:00:00Z")
    verify = (
        "verify",
        "--for",
        "TH",
        "--registry",
        directory / "published",
        "--memory",
        "none",
        "--at",
        "2026-11-24T14:00:00Z",
    )
    verdicts = [run(*verify, token, "--json") for token in (before, forged, after)]
    assert [said.exit_code for said in verdicts] == [0, 1, 0]
    failed = [check["code"] for check in json.loads(verdicts[1].stdout)["checks"] if check["outcome"] == "failed"]
    assert failed == ["KEY_COMPROMISED"]
    as_known = (*verify, forged, "--known-at")
    assert run(*as_known, "2026-11-24T12:59:59Z").exit_code == 0, "an audit comes out as it did before it was known"
    assert run(*as_known, "2026-11-24T13:00:00Z").exit_code == 1


def test_which_key_is_said_one_way_only(run: Run, directory: Path) -> None:
    named = ("registry", "rotate", "--dir", directory, "--state", "SG", "--id", HTTPS)
    for more in ((), ("--new-key", "--key", "x")):
        said = run(*named, *more)
        assert said.exit_code == 2
        assert "say either --key FILE or --new-key" in said.stderr
