"""Change sets and role changes signed on their signers' machines: who must sign what, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from securesystemslib.signer import Signer  # type: ignore[attr-defined]
from tuf.api.metadata import Metadata, Root  # type: ignore[attr-defined]

from defa_id.errors import WrongUse
from defa_id.operator import appointing, changeset, demands, keyfiles, rolechange
from defa_id.operator.changeset import ChangeSet, Derived
from defa_id.operator.compiling import Compiled
from defa_id.operator.demands import Author, Count, Demand
from defa_id.operator.published import Published
from defa_id.operator.rolechange import RoleChange
from defa_id.operator.roles import Duty, RoleSigner, of_state
from defa_id.values import NamedTuple


class Signed(NamedTuple):
    """How far the signatures of a role change are, and its roles and root with those that are there."""

    counts: tuple[Count, ...]
    roles: tuple[Compiled, ...]
    root: Metadata[Root] | None


def from_file(path: Path, ask: Callable[[], str] | None = None) -> Signer:
    """The signer of a private key in a file, a JWK or PEM; `ask` gets the passphrase of one that has one.
    Raises `WrongUse`."""
    return RoleSigner(path.name, keyfiles.private(path, ask or _unasked))


def _unasked() -> str:
    raise WrongUse("this key has a passphrase, and nobody is asked for it here", hint="Sign from the command line.")


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
            demands.of_keys(published.keys_of(duty.role), published.names_of(duty)),
            published.threshold_of(duty.role),
        )
        for role, duty in _concerned(change, derived)
    ]


def author_of(change: ChangeSet, published: Published) -> Author:
    """The author as signatures are counted: their own counts only where a single key may act alone."""
    held = {key.keyid: key for duty in of_state(change.state) for key in published.keys_of(duty.role)}
    public = str(held[change.author.keyid].keyval.get("public")) if change.author.keyid in held else ""
    return Author(change.author.key, change.author.keyid, public, changeset.is_break_glass(change, published))


def sign_roles(
    change: RoleChange, derived: rolechange.Derived, published: Published | None, signer: Signer, folder: Path
) -> list[Count]:
    """Sign what a role change asks of this key, as derived here. Raises as `sign`."""
    author = rolechange.author_of(change, published)
    demands.put(change.id, derived.appointed.demands, author, signer, folder)
    return list(demands.collect(change.id, derived.appointed.demands, author, folder)[0])


def collect_roles(change: RoleChange, derived: rolechange.Derived, published: Published | None, folder: Path) -> Signed:
    """The signatures of a role change, and its roles with them. Raises as `collect`."""
    appointed, author = derived.appointed, rolechange.author_of(change, published)
    counts, found = demands.collect(change.id, appointed.demands, author, folder)
    made = []
    for role in appointed.roles:
        metadata = Metadata(role.metadata.signed, dict(found.get(role.role, {})))
        one = role._replace(metadata=metadata)
        if appointed.statement is not None and appointed.statement["state"] == role.role:
            over = found.get(f"{role.role}-{appointing.HANDOVER}", {})
            one = appointing.with_statement(one, appointed.statement, over.values())
        made.append(one)
    root = Metadata(appointed.root.signed, dict(found.get("root", {}))) if appointed.root else None
    return Signed(counts, tuple(made), root)


def _concerned(change: ChangeSet, derived: Derived) -> Iterator[tuple[Compiled, Duty]]:
    """The roles that have to sign, each with its duty."""
    duties = {duty.role: duty for duty in of_state(change.state)}
    return ((role, duties[role.role]) for role in derived.roles)
