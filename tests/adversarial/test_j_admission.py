"""Area J, admission: what may not enter a registry is refused where it would be published, by its code.

Each row edits the sources of a registry as an operator could, with an editor; `registry publish` has to refuse
by the code, and neither what is published nor the next honest publication may feel it.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from defa_id import keys
from defa_id.codec import base64url
from defa_id.issue import signing
from defa_id.operator import admission, sandbox
from defa_id.resolvers import did_jwk, did_key
from tests.adversarial.machine import Machine
from tests.operator.made import certificate, days
from tests.support.world import NOW

Object = dict[str, Any]
FROM = "2026-01-01T00:00:00Z"
ONE, TWO = signing.generate(), signing.generate()


class Row(NamedTuple):
    """What is edited in the sources of SG and TH, and the code of the refusal. `environment`: of the registry."""

    id: str
    edit: Callable[[Object, Object], object]
    code: str
    environment: str = "demo"


def service(listing: Object) -> Object:
    """A state's first service."""
    found: Object = listing["entities"][0]["services"][0]
    return found


def key(listing: Object) -> Object:
    """The first key of a state's first service."""
    found: Object = next(one for one in service(listing)["identifiers"] if one["kind"] == "jwk")
    return found


def listed(jwk: Object, **members: Any) -> Object:
    return {
        "kind": "jwk",
        "jwk": jwk,
        "thumbprint": keys.thumbprint(jwk),
        "valid_from": FROM,
        "recorded": FROM,
        **members,
    }


def add_key(listing: Object, *identifiers: Object) -> None:
    service(listing)["identifiers"].extend(identifiers)


def leaf() -> Object:
    found = admission.from_certificate(certificate(ONE, NOW, NOW + days(300))).identifier
    return {**found, "valid_from": "2026-11-24T12:00:00Z", "recorded": FROM}


ENCODINGS: dict[str, Callable[[], Object]] = {
    "jwk": lambda: listed(ONE.public_jwk),
    "certificate": leaf,
    "did:key": lambda: {"kind": "did", "value": did_key.encode(ONE.public), "valid_from": FROM, "recorded": FROM},
    "did:jwk": lambda: {"kind": "did", "value": did_jwk.encode(ONE.public_jwk), "valid_from": FROM, "recorded": FROM},
}


def both(first: str, second: str) -> Callable[[Object, Object], object]:
    def edit(sg: Object, th: Object) -> None:
        for listing, encoding in ((sg, first), (th, second)):
            if encoding.startswith("did"):  # an identifier made of a key stands beside that key only
                service(listing)["identifiers"] = [listed(ONE.public_jwk)]
            add_key(listing, ENCODINGS[encoding]())

    return edit


