"""Import and export as commands: whose list is believed, which one, and that it is never live by itself."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from defa_id.codec import base64url
from defa_id.errors import RegistryRejected
from defa_id.issue import signing
from defa_id.issue.signing import SigningKey
from defa_id.operator import admission, sandbox
from defa_id.operator.interchange import lote, seals
from defa_id.operator.tree import load
from tests.adversarial.machine import Machine
from tests.operator.interchange import lists
from tests.operator.interchange.lists import DAY, NOW, Object
from tests.operator.interchange.test_lote import foreign, plain_list, plain_service

KEY, OTHER, AUTHORITY = (signing.generate() for _ in range(3))
CERTIFICATE = lists.certificate(KEY, name="List signer")


def pem(path: Path, *ders: bytes) -> Path:
    path.write_text("".join(admission.pem(der) for der in ders))
    return path


def document(sequence: int = 3, **changes: Any) -> Object:
    service = plain_service({"kind": "did", "value": "did:web:issuer.example"}, lists.jwk(lists.made_keys()[0]))
    listing = plain_list(service)
    return lote.exported({**listing, "sequence": sequence, **changes}, "their-registry", NOW)


def sealed(content: Object, key: SigningKey = KEY, chain: tuple[bytes, ...] = (CERTIFICATE,)) -> bytes:
    return seals.seal(signing.to_json(content), key, chain, NOW).encode()


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("import") / "registry"
    sandbox.new(directory, NOW)
    return directory


class Desk:
    """An operator's desk: a registry, a command line, and a pinned certificate."""

    def __init__(self, machine: Machine, directory: Path) -> None:
        self.machine, self.directory = machine, directory
        self.pinned = pem(machine.home / "pinned.pem", CERTIFICATE)

    def take(self, data: bytes, *more: object, name: str = "theirs", pin: bool = True) -> Any:
        file = self.machine.home / "list.jws"
        file.write_bytes(data)
        signer = ("--signer", self.pinned) if pin else ()
        return self.machine.run("registry", "import", file, "--dir", self.directory, "--name", name, *signer, *more)

    def held(self, name: str = "theirs") -> Object:
        found: Object = json.loads((self.directory / "quarantine" / f"{name}.json").read_text())
        return found

    def everything(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in sorted(self.directory.rglob("*")) if path.is_file()}

    def refused(self, data: bytes, code: str, *more: object, exit: int = 4, **options: Any) -> str:
        """Refused by this code, in one sentence, and nothing is changed."""
        before = self.everything()
        said = self.take(data, *more, **options)
        assert (said.exit, said.code) == (exit, code), said.document
        assert self.everything() == before
        message = str(said.document["error"]["message"])
        assert "\n" not in message
        return message


