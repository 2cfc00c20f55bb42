"""`defa-id policy`: for those who write one: lint, explain, diff, simulate."""

from __future__ import annotations

from typing import Final

import click

from defa_id.cli import options, terminal

_LINT_EXITS: Final = """\b
Exit codes:
  0  no errors (there may be warnings)
  2  errors, or a policy that cannot be read
  4  the registry cannot be trusted"""


@click.group("policy")
def policy() -> None:
    """Check, explain, compare and try out policies. A POLICY is a file, or the name of a shipped one."""


@policy.command("lint", epilog=_LINT_EXITS)
@click.argument("policies", metavar="POLICY...", nargs=-1, required=True)
@click.option("--at", metavar="TIME", help="Judge as of this time (RFC 3339); default: now.")
@options.registry_options
@options.json_option
@click.pass_context
def lint(
    ctx: click.Context,
    policies: tuple[str, ...],
    at: str | None,
    registry: str | None,
    root: str | None,
    as_json: bool,
) -> None:
    """Is a policy fair and whole?

    Whom it shuts out without meaning to, whether it favours a vendor, where it contradicts itself, and
    which of its rules a registry leaves nothing to decide. Each finding names the member, the rule and a remedy.
    """
    from defa_id import files
    from defa_id.cli.errors import ACCEPTED, WRONG_USE
    from defa_id.policymaking import draft
    from defa_id.policymaking.lint import lint as look
    from defa_id.policymaking.lint import lint_text

    now = options.now()
    moment = options.moment(at, "--at") or now
    opened = files.open_registry(registry, root=root, memory=None, now=now)
    found = [look(draft.read(name), opened, moment) for name in policies]
    if as_json:
        terminal.write_json([one.to_dict() for one in found])
    else:
        terminal.write("\n".join(lint_text(one, terminal.style()) for one in found))
    ctx.exit(WRONG_USE if any(one.errors for one in found) else ACCEPTED)


@policy.command("explain")
@click.argument("policy_", metavar="POLICY")
@options.json_option
def explain(policy_: str, as_json: bool) -> None:
    """Say a policy in words: every member, which document set it, and what may be relaxed."""
    from defa_id.policymaking import draft, explanation

    read = draft.read(policy_)
    if as_json:
        terminal.write_json(explanation.to_dict(read))
    else:
        terminal.write(explanation.explanation_text(read, terminal.style()))


@policy.command("diff")
@click.argument("first", metavar="POLICY")
@click.argument("second", metavar="POLICY")
@options.json_option
def diff(first: str, second: str, as_json: bool) -> None:
    """Say in words where two policies differ, and which of them is the tighter there."""
    from defa_id import files
    from defa_id.policymaking import difference

    one, other = files.load_policy(first), files.load_policy(second)
    if as_json:
        terminal.write_json(difference.to_dict(one, other))
    else:
        terminal.write(difference.difference_text(one, other, terminal.style()))


@policy.command("simulate")
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "--for", "by", metavar="XX", multiple=True, help="Relying state; may be repeated; default: the policies'."
)
@click.option("--purpose", metavar="NAME", help="For which purpose; default: the policies'.")
@click.option("--min-level", type=click.Choice(("low", "substantial", "high")), help="At least this level.")
@click.option("--at", metavar="TIME", multiple=True, help="Judge as of this time; may be repeated; default: now.")
@options.registry_options
@options.json_option
def simulate(
    before: str,
    after: str,
    sources: tuple[str, ...],
    by: tuple[str, ...],
    purpose: str | None,
    min_level: str | None,
    at: tuple[str, ...],
    registry: str | None,
    root: str | None,
    as_json: bool,
) -> None:
    """Judge samples under two policies: whose verdict flips?

    BEFORE and AFTER are policies; each SOURCE is a credential, or a folder of them. They are judged as
    documents, offline.
    """
    from defa_id import files
    from defa_id.cli import reading
    from defa_id.operator.simulation import simulation_text
    from defa_id.policymaking import trial

    now = options.now()
    moments = [moment for text in at if (moment := options.moment(text, "--at"))] or [now]
    opened = files.open_registry(registry, root=root, memory=None, now=now)
    samples = {item.name: reading.read(item) for item in reading.items_of(sources)}
    policies = (files.load_policy(before), files.load_policy(after))
    found = trial.simulate(opened, policies, samples, moments, by=by, purpose=purpose, min_level=min_level)
    if as_json:
        terminal.write_json(found.to_dict())
    else:
        terminal.write(simulation_text(found))
