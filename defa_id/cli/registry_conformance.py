"""`defa-id registry conformance`: whether a state's part of a registry does what others rely on."""

from __future__ import annotations

from pathlib import Path

import click

from defa_id.cli import editing, options, terminal
from defa_id.errors import RegistryRejected


@click.command("conformance")
@click.argument("state", metavar="XX")
@click.option("--registry", metavar="PATH", type=editing.FILE, required=True, help="A published registry.")
@click.option("--root", metavar="FILE", type=editing.FILE, help="The trust anchor you pinned.")
@click.option("--credentials", metavar="PATH", help="Sample credentials of the state: a directory, or a file.")
@click.option("--policy", default="baseline", metavar="FILE|NAME", help="A policy document or preset.  [baseline]")
@options.json_option
@click.pass_context
def conformance(
    ctx: click.Context,
    state: str,
    registry: Path,
    root: Path | None,
    credentials: str | None,
    policy: str,
    as_json: bool,
) -> None:
    """Ask everything that others rely on of a state's roles, its list and its sample credentials.

    Exit code 0: nothing failed and nothing was left out for want of samples.
    """
    from defa_id import files, places
    from defa_id.cli.errors import REJECTED, UNDECIDED
    from defa_id.cli.reading import items_of, read
    from defa_id.codec import limits
    from defa_id.operator import conformance as asking
    from defa_id.report.layout import Layout, shown

    now = options.now()
    rules = files.load_policy(policy)
    opened = files.open_registry(registry, root=root, now=now)
    get = next(iter(places.published(registry)), None)
    anchor = files.read_input(root) if root else get("root.json", limits.REGISTRY_ROOT_BYTES) if get else None
    if get is None or anchor is None:
        raise RegistryRejected("this is not a published registry", code="REG_MISSING")
    samples = {item.name: read(item) for item in items_of([credentials])} if credentials else {}
    terminal.progress("asking; altering and striking the samples takes a moment")
    results = asking.run(asking.Subject(opened, get, anchor, state, samples, rules), now)
    failed = sum(one.outcome == asking.FAILED for one in results)
    unasked = sum(one.outcome == asking.NOT_ASKED for one in results)
    if as_json:
        terminal.write_json({"state": state, "failed": failed, "results": [one._asdict() for one in results]})
    else:
        page = Layout(terminal.style())
        hue = {asking.PASSED: "green", asking.FAILED: "red", asking.NOT_ASKED: "yellow"}
        sign = {asking.PASSED: "✓", asking.FAILED: "✗", asking.NOT_ASKED: "–"}
        for one in results:
            page.entry(sign[one.outcome], shown(one.why, 300), term=one.id, room=21, hue=hue[one.outcome])
        passed = len(results) - failed - unasked
        page.line(f"{passed} passed, {failed} failed, {unasked} not asked")
        terminal.write(page.text)
    if failed or (unasked and not samples):
        ctx.exit(REJECTED if failed else UNDECIDED)
