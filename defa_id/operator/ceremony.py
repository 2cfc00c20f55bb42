"""A key ceremony: keys of roles made offline before witnesses, each shown to work, and all of it written down.

Private keys go into files of their own (0600) or stay in a token; they are in no argument, no
environment, no transcript. A rehearsal does all of the same with keys that are never written.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from securesystemslib.signer import Key, Signer  # type: ignore[attr-defined]

from defa_id.codec import base64url
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, WrongUse
from defa_id.issue import signing
from defa_id.issue.signing import SigningKey
from defa_id.operator import keyfiles, storage
from defa_id.operator.keyfiles import MARK, REHEARSAL
from defa_id.operator.roles import RoleSigner
from defa_id.operator.transcript import JSON, TEXT, Step, Transcript
from defa_id.operator.tree import Object
from defa_id.values import NamedTuple
from defa_id.version import __version__

PUBLIC: Final = "public"
PRIVATE: Final = "private"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_SUFFIX: Final = ".jwk.json"

Clock = Callable[[], datetime]
Tell = Callable[[Step], None]
Seal = Callable[[str, SigningKey], bytes]  # the private key in a file, as its holder wants it kept


class Holder(NamedTuple):
    """A key by name, and the person who holds it from now on."""

    key: str
    person: str


class Setting(NamedTuple):
    """Who is there, and for which keys. `rehearsal`: nothing counts, and no private key is written."""

    holders: tuple[Holder, ...]
    officiant: str
    witnesses: tuple[str, ...]
    place: str = ""
    rehearsal: bool = False


class Source(Protocol):
    """Where the keys of a ceremony come from."""

    def make(self, name: str) -> Signer:
        """A key that is made now, or is in the token now."""
        ...

    def keep(self, name: str, folder: Path) -> str | None:
        """Keep the private key for its holder; the file's name, None where nothing is written."""
        ...


class Files:
    """Keys made here, each into a file. `seal`: how a private key is written."""

    def __init__(self, seal: Seal, *, rehearsal: bool) -> None:
        self._seal = seal
        self._rehearsal = rehearsal
        self._made: dict[str, SigningKey] = {}

    def make(self, name: str) -> Signer:
        """A new random P-256 key."""
        self._made[name] = signing.generate("P-256")
        return RoleSigner(name, self._made[name])

    def keep(self, name: str, folder: Path) -> str | None:
        """Write it, 0600 in 0700, and forget it; in a rehearsal only forget it."""
        key = self._made.pop(name)
        if self._rehearsal:
            return None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        data = self._seal(name, key)
        file = name + (".pem" if data.startswith(b"-----") else _SUFFIX)
        storage.create(folder / file, data, 0o600)
        return file


class InToken:
    """One key that is in a token already and never leaves it."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def make(self, name: str) -> Signer:  # noqa: ARG002
        """The token's key."""
        return self._signer

    def keep(self, name: str, folder: Path) -> str | None:  # noqa: ARG002
        """Nothing: it stays where it is."""
        return None


