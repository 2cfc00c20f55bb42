"""`defa-id registry prefetch`: everything a registry names outside itself, fetched ahead for verifying offline."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from defa_id.cli import options, terminal
from defa_id.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Callable

    from defa_id.net.prefetch import Prefetched, Trouble
    from defa_id.recorded import Documents
    from defa_id.trust.registry import Registry

_FILE: Final = click.Path(path_type=Path)


@click.command("prefetch")
@options.registry_options
@click.option("--states", metavar="XX,…", multiple=True, help="Only what these states name; default: all.")
@click.option("--out", metavar="DIR", type=_FILE, help="Keep the documents here, for `--sources DIR`.")
@click.option("--bundle", metavar="FILE", type=_FILE, help="Write them as one file, for `--sources FILE`.")
@click.option(
    "--mirror",
    "mirrors",
    metavar="PLACE",
    type=_FILE,
    multiple=True,
    help="An earlier folder or bundle, for what cannot be fetched now; may be repeated.",
)
@options.json_option
@click.pass_context
def prefetch(
    ctx: click.Context,
    registry: str | None,
    root: str | None,
    states: tuple[str, ...],
    out: Path | None,
    bundle: Path | None,
    mirrors: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Fetch what a registry names, so that `defa-id verify --sources` needs no network.

    That is every status list, certificate revocation list, DID document, issuer's metadata and schema
    outside it; of a folder of status lists, those its own address tells. What DIR held and cannot be had
    anew stays, with the time it was fetched at. Exit code 3 if something is missing.
    """
    from defa_id import disk, files, recorded
    from defa_id.cli.errors import UNDECIDED
    from defa_id.net import prefetch as fetching
    from defa_id.net.source import NetworkSource

    if out is None and bundle is None:
        raise WrongUse("there is no place for the documents", hint="Give --out DIR, --bundle FILE, or both.")
    now = options.now()
    opened = files.open_registry(registry, root=root, now=now)
    kept = [out] if out is not None and (out / recorded.INDEX).is_file() else []
    older = recorded.newest(recorded.read(place) for place in (*kept, *mirrors))
    wanted = fetching.named(opened, _states(opened, states))
    found = fetching.fetch(wanted, NetworkSource.of(opened, bounds=fetching.BOUNDS), now, _progress(len(wanted)))
    documents = {**older, **found.documents}
    if out is not None:
        recorded.keep(out, documents)
    if bundle is not None:
        disk.write(bundle, recorded.packed(documents))
    _say(found, documents, older, out or bundle, as_json=as_json)
    ctx.exit(UNDECIDED if found.troubles else 0)


def _states(registry: Registry, given: tuple[str, ...]) -> list[str]:
    known = registry.states()
    chosen = [state for text in given for state in text.split(",")] or list(known)
    for state in chosen:
        if state not in known:
            raise WrongUse(f"no state {state!r} in this registry", hint=f"The states are {', '.join(known)}.")
    return chosen


def _progress(total: int) -> Callable[[int], None]:
    """How far it has come, on one line of a screen, and nowhere else."""
    screen = sys.stderr is not None and sys.stderr.isatty()

    def told(done: int) -> None:
        if screen:
            sys.stderr.write(f"\r{done} of {total}" + ("\n" if done == total else ""))
            sys.stderr.flush()

    return told


def _say(found: Prefetched, kept: Documents, older: Documents, place: Path | None, *, as_json: bool) -> None:
    from defa_id.codec.text import printable

    missing = [{**_missing(trouble), "kept": _among(older, trouble.wanted.name)} for trouble in found.troubles]
    if as_json:
        terminal.write_json({"fetched": len(found.documents), "kept": len(kept), "missing": missing})
        return
    octets = sum(len(document.data) for document in found.documents.values())
    terminal.write(
        f"fetched {len(found.documents)} documents, {octets:,} bytes; {len(kept)} kept: {terminal.named(place)}\n"
    )
    for one in missing:
        also = "; the one from before is kept" if one["kept"] else ""
        terminal.say(f"warning: {one['state']}: {one['kind']} {printable(one['name'], 200)}: {one['code']}{also}")
        if one["why"]:
            terminal.say(f"         {printable(one['why'], 200)}")
    terminal.say(f"next:    defa-id verify FILE --sources {terminal.named(place)}")


def _among(older: Documents, name: str) -> bool:
    """Whether an earlier one is at hand; of a folder, whether anything in it is."""
    return any(url == name or (name.endswith("/") and url.startswith(name)) for url in older)


def _missing(trouble: Trouble) -> dict[str, Any]:
    return {**trouble.wanted._asdict(), "code": trouble.code, "why": trouble.why}
