"""`defa-id registry export` and `import`: lists of other kinds, from what is published and into quarantine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from defa_id.cli import options, terminal
from defa_id.errors import WrongUse
from defa_id.values import NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from defa_id.trust.registry import Registry

_FILE: Final = click.Path(path_type=Path)
_FORMAT: Final = "ts119602"


class Written(NamedTuple):
    """One list that was exported: where to, its size, what has no place in it, and what readers may object to."""

    state: str
    path: Path
    bytes: int
    left_out: list[str]
    warnings: list[str]


@click.command("export")
@click.option("--out", metavar="PATH", type=_FILE, required=True, help="The file; for all states a folder.")
@click.option("--state", metavar="XX", help="Whose list; default: every state's, a file each.")
@click.option("--as", "kind", type=click.Choice([_FORMAT]), default=_FORMAT, show_default=True, help="Which format.")
@click.option("--key", metavar="FILE", type=_FILE, help="Sign it with this key: JWK or PEM.")
@click.option("--certificate", metavar="FILE", type=_FILE, help="The key's certificate, or its chain: PEM.")
@options.registry_options
@options.json_option
def export(
    out: Path,
    state: str | None,
    kind: str,
    key: Path | None,
    certificate: Path | None,
    registry: str | None,
    root: str | None,
    as_json: bool,
) -> None:
    """Write a state's published list, or all of them, as ETSI TS 119 602 JSON.

    With --key and --certificate as a compact JWS (JAdES baseline B), else unsigned, for looking at. What the
    format cannot hold is said; docs/interchange.md has the whole table.
    """
    from defa_id import files
    from defa_id.operator import storage

    if (key is None) != (certificate is None):
        raise WrongUse("a signature needs a key and its certificate", hint="Give --key and --certificate, or neither.")
    now = options.now()
    opened = files.open_registry(registry, root=root, memory=None, now=now)
    states = [state] if state else list(opened.states())
    if state is not None and state not in opened.states():
        raise WrongUse(f"no state {state!r} in this registry", hint=f"The states are {', '.join(opened.states())}.")
    written = []
    for name in states:
        data, left_out, warnings = _exported(opened, name, key, certificate, now)
        path = out if state else out / f"{name}.{'jws' if key else 'json'}"
        storage.write(path, data)
        written.append(Written(name, path, len(data), left_out, warnings))
    if as_json:
        told = [{**one._asdict(), "path": str(one.path)} for one in written]
        terminal.write_json({"format": kind, "signed": key is not None, "written": told})
        return
    for one in written:
        terminal.write(f"{one.state}: {terminal.named(one.path)} ({one.bytes:,} bytes{', signed' if key else ''})\n")
        for what in one.left_out:
            terminal.say(f"warning: {one.state}: left out, {what}")
        for what in one.warnings:
            terminal.say(f"warning: {one.state}: {what}")


@click.command("import")
@click.argument("file", metavar="FILE", type=_FILE, required=False)
@click.option(
    "--dir", "directory", metavar="DIR", type=_FILE, required=True, help="The registry beside which it waits."
)
@click.option("--name", required=True, help="What this source is called here: letters, digits, hyphens.")
@click.option("--signer", metavar="FILE", type=_FILE, help="Its signer's certificate, or that of its authority: PEM.")
@click.option("--source", metavar="TEXT", help="Where it was got, for the record; default: the file's name.")
@click.option("--entity", metavar="ENTITY_ID", help="Instead: one entity that was taken in, as a record.")
@click.option("--out", metavar="FILE", type=_FILE, help="With --entity: where to write it.")
@options.json_option
def import_(
    file: Path | None,
    directory: Path,
    name: str,
    signer: Path | None,
    source: str | None,
    entity: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Take a signed list of ETSI TS 119 602 JSON into quarantine; it is never live by itself.

    The signer is pinned by the first import; an older list, or another one under the same number, is
    refused from then on. With --entity: write one draft, for an operator to complete and add.
    """
    from defa_id.operator import storage
    from defa_id.operator.interchange import quarantine, seals

    if entity is not None or out is not None:
        if entity is None or out is None or file is not None:
            raise WrongUse("--entity and --out go together, without a FILE", hint="Give both.")
        record = quarantine.draft(directory, name, entity)
        storage.write(out, storage.pretty(record))
        _say_draft(record, out, as_json=as_json)
        return
    if file is None:
        raise WrongUse("no list is given", hint="Give the file, a compact JWS.")
    pinned = seals.certificates(storage.read_bytes(signer))[0] if signer else None
    taken = quarantine.take_in(
        directory, name, storage.read_bytes(file), options.now(), source=source or file.name, pinned=pinned
    )
    if as_json:
        terminal.write_json(_told(taken.outcome, taken.path, taken.document))
        return
    _say_taken(taken.outcome, taken.path, taken.document)


def _exported(
    opened: Registry, state: str, key: Path | None, certificate: Path | None, now: datetime
) -> tuple[bytes, list[str], list[str]]:
    from defa_id.codec import times
    from defa_id.issue import signing
    from defa_id.operator import storage
    from defa_id.operator.interchange import lote, seals

    document = dict(opened.state_list(state).document)
    denied = {
        one.id: {"id": one.id, "effective": times.show(one.effective), "reason": one.reason}
        for one in opened.denials(state)
        if one.stands() and one.effective <= now
    }
    payload = lote.exported(document, opened.name, now, denied)
    left_out = lote.left_out(document)
    if key is None or certificate is None:
        return storage.pretty(payload), left_out, []
    chain = seals.certificates(storage.read_bytes(certificate))
    names = [label["value"] for label in document["state"]["names"]]
    why = seals.misnamed(chain[0], names, state)
    warnings = [f"other readers may refuse this signer's certificate: {why}"] if why else []
    sealed = seals.seal(signing.to_json(payload), signing.read(storage.read_bytes(key)), chain, now)
    return sealed.encode("ascii"), left_out, warnings


def _told(outcome: str, path: Path, document: dict[str, Any]) -> dict[str, Any]:
    services = sum(len(entity["services"]) for entity in document["entities"])
    about = {name: document[name] for name in ("name", "territory", "sequence", "unreadable", "notes", "provenance")}
    return {"outcome": outcome, "path": str(path), **about, "entities": len(document["entities"]), "services": services}


def _say_taken(outcome: str, path: Path, document: dict[str, Any]) -> None:
    from defa_id.codec.text import printable

    told = _told(outcome, path, document)
    counted = f"{told['entities']} entities with {told['services']} services, {told['unreadable']} unreadable"
    terminal.write(f"{outcome}: {told['territory']}, number {told['sequence']}: {counted}\n{terminal.named(path)}\n")
    for note in told["notes"]:
        terminal.say(f"note: {printable(note, 300)}")
    terminal.say("next:    look through the drafts; none of them is live. One as a record: --entity ID --out FILE")


def _say_draft(record: dict[str, Any], out: Path, *, as_json: bool) -> None:
    if as_json:
        terminal.write_json({"entity_id": record["entity_id"], "path": str(out), "services": len(record["services"])})
        return
    terminal.write(f"{terminal.named(out)}\n")
    terminal.say("next:    complete what it issues, how and at which level; then: defa-id registry add FILE --state XX")
