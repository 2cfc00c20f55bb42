"""`defa-id gap`: what a state's list, issuers and recognitions lack."""

from __future__ import annotations

from typing import Final

import click

from defa_id.cli import options, terminal

_EXITS: Final = """\b
Exit codes:
  0  nothing lacks
  1  something lacks
  2  wrong use
  3  nothing lacks, and something is open
  4  the registry cannot be trusted"""


@click.command("gap", epilog=_EXITS)
@click.option("--state", metavar="XX", required=True, help="The member state (ISO 3166-1 alpha-2).")
@click.option("--policy", default="baseline", metavar="FILE|NAME", help="What it is compared with.  [baseline]")
@options.time_options
@options.registry_options
@click.option("--all", "every", is_flag=True, help="What is met, too, one by one.")
@options.language_option
@options.json_option
@click.pass_context
def gap(
    ctx: click.Context,
    state: str,
    policy: str,
    at: str | None,
    known_at: str | None,
    registry: str | None,
    root: str | None,
    every: bool,
    lang: str | None,
    as_json: bool,
) -> None:
    """Compare a state with a baseline policy, and with what its partners ask.

    Its list, issuers, levels, recognitions and arrangements, and how far each kind of credential has
    come. Whether to mend anything is for the state.
    """
    from defa_id import files
    from defa_id.assessment.finding import LACKING, OPEN
    from defa_id.assessment.gap import gap as report
    from defa_id.cli.errors import ACCEPTED, REJECTED, UNDECIDED

    texts = options.language(lang)
    now = options.now()
    moment = options.moment(at, "--at") or now
    known = options.moment(known_at, "--known-at")
    rules = files.load_policy(policy)
    opened = files.open_registry(registry, root=root, memory=None, now=now)
    found = report(opened, state, rules, at=moment, known_at=known)
    if as_json:
        terminal.write_json(found.to_dict())
    else:
        from defa_id.assessment.gap_text import gap_text

        terminal.write(gap_text(found, terminal.style(), texts, every=every))
    counts = found.counts
    ctx.exit(REJECTED if counts[LACKING] else UNDECIDED if counts[OPEN] else ACCEPTED)
