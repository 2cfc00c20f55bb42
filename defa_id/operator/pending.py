"""What has become of every change that was proposed, and publishing those that have their signatures."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from tuf.api.metadata import Metadata, Root  # type: ignore[attr-defined]

from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, DefaIdError, WrongUse
from defa_id.operator import changeset, events, lint, placing, publishing, rolechange, signing
from defa_id.operator.changeset import ChangeSet
from defa_id.operator.compiling import Compiled
from defa_id.operator.demands import Count
from defa_id.operator.keyring import Keyring
from defa_id.operator.published import Published
from defa_id.operator.publishing import Publication
from defa_id.operator.rolechange import RoleChange
from defa_id.operator.roles import denial, operations
from defa_id.operator.tree import Object, State, Tree, content
from defa_id.values import NamedTuple

PENDING: Final = "pending"
READY: Final = "ready"
PUBLISHED: Final = "published"
OVERTAKEN: Final = "overtaken"
REFUSED: Final = "refused"


class Standing(NamedTuple):
    """A change and what has become of it: `pending`, `ready` to be published, `published`, `overtaken` by
    another publication, or `refused`, and then `problem` says why."""

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
    """What may be published of one change: the sources of a state that it alters, and its roles with their
    signatures. `tree`: everything there is, for a registry that only begins."""

    state: str
    after: State | None
    roles: tuple[Compiled, ...]
    root: Metadata[Root] | None = None
    tree: Tree | None = None

    @property
    def names(self) -> set[str]:
        """The roles it signs anew."""
        return {role.role for role in self.roles} | ({"root"} if self.root else set())


def all_files(folder: Path) -> list[Path]:
    """The files of all changes: role changes first, then change sets, each by whose they are and number."""
    return [*rolechange.all_files(folder), *changeset.all_files(folder)]


def find(folder: Path, name: str) -> Path:
    """The file of a change, by its id or by its path. Raises `WrongUse`."""
    listed = {path.stem: path for path in all_files(folder)}
    path = listed.get(name, Path(name))
    if not path.is_file():
        raise WrongUse(f"no change {printable(name)}", hint=f"Those here: {', '.join(listed) or 'none'}.")
    return path


def standings(folder: Path, published: Published | None, now: datetime) -> Iterator[Standing]:
    """Every change in a folder, and what has become of it."""
    return (_standing(path, folder, published, now)[0] for path in all_files(folder))


def publish(
    keyring: Keyring, tree: Tree, folder: Path, place: Path, now: datetime, only: Collection[str] = ()
) -> tuple[Publication, tuple[Standing, ...]]:
    """Publish the changes in `folder` that have their signatures into `place`: all of them, or `only` these.

    Of `tree`, the working sources, only the settings of the registry matter. Of two changes of one role,
    the first is published; the other is overtaken then. Says what has become of every change. Raises
    `ChangeRefused` where none is ready, or one is not what its author and signers wrote; nothing is written then.
    """
    placing.recover(place)
    published = Published.read(place)
    found = [_standing(path, folder, published, now) for path in all_files(folder)]
    unknown = sorted(set(only) - {standing.id for standing, _ in found})
    if unknown:
        raise WrongUse(f"no change {printable(unknown[0])}", hint=f"They are in {folder}.")
    wanted = [(standing, made) for standing, made in found if not only or standing.id in only]
    for standing, _ in wanted:
        if standing.status == REFUSED or (only and standing.status != READY):
            why = standing.problem or "; ".join(map(str, standing.counts)) or f"it is {standing.status}"
            raise ChangeRefused(f"{standing.id}: {why}", hint="Publish others with --change ID, or propose it again.")
    approved: list[Approved] = []
    for standing, made in wanted:
        taken = {name for one in approved for name in one.names}
        if made is not None and standing.status == READY and not taken & made.names:
            approved.append(made)
    if not approved:
        short = [f"{standing.id} has {count}" for standing, _ in wanted for count in standing.counts]
        raise ChangeRefused(
            "no change set has the signatures it needs", hint="; ".join(short) or "Make one: defa-id registry propose"
        )
    before = changeset.tree_of(published) if published else approved[0].tree
    if before is None:
        raise ChangeRefused("nothing is published yet", hint="Found the registry first: defa-id registry init")
    before = before._replace(registry=tree.registry)
    whole = before
    altered: list[str] = []
    for made in approved:
        if made.after is not None:
            whole = whole.with_state(made.state, made.after)
            altered.append(made.state)
    if len(altered) > 1:  # each was held to the rules by itself, and not yet beside the others
        lint.require_fit(before, whole, altered)
    signed = [role for made in approved for role in made.roles]
    root = next((made.root for made in approved if made.root), None)
    publication = publishing.publish_approved(whole, signed, keyring, place, now, root=root)
    return publication, tuple(standings(folder, Published.read(place), now))


def _standing(path: Path, folder: Path, published: Published | None, now: datetime) -> tuple[Standing, Approved | None]:
    try:
        if rolechange.ID.fullmatch(path.stem):
            return _of_roles(rolechange.read(path), folder, published, now)
        return _of_sources(changeset.read(path), folder, published, now)
    except DefaIdError as error:
        return Standing(path.stem, REFUSED, problem=error.message), None


def _of_sources(
    change: ChangeSet, folder: Path, published: Published | None, now: datetime
) -> tuple[Standing, Approved | None]:
    about = Standing(change.id, PENDING, change.author.key, change.note)
    if published and change.base.snapshot_version <= published.version and not changeset.is_current(change, published):
        return about._replace(status=PUBLISHED if _happened(change, published) else OVERTAKEN), None
    try:
        derived = changeset.rederive(change, published, now)
        collected = signing.collect(change, derived, published, folder) if published else []
    except DefaIdError as error:
        return about._replace(status=REFUSED, problem=error.message), None
    about = about._replace(counts=tuple(count for count, _ in collected))
    if not all(count.complete for count in about.counts):
        return about, None
    return about._replace(status=READY), Approved(change.state, derived.after, tuple(role for _, role in collected))


def _of_roles(
    change: RoleChange, folder: Path, published: Published | None, now: datetime
) -> tuple[Standing, Approved | None]:
    about = Standing(change.id, PENDING, change.author.key, change.note)
    if not rolechange.is_current(change, published):
        made_so = published is not None and _signed_so(change, published)
        return about._replace(status=PUBLISHED if made_so else OVERTAKEN), None
    try:
        derived = rolechange.rederive(change, published, now)
        signed = signing.collect_roles(change, derived, published, folder)
    except DefaIdError as error:
        return about._replace(status=REFUSED, problem=error.message), None
    about = about._replace(counts=signed.counts)
    if not all(count.complete for count in about.counts):
        return about, None
    after = derived.tree.states.get(change.of) if change.beginning else None
    return about._replace(status=READY), Approved(change.of, after, signed.roles, signed.root, derived.tree)


def _signed_so(change: RoleChange, published: Published) -> bool:
    """Whether the versions published next are the very ones this role change asked for."""
    return all(
        published.past_signed(role, version + 1) == change.result.get(role) for role, version in change.base.items()
    )


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