@pytest.fixture
def desk(pristine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    directory = Path(shutil.copytree(pristine, tmp_path / "registry"))
    return Desk(Machine(tmp_path, "", monkeypatch, NOW), directory)


def test_a_list_waits_in_quarantine_and_is_never_live_by_itself(desk: Desk) -> None:
    published = {name: data for name, data in desk.everything().items() if "/published/" in name}
    tree = load(desk.directory)
    said = desk.take(sealed(document()), "--source", "https://lists.example/SG.jws")
    assert (said.exit, said.document["outcome"]) == (0, "taken")
    assert {name: said.document[name] for name in ("entities", "services", "unreadable", "sequence")} == {
        "entities": 1,
        "services": 1,
        "unreadable": 0,
        "sequence": 3,
    }
    held = desk.held()
    (entity,) = held["entities"]
    assert entity["provenance"] == {
        "kind": "imported",
        "source": "https://lists.example/SG.jws",
        "sha256": held["provenance"]["sha256"],
        "retrieved": lists.RETRIEVED,
    }
    assert len(held["provenance"]["sha256"]) == 64
    assert load(desk.directory) == tree
    assert {name: data for name, data in desk.everything().items() if "/published/" in name} == published
    assert desk.machine.run("registry", "publish", "--dir", desk.directory, "--demo-sign").exit == 0
    for path in (desk.directory / "published").rglob("*"):
        assert not path.is_file() or b"issuer.example" not in path.read_bytes()


def test_a_draft_becomes_an_operators_own_change(desk: Desk) -> None:
    """Written out, completed, added and published: then it is listed, and says where it came from."""
    desk.take(sealed(document()))
    out = desk.machine.home / "issuer.json"
    asked = ("registry", "import", "--dir", desk.directory, "--name", "theirs")
    said = desk.machine.run(*asked, "--entity", "did:web:issuer.example", "--out", out)
    assert said.exit == 0
    record = json.loads(out.read_text())
    record["services"][0].update(service_id="SG-0777", credentials=[{"type": "PersonIdentityCredential"}])
    out.write_text(json.dumps(record))
    added = desk.machine.run("registry", "add", out, "--dir", desk.directory, "--state", "SG")
    assert added.exit == 0, added.document
    assert desk.machine.run("registry", "publish", "--dir", desk.directory, "--demo-sign").exit == 0
    shown = desk.machine.run("registry", "show", "SG", "--registry", desk.directory / "published")
    assert "did:web:issuer.example" in json.dumps(shown.document)
    published = json.loads((desk.directory / "states" / "SG" / "list.json").read_text())
    entity = next(one for one in published["entities"] if one["entity_id"] == "did:web:issuer.example")
    assert entity["provenance"]["kind"] == "imported"
    for wrong in ("did:web:nobody.example", ""):
        assert desk.machine.run(*asked, "--entity", wrong, "--out", out).exit == 2
    assert (
        desk.machine.run(
            "registry", "import", "--dir", desk.directory, "--name", "none", "--entity", "x", "--out", out
        ).exit
        == 2
    )


def test_a_later_list_takes_the_place_of_the_one_before(desk: Desk) -> None:
    desk.take(sealed(document(3)))
    assert desk.take(sealed(document(3)), pin=False).document["outcome"] == "unchanged"
    assert desk.take(sealed(document(7)), pin=False).document["outcome"] == "taken"
    assert desk.held()["sequence"] == 7


# --- what is not believed (J42, as JSON has it) ----------------------------------------------------------------


def test_j42_whose_list_it_is_has_to_be_pinned(desk: Desk) -> None:
    desk.refused(sealed(document()), "CFG_USE", pin=False, exit=2)


def test_j42_another_signer(desk: Desk) -> None:
    theirs = lists.certificate(OTHER, name="List signer")
    desk.refused(sealed(document(), OTHER, (theirs,)), "REG_SIGNATURE")
    desk.take(sealed(document()))
    desk.refused(sealed(document(4), OTHER, (theirs,)), "REG_SIGNATURE", pin=False)
    desk.pinned = pem(desk.machine.home / "other.pem", theirs)
    desk.refused(sealed(document(4), OTHER, (theirs,)), "REG_CHANGE", exit=2)


def test_j42_a_signer_the_pinned_authority_issued(desk: Desk) -> None:
    authority = lists.certificate(AUTHORITY, authority=True, name="Authority")
    issued = lists.certificate(KEY, by=AUTHORITY, name="List signer")
    desk.pinned = pem(desk.machine.home / "authority.pem", authority)
    assert desk.take(sealed(document(), KEY, (issued,))).exit == 0
    renewed = lists.certificate(OTHER, by=AUTHORITY, name="List signer")
    assert desk.take(sealed(document(4), OTHER, (renewed,)), pin=False).exit == 0
    strange = lists.certificate(OTHER, by=OTHER, name="List signer")
    desk.refused(sealed(document(5), OTHER, (strange,)), "REG_SIGNATURE", pin=False)


def resealed(**header: Any) -> bytes:
    """The golden list with another header, signed by the genuine key."""
    genuine = sealed(document()).split(b".")
    parts = {**json.loads(base64url.decode(genuine[0])), **header}
    kept = {name: value for name, value in parts.items() if value is not None and name != "alg"}
    return signing.sign_compact(KEY, kept, base64url.decode(genuine[1])).encode()


HEADERS: dict[str, Callable[[], bytes]] = {
    "no certificate": lambda: resealed(x5c=None),
    "an empty chain": lambda: resealed(x5c=[]),
    "a chain of texts": lambda: resealed(x5c=["not base64!"]),
    "four certificates": lambda: resealed(x5c=[base64.b64encode(CERTIFICATE).decode()] * 4),
    "another certificate's thumbprint": lambda: resealed(**{"x5t#S256": "A" * 43}),
    "a key of its own": lambda: resealed(jwk=OTHER.public_jwk),
    "an address of a key": lambda: resealed(jku="https://keys.example"),
    "an unencoded payload": lambda: resealed(b64=False),
    "an extension nobody knows": lambda: resealed(crit=["exp"], exp=1),
    "an empty crit": lambda: resealed(crit=[]),
    "another kind of token": lambda: resealed(typ="dc+sd-jwt"),
    "a detached signature": lambda: resealed(sigD={"mId": "x"}),
}


@pytest.mark.parametrize("case", HEADERS)
def test_j42_a_header_that_is_not_taken(desk: Desk, case: str) -> None:
    desk.refused(HEADERS[case](), "REG_SIGNATURE")


def test_j42_headers_that_are_taken(desk: Desk) -> None:
    moment = {"sigT": "2026-11-24T12:00:00Z"}
    for number, data in enumerate(
        (
            resealed(typ=None),
            resealed(typ="JWT"),
            resealed(iat=None, crit=["sigT"], **moment),
            resealed(kid="a name", iat=None),
            sealed(document()) + b"\n",
        )
    ):
        said = desk.take(data, name=f"list-{number}")
        assert said.exit == 0, said.document
        assert desk.held(f"list-{number}")["signer"]["signed_at"] == (None if number == 3 else "2026-11-24T12:00:00Z")


def bent(sealed: bytes) -> bytes:
    """With another character in the signature."""
    return sealed[:-9] + (b"A" if sealed[-9:-8] != b"A" else b"B") + sealed[-8:]


UNSIGNED: dict[str, Callable[[], bytes]] = {
    "JSON without a signature": lambda: signing.to_json(document()),
    "nothing": lambda: b"",
    "alg none": lambda: b".".join(
        (base64url.encode(b'{"alg":"none"}').encode(), sealed(document()).split(b".")[1], b"")
    ),
    "a flipped bit": lambda: bent(sealed(document())),
    "another content": lambda: b".".join(
        (sealed(document()).split(b".")[0], base64url.encode(b"{}").encode(), sealed(document()).split(b".")[2])
    ),
    "XML with a DOCTYPE": lambda: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><TrustServiceStatusList/>',
}


@pytest.mark.parametrize("case", UNSIGNED)
def test_j42_a_list_that_is_not_signed(desk: Desk, case: str) -> None:
    desk.refused(UNSIGNED[case](), "REG_SIGNATURE")


def test_j42_an_older_list_and_another_under_the_same_number(desk: Desk) -> None:
    desk.take(sealed(document(7)))
    assert "number 6, and number 7" in desk.refused(sealed(document(6)), "REG_ROLLBACK")
    other = document(7)
    other["LoTE"]["ListAndSchemeInformation"]["SchemeOperatorName"][0]["value"] = "Another"
    desk.refused(sealed(other), "REG_EQUIVOCATION")


def test_j42_a_list_that_is_too_old_or_from_the_future(desk: Desk) -> None:
    desk.refused(sealed(document(next_update=lists.moment(0))), "REG_EXPIRED")
    desk.refused(sealed(document(issued=lists.moment(1))), "TIME_ISSUED_IN_FUTURE")
    desk.take(sealed(document()))
    desk.machine.now = NOW + 91 * DAY
    desk.refused(sealed(document()), "REG_EXPIRED", pin=False)


def test_j42_a_signer_whose_certificate_has_run_out(desk: Desk) -> None:
    desk.machine.now = NOW + 301 * DAY
    late = document(issued=lists.moment(300), next_update=lists.moment(400))
    desk.refused(sealed(late), "REG_SIGNATURE")


def test_j42_a_scheme_that_turns_into_another(desk: Desk) -> None:
    desk.take(sealed(document()))
    desk.refused(sealed(document(4, territory="TH")), "REG_SUBJECT")
    desk.refused(sealed(foreign()), "REG_SUBJECT")


def test_j42_content_that_is_no_list(desk: Desk) -> None:
    for content in (b"[]", b"{}", b'{"LoTE": 1}', b'{"LoTE": {}, "LoTE": {}}', b"\xff", b"1e400"):
        data = seals.seal(content, KEY, (CERTIFICATE,), NOW).encode()
        desk.refused(data, "REG_FORMAT")
    with pytest.raises(RegistryRejected) as refused:
        seals.unseal(b"a." * 2 + b"b" * (8 << 20), CERTIFICATE, NOW)
    assert refused.value.code == "LIMIT_REGISTRY"


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "x" * 65, "a.b", "-a"])
def test_a_name_that_leads_elsewhere(desk: Desk, name: str) -> None:
    desk.refused(sealed(document()), "CFG_USE", name=name, exit=2)


