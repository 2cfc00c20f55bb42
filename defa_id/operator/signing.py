"""Change sets signed, counted and published: what has become of each of them, and who is still to sign."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from securesystemslib.signer import Signer  # type: ignore[attr-defined]
from tuf.api.metadata import Metadata

from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, DefaIdError, WrongUse
from defa_id.issue import signing
from defa_id.operator import changeset, demands, events, publishing, storage
from defa_id.operator.changeset import ChangeSet, Derived
from defa_id.operator.compiling import Compiled
from defa_id.operator.demands import Author, Count, Demand
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
    asked, author = demanded(change, derived, published), author_of(change, published)
    demands.put(change.id, asked, author, signer, folder)
    return list(demands.collect(change.id, asked, author, folder)[0])


def collect(change: ChangeSet, derived: Derived, published: Published, folder: Path) -> list[tuple[Count, Compiled]]:
    """The signatures there are: for each role how far they are, and its metadata with them.

    Raises `ChangeRefused` for a signature file that is not, to the last byte, what a signer wrote for
    this change set.
    """
    asked = demanded(change, derived, published)
    counts, found = demands.collect(change.id, asked, author_of(change, published), folder)
    return [
        (count, role._replace(metadata=Metadata(role.metadata.signed, dict(found.get(role.role, {})))))
        for count, (role, _) in zip(counts, _concerned(change, derived), strict=True)
    ]


def demanded(change: ChangeSet, derived: Derived, published: Published) -> list[Demand]:
    """Who must sign what of a change set."""
    return [
        Demand(
            role.role,
            role.payload,
            demands.of_keys(published.keys_of(duty.role), changeset.key_names(published, duty)),
            duty.threshold,
        )
        for role, duty in _concerned(change, derived)
    ]


def author_of(change: ChangeSet, published: Published) -> Author:
    """The author as signatures are counted: their own counts only where a single key may act alone."""
    held = {key.keyid: key for duty in of_state(change.state) for key in published.keys_of(duty.role)}
    public = str(held[change.author.keyid].keyval.get("public")) if change.author.keyid in held else ""
    return Author(change.author.key, change.author.keyid, public, changeset.is_break_glass(change, published))


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
