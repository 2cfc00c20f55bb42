"""Keys on disk and keys from the seed."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from defa_id.errors import ChangeRefused, WrongUse
from defa_id.issue import signing
from defa_id.operator.keyring import DemoKeyring, FileKeyring


def test_a_key_is_stored_for_its_owner_alone_and_marked_demo(tmp_path: Path) -> None:
    ring = FileKeyring(tmp_path / "keys")
    key = ring.make("SG-ops-a")
    path = tmp_path / "keys" / "SG-ops-a.jwk.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert json.loads(path.read_text())["x-defa-id"] == "demo"
    found = ring.get("SG-ops-a")
    assert found is not None
    assert found.public.thumbprint == key.public.thumbprint
    assert ring.names() == ("SG-ops-a",)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    ring = FileKeyring(tmp_path)
    first = ring.make("one")
    with pytest.raises(ChangeRefused, match="exists already"):
        ring.make("one")
    kept = ring.get("one")
    assert kept is not None
    assert kept.public.thumbprint == first.public.thumbprint


def test_what_is_not_there_is_none_and_what_is_no_key_says_so(tmp_path: Path) -> None:
    ring = FileKeyring(tmp_path)
    assert ring.get("absent") is None
    (tmp_path / "broken.jwk.json").write_text('{"kty": "EC"}')
    with pytest.raises(WrongUse, match=r"broken\.jwk\.json"):
        ring.get("broken")
    (tmp_path / "public.jwk.json").write_bytes(signing.to_json(signing.generate().public_jwk))
    with pytest.raises(WrongUse, match="public key"):
        ring.get("public")


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "x" * 65])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUse, match="no name for a key"):
        FileKeyring(tmp_path).get(name)


@pytest.mark.parametrize("kind", ["P-256", "P-384", "Ed25519"])
def test_demo_keys_follow_from_their_names(kind: str) -> None:
    one, again = DemoKeyring().issuer("issuer-SG-0001", kind), DemoKeyring().issuer("issuer-SG-0001", kind)
    other = DemoKeyring().issuer("issuer-SG-0002", kind)
    assert one.public.thumbprint == again.public.thumbprint != other.public.thumbprint
    assert one.public.crv == kind


def test_demo_keys_are_pinned_for_ever() -> None:
    """A changed derivation would silently change every published demo file."""
    assert DemoKeyring().get("region-a").public.thumbprint == "IjOHMQxZFs6i5I-Di8BW-i1qGe3Pj8Kac9EnpY4FfYU"


def test_no_demo_key_of_another_kind() -> None:
    with pytest.raises(WrongUse, match="RSA"):
        DemoKeyring().issuer("x", "RSA")
