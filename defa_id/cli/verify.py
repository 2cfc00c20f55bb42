"""`defa-id verify`: one credential, or many, judged and shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from defa_id.cli import answering, errors, options, terminal
from defa_id.cli.reading import STDIN, Item, item_of, items_of, opened, read
from defa_id.errors import DefaIdError, ExtraMissing, RegistryRejected, WrongUse
from defa_id.values import NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from defa_id.languages import Texts
    from defa_id.receipt.filing import Cabinet
    from defa_id.recorded import Documents
    from defa_id.sources import Counter, Source
    from defa_id.trust.registry import Registry
    from defa_id.verdict import Verdict


class Judged(NamedTuple):
    """What became of one source: a verdict and where its receipt was filed, or the reason there is none."""

    name: str
    answer: Verdict | DefaIdError
    receipt: Path | None = None

    @property
    def exit_code(self) -> int:
        """The exit code of this source alone."""
        if isinstance(self.answer, DefaIdError):
            return errors.exit_code(self.answer)
        return errors.EXITS[self.answer.decision]


_EXAMPLES: Final = """\b
Examples:
  defa-id verify credential.jwt --for TH
  defa-id verify inbox/ --for TH --purpose banking.account-opening --ndjson
  defa-id verify - --for TH --nonce N --audience https://rp.example < answer

\b
Exit codes:
  0 accepted · 1 rejected · 2 wrong use or bad policy · 3 not decided
  4 the registry cannot be trusted
  Several sources end with the gravest: 4, 2, 1, 3, 0."""

_SECTIONS: Final = {
    "What is asked": ("--for", "--purpose", "--min-level", "--amount", "--policy"),
    "What is trusted": ("--registry", "--root", "--memory"),
    "When": ("--at", "--known-at"),
    "A presentation by its holder": answering.NAMES,
    "What lies outside": ("--sources", "--online", "--counter"),
    "A record of the decision": ("--receipt", "--receipt-key", "--receipt-opening"),
    "Form": ("--format", "--json", "--ndjson", "--explain", "--lang", "-h"),
}


@click.command("verify", cls=options.Sectioned, sections=_SECTIONS, epilog=_EXAMPLES)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--for", "for_state", metavar="XX", help="The relying member state (ISO 3166-1 alpha-2).")
@click.option("--purpose", metavar="NAME", help="What it is wanted for, e.g. banking.account-opening.")
@click.option("--amount", metavar="N", type=int, help="What is at stake, where the arrangement caps it.")
@click.option("--min-level", metavar="LEVEL", help="The least level to be reached: low, substantial or high.")
@click.option("--policy", default="baseline", metavar="FILE|NAME", help="A policy document or preset.  [baseline]")
@options.registry_options
@options.time_options
@click.option("--memory", metavar="FILE|none", help="Registry versions already seen; default: a file of yours.")
@answering.options
@click.option(
    "--sources", "recorded", metavar="PLACE", help="Recorded documents: a folder with index.json, or a bundle."
)
@click.option(
    "--counter", metavar="FILE", help="Where uses of a capped arrangement are counted, or postgresql:…; default: yours."
)
@click.option("--online", is_flag=True, help="Allow the network: https, hosts the registry lists, after --sources.")
@click.option("--receipt", metavar="FILE", help="File a signed receipt of the decision; several go to a folder.")
@click.option("--receipt-key", metavar="FILE", help="The key it is signed with; see: defa-id receipt new-key.")
@click.option("--receipt-opening", metavar="FILE", help="One opening for all receipts; default: one beside each.")
@click.option("--format", "format_", metavar="NAME", help="Force a format instead of detecting it.")
@options.json_option
@click.option("--ndjson", "as_lines", is_flag=True, help="Machine output, one line for each source.")
@click.option("--explain", is_flag=True, help="Every check with its clause and next step.")
@options.language_option
@click.pass_context
def verify(ctx: click.Context, /, sources: tuple[str, ...], explain: bool, **given: Any) -> NoReturn:
    """Judge each SOURCE: a file, every file of a directory, or - for standard input.

    A file may be a credential or a presentation, its bytes as base64 or hexadecimal digits, a data:
    URL, a link that carries one, or a picture (PNG, JPEG) or PDF with its code (extra `qr`).

    A credential is accepted when every question asked of it has an answer and none speaks against it.
    """
    if given["as_json"] and given["as_lines"]:
        raise WrongUse("--json and --ndjson are both given", hint="Give one of them.")
    if sources.count(STDIN) > 1:
        raise WrongUse("standard input is named twice", hint="It can be read once.")
    texts = options.language(given["lang"])
    items = list(items_of(sources))
    several = items != [item_of(sources[0])]  # also for a directory, whatever it holds
    if not several:  # a picture may hold several codes
        items = list(opened(items[0]))
        several = len(items) > 1
    cabinet = _cabinet(given["receipt"], given["receipt_key"], given["receipt_opening"], several=several)
    now = options.now()
    judge = _judge(now, **given)
    found = (_judged(one, judge, cabinet, now) for item in items for one in _read(item))
    if given["as_lines"]:
        codes = _show_lines(found)
    elif given["as_json"]:
        codes = _show_array(found) if several else _show_one(next(found))
    elif several and not explain:
        codes = _show_table(found, items, texts)
    else:
        codes = _show_reports(found, named=several, explain=explain, texts=texts)
    ctx.exit(errors.gravest(codes))


def _judge(
    now: datetime,
    *,
    policy: str,
    for_state: str | None,
    purpose: str | None,
    min_level: str | None,
    registry: str | None,
    root: str | None,
    memory: str | None,
    at: str | None,
    known_at: str | None,
    amount: int | None,
    recorded: str | None,
    counter: str | None,
    online: bool,
    format_: str | None,
    **given: Any,
) -> Callable[[bytes], Verdict]:
    """Everything that is the same for all sources, checked and opened once; what is left is the bytes."""
    from defa_id import files
    from defa_id.verifier import Verifier
    from defa_id.workers import EQUIPPED

    moment = options.moment(at, "--at") or now
    known = options.moment(known_at, "--known-at")
    expected = answering.expected_of(**given)
    rules = files.load_policy(policy).asking(for_state=for_state, purpose=purpose, min_level=min_level, amount=amount)
    uses = _counter(counter)
    opened = files.open_registry(registry, root=root, memory=memory, now=now)
    source = _source(recorded, opened if online else None, now)
    verifier = Verifier(opened, rules, EQUIPPED)
    return lambda data: verifier.verify(
        data, at=moment, known_at=known, expected=expected, source=source, format=format_, counter=uses
    )


def _counter(where: str | None) -> Counter:
    """Where a cap is counted: the user's own place, unless another is named, or none."""
    if where == "none":
        from defa_id.sources import NoCounter

        return NoCounter()
    from defa_id import counting

    return counting.open_counter(where) if where else counting.OwnCounter()


