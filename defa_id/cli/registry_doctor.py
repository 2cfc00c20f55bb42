"""`defa-id registry doctor`: what ends soon in a registry, what is broken, and what nobody covers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from defa_id.cli import options, terminal
from defa_id.errors import ChangeRefused, DefaIdError, RegistryRejected, WrongUse

if TYPE_CHECKING:
    from datetime import datetime

    from defa_id.operator.doctor import Patient

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
    prometheus: bool,
    as_json: bool,
) -> None:
    """Warn of every end ahead (90, 60, 30, 14, 7 and 1 days), of what is broken, and of empty lists.

    Looks at the published registry, or with --dir at its sources too. Run it every hour, and alert on
    its exit code or its gauges.
    """
    from defa_id.cli.errors import UNDECIDED, UNTRUSTED, described
    from defa_id.operator import doctor_report
    from defa_id.operator.doctor import DUE, OK, examine

    if directory is not None and (registry or root):
        raise WrongUse("--dir looks at sources, --registry at what is published", hint="Give one of them.")
    if prometheus and as_json:
        raise WrongUse("--prometheus and --json are two forms of one answer", hint="Give one of them.")
    now = options.now()
    moment = options.moment(at, "--at") or now
    try:
        report = examine(_patient(directory, registry, root, now), moment, at_least=at_least, within=within)
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


def _patient(directory: Path | None, registry: str | None, root: str | None, now: datetime) -> Patient:
    from defa_id.operator import doctor

    if directory is not None:
        from defa_id.operator import sandbox
        from defa_id.operator.tree import load

        return doctor.of_sources(load(directory), directory / sandbox.PUBLISHED)
    from defa_id import files

    return doctor.of_published(files.open_registry(registry, root=root, now=now))


def _not_found_out(error: DefaIdError, code: int, said: dict[str, str], *, as_json: bool, prometheus: bool) -> None:
    from defa_id.cli import errors
    from defa_id.operator import doctor_report

    if prometheus:
        terminal.write_utf8(doctor_report.prometheus_down(code))
    elif as_json:
        terminal.write_json({"verdict": "untrusted" if code == errors.UNTRUSTED else "unknown", "error": said})
    else:
        errors.show(error, machine=False)