def rsa_key(bits: int) -> Object:
    made = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    number = made.public_key().public_numbers().n
    return listed({"kty": "RSA", "n": base64url.encode(number.to_bytes((bits + 7) // 8)), "e": "AQAB"})


def algorithm(alg: str) -> Callable[[Object, Object], object]:
    return lambda sg, _: service(sg)["algorithms"].append({"alg": alg})


def type_named(type: str) -> Callable[[Object, Object], object]:
    return lambda sg, _: service(sg)["credentials"][0].update(type=type)


def name(text: str) -> Callable[[Object, Object], object]:
    return lambda sg, _: sg["entities"][0]["names"][0].update(value=text)


def identifier(value: str) -> Callable[[Object, Object], object]:
    return lambda sg, _: service(sg)["identifiers"][0].update(value=value)


def twin(sg: Object, **members: Any) -> None:
    sg["entities"][0]["services"].append({**copy.deepcopy(service(sg)), "service_id": "SG-0099", **members})


def compromised_before(sg: Object, _: Object) -> None:
    """The key was given up by one service and comes back in another."""
    given_up = listed(TWO.public_jwk, compromised_since="2026-05-01T00:00:00Z")
    add_key(sg, given_up)
    again = [service(sg)["identifiers"][0], listed(TWO.public_jwk)]
    twin(sg, identifiers=again, credentials=[{"type": "ProfessionalRegistrationCredential"}])


def small_order(point: int) -> Object:
    return listed({"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(point.to_bytes(32, "little"))})


ROWS = (
    *(Row(f"J25 algorithm {alg}", algorithm(alg), "REG_ENTRY") for alg in ("none", "HS256", "RS1", "ES256K")),
    Row("J25 no key", lambda sg, _: service(sg)["identifiers"].remove(key(sg)), "REG_ENTRY"),
    Row("J25 no type", lambda sg, _: service(sg)["credentials"].clear(), "REG_ENTRY"),
    Row("J25 no algorithm", lambda sg, _: service(sg)["algorithms"].clear(), "REG_ENTRY"),
    Row("J25 no grant", lambda sg, _: service(sg)["status_events"].clear(), "REG_ENTRY"),
    Row("J25 a private key", lambda sg, _: key(sg)["jwk"].update(d="AAAA"), "REG_ENTRY"),
    *(
        Row(f"J26 type {type}", type_named(type), "REG_ENTRY")
        for type in ("*", "Person*", "^Person.+$", "Person(Identity)?", "A|B", "VerifiableCredential", "[A-Z]+")
    ),
    Row("J27 one key of two states", lambda sg, th: add_key(th, copy.deepcopy(key(sg))), "REG_KEY_REUSE"),
    *(
        Row(f"J28 {one} and {other}", both(one, other), "REG_KEY_REUSE")
        for one in ENCODINGS
        for other in ENCODINGS
        if one < other
    ),
    Row("J29 a key given up as compromised", compromised_before, "REG_KEY_COMPROMISED"),
    *(
        Row(f"J30 {value}", identifier(value), "REG_ID_CONFLICT")
        for value in (
            "did:web:th-identity.demo.example",
            "did:web:TH-identity.demo.example",
            "did:web:th-identity.demo.example%3A443",
        )
    ),
    Row("J31 audited by nobody", lambda sg, _: service(sg)["assurance"][0].update(basis="audited"), "REG_LOA", "pilot"),
    Row("J31 of no version", lambda sg, _: service(sg)["assurance"][0].pop("framework_version"), "REG_LOA"),
    *(
        Row(f"J32 small order {point}", lambda sg, _, p=point: add_key(sg, small_order(p)), "REG_WEAK_KEY")  # type: ignore[misc]
        for point in (0, 1, 2**255 - 20)
    ),
    Row("J32 RSA 2047", lambda sg, _: add_key(sg, rsa_key(2047)), "REG_WEAK_KEY"),
    Row("J32 RSA 1024", lambda sg, _: add_key(sg, rsa_key(1024)), "REG_WEAK_KEY"),
    Row(
        "J32 P-192", lambda sg, _: add_key(sg, listed({"kty": "EC", "crv": "P-192", "x": "AA", "y": "AA"})), "REG_ENTRY"
    ),
    Row(
        "J32 off the curve",
        lambda sg, _: add_key(sg, listed({**ONE.public_jwk, "y": ONE.public_jwk["x"]})),
        "REG_WEAK_KEY",
    ),
    Row("J33 a state of another registry", lambda sg, _: sg["recognitions"][0].update(of="XX"), "REG_CHAIN"),
    Row("J34 ends before it begins", lambda sg, _: key(sg).update(valid_until="2025-01-01T00:00:00Z"), "REG_TIME"),
    Row("J34 overlapping services", lambda sg, _: twin(sg), "REG_TIME"),
    Row("J34 the same key twice", lambda sg, _: add_key(sg, copy.deepcopy(key(sg))), "REG_TIME"),
    Row(
        "J34 a grant of yesterday",
        lambda sg, _: service(sg)["status_events"][0].update(recorded="2026-02-01T00:00:00Z"),
        "REG_TIME",
        "live",
    ),
    Row("J35 no proof of possession", lambda *_: None, "REG_POP", "live"),
    Row("J36 another state's number", lambda sg, _: service(sg).update(service_id="TH-0001"), "REG_AUTHORITY"),
    Row("J36 a party to nothing", lambda sg, _: sg["arrangements"][0].update(parties=["TH", "VN"]), "REG_AUTHORITY"),
    *(
        Row(f"J39 {what}", name(text), "REG_ENTRY")
        for what, text in (
            ("bidi", "Demo\u202eknab"),
            ("bidi isolate", "Demo\u2066bank"),
            ("control", "Demo\x1b[2Jbank"),
            ("zero width", "De\u200bmo"),
            ("markup", "<script>alert(1)</script>"),
            ("entity", "Demo &lt;b&gt;"),
            ("nothing", "   "),
        )
    ),
)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("admission") / "registry"
    sandbox.new(directory, NOW)
    return directory


@pytest.fixture
def directory(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "registry"))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """The operator's machine."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Machine(tmp_path, "", monkeypatch, NOW + days(1))


def edit(directory: Path, change: Callable[[Object, Object], object]) -> None:
    paths = [directory / "states" / state / "list.json" for state in ("SG", "TH")]
    lists = [json.loads(path.read_text()) for path in paths]
    change(*lists)
    for path, listing in zip(paths, lists, strict=True):
        path.write_text(json.dumps(listing))


def published(directory: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted((directory / "published").rglob("*")) if path.is_file()}


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_refused_at_admission(machine: Machine, directory: Path, row: Row) -> None:
    """By lint, with its code among the findings, and by publish, which changes nothing."""
    before, sources = published(directory), Path(shutil.copytree(directory, directory.with_name("kept")))
    edit(directory, row.edit)
    if row.environment != "demo":
        about = json.loads((directory / "registry.json").read_text())
        (directory / "registry.json").write_text(json.dumps({**about, "environment": row.environment}))
    found = machine.run("registry", "lint", "--dir", directory)
    assert found.exit == 2
    errors = [one for one in found.document if one["level"] == "error"]
    assert row.code in {one["code"] for one in errors}
    if row.environment == "demo":
        assert {one["code"] for one in errors} == {row.code}, [(one["code"], one["message"]) for one in errors]
        said = machine.run("registry", "publish", "--dir", directory, "--demo-sign")
        assert (said.exit, said.code) == (2, row.code)
    assert published(directory) == before
    assert machine.run("registry", "publish", "--dir", sources, "--demo-sign").exit == 0


def test_j31_above_the_level_agreed_for_the_state(machine: Machine, directory: Path) -> None:
    path = directory / "vocabulary.json"
    vocabulary = json.loads(path.read_text())
    vocabulary["ceilings"] = [{"state": "SG", "level": "low", "source": "an arrangement"}]
    path.write_text(json.dumps(vocabulary))
    said = machine.run("registry", "publish", "--dir", directory, "--demo-sign")
    assert (said.exit, said.code) == (2, "REG_LOA")


def test_j36_a_state_strikes_its_own_and_nobody_elses(machine: Machine, directory: Path) -> None:
    entry = {"effective": FROM, "recorded": FROM, "reason": "compromise"}
    path = directory / "states" / "SG" / "deny.json"
    document = {"defa_id": "deny/1", "territory": "SG", "denied": []}
    for id, code in (("did:web:th-identity.demo.example", "REG_AUTHORITY"), ("did:web:sg-identity.demo.example", None)):
        path.write_text(json.dumps({**document, "denied": [{"id": id, **entry}]}))
        said = machine.run("registry", "publish", "--dir", directory, "--demo-sign")
        assert (said.exit, said.code) == ((0, None) if code is None else (2, code))
    path.write_text(json.dumps(document))
    said = machine.run("registry", "publish", "--dir", directory, "--demo-sign")
    assert said.exit == 2, "a deny entry that was published is never taken out again"


@pytest.mark.parametrize("member", ["entities", "services", "identifiers", "status_events", "assurance"])
def test_j36_nobody_removes_what_was_published(machine: Machine, directory: Path, member: str) -> None:
    def remove(sg: Object, _: Object) -> None:
        holder = sg if member == "entities" else sg["entities"][0] if member == "services" else service(sg)
        holder[member].pop()
        if member == "identifiers":
            add_key(sg, listed(TWO.public_jwk))

    edit(directory, remove)
    before = published(directory)
    said = machine.run("registry", "publish", "--dir", directory, "--demo-sign")
    assert said.exit == 2
    assert published(directory) == before


def test_j24_a_member_that_stands_twice_in_the_sources(machine: Machine, directory: Path) -> None:
    path = directory / "states" / "SG" / "list.json"
    path.write_text(path.read_text().replace('"territory": "SG"', '"territory": "SG", "territory": "SG"', 1))
    said = machine.run("registry", "publish", "--dir", directory, "--demo-sign")
    assert (said.exit, "stands twice" in said.document["error"]["message"]) == (2, True)


def test_j18_a_state_or_a_schema_with_a_name_that_leads_elsewhere(machine: Machine, directory: Path) -> None:
    for folder in ("states/sg", "states/..x", "states/CON", "states/S"):
        odd = directory / folder
        shutil.copytree(directory / "states" / "SG", odd)
        said = machine.run("registry", "publish", "--dir", directory, "--demo-sign")
        assert said.exit == 2
        shutil.rmtree(odd)
    (directory / "states" / "SG" / "schemas").mkdir(exist_ok=True)
    odd = directory / "states" / "SG" / "schemas" / "..%2fx.json"
    odd.write_text("{}")
    assert machine.run("registry", "publish", "--dir", directory, "--demo-sign").exit == 2
    odd.unlink()
    assert machine.run("registry", "publish", "--dir", directory, "--demo-sign").exit == 0


def test_j03_a_registry_for_trials_is_never_published_as_more(machine: Machine, directory: Path) -> None:
    path = directory / "registry.json"
    about = json.loads(path.read_text())
    before = published(directory)
    path.write_text(json.dumps({**about, "environment": "sandbox"}))
    said = machine.run("registry", "publish", "--dir", directory, "--demo-sign")
    assert (said.exit, said.code) == (2, "REG_ENVIRONMENT")
    assert published(directory) == before
