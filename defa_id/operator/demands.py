"""Signatures made one by one on their signers' machines: who must sign what, who has, and who is missing.

Four eyes: the author's key never counts, and nobody signs bytes that they did not derive themselves.
A signature lies in a file of its own beside what it signs, until enough of them are there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from securesystemslib.signer import Key, Signature, Signer  # type: ignore[attr-defined]

from defa_id.codec import strict_json
from defa_id.errors import ChangeRefused, Fault
from defa_id.operator import storage
from defa_id.values import NamedTuple

Object = dict[str, Any]

SUFFIX: Final = ".sig.json"
_MEMBERS: Final = ("change", "role", "keyid", "sha256", "sig")


class Author(NamedTuple):
    """Who proposed a change: a key by name and id, and its signature. `counts`: it is among those that may
    sign too, because one pair of eyes is enough (break-glass)."""

    key: str
    keyid: str
    public: str
    counts: bool = False


class Demand(NamedTuple):
    """What has to be signed: `payload` by at least `needed` of `keys` (key id to name and key), and by each
    of those in `each`. `title` says which signatures these are, where a role needs two kinds."""

    role: str
    payload: bytes
    keys: Mapping[str, tuple[str, Key]]
    needed: int
    each: frozenset[str] = frozenset()
    title: str = ""


class Count(NamedTuple):
    """How far a role's signatures are: who has signed, how many are needed, who still may, and who must."""

    role: str
    signed: tuple[str, ...]
    needed: int
    missing: tuple[str, ...]
    must: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the threshold is reached, and everybody has signed who must."""
        return len(self.signed) >= self.needed and not self.must

    def to_dict(self) -> Object:
        """The JSON form."""
        return {**self._asdict(), "complete": self.complete}

    def __str__(self) -> str:
        signed = f" by {', '.join(self.signed)}" if self.signed else ""
        needed = self.needed - len(self.signed)
        rest = f"; {needed} more of {', '.join(self.missing) or 'nobody'}" if needed > 0 else ""
        must = f"; {', '.join(self.must)} must sign, to show that the new key is held" if self.must else ""
        return f"{self.role}: {len(self.signed)}/{self.needed} signed{signed}{rest}{must}"


def put(change: str, demands: Collection[Demand], author: Author, signer: Signer, folder: Path) -> None:
    """Sign all that this key is asked to sign, each signature in a file of its own.

    Raises `ChangeRefused` for the author's own key, and for a key that is not asked.
    """
    key = signer.public_key
    if not author.counts and (key.keyid == author.keyid or key.keyval.get("public") == author.public):
        raise ChangeRefused(
            f"{author.key} has proposed {change}, and nobody approves their own change",
            hint="Give it to the holders of the other keys.",
        )
    asked = {demand.role: demand for demand in demands if key.keyid in demand.keys}
    if not asked:
        still = [name for demand in demands for name, _ in demand.keys.values() if name != author.key]
        raise ChangeRefused(
            f"this key does not sign {change}", hint=f"Still to sign: {', '.join(dict.fromkeys(still))}."
        )
    for demand in asked.values():
        made = signer.sign(demand.payload).signature
        name = demand.keys[key.keyid][0]
        storage.write(
            folder / _file(change, demand.role, name),
            storage.pretty(_document(change, demand, key.keyid, made)),
        )


def collect(
    change: str, demands: Collection[Demand], author: Author, folder: Path
) -> tuple[tuple[Count, ...], Mapping[str, Mapping[str, Signature]]]:
    """How far each demand is, and the signatures by role and key id.

    Raises `ChangeRefused` for a signature file that is not, to the last byte, what a signer wrote for
    this very change.
    """
    found: dict[str, dict[str, Signature]] = {}
    for path in sorted(folder.glob(f"{change}.*{SUFFIX}")):
        role, signature = _read(path, change, demands, author)
        found.setdefault(role, {})[signature.keyid] = signature
    return tuple(_count(demand, found.get(demand.role, {}), author) for demand in demands), found


def signed_by(key: Key, sig: str, payload: bytes) -> bool:
    """Whether a signature (lower-case hexadecimal) over these bytes is this key's."""
    from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError

    if not re.fullmatch("([0-9a-f]{2})+", sig):
        return False
    try:
        key.verify_signature(Signature(key.keyid, sig), payload)
    except (UnverifiedSignatureError, VerificationError):
        return False
    return True


def of_keys(keys: Iterable[Key], names: Mapping[str, str]) -> dict[str, tuple[str, Key]]:
    """Keys as a demand names them, by key id."""
    return {key.keyid: (names[key.keyid], key) for key in keys}


def _count(demand: Demand, signed: Mapping[str, Signature], author: Author) -> Count:
    shown = {author.keyid} if author.keyid in demand.each else set()  # its signature of the change shows it
    own = set() if author.counts else {author.keyid}
    return Count(
        demand.title or demand.role,
        tuple(name for keyid, (name, _) in demand.keys.items() if keyid in signed),
        demand.needed,
        tuple(name for keyid, (name, _) in demand.keys.items() if keyid not in signed and keyid not in own),
        tuple(demand.keys[keyid][0] for keyid in demand.keys if keyid in demand.each - signed.keys() - shown),
    )


def _read(path: Path, change: str, demands: Collection[Demand], author: Author) -> tuple[str, Signature]:
    data = storage.read_bytes(path)
    try:
        document = strict_json.load_object(data)
    except Fault as fault:
        raise _unfit(path, fault.why or fault.code) from None
    keyid, sig = document.get("keyid"), document.get("sig")
    concerned = [demand for demand in demands if demand.role == document.get("role")]
    if not concerned:
        raise _unfit(path, "it signs no role that this change set changes")
    demand = next((one for one in concerned if keyid in one.keys), None)
    if demand is None or not isinstance(keyid, str) or not isinstance(sig, str):
        raise _unfit(path, "its key is none of the role's")
    name, key = demand.keys[keyid]
    if path.name != _file(change, demand.role, name):
        raise _unfit(path, f"it is not called after its key, {name}")
    if keyid == author.keyid and not author.counts:
        raise _unfit(path, f"{name} has proposed the change, and nobody approves their own")
    fitting = storage.pretty(_document(change, demand, keyid, sig)) == data
    if not fitting or not signed_by(key, sig, demand.payload):
        raise _unfit(path, "it does not fit the change set")
    return demand.role, Signature(keyid, sig)


def _file(change: str, role: str, name: str) -> str:
    """What a signature file is called: after its key, and after its role where the key's name does not say it."""
    return f"{change}.{name}{SUFFIX}" if name.startswith(f"{role}-") else f"{change}.{role}.{name}{SUFFIX}"


def _document(change: str, demand: Demand, keyid: str, sig: str) -> Object:
    values = (change, demand.role, keyid, sha256(demand.payload).hexdigest(), sig)
    return dict(zip(_MEMBERS, values, strict=True))


def _unfit(path: Path, why: str) -> ChangeRefused:
    return ChangeRefused(f"{path.name} is no signature of this change: {why}", hint=f"Remove {path}, and sign again.")
