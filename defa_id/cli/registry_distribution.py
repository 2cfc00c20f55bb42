"""`defa-id registry refresh`, `bundle`, `compare` and `accept`: how a registry gets to those who verify."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from defa_id.cli import options, terminal
from defa_id.errors import WrongUse

if TYPE_CHECKING:
    from defa_id.distribution import Compared, Refreshed

_FILE: Final = click.Path(path_type=Path)
_ROOT: Final = "The trust anchor you pinned; default: the cache's own, at first the one beside the registry."
_MEMORY: Final = "Where to remember the versions seen; none for no memory; default: your own."


@click.command("refresh")
@click.argument("location", metavar="LOCATION")
@click.option("--cache", metavar="DIR", type=_FILE, required=True, help="Where the registry is kept for verifying.")
@click.option("--mirror", "mirrors", metavar="LOCATION", multiple=True, help="Asked next; may be repeated.")
@click.option("--root", metavar="FILE", type=_FILE, help=_ROOT)
@click.option("--memory", metavar="FILE|none", help=_MEMORY)
@options.json_option
@click.pass_context
def refresh(
    ctx: click.Context,
    location: str,
    cache: Path,
    mirrors: tuple[str, ...],
    root: Path | None,
    memory: str | None,
    as_json: bool,
) -> None:
    """Fetch what changed in a published registry into a cache, for `--registry DIR`.

    LOCATION is an https address, a folder, a bundle or a file: URL. Everything is verified before it
    replaces what stands; where no location serves, what stands is kept, and the exit code is 4 if
    one of them answered with what must not be trusted, else 3.
    """
    from defa_id import distribution

    done = distribution.refresh((location, *mirrors), cache, now=options.now(), root=root, memory=memory)
    if as_json:
        terminal.write_json(_refreshed(done, cache))
    else:
        _say_refreshed(done, cache)
    ctx.exit(_code(done))


@click.command("bundle")
@click.option("--out", metavar="FILE", type=_FILE, required=True, help="The bundle to write.")
@click.option(
    "--dir", "directory", metavar="DIR", type=_FILE, help="The registry's sources: bundle what they published."
)
@options.registry_options
@click.option("--memory", metavar="FILE|none", help=_MEMORY)
@options.json_option
def bundle(
    out: Path, directory: Path | None, registry: str | None, root: str | None, memory: str | None, as_json: bool
) -> None:
    """Write a published registry as one file, which verifies offline like the folder it came from."""
    from defa_id import files
    from defa_id.codec import limits
    from defa_id.operator import bundle as bundling
    from defa_id.operator import sandbox

    if directory is not None and registry is not None:
        raise WrongUse("--dir and --registry name two registries", hint="Give one of them.")
    place = Path(registry) if registry else directory / sandbox.PUBLISHED if directory else files.demo_registry_path()
    anchor = None if root is None else files.read_input(Path(root), limits.REGISTRY_ROOT_BYTES)
    remembered = files.Memory(memory)
    done = bundling.bundle(place, out, now=options.now(), memory=remembered, anchor=anchor)
    if as_json:
        said = {"path": str(out), "version": done.registry.version, "files": done.files, "bytes": done.octets}
        terminal.write_json({**said, "sha256": done.sha256})
        return
    terminal.write(
        f"version {done.registry.version}: {terminal.named(out)} ({done.files} files in {done.octets:,} bytes)\n"
    )
    terminal.write(f"sha256 {done.sha256}\n")


@click.command("accept")
@click.argument("state", metavar="XX")
@click.option("--registry", metavar="PATH", required=True, help="The published registry: folder, bundle or cache.")
@click.option("--root", metavar="FILE", help="The trust anchor you pinned; default: the one beside the registry.")
@click.option("--memory", metavar="FILE", help="Where you remember registries; default: your own.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def accept(state: str, registry: str, root: str | None, memory: str | None, yes: bool) -> None:
    """Take a state's own keys as this registry names them, although those known before did not sign them over.

    Only after asking the state, over a second channel: it reads the number to you that is shown here.
    """
    import sys

    from defa_id import files

    remembered = files.Memory(memory)
    opened = files.open_registry(registry, root=root, now=options.now())
    held = opened.seen().holders.get(state)
    if held is None:
        raise WrongUse(f"no state {state!r} in this registry", hint=f"The states are {', '.join(opened.states())}.")
    opened.state_list(state)
    known = remembered.of(opened.name).holders.get(state)
    terminal.write(f"{state}: keys {held}\n")
    if known in (None, held):
        terminal.say("note: these are the keys you know, or the first you see")
    elif not yes:
        if sys.stdin is None or not sys.stdin.isatty():
            raise WrongUse(f"nobody says that {state} was asked", hint="Ask it, and then say --yes.")
        click.confirm(f"Did {state} read this number to you?", abort=True)
    remembered.accept(opened, state)


@click.command("compare")
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.option("--root", metavar="FILE", type=_FILE, help="The trust anchor you pinned; default: the one beside A.")
@options.json_option
@click.pass_context
def compare(ctx: click.Context, one: str, other: str, root: Path | None, as_json: bool) -> None:
    """Compare two mirrors of a registry. One version with two contents is equivocation (exit code 4).

    Where a state's own keys differ and the old ones did not sign the new ones over, the exit code is 3.
    """
    from defa_id import distribution
    from defa_id.cli.errors import UNDECIDED, UNTRUSTED

    found = distribution.compare(one, other, now=options.now(), root=root)
    if as_json:
        code = "REG_EQUIVOCATION" if found.contradictions else None
        terminal.write_json({**found._asdict(), "equivocation": bool(found.contradictions), "code": code})
    else:
        _say_compared(found)
    if found.contradictions:
        ctx.exit(UNTRUSTED)
    if found.replaced:
        ctx.exit(UNDECIDED)


def _code(done: Refreshed) -> int:
    from defa_id import distribution
    from defa_id.cli import errors

    if done.outcome == distribution.KEPT:
        return errors.UNTRUSTED if any(trouble.refused for trouble in done.troubles) else errors.UNDECIDED
    return errors.ACCEPTED if done.registry.freshness == "fresh" else errors.UNDECIDED


def _refreshed(done: Refreshed, cache: Path) -> dict[str, Any]:
    registry = done.registry
    about = {name: getattr(registry, name) for name in ("version", "sha256", "freshness", "environment", "anchor")}
    return {
        "outcome": done.outcome,
        **about,
        "cache": str(cache),
        "location": done.location,
        "requests": done.requests,
        "bytes": done.octets,
        "troubles": [trouble._asdict() for trouble in done.troubles],
        "doubts": [doubt._asdict() for doubt in done.doubts],
    }


def _say_refreshed(done: Refreshed, cache: Path) -> None:
    from defa_id.codec.text import printable

    registry = done.registry
    terminal.write(f"{done.outcome}: version {registry.version}, {registry.freshness}, anchor {registry.anchor}\n")
    if done.location is not None:
        asked = f"{done.requests} request{'s' if done.requests != 1 else ''}, {done.octets:,} bytes"
        terminal.write(f"from {printable(done.location, 200)} ({asked})\n")
    for trouble in done.troubles:
        why = printable(trouble.why, 300)
        terminal.say(f"warning: {printable(trouble.location, 200)}: {trouble.code}: {why}")
    for doubt in done.doubts:
        terminal.say(f"warning: state {doubt.state}: {doubt.code}: {printable(doubt.why, 300)}")
    if registry.freshness != "fresh":
        terminal.say(f"warning: this registry is {registry.freshness}; high levels will not be accepted by it")
    if done.location is None:
        terminal.say("next:    mend what the warning names or try again; what was kept is still used")
    else:
        terminal.say(f"next:    defa-id verify FILE --registry {terminal.named(cache)}")


def _say_compared(found: Compared) -> None:
    from defa_id.codec.text import printable

    first, second = found.versions
    if found.contradictions:
        roles = printable(", ".join(found.contradictions), 300)
        terminal.write(
            f"equivocation (REG_EQUIVOCATION): versions {first} and {second} contradict each other in {roles}\n"
        )
        terminal.say("next:    trust neither; show both to the registry's operator and to your authority")
    elif found.older is None:
        terminal.write(f"same: version {first}, sha256 {found.sha256[0]}\n")
    else:
        behind = printable(found.older, 200)
        terminal.write(f"no contradiction: versions {first} and {second}; {behind} is behind\n")
    for state in found.replaced:
        terminal.say(f"warning: state {state}: its keys were replaced without the word of those before")
        terminal.say(f"next:    ask {state}'s authority, over a second channel, whether they are its own")
