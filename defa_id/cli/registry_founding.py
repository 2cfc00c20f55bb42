"""`defa-id registry init | init-state | join`: how a registry begins, and how a state joins one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from defa_id.cli import editing, options, registry_roles, signing_key, terminal
from defa_id.errors import ChangeRefused, WrongUse

if TYPE_CHECKING:
    from datetime import datetime

    from defa_id.cli.signing_key import SigningKey
    from defa_id.operator.founding import Founding
    from defa_id.operator.publishing import Publication
    from defa_id.operator.rolechange import RoleChange, Wanted

_FILE: Final = editing.FILE
_ENVIRONMENTS: Final = click.Choice(("demo", "sandbox", "pilot", "live"))
_REGION: Final = ("region-a", "region-b", "region-c")
_SNAPSHOT: Final = ("snapshot",)
_TIMESTAMP: Final = ("timestamp-a", "timestamp-b")


@click.command("init")
@click.argument("directory", metavar="DIR", type=_FILE)
@click.option("--title", required=True, help="What the registry is called among people.")
@click.option("--name", metavar="NAME", help="Its name, which never changes; default: a new UUID.")
@click.option("--environment", type=_ENVIRONMENTS, required=True, help="How far it carries, for ever.")
@click.option("--region", metavar="NAME=FILE", multiple=True, help="A public key of root and top targets; one a state.")
@click.option("--threshold", metavar="N", type=click.IntRange(2), help="How many of them must sign; default: most.")
@click.option("--snapshot", metavar="NAME=FILE", multiple=True, help="A public key of a machine that publishes.")
@click.option("--timestamp", metavar="NAME=FILE", multiple=True, help="The same for the timestamp.")
@click.option("--new-keys", is_flag=True, help="Make all of them in DIR/keys and sign here, for trials.")
@signing_key.options
@options.json_option
def init(
    directory: Path,
    title: str,
    name: str | None,
    environment: str,
    region: tuple[str, ...],
    threshold: int | None,
    snapshot: tuple[str, ...],
    timestamp: tuple[str, ...],
    new_keys: bool,
    signing_key: SigningKey,
    as_json: bool,
) -> None:
    """Begin a registry of your own, without states: each of them joins by itself later.

    The holders of its keys sign it like any other change. With --new-keys all keys are made here and it is
    published at once; that is for demo and sandbox.
    """
    import uuid

    from defa_id.operator import founding

    about = name or str(uuid.uuid4()), options.visible(title, "the title"), environment
    given = (*region, *snapshot, *timestamp)
    now = options.now()
    if new_keys:
        if given or signing_key.named or threshold:
            raise WrongUse("--new-keys makes every key itself", hint="Leave --region, --snapshot and --key out.")
        _found_for_trial(directory, about, now, as_json=as_json)
        return
    if not (region and snapshot and timestamp):
        raise WrongUse(
            "the public keys of region, snapshot and timestamp are needed", hint="For a trial: --new-keys makes them."
        )
    region_keys, snapshot_keys, timestamp_keys = (
        tuple(map(registry_roles.given_key, keys)) for keys in (region, snapshot, timestamp)
    )
    needed = threshold or len(region) // 2 + 1
    asked = founding.Founding(*about, region_keys, needed, snapshot_keys, timestamp_keys)
    signing_key.signer()  # before anything is written
    from defa_id.operator import storage

    with storage.begun(directory) as place:
        change = _proposed(place, founding.found(place, asked), signing_key, now)
    _tell(directory, change, now, as_json=as_json)


@click.command("init-state")
@editing.dir_option
@click.option("--state", metavar="XX", required=True, help="The state that is to join (ISO 3166-1 alpha-2).")
@click.option("--name", required=True, help="Its name.")
@click.option("--lang", default="en", show_default=True, help="The language of the name (BCP 47).")
@click.option("--authority-id", metavar="DID", required=True, help="The DID of its national authority.")
@click.option("--scheme", metavar="NAME", required=True, help="The identity scheme it has.")
@click.option("--scheme-authority", metavar="NAME", required=True, help="Who runs that scheme.")
@options.json_option
def init_state(
    directory: Path,
    state: str,
    name: str,
    lang: str,
    authority_id: str,
    scheme: str,
    scheme_authority: str,
    as_json: bool,
) -> None:
    """Write the sources a new state begins with, and say what comes next.

    List issuers and recognitions in them as usual; make the state's keys in a ceremony; then join.
    """
    from defa_id.operator import founding, sandbox, storage
    from defa_id.operator.tree import load

    asked = founding.Newcomer(state, options.visible(name, "the name"), lang, authority_id, scheme, scheme_authority)
    with storage.locked(directory):
        tree = load(directory)
        made = founding.new_state(tree, asked, options.now())
        from defa_id.operator import lint

        lint.require_no_worse(tree, tree.with_state(state, made))
        sandbox.save_state(directory, state, made)
    path = directory / "states" / state / "list.json"
    if as_json:
        terminal.write_json({"state": state, "path": str(path)})
        return
    terminal.write(f"{state}: {terminal.named(path)}\n")
    here = f"--dir {terminal.named(directory)} --state {state}"
    terminal.say(f"next:    list an issuer    defa-id registry add-issuer {here} ...")
    terminal.say(f"         make its keys     defa-id registry ceremony KEYS --holder {state}-a=PERSON ...")
    terminal.say(f"         join              defa-id registry join {here} --keys KEYS/public --key FILE")


@click.command("join")
@editing.dir_option
@click.option("--state", metavar="XX", required=True, help="The state that joins, with its sources as they are here.")
@click.option(
    "--keys", metavar="DIR", type=_FILE, required=True, help="Its public keys: XX-a.jwk.json, XX-ops-a.jwk.json …"
)
@click.option("--note", metavar="TEXT", default="", help="Why, for those who are to sign.")
@signing_key.options
@options.json_option
def join(directory: Path, state: str, keys: Path, note: str, signing_key: SigningKey, as_json: bool) -> None:
    """Propose that a new state joins: its keys, and its list as it stands in the sources.

    The region delegates to it, and every key of the state signs, to show that it is held.
    """
    from defa_id.operator import founding
    from defa_id.operator.tree import load

    wanted = founding.join(load(directory), state, keys)._replace(note=options.visible(note, "the note"))
    now = options.now()
    change = _proposed(directory, wanted, signing_key, now)
    _tell(directory, change, now, as_json=as_json)


def _proposed(directory: Path, wanted: Wanted, key: SigningKey, now: datetime) -> RoleChange:
    from defa_id.operator import changeset, rolechange, storage
    from defa_id.operator.tree import load

    signer = key.signer()
    folder = directory / changeset.FOLDER
    with storage.locked(directory):
        published = registry_roles.verified(directory, None, now)
        terminal.progress("deriving the roles and who must sign them")
        change = rolechange.propose(load(directory), published, wanted, signer, now, folder)
        rolechange.write(folder, change)
    return change


def _tell(directory: Path, change: RoleChange, now: datetime, *, as_json: bool) -> None:
    from defa_id.operator import changeset, rolechange, signing

    folder = directory / changeset.FOLDER
    published = registry_roles.verified(directory, None, now)
    derived = rolechange.rederive(change, published, now)
    counts = list(signing.collect_roles(change, derived, published, folder).counts)
    registry_roles.tell(directory, change, published, folder / f"{change.id}.json", counts, as_json=as_json)


def _found_for_trial(directory: Path, about: tuple[str, str, str], now: datetime, *, as_json: bool) -> None:
    from defa_id.operator import storage
    from defa_id.operator.rules import TRIAL

    if about[2] not in TRIAL:
        raise ChangeRefused(
            f"keys made in one place do not begin a {about[2]} registry", hint="Let their holders make them: --region …"
        )
    with storage.begun(directory) as place:
        publication = founded_for_trial(place, about, now)
    if as_json:
        terminal.write_json({"directory": str(directory), "registry": about[0], "version": publication.version})
        return
    here, published = terminal.named(directory), terminal.named(directory / publication.path.name)
    terminal.write(f"A {about[2]} registry without states is in {here}: {published}\n")
    terminal.say(f"next:    a state begins    defa-id registry init-state --dir {here} --state XX ...")


def founded_for_trial(directory: Path, about: tuple[str, str, str], now: datetime) -> Publication:
    """A registry by name, title and environment, with keys made here and signed by all of them."""
    from defa_id.operator import changeset, founding, keyfiles, pending, rolechange, sandbox, signing
    from defa_id.operator.keyring import FileKeyring
    from defa_id.operator.tree import load

    ring = FileKeyring(directory / sandbox.KEYS)

    def made(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        return tuple((name, keyfiles.pem_of(ring.make(name).public, name)) for name in names)

    asked: Founding = founding.Founding(*about, made(_REGION), 2, made(_SNAPSHOT), made(_TIMESTAMP))
    wanted = founding.found(directory, asked)
    folder, place = directory / changeset.FOLDER, directory / sandbox.PUBLISHED
    tree = load(directory)
    change = rolechange.propose(tree, None, wanted, signing.from_file(ring.path(_REGION[0])), now, folder)
    rolechange.write(folder, change)
    derived = rolechange.rederive(change, None, now)
    for name in _REGION[1:]:
        signing.sign_roles(change, derived, None, signing.from_file(ring.path(name)), folder)
    publication, _ = pending.publish(ring, tree, folder, place, now)
    return publication