def _source(place: str | None, asked: Registry | None, now: datetime) -> Source:
    """Where documents come from: recorded ones, then the hosts of the registry that may be asked; where those
    have none, also recorded ones that are more than a day old."""
    from defa_id.sources import FirstOf, NoSource, RecordedSource

    documents: Documents = {}
    if place is not None:
        from defa_id import recorded

        documents = recorded.read(Path(place))
    if asked is None:
        return RecordedSource(documents) if place is not None else NoSource()
    from defa_id.net.kept import Cache
    from defa_id.net.source import NetworkSource, default_cache_path

    network = NetworkSource.of(asked, cache=Cache(default_cache_path()))
    if not documents:
        return network
    from datetime import timedelta

    from defa_id.codec import times

    day_ago = times.show(now - timedelta(days=1))
    recent = {url: document for url, document in documents.items() if (document.retrieved or "") >= day_ago}
    return FirstOf(RecordedSource(recent), network, RecordedSource(documents))


def _read(item: Item) -> Iterator[Item]:
    return iter((item,)) if item.data is not None or item.problem else opened(item)


def _judged(item: Item, judge: Callable[[bytes], Verdict], cabinet: Cabinet | None, now: datetime) -> Judged:
    """One source. What is wrong with it alone stops no other, nor does a state's list that only it needs.

    A decision that should be filed and could not be is none.
    """
    try:
        data = read(item)
        verdict = judge(data)
        return Judged(item.name, verdict, cabinet.file(verdict, data, now) if cabinet else None)
    except (WrongUse, ExtraMissing, RegistryRejected) as error:
        return Judged(item.name, error)
    except OSError as error:
        why = error.strerror or "input/output error"
        refused = WrongUse(
            f"the receipt could not be filed: {why}", hint="Nothing was decided; mend that and try again."
        )
        return Judged(item.name, refused)


