"""`defa-id readiness`: a checklist for a state that joins."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from defa_id.cli import options, terminal
from defa_id.errors import WrongUse

_FILE: Final = click.Path(path_type=Path)
_STAGES: Final = ("sandbox", "pilot", "live")

_EXITS: Final = """\b
Exit codes:
  0  ready for the stage
  1  not ready
  2  wrong use
  3  not known: some questions have no answer
  4  the registry cannot be trusted"""


@click.command("readiness", epilog=_EXITS)
@click.option("--state", metavar="XX", required=True, help="The state (ISO 3166-1 alpha-2); it may have no list yet.")
@click.option("--stage", type=click.Choice(_STAGES), default="sandbox", show_default=True, help="Ready for what.")
@click.option("--answers", metavar="FILE", type=_FILE, help="What people answer to what no registry can.")
@click.option("--template", is_flag=True, help="Print an empty file of answers, and nothing else.")
@click.option("--policy", default="baseline", metavar="FILE|NAME", help="What it is compared with.  [baseline]")
@click.option("--at", metavar="TIME", help="As of this time (RFC 3339); default: now.")
@options.registry_options
@click.option("--all", "every", is_flag=True, help="What is answered with yes, too.")
@options.language_option
@options.json_option
@click.pass_context
def readiness(
    ctx: click.Context,
    state: str,
    stage: str,
    answers: Path | None,
    template: bool,
    policy: str,
    at: str | None,
    registry: str | None,
    root: str | None,
    every: bool,
    lang: str | None,
    as_json: bool,
) -> None:
    """Ask whether a state is ready to join: for a sandbox, a pilot, or live.

    Questions that the registry can answer are answered by it; the others are for people. What rests
    on a trial never answers a question about going live.
    """
    from defa_id import files
    from defa_id.assessment import readiness as assessment
    from defa_id.cli.errors import ACCEPTED, REJECTED, UNDECIDED
    from defa_id.codec import limits

    if not (len(state) == 2 and state.isascii() and state.isupper()):
        raise WrongUse("that is not a state", hint="Use ISO 3166-1 alpha-2, e.g. TH.")
    checklist = assessment.read_checklist()
    if template:
        terminal.write_json(assessment.template(state, checklist))
        return
    answered = None
    if answers is not None:
        answered = assessment.read_answers(files.read_input(answers, limits.DOCUMENT_BYTES), state, checklist)
    texts = options.language(lang)
    now = options.now()
    moment = options.moment(at, "--at") or now
    rules = files.load_policy(policy)
    opened = files.open_registry(registry, root=root, memory=None, now=now)
    found = assessment.readiness(opened, state, rules, at=moment, checklist=checklist, answered=answered)
    if as_json:
        terminal.write_json(found.to_dict())
    else:
        from defa_id.assessment.readiness_text import readiness_text

        terminal.write(readiness_text(found, stage, terminal.style(), texts, every=every))
    ctx.exit({assessment.YES: ACCEPTED, assessment.NO: REJECTED, assessment.UNKNOWN: UNDECIDED}[found.ready[stage]])