def test_wrong_use(desk: Desk) -> None:
    run, out = desk.machine.run, desk.machine.home / "out"
    base = ("registry", "import", "--dir", desk.directory, "--name", "theirs")
    for arguments in (
        base,
        (*base, "--entity", "x"),
        (*base, "--out", out),
        (*base, out, "--entity", "x", "--out", out),
    ):
        assert run(*arguments).exit == 2
    (desk.directory / "quarantine").mkdir()
    (desk.directory / "quarantine" / "theirs.json").write_text('{"defa_id": "else"}')
    desk.refused(sealed(document()), "REG_CHANGE", exit=2)


# --- export ----------------------------------------------------------------------------------------------------


def test_one_state_signed_and_taken_in_again(desk: Desk) -> None:
    """What one registry exports another takes in, entity by entity as the table says."""
    out, key = desk.machine.home / "SG.jws", desk.machine.home / "key.json"
    key.write_bytes(signing.to_json(signing.to_jwk(KEY)))
    published = desk.directory / "published"
    asked = ("registry", "export", "--registry", published, "--state", "SG", "--out", out)
    said = desk.machine.run(*asked, "--key", key, "--certificate", desk.pinned)
    assert (said.exit, said.document["signed"]) == (0, True)
    assert any("recognitions" in what for what in said.document["written"][0]["left_out"])
    assert desk.take(out.read_bytes()).exit == 0
    source = load(desk.directory).states["SG"].listing

    def comparable(entities: list[Object]) -> str:
        text = json.dumps(entities, sort_keys=True)
        kept = json.loads(
            text, object_hook=lambda one: {n: v for n, v in one.items() if n not in ("recorded", "provenance")}
        )
        return json.dumps([one for one in kept if one["services"]], sort_keys=True)

    assert comparable(desk.held()["entities"]) == comparable(source["entities"])


