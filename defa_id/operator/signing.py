"""Signatures of change sets: made one by one on their signers' machines, collected, and counted.

Four eyes: the author's key never counts, and nobody signs bytes that they did not derive themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from securesystemslib.signer import Key, Signature, Signer  # type: ignore[attr-defined]
from tuf.api.metadata import Metadata

from defa_id.codec import strict_json
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, DefaIdError, Fault, WrongUse
from defa_id.issue import signing
from defa_id.operator import changeset, events, publishing, storage
from defa_id.operator.changeset import ChangeSet, Derived
from defa_id.operator.compiling import Compiled
from defa_id.operator.keyring import Keyring
from defa_id.operator.published import Published
from defa_id.operator.publishing import Publication
from defa_id.operator.roles import Duty, RoleSigner, denial, of_state, operations
from defa_id.operator.tree import Object, State, Tree, content

PENDING: Final = "pending"
READY: Final = "ready"
PUBLISHED: Final = "published"
OVERTAKEN: Final = "overtaken"
REFUSED: Final = "refused"
SUFFIX: Final = ".sig.json"
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


class Approved(NamedTuple):
    """What may be published of one state: its sources, and its roles with their signatures."""

    state: str
    after: State
    roles: tuple[Compiled, ...]


def from_file(path: Path) -> Signer:
    """The signer of a private key in a file, a JWK or PEM. Raises `WrongUse`."""
    return RoleSigner(path.name, signing.read(storage.read_bytes(path)))


def sign(change: ChangeSet, derived: Derived, published: Published, signer: Signer, folder: Path) -> list[Count]:
    """Sign what a change set leads to, as derived here, and put the signature beside it.

    Raises `ChangeRefused` for the author's own key and a key that is none of the roles' concerned.
    """
    key = signer.public_key
    if _same_key(key, change, published):
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
        storage.write(folder / f"{change.id}.{name}{SUFFIX}", storage.pretty(document))
        signed = True
    if not signed:
        known = ", ".join(name for count, _ in collect(change, derived, published, folder) for name in count.missing)
        raise ChangeRefused(f"this key does not sign {change.id}", hint=f"Still to sign: {known}.")
    return [count for count, _ in collect(change, derived, published, folder)]


def collect(change: ChangeSet, derived: Derived, published: Published, folder: Path) -> list[tuple[Count, Compiled]]:
    """The signatures there are: for each role how far they are, and its metadata with them.

    Raises `ChangeRefused` for a signature file that is not, to the last byte, what a signer wrote for
    this change set.
    """
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for path in sorted(folder.glob(f"{change.id}.*{SUFFIX}")):
        role_name, keyid, name, sig = _signature(path, change, derived, published)
        found.setdefault(role_name, {})[keyid] = name, sig
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
        yield _standing(path, folder, published, now)[0]


def publish(
    keyring: Keyring, tree: Tree, folder: Path, place: Path, now: datetime, only: Collection[str] = ()
) -> tuple[Publication, tuple[Standing, ...]]:
    """Publish the change sets in `folder` that have their signatures into `place`: all of them, or `only` these.

    Of `tree`, the working sources, only the settings of the registry matter. Says what has become of
    every change set. Raises `ChangeRefused` where none is ready, or one is not what its author and
    signers wrote; nothing is written then.
    """
    published = Published.read(place)
    found = [_standing(path, folder, published, now) for path in changeset.all_files(folder)]
    unknown = sorted(set(only) - {standing.id for standing, _ in found})
    if unknown:
        raise WrongUse(f"no change set {printable(unknown[0])}", hint=f"They are in {folder}.")
    wanted = [(standing, made) for standing, made in found if not only or standing.id in only]
    for standing, _ in wanted:
        if standing.status == REFUSED or (only and standing.status != READY):
            why = standing.problem or "; ".join(map(str, standing.counts)) or f"it is {standing.status}"
            raise ChangeRefused(f"{standing.id}: {why}", hint="Publish others with --change ID, or propose it again.")
    approved: dict[str, Approved] = {}
    for standing, made in wanted:
        if made is not None and standing.status == READY:
            approved.setdefault(made.state, made)
    if published is None or not approved:
        short = [f"{standing.id} has {count}" for standing, _ in wanted for count in standing.counts]
        raise ChangeRefused(
            "no change set has the signatures it needs", hint="; ".join(short) or "Make one: defa-id registry propose"
        )
    whole = changeset.tree_of(published)._replace(registry=tree.registry)
    for made in approved.values():
        whole = whole.with_state(made.state, made.after)
    signed = [role for made in approved.values() for role in made.roles]
    publication = publishing.publish_approved(whole, signed, keyring, place, now)
    return publication, tuple(standings(folder, Published.read(place), now))


def _standing(path: Path, folder: Path, published: Published | None, now: datetime) -> tuple[Standing, Approved | None]:
    try:
        change = changeset.read(path)
    except DefaIdError as error:
        return Standing(path.stem, REFUSED, problem=error.message), None
    about = Standing(change.id, PENDING, change.author.key, change.note)
    if published and change.base.snapshot_version <= published.version and not changeset.is_current(change, published):
        return about._replace(status=PUBLISHED if _happened(change, published) else OVERTAKEN), None
    try:
        derived = changeset.rederive(change, published, now)
        collected = collect(change, derived, published, folder) if published else []
    except DefaIdError as error:
        return about._replace(status=REFUSED, problem=error.message), None
    about = about._replace(counts=tuple(count for count, _ in collected))
    if not all(count.complete for count in about.counts):
        return about, None
    return about._replace(status=READY), Approved(change.state, derived.after, tuple(role for _, role in collected))


def _happened(change: ChangeSet, published: Published) -> bool:
    """Whether what was published next is what this change set asked for, whoever signed it."""
    state, base = change.state, change.base
    own, denied = f"{state}/list.json", f"{state}/deny.json"
    listing, deny = published.past(own, base.list_sha256), published.past(denied, base.deny_sha256)
    if listing is None or deny is None:
        return False
    try:
        wanted = events.apply(change.events, State(listing, deny, {}))
    except ChangeRefused:
        return False
    made = []
    for path, role, version, after in (
        (own, operations(state).role, base.role_version, wanted.listing),
        (denied, denial(state).role, base.deny_role_version, wanted.deny),
    ):
        if role in change.result:
            digest = published.past_digest(role, version + 1, path)
            found = published.past(path, digest) if digest else None
            made.append(found is not None and content(found) == content(after))
    return bool(made) and all(made)


def _concerned(change: ChangeSet, derived: Derived) -> Iterator[tuple[Compiled, Duty]]:
    """The roles that have to sign, each with its duty."""
    duties = {duty.role: duty for duty in of_state(change.state)}
    return ((role, duties[role.role]) for role in derived.roles)


def _signature(path: Path, change: ChangeSet, derived: Derived, published: Published) -> tuple[str, str, str, str]:
    """What a signature file says: role, key id, name of the key, signature."""
    name = path.name.removeprefix(f"{change.id}.").removesuffix(SUFFIX)
    try:
        document = strict_json.load_object(storage.read_bytes(path))
    except Fault as fault:
        raise _unfit(path, fault.why or fault.code) from None
    for role, duty in _concerned(change, derived):
        if document.get("role") != role.role:
            continue
        keyid, sig = document.get("keyid"), document.get("sig")
        key = next((key for key in published.keys_of(duty.role) if key.keyid == keyid), None)
        if key is None or not isinstance(sig, str) or changeset.key_names(published, duty)[key.keyid] != name:
            raise _unfit(path, "its key is none of the role's, or not the one it is called after")
        if key.keyid == change.author.keyid:
            raise _unfit(path, f"{name} has proposed the change, and nobody approves their own")
        expected = dict(zip(_MEMBERS, (change.id, role.role, key.keyid, role.sha256, sig), strict=True))
        if storage.pretty(expected) != storage.read_bytes(path) or not changeset.signed_by(key, sig, role.payload):
            raise _unfit(path, "it does not fit the change set")
        return role.role, key.keyid, name, sig
    raise _unfit(path, "it signs no role that this change set changes")


def _unfit(path: Path, why: str) -> ChangeRefused:
    return ChangeRefused(f"{path.name} is no signature of this change: {why}", hint=f"Remove {path}, and sign again.")


def _same_key(key: Key, change: ChangeSet, published: Published) -> bool:
    """Whether a key is the author's: the same id, or the same key under another one."""
    held = {
        one.keyid: one.keyval.get("public") for duty in of_state(change.state) for one in published.keys_of(duty.role)
    }
    return key.keyid == change.author.keyid or key.keyval.get("public") == held.get(change.author.keyid)
