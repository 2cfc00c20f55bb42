"""A registry of one's own: complete, writable, nobody else's."""

from __future__ import annotations

import json
import stat
import uuid
from datetime import datetime
from pathlib import Path

import pytest

from defa_id import files
from defa_id.errors import ChangeRefused, WrongUse
from defa_id.issue import signing
from defa_id.operator import admission, sandbox, storage
from defa_id.operator.keyring import DemoKeyring, FileKeyring
from defa_id.operator.tree import Tree, complete, load


def test_a_sandbox_is_complete(pristine: Path, tree: Tree) -> None:
    assert sorted(tree.states) == ["BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN"]
    assert tree.environment == "demo"
    assert str(uuid.UUID(tree.name)) == tree.name
    for path in (pristine / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert json.loads(path.read_text())["x-defa-id"] == "demo"
    assert stat.S_IMODE((pristine / "keys").stat().st_mode) == 0o700


def test_the_sandbox_holds_the_key_of_every_issuer(pristine: Path, tree: Tree) -> None:
    ring = FileKeyring(pristine / "keys")
    held = {key.public.thumbprint for name in ring.names() if name.startswith("issuer-") if (key := ring.get(name))}
    identifiers = [one for _, _, service in tree.services() for one in service["identifiers"]]
    listed = {one["thumbprint"] for one in identifiers if one["kind"] == "jwk"}
    certified = {
        admission.from_certificate(one["pem"].encode()).public.thumbprint
        for one in identifiers
        if one["kind"] == "x509"
    }
    assert held == listed | certified


def test_two_sandboxes_share_no_key_and_no_name(pristine: Path, tmp_path: Path, made: datetime) -> None:
    other = tmp_path / "other"
    sandbox.new(other, made)
    assert load(other).name != load(pristine).name
    one, two = FileKeyring(pristine / "keys"), FileKeyring(other / "keys")
    assert one.names() == two.names()
    for name in ("region-a", "SG-deny-a", "issuer-SG-0001"):
        mine, theirs = one.get(name), two.get(name)
        assert mine is not None
        assert theirs is not None
        assert mine.public.thumbprint != theirs.public.thumbprint


def test_a_sandbox_lasts_a_year(pristine: Path) -> None:
    for moment, grade in (("2027-11-24T12:00:00Z", "fresh"), ("2027-11-24T12:00:01Z", "stale")):
        registry = files.open_registry(pristine / "published", now=datetime.fromisoformat(moment))
        assert registry.freshness == grade


def test_only_an_empty_place_is_taken(tmp_path: Path, made: datetime) -> None:
    (tmp_path / "file").write_text("here")
    for place in (tmp_path, tmp_path / "file"):
        with pytest.raises(WrongUse, match="is not empty"):
            sandbox.new(place, made)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("registry.json", "{", "registry.json"),
        ("registry.json", "{}", "registry is missing"),
        ("vocabulary.json", "[]", "vocabulary.json"),
        ("states/SG/list.json", '{"territory": "TH"}', "another territory"),
        ("states/SG/list.json", '{"territory": "SG", "entities": {}}', "entities is not a list"),
        ("states/SG/list.json", '{"territory": "SG", "entities": [{}]}', "without a list of services"),
        ("states/SG/list.json", '{"territory": "SG", "territory": "SG"}', "stands twice"),
        ("states/sg/list.json", '{"territory": "sg"}', "states/sg is not a state"),
        ("schemas/bad name.json", "{}", "no name for a schema"),
        ("schemas/person-identity.vc.schema.json", "[]", "schema person-identity"),
    ],
)
def test_sources_that_cannot_be_read(directory: Path, name: str, content: str, why: str) -> None:
    storage.write(directory / name, content.encode())
    with pytest.raises(ChangeRefused, match=why):
        load(directory)


def test_what_is_no_registry(tmp_path: Path, directory: Path) -> None:
    with pytest.raises(WrongUse, match="is not a registry"):
        load(tmp_path)
    (directory / "vocabulary.json").unlink()
    with pytest.raises(WrongUse, match="cannot be read"):
        load(directory)
    with pytest.raises(WrongUse, match="no directory"), storage.locked(tmp_path / "none"):
        pass


def test_a_registry_may_have_no_states_yet(tmp_path: Path, pristine: Path) -> None:
    for name in ("registry.json", "vocabulary.json"):
        storage.write(tmp_path / name, (pristine / name).read_bytes())
    assert load(tmp_path).states == {}
    with pytest.raises(ChangeRefused, match="no state 'SG' in this registry") as refused:
        load(tmp_path).state("SG")
    assert refused.value.hint == "There is none yet: defa-id registry init-state"


def test_a_file_too_large_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b" " * 101)
    with pytest.raises(WrongUse, match="larger than 100 bytes"):
        storage.read_bytes(tmp_path / "large", 100)


def test_curated_sources_are_made_whole(directory: Path) -> None:
    """Demo keys, times, digests and what else may be left out; a key given in full stays as it is."""
    own = signing.generate()
    service = {
        "service_id": "SG-0001",
        "identifiers": [
            {"kind": "did", "value": "did:web:a.example", "valid_from": "2026-02-01T00:00:00Z"},
            {"kind": "jwk", "jwk": own.public_jwk},
            {"kind": "jwk", "jwk": {"kty": "none"}},
        ],
        "formats": ["vc-jwt"],
        "credentials": [{"type": "PersonIdentityCredential"}, {"type": "TestCredential"}],
    }
    recognition = {"id": "SG-0101", "of": "TH", "types": ["x"], "min_level": "low", "environment": "demo"}
    entity = {"entity_id": "did:web:a.example", "names": [], "kind": "other", "services": [service]}
    listing = {"territory": "SG", "entities": [entity], "recognitions": [recognition]}
    vocabulary = json.loads((directory / "vocabulary.json").read_text())
    for entry in vocabulary["types"]:
        entry.get("schema", {}).pop("sha256", None)
    storage.write(directory / "vocabulary.json", storage.pretty(vocabulary))
    storage.write(directory / "states" / "SG" / "list.json", storage.pretty(listing))
    whole = complete(load(directory), DemoKeyring().issuer)
    made = whole.states["SG"].listing["entities"][0]["services"][0]
    named, key, unread = made["identifiers"]
    assert named["recorded"] == "2026-02-01T00:00:00Z"
    assert (key["thumbprint"], key["valid_from"]) == (own.public.thumbprint, "2026-01-01T00:00:00Z")
    assert "thumbprint" not in unread
    assert made["algorithms"] == [{"alg": "ES256"}]
    assert made["status_events"][0]["effective"] == "2026-01-01T00:00:00Z"
    assert len(made["credentials"][0]["schema"]["sha256"]) == 64
    assert "schema" not in made["credentials"][1]
    assert whole.states["SG"].listing["recognitions"][0]["from"] == "2026-01-01T00:00:00Z"
    (directory / "schemas" / "person-identity.vc.schema.json").unlink()
    with pytest.raises(ChangeRefused, match="is not here"):
        complete(load(directory), DemoKeyring().issuer)


def test_a_schema_without_a_canonical_form_keeps_its_bytes(directory: Path) -> None:
    data = b'{"properties": {"weight": {"multipleOf": 0.1}}}'
    storage.write(directory / "states" / "SG" / "schemas" / "weight.json", data)
    assert load(directory).schema_bytes("SG/schemas/weight.json") == data
    assert load(directory).schema_bytes("XX/schemas/weight.json") is None
