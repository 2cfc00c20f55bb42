"""Signing with a key in a PKCS#11 token: SoftHSM stands in for the hardware."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from defa_id import files
from defa_id.cli import cli
from defa_id.errors import WrongUse
from defa_id.operator import sandbox, signing, standing
from defa_id.operator.hardware import Token, TokenSigner
from defa_id.operator.keyring import FileKeyring
from defa_id.operator.tree import load
from tests.operator.conftest import LATER, Run
from tests.support import softhsm

ISSUER = "did:web:sg-identity.demo.example"
PIN = "836157"


class Slot(NamedTuple):
    """An initialised token, with a P-256 key 2 and a P-384 key 4 in it."""

    module: Path
    label: str

    def token(self, key: int, label: str | None = None) -> Token:
        return Token(self.module, label or self.label, key)


def opened(slot: Slot) -> Any:
    import pkcs11

    return pkcs11.lib(str(slot.module)).get_token(token_label=slot.label).open(rw=True, user_pin=PIN)


@pytest.fixture(scope="session")
def slot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slot]:
    """One token for the session: a process loads a module, and its configuration, once."""
    module = softhsm.module()
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(softhsm.configured(tmp_path_factory.mktemp("softhsm")))
    subprocess.run(
        [
            str(shutil.which("softhsm2-util")),
            "--init-token",
            "--free",
            "--label",
            "ministry",
            "--pin",
            PIN,
            "--so-pin",
            "271828",
        ],
        check=True,
        capture_output=True,
    )
    from pkcs11 import Attribute, KeyType
    from pkcs11.util.ec import encode_named_curve_parameters

    found = Slot(module, "ministry")
    with opened(found) as session:
        for number, curve in ((2, "secp256r1"), (4, "secp384r1")):
            parameters = session.create_domain_parameters(
                KeyType.EC, {Attribute.EC_PARAMS: encode_named_curve_parameters(curve)}, local=True
            )
            parameters.generate_keypair(store=True, id=bytes([number]), label=f"key {number}")
    yield found
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


@pytest.fixture
def moved(slot: Slot, directory: Path) -> Iterator[Path]:
    """A sandbox whose keys SG-ops-b and SG-deny-a are in the token, as 7 and 8, and nowhere else."""
    from pkcs11 import Attribute
    from pkcs11.util.ec import decode_ec_private_key, decode_ec_public_key

    ring = FileKeyring(directory / "keys")
    with opened(slot) as session:
        for number, name in ((7, "SG-ops-b"), (8, "SG-deny-a")):
            key = ring.get(name)
            assert key is not None
            private = key.native.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
            public = key.native.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            for members in (decode_ec_private_key(private), decode_ec_public_key(public)):
                session.create_object({**members, Attribute.TOKEN: True, Attribute.ID: bytes([number])})
            ring.path(name).unlink()
    yield directory
    with opened(slot) as session:
        for found in list(session.get_objects()):
            if found[Attribute.ID] in (b"\7", b"\10"):
                found.destroy()


def with_pin(*arguments: Any, pin: str = PIN) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], input=f"{pin}\n")


def by_token(slot: Slot, key: int) -> tuple[Any, ...]:
    return ("--pkcs11", slot.module, "--token", slot.label, "--key-id", key)


@pytest.mark.peers
def test_a_change_is_signed_by_a_file_and_by_a_token(run: Run, moved: Path, slot: Slot) -> None:
    edited = standing.suspend(load(moved), "SG", ISSUER, LATER, "investigation", LATER)
    sandbox.save_state(moved, "SG", edited.after)
    ring = FileKeyring(moved / "keys")
    assert run("registry", "propose", "--dir", moved, "--state", "SG", "--key", ring.path("SG-ops-a")).exit_code == 0
    said = with_pin("registry", "sign", "SG-0001", "--dir", moved, *by_token(slot, 7))
    assert said.exit_code == 0, said.output
    assert "SG-ops: 1/2 signed by SG-ops-b; 1 more of SG-ops-c, SG-ops-d" in said.stdout
    assert run("registry", "sign", "SG-0001", "--dir", moved, "--key", ring.path("SG-ops-c")).exit_code == 0
    assert run("registry", "publish", "--dir", moved).exit_code == 0
    registry = files.open_registry(moved / "published", now=LATER)
    assert registry.state_list("SG").services[0].events[-1].status == "suspended"
    written = b"".join(path.read_bytes() for path in moved.rglob("*") if path.is_file())
    assert PIN.encode() not in written
    assert PIN not in said.output


@pytest.mark.peers
def test_a_token_breaks_the_glass(run: Run, moved: Path, slot: Slot) -> None:
    named = ("registry", "suspend", "--emergency", "--dir", moved, "--state", "SG", "--id", ISSUER)
    said = with_pin(*named, "--reason", "fraud", *by_token(slot, 8))
    assert said.exit_code == 0, said.output
    assert ISSUER in {one.id for one in files.open_registry(moved / "published", now=LATER).denials("SG")}


@pytest.mark.peers
def test_a_tokens_signature_is_one_of_its_public_key(slot: Slot) -> None:
    asked: list[str] = []

    def pin() -> str:
        asked.append("asked")
        return PIN

    signer = TokenSigner(slot.token(2), pin)
    for payload in (b"", b"one", bytes(100_000)):
        signer.public_key.verify_signature(signer.sign(payload), payload)
    assert asked == ["asked"], "once for all signatures"
    assert "PYKCS11LIB" not in os.environ
    with pytest.raises(ValueError, match="name module, token and key"):
        TokenSigner.from_priv_key_uri("hsm:2")


@pytest.mark.peers
@pytest.mark.parametrize(
    ("key", "label", "pin", "why"),
    [
        (2, "ministry", "000000", "does not take this PIN"),
        (2, "another", PIN, "No PKCS#11 token found for label another"),
        (3, "ministry", PIN, "could not find ECDSA key"),
        (4, "ministry", PIN, "key 4 is not a P-256 key"),
    ],
)
def test_a_token_that_cannot_be_used(slot: Slot, key: int, label: str, pin: str, why: str) -> None:
    with pytest.raises(WrongUse, match=why) as refused:
        TokenSigner(slot.token(key, label), lambda: pin).sign(b"payload")
    assert refused.value.hint
    assert pin not in refused.value.message + refused.value.hint


@pytest.mark.peers
def test_a_module_that_is_none(slot: Slot, tmp_path: Path) -> None:
    (tmp_path / "module.so").write_bytes(b"no library")
    for module in (tmp_path / "module.so", tmp_path / "absent.so"):
        with pytest.raises(WrongUse, match="the token cannot be used"):
            TokenSigner(Token(module, None, 2), lambda: PIN)


@pytest.mark.peers
def test_no_pin_is_said(moved: Path, slot: Slot) -> None:
    named = ("registry", "suspend", "--emergency", "--dir", moved, "--state", "SG", "--id", ISSUER)
    said = with_pin(*named, "--reason", "fraud", *by_token(slot, 8), pin="")
    assert said.exit_code == 2
    assert "the PIN of the token is missing" in said.stderr


@pytest.mark.peers
def test_a_ceremony_for_a_key_that_stays_in_its_token(run: Run, slot: Slot, directory: Path, tmp_path: Path) -> None:
    folder = tmp_path / "ceremony"
    named = ("--holder", "SG-ops-e=Tan Mei Ling", "--officiant", "A", "--witness", "B", *by_token(slot, 2))
    said = with_pin("registry", "ceremony", folder, *named)
    assert said.exit_code == 0, said.output
    assert not (folder / "private").exists()
    assert run("registry", "ceremony", folder, "--check").exit_code == 0
    rotate = ("registry", "rotate-role", "--dir", directory, "--role", "SG-ops")
    public = f"SG-ops-e={folder / 'public' / 'SG-ops-e.jwk.json'}"
    author = ("--key", directory / "keys" / "SG-ops-a.jwk.json")
    assert run(*rotate, "--add", public, *author).exit_code == 0
    signed = with_pin("registry", "sign", "SG-roles-0001", "--dir", directory, *by_token(slot, 2))
    assert "signed by SG-ops-e" in signed.stdout
    two = with_pin("registry", "ceremony", tmp_path / "two", "--holder", "SG-ops-f=C", *named)
    assert two.exit_code == 2
    assert "a token holds the one key of its holder" in two.stderr


def test_without_the_extra_it_says_which(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    monkeypatch.setitem(sys.modules, "pkcs11.exceptions", None)
    with pytest.raises(WrongUse, match="needs more than is installed") as refused:
        TokenSigner(Token(tmp_path / "module.so", None, 2), lambda: PIN)
    assert refused.value.hint == 'pip install "defa-id[hsm]"'


def test_a_key_in_a_file_is_read_as_ever(directory: Path) -> None:
    signer = signing.from_file(directory / "keys" / "SG-ops-a.jwk.json")
    signer.public_key.verify_signature(signer.sign(b"payload"), b"payload")
