"""`defa-id registry rotate-role | renew`: whose a role is from now on, or that it is signed anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from defa_id.cli import options, registry_agreeing, signing_key, terminal
from defa_id.errors import ChangeRefused, WrongUse

if TYPE_CHECKING:
    from datetime import datetime

    from securesystemslib.signer import Signer  # type: ignore[attr-defined]

    from defa_id.cli.signing_key import SigningKey
    from defa_id.operator.appointing import Appointment
    from defa_id.operator.demands import Count
    from defa_id.operator.published import Published
    from defa_id.operator.rolechange import Derived, RoleChange, Wanted

_FILE: Final = click.Path(path_type=Path)
_DIR: Final = click.option(
    "--dir", "directory", metavar="DIR", type=_FILE, required=True, help="The registry: published/ and changes/."
)
_NOTE: Final = click.option("--note", metavar="TEXT", default="", help="Why, for those who are to sign.")
_ROOT: Final = click.option("--root", metavar="FILE", help="The trust anchor you pinned.")
_ROLES: Final = "XX, XX-ops or XX-deny of a state, region, snapshot or timestamp"


@click.command("rotate-role")
@_DIR
@click.option("--role", metavar="ROLE", required=True, help=f"Whose keys change: {_ROLES}.")
@click.option("--replace", metavar="NAME=FILE", multiple=True, help="This key by the public key in FILE.")
@click.option("--add", metavar="NAME=FILE", multiple=True, help="One key more.")
@click.option("--remove", metavar="NAME", multiple=True, help="One key less.")
@click.option("--threshold", metavar="N", type=click.IntRange(1), help="How many must sign from now on.")
@click.option("--lost", is_flag=True, help="The state's old keys cannot sign it over: verifiers must be told.")
@_NOTE
@_ROOT
@signing_key.options
@options.json_option
def rotate_role(
    directory: Path,
    role: str,
    replace: tuple[str, ...],
    add: tuple[str, ...],
    remove: tuple[str, ...],
    threshold: int | None,
    lost: bool,
    note: str,
    root: str | None,
    signing_key: SigningKey,
    as_json: bool,
) -> None:
    """Propose other keys for a role, for others to check and sign.

    The keys of XX-ops and XX-deny are changed by the state's own XX alone; those of XX by the region, and
    the old XX signs them over; those of the region by enough of the old and enough of the new. Every new
    key signs too. Your own signature says who proposes it; it never counts among those it needs.
    """
    from defa_id.operator import appointing, rolechange

    def wanted(published: Published) -> Wanted:
        held = dict(appointing.holders(role, published)) if role not in ("root", "targets") else {}
        if not held:
            raise ChangeRefused(f"there is no role {role!r} in this registry", hint=f"Roles are {_ROLES}.")
        appointment = _changed(role, held, appointing.threshold(role, published), replace, add, remove, threshold)
        return rolechange.Wanted((appointment,), lost=lost, note=options.visible(note, "the note"))

    _propose(directory, root, wanted, signing_key, as_json=as_json)


@click.command("renew")
@_DIR
@click.option(
    "--role", "renewed", metavar="ROLE", multiple=True, required=True, help="XX, XX-ops, XX-deny, root, targets."
)
@_NOTE
@_ROOT
@signing_key.options
@options.json_option
def renew(
    directory: Path, renewed: tuple[str, ...], note: str, root: str | None, signing_key: SigningKey, as_json: bool
) -> None:
    """Propose that roles of one state, or of the region, are signed anew as they stand, before they expire."""
    from defa_id.operator import rolechange

    unique = tuple(dict.fromkeys(renewed))
    _propose(
        directory,
        root,
        lambda _: rolechange.Wanted(renewed=unique, note=options.visible(note, "the note")),
        signing_key,
        as_json=as_json,
    )


def is_one(name: str) -> bool:
    """Whether a change is a role change, by its number or file."""
    from defa_id.operator import rolechange

    return rolechange.ID.fullmatch(Path(name).name.removesuffix(".json")) is not None


def show(directory: Path, name: str, root: str | None, now: datetime, *, as_json: bool) -> None:
    """Say what a role change means."""
    published = verified(directory, root, now)
    change, _ = _open(directory, name, published, now)
    if as_json:
        terminal.write_json([{"change": change.id, "words": _words(change, published)}])
    else:
        terminal.write(_text(change, published))


def sign(
    directory: Path, name: str, root: str | None, signer: Signer, now: datetime, *, ask: bool, as_json: bool
) -> tuple[str, list[Count]]:
    """Show a role change and sign what it asks of this key."""
    from defa_id.operator import changeset, signing

    published = verified(directory, root, now)
    change, derived = _open(directory, name, published, now)
    if not as_json:
        terminal.write(_text(change, published))
    registry_agreeing.confirm(ask)
    return change.id, signing.sign_roles(change, derived, published, signer, directory / changeset.FOLDER)


def verified(directory: Path, root: str | None, now: datetime) -> Published | None:
    """What stands published, verified as every reader does; None if nothing does yet. Raises `RegistryRejected`."""
    from defa_id.operator import sandbox

    if not (directory / sandbox.PUBLISHED / "metadata" / "timestamp.json").is_file():
        return None
    return registry_agreeing.verified(directory, root, now)


def tell(
    directory: Path, change: RoleChange, published: Published | None, path: Path, counts: list[Count], *, as_json: bool
) -> None:
    """What was proposed, and who is to sign."""
    if as_json:
        said = {"change": change.to_dict(), "path": str(path), "words": _words(change, published)}
        terminal.write_json({**said, "counts": [one.to_dict() for one in counts]})
        return
    terminal.write(
        f"{change.id}: {terminal.named(path)}\n" + "".join(f"  {line}\n" for line in _words(change, published))
    )
    terminal.write("".join(f"{count}\n" for count in counts))
    here = terminal.named(directory)
    terminal.say(f"next:    defa-id registry sign {change.id} --dir {here} --key FILE   (each of the signers)")


def _propose(directory: Path, root: str | None, wanted: Any, key: SigningKey, *, as_json: bool) -> None:
    from defa_id.operator import changeset, rolechange, signing, storage
    from defa_id.operator.tree import load

    now = options.now()
    signer = key.signer()
    folder = directory / changeset.FOLDER
    with storage.locked(directory):
        published = registry_agreeing.verified(directory, root, now)
        terminal.progress("deriving the roles and who must sign them")
        change = rolechange.propose(load(directory), published, wanted(published), signer, now, folder)
        path = rolechange.write(folder, change)
    derived = rolechange.rederive(change, published, now)
    counts = list(signing.collect_roles(change, derived, published, folder).counts)
    tell(directory, change, published, path, counts, as_json=as_json)


def _open(directory: Path, name: str, published: Published | None, now: datetime) -> tuple[RoleChange, Derived]:
    from defa_id.operator import changeset, pending, rolechange

    change = rolechange.read(pending.find(directory / changeset.FOLDER, name))
    terminal.progress("deriving the roles and who must sign them")
    return change, rolechange.rederive(change, published, now)


def _words(change: RoleChange, published: Published | None) -> list[str]:
    from defa_id.operator import rolechange
    from defa_id.report.layout import shown

    return [shown(line, 400) for line in rolechange.words(change, published)]


def _text(change: RoleChange, published: Published | None) -> str:
    head = f"{change.id} by {change.author.key}: {registry_agreeing.noted(change.note)}\n"
    return head + "".join(f"• {line}\n" for line in _words(change, published))


def _changed(
    role: str,
    held: dict[str, str],
    needed: int,
    replace: tuple[str, ...],
    add: tuple[str, ...],
    remove: tuple[str, ...],
    threshold: int | None,
) -> Appointment:
    """The role's keys as they shall be, in their order."""
    from defa_id.operator.appointing import Appointment

    after = dict(held)
    for given in replace:
        name, public = given_key(given)
        _require_held(role, name, after)
        after[name] = public
    for given in add:
        name, public = given_key(given)
        if name in after:
            raise ChangeRefused(f"{role} has a key {name} already", hint="Use --replace, or another name.")
        after[name] = public
    for name in remove:
        _require_held(role, name, after)
        del after[name]
    if after == held and threshold in (None, needed):
        raise WrongUse(f"nothing would change about {role}", hint="Give --replace, --add, --remove or --threshold.")
    return Appointment(role, tuple(after.items()), needed if threshold is None else threshold)


def _require_held(role: str, name: str, held: dict[str, str]) -> None:
    if name not in held:
        raise ChangeRefused(f"{role} has no key {name!r}", hint=f"Its keys are {', '.join(held)}.")


def given_key(text: str) -> tuple[str, str]:
    """NAME=FILE: the name, and the public key in the file as PEM. Raises `WrongUse`, `ChangeRefused`."""
    from defa_id.operator import keyfiles

    name, sign, file = text.partition("=")
    if not sign or not name or not file:
        raise WrongUse(f"{text!r} is not NAME=FILE", hint="E.g. SG-ops-b=SG-ops-b.public.jwk.json")
    return name, keyfiles.public_pem(Path(file))