def _cabinet(where: str | None, key: str | None, opening: str | None, *, several: bool) -> Cabinet | None:
    if where is None and key is None and opening is None:
        return None
    if where is None or key is None:
        raise WrongUse(
            "a receipt needs a place and a key",
            hint="Give --receipt FILE and --receipt-key FILE; `defa-id receipt new-key FILE` makes a key.",
        )
    from defa_id.receipt import filing

    shared = Path(opening) if opening is not None else None
    return filing.Cabinet(Path(where), filing.read_key(Path(key)), several=several, shared=shared)


def _show_one(judged: Judged) -> list[int]:
    if isinstance(judged.answer, DefaIdError):
        raise judged.answer
    terminal.write_json(_document(judged, named=False))
    return [judged.exit_code]


def _show_array(found: Iterator[Judged]) -> list[int]:
    codes: list[int] = []
    for judged in found:
        terminal.write_utf8(("," if codes else "[") + "\n" + terminal.json_text(_document(judged, named=True)))
        codes.append(judged.exit_code)
    terminal.write_utf8("\n]\n")
    return codes


def _show_lines(found: Iterator[Judged]) -> list[int]:
    codes = []
    for judged in found:
        terminal.write_json(_document(judged, named=True), indent=None)
        codes.append(judged.exit_code)
    return codes


def _document(judged: Judged, *, named: bool) -> dict[str, Any]:
    """The JSON form. Where there may be several, `source` says which; file names are the caller's own words."""
    source = {"source": _path(judged.name)} if named else {}
    if named and judged.receipt is not None:
        source["receipt"] = _path(str(judged.receipt))
    if isinstance(judged.answer, DefaIdError):
        return {**source, "error": errors.described(judged.answer)}
    return {**source, **judged.answer.to_dict()}


def _path(name: str) -> str:
    """A file name as JSON can hold it: what is not UTF-8 in it is escaped."""
    return name.encode("utf-8", "backslashreplace").decode()


def _show_table(found: Iterator[Judged], items: list[Item], texts: Texts) -> list[int]:
    from collections import Counter

    from defa_id.report.layout import shown
    from defa_id.report.summary_line import summary_line
    from defa_id.report.width import width

    style, screen = terminal.style(), terminal.on_screen()
    room = max(width(shown(item.name, 200)) for item in items)
    codes: list[int] = []
    words = Counter[str]()
    for judged in found:
        answer = judged.answer.message if isinstance(judged.answer, DefaIdError) else judged.answer
        terminal.write(summary_line(judged.name, answer, style, room=room, cut=screen, texts=texts) + "\n")
        words[str(answer.decision) if not isinstance(answer, str) else "not judged"] += 1
        codes.append(judged.exit_code)
    if screen and len(codes) > 1:
        total = ", ".join(f"{count} {word}" for word, count in sorted(words.items()))
        terminal.write(style.paint(f"{len(codes)} sources: {total}", "dim") + "\n")
    return codes


def _show_reports(found: Iterator[Judged], *, named: bool, explain: bool, texts: Texts) -> list[int]:
    from defa_id.report.layout import shown
    from defa_id.report.text import report

    style = terminal.style()
    codes: list[int] = []
    for judged in found:
        if isinstance(judged.answer, DefaIdError) and not named:
            raise judged.answer
        if named:
            title = f"{style.fit('──')} {shown(judged.name, 200)} "
            terminal.write(("\n" if codes else "") + style.paint(title, "bold") + "\n\n")
        if isinstance(judged.answer, DefaIdError):
            errors.show(judged.answer, machine=False, texts=texts)
        else:
            terminal.write(report(judged.answer, style, explain=explain, texts=texts))
        if judged.receipt is not None:
            terminal.say(f"receipt: {shown(str(judged.receipt), 200)}")
        codes.append(judged.exit_code)
    return codes