def test_a_signer_is_named_as_the_lists_operator_is(desk: Desk) -> None:
    """TS 119 602 §6.8: told when a list is exported and when it is taken in; refused by neither."""
    out, key = desk.machine.home / "SG.jws", desk.machine.home / "key.json"
    key.write_bytes(signing.to_json(signing.to_jwk(KEY)))
    operator = load(desk.directory).states["SG"].listing["state"]["names"][0]["value"]
    for state, organisation, why in (
        ("SG", operator, ""),
        ("SG", "Somebody", "its organisation is Somebody, which is none of the operator's names"),
        ("SG", None, "its organisation is not given, which is none"),
        ("TH", operator, "its country is SG, and not TH"),
    ):
        chain = pem(desk.machine.home / "named.pem", lists.certificate(KEY, name="Named", organisation=organisation))
        asked = ("registry", "export", "--registry", desk.directory / "published", "--state", state, "--out", out)
        (written,) = desk.machine.run(*asked, "--key", key, "--certificate", chain).document["written"]
        name = f"{state.lower()}-{len(organisation or '')}"
        taken = ("registry", "import", out, "--dir", desk.directory, "--name", name, "--signer", chain)
        notes = [note for note in desk.machine.run(*taken).document["notes"] if "because it is pinned" in note]
        assert [why in text for text in (*written["warnings"], *notes)] == ([True, True] if why else [])


def test_all_states_and_the_same_bytes_twice(desk: Desk) -> None:
    published, folders = desk.directory / "published", [desk.machine.home / name for name in ("one", "two")]
    for folder in folders:
        said = desk.machine.run("registry", "export", "--registry", published, "--out", folder)
        assert (said.exit, said.document["signed"], len(said.document["written"])) == (0, False, 11)
    files = sorted(path.name for path in folders[0].iterdir())
    assert files == sorted(f"{state}.json" for state in load(desk.directory).states)
    for name in files:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


def test_an_export_shows_nobody_what_break_glass_struck(desk: Desk) -> None:
    struck = {"id": "did:web:sg-identity.demo.example", "effective": lists.moment(0), "recorded": lists.moment(0)}
    deny = {"defa_id": "deny/1", "territory": "SG", "denied": [{**struck, "reason": "compromise"}]}
    (desk.directory / "states" / "SG" / "deny.json").write_text(json.dumps(deny))
    desk.machine.now = NOW + timedelta(minutes=5)
    assert desk.machine.run("registry", "publish", "--dir", desk.directory, "--demo-sign").exit == 0
    out = desk.machine.home / "SG.json"
    desk.machine.run("registry", "export", "--registry", desk.directory / "published", "--state", "SG", "--out", out)
    services = json.loads(out.read_text())["LoTE"]["TrustedEntitiesList"][0]["TrustedEntityServices"]
    shown = [service["ServiceInformation"] for service in services]
    named = [one for one in shown if "did:web:sg-identity.demo.example" in one["ServiceDigitalIdentity"]["OtherIds"]]
    assert named
    for one in named:
        assert one["ServiceStatus"].endswith(":suspended")
        assert one["ServiceDigitalIdentity"].keys() == {"OtherIds"}


def test_export_that_cannot_be(desk: Desk) -> None:
    published, out = desk.directory / "published", desk.machine.home / "out"
    asked = ("registry", "export", "--registry", published, "--out", out)
    key = desk.machine.home / "key.json"
    key.write_bytes(signing.to_json(signing.to_jwk(OTHER)))
    for more in (
        ("--state", "XX"),
        ("--state", "SG", "--key", key),
        ("--state", "SG", "--certificate", desk.pinned),
        ("--state", "SG", "--key", key, "--certificate", desk.pinned),
        ("--state", "SG", "--key", desk.pinned, "--certificate", desk.pinned),
        ("--state", "SG", "--key", key, "--certificate", key),
    ):
        said = desk.machine.run(*asked, *more)
        assert said.exit == 2, said.document
        assert said.document["error"]["hint"]
    assert not out.exists()
