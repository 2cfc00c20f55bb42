"""`defa-id receipt`: whether a filed decision holds, and which of many would now come out otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from defa_id.cli import answering, options, terminal
from defa_id.errors import WrongUse

if TYPE_CHECKING:
    from datetime import datetime

    from defa_id.policy import Policy
    from defa_id.receipt.signed import Receipt
    from defa_id.receipt.survey import Row, Survey
    from defa_id.trust.registry import Registry

_FILE: Final = click.Path(path_type=Path)
_FILED: Final = "filed"

_CHECK_EXITS: Final = """\b
Exit codes:
  0  the receipt holds
  1  it does not
  2  wrong use
  3  not decided: something that was asked is not at hand
  4  the registry cannot be trusted"""

_RECHECK_EXITS: Final = """\b
Exit codes:
  0  every filed decision stands
  1  some would now be otherwise
  2  wrong use
  3  of some it cannot be told
  4  the registry cannot be trusted"""


@click.group("receipt")
def receipt() -> None:
    """Check receipts of decisions, and ask filed decisions again.

    `defa-id verify SOURCE --receipt FILE --receipt-key FILE` files one. It holds no claim of the
    person, and which credential it is about only for who has its opening.
    """


@receipt.command("new-key")
@click.argument("file", type=_FILE)
@click.option("--kind", type=click.Choice(("P-256", "P-384", "Ed25519")), default="P-256", show_default=True)
def new_key(file: Path, kind: str) -> None:
    """Make a key to sign receipts with: FILE (keep it secret) and FILE.pub (give it away)."""
    from defa_id.receipt import filing

    made = filing.new_key(file, kind)
    terminal.write(f"{made.public.thumbprint}\n")


@receipt.command("check", epilog=_CHECK_EXITS)
@click.argument("file", type=_FILE)
@click.option(
    "--key", "keys", metavar="FILE", type=_FILE, required=True, help="The relying party's public key: JWK, set or PEM."
)
@options.registry_options
@click.option(
    "--credential", metavar="FILE", type=_FILE, help="What was presented, also as a picture: it is judged again."
)
@click.option("--opening", metavar="FILE", type=_FILE, help="The receipt's opening; default: the file beside it.")
@click.option("--policy", metavar="FILE|NAME", help="The policy it was judged by; default: the preset of that name.")
@answering.options
@click.option("--sources", metavar="DIR", type=_FILE, help="The recorded documents it rested on.")
@options.language_option
@options.json_option
@click.pass_context
def check(
    ctx: click.Context,
    /,
    file: Path,
    keys: Path,
    registry: str | None,
    root: str | None,
    credential: Path | None,
    opening: Path | None,
    policy: str | None,
    sources: Path | None,
    lang: str | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Check one receipt: its form, its signature, and that its decision follows from its checks.

    With --registry also what it says of the issuer, as of then; with --credential besides, every
    line is judged again. Without --registry the demo registry stands in where a credential is given.
    """
    from defa_id import files
    from defa_id.cli.errors import EXITS
    from defa_id.codec import limits
    from defa_id.receipt import checking, filing, signed, text
    from defa_id.sources import NoSource

    texts = options.language(lang)
    trusted = signed.public_keys(files.read_input(keys, limits.DOCUMENT_BYTES))
    data = files.read_input(file, limits.RECEIPT_BYTES)
    read = _read(data)
    wanted = registry is not None or root is not None or credential is not None
    opened = _opening(filing.opening_path(file), opening)
    found = checking.check(
        data,
        trusted,
        checking.AtHand(
            registry=_registry_of(read, registry, root) if wanted and read is not None else None,
            policy=_policy(read, policy) if read is not None else None,
            data=_presented(read, credential, opened) if credential is not None else None,
            opening=opened,
            expected=answering.expected_of(**asked),
            source=files.recorded_sources(sources) if sources is not None else NoSource(),
        ),
    )
    if as_json:
        terminal.write_json(found.to_dict())
    else:
        terminal.write(text.checked_text(found, terminal.style(), texts))
    ctx.exit(EXITS[found.decision])


