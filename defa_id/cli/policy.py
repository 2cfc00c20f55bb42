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
