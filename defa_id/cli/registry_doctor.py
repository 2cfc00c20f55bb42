"""`defa-id registry doctor`: what ends soon in a registry, what is broken, and what nobody covers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from defa_id.cli import options, terminal
from defa_id.errors import ChangeRefused, DefaIdError, RegistryRejected, WrongUse

if TYPE_CHECKING:
    from datetime import datetime

    from defa_id.operator.doctor import Patient, Problem
    from defa_id.sources import Source
    from defa_id.trust.registry import Registry

_FILE: Final = click.Path(path_type=Path)

_EXITS: Final = """\b
Exit codes:
  0  nothing is due
  1  something is due or wrong
  2  wrong use
  3  it could not be found out
  4  the registry, or a state's part of it, cannot be trusted"""


@click.command("doctor", epilog=_EXITS)
@click.option("--dir", "directory", metavar="DIR", type=_FILE, help="The registry's sources, with DIR/published.")
@options.registry_options
@click.option("--at", metavar="TIME", help="Look as of this time (RFC 3339); default: now.")
@click.option("--within", metavar="DAYS", type=click.IntRange(1, 3660), default=90, show_default=True, help="How far.")
@click.option("--at-least", metavar="N", type=click.IntRange(1), default=1, help="Fewer usable services are a problem.")
@click.option("--sources", metavar="PLACE", type=_FILE, help="Compare the issuers' own documents: recorded ones.")
@click.option("--online", is_flag=True, help="Compare the issuers' own documents, fetched now.")
@click.option("--prometheus", is_flag=True, help="Print gauges in Prometheus' text format.")
@options.json_option
@click.pass_context
def doctor(
    ctx: click.Context,
    directory: Path | None,
    registry: str | None,
    root: str | None,
    at: str | None,
    within: int,
    at_least: int,
    sources: Path | None,
    online: bool,
    prometheus: bool,
    as_json: bool,
) -> None:
    """Warn of every end ahead (90, 60, 30, 14, 7 and 1 days), of what is broken, and of empty lists.

    Looks at the published registry, or with --dir at its sources too; with --online or --sources also
    whether the documents of issuers' DIDs name the keys that are listed. Run it every hour, and alert
    on its exit code or its gauges.
    """
    from defa_id import files
    from defa_id.cli.errors import UNDECIDED, UNTRUSTED, described
    from defa_id.operator import doctor_report
    from defa_id.operator.doctor import DUE, OK, examine, of_published

    if directory is not None and (registry or root):
        raise WrongUse("--dir looks at sources, --registry at what is published", hint="Give one of them.")
    if directory is not None and (sources or online):
        raise WrongUse("documents are compared with what is published", hint="Give --registry, without --dir.")
    if prometheus and as_json:
        raise WrongUse("--prometheus and --json are two forms of one answer", hint="Give one of them.")
    now = options.now()
    moment = options.moment(at, "--at") or now
    recorded = (files.recorded_sources(sources),) if sources is not None else ()
    try:
        if directory is not None:
            report = examine(_in_folder(directory), moment, at_least=at_least, within=within)
        else:
            opened = files.open_registry(registry, root=root, now=now)
            report = examine(of_published(opened), moment, at_least=at_least, within=within)
            drifted = _drifted(opened, recorded, online=online, at=moment)
            report = report._replace(problems=(*report.problems, *drifted))
    except (RegistryRejected, ChangeRefused, WrongUse) as error:
        code = UNTRUSTED if isinstance(error, RegistryRejected) else UNDECIDED
        _not_found_out(error, code, described(error), as_json=as_json, prometheus=prometheus)
        ctx.exit(code)
    if prometheus:
        terminal.write_utf8(doctor_report.prometheus(report))
    elif as_json:
        terminal.write_json(report.to_dict())
    else:
        terminal.write(doctor_report.text(report, terminal.style()))
    if report.verdict != OK:
        ctx.exit(1 if report.verdict == DUE else UNTRUSTED)


def _in_folder(directory: Path) -> Patient:
    from defa_id.operator import doctor, sandbox
    from defa_id.operator.tree import load

    return doctor.of_sources(load(directory), directory / sandbox.PUBLISHED)


def _drifted(registry: Registry, recorded: tuple[Source, ...], *, online: bool, at: datetime) -> tuple[Problem, ...]:
    """What issuers' own documents name otherwise; nothing where they are not to be asked. What was kept of an
    earlier answer does not count: the document is to be a live one."""
    if not (online or recorded):
        return ()
    from defa_id.net.source import NetworkSource
    from defa_id.operator import drift
    from defa_id.sources import FirstOf

    live = (NetworkSource.of(registry),) if online else ()
    return tuple(drift.found(registry, FirstOf(*live, *recorded), at))


def _not_found_out(error: DefaIdError, code: int, said: dict[str, str], *, as_json: bool, prometheus: bool) -> None:
    from defa_id.cli import errors
    from defa_id.operator import doctor_report

    if prometheus:
        terminal.write_utf8(doctor_report.prometheus_down(code))
    elif as_json:
        terminal.write_json({"verdict": "untrusted" if code == errors.UNTRUSTED else "unknown", "error": said})
    else:
        errors.show(error, machine=False)