@receipt.command("recheck", epilog=_RECHECK_EXITS)
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...")
@options.registry_options
@click.option("--key", "keys", metavar="FILE", type=_FILE, help="The public key that must have signed them.")
@click.option("--at", metavar="TIME|filed", help="Ask as of this time; filed: each as of its own.  [now]")
@click.option("--known-at", metavar="TIME", help="With what was known at this time; default: all the registry holds.")
@click.option("--all", "every", is_flag=True, help="List those that stand, too.")
@options.language_option
@options.json_option
@click.option("--ndjson", "as_lines", is_flag=True, help="Machine output, one line for each receipt.")
@click.pass_context
def recheck(
    ctx: click.Context,
    folders: tuple[str, ...],
    registry: str | None,
    root: str | None,
    keys: Path | None,
    at: str | None,
    known_at: str | None,
    every: bool,
    lang: str | None,
    as_json: bool,
    as_lines: bool,
) -> None:
    """After a suspension or a stolen key: which filed decisions would now be otherwise.

    Asks the registry again about issuer, key, recognition and level of every receipt, from the
    receipt alone. A FOLDER may also be a single receipt.
    """
    from defa_id import files
    from defa_id.codec import limits
    from defa_id.receipt import signed, survey, text

    if as_json and as_lines:
        raise WrongUse("--json and --ndjson are both given", hint="Give one of them.")
    texts = options.language(lang)
    now = options.now()
    moment = None if at == _FILED else options.moment(at, "--at") or now
    known = options.moment(known_at, "--known-at")
    trusted = signed.public_keys(files.read_input(keys, limits.DOCUMENT_BYTES)) if keys is not None else None
    opened = files.open_registry(registry, root=root, memory=None, now=now)
    rows = survey.rows(_receipts(folders), opened, trusted=trusted, at=moment, known_at=known)
    if as_lines:
        rows = _as_lines(rows)
    found = survey.survey(rows, opened, at=moment, known_at=known, verified=trusted is not None)
    if not found.rows:
        raise WrongUse("there is no receipt in it", hint="Name the folder that `verify --receipt` filed into.")
    if as_json:
        terminal.write_json(found.to_dict())
    elif not as_lines:
        terminal.write(text.survey_text(found, terminal.style(), texts, every=every))
    ctx.exit(_exit_code(found))


def _as_lines(rows: Iterator[Row]) -> Iterator[Row]:
    for row in rows:
        terminal.write_json(row.to_dict(), indent=None)
        yield row


def _exit_code(found: Survey) -> int:
    from defa_id.cli.errors import ACCEPTED, REJECTED, UNDECIDED
    from defa_id.receipt import again

    if found.counts[again.OTHERWISE]:
        return REJECTED
    return UNDECIDED if found.counts[again.OPEN] or found.stale else ACCEPTED


def _receipts(folders: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Every file named, and every file of a folder but the openings. Raises `WrongUse`."""
    from defa_id.cli.reading import items_of, read
    from defa_id.receipt.filing import OPENING

    for item in items_of(folders):
        if item.problem or item.path is None or not item.name.endswith(OPENING):
            yield item.name, read(item)


def _read(data: bytes) -> Receipt | None:
    from defa_id.errors import Fault
    from defa_id.receipt import signed

    try:
        return signed.read(data)
    except Fault:
        return None


def _registry_of(read: Receipt, registry: str | None, root: str | None) -> Registry:
    """The registry, opened by the clock of when the receipt was made: its freshness is that of then."""
    from defa_id import files

    made: datetime | None = read.moment("made")
    return files.open_registry(registry, root=root, now=made)


def _policy(read: Receipt, given: str | None) -> Policy | None:
    """The policy named, else the preset the receipt names; None if there is no such preset."""
    from defa_id import files

    name = given if given is not None else str(read.document["policy"]["id"])
    return files.load_policy(name) if given is not None or name in files.presets() else None


def _presented(read: Receipt | None, path: Path, opening: bytes | None) -> bytes:
    """What was presented, also from a picture: of several codes the one the receipt is about, if one is. Raises
    `WrongUse` and `ExtraMissing`."""
    from defa_id.cli.reading import Item, opened
    from defa_id.receipt import checking

    found = []
    for item in opened(Item(str(path), path)):
        if item.problem is not None:
            raise item.problem
        found.append(item.data or b"")
    if read is None or opening is None:
        return found[0]
    return next((data for data in found if checking.was_judged(read, data, opening)), found[0])


def _opening(beside: Path, given: Path | None) -> bytes | None:
    from defa_id.receipt import filing

    if given is None and not beside.is_file():
        return None
    return filing.read_opening(given or beside)