def hold(folder: Path, setting: Setting, source: Source, clock: Clock, tell: Tell) -> Transcript:
    """Hold the ceremony in an empty folder: public keys, private keys and the transcript are there then.

    `tell` is told of each step when it is done. Raises `WrongUse` for a folder that is not empty, and
    `ChangeRefused` for a setting that leaves somebody alone.
    """
    _require_setting(setting)
    if (folder / PUBLIC).is_dir() and not (folder / TEXT).is_file():
        raise WrongUse(
            f"a ceremony was begun in {folder} and never ended",
            hint="Destroy the keys in it, note in the minutes that you did, and hold it anew in another folder.",
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongUse(f"{folder} is not empty", hint="Give a directory that is empty or does not exist yet.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Transcript(
        officiant=setting.officiant,
        witnesses=setting.witnesses,
        place=setting.place,
        rehearsal=setting.rehearsal,
        software={"version": __version__, "sha256": software_digest()},
        began=clock(),
    )
    signers: dict[str, Signer] = {}
    for holder in setting.holders:
        signers[holder.key] = signer = source.make(holder.key)
        key = signer.public_key
        about = {"key": holder.key, "holder": holder.person, "keyid": key.keyid, "public": str(key.keyval["public"])}
        tell(made.add(f"{holder.key} was made for {holder.person}", clock(), **about))
    for holder in setting.holders:
        tell(_shown(made, holder, signers[holder.key], clock))
    tell(_written(made, setting, signers, folder, clock))
    for holder in setting.holders:
        signature = signers[holder.key].sign(made.payload).signature
        made.signatures.append({"key": holder.key, "keyid": signers[holder.key].public_key.keyid, "sig": signature})
    for holder in setting.holders:
        source.keep(holder.key, folder / PRIVATE)
    storage.write(folder / JSON, storage.pretty(made.to_dict()))
    storage.write(folder / TEXT, made.text().encode())
    return made


def as_jwk(_: str, key: SigningKey) -> bytes:
    """A private key as a JWK without a passphrase: for media that stay in a safe."""
    return storage.pretty(signing.to_jwk(key))


def with_passphrase(ask: Callable[[str], str]) -> Seal:
    """A private key as PEM (PKCS #8) under a passphrase that `ask` gets for its name."""

    def seal(name: str, key: SigningKey) -> bytes:
        return keyfiles.sealed(key, ask(name))

    return seal


def software_digest() -> str:
    """SHA-256 over the source files of this package, each with its name: which software was used."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()} {hashlib.sha256(data).hexdigest()}\n".encode())
    return digest.hexdigest()


def _require_setting(setting: Setting) -> None:
    """Four eyes also here: somebody leads it, others watch, and nobody holds two keys of one role."""
    if not setting.holders:
        raise WrongUse("no key is named", hint="Give --key NAME=PERSON for each of them.")
    if not setting.witnesses or setting.officiant in setting.witnesses:
        raise ChangeRefused(
            "a ceremony has an officiant, and somebody else who watches", hint="Give --officiant and --witness."
        )
    names = [holder.key for holder in setting.holders]
    if len(set(names)) != len(names):
        raise ChangeRefused("one key is named twice", hint="Give each key a name of its own.")
    held: dict[tuple[str, str], str] = {}
    for holder in setting.holders:
        if not _NAME.fullmatch(holder.key):
            raise WrongUse(f"{printable(holder.key)!r} is no name for a key", hint="Use letters, digits and hyphens.")
        role = holder.key.rpartition("-")[0]
        other = held.setdefault((role, holder.person), holder.key)
        if role and other != holder.key:
            raise ChangeRefused(
                f"{printable(holder.person)} would hold {other} and {holder.key}, two pairs of eyes in one head",
                hint="Every key of a role has a holder of its own.",
            )


def _shown(made: Transcript, holder: Holder, signer: Signer, clock: Clock) -> Step:
    """A key signs everything so far, and that verifies."""
    challenge = made.payload
    signature = signer.sign(challenge)
    signer.public_key.verify_signature(signature, challenge)
    about = {"key": holder.key, "challenge": hashlib.sha256(challenge).hexdigest(), "signature": signature.signature}
    return made.add(f"{holder.key} signed, and its signature verified", clock(), **about)


def _written(made: Transcript, setting: Setting, signers: dict[str, Signer], folder: Path, clock: Clock) -> Step:
    written = {}
    for holder in setting.holders:
        data = storage.pretty(_public(signers[holder.key].public_key, rehearsal=setting.rehearsal))
        name = f"{PUBLIC}/{holder.key}{_SUFFIX}"
        storage.write(folder / name, data)
        written[name] = hashlib.sha256(data).hexdigest()
    return made.add("the public keys were written", clock(), files=written)


def _public(key: Key, *, rehearsal: bool) -> Object:
    """A role's public key as a JWK, marked where it is a rehearsal's."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    native = load_pem_public_key(str(key.keyval["public"]).encode())
    numbers = native.public_numbers() if isinstance(native, ec.EllipticCurvePublicKey) else None
    if numbers is None:
        raise WrongUse("not a P-256 key", hint="Roles sign with ECDSA P-256.")
    x, y = (base64url.encode(number.to_bytes(32)) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y, **({MARK: REHEARSAL} if rehearsal else {})}


def people(texts: Iterable[str]) -> tuple[Holder, ...]:
    """NAME=PERSON, for each key. Raises `WrongUse`."""
    found = []
    for text in texts:
        name, _, person = text.partition("=")
        if not name or not person.strip():
            raise WrongUse(f"{printable(text)!r} is not NAME=PERSON", hint='E.g. --key "SG-a=Tan Mei Ling"')
        found.append(Holder(name, person.strip()))
    return tuple(found)
