"""Signatures of change sets: made one by one on their signers' machines, collected, and counted.

Four eyes: the author's key never counts, and nobody signs bytes that they did not derive themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from securesystemslib.signer import Key, Signature, Signer  # type: ignore[attr-defined]
from tuf.api.metadata import Metadata  # type: ignore[attr-defined]

from defa_id.codec import strict_json
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, DefaIdError, Fault
from defa_id.issue import signing
from defa_id.operator import changeset, events, publishing, roles, storage
from defa_id.operator.changeset import ChangeSet, Derived
from defa_id.operator.compiling import Compiled
from defa_id.operator.keyring import Keyring
from defa_id.operator.published import Published
from defa_id.operator.publishing import Publication
from defa_id.operator.roles import Duty, RoleSigner
from defa_id.operator.tree import Object, content, sha256

PENDING: Final = "pending"
READY: Final = "ready"
PUBLISHED: Final = "published"
OVERTAKEN: Final = "overtaken"
REFUSED: Final = "refused"
_SUFFIX: Final = ".sig.json"
_MEMBERS: Final = ("change", "role", "keyid", "sha256", "sig")


class Count(NamedTuple):
    """How far a role's signatures are: who has signed, how many are needed, and who still may."""

    role: str
    signed: tuple[str, ...]
    needed: int
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether the threshold is reached."""
        return len(self.signed) >= self.needed

    def to_dict(self) -> Object:
        """The JSON form."""
        return {**self._asdict(), "complete": self.complete}

    def __str__(self) -> str:
        signed = f" by {', '.join(self.signed)}" if self.signed else ""
        needed = self.needed - len(self.signed)
        rest = "" if self.complete else f"; {needed} more of {', '.join(self.missing)}"
        return f"{self.role}: {len(self.signed)}/{self.needed} signed{signed}{rest}"


class Standing(NamedTuple):
    """A change set and what has become of it: `pending`, `ready` to be published, `published`,
    `overtaken` by another publication of its state, or `refused`, and then `problem` says why."""

    id: str
    status: str
    author: str = ""
    note: str = ""
    counts: tuple[Count, ...] = ()
    problem: str = ""

    def to_dict(self) -> Object:
        """The JSON form."""
        return {**self._asdict(), "counts": [count.to_dict() for count in self.counts]}


def from_file(path: Path) -> Signer:
    """The signer of a private key in a file, a JWK or PEM. Raises `WrongUse`."""
    return RoleSigner(path.name, signing.read(storage.read_bytes(path)))


def sign(change: ChangeSet, derived: Derived, published: Published, signer: Signer, folder: Path) -> list[Count]:
    """Sign what a change set leads to, as derived here, and put the signature beside it.

    Raises `ChangeRefused` for the author's own key and a key that is none of the roles' concerned.
    """
    key = signer.public_key
    if _same_key(key, change.author.keyid, published, change.state):
        raise ChangeRefused(
            f"{change.author.key} has proposed {change.id}, and nobody approves their own change",
            hint="Give it to the holders of the other keys.",
        )
    signed = False
    for role, duty in _concerned(change, derived):
        name = changeset.key_names(published, duty).get(key.keyid)
        if name is None:
            continue
        made = signer.sign(role.payload).signature
        document = dict(zip(_MEMBERS, (change.id, role.role, key.keyid, role.sha256, made), strict=True))
        storage.write(folder / f"{change.id}.{name}{_SUFFIX}", storage.pretty(document))
        signed = True
    if not signed:
        concerned = [duty for _, duty in _concerned(change, derived)]
        known = ", ".join(name for duty in concerned for name in changeset.key_names(published, duty).values())
        raise ChangeRefused(f"this key does not sign {change.id}", hint=f"Its signers are {known}.")
    return [count for count, _ in collect(change, derived, published, folder)]


def collect(
    change: ChangeSet, derived: Derived, published: Published, folder: Path
) -> list[tuple[Count, Compiled]]:
    """The signatures there are: for each role how far they are, and its metadata with them.

    Raises `ChangeRefused` for a signature file that is not, to the last byte, what a signer wrote for
    this change set.
    """
    found: dict[str, dict[str, tuple[str, str]]] = {}
    duties = dict(_by_role(change, derived))
    for path in sorted(folder.glob(f"{change.id}.*{_SUFFIX}")):
        role, keyid, name, sig = _signature(path, change, duties, published)
        found.setdefault(role, {})[keyid] = name, sig
    collected = []
    for role, duty in _concerned(change, derived):
        signed = found.get(role.role, {})
        names = changeset.key_names(published, duty)
        may = [name for keyid, name in names.items() if keyid not in signed and keyid != change.author.keyid]
        count = Count(role.role, tuple(name for name, _ in signed.values()), duty.threshold, tuple(may))
        signatures = {keyid: Signature(keyid, sig) for keyid, (_, sig) in signed.items()}
        metadata = Metadata(role.metadata.signed, signatures)
        collected.append((count, role._replace(metadata=metadata)))
    return collected


def standings(folder: Path, published: Published | None, now: datetime) -> Iterator[Standing]:
    """Every change set in a folder, and what has become of it."""
    for path in changeset.all_files(folder):
        try:
            change = changeset.read(path)
        except DefaIdError as error:
            yield Standing(path.stem, REFUSED, problem=error.message)
            continue
        about = Standing(change.id, PENDING, change.author.key, change.note)
        over = _over(change, published)
        if over is not None:
            yield about._replace(status=over)
            continue
        try:
            derived = changeset.rederive(change, published, now)
            assert_published = published
            counts = tuple(count for count, _ in collect(change, derived, _there(assert_published), folder))
        except DefaIdError as error:
            yield about._replace(status=REFUSED, problem=error.message)
            continue
        status = READY if all(count.complete for count in counts) else PENDING
        yield about._replace(status=status, counts=counts)
